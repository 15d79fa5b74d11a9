"""Differences between two readings of one enumeration, by the evolvable-enum rule.

A reader that does not ask for more meets only the members before the sentinel; so what matters is on which side
of it a member stands. Names are on the wire, numbers and order are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from restore_conformance.drift.change import Difference, Row
from restore_conformance.drift.differences.edits import altered, ends, gravest
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources.metadata import SENTINEL, EnumMember, Knows, TypeFacts


def enum_changes(old: TypeFacts, new: TypeFacts, knows: frozenset[Knows]) -> Iterator[Difference]:
    """Every difference between two readings of one enumeration."""
    was, now = ([member.name for member in side.values] for side in (old, new))
    for index, name in enumerate(was):
        if name not in now:
            row = judged("sentinel-gone" if name == SENTINEL else "value-gone")
            yield Difference("enum_member_removed", f"{new.name}/{name}", {"index": index}, row)
    for index, name in enumerate(now):
        if name not in was:
            position = _position(index, now)
            detail = {"position": position, "index": index}
            yield Difference("enum_member_added", f"{new.name}/{name}", detail, _added(name, position, was, now))
    if Knows.VALUES in knows:
        numbers = {member.name: member.value for member in old.values}
        for member in new.values:
            before = numbers.get(member.name)
            if before is not None and member.value is not None:
                path = f"{new.name}/{member.name}"
                yield from altered("enum_value_changed", path, str(before), str(member.value), judged("renumbered"))
    yield from _order(new.name, [name for name in was if name in now], [name for name in now if name in was])
    if Knows.FLAGS in knows:
        yield from altered("enum_flags_changed", new.name, old.flags, new.flags, judged("flags"))


def values_judged(was: Sequence[str], now: Sequence[str]) -> Row:
    """The gravest judgement of an enumeration without a name, written out where it is used: by the same rule."""
    old, new = (TypeFacts("", "EnumType", values=tuple(map(EnumMember, names))) for names in (was, now))
    return gravest(enum_changes(old, new, frozenset()), judged("reordered"))


def _position(index: int, names: Sequence[str]) -> str:
    if SENTINEL not in names:
        return "no_sentinel"
    return "before_sentinel" if index < names.index(SENTINEL) else "after_sentinel"


def _added(name: str, position: str, was: list[str], now: list[str]) -> Row:
    if name == SENTINEL and any(later in was for later in now[now.index(name) + 1 :]):
        return judged("new-sentinel")
    return judged("value-behind" if position == "after_sentinel" else "value-before")


def _order(path: str, was: list[str], now: list[str]) -> Iterator[Difference]:
    """The order of the members that both sides have."""
    if was == now:
        return
    unasked, unasked_now = (names[: names.index(SENTINEL)] if SENTINEL in names else [] for names in (was, now))
    down, up = ([name for name in was if name in before and name not in after and name != SENTINEL]
                for before, after in ((unasked, unasked_now), (unasked_now, unasked)))  # fmt: skip
    row = judged("moved-behind" if down else "moved-before" if up else "reordered")
    crossed = {"crossed": down or up} if down or up else {}
    yield Difference("enum_reordered", path, ends(was, now) | crossed, row)
