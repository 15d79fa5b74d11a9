"""One defect, one change: what several clauses show alike, or what follows from another change, is reported once.

Pure functions of changes; compares nothing itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from restore_conformance.reports.comparison.changes import BROKEN, MENDED, Change, Kind

BY_ITSELF = frozenset({Kind.RESTATED, Kind.READING, Kind.EVIDENCE, Kind.NEW, Kind.RETIRED})
"""Kinds that follow from nothing."""


def joined(changes: list[Change]) -> list[Change]:
    """One change for all clauses that show the same change of the same reading."""
    made: list[Change] = []
    first: dict[tuple[Any, ...], int] = {}
    for change in changes:
        key = _reading_key(change)
        if key is not None and key in first:
            at = first[key]
            made[at] = replace(made[at], also=(*made[at].also, change.clause))
            continue
        if key is not None:
            first[key] = len(made)
        made.append(change)
    return made


def _reading_key(change: Change) -> tuple[Any, ...] | None:
    if change.kind is not Kind.READING or not change.entry.get("reading"):
        return None
    assert change.old is not None
    assert change.new is not None
    return (change.entry["reading"], frozenset(change.old["seen"]), frozenset(change.new["seen"]))


def folded(changes: list[Change]) -> list[Change]:
    """Changes with what follows from another listed under that one, so that a defect is counted once.

    What follows from a breach stands in its finding: the newer one where it is new, the older one where it is gone.
    Nothing that fails a comparison is listed under something that does not.
    """
    roots = {change.clause: change for change in changes if change.kind in BROKEN | MENDED}
    over: dict[str, str] = {}
    for change in changes:
        if change.kind in BY_ITSELF:
            continue
        for root in roots.values():
            if (
                change.clause in _consequences(root)
                and _may_stand_under(change, root)
                and not _above(change, root, over)
            ):
                over[change.clause] = root.clause
                break
    below: dict[str, list[Change]] = {}
    kept = []
    for change in changes:
        top = change.clause
        if change.kind not in BY_ITSELF:
            while top in over:
                top = over[top]
        if top == change.clause:
            kept.append(change)
        else:
            below.setdefault(top, []).append(change)
    return [
        replace(change, consequences=tuple(below[change.clause]))
        if change.kind in BROKEN | MENDED and change.clause in below
        else change
        for change in kept
    ]


def _consequences(root: Change) -> set[str]:
    return {address for finding in root.broken["findings"] for address in finding.get("consequences", ())}


def _may_stand_under(change: Change, root: Change) -> bool:
    if change.clause == root.clause or (change.weighs and not root.weighs):
        return False
    worse, better = BROKEN | {Kind.LOST}, MENDED | {Kind.GAINED}
    return change.kind is Kind.UNDECIDED or change.kind in (worse if root.kind in BROKEN else better)


def _above(change: Change, root: Change, over: dict[str, str]) -> bool:
    """Whether the root already stands under the change: two findings may name each other."""
    at = root.clause
    while at in over:
        at = over[at]
        if at == change.clause:
            return True
    return False
