"""The lines of a report: changes that are one event are one line, with a count; each says what, whom and since when.

All formats say the same, for all of them write these lines. Groups changes and judges none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.differences.sentences import Kept, subject, todo, what, whom
from restore_conformance.drift.facts import Fact, family_of
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.phrases import listed, plain, short
from restore_conformance.drift.rules import RULES

ORDER = (Grade.BREAKING, Grade.UNDECIDABLE, Grade.ADDITIVE, Grade.INFORMATIONAL)
_MILD = (Grade.INFORMATIONAL, Grade.ADDITIVE)
_PLACES = {"page": "the documents", "metadata": "the metadata", "service": "what the service does"}
FEW = 3
"""So many mild changes of one kind are told one by one; more are one line with a count."""
Standing = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a night. `changes` are the ids of the changes it stands for, `count` how many they are."""

    grade: Grade
    create: Grade
    says: str
    whom: str
    since: str
    todo: str
    rule: str
    link: str
    changes: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    state: str = ""

    @property
    def count(self) -> int:
        return len(self.changes)


def lines(
    changes: Iterable[Change], facts: Iterable[Fact] = (), standing: Standing | None = None, kept: Kept | None = None
) -> list[Line]:
    """Every change in a line, the gravest first."""
    left, joined = list(changes), list(facts)
    history, words = standing or {}, kept or Kept()
    told = {identity: fact for fact in joined for ids in fact.changes.values() for identity in ids}
    found: list[Line] = []
    by_id: dict[str, list[tuple[int, Change]]] = {}
    for at, change in enumerate(left):
        by_id.setdefault(change.id, []).append((at, change))
    joint: set[int] = set()
    for fact in joined:
        group = [one for one in _one_fact(fact, by_id) if id(one) not in joint]
        if group:
            by = listed([_PLACES[family] for family in _PLACES if family in fact.families])
            found.append(_line(group, f"{subject(group[0])}: {what(group[0], words)} (so {by}).", history, told))
            joint |= {id(change) for change in group}
    left = [change for change in left if id(change) not in joint]
    for gather in (_renamed, _moved_bases, _hoisted, _unseen, _alike):
        for says, group in gather(left, words):
            found.append(_line(group, says, history, told))
            taken = {id(change) for change in group}
            left = [change for change in left if id(change) not in taken]
    found += [_line([one], f"{subject(one)}: {what(one, words)}.", history, told) for one in left]
    return sorted(found, key=lambda line: (ORDER.index(line.grade), ORDER.index(line.create)))


def _one_fact(fact: Fact, changes: Mapping[str, list[tuple[int, Change]]]) -> list[Change]:
    """The changes of several sources that report one fact alike; none where only one source does, or grades differ.

    `changes` are those of the night by id, each with its place. The one that names the declared type stands first.
    """
    ids = {identity for group in fact.changes.values() for identity in group}
    placed = sorted((one for identity in ids for one in changes.get(identity, ())), key=lambda one: one[0])
    group = [change for _, change in placed if not change.kind.endswith("_unseen")]
    alike = len({(change.grade, change.create) for change in group}) == 1
    if len({change.source for change in group}) < 2 or not alike:
        return []
    return sorted(group, key=lambda change: change.source not in ("csdl", "openapi"))


def _line(group: list[Change], says: str, history: Standing, told: Mapping[str, Fact]) -> Line:
    gravest = max(group, key=lambda change: (change.grade.weight, change.create.weight))
    rows = [history[change.id] for change in group if change.id in history]
    states = {str(row.get("state", "")) for row in rows}
    return Line(
        gravest.grade,
        max((change.create for change in group), key=lambda grade: grade.weight),
        says,
        whom(gravest),
        _since(rows, told.get(gravest.id), group),
        todo(gravest),
        gravest.rule,
        RULES[gravest.rule].link,
        tuple(change.id for change in group),
        tuple(dict.fromkeys(clause for change in group for clause in change.clauses)),
        states.pop() if len(states) == 1 else "",
    )


def _since(rows: list[Mapping[str, Any]], fact: Fact | None, group: list[Change]) -> str:
    """Since when, and in which source first; without a history only in which sources."""
    families = {family_of(change.source) for change in group}
    place = f"in {listed([_PLACES[name] for name in _PLACES if name in families])}"
    days = sorted(str(row["first_seen"]) for row in rows if "first_seen" in row)
    if not days:
        return f"seen {place}"
    return f"since {days[0]}: {fact.order}" if fact is not None and fact.order else f"since {days[0]}, {place}"


_Gathered = list[tuple[str, list[Change]]]


