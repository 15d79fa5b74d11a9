"""Differences in what stands around the types: annotations, terms, and the entity container.

An annotation of an element that was itself added or removed is part of that change and not reported again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restore_conformance.drift.change import Grade, Judged
from restore_conformance.drift.differences.members import Found
from restore_conformance.drift.sources.metadata import Knows, Metadata

_WORDS = {
    "EntitySet": "entity_set",
    "Singleton": "singleton",
    "ActionImport": "action_import",
    "FunctionImport": "function_import",
}
_COMPUTED = "Org.OData.Core.V1.Computed"
_INFORMATIONAL_ANNOTATION = Judged(Grade.INFORMATIONAL, "G-ANNOT")


def annotation_changes(old: Metadata, new: Metadata, knows: frozenset[Knows]) -> Iterator[Found]:
    """Every annotation added, removed or changed on an element that both readings have."""
    placed = _Elements(old), _Elements(new)
    for key in sorted(old.annotations.keys() | new.annotations.keys()):
        target, term = key
        if Knows.ANNOTATIONS not in knows and term != _COMPUTED:
            continue
        was, now = old.annotations.get(key), new.annotations.get(key)
        present = key in old.annotations, key in new.annotations
        if (was == now and all(present)) or placed[0].has(target) != placed[1].has(target):
            continue
        word = "changed" if all(present) else ("added" if present[1] else "removed")
        yield f"annotation_{word}", f"{target}@{term}", {"from": was, "to": now}, _INFORMATIONAL_ANNOTATION


class _Elements:
    """Tells whether an annotated element is declared in one reading."""

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
            return (
                not name
                or name in self._metadata.effective(owner)
                or any(member.name == name for member in facts.values)
            )
        if owner in self._operations:
            return not below or below in self._operations[owner] or "/" in below
        return below.partition("/")[0] in self._metadata.exposed


def container_changes(old: Metadata, new: Metadata) -> Iterator[Found]:
    """Every difference in entity sets, singletons, imports and their bindings."""
    for name in sorted(old.exposed.keys() | new.exposed.keys()):
        was, now = old.exposed.get(name), new.exposed.get(name)
        if was is None and now is not None:
            yield f"{_WORDS[now.kind]}_added", name, {"type": now.type}, Judged(Grade.ADDITIVE, "G-ADDAPI")
        elif now is None and was is not None:
            yield f"{_WORDS[was.kind]}_removed", name, {"type": was.type}, Judged(Grade.BREAKING, "G-REMOVE")
        elif was is not None and now is not None and was != now:
            detail = {"from": f"{was.kind} {was.type}", "to": f"{now.kind} {now.type}"}
            yield f"{_WORDS[now.kind]}_changed", name, detail, Judged(Grade.BREAKING, "G-TYPE")
    shared = old.exposed.keys() & new.exposed.keys()
    for kind, path, detail in _mapping("binding", old.bindings, new.bindings):
        if path.partition("/")[0] in shared:
            yield kind, path, detail, Judged(Grade.INFORMATIONAL, "G-BIND")


def term_changes(old: Metadata, new: Metadata) -> Iterator[Found]:
    """Every annotation term declared, dropped or changed."""
    for kind, path, detail in _mapping("term", old.terms, new.terms):
        yield kind, path, detail, _INFORMATIONAL_ANNOTATION


def _mapping(word: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in sorted(old.keys() | new.keys()):
        was, now = old.get(path), new.get(path)
        if was != now:
            ends = "added" if was is None else ("removed" if now is None else "changed")
            yield f"{word}_{ends}", path, {"from": was, "to": now}
