"""Conversations: several requests about one session, told in steps that clauses look at.

A story only sends and names its steps; what the steps must show is for the clauses.
"""

from restore_conformance.stories.askers import MALFORMED, callers, strangers, tokenless
from restore_conformance.stories.changes import activation, change, crowd, fill
from restore_conformance.stories.lives import ALL_MEMBERS, late, life, many, refused
from restore_conformance.stories.patience import Patience
from restore_conformance.stories.talk import SESSIONS, Talk

__all__ = [
    "ALL_MEMBERS",
    "MALFORMED",
    "SESSIONS",
    "Patience",
    "Talk",
    "activation",
    "callers",
    "change",
    "crowd",
    "fill",
    "late",
    "life",
    "many",
    "refused",
    "strangers",
    "tokenless",
]
