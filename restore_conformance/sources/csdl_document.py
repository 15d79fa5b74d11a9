"""A `$metadata` document (OData CSDL 4.0 or 4.01 in XML), parsed, its elements converted to the normal form on demand.

Converts a type only when it is asked for, so that the few types of the restore area cost little in a
document of thousands. Knows nothing of what a change means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from restore_conformance.sources import annotations as notes
from restore_conformance.sources.broken import SourceBroken, shown
from restore_conformance.sources.metadata import (
    EnumMember,
    Exposed,
    Member,
    Operation,
    Parameter,
    TypeFacts,
)
from restore_conformance.sources.names import Names
from restore_conformance.sources.xml_tree import Node

_EDMX = "/odata/ns/edmx"
_TYPE_KINDS = ("EntityType", "ComplexType", "EnumType", "TypeDefinition")
_FACETS = ("MaxLength", "Precision", "Scale", "SRID", "Unicode", "DefaultValue")
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
                    self._declare(f"{namespace}.{self._name_of(node)}", node, names)

    def _each(self) -> Iterator[tuple[Node, Names]]:
        yield from zip(self.schemas, self._names, strict=True)

    def _name_of(self, node: Node) -> str:
        name = node.get("Name")
        if not name:
            raise SourceBroken(self.where, found=f"a {node.tag} without a name", expected="a name on every element")
        return name

    def _declare(self, name: str, node: Node, names: Names) -> None:
        if name in self._raw and self._convert(name, node, names) != self.type(name):
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
            found = self._types[name] = self._convert(name, *self._raw[name])
        return found

    def bases(self) -> dict[str, str]:
        """Type to base type, for every derived type."""
        return {name: names.full(base) for name, (node, names) in self._raw.items() if (base := node.get("BaseType"))}

    def _convert(self, name: str, node: Node, names: Names) -> TypeFacts:
        base = node.get("BaseType")
        if node.tag in ("EnumType", "TypeDefinition"):
            return TypeFacts(
                name,
                node.tag,
                values=tuple(self._values(name, node)),
                flags=_true(node.get("IsFlags")),
                underlying=node.get("UnderlyingType") or ("Edm.Int32" if node.tag == "EnumType" else ""),
            )
        members: dict[str, Member] = {}
        for navigation in (False, True):
            for child in node.all("NavigationProperty" if navigation else "Property"):
                member = self._member(name, child, names, navigation=navigation)
                if members.setdefault(member.name, member) != member:
                    raise SourceBroken(
                        self.where,
                        found=f"two different declarations of {name}/{member.name}",
                        expected="each member declared once",
                    )
        return TypeFacts(
            name,
            node.tag,
            base=names.full(base) if base else None,
            abstract=_true(node.get("Abstract")),
            open=_true(node.get("OpenType")),
            stream=_true(node.get("HasStream")),
            key=tuple(sorted(ref.get("Name") or "" for key in node.all("Key") for ref in key.all("PropertyRef"))),
            members=members,
        )

    def _member(self, owner: str, node: Node, names: Names, *, navigation: bool) -> Member:
        name, kind = self._name_of(node), node.get("Type")
        if not kind:
            raise SourceBroken(
                self.where,
                found=f"{owner}/{name} without a type",
                expected="a Type attribute on every property",
            )
        return Member(
            name,
            names.full(kind),
            nullable=not _false(node.get("Nullable")),
            navigation=navigation,
            contains=navigation and _true(node.get("ContainsTarget")),
            facets=_facets(node.attributes),
        )

    def _values(self, owner: str, node: Node) -> Iterator[EnumMember]:
        following = 0
        seen: set[str] = set()
        for child in node.all("Member"):
            name = self._name_of(child)
            if name in seen:
                raise SourceBroken(
                    self.where,
                    found=f"{owner}/{name} declared twice",
                    expected="each enum member declared once",
                )
            seen.add(name)
            text = child.get("Value")
            if text is not None:
                try:
                    following = int(text)
                except ValueError:
                    raise SourceBroken(
                        self.where,
                        found=f"the value {shown(text)!r} of {owner}/{name}",
                        expected="a whole number",
                    ) from None
            yield EnumMember(name, following)
            following += 1

    def operations(self) -> Iterator[Operation]:
        """Every action and function, in the order of the document."""
        optional = self._optional_by_target()
        for schema, names in self._each():
            namespace = schema.get("Namespace") or ""
            for node in schema.children:
                if node.tag in ("Action", "Function"):
                    yield self._operation(node, names, namespace, optional)

    def _optional_by_target(self) -> set[str]:
        return {
            target for target, term, _ in self.annotations(inline=False) if term.startswith(notes.OPTIONAL_PARAMETER)
        }

    def _operation(self, node: Node, names: Names, namespace: str, optional: set[str]) -> Operation:
        name = self._name_of(node)
        parameters, binding = node.all("Parameter"), None
        if _true(node.get("IsBound")):
            if not parameters:
                raise SourceBroken(
                    self.where,
                    found=f"the bound {node.tag} {name} without a parameter",
                    expected="its binding parameter first",
                )
            binding, parameters = names.full(parameters[0].get("Type") or ""), parameters[1:]
        result = next(iter(node.all("ReturnType")), None)
        addresses = [f"{namespace}.{name}", f"{namespace}.{name}({binding or ''})"]
        signature = ",".join([binding] if binding else [])
        for parameter in parameters:
            signature += ("," if signature else "") + names.full(parameter.get("Type") or "")
        addresses.append(f"{namespace}.{name}({signature})")
        return Operation(
            node.tag,
            name,
            namespace,
            binding,
            tuple(
                Parameter(
                    self._name_of(parameter),
                    names.full(parameter.get("Type") or ""),
                    nullable=not _false(parameter.get("Nullable")),
                    optional=any(
                        notes.term(note, names).startswith(notes.OPTIONAL_PARAMETER)
                        for note in parameter.all("Annotation")
                    )
                    or any(f"{address}/{parameter.get('Name')}" in optional for address in addresses),
                )
                for parameter in parameters
            ),
            returns=names.full(result.get("Type") or "") if result else None,
            returns_nullable=not (result and _false(result.get("Nullable"))),
            composable=_true(node.get("IsComposable")),
        )

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
            binding = node.all("Parameter")[:1] if _true(node.get("IsBound")) else []
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
                        yield Exposed(node.tag, self._name_of(node), kind), bindings

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


def _facets(attributes: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if len(attributes) == 2:  # Name and Type: the usual case, of which a document has a hundred thousand
        return ()
    return tuple((facet, attributes[facet]) for facet in _FACETS if facet in attributes)


def _true(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("true", "1")


def _false(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("false", "0")
