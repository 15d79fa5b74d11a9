"""Named assertions. Each raises Deviation with the place, what was expected and what was observed.

Knows no clause: the clause functions in `tests/` say which assertion holds when.
"""
