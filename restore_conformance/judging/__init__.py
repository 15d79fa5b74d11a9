"""Folds judgements over exchanges: which clauses apply, whether they passed, and the smallest evidence.

Judging is pure: it looks at exchanges, never at a target. Memory does not grow with the
number of exchanges; each clause keeps its smallest piece of evidence.
"""

from restore_conformance.judging.judge import Judge, OnFinding, Outcome, evidence_of, look
from restore_conformance.judging.tags import stimulus_of, tags_of

__all__ = ["Judge", "OnFinding", "Outcome", "evidence_of", "look", "stimulus_of", "tags_of"]
