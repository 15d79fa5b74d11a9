"""Faults of update, by the heading whose clauses they break."""
