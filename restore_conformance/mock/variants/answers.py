"""Odd ways to answer."""
