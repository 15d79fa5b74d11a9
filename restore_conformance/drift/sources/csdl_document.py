"""A `$metadata` document (OData CSDL 4.0 or 4.01 in XML), parsed, its elements converted to the normal form on demand.

Converts a type only when it is asked for, so that the few types of the restore area cost little in a
document of thousands. Knows nothing of what a change means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from restore_conformance.drift.sources import annotations as notes
from restore_conformance.drift.sources.broken import SourceBroken, shown
from restore_conformance.drift.sources.csdl_elements import is_true, name_of, operation_of, type_facts
from restore_conformance.drift.sources.metadata import Exposed, Operation, TypeFacts
from restore_conformance.drift.sources.names import Names
from restore_conformance.drift.sources.xml_tree import Node

_EDMX = "/odata/ns/edmx"
_TYPE_KINDS = ("EntityType", "ComplexType", "EnumType", "TypeDefinition")
_EXPOSED = {
    "EntitySet": "EntityType",
    "Singleton": "Type",
    "ActionImport": "Action",
    "FunctionImport": "Function",
}


class Document:
    """A parsed metadata document; types are converted when first asked for."""

    def __init__(self, root: Node, where: str) -> None:
        self.where = where
        schemas = _schemas(root, where)
        self.schemas = schemas
        self._names = _names(root, schemas)
        self._raw: dict[str, tuple[Node, Names]] = {}
        self._types: dict[str, TypeFacts] = {}
        for schema, names in self._each():
            namespace = schema.get("Namespace") or ""
            for node in schema.children:
                if node.tag in _TYPE_KINDS:
                    self._declare(f"{namespace}.{name_of(node, self.where)}", node, names)

    def _each(self) -> Iterator[tuple[Node, Names]]:
        yield from zip(self.schemas, self._names, strict=True)

    def _declare(self, name: str, node: Node, names: Names) -> None:
        if name in self._raw and type_facts(name, node, names, self.where) != self.type(name):
            raise SourceBroken(
                self.where, found=f"two different declarations of {name}", expected="each type declared once"
            )
        self._raw[name] = (node, names)

    @property
    def type_names(self) -> Iterable[str]:
        return self._raw.keys()

    def type(self, name: str) -> TypeFacts | None:
        """The facts of a type, or None where the document does not declare it."""
        found = self._types.get(name)
        if found is None and name in self._raw:
            found = self._types[name] = type_facts(name, *self._raw[name], self.where)
        return found

    def bases(self) -> dict[str, str]:
        """Type to base type, for every derived type."""
        return {name: names.full(base) for name, (node, names) in self._raw.items() if (base := node.get("BaseType"))}

    def operations(self) -> Iterator[Operation]:
        """Every action and function, in the order of the document."""
        optional = self._optional_by_target()
        for schema, names in self._each():
            namespace = schema.get("Namespace") or ""
            for node in schema.children:
                if node.tag in ("Action", "Function"):
                    yield operation_of(node, names, namespace, optional, self.where)

    def _optional_by_target(self) -> set[str]:
        return {
            target for target, term, _ in self.annotations(inline=False) if term.startswith(notes.OPTIONAL_PARAMETER)
        }

    def annotations(self, *, inline: bool = True) -> Iterator[tuple[str, str, tuple[Node, Names]]]:
        """(target, term, what `annotations.value` needs) of every annotation, by target or written inline."""
        for schema, names in self._each():
            for node in schema.all("Annotations"):
                target = names.full(node.get("Target") or "").replace(" ", "")
                qualifier = node.get("Qualifier")
                for note in node.all("Annotation"):
                    term = notes.term(note, names)
                    if qualifier and "#" not in term:
                        term = f"{term}#{qualifier}"
                    yield target, term, (note, names)
            if inline:
                namespace = schema.get("Namespace") or ""
                for note in schema.all("Annotation"):
                    yield namespace, notes.term(note, names), (note, names)
                for node in schema.children:
                    if node.tag not in ("Annotations", "Annotation"):
                        yield from self._inline(node, f"{namespace}.{node.get('Name') or ''}", names)

    def _inline(self, node: Node, path: str, names: Names) -> Iterator[tuple[str, str, tuple[Node, Names]]]:
        if node.tag in ("Action", "Function"):
            binding = node.all("Parameter")[:1] if is_true(node.get("IsBound")) else []
            path = f"{path}({names.full(binding[0].get('Type') or '') if binding else ''})"
        for child in node.children:
            if child.tag == "Annotation":
                yield path, notes.term(child, names), (child, names)
            elif child.children:
                below = "$ReturnType" if child.tag == "ReturnType" else child.get("Name")
                if below:
                    yield from self._inline(child, f"{path}/{below}", names)

    def container(self) -> Iterator[tuple[Exposed, dict[str, str]]]:
        """Every element of the entity containers, with its navigation property bindings by path."""
        for schema, names in self._each():
            for holder in schema.all("EntityContainer"):
                for node in holder.children:
                    if node.tag in _EXPOSED:
                        bindings = {
                            names.full(bound.get("Path") or ""): names.full(bound.get("Target") or "")
                            for bound in node.all("NavigationPropertyBinding")
                        }
                        kind = names.full(node.get(_EXPOSED[node.tag]) or "")
                        yield Exposed(node.tag, name_of(node, self.where), kind), bindings

    def terms(self) -> dict[str, str]:
        """Declared annotation terms: full name to type and the elements it applies to."""
        return {
            f"{schema.get('Namespace')}.{node.get('Name')}": " ".join(
                filter(None, (names.full(node.get("Type") or ""), node.get("AppliesTo")))
            )
            for schema, names in self._each()
            for node in schema.all("Term")
        }


def _schemas(root: Node, where: str) -> list[Node]:
    if root.tag == "Schema":
        return [root]
    if root.tag != "Edmx" or _EDMX not in f"/{root.space}".replace("//", "/"):
        raise SourceBroken(
            where,
            found=f"a document whose first element is <{shown(root.tag)}>",
            expected="an edmx:Edmx document of OData 4",
            advice="see that the address answers with metadata and not with a page or an error",
        )
    schemas = [schema for services in root.all("DataServices") for schema in services.all("Schema")]
    if not schemas:
        raise SourceBroken(where, found="no Schema element", expected="at least one schema in edmx:DataServices")
    for schema in schemas:
        if not schema.get("Namespace"):
            raise SourceBroken(where, found="a Schema without a Namespace", expected="a namespace on every schema")
    return schemas


def _names(root: Node, schemas: list[Node]) -> list[Names]:
    declared: dict[str, str] = {}
    for reference in root.all("Reference"):
        for include in reference.all("Include"):
            alias, namespace = include.get("Alias"), include.get("Namespace")
            if alias and namespace:
                declared[alias] = namespace
    for schema in schemas:
        alias, namespace = schema.get("Alias"), schema.get("Namespace")
        if alias and namespace:
            declared.setdefault(alias, namespace)
    namespaces = frozenset(schema.get("Namespace") or "" for schema in schemas)
    shared = Names(declared, namespaces)
    own: list[Names] = []
    for schema in schemas:
        alias, namespace = schema.get("Alias"), schema.get("Namespace") or ""
        differs = alias and declared.get(alias) != namespace
        own.append(Names({**declared, alias or "": namespace}, namespaces) if differs else shared)
    return own
