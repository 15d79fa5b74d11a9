"""Differences outside of the types: annotations, terms, and the entity container.

An annotation of an element that was itself added or removed is part of that change and not reported again.
"""

from __future__ import annotations

from collections.abc import Iterator

from restore_conformance.drift.change import Difference, additive, breaking, informational
from restore_conformance.drift.differences.generic import edits, ends
from restore_conformance.drift.sources.metadata import Knows, Metadata

_WORDS = {
    "EntitySet": "entity_set", "Singleton": "singleton", "ActionImport": "action_import",
    "FunctionImport": "function_import",
}  # fmt: skip
_COMPUTED = "Org.OData.Core.V1.Computed"


def annotation_changes(old: Metadata, new: Metadata, knows: frozenset[Knows]) -> Iterator[Difference]:
    """Every annotation added, removed or changed on an element that both readings have."""
    before, after = _Elements(old), _Elements(new)
    for word, (target, term), was, now in edits(old.annotations, new.annotations):
        compared = Knows.ANNOTATIONS in knows or term == _COMPUTED
        if compared and before.has(target) == after.has(target):
            yield Difference(f"annotation_{word}", f"{target}@{term}", ends(was, now), informational("G-ANNOT"))


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


def container_changes(old: Metadata, new: Metadata) -> Iterator[Difference]:
    """Every difference in entity sets, singletons, imports and their bindings."""
    for word, name, was, now in edits(old.exposed, new.exposed):
        if was is not None and now is not None:
            detail = ends(f"{was.kind} {was.type}", f"{now.kind} {now.type}")
            yield Difference(f"{_WORDS[now.kind]}_changed", name, detail, breaking("G-TYPE"))
        elif exposed := was or now:
            judged = breaking("G-REMOVE") if was else additive("G-ADDAPI")
            yield Difference(f"{_WORDS[exposed.kind]}_{word}", name, {"type": exposed.type}, judged)
    for word, path, target, other in edits(old.bindings, new.bindings):
        if path.partition("/")[0] in old.exposed.keys() & new.exposed.keys():
            yield Difference(f"binding_{word}", path, ends(target, other), informational("G-BIND"))


def term_changes(old: Metadata, new: Metadata) -> Iterator[Difference]:
    """Every annotation term declared, dropped or changed."""
    for word, name, was, now in edits(old.terms, new.terms):
        yield Difference(f"term_{word}", name, ends(was, now), informational("G-ANNOT"))
