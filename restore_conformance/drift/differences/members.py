"""Differences in the members of one structured type, apart from moves along the base chain.

Knows the normal form and the rules; not where either side was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from restore_conformance.drift.change import Grade, Judged
from restore_conformance.drift.differences.lineage import Lineage
from restore_conformance.drift.sources.metadata import Knows, Member, TypeFacts

Found = tuple[str, str, dict[str, Any], Judged]
"""Kind, path, detail and judgement of one difference, before it is placed in a scope."""

_MOVED = Judged(Grade.INFORMATIONAL, "G-MOVE")


def member_changes(
    old: TypeFacts, new: TypeFacts, before: Lineage, after: Lineage, knows: frozenset[Knows]
) -> Iterator[Found]:
    """Every difference between the own members of two readings of one type."""
    for name in sorted(old.members.keys() | new.members.keys()):
        was, now = old.members.get(name), new.members.get(name)
        path = f"{new.name}/{name}"
        if was is None and now is not None:
            yield _added(path, now, old, before, after, knows)
        elif now is None and was is not None:
            yield _removed(path, was, old, new, before, after, knows)
        elif was is not None and now is not None and was != now:
            yield from _changed(path, was, now, before, after, knows)


def _word(member: Member) -> str:
    return "navigation" if member.navigation else "property"


def _same(one: Member, other: Member, knows: frozenset[Knows]) -> Judged:
    """How a member that is now had from another type of the chain is judged."""
    if one.type != other.type or (one.navigation != other.navigation and Knows.NAVIGATION in knows):
        return Judged(Grade.BREAKING, "G-TYPE", f"it was {one.type} and is {other.type} on the other type")
    stated = Knows.NULLABILITY in knows and one.stated and other.stated
    if stated and one.nullable and not other.nullable:
        return Judged(Grade.BREAKING, "G-NULL-TIGHT", "it may no longer be null", writer_only=True)
    if stated and other.nullable and not one.nullable:
        return Judged(Grade.BREAKING, "G-NULL-LOOSE", "it may now be null")
    if one.facets != other.facets and Knows.FACETS in knows:
        facets = [judged for *_, judged in facet_changes("", dict(one.facets), dict(other.facets))]
        return max(facets, key=lambda judged: judged.grade.weight, default=_MOVED)
    return _MOVED


def _added(path: str, now: Member, old: TypeFacts, before: Lineage, after: Lineage, knows: frozenset[Knows]) -> Found:
    detail: dict[str, Any] = {"type": now.type}
    detail |= {"contains": now.contains} if now.navigation else {"nullable": now.nullable}
    owner = old.name
    inherited = before.effective(owner).get(now.name)
    if inherited is not None:
        return f"{_word(now)}_added", path, {**detail, "was_inherited": inherited.type}, _same(inherited, now, knows)
    earlier = [before.effective(name).get(now.name) for name in after.below(owner) if name in before.metadata.types]
    if earlier and all(member is not None for member in earlier):  # what else changed is told where it was taken away
        return f"{_word(now)}_added", path, {**detail, "was_declared": "on every concrete type"}, _MOVED
    return f"{_word(now)}_added", path, detail, _addition(path, now, owner, after)


def _addition(path: str, now: Member, owner: str, after: Lineage) -> Judged:
    if now.navigation:
        return Judged(Grade.ADDITIVE, "G-ADDNAV")
    if dict(now.facets).get("Required"):
        return Judged(Grade.BREAKING, "R-REQUIRED", "requests without it are refused", writer_only=True)
    if now.nullable or now.collection or now.default is not None:
        return Judged(Grade.ADDITIVE, "G-ADDPROP")
    if Knows.REQUIRED in after.metadata.knows:
        return Judged(Grade.ADDITIVE, "R-OPTIONAL", "the document lists what a request must carry, and not this")
    notes = after.metadata.annotations
    if notes.get((path, "Org.OData.Core.V1.Computed")) is True:
        return Judged(Grade.ADDITIVE, "G-ADDPROP", "the service computes it")
    if after.only_returned(owner):
        return Judged(Grade.ADDITIVE, "G-ADDPROP", "the type is only returned, never sent")
    return Judged(
        Grade.BREAKING,
        "G-ADDNN",
        "whoever writes the type may have to send it; breaking unless the service sets it by itself",
        writer_only=True,
    )


def _removed(
    path: str, was: Member, old: TypeFacts, new: TypeFacts, before: Lineage, after: Lineage, knows: frozenset[Knows]
) -> Found:
    kind, detail = f"{_word(was)}_removed", {"type": was.type}
    inherited = after.effective(new.name).get(was.name)
    if inherited is not None:
        return kind, path, {**detail, "now_inherited": inherited.type}, _same(was, inherited, knows)
    remaining = [name for name in before.below(old.name) if name in after.metadata.types]
    redeclared = [after.effective(name).get(was.name) for name in remaining]
    if redeclared and all(member is not None and _same(was, member, knows) is _MOVED for member in redeclared):
        return kind, path, {**detail, "now_declared_on": sorted(remaining)}, _MOVED
    if old.base != new.base and new.base and not after.metadata.closed(new.name):
        return (
            kind,
            path,
            detail,
            Judged(
                Grade.UNDECIDABLE,
                "G-REMOVE",
                f"the new base type {new.base} is not declared here and may hold it; its declaration would settle it",
            ),
        )
    return kind, path, detail, Judged(Grade.BREAKING, "G-REMOVE")


def _unsaid(path: str, was: Member, now: Member, knows: frozenset[Knows]) -> bool:
    """Whether an OpenAPI document leaves open what a metadata document names: an object without a name of its own."""
    unnamed = ("Edm.Untyped", path.replace("/", "."))
    return Knows.NAVIGATION not in knows and (was.target in unnamed or now.target in unnamed)


def _alike(path: str, was: Member, now: Member, before: Lineage, after: Lineage) -> bool:
    """Whether an object written out in the member and a named type hold the same members."""
    if path.replace("/", ".") not in (was.target, now.target) or was.collection != now.collection:
        return False
    one, other = before.metadata.types.get(was.target), after.metadata.types.get(now.target)
    if one is None or other is None:
        return False
    return one.values == other.values and before.effective(was.target) == after.effective(now.target)


def _changed(
    path: str, was: Member, now: Member, before: Lineage, after: Lineage, knows: frozenset[Knows]
) -> Iterator[Found]:
    if was.navigation != now.navigation and Knows.NAVIGATION in knows:
        yield (
            "member_kind_changed",
            path,
            {"from": f"{_word(was)} {was.type}", "to": f"{_word(now)} {now.type}"},
            Judged(Grade.BREAKING, "R-KIND", "a navigation is not in the body unless it is expanded"),
        )
        return
    if was.type != now.type and not _unsaid(path, was, now, knows) and not _alike(path, was, now, before, after):
        yield (f"{_word(now)}_type_changed", path, {"from": was.type, "to": now.type}, Judged(Grade.BREAKING, "G-TYPE"))
    if was.nullable != now.nullable and Knows.NULLABILITY in knows:
        yield "nullability_changed", path, {"from": was.nullable, "to": now.nullable}, _nullability(was, now)
    if was.contains != now.contains and Knows.CONTAINMENT in knows:
        yield (
            "navigation_containment_changed",
            path,
            {"from": was.contains, "to": now.contains},
            Judged(Grade.INFORMATIONAL, "G-CONTAIN", "a client that builds addresses may break"),
        )
    if was.facets != now.facets and Knows.FACETS in knows:
        yield from facet_changes(path, dict(was.facets), dict(now.facets))


def _nullability(was: Member, now: Member) -> Judged:
    if was.navigation and was.collection and now.collection:
        return Judged(Grade.INFORMATIONAL, "G-NULL-LOOSE", "a collection of entities is never null")
    if not (was.stated and now.stated):
        why = "one side does not say whether it may be null"
        if was.collection and now.collection:
            return Judged(Grade.INFORMATIONAL, "G-NULL-ITEMS", why)
        return Judged(Grade.INFORMATIONAL, "R-NULL-REF", why)
    if now.nullable:
        return Judged(Grade.BREAKING, "G-NULL-LOOSE")
    return Judged(Grade.BREAKING, "G-NULL-TIGHT", "readers gain a guarantee", writer_only=True)


def facet_changes(path: str, was: dict[str, str], now: dict[str, str]) -> Iterator[Found]:
    """Every facet that differs; the values of an enumeration count as a set."""
    for facet in sorted(was.keys() | now.keys()):
        one, other = was.get(facet), now.get(facet)
        if facet == "Enum" and one and other and set(one.split(",")) == set(other.split(",")):
            continue
        if one != other and (one or "").lower() != (other or "").lower():
            yield "facet_changed", path, {"facet": facet, "from": one, "to": other}, _facet(facet, one, other)


def _facet(facet: str, one: str | None, other: str | None) -> Judged:
    """A facet that lets less through is breaking for whoever writes the member."""
    if facet == "Required":
        return (
            Judged(Grade.BREAKING, "R-REQUIRED", "requests without it are refused", writer_only=True)
            if other
            else Judged(Grade.INFORMATIONAL, "R-REQUIRED")
        )
    if facet == "Enum":
        lost = set((one or "").split(",")) - set((other or "").split(","))
        if one and other:
            return Judged(Grade.BREAKING if lost else Grade.ADDITIVE, "R-VALUES")
        return Judged(Grade.BREAKING if other else Grade.ADDITIVE, "R-VALUES")
    if facet in _UNORDERED and other:
        why = f"values that kept the old {facet} and not the new would settle it"
        return Judged(Grade.UNDECIDABLE, "R-FACET", why, writer_only=True)
    tighter = (facet in _UPPER and _limit(other) < _limit(one)) or (
        facet in _LOWER and _limit(other, 0.0) > _limit(one, 0.0)
    )
    if tighter:
        return Judged(Grade.BREAKING, "R-FACET", f"{facet} lets less through than it did", writer_only=True)
    return Judged(Grade.INFORMATIONAL, "R-FACET")


_UPPER = frozenset({"MaxLength", "Precision", "Scale", "Maximum", "MaxItems"})
_LOWER = frozenset({"MinLength", "Minimum", "MinItems"})
_UNORDERED = frozenset({"Pattern", "MultipleOf", "UniqueItems", "ExclusiveMinimum", "ExclusiveMaximum", "Const"})
"""Facets of which nobody can tell from two values which one lets less through."""


def _limit(text: str | None, missing: float = float("inf")) -> float:
    """A limit as a number; one that is absent, "max" or unreadable does not limit."""
    try:
        return float(text) if text is not None and len(text) < 40 else missing
    except ValueError:
        return missing
