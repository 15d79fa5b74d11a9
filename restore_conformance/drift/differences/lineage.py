"""What the types of one reading have to do with each other: bases, what is sent or returned, what create can reach.

In reach of the create request and its answer: the session type, its base types, the types of their properties at any
depth, its collections with their property types, and what those collections refer to, without the navigations of the
referred type. Knows the normal form of types only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from restore_conformance.contract.workload import KINDS, SESSION_TYPE
from restore_conformance.drift.change import Direction
from restore_conformance.drift.sources.area import held
from restore_conformance.drift.sources.metadata import (
    COMPUTED,
    PERMISSIONS,
    READ,
    WRITE,
    Knows,
    Member,
    Metadata,
    TypeFacts,
    bare,
)


class Lineage:
    """Answers about base chains in one reading, each computed once."""

    def __init__(self, metadata: Metadata) -> None:
        self.metadata = metadata
        self._effective: dict[str, dict[str, Member]] = {}

    @cached_property
    def _derived(self) -> dict[str, list[str]]:
        return self.metadata.derived()

    @cached_property
    def _used(self) -> dict[Direction, frozenset[str]]:
        """The types that may be sent, and those that may be returned: entities are both."""
        metadata = self.metadata
        entities = [name for name, facts in metadata.types.items() if facts.kind == "EntityType"]
        sent = [bare(p.type) for op in metadata.operations for p in op.parameters]
        returned = [bare(op.returns) for op in metadata.operations if op.returns]
        return {
            Direction.REQUEST: metadata.sent | held(metadata.types, [*entities, *sent]),
            Direction.RESPONSE: metadata.returned | held(metadata.types, [*entities, *returned]),
        }

    def uses(self, path: str) -> frozenset[Direction]:
        """In which halves of an exchange a type or member stands; empty where this reading does not show it."""
        notes = self.metadata.annotations
        if notes.get((path, COMPUTED)) is True or notes.get((path, PERMISSIONS)) == READ:
            return frozenset({Direction.RESPONSE})
        if notes.get((path, PERMISSIONS)) == WRITE:
            return frozenset({Direction.REQUEST})
        owner = path.partition("/")[0]
        return frozenset(direction for direction, names in self._used.items() if owner in names)

    def effective(self, name: str) -> dict[str, Member]:
        """All members of a value of the type."""
        if name not in self._effective:
            self._effective[name] = self.metadata.effective(name)
        return self._effective[name]

    def key(self, name: str) -> tuple[str, ...]:
        """The key of a type, which may stand on any type of its chain."""
        return next((facts.key for facts in self.metadata.chain(name) if facts.key), ())

    def below(self, name: str) -> list[str]:
        """The concrete types of a branch; where it has none, as in a slice, the abstract ones nothing derives from."""
        return self.concrete(name) or [leaf for leaf in self._branch(name) if not self._derived.get(leaf)]

    def concrete(self, name: str) -> list[str]:
        """The type and everything derived from it, without the abstract ones."""
        return [leaf for leaf in self._branch(name) if not self.metadata.types[leaf].abstract]

    def _branch(self, name: str) -> list[str]:
        branch: dict[str, None] = {}
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in self.metadata.types and current not in branch:
                branch[current] = None
                waiting.extend(self._derived.get(current, ()))
        return list(branch)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both readings, and the aspects that both can state."""

    before: Lineage
    after: Lineage
    knows: frozenset[Knows]

    def direction(self, path: str) -> Direction:
        """The half of an exchange in which a type or member stands on all sides that show it; else both."""
        shown = [uses for uses in (self.before.uses(path), self.after.uses(path)) if uses]
        common = frozenset.intersection(*shown) if shown else frozenset()
        return next(iter(common)) if len(common) == 1 else Direction.BOTH

    def unknown_bases(self, old: TypeFacts, new: TypeFacts) -> list[str]:
        """The base types of a type that are not declared down to their last base, on either side."""
        sides = ((old, self.before), (new, self.after))
        return sorted({facts.base for facts, side in sides if facts.base and not side.metadata.closed(facts.name)})


@dataclass(frozen=True, slots=True)
class Scope:
    """The types a create client meets. Of `references` only the properties count; `written` it may send."""

    types: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()
    navigations: frozenset[str] = frozenset()

    def __or__(self, other: Scope) -> Scope:
        types = self.types | other.types
        return Scope(
            types,
            (self.references | other.references) - ((self.types - self.references) | (other.types - other.references)),
            self.written | other.written,
            self.sent | other.sent,
            self.navigations | other.navigations,
        )

    def covers(self, path: str) -> bool:
        """Whether the element at a path is in scope."""
        owner, _, member = path.partition("@")[0].partition("/")
        if owner not in self.types:
            return False
        return not (owner in self.references and f"{owner}/{member}" in self.navigations)


def create_scope(metadata: Metadata, session: str = SESSION_TYPE) -> Scope:
    """The scope of the create operation in one reading; empty where the session type is not declared."""
    named = [name for name in sorted(metadata.types) if name.rpartition(".")[2] == session]
    root = f"microsoft.graph.{session}" if f"microsoft.graph.{session}" in named else next(iter(named), None)
    if root is None:
        return Scope()
    full: set[str] = set()
    references: set[str] = set()
    collections = _spread(metadata, root, full)
    written = {facts.name for facts in metadata.chain(root)}
    sent = {root}
    for name, target in collections:
        referred = _spread(metadata, target, full)
        if name in KINDS:
            written |= {facts.name for facts in metadata.chain(target)}
            sent.add(target)
        for _, other in referred:
            _spread(metadata, other, references)
    navigations = {
        f"{name}/{member.name}"
        for name in references
        if name in metadata.types
        for member in metadata.types[name].members.values()
        if member.navigation
    }
    return Scope(
        frozenset(full | references),
        frozenset(references - full),
        frozenset(written),
        frozenset(sent),
        frozenset(navigations),
    )


def _spread(metadata: Metadata, name: str, reached: set[str]) -> list[tuple[str, str]]:
    """Adds a type with its bases and property types to `reached`; its navigations come back as (name, target)."""
    navigations = [(member.name, member.target) for member in metadata.effective(name).values() if member.navigation]
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in reached or current.startswith("Edm."):
            continue
        reached.add(current)
        facts = metadata.types.get(current)
        if facts is not None:
            waiting += [facts.base] if facts.base else []
            waiting += [member.target for member in facts.members.values() if not member.navigation]
    return navigations
