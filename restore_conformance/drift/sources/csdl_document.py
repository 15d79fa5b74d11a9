"""A `$metadata` document (OData CSDL 4.0 or 4.01 in XML), parsed, its elements converted to the normal form on demand.

Converts a type only when it is asked for, so that the few types of the restore area cost little in a
document of thousands. Knows nothing of what a change means.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from restore_conformance.drift.sources import annotations as notes
from restore_conformance.drift.sources.annotations import Names
from restore_conformance.drift.sources.broken import SourceBroken, shown
from restore_conformance.drift.sources.csdl_elements import is_true, name_of, operation_of, type_facts
from restore_conformance.drift.sources.metadata import Exposed, Operation, TypeFacts
from restore_conformance.drift.sources.xml_tree import Element

_EDMX = "/odata/ns/edmx"
_TYPE_KINDS = ("EntityType", "ComplexType", "EnumType", "TypeDefinition")
_EXPOSED = {
    "EntitySet": "EntityType", "Singleton": "Type", "ActionImport": "Action", "FunctionImport": "Function",
}  # fmt: skip
WELL_KNOWN = {
    "graph": "microsoft.graph", "Core": "Org.OData.Core.V1", "Capabilities": "Org.OData.Capabilities.V1",
    "Validation": "Org.OData.Validation.V1",
}  # fmt: skip
"""Aliases a slice may use without the schema or reference that declares them."""

Note = tuple[str, str, tuple[Element, Names]]
"""Target and term of an annotation, and what `annotations.value` needs."""


class Document:
    """A parsed metadata document; types are converted when first asked for."""

    def __init__(self, root: Element, where: str) -> None:
        self.where = where
        self._schemas = _with_names(root, _schemas(root, where))
        self._declarations: dict[str, tuple[Element, Names]] = {}
        self._types: dict[str, TypeFacts] = {}
        for namespace, schema, names in self._schemas:
            for node in schema:
                if node.tag in _TYPE_KINDS:
                    self._declare(f"{namespace}.{name_of(node, where)}", node, names)

    def _declare(self, name: str, node: Element, names: Names) -> None:
        if name in self._declarations and type_facts(name, node, names, self.where) != self.type(name):
            raise SourceBroken(self.where, f"two different declarations of {name}", "each type declared once")
        self._declarations[name] = (node, names)

    @property
    def type_names(self) -> Collection[str]:
        return self._declarations.keys()

    def type(self, name: str) -> TypeFacts | None:
        """The facts of a type, or None where the document does not declare it."""
        facts = self._types.get(name)
        if facts is None and name in self._declarations:
            facts = self._types[name] = type_facts(name, *self._declarations[name], self.where)
        return facts

    def bases(self) -> dict[str, str]:
        """Type to base type, for every derived type."""
        return {
            name: names.full(base)
            for name, (node, names) in self._declarations.items()
            if (base := node.get("BaseType"))
        }

    def operations(self) -> Iterator[Operation]:
        """Every action and function, in the order of the document."""
        optional = {
            target for target, term, _ in self.annotations(inline=False) if term.startswith(notes.OPTIONAL_PARAMETER)
        }
        for namespace, schema, names in self._schemas:
            for node in schema:
                if node.tag in ("Action", "Function"):
                    yield operation_of(node, names, namespace, optional, self.where)

    def annotations(self, *, inline: bool = True) -> Iterator[Note]:
        """Every annotation, by target or written inline."""
        for namespace, schema, names in self._schemas:
            for node in schema.findall("Annotations"):
                target = names.full(node.get("Target") or "").replace(" ", "")
                qualifier = node.get("Qualifier")
                for note in node.findall("Annotation"):
                    term = notes.term(note, names)
                    yield target, f"{term}#{qualifier}" if qualifier and "#" not in term else term, (note, names)
            for node in schema if inline else ():
                if node.tag == "Annotation":
                    yield namespace, notes.term(node, names), (node, names)
                elif node.tag != "Annotations":
                    yield from _inline(node, f"{namespace}.{node.get('Name') or ''}", names)

    def container(self) -> Iterator[tuple[Exposed, dict[str, str]]]:
        """Every element of the entity containers, with its navigation property bindings by path."""
        for _, schema, names in self._schemas:
            for node in schema.findall("EntityContainer/*"):
                if node.tag in _EXPOSED:
                    bindings = {
                        names.full(bound.get("Path") or ""): names.full(bound.get("Target") or "")
                        for bound in node.findall("NavigationPropertyBinding")
                    }
                    kind = names.full(node.get(_EXPOSED[node.tag]) or "")
                    yield Exposed(node.tag, name_of(node, self.where), kind), bindings

    def terms(self) -> dict[str, str]:
        """Declared annotation terms: full name to type and the elements it applies to."""
        return {
            f"{namespace}.{node.get('Name')}": " ".join(
                filter(None, (names.full(node.get("Type") or ""), node.get("AppliesTo")))
            )
            for namespace, schema, names in self._schemas
            for node in schema.findall("Term")
        }


def _inline(node: Element, path: str, names: Names) -> Iterator[Note]:
    if node.tag in ("Action", "Function"):
        binding = node.find("Parameter") if is_true(node.get("IsBound")) else None
        path = f"{path}({names.full(binding.get('Type') or '') if binding is not None else ''})"
    for child in node:
        if child.tag == "Annotation":
            yield path, notes.term(child, names), (child, names)
        elif len(child):
            below = "$ReturnType" if child.tag == "ReturnType" else child.get("Name")
            if below:
                yield from _inline(child, f"{path}/{below}", names)


def _schemas(root: Element, where: str) -> list[Element]:
    space, _, tag = root.tag.rpartition("}")
    if tag == "Schema":
        return [root]
    if tag != "Edmx" or _EDMX not in space:
        raise SourceBroken(
            where,
            f"a document whose first element is <{shown(tag)}>",
            "an edmx:Edmx document of OData 4",
            "see that the address answers with metadata and not with a page or an error",
        )
    schemas = root.findall("DataServices/Schema")
    if not schemas:
        raise SourceBroken(where, "no Schema element", "at least one schema in edmx:DataServices")
    if not all(schema.get("Namespace") for schema in schemas):
        raise SourceBroken(where, "a Schema without a Namespace", "a namespace on every schema")
    return schemas


def _with_names(root: Element, schemas: list[Element]) -> list[tuple[str, Element, Names]]:
    """The schemas, each with its namespace and the names that hold in it: aliases count for the whole document."""
    declared: dict[str, str] = {}
    for element in [
        *schemas[::-1],
        *root.findall("Reference/Include"),
    ]:  # the first schema wins, and an include over it
        alias, namespace = element.get("Alias"), element.get("Namespace")
        if alias and namespace:
            declared[alias] = namespace
    spaces = [schema.get("Namespace") or "" for schema in schemas]
    known = {alias: space for alias, space in WELL_KNOWN.items() if alias not in spaces}
    shared = Names({**known, **declared})
    rows: list[tuple[str, Element, Names]] = []
    for space, schema in zip(spaces, schemas, strict=True):
        alias = schema.get("Alias")
        own = alias and declared.get(alias) != space
        rows.append((space, schema, Names({**known, **declared, alias or "": space}) if own else shared))
    return rows
