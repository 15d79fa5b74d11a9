"""Differences in the members of a structured type, declared by name or written out as a body, whatever it is called.

Named types that both sides name alike are compared member by member, moves along the base chain apart. A body may be
a named type or an object written out in its place, of which only what stands inside is on the wire. Knows the normal
form and the rules; not where either side was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from restore_conformance.drift.change import (
    Difference,
    Direction,
    Grade,
    Judged,
    additive,
    breaking,
    informational,
    undecidable,
)
from restore_conformance.drift.differences.enums import values_judged
from restore_conformance.drift.differences.generic import altered, directed, ends, keyed
from restore_conformance.drift.differences.lineage import Sides
from restore_conformance.drift.sources.metadata import Api, Knows, Member, TypeFacts, bare

_MOVED = informational("G-MOVE")


def member_changes(old: TypeFacts, new: TypeFacts, sides: Sides) -> Iterator[Difference]:
    """Every difference between the own members of two readings of one type."""
    return keyed(
        old.members,
        new.members,
        lambda _, now: [_added(now, new, sides)],
        lambda _, was: [_removed(was, old, new, sides)],
        lambda name, was, now: _changed(f"{new.name}/{name}", was, now, sides),
    )


def may_be_left_out(member: Member) -> bool:
    """Whether a request may leave the member out, as far as its type says."""
    return member.nullable or member.collection or member.navigation


def _word(member: Member) -> str:
    return "navigation" if member.navigation else "property"


def _moved(was: Member, now: Member, knows: frozenset[Knows]) -> Judged:
    """How a member that is now declared on another type of the chain is judged."""
    if was.type != now.type or (was.navigation != now.navigation and Knows.NAVIGATION in knows):
        return breaking("G-TYPE", f"it was {was.type} and is {now.type} on the other type")
    if was.nullable != now.nullable and Knows.NULLABILITY in knows and was.stated and now.stated:
        if now.nullable:
            return breaking("G-NULL-LOOSE", "it may now be null", side=Direction.RESPONSE)
        return breaking("G-NULL-TIGHT", "it may no longer be null", side=Direction.REQUEST)
    facets = facet_changes("", was, now) if Knows.FACETS in knows else ()
    return max((facet.judged for facet in facets), key=lambda judged: judged.grade.weight, default=_MOVED)


def _added(now: Member, owner: TypeFacts, sides: Sides) -> Difference:
    kind, path, before = f"{_word(now)}_added", f"{owner.name}/{now.name}", sides.before
    detail = {"type": now.type} | ({"contains": now.contains} if now.navigation else {"nullable": now.nullable})
    inherited = before.effective(owner.name).get(now.name)
    if inherited is not None:
        judged = _moved(inherited, now, sides.knows)
        return Difference(kind, path, {**detail, "was_inherited": inherited.type}, judged)
    below = [name for name in sides.after.below(owner.name) if name in before.metadata.types]
    if below and all(now.name in before.effective(name) for name in below):
        # what else changed is reported where it was taken away
        return Difference(kind, path, {**detail, "was_declared": "on every concrete type"}, _MOVED)
    return Difference(kind, path, detail, _addition(now, sides.after.metadata.knows))


def _addition(now: Member, knows: frozenset[Knows]) -> Judged:
    if now.navigation:
        return additive("G-ADDNAV")
    if dict(now.facets).get("Required"):
        return breaking("R-REQUIRED", "requests without it are refused", side=Direction.REQUEST)
    if may_be_left_out(now) or now.default is not None:
        return additive("G-ADDPROP")
    if Knows.REQUIRED in knows:
        return additive("R-OPTIONAL", "the document lists what a request must carry, and not this")
    why = "whoever writes the type may have to send it; breaking unless the service sets it by itself"
    return breaking("G-ADDNN", why, side=Direction.REQUEST)


def _removed(was: Member, old: TypeFacts, new: TypeFacts, sides: Sides) -> Difference:
    kind, path, detail, after = f"{_word(was)}_removed", f"{new.name}/{was.name}", {"type": was.type}, sides.after
    inherited = after.effective(new.name).get(was.name)
    if inherited is not None:
        judged = _moved(was, inherited, sides.knows)
        return Difference(kind, path, {**detail, "now_inherited": inherited.type}, judged)
    below = sorted(name for name in sides.before.below(old.name) if name in after.metadata.types)
    again = [after.effective(name).get(was.name) for name in below]
    if again and all(member is not None and _moved(was, member, sides.knows) is _MOVED for member in again):
        return Difference(kind, path, {**detail, "now_declared_on": below}, _MOVED)
    if old.base != new.base and new.base and not after.metadata.closed(new.name):
        why = f"the new base type {new.base} is not declared here and may hold it; its declaration would settle it"
        return Difference(kind, path, detail, undecidable("G-REMOVE", why))
    return Difference(kind, path, detail, breaking("G-REMOVE"))


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
        why = "a navigation is not in the body unless it is expanded"
        yield Difference("member_kind_changed", path, detail, breaking("R-KIND", why))
        return
    if not _unsaid(path, was, now, knows) and not _alike(path, was, now, sides):
        yield from altered(f"{_word(now)}_type_changed", path, was.type, now.type, breaking("G-TYPE"))
    if Knows.NULLABILITY in knows:
        yield from altered("nullability_changed", path, was.nullable, now.nullable, nullability(was, now))
    if Knows.CONTAINMENT in knows:
        judged = informational("G-CONTAIN", "a client that builds addresses may break")
        yield from altered("navigation_containment_changed", path, was.contains, now.contains, judged)
    if Knows.FACETS in knows:
        yield from facet_changes(path, was, now)


def nullability(was: Member, now: Member) -> Judged:
    """How a member is judged that may now be null, or no longer."""
    if was.navigation and was.collection and now.collection:
        return informational("G-NULL-LOOSE", "a collection of entities is never null", side=Direction.RESPONSE)
    if not (was.stated and now.stated):
        both = was.collection and now.collection
        return informational("G-NULL-ITEMS" if both else "R-NULL-REF", "one side does not say whether it may be null")
    if now.nullable:
        return breaking("G-NULL-LOOSE", side=Direction.RESPONSE)
    return breaking("G-NULL-TIGHT", "readers gain a guarantee", side=Direction.REQUEST)


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
            judged = _facet(facet, old_value, new_value)
            if judged.rule != "G-ENUM-ORDER":
                yield Difference("facet_changed", path, {"facet": facet, **ends(old_value, new_value)}, judged)


_UPPER = frozenset({"MaxLength", "Precision", "Scale", "Maximum", "MaxItems"})
_LOWER = frozenset({"MinLength", "Minimum", "MinItems"})
_UNORDERED = frozenset({"Pattern", "MultipleOf", "UniqueItems", "ExclusiveMinimum", "ExclusiveMaximum", "Const"})
"""Facets whose two values do not show which one lets less through."""


def _facet(facet: str, was: str | None, now: str | None) -> Judged:
    """A facet that lets less through is breaking for whoever writes the member."""
    if facet == "Required":
        needed = breaking("R-REQUIRED", "requests without it are refused", side=Direction.REQUEST)
        return needed if now else informational("R-REQUIRED")
    if facet == "Enum":
        if was and now:
            return values_judged(was.split(","), now.split(","))
        return (breaking if now else additive)("R-VALUES", side=Direction.REQUEST)
    if facet in _UNORDERED and now:
        why = f"values that kept the old {facet} and not the new would settle it"
        return undecidable("R-FACET", why, side=Direction.REQUEST)
    tighter = (facet in _UPPER and _limit(now) < _limit(was)) or (
        facet in _LOWER and _limit(now, 0.0) > _limit(was, 0.0)
    )
    if tighter:
        return breaking("R-FACET", f"{facet} lets less through than it did", side=Direction.REQUEST)
    return informational("R-FACET")


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
        judged = values_judged(*values)
        if judged.grade is not Grade.INFORMATIONAL:  # where only the order differs nothing is on the wire
            yield directed(Difference(kind, at, ends(*values), judged), now.direction)
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


def _summed(inner: list[Difference], at: str = "") -> Judged:
    """One judgement for what has another name and holds something else: the gravest, and what differs."""
    gravest = max((difference.judged for difference in inner), key=lambda judged: judged.grade.weight)
    parts = [
        f"{part.path.removeprefix(at).lstrip('/') or 'it'} was {part.detail['from']} and is {part.detail['to']}"
        for part in inner
    ]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    return Judged(gravest.grade, gravest.rule, "; ".join(parts[:3]) + more)


def _more(name: str, member: Member, sent: bool) -> Judged:
    if sent and dict(member.facets).get("Required"):
        return breaking("R-REQUIRED", "requests without it are refused", side=Direction.REQUEST)
    return additive("R-OPTIONAL" if sent or name.startswith("@") else "G-ADDPROP")


def _less(name: str) -> Judged:
    if name.startswith("@odata."):
        return informational("G-ANNOT", "control information may come whether it is listed or not")
    return breaking("G-REMOVE")


def _null(member: Member) -> str:
    return "may be null" if member.nullable else ("never null" if member.stated else "not said whether null")
