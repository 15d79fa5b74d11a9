"""Differences in the members of a structured type, declared by name or written out as a body, whatever it is called.

Named types that both sides name alike are compared member by member, moves along the base chain apart. A body may be
a named type or an object written out in its place, of which only what stands inside is on the wire. Knows the normal
form and the rules; not where either side was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from restore_conformance.drift.change import Difference, Direction, Grade, Row
from restore_conformance.drift.differences.edits import altered, edits, ends, gravest
from restore_conformance.drift.differences.enums import values_judged
from restore_conformance.drift.differences.lineage import Sides
from restore_conformance.drift.grading import directed
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources.metadata import Api, Knows, Member, TypeFacts, bare

_MOVED = judged("moved")


def member_changes(old: TypeFacts, new: TypeFacts, sides: Sides) -> Iterator[Difference]:
    """Every difference between the own members of two readings of one type."""
    for _, name, was, now in edits(old.members, new.members):
        if was and now:
            yield from _changed(f"{new.name}/{name}", was, now, sides)
        elif now:
            yield _added(now, new, sides)
        elif was:
            yield _removed(was, old, new, sides)


def may_be_left_out(member: Member) -> bool:
    """Whether a request may leave the member out, as far as its type says."""
    return member.nullable or member.collection or member.navigation


def _word(member: Member) -> str:
    return "navigation" if member.navigation else "property"


def _moved(was: Member, now: Member, knows: frozenset[Knows]) -> Row:
    """How a member that is now declared on another type of the chain is judged."""
    if was.type != now.type or (was.navigation != now.navigation and Knows.NAVIGATION in knows):
        return judged("retyped-base", was=was.type, now=now.type)
    if was.nullable != now.nullable and Knows.NULLABILITY in knows and was.stated and now.stated:
        return judged("null-base" if now.nullable else "never-null-base")
    return gravest(facet_changes("", was, now) if Knows.FACETS in knows else (), _MOVED)


def _added(now: Member, owner: TypeFacts, sides: Sides) -> Difference:
    kind, path, before = f"{_word(now)}_added", f"{owner.name}/{now.name}", sides.before
    detail = {"type": now.type} | ({"contains": now.contains} if now.navigation else {"nullable": now.nullable})
    inherited = before.effective(owner.name).get(now.name)
    if inherited is not None:
        return Difference(kind, path, {**detail, "was_inherited": inherited.type}, _moved(inherited, now, sides.knows))
    below = [name for name in sides.after.below(owner.name) if name in before.metadata.types]
    if below and all(now.name in before.effective(name) for name in below):
        # what else changed is reported where it was taken away
        return Difference(kind, path, {**detail, "was_declared": "on every concrete type"}, _MOVED)
    return Difference(kind, path, detail, _addition(now, sides.after.metadata.knows))


def _addition(now: Member, knows: frozenset[Knows]) -> Row:
    if now.navigation:
        return judged("new-navigation")
    if dict(now.facets).get("Required"):
        return judged("new-needed")
    if may_be_left_out(now) or now.default is not None:
        return judged("new-member")
    return judged("optional-never-null" if Knows.REQUIRED in knows else "new-never-null")


def _removed(was: Member, old: TypeFacts, new: TypeFacts, sides: Sides) -> Difference:
    kind, path, detail, after = f"{_word(was)}_removed", f"{new.name}/{was.name}", {"type": was.type}, sides.after
    inherited = after.effective(new.name).get(was.name)
    if inherited is not None:
        return Difference(kind, path, {**detail, "now_inherited": inherited.type}, _moved(was, inherited, sides.knows))
    below = sorted(name for name in sides.before.below(old.name) if name in after.metadata.types)
    again = [after.effective(name).get(was.name) for name in below]
    if again and all(member is not None and _moved(was, member, sides.knows) == _MOVED for member in again):
        return Difference(kind, path, {**detail, "now_declared_on": below}, _MOVED)
    if old.base != new.base and new.base and not after.metadata.closed(new.name):
        return Difference(kind, path, detail, judged("gone-with-base", base=new.base))
    return Difference(kind, path, detail, judged("gone"))


def _unsaid(path: str, was: Member, now: Member, knows: frozenset[Knows]) -> bool:
    """Whether an OpenAPI document leaves open what a metadata document names: an object without a name of its own."""
    unnamed = {"Edm.Untyped", path.replace("/", ".")}
    return Knows.NAVIGATION not in knows and not unnamed.isdisjoint((was.target, now.target))


def _alike(path: str, was: Member, now: Member, sides: Sides) -> bool:
    """Whether an object written out in the member and a named type hold the same members."""
    if path.replace("/", ".") not in (was.target, now.target) or was.collection != now.collection:
        return False
    old_type, new_type = sides.before.metadata.types.get(was.target), sides.after.metadata.types.get(now.target)
    if old_type is None or new_type is None:
        return False
    return old_type.values == new_type.values and sides.before.effective(was.target) == sides.after.effective(
        now.target
    )


def _changed(path: str, was: Member, now: Member, sides: Sides) -> Iterator[Difference]:
    knows = sides.knows
    if was.navigation != now.navigation and Knows.NAVIGATION in knows:
        detail = ends(f"{_word(was)} {was.type}", f"{_word(now)} {now.type}")
        yield Difference("member_kind_changed", path, detail, judged("kind-of-member"))
        return
    if not _unsaid(path, was, now, knows) and not _alike(path, was, now, sides):
        yield from altered(f"{_word(now)}_type_changed", path, was.type, now.type, judged("retyped"))
    if Knows.NULLABILITY in knows:
        yield from altered("nullability_changed", path, was.nullable, now.nullable, nullability(was, now))
    if Knows.CONTAINMENT in knows:
        yield from altered("navigation_containment_changed", path, was.contains, now.contains, judged("containment"))
    if Knows.FACETS in knows:
        yield from facet_changes(path, was, now)


def nullability(was: Member, now: Member) -> Row:
    """How a member is judged that may now be null, or no longer."""
    if was.navigation and was.collection and now.collection:
        return judged("null-entities")
    if not (was.stated and now.stated):
        return judged("null-items" if was.collection and now.collection else "null-unsaid")
    return judged("null" if now.nullable else "never-null")


class Limited(Protocol):
    """A member or a parameter, for its facets."""

    @property
    def facets(self) -> tuple[tuple[str, str], ...]: ...


def facet_changes(path: str, old: Limited, new: Limited) -> Iterator[Difference]:
    """Every facet that differs; the order alone of the values of an enumeration does not count."""
    was, now = dict(old.facets), dict(new.facets)
    for facet in sorted(was.keys() | now.keys()):
        old_value, new_value = was.get(facet), now.get(facet)
        if (old_value or "").lower() != (new_value or "").lower():
            row = _facet(facet, old_value, new_value)
            if row.rule != "G-ENUM-ORDER":
                yield Difference("facet_changed", path, {"facet": facet, **ends(old_value, new_value)}, row)


_UPPER = frozenset({"MaxLength", "Precision", "Scale", "Maximum", "MaxItems"})
_LOWER = frozenset({"MinLength", "Minimum", "MinItems"})
_UNORDERED = frozenset({"Pattern", "MultipleOf", "UniqueItems", "ExclusiveMinimum", "ExclusiveMaximum", "Const"})
"""Facets whose two values do not show which one lets less through."""


def _facet(facet: str, was: str | None, now: str | None) -> Row:
    """A facet that lets less through is breaking for whoever writes the member."""
    if facet == "Required":
        return judged("needed-facet" if now else "needed-less")
    if facet == "Enum":
        if was and now:
            return values_judged(was.split(","), now.split(","))
        return judged("fewer-values" if now else "more-values")
    if facet in _UNORDERED and now:
        return judged("limited-otherwise", facet=facet)
    tighter = (facet in _UPPER and _limit(now) < _limit(was)) or (
        facet in _LOWER and _limit(now, 0.0) > _limit(was, 0.0)
    )
    return judged("limited", facet=facet) if tighter else judged("limited-less")


def _limit(text: str | None, missing: float = float("inf")) -> float:
    """A limit as a number; one that is absent, "max" or unreadable does not limit."""
    try:
        return float(text) if text is not None and len(text) < 40 else missing
    except ValueError:
        return missing


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
        yield Difference(kind, at, ends(was.type, now.type), judged("retyped"))
    elif old_facts is None or new_facts is None:
        if bare(was.type) != bare(now.type):
            unsaid = "Edm.Untyped" in (bare(was.type), bare(now.type))
            yield Difference(kind, at, ends(was.name, now.name), judged("untyped" if unsaid else "retyped"))
    elif old_facts.is_enum != new_facts.is_enum:
        yield Difference(kind, at, ends(was.name, now.name), judged("kind-of-value"))
    elif old_facts.is_enum:
        values = [[value.name for value in facts.values] for facts in (old_facts, new_facts)]
        row = values_judged(*values)
        if row.grade is not Grade.INFORMATIONAL:  # where only the order differs nothing is on the wire
            yield directed(Difference(kind, at, ends(*values), row), now.direction)
    else:
        yield from _in_members(kind, at, was, now, depth)


def _in_members(kind: str, at: str, was: Body, now: Body, depth: int) -> Iterator[Difference]:
    before, after = was.members(), now.members()
    for name in sorted(before.keys() | after.keys()):  # equal ones too: what they hold may be written out
        path, had, has = f"{at}/{name}", before.get(name), after.get(name)
        if had is None and has is not None:
            yield Difference(
                kind, path, ends("absent", now.inside(has).name), _more(name, has, now.direction is Direction.REQUEST)
            )
        elif has is None and had is not None:
            yield Difference(kind, path, ends(was.inside(had).name, "absent"), _less(name))
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


def _summed(inner: list[Difference], at: str = "") -> Row:
    """One judgement for what has another name and holds something else: the gravest, and what differs."""
    worst = gravest(inner, inner[0].row)
    parts = [
        f"{part.path.removeprefix(at).lstrip('/') or 'it'} was {part.detail['from']} and is {part.detail['to']}"
        for part in inner
    ]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    return replace(worst, why="; ".join(parts[:3]) + more, side=Direction.BOTH, otherwise="")


def _more(name: str, member: Member, sent: bool) -> Row:
    if sent and dict(member.facets).get("Required"):
        return judged("new-needed")
    return judged("optional" if sent or name.startswith("@") else "shown-member")


def _less(name: str) -> Row:
    return judged("control" if name.startswith("@odata.") else "gone")


def _null(member: Member) -> str:
    return "may be null" if member.nullable else ("never null" if member.stated else "not said whether null")
