"""Named assertions about one exchange. Each raises Deviation with the place, what was expected and what came.

Knows no clause: the clause functions in `tests/` say which assertion holds when.
"""

from restore_conformance.checks.answers import (
    created,
    created_or_refused,
    either_way,
    envelope,
    json_media_type,
    refused,
    refused_for_any,
    refused_somehow,
)
from restore_conformance.checks.members import (
    artifacts,
    context,
    count,
    counted,
    identities,
    instant,
    integers,
    member,
    near_misses,
    times,
    undeclared,
    unset,
)
from restore_conformance.checks.talks import listing, same_total, session, step

__all__ = [
    "artifacts",
    "context",
    "count",
    "counted",
    "created",
    "created_or_refused",
    "either_way",
    "envelope",
    "identities",
    "instant",
    "integers",
    "json_media_type",
    "listing",
    "member",
    "near_misses",
    "refused",
    "refused_for_any",
    "refused_somehow",
    "same_total",
    "session",
    "step",
    "times",
    "undeclared",
    "unset",
]
