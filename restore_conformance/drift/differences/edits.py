"""What was added, removed or changed: of parts by key, and of single facts.

Knows no source and no rule; the other modules of the package say what they compare, and which rule applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from restore_conformance.drift.change import Difference, Row

Part = TypeVar("Part")
Key = TypeVar("Key", str, tuple[str, str])


def edits(
    old: Mapping[Key, Part] | None, new: Mapping[Key, Part] | None
) -> Iterator[tuple[str, Key, Part | None, Part | None]]:
    """What was `added`, `removed` or `changed`, in the order of keys; nothing where a side does not know the parts."""
    if old is not None and new is not None:
        for key in sorted(old.keys() | new.keys()):
            if key not in old:
                yield "added", key, None, new[key]
            elif key not in new:
                yield "removed", key, old[key], None
            elif old[key] != new[key]:
                yield "changed", key, old[key], new[key]


def altered(kind: str, path: str, was: Any, now: Any, row: Row, owner: str = "") -> list[Difference]:
    """The difference of a single fact, if it has another value."""
    return [] if was == now else [Difference(kind, path, ends(was, now), row, owner)]


def ends(was: Any, now: Any) -> dict[str, Any]:
    """The detail of a change from one value to another."""
    return {"from": was, "to": now}


def gravest(differences: Iterable[Difference], otherwise: Row) -> Row:
    """The gravest judgement among some differences, the first of several; `otherwise` where there is none."""
    return max((each.row for each in differences), key=lambda row: row.grade.weight, default=otherwise)
