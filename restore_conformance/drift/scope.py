"""What the create request and its answer can reach, and how a change outside of it is graded for that client.

In scope: the session type, its base types, the types of their properties at any depth, its collections with
their property types, and what those collections refer to, without the navigations of the referred type.
"""

from __future__ import annotations

from dataclasses import dataclass

from restore_conformance.contract.workload import KINDS, SESSION_TYPE
from restore_conformance.drift.change import Direction, Grade, Judged
from restore_conformance.drift.sources.metadata import Metadata


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


def grade_for_create(kind: str, path: str, judged: Judged, scope: Scope) -> Grade:
    """The grade of a change for a client that sends the create request and reads its answer."""
    if not scope.covers(path):
        return Grade.INFORMATIONAL
    owner = path.partition("/")[0]
    if judged.side is Direction.REQUEST:
        if judged.rule == "G-ABSTRACT":
            return judged.grade if owner in scope.sent else Grade.INFORMATIONAL
        if owner not in scope.written:
            return Grade.ADDITIVE if kind.endswith("_added") else Grade.INFORMATIONAL
    return judged.grade
