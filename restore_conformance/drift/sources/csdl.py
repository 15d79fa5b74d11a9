"""Reads a `$metadata` document into the normal form: the restore area of the whole service's, or all of a slice.

Of the whole service only what can be reached is converted, with the annotations and bindings that belong to it.
Knows nothing of what a change means.
"""

from __future__ import annotations

from dataclasses import replace

from restore_conformance.drift.sources.area import AREA_ROOTS, WHOLE_DOCUMENT, dangling, reachable, roots
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.csdl_document import OPTIONAL_PARAMETER, Document, annotation_value
from restore_conformance.drift.sources.metadata import Exposed, Metadata, Operation, TypeFacts, bare
from restore_conformance.drift.sources.xml_tree import parse

_NOT_WIDENED = frozenset({"entity", "identity", "identitySet"})
"""Types that half of the service derives from: what derives from them is not reached over them."""
_SOLUTIONS, _ENTRANCE = ".solutionsRoot", "backupRestore"


def read(data: bytes, where: str, area: str = "auto") -> Metadata:
    """The facts of a metadata document.

    `area` is "restore" (the types reachable from the backup service's root and the restore sessions), "all", or
    "auto": "restore" for a document of the whole service that has them, "all" for a slice.
    Raises SourceBroken for anything but a sound metadata document.
    """
    document = Document(parse(data, where), where)
    has_area = bool(roots(document.type_names))
    if area == "restore" and not has_area:
        raise SourceBroken(
            where,
            f"{len(document.type_names)} types and no {AREA_ROOTS[0]} among them",
            "the backup service's root and its restore sessions",
            "compare the whole document with --area all if that is intended",
        )
    narrow = area == "restore" or (area == "auto" and has_area and len(document.type_names) >= WHOLE_DOCUMENT)
    metadata = _facts(document, narrow=narrow)
    _check_chains(metadata, where)
    return metadata


def _facts(document: Document, *, narrow: bool) -> Metadata:
    operations, terms = tuple(document.operations()), document.terms()
    if narrow:
        types = _area(document, operations)
        operations = tuple(operation for operation in operations if bare(operation.binding or "") in types)
        terms = {name: says for name, says in terms.items() if name.endswith(".conflictBehavior")}
    else:
        types = {name: facts for name in document.type_names if (facts := document.type(name))}
    targets = {
        *types,
        *(f"{operation.namespace}.{operation.name}({operation.binding or ''})" for operation in operations),
    }
    notes = {
        (target, term): annotation_value(*value)
        for target, term, value in document.annotations()
        if not (narrow and target.partition("/")[0] not in targets) and not term.startswith(OPTIONAL_PARAMETER)
    }
    exposed: dict[str, Exposed] = {}
    bindings: dict[str, str] = {}
    for element, bound in document.container():
        if narrow and element.type not in types and not element.type.endswith(_SOLUTIONS):
            continue
        exposed[element.name] = element
        for path, target in bound.items():
            if not (narrow and element.type.endswith(_SOLUTIONS) and path.split("/")[0] != _ENTRANCE):
                bindings[f"{element.name}/{path}"] = target
    return Metadata(types, operations, notes, bindings, exposed, terms, dangling(types))


def _area(document: Document, operations: tuple[Operation, ...]) -> dict[str, TypeFacts]:
    """The types of the restore area over derived types and bound operations too, and its entrance."""
    derived: dict[str, list[str]] = {}
    for name, base in document.bases().items():
        derived.setdefault(base, []).append(name)
    for operation in operations:
        if operation.binding:
            derived.setdefault(bare(operation.binding), []).extend(operation.types())

    def further(name: str) -> list[str]:
        return [] if name.rpartition(".")[2] in _NOT_WIDENED else derived.get(name, [])

    types = reachable(roots(document.type_names), document.type, further)
    for name in document.type_names:
        facts = document.type(name) if name.endswith(_SOLUTIONS) else None
        if facts and _ENTRANCE in facts.members:
            types[name] = replace(facts, members={_ENTRANCE: facts.members[_ENTRANCE]})
    return types


def _check_chains(metadata: Metadata, where: str) -> None:
    ending: set[str] = set()  # whose chain was followed to its end, so that none is followed twice
    for name in metadata.types:
        seen: set[str] = set()
        current: TypeFacts | None = metadata.types[name]
        while current is not None and current.base and current.name not in ending:
            if current.name in seen:
                raise SourceBroken(where, f"{name} among its own base types", "base types that end somewhere")
            seen.add(current.name)
            current = metadata.types.get(current.base)
        ending |= seen
