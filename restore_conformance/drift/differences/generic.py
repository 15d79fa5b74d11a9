"""The generic difference: parts by key, single facts, and how a difference becomes a change.

Knows no source and no rule; the other modules of the package say what they compare, and judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from restore_conformance.drift.change import Change, Difference, Direction, Grade, Judged, additive, informational
from restore_conformance.drift.kinds import KINDS

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


def keyed(
    old: Mapping[Key, Part] | None,
    new: Mapping[Key, Part] | None,
    added: Callable[[Key, Part], Iterable[Difference]],
    removed: Callable[[Key, Part], Iterable[Difference]],
    changed: Callable[[Key, Part, Part], Iterable[Difference]],
) -> Iterator[Difference]:
    """The differences of parts, each judged by what was done to it."""
    for _, key, was, now in edits(old, new):
        if was is None and now is not None:
            yield from added(key, now)
        elif now is None and was is not None:
            yield from removed(key, was)
        elif was is not None and now is not None:
            yield from changed(key, was, now)


def altered(kind: str, path: str, was: Any, now: Any, judged: Judged, owner: str = "") -> list[Difference]:
    """The difference of a single fact, if it has another value."""
    return [] if was == now else [Difference(kind, path, ends(was, now), judged, owner)]


def ends(was: Any, now: Any) -> dict[str, Any]:
    """The detail of a change from one value to another."""
    return {"from": was, "to": now}


_UNTOUCHED = {
    "G-ADDNN": additive("G-ADDPROP"), "G-ADDENUM-BEFORE": additive("R-VALUES"),
    "G-ENUM-REMOVED": informational("R-VALUES"), "G-NULL-LOOSE": additive("G-NULL-LOOSE"),
}  # fmt: skip
"""How a change is judged that would break one side alone, where that side never meets it; others are informational."""


def directed(difference: Difference, direction: Direction) -> Difference:
    """The difference of something that is only sent, or only returned: what breaks the other side breaks nobody.

    Of what NEITHER is known to be the case, nobody can say whether it breaks that side.
    """
    judged = difference.judged
    if direction is Direction.NEITHER and judged.side is not Direction.BOTH and judged.grade is Grade.BREAKING:
        why = "whether clients send the type or only read it is said elsewhere; its metadata would settle it"
        return replace(difference, judged=replace(judged, grade=Grade.UNDECIDABLE, why=why))
    if Direction.BOTH in (judged.side, direction) or judged.side is direction or judged.grade.weight < 2:
        return difference
    mild = _UNTOUCHED.get(judged.rule, informational(judged.rule))
    if judged.rule == "R-REQUIRED" and difference.kind.endswith("_added"):
        mild = additive("G-ADDPROP")
    why = "it is only returned, never sent" if direction is Direction.RESPONSE else "it is only sent, never returned"
    return replace(difference, judged=replace(mild, why=why, side=direction))


_OFF_THE_WIRE = frozenset({"G-ANNOT", "G-BIND", "G-MOVE", "G-ENUM-VALUE", "G-ENUM-ORDER", "G-CONTAIN"})


def change(
    difference: Difference, source: str, where: str, *, outside: bool = False, create: Grade | None = None
) -> Change:
    """A difference as a change. `create` is the grade for the create client: by default that for any client.

    What is `outside` of what the create call reaches is informational for it.
    """
    judged, direction = difference.judged, KINDS[difference.kind].direction
    if direction is Direction.BOTH:
        direction = Direction.NEITHER if judged.rule in _OFF_THE_WIRE else judged.side
    return Change(
        difference.kind,
        difference.path,
        source,
        create or (Grade.INFORMATIONAL if outside else judged.grade),
        judged.grade,
        judged.rule,
        difference.detail,
        direction,
        judged.why,
        where=where,
        scope_rule="G-SCOPE" if outside else "",
    )
