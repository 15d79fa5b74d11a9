"""The difference between two readings of what a service declares, judged for both clients.

Compares only what both sides can state. A removed type is one change, not one per member; an annotation of an element
that was itself added or removed is part of that change. Knows nothing of files, pages or history.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from restore_conformance.drift.change import Change, Difference, Row
from restore_conformance.drift.differences.edits import altered, edits, ends
from restore_conformance.drift.differences.enums import enum_changes
from restore_conformance.drift.differences.lineage import Lineage, Sides, create_scope
from restore_conformance.drift.differences.members import may_be_left_out, member_changes
from restore_conformance.drift.grading import change, directed, grade_for_create
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources.metadata import COMPUTED, Knows, Metadata, Operation, Parameter, TypeFacts


def metadata_changes(old: Metadata, new: Metadata, source: str, where: str = "") -> list[Change]:
    """Every change between two readings, in the order of types, operations, annotations, container."""
    sides = Sides(Lineage(old), Lineage(new), old.knows & new.knows)
    scope = create_scope(old) | create_scope(new)
    parts: list[Iterator[Difference]] = [_types(sides)]
    if Knows.OPERATIONS in sides.knows:
        parts.append(_operations(old, new))
    if sides.knows & {Knows.ANNOTATIONS, Knows.COMPUTED}:
        parts.append(_annotations(old, new, sides.knows))
    if Knows.CONTAINER in sides.knows:
        parts += [_container(old, new), _terms(old, new)]
    changes: list[Change] = []
    for undirected in chain(*parts):
        difference = directed(undirected, sides.direction(undirected.path))
        outside = bool(scope.types) and not scope.covers(difference.path)
        create = grade_for_create(difference, scope)
        changes.append(change(difference, source, where, outside=outside, create=create))
    return changes


def _types(sides: Sides) -> Iterator[Difference]:
    for _, name, old, new in edits(sides.before.metadata.types, sides.after.metadata.types):
        if old and new:
            yield from _type(old, new, sides)
        elif new:
            yield Difference("type_added", name, _described(new, sides), judged("new-type"))
        elif old:
            yield Difference("type_removed", name, {"type_kind": old.kind, "members": _names(old)}, judged("gone"))


def _names(facts: TypeFacts) -> list[str]:
    members = sorted(facts.members.values(), key=lambda member: (member.navigation, member.name))
    return [member.name for member in facts.values] or [member.name for member in members]


def _described(facts: TypeFacts, sides: Sides) -> dict[str, Any]:
    if facts.is_enum:
        return {"type_kind": facts.kind, "members": _names(facts)}
    detail = {"type_kind": facts.kind, "base": facts.base, "members": _names(facts)}
    never = [member.name for member in facts.members.values() if not member.nullable and not member.navigation]
    return detail | ({"non_nullable": never} if Knows.NULLABILITY in sides.knows else {})


def _type(old: TypeFacts, new: TypeFacts, sides: Sides) -> Iterator[Difference]:
    if Knows.KINDS in sides.knows or old.is_enum != new.is_enum:
        yield from altered("type_kind_changed", new.name, old.kind, new.kind, judged("kind-of-type"))
    if old.is_enum != new.is_enum:
        return
    yield from _attributes(old, new, sides)
    if old.is_enum:
        yield from enum_changes(old, new, sides.knows)
        return
    if old.base != new.base and Knows.BASES in sides.knows:
        yield _base(old, new, sides)
    yield from member_changes(old, new, sides)


_ATTRIBUTES = (
    ("Abstract", "abstract", Knows.ABSTRACT, judged("abstract"), judged("concrete")),
    ("OpenType", "open", Knows.OPEN, judged("opened"), judged("closed")),
    ("HasStream", "stream", Knows.STREAM, judged("stream"), judged("row-gone")),
)
"""Attributes of a type: name, field, aspect, and the judgement where it holds now and where it no longer does."""


def _attributes(old: TypeFacts, new: TypeFacts, sides: Sides) -> Iterator[Difference]:
    kind = "type_attribute_changed"
    for name, field, aspect, holds, ended in _ATTRIBUTES:
        was, now = getattr(old, field), getattr(new, field)
        if was != now and aspect in sides.knows:
            yield Difference(kind, new.name, {"attribute": name, **ends(was, now)}, holds if now else ended)
    if old.underlying != new.underlying and Knows.VALUES in sides.knows:
        detail = {"attribute": "UnderlyingType", **ends(old.underlying, new.underlying)}
        yield Difference(kind, new.name, detail, judged("renumbered" if new.is_enum else "retyped"))
    if Knows.KEYS in sides.knows and old.key != new.key:  # a key that merely moved along the chain is not a change
        old_key, new_key = sides.before.key(old.name), sides.after.key(new.name)
        if old_key != new_key and (old.base == new.base or not sides.unknown_bases(old, new)):
            detail = {"attribute": "Key", **ends(list(old_key), list(new_key))}
            yield Difference(kind, new.name, detail, judged("key"))


def _base(old: TypeFacts, new: TypeFacts, sides: Sides) -> Difference:
    """A changed base type, judged by what values of the type and of those derived from it lose and gain."""
    had, has = sides.before.effective(old.name), sides.after.effective(new.name)
    lost = sorted(had.keys() - has.keys() - old.members.keys())
    gained = sorted(has.keys() - had.keys() - new.members.keys())
    detail = {**ends(old.base, new.base), "effective_lost": lost, "effective_gained": gained}
    return Difference("base_type_changed", new.name, detail, _base_judged(old, new, sides, lost, gained))


def _base_judged(old: TypeFacts, new: TypeFacts, sides: Sides, lost: list[str], gained: list[str]) -> Row:
    had, has = sides.before.effective(old.name), sides.after.effective(new.name)
    unknown = sides.unknown_bases(old, new)
    if unknown:
        return judged("base-unknown", names=" and ".join(unknown))
    concrete = [name for name in sides.after.concrete(new.name) if name in sides.before.metadata.types]
    before, after = ([side.effective(name) for name in concrete] for side in (sides.before, sides.after))
    losing = [name for name in lost if any(name in b and name not in a for b, a in zip(before, after, strict=True))]
    if losing:
        return judged("base-loses", names=", ".join(losing))
    inherited = had.keys() & has.keys() - old.members.keys() - new.members.keys()
    retyped = sorted(name for name in inherited if had[name].type != has[name].type)
    if retyped:
        return judged("base-retypes", names=", ".join(retyped))
    keys = {name for facts in sides.after.metadata.chain(new.name) for name in facts.key}  # the service gives these out
    required = [name for name in gained if not (may_be_left_out(has[name]) or name in keys)]
    return judged("base-needs", names=", ".join(required)) if required else judged("base-same")


_WORDS = {
    "EntitySet": "entity_set", "Singleton": "singleton", "ActionImport": "action_import",
    "FunctionImport": "function_import",
}  # fmt: skip


def _annotations(old: Metadata, new: Metadata, knows: frozenset[Knows]) -> Iterator[Difference]:
    """Every annotation added, removed or changed on an element that both readings have."""
    before, after = _Elements(old), _Elements(new)
    for word, (target, term), was, now in edits(old.annotations, new.annotations):
        compared = Knows.ANNOTATIONS in knows or term == COMPUTED
        if compared and before.has(target) == after.has(target):
            yield Difference(f"annotation_{word}", f"{target}@{term}", ends(was, now), judged("annotation"))


class _Elements:
    """Whether an annotated element is declared in one reading."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata
        self._operations: dict[str, set[str]] = {}
        for op in metadata.operations:
            names = {p.name for p in op.parameters} | ({"$ReturnType"} if op.returns else set())
            for address in (f"{op.namespace}.{op.name}", f"{op.namespace}.{op.name}({op.binding or ''})"):
                self._operations.setdefault(address, set()).update(names)

    def has(self, target: str) -> bool:
        """Whether it is declared; a target that names no type or operation counts as declared nowhere."""
        owner, _, below = target.partition("/")
        facts = self._metadata.types.get(owner)
        if facts is not None:
            name = below.partition("/")[0].partition("@")[0]
            values = {value.name for value in facts.values}
            return not name or name in self._metadata.effective(owner) or name in values
        if owner in self._operations:
            return not below or below in self._operations[owner] or "/" in below
        return below.partition("/")[0] in self._metadata.exposed


