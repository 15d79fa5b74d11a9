"""Readers that turn the published documents into the normal form of `schemas/`."""
