"""Differences between the declared types of two readings. A removed type is one change, not one per member."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from restore_conformance.drift.change import Grade, Judged
from restore_conformance.drift.differences.enums import enum_changes
from restore_conformance.drift.differences.lineage import Lineage
from restore_conformance.drift.differences.members import Found, member_changes
from restore_conformance.drift.sources.metadata import Knows, TypeFacts


def type_changes(before: Lineage, after: Lineage, knows: frozenset[Knows]) -> Iterator[Found]:
    """Every difference between the types of two readings, in the order of their names."""
    old_types, new_types = before.metadata.types, after.metadata.types
    for name in sorted(old_types.keys() | new_types.keys()):
        old, new = old_types.get(name), new_types.get(name)
        if old is None and new is not None:
            yield "type_added", name, _described(new, knows), Judged(Grade.ADDITIVE, "G-ADDTYPE")
        elif new is None and old is not None:
            yield (
                "type_removed",
                name,
                {"type_kind": old.kind, "members": _names(old)},
                Judged(Grade.BREAKING, "G-REMOVE"),
            )
        elif old is not None and new is not None and (old != new):
            yield from _one_type(old, new, before, after, knows)


def _names(facts: TypeFacts) -> list[str]:
    members = sorted(facts.members.values(), key=lambda member: (member.navigation, member.name))
    return [member.name for member in facts.values] or [member.name for member in members]


def _described(facts: TypeFacts, knows: frozenset[Knows]) -> dict[str, Any]:
    detail: dict[str, Any] = {"type_kind": facts.kind}
    if not facts.is_enum:
        detail["base"] = facts.base
    detail["members"] = _names(facts)
    if not facts.is_enum and Knows.NULLABILITY in knows:
        detail["non_nullable"] = [
            member.name for member in facts.members.values() if not member.nullable and not member.navigation
        ]
    return detail


def _one_type(
    old: TypeFacts, new: TypeFacts, before: Lineage, after: Lineage, knows: frozenset[Knows]
) -> Iterator[Found]:
    if old.kind != new.kind and (Knows.KINDS in knows or old.is_enum != new.is_enum):
        yield (
            "type_kind_changed",
            new.name,
            {"from": old.kind, "to": new.kind},
            Judged(Grade.BREAKING, "R-KIND", "values of the type have another form"),
        )
        if "EnumType" in (old.kind, new.kind):
            return
    yield from _attributes(old, new, knows)
    yield from _keys(old, new, before, after, knows)
    if old.is_enum:
        yield from enum_changes(old, new, knows)
        return
    if old.base != new.base and Knows.BASES in knows:
        yield _base(old, new, before, after)
    yield from member_changes(old, new, before, after, knows)


def _attributes(old: TypeFacts, new: TypeFacts, knows: frozenset[Knows]) -> Iterator[Found]:
    def attribute(name: str, one: Any, other: Any, judged: Judged) -> Found:
        return "type_attribute_changed", new.name, {"attribute": name, "from": one, "to": other}, judged

    if old.abstract != new.abstract and Knows.ABSTRACT in knows:
        judged = (
            Judged(Grade.BREAKING, "G-ABSTRACT", "whoever sends it must name a concrete type", writer_only=True)
            if new.abstract
            else Judged(Grade.ADDITIVE, "G-ABSTRACT", "it may now be sent and returned as itself")
        )
        yield attribute("Abstract", old.abstract, new.abstract, judged)
    if old.open != new.open and Knows.OPEN in knows:
        judged = (
            Judged(Grade.ADDITIVE, "R-OPEN")
            if new.open
            else Judged(Grade.BREAKING, "R-OPEN", "undeclared members are no longer accepted or returned")
        )
        yield attribute("OpenType", old.open, new.open, judged)
    if old.stream != new.stream and Knows.STREAM in knows:
        judged = Judged(Grade.ADDITIVE, "G-ADDPROP") if new.stream else Judged(Grade.BREAKING, "G-REMOVE")
        yield attribute("HasStream", old.stream, new.stream, judged)
    if old.underlying != new.underlying and Knows.VALUES in knows:
        judged = Judged(Grade.INFORMATIONAL, "G-ENUM-VALUE") if new.is_enum else Judged(Grade.BREAKING, "G-TYPE")
        yield attribute("UnderlyingType", old.underlying, new.underlying, judged)


def _keys(old: TypeFacts, new: TypeFacts, before: Lineage, after: Lineage, knows: frozenset[Knows]) -> Iterator[Found]:
    """The key of a type may stand on any type of its chain; one that merely moved there is no change."""
    if Knows.KEYS not in knows or old.key == new.key:
        return
    one = next((facts.key for facts in before.metadata.chain(old.name) if facts.key), ())
    other = next((facts.key for facts in after.metadata.chain(new.name) if facts.key), ())
    if one != other and (
        old.base == new.base or (before.metadata.closed(old.name) and after.metadata.closed(new.name))
    ):
        yield (
            "type_attribute_changed",
            new.name,
            {"attribute": "Key", "from": list(one), "to": list(other)},
            Judged(Grade.BREAKING, "R-ADDRESS", "instances are addressed by another key"),
        )


def _base(old: TypeFacts, new: TypeFacts, before: Lineage, after: Lineage) -> Found:
    """Judges a changed base type by what values of the type and of those derived from it lose and gain."""
    lost = sorted(before.effective(old.name).keys() - after.effective(new.name).keys() - old.members.keys())
    had, has = before.effective(old.name), after.effective(new.name)
    gained = sorted(has.keys() - had.keys() - new.members.keys())
    detail = {"from": old.base, "to": new.base, "effective_lost": lost, "effective_gained": gained}
    unknown = [
        base
        for base, lineage, name in ((old.base, before, old.name), (new.base, after, new.name))
        if base and not lineage.metadata.closed(name)
    ]
    if unknown:
        return (
            "base_type_changed",
            new.name,
            detail,
            Judged(
                Grade.UNDECIDABLE,
                "G-BASE",
                f"{' and '.join(sorted(set(unknown)))} not fully declared here; the whole chain would settle it",
            ),
        )
    concrete = [name for name in after.concrete(new.name) if name in before.metadata.types]
    really = {
        member
        for name in concrete
        for member in lost
        if member in before.effective(name) and member not in after.effective(name)
    }
    inherited = [name for name in had.keys() & has.keys() if name not in old.members and name not in new.members]
    retyped = sorted(name for name in inherited if had[name].type != has[name].type)
    keys = {name for facts in after.metadata.chain(new.name) for name in facts.key}  # the service gives these out
    required = [
        name
        for name in gained
        if not (has[name].nullable or has[name].collection or has[name].navigation or name in keys)
    ]
    if really or retyped:
        why = f"values lose {', '.join(sorted(really))}" if really else f"{', '.join(retyped)} has another type"
        return "base_type_changed", new.name, detail, Judged(Grade.BREAKING, "G-BASE", why)
    if required:
        why = f"the new base brings {', '.join(required)}, which may not be null"
        return "base_type_changed", new.name, detail, Judged(Grade.BREAKING, "G-BASE", why, writer_only=True)
    return "base_type_changed", new.name, detail, Judged(Grade.INFORMATIONAL, "G-BASE")