def _container(old: Metadata, new: Metadata) -> Iterator[Difference]:
    """Every difference in entity sets, singletons, imports and their bindings."""
    for word, name, was, now in edits(old.exposed, new.exposed):
        if was is not None and now is not None:
            detail = ends(f"{was.kind} {was.type}", f"{now.kind} {now.type}")
            yield Difference(f"{_WORDS[now.kind]}_changed", name, detail, judged("retyped"))
        elif exposed := was or now:
            row = judged("gone" if was else "new-api")
            yield Difference(f"{_WORDS[exposed.kind]}_{word}", name, {"type": exposed.type}, row)
    for word, path, target, other in edits(old.bindings, new.bindings):
        if path.partition("/")[0] in old.exposed.keys() & new.exposed.keys():
            yield Difference(f"binding_{word}", path, ends(target, other), judged("binding"))


def _terms(old: Metadata, new: Metadata) -> Iterator[Difference]:
    """Every annotation term declared, dropped or changed."""
    for word, name, was, now in edits(old.terms, new.terms):
        yield Difference(f"term_{word}", name, ends(was, now), judged("annotation"))


_Key = tuple[str, str, str, str | None]


def _operations(old: Metadata, new: Metadata) -> Iterator[Difference]:
    """Every action and function added, removed, or with another signature.

    Overloads of a function share a path and may change alike, so the detail of such a change says what its older side
    took: two changes never share an id. An action is overloaded by its binding alone, which stands in the path.
    """
    was, now = _grouped(old), _grouped(new)
    for key in sorted(was.keys() | now.keys(), key=str):
        old_group, new_group = was.get(key, []), now.get(key, [])
        left, right = [op for op in old_group if op not in new_group], [op for op in new_group if op not in old_group]
        pairs = _paired(left, right)
        for before, after in pairs:
            yield from _signature(before, after)
        kind = key[0].lower()
        for op in left:
            if not any(op is before for before, _ in pairs):
                yield Difference(f"{kind}_removed", op.path, _signed(op), judged("gone"))
        for op in right:
            if not any(op is after for _, after in pairs):
                yield Difference(f"{kind}_added", op.path, _signed(op), judged("new-api"))


