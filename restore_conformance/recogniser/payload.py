"""Judges the members of a create's payload: which there are, of how many kinds, and what else is said.

Knows no byte of the body, and of the two lists only that they are lists: what is in them is for `artifacts`.
"""

from __future__ import annotations

from typing import Any

from restore_conformance.contract.workload import GRANULAR, SESSION_TYPE, STANDARD, odata_type
from restore_conformance.recogniser.artifacts import items, sites
from restore_conformance.recogniser.recognition import Seen
from restore_conformance.recogniser.vocabulary import LIMIT, Vocabulary

CONFLICT = "@microsoft.graph.conflictBehavior"
CONFLICT_VALUES = frozenset({"fail", "replace", "rename"})
TYPE_NAMES = frozenset({odata_type(SESSION_TYPE), odata_type(SESSION_TYPE).lstrip("#")})

FAR_BEYOND = 1001

ABSENT: Any = object()


def members(payload: dict[str, Any], words: Vocabulary, seen: Seen) -> None:
    """Note the kind of a payload, how many artifacts it names, and which rules its members break."""
    site = payload.get(STANDARD, ABSENT)
    granular = payload.get(GRANULAR, ABSENT)
    for name, value in payload.items():
        if "@" in name:
            _annotation(name, value, seen)
        elif name == "conflictBehavior":
            seen.open.add("conflict-behavior-spelling")
        elif name not in words.session_may:
            seen.open.add("read-only-members" if name in words.session else "unknown-members")
    lists = [(value, judge) for value, judge in ((site, sites), (granular, items)) if value is not ABSENT]
    full = [value for value, _ in lists if value not in (None, [])]
    if not lists:
        seen.kind = "empty-object"
    elif len(lists) == 2 and len(full) == 2:
        seen.kind = "mixed"
        seen.defects.add("mixed")
    elif len(lists) == 2 and len(full) == 1:
        seen.kind = "one-kind-empty"
        seen.open.add("one-kind-empty")
    else:
        seen.kind = "standard" if site is not ABSENT else "granular"
        if not full:
            seen.kind = "empty-list"
            for value, _ in lists:
                seen.defects.add("null-list" if value is None else "empty-list")
    for value, judge in lists:
        if value in (None, []):
            continue
        if isinstance(value, list):
            seen.count += len(value)
            judge(value, words, seen)
        elif isinstance(value, dict):
            seen.defects.add("collection-form")
        else:
            seen.defects.add("wrong-type")
    _conflict(payload, granular, seen)
    if seen.count >= FAR_BEYOND:
        seen.defects.add("too-many")
    elif seen.count >= LIMIT:
        seen.open.add("artifact-limit")
        seen.arguable.add("too-many")


def _conflict(payload: dict[str, Any], granular: Any, seen: Seen) -> None:
    if CONFLICT not in payload:
        return
    seen.features.add("conflict-behavior")
    value = payload[CONFLICT]
    if value is None:
        # Null says as much as leaving it out, so nobody can be blamed for either answer.
        seen.open.add("other-annotations")
        return
    if granular in (ABSENT, None, []):
        seen.defects.add("conflict-on-standard")
    if not isinstance(value, str) or value not in CONFLICT_VALUES:
        seen.defects.add("conflict-value")


def _annotation(name: str, value: Any, seen: Seen) -> None:
    if name == CONFLICT:
        return
    if name == "@odata.type" and value in TYPE_NAMES:
        seen.features.add("odata-type")
    else:
        seen.open.add("other-annotations")