def _renamed(changes: list[Change], _: Kept) -> _Gathered:
    """Types that are gone from one namespace and new in another under the same names, and the bodies they stand in."""
    gone = {change.path: change for change in changes if change.kind == "type_removed"}
    come = {change.path: change for change in changes if change.kind == "type_added"}
    pairs: dict[tuple[str, str], list[tuple[Change, Change]]] = {}
    by_name: dict[str, list[str]] = {}
    for path in come:
        by_name.setdefault(path.rpartition(".")[2], []).append(path)
    for path, change in gone.items():
        space, _dot, name = path.rpartition(".")
        for other in by_name.get(name, ()):
            pairs.setdefault((space, other.rpartition(".")[0]), []).append((change, come[other]))
    found: _Gathered = []
    for (was, now), both in sorted(pairs.items()):
        if len(both) < FEW or was == now:
            continue
        group = [change for pair in both for change in pair]
        old, new = ({change.path for change in side} for side in zip(*both, strict=True))
        bodies = [
            change
            for change in changes
            if change.kind in ("response_type_changed", "request_body_changed")
            and _names(change.detail.get("from")) in old
            and _names(change.detail.get("to")) in new
        ]
        group += bodies
        more = f", and with them the types of {len(bodies)} bodies" if bodies else ""
        names = listed(sorted(change.path.rpartition(".")[2] for change, _new in both), 4)
        found.append((f"{len(both)} types moved from the namespace {was} to {now}{more}: {names}.", group))
    return found


def _names(value: Any) -> str:
    return str(value).removeprefix("Collection(").removesuffix(")")


def _moved_bases(changes: list[Change], _: Kept) -> _Gathered:
    """A type that derives from another one, with the members that merely moved along."""
    found: _Gathered = []
    members: dict[str, list[Change]] = {}
    for change in changes:
        if change.rule == "G-MOVE" and "/" in change.path:
            members.setdefault(change.path.partition("/")[0], []).append(change)
    for change in changes:
        if change.kind != "base_type_changed":
            continue
        moved = members.get(change.path, [])
        names = listed([other.path.rpartition("/")[2] for other in moved], 4)
        along = f"; {len(moved)} members moved with it: {names}" if moved else ""
        lost, gained = change.detail.get("effective_lost"), change.detail.get("effective_gained")
        along += f"; it lost {plain(lost)}" if lost else ""
        along += f"; it gained {plain(gained)}" if gained else ""
        ends = f"{plain(change.detail['to'])} and no longer from {plain(change.detail['from'])}"
        found.append((f"{short(change.path)}: it derives from {ends}{along}.", [change, *moved]))
    return found


def _hoisted(changes: list[Change], _: Kept) -> _Gathered:
    """Members that moved between a type and those that derive from it: one line for each member."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        if change.rule == "G-MOVE":
            groups.setdefault(change.path.rpartition("/")[2], []).append(change)
    found: _Gathered = []
    for name, group in groups.items():
        here = [short(c.path.partition("/")[0]) for c in group if c.kind.endswith("_added")]
        gone = [short(c.path.partition("/")[0]) for c in group if c.kind.endswith("_removed")]
        if here and gone:
            found.append((f"{name} moved from {listed(gone, 4)} to {listed(here, 4)}.", group))
    return found


def _unseen(changes: list[Change], _: Kept) -> _Gathered:
    """What a recording did not show, in one line a recording: a few exchanges prove nothing."""
    words = {"member": "members", "enum_member": "values", "code": "error codes", "status": "statuses"}
    groups: dict[str, list[Change]] = {}
    for change in changes:
        if change.kind.endswith("_unseen") and change.grade is Grade.INFORMATIONAL:
            groups.setdefault(change.where, []).append(change)
    found: _Gathered = []
    for where, group in groups.items():
        kinds = [change.kind.removeprefix("behaviour_").removesuffix("_unseen") for change in group]
        counts = [f"{kinds.count(kind)} declared {words[kind]}" for kind in words if kind in kinds]
        found.append((f"{where} does not show {listed(counts)}.", group))
    return found


def _alike(changes: list[Change], words: Kept) -> _Gathered:
    """Many mild changes of one kind about the same subject, or of the same words about many."""
    groups: dict[tuple[Any, ...], list[Change]] = {}
    for change in changes:
        if (change.grade in _MILD or change.kind == "type_removed") and not change.clauses:
            of = change.subject or (subject(change) if change.path.startswith("/") else "")
            groups.setdefault((change.kind, change.source, change.rule, of, change.grade, change.create), []).append(
                change
            )
    found: _Gathered = []
    for (kind, *_rest), group in groups.items():
        if len(group) > FEW:
            one = group[0]
            if kind.startswith("page_"):
                said = "; ".join(what(change, words) for change in group[:FEW])
                says = f"{subject(one)}: {len(group)} times the like: {said}; and {len(group) - FEW} more."
            else:
                told = {what(change, words) for change in group}
                happened = told.pop() if len(told) == 1 else KINDS[one.kind].says
                says = f"{len(group)} times: {happened}: {listed([subject(c) for c in group], 12)}."
            found.append((says, group))
    return found
