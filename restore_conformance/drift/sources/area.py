"""Cuts the restore area out of a metadata document, or takes the document as it is.

The area is every type reachable from the backup service's root and the restore sessions over base types,
members, derived types and bound operations, with the annotations and bindings that belong to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from restore_conformance.drift.sources import annotations as notes
from restore_conformance.drift.sources.csdl_document import Document
from restore_conformance.drift.sources.metadata import Exposed, Metadata, Operation, TypeFacts, bare

AREA_ROOTS = ("backupRestoreRoot", "restoreSessionBase")
"""Local names of the types the restore area is reached from."""

WHOLE_DOCUMENT = 400
"""A document with that many types or more is the whole service, not a slice of it."""

_NOT_WIDENED = frozenset({"entity", "identity", "identitySet"})
_ENTRANCE = "backupRestore"


def whole(document: Document) -> Metadata:
    """Everything the document declares."""
    types = {name: facts for name in document.type_names if (facts := document.type(name))}
    exposed, bindings = _container(document, None)
    return Metadata(
        types,
        tuple(document.operations()),
        {
            (target, term): notes.value(*value)
            for target, term, value in document.annotations()
            if not term.startswith(notes.OPTIONAL_PARAMETER)
        },
        bindings,
        exposed,
        document.terms(),
        dangling(types),
    )


def cut(document: Document) -> Metadata:
    """The restore area of a document of the whole service."""
    operations = list(document.operations())
    types = _reachable(document, operations)
    kept = tuple(op for op in operations if op.binding and bare(op.binding) in types)
    for name in document.type_names:
        facts = document.type(name) if name.endswith(".solutionsRoot") else None
        if facts and _ENTRANCE in facts.members:
            types[name] = replace(facts, members={_ENTRANCE: facts.members[_ENTRANCE]})
    exposed, bindings = _container(document, types)
    targets = set(types) | {f"{op.namespace}.{op.name}({op.binding or ''})" for op in kept}
    return Metadata(
        types,
        kept,
        {
            (target, term): notes.value(*value)
            for target, term, value in document.annotations()
            if target.partition("/")[0] in targets and not term.startswith(notes.OPTIONAL_PARAMETER)
        },
        bindings,
        exposed,
        {name: says for name, says in document.terms().items() if name.endswith(".conflictBehavior")},
        dangling(types),
        whole=True,
    )


def roots(names: Iterable[str]) -> list[str]:
    """The types the area begins with: those of microsoft.graph, or of any namespace where that has none."""
    found = [name for name in names if name.rpartition(".")[2] in AREA_ROOTS]
    return [name for name in found if name.startswith("microsoft.graph.") and name.count(".") == 2] or found


def _reachable(document: Document, operations: list[Operation]) -> dict[str, TypeFacts]:
    derived: dict[str, list[str]] = {}
    for name, base in document.bases().items():
        derived.setdefault(base, []).append(name)
    bound: dict[str, list[Operation]] = {}
    for operation in operations:
        if operation.binding:
            bound.setdefault(bare(operation.binding), []).append(operation)
    waiting = roots(document.type_names)
    types: dict[str, TypeFacts] = {}
    while waiting:
        name = waiting.pop()
        facts = document.type(name)
        if facts is None or name in types:
            continue
        types[name] = facts
        if facts.base:
            waiting.append(facts.base)
        waiting.extend(member.target for member in facts.members.values())
        if name.rpartition(".")[2] not in _NOT_WIDENED:
            waiting.extend(derived.get(name, ()))
            for operation in bound.get(name, ()):
                waiting.extend(operation.types())
    return types


def _container(document: Document, types: dict[str, TypeFacts] | None) -> tuple[dict[str, Exposed], dict[str, str]]:
    exposed: dict[str, Exposed] = {}
    bindings: dict[str, str] = {}
    for element, bound in document.container():
        if types is None:
            kept = bound
        elif element.type.endswith(".solutionsRoot"):
            kept = {path: target for path, target in bound.items() if path.split("/")[0] == _ENTRANCE}
        elif element.type in types:
            kept = bound
        else:
            continue
        exposed[element.name] = element
        bindings.update({f"{element.name}/{path}": target for path, target in kept.items()})
    return exposed, bindings


def dangling(types: dict[str, TypeFacts]) -> frozenset[str]:
    """The full names that members and base types refer to and nothing declares."""
    names = {member.target for facts in types.values() for member in facts.members.values()}
    names |= {facts.base for facts in types.values() if facts.base}
    return frozenset(name for name in names if name not in types and not name.startswith("Edm."))
