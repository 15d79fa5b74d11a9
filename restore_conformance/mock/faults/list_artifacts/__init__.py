"""Faults of list artifacts, by the heading whose clauses they break."""
