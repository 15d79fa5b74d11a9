"""The difference between what two bodies may hold, whatever they are called and wherever they are written out.

A body may be a named type or an object written out in its place; only what stands inside is on the wire. Named types
that both sides name alike are compared elsewhere, member by member, and end the search here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from restore_conformance.drift.change import (
    Difference,
    Direction,
    Judged,
    additive,
    breaking,
    informational,
    undecidable,
)
from restore_conformance.drift.differences.enums import values_judged
from restore_conformance.drift.differences.generic import directed, ends
from restore_conformance.drift.differences.members import facet_changes, nullability
from restore_conformance.drift.sources.api import Api
from restore_conformance.drift.sources.metadata import Member, TypeFacts, bare

MAX_DEPTH = 24


@dataclass(frozen=True, slots=True)
class Body:
    """A type where it is used: what a client sends, or what it is given."""

    api: Api
    type: str
    direction: Direction

    @property
    def facts(self) -> TypeFacts | None:
        """The declaration of the type, or None for one that nothing declares."""
        name = bare(self.type)
        return self.api.inline.get(name) or self.api.metadata.types.get(name)

    @property
    def named(self) -> bool:
        """Whether the type has a name of its own."""
        return bare(self.type) in self.api.metadata.types

    @property
    def name(self) -> str:
        """The name of the type, or that it is written out."""
        return "an object written out here" if self.api.inline.get(bare(self.type)) else self.type

    @property
    def collection(self) -> bool:
        return self.type.startswith("Collection(")

    def members(self) -> Mapping[str, Member]:
        """All members, inherited ones too."""
        facts = self.facts
        if facts is None:
            return {}
        return {**self.api.metadata.effective(facts.base or ""), **facts.members}

    def inside(self, member: Member) -> Body:
        """What a member holds."""
        return Body(self.api, member.type, self.direction)


def equal(was: Body, now: Body) -> bool:
    """Whether two bodies hold the same."""
    return next(body_changes("", "", was, now), None) is None


def body_changes(kind: str, place: str, was: Body, now: Body) -> Iterator[Difference]:
    """Every difference inside two bodies, as changes of a kind; one in all where both have a name of their own."""
    inner = list(_inside(kind, "", was, now))
    if inner and was.named and now.named:
        yield Difference(kind, place, ends(was.type, now.type), _summed(inner))
    else:
        yield from (replace(difference, path=f"{place} {difference.path}".strip()) for difference in inner)


def _inside(kind: str, at: str, was: Body, now: Body, depth: int = 0) -> Iterator[Difference]:
    if (was.type == now.type and was.named and now.named) or depth > MAX_DEPTH:
        return
    old_facts, new_facts = was.facts, now.facts
    if was.collection != now.collection:
        yield Difference(kind, at, ends(was.type, now.type), breaking("G-TYPE"))
    elif old_facts is None or new_facts is None:
        if bare(was.type) != bare(now.type):
            why = "one side does not say what it holds; a recorded exchange would settle it"
            unsaid = "Edm.Untyped" in (bare(was.type), bare(now.type))
            judged = undecidable("G-TYPE", why) if unsaid else breaking("G-TYPE")
            yield Difference(kind, at, ends(was.name, now.name), judged)
    elif old_facts.is_enum != new_facts.is_enum:
        yield Difference(kind, at, ends(was.name, now.name), breaking("R-KIND"))
    elif old_facts.is_enum:
        values = [[value.name for value in facts.values] for facts in (old_facts, new_facts)]
        if set(values[0]) != set(values[1]):
            yield directed(Difference(kind, at, ends(*values), values_judged(*values)), now.direction)
    else:
        yield from _members(kind, at, was, now, depth)


def _members(kind: str, at: str, was: Body, now: Body, depth: int) -> Iterator[Difference]:
    before, after = was.members(), now.members()
    for name in sorted(before.keys() | after.keys()):  # equal ones too: what they hold may be written out
        path, had, has = f"{at}/{name}", before.get(name), after.get(name)
        if had is None and has is not None:
            yield Difference(
                kind, path, ends("absent", now.inside(has).name), _added(name, has, now.direction is Direction.REQUEST)
            )
        elif has is None and had is not None:
            yield Difference(kind, path, ends(was.inside(had).name, "absent"), _removed(name))
        elif had is not None and has is not None:
            old_body, new_body = was.inside(had), now.inside(has)
            inner = list(_inside(kind, path, old_body, new_body, depth + 1))
            if inner and old_body.named and new_body.named:
                yield Difference(kind, path, ends(had.type, has.type), _summed(inner, path))
            else:
                yield from inner
            if had.nullable != has.nullable:
                null = Difference(kind, path, ends(_null(had), _null(has)), nullability(had, has))
                yield directed(null, now.direction)
            for facet in facet_changes(path, had, has):
                yield directed(replace(facet, kind=kind), now.direction)


def _summed(inner: list[Difference], at: str = "") -> Judged:
    """One judgement for what has another name and holds something else: the gravest, and what differs."""
    gravest = max((difference.judged for difference in inner), key=lambda judged: judged.grade.weight)
    parts = [
        f"{part.path.removeprefix(at).lstrip('/') or 'it'} was {part.detail['from']} and is {part.detail['to']}"
        for part in inner
    ]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    return Judged(gravest.grade, gravest.rule, "; ".join(parts[:3]) + more)


def _added(name: str, member: Member, sent: bool) -> Judged:
    if sent and dict(member.facets).get("Required"):
        return breaking("R-REQUIRED", "requests without it are refused", side=Direction.REQUEST)
    return additive("R-OPTIONAL" if sent or name.startswith("@") else "G-ADDPROP")


def _removed(name: str) -> Judged:
    if name.startswith("@odata."):
        return informational("G-ANNOT", "control information may come whether it is listed or not")
    return breaking("G-REMOVE")


def _null(member: Member) -> str:
    return "may be null" if member.nullable else ("never null" if member.stated else "not said whether null")
