"""Faults of create, by the heading whose clauses they break."""
