"""What no known edition has: the differences from the nearest one, without what another edition says just so.

A night that follows a newer edition reports nothing for it; a night that follows an older one neither. A change is
kept where every edition differs at its place. Knows changes and their places; reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from restore_conformance.drift.change import Change


@dataclass(frozen=True, slots=True)
class Nearest:
    """The edition a source is nearest to, and what it has, or lacks, that is known from another one."""

    where: str
    edition: str
    known: int


def unknown(by_edition: Mapping[str, list[Change]], where: str) -> tuple[list[Change], Nearest | None]:
    """The changes no edition explains, and the edition with the fewest differences: None where all have as many.

    The editions come oldest first, and the first is the pinned one.
    """
    nearest = min(reversed(list(by_edition)), key=lambda name: len(by_edition[name]))
    others = [[_places(change) for change in changes] for name, changes in by_edition.items() if name != nearest]
    kept = [
        change
        for change in by_edition[nearest]
        if all(any(_meet(_places(change), places) for places in other) for other in others)
    ]
    numbers = [len(changes) for changes in by_edition.values()]
    known = max(0, numbers[0] - len(kept))
    return kept, Nearest(where, nearest, known) if len(set(numbers)) > 1 else None


def _places(change: Change) -> frozenset[str]:
    """Where a change stands, in a form that additions and alterations of one thing share."""
    path = change.path.replace("example:", "examples/", 1)
    if not change.kind.startswith("page_statement_"):
        return frozenset({path})
    heading = path.rpartition("/")[0]
    mark = change.detail.get("now") or change.detail.get("was")
    return frozenset({f"{heading}/{mark}"})


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two changes are about the same thing, or one about a part of the other's."""
    return any(a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/") for a in one for b in other)
