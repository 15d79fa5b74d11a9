"""Which types derive from which, and the members of concrete types: so that moves are distinguished from losses.

Knows the normal form of types only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from restore_conformance.drift.sources.metadata import Knows, Member, Metadata, TypeFacts, bare


class Lineage:
    """Answers about base chains in one reading, each computed once."""

    def __init__(self, metadata: Metadata) -> None:
        self.metadata = metadata
        self._effective: dict[str, dict[str, Member]] = {}

    @cached_property
    def _derived(self) -> dict[str, list[str]]:
        return self.metadata.derived()

    @cached_property
    def written(self) -> frozenset[str]:
        """The types some client may send: entities, parameters, and whatever they hold."""
        types = self.metadata.types
        waiting = [name for name, facts in types.items() if facts.kind == "EntityType"]
        waiting += [bare(p.type) for op in self.metadata.operations for p in op.parameters]
        return self._closure(waiting)

    @cached_property
    def returned(self) -> frozenset[str]:
        """The types operations return, and whatever these hold."""
        return self._closure([bare(op.returns) for op in self.metadata.operations if op.returns])

    def _closure(self, waiting: list[str]) -> frozenset[str]:
        reached: set[str] = set()
        while waiting:
            name = waiting.pop()
            facts = self.metadata.types.get(name)
            if facts is None or name in reached:
                continue
            reached.add(name)
            waiting.extend(member.target for member in facts.members.values() if not member.navigation)
            waiting.extend([facts.base] if facts.base else [])
            waiting.extend(self._derived.get(name, ()))
        return frozenset(reached)

    def only_returned(self, name: str) -> bool:
        """Whether the type is known to come back and not to be sent."""
        return name in self.returned and name not in self.written

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

    def unknown_bases(self, old: TypeFacts, new: TypeFacts) -> list[str]:
        """The base types of a type that are not declared down to their last base, on either side."""
        sides = ((old, self.before), (new, self.after))
        return sorted({facts.base for facts, side in sides if facts.base and not side.metadata.closed(facts.name)})
