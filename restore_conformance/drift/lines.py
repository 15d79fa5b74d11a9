"""The lines of a report: changes that are one event are one line, with a count; each says what, whom and since when.

All formats say the same, for all of them write these lines. Groups changes and judges none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.facts import Fact, family_of
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.rules import RULES
from restore_conformance.drift.sentences import Texts, plain, short, subject, todo, what, whom
from restore_conformance.drift.sources.metadata import bare
from restore_conformance.spelling import listed

ORDER = (Grade.BREAKING, Grade.UNDECIDABLE, Grade.ADDITIVE, Grade.INFORMATIONAL)
_MILD = (Grade.INFORMATIONAL, Grade.ADDITIVE)
_PLACES = {"page": "the documents", "metadata": "the metadata", "service": "what the service does"}
FEW = 3
"""So many mild changes of one kind have a line each; more are one line with a count."""
Standing = Mapping[str, Mapping[str, Any]]
_Events = Iterator[tuple[str, list[Change]]]
"""What happened, in a sentence, and the changes that say so."""


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
    changes: Iterable[Change], facts: Iterable[Fact] = (), standing: Standing | None = None, texts: Texts | None = None
) -> list[Line]:
    """Every change in a line, the gravest first."""
    left, joined = list(changes), list(facts)
    history, words = standing or {}, texts or Texts()
    by_change = {identity: fact for fact in joined for ids in fact.changes.values() for identity in ids}
    by_id: dict[str, list[tuple[int, Change]]] = {}
    for at, change in enumerate(left):
        by_id.setdefault(change.id, []).append((at, change))
    events: list[tuple[str, list[Change]]] = []
    taken: set[int] = set()
    for fact in joined:
        group = [change for change in _of_fact(fact, by_id) if id(change) not in taken]
        if group:
            sources = listed([_PLACES[family] for family in _PLACES if family in fact.families])
            events.append((f"{subject(group[0])}: {what(group[0], words)} (so {sources}).", group))
            taken |= {id(change) for change in group}
    for gather in (_renamed, _moved_bases, _hoisted, _unseen, _alike):
        left = [change for change in left if id(change) not in taken]
        for says, changes_alike in gather(left, words):
            group = [change for change in changes_alike if id(change) not in taken]
            events += [(says, group)] if group else []
            taken |= {id(change) for change in group}
    alone = [change for change in left if id(change) not in taken]
    events += [(f"{subject(change)}: {what(change, words)}.", [change]) for change in alone]
    unsorted = [_line(group, says, history, by_change) for says, group in events]
    return sorted(unsorted, key=lambda line: (ORDER.index(line.grade), ORDER.index(line.create)))


def _of_fact(fact: Fact, changes: Mapping[str, list[tuple[int, Change]]]) -> list[Change]:
    """The changes of several sources that report one fact alike; none where only one source does, or grades differ.

    `changes` are those of the night by id, each with its place. The one that names the declared type stands first.
    """
    ids = {identity for group in fact.changes.values() for identity in group}
    placed = sorted((row for identity in ids for row in changes.get(identity, ())), key=lambda row: row[0])
    group = [change for _, change in placed if not change.kind.endswith("_unseen")]
    alike = len({(change.grade, change.create) for change in group}) == 1
    if len({change.source for change in group}) < 2 or not alike:
        return []
    return sorted(group, key=lambda change: change.source not in ("csdl", "openapi"))


def _line(group: list[Change], says: str, history: Standing, facts: Mapping[str, Fact]) -> Line:
    gravest = max(group, key=lambda change: (change.grade.weight, change.create.weight))
    rows = [history[change.id] for change in group if change.id in history]
    states = {str(row.get("state", "")) for row in rows}
    return Line(
        gravest.grade,
        max((change.create for change in group), key=lambda grade: grade.weight),
        says,
        whom(gravest),
        _since(rows, facts.get(gravest.id), group),
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


def _grouped(changes: Iterable[Change], key: Callable[[Change], Any]) -> dict[Any, list[Change]]:
    """Changes by a key, in the order in which they come; those without one are left out."""
    groups: dict[Any, list[Change]] = {}
    for change in changes:
        if (name := key(change)) is not None:
            groups.setdefault(name, []).append(change)
    return groups


def _renamed(changes: list[Change], _: Texts) -> _Events:
    """Types that are gone from one namespace and new in another under the same names, and the bodies they stand in."""
    removed = [change for change in changes if change.kind == "type_removed"]
    added = _grouped(changes, lambda c: c.path.rpartition(".")[2] if c.kind == "type_added" else None)
    pairs: dict[tuple[str, str], list[tuple[Change, Change]]] = {}
    for change in removed:
        space, _dot, name = change.path.rpartition(".")
        for other in added.get(name, ()):
            pairs.setdefault((space, other.path.rpartition(".")[0]), []).append((change, other))
    for (was, now), both in sorted(pairs.items()):
        if len(both) < FEW or was == now:
            continue
        old, new = ({change.path for change in side} for side in zip(*both, strict=True))
        bodies = [
            change
            for change in changes
            if change.kind in ("response_type_changed", "request_body_changed")
            and bare(str(change.detail.get("from"))) in old
            and bare(str(change.detail.get("to"))) in new
        ]
        more = f", and with them the types of {len(bodies)} bodies" if bodies else ""
        names = listed(sorted(change.path.rpartition(".")[2] for change, _new in both), most=4)
        says = f"{len(both)} types moved from the namespace {was} to {now}{more}: {names}."
        yield says, [*(change for pair in both for change in pair), *bodies]


def _moved_bases(changes: list[Change], words: Texts) -> _Events:
    """A type that derives from another one, with the members that merely moved along."""
    members = _grouped(changes, lambda c: c.path.partition("/")[0] if c.rule == "G-MOVE" and "/" in c.path else None)
    for change in changes:
        if change.kind == "base_type_changed":
            moved, detail = members.get(change.path, []), change.detail
            names = listed([other.path.rpartition("/")[2] for other in moved], most=4)
            along = f"; {len(moved)} members moved with it: {names}" if moved else ""
            along += f"; it lost {plain(detail['effective_lost'])}" if detail.get("effective_lost") else ""
            along += f"; it gained {plain(detail['effective_gained'])}" if detail.get("effective_gained") else ""
            yield f"{subject(change)}: {what(change, words)}{along}.", [change, *moved]


def _hoisted(changes: list[Change], _: Texts) -> _Events:
    """Members that moved between a type and those that derive from it: one line for each member."""
    moved = _grouped(changes, lambda c: c.path.rpartition("/")[2] if c.rule == "G-MOVE" else None)
    for name, group in moved.items():
        to, origin = (
            [short(change.path.partition("/")[0]) for change in group if change.kind.endswith(end)]
            for end in ("_added", "_removed")
        )
        if to and origin:
            yield f"{name} moved from {listed(origin, most=4)} to {listed(to, most=4)}.", group


def _unseen(changes: list[Change], _: Texts) -> _Events:
    """What a recording did not show, in one line a recording: a few exchanges prove nothing."""
    words = {"member": "members", "enum_member": "values", "code": "error codes", "status": "statuses"}
    mild = [change for change in changes if change.grade is Grade.INFORMATIONAL]
    for where, group in _grouped(mild, lambda c: c.where if c.kind.endswith("_unseen") else None).items():
        kinds = [change.kind.removeprefix("behaviour_").removesuffix("_unseen") for change in group]
        counts = [f"{kinds.count(kind)} declared {words[kind]}" for kind in words if kind in kinds]
        yield f"{where} does not show {listed(counts)}.", group


def _alike(changes: list[Change], words: Texts) -> _Events:
    """Many mild changes of one kind about the same subject, or of the same words about many."""

    def key(change: Change) -> tuple[Any, ...] | None:
        if change.clauses or not (change.grade in _MILD or change.kind == "type_removed"):
            return None
        of = change.subject or (subject(change) if change.path.startswith("/") else "")
        return change.kind, change.source, change.rule, of, change.grade, change.create

    for (kind, *_), group in _grouped(changes, key).items():
        if len(group) <= FEW:
            continue
        phrases = dict.fromkeys(what(change, words) for change in group)
        if kind.startswith("page_"):
            some = "; ".join(what(change, words) for change in group[:FEW])
            says = f"{subject(group[0])}: {len(group)} times the like: {some}; and {len(group) - FEW} more."
        else:
            happened = next(iter(phrases)) if len(phrases) == 1 else KINDS[kind].in_general
            says = f"{len(group)} times: {happened}: {listed([subject(change) for change in group], most=12)}."
        yield says, group
