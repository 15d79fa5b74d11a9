"""Faults of get, by the heading whose clauses they break."""
