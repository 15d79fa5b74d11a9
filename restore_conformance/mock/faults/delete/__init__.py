"""Faults of delete, by the heading whose clauses they break."""
