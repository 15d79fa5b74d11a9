"""The differences that no known edition explains: those from the nearest one, without what another edition states too.

A night that follows a newer edition reports nothing for it; a night that follows an older one neither. A change
counts where every edition differs at its place. Knows changes and their places; reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from restore_conformance.drift.change import Change
from restore_conformance.drift.differences.nesting import Tops


@dataclass(frozen=True, slots=True)
class Nearest:
    """The edition a source is nearest to, and how many differences from the pinned one it explains."""

    where: str
    edition: str
    known: int


def unknown(by_edition: Mapping[str, list[Change]], where: str) -> tuple[list[Change], Nearest | None]:
    """The changes no edition explains, and the edition with the fewest differences: None where all have equally many.

    The editions come oldest first, and the first is the pinned one.
    """
    nearest = min(reversed(list(by_edition)), key=lambda name: len(by_edition[name]))
    others = [Tops(map(_place, changes)) for name, changes in by_edition.items() if name != nearest]
    unexplained = [change for change in by_edition[nearest] if all(tops.meet(_place(change)) for tops in others)]
    numbers = [len(changes) for changes in by_edition.values()]
    known = max(0, numbers[0] - len(unexplained))
    return unexplained, Nearest(where, nearest, known) if len(set(numbers)) > 1 else None


def _place(change: Change) -> str:
    """Where a change stands, in a form that additions and alterations of one thing share."""
    path = change.path.replace("example:", "examples/", 1)
    if not change.kind.startswith("page_statement_"):
        return path
    return f"{path.rpartition('/')[0]}/{change.detail.get('now') or change.detail.get('was')}"
