"""Faults of activate, by the heading whose clauses they break."""
