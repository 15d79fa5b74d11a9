"""Differences between two readings of one enumeration, by the evolvable-enum rule.

A reader that does not ask for more meets only the members before the sentinel; so what matters is on which side
of it a member stands. Names are on the wire, numbers and order are not.
"""

from __future__ import annotations

from collections.abc import Iterator

from restore_conformance.drift.change import Grade, Judged
from restore_conformance.drift.differences.members import Found
from restore_conformance.drift.sources.metadata import SENTINEL, Knows, TypeFacts

_CLOSED = "a client with a closed list of values meets one it does not know"


def enum_changes(old: TypeFacts, new: TypeFacts, knows: frozenset[Knows]) -> Iterator[Found]:
    """Every difference between two readings of one enumeration."""
    was = [member.name for member in old.values]
    now = [member.name for member in new.values]
    for name in was:
        if name not in now:
            yield "enum_member_removed", f"{new.name}/{name}", {"index": was.index(name)}, _removed(name)
    for index, name in enumerate(now):
        if name not in was:
            position = _position(index, now)
            yield (
                "enum_member_added",
                f"{new.name}/{name}",
                {"position": position, "index": index},
                _added(name, position, was, now),
            )
    if Knows.VALUES in knows:
        numbers = {member.name: member.value for member in old.values}
        for member in new.values:
            before = numbers.get(member.name)
            if before is not None and member.value is not None and before != member.value:
                yield (
                    "enum_value_changed",
                    f"{new.name}/{member.name}",
                    {"from": str(before), "to": str(member.value)},
                    Judged(Grade.INFORMATIONAL, "G-ENUM-VALUE"),
                )
    yield from _order(new.name, was, now)
    if old.flags != new.flags and Knows.FLAGS in knows:
        yield (
            "enum_flags_changed",
            new.name,
            {"from": old.flags, "to": new.flags},
            Judged(Grade.BREAKING, "R-FLAGS", "one name is now several, or several are now one"),
        )


def _position(index: int, names: list[str]) -> str:
    if SENTINEL not in names:
        return "no_sentinel"
    return "before_sentinel" if index < names.index(SENTINEL) else "after_sentinel"


def _removed(name: str) -> Judged:
    why = "members behind it are now returned unasked" if name == SENTINEL else ""
    return Judged(Grade.BREAKING, "G-ENUM-REMOVED", why)


def _added(name: str, position: str, was: list[str], now: list[str]) -> Judged:
    if name == SENTINEL and any(later in was for later in now[now.index(name) + 1 :]):
        return Judged(Grade.BREAKING, "G-ENUM-CROSS-DOWN", "members that were returned now stand behind the sentinel")
    if position == "after_sentinel":
        return Judged(Grade.ADDITIVE, "G-ADDENUM-AFTER")
    return Judged(Grade.BREAKING, "G-ADDENUM-BEFORE", _CLOSED)


def _order(path: str, was: list[str], now: list[str]) -> Iterator[Found]:
    one = [name for name in was if name in now]
    other = [name for name in now if name in was]
    if one == other:
        return
    down: list[str] = []
    up: list[str] = []
    if SENTINEL in one:
        for name in one:
            earlier, later = (names.index(name) < names.index(SENTINEL) for names in (one, other))
            if earlier and not later and name != SENTINEL:
                down.append(name)
            elif later and not earlier:
                up.append(name)
    detail = {"from": one, "to": other}
    if down:
        yield "enum_reordered", path, {**detail, "crossed": down}, Judged(Grade.BREAKING, "G-ENUM-CROSS-DOWN")
    elif up:
        yield ("enum_reordered", path, {**detail, "crossed": up}, Judged(Grade.BREAKING, "G-ENUM-CROSS-UP", _CLOSED))
    else:
        yield "enum_reordered", path, detail, Judged(Grade.INFORMATIONAL, "G-ENUM-ORDER")