def _grouped(metadata: Metadata) -> dict[_Key, list[Operation]]:
    groups: dict[_Key, list[Operation]] = {}
    for op in metadata.operations:
        group = groups.setdefault((op.kind, op.name, op.namespace, op.binding), [])
        if op not in group:
            group.append(op)
    return groups


def _paired(left: list[Operation], right: list[Operation]) -> list[tuple[Operation, Operation]]:
    """Pairs of overloads that are the same one changed, those that are most alike first."""
    if len(left) == len(right) == 1:
        return [(left[0], right[0])]
    ranked = sorted(((_alike(a, b), -i, -j) for i, a in enumerate(left) for j, b in enumerate(right)))
    pairs: dict[int, int] = {}
    for score, i, j in reversed(ranked):
        if score > 0 and -i not in pairs and -j not in pairs.values():
            pairs[-i] = -j
    return [(left[i], right[j]) for i, j in pairs.items()]


def _alike(a: Operation, b: Operation) -> float:
    names, others = ({p.name for p in op.parameters} for op in (a, b))
    return len(names & others) / len(names | others) if names | others else 1.0


def _signed(op: Operation) -> dict[str, Any]:
    return {"parameters": [_row(p) for p in op.parameters], "returns": op.returns}


def _row(parameter: Parameter) -> list[Any]:
    return [parameter.name, parameter.type, parameter.nullable, parameter.optional]


def _signature(old: Operation, new: Operation) -> Iterator[Difference]:
    was, now = ({p.name: p for p in op.parameters} for op in (old, new))
    added, removed = [p for p in new.parameters if p.name not in was], [p for p in old.parameters if p.name not in now]
    changed = [(was[p.name], p) for p in new.parameters if p.name in was and was[p.name] != p]
    detail: dict[str, Any] = {
        "params_added": [_row(p) for p in added],
        "params_removed": [_row(p) for p in removed],
        "params_changed": [[_row(before), _row(after)] for before, after in changed],
        "returns": [old.returns, new.returns] if old.returns != new.returns else None,
    }
    reasons = [f"{p.name} is new and required" for p in added if not _may_be_left_out(p, new.kind)]
    reasons += [f"{p.name} is gone" for p in removed]
    reasons += [why for before, after in changed if (why := _tighter(before, after, new.kind))]
    if old.returns != new.returns:
        reasons.append("the result has another type")
    elif old.returns_nullable != new.returns_nullable:
        detail["returns_nullable"] = [old.returns_nullable, new.returns_nullable]
        reasons += ["the result may now be null"] if new.returns_nullable else []
    if old.composable != new.composable:
        detail["composable"] = [old.composable, new.composable]
        reasons += [] if new.composable else ["it can no longer be followed by more segments"]
    if any(detail.values()):
        takes = {"overload": [f"{p.name}: {p.type}" for p in old.parameters]} if new.kind == "Function" else {}
        row = judged("signature", reasons="; ".join(reasons)) if reasons else judged("signature-eased")
        yield Difference(f"{new.kind.lower()}_signature_changed", new.path, takes | detail, row)


def _may_be_left_out(parameter: Parameter, kind: str) -> bool:
    """Whether callers may: an annotation says so, or an action's may be null (OData protocol 4.01, 11.5.5.1)."""
    return parameter.optional or (kind == "Action" and parameter.nullable)


def _tighter(was: Parameter, now: Parameter, kind: str) -> str:
    if was.type != now.type:
        return f"{was.name} has another type"
    if was.nullable and not now.nullable:
        return f"{was.name} may no longer be null"
    if _may_be_left_out(was, kind) and not _may_be_left_out(now, kind):
        return f"{was.name} can no longer be left out"
    return ""
