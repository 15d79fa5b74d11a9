"""Removes secrets and identity on the way to disk, keeping sameness and form. The one scrubber of the suite.

Two passes: `learn` takes in what an exchange betrays, `text` and its like replace what is known by then. Whoever
writes files learns first and writes at the end, so that a name met last is gone from what was met first.
Knows no clause, no target and no report.
"""

from restore_conformance.scrub.placeholders import is_placeholder
from restore_conformance.scrub.scrubber import RULES_DIGEST, Scrub, of_command_line

__all__ = ["RULES_DIGEST", "Scrub", "is_placeholder", "of_command_line"]
