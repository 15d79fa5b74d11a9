"""The restore area: every type that can be reached from the backup service's root and the restore sessions.

Knows names and what refers to what; no file format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from restore_conformance.drift.sources.metadata import TypeFacts

AREA_ROOTS = ("backupRestoreRoot", "restoreSessionBase")
"""Local names of the types the restore area is reached from."""

WHOLE_DOCUMENT = 400
"""A document with that many types or more is the whole service, not a slice of it."""


def roots(names: Iterable[str]) -> list[str]:
    """The types the area begins with: those of microsoft.graph, or of any namespace where that has none."""
    named = [name for name in names if name.rpartition(".")[2] in AREA_ROOTS]
    return [name for name in named if name.startswith("microsoft.graph.") and name.count(".") == 2] or named


def reachable(
    start: Iterable[str], declared: Callable[[str], TypeFacts | None], further: Callable[[str], Iterable[str]] = tuple
) -> dict[str, TypeFacts]:
    """The declared types that are reached over base types, members, and whatever `further` names for a type."""
    waiting = list(start)
    types: dict[str, TypeFacts] = {}
    while waiting:
        name = waiting.pop()
        facts = declared(name)
        if facts is not None and name not in types:
            types[name] = facts
            waiting += [*facts.refers(), *further(name)]
    return types


def held(types: Mapping[str, TypeFacts], start: Iterable[str]) -> frozenset[str]:
    """The types of everything that values of some types hold: members, what derives from these, and the bases.

    Of a base type only the members are held, not the other types that derive from it.
    """
    derived: dict[str | None, list[str]] = {}
    for name, facts in types.items():
        derived.setdefault(facts.base, []).append(name)
    waiting = [(name, True) for name in start]
    reached: dict[str, bool] = {}
    while waiting:
        name, whole = waiting.pop()
        known = types.get(name)
        if known is None or (name in reached and reached[name] >= whole):
            continue
        reached[name] = whole
        waiting += [(member.target, True) for member in known.members.values()]
        waiting += [(known.base, False)] if known.base else []
        waiting += [(below, True) for below in derived.get(name, ())] if whole else []
    return frozenset(reached)


def dangling(types: dict[str, TypeFacts]) -> frozenset[str]:
    """The full names that members and base types refer to and nothing declares."""
    names = {name for facts in types.values() for name in facts.refers()}
    return frozenset(name for name in names if name not in types and not name.startswith("Edm."))
