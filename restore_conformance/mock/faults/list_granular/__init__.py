"""Faults of list granular, by the heading whose clauses they break."""
