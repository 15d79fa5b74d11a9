"""Drift: the difference between two readings of the contract, judged, remembered and reported."""
