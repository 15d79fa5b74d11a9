"""Faults of list, by the heading whose clauses they break."""
