"""Drift: the difference between two readings of the contract, judged, stored and reported."""
