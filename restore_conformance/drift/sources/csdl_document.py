"""A `$metadata` document (OData CSDL 4.0 or 4.01 in XML), parsed, its elements converted to the normal form on demand.

Converts a type only when it is asked for, so that the few types of the restore area cost little in a document of
thousands. Names and values of annotations are made full (CSDL 4.01, 14 and 15.2), so that two spellings of one thing
compare equal. Knows nothing of what a change or a term means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping
from typing import Any

from restore_conformance.drift.sources.broken import SourceBroken, shown
from restore_conformance.drift.sources.metadata import EnumMember, Exposed, Member, Operation, Parameter, TypeFacts
from restore_conformance.drift.sources.xml_tree import Element

_DOTTED = re.compile(r"[A-Za-z_][\w.]*\.[A-Za-z_]\w*")
_CONSTANTS = (
    "Bool", "String", "Int", "Decimal", "Float", "Date", "DateTimeOffset", "Duration", "Guid", "Binary", "TimeOfDay",
)  # fmt: skip
_PATHS = ("EnumMember", "Path", "PropertyPath", "NavigationPropertyPath", "AnnotationPath", "ModelElementPath")
_NAMED = "Org.OData.Core.V1.ExplicitOperationBindings"

OPTIONAL_PARAMETER = "Org.OData.Core.V1.OptionalParameter"


class Names:
    """Full names by the aliases that hold; remembers what it resolved, for a document repeats them by the thousand."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        self._resolved: dict[str, str] = {}

    def full(self, text: str) -> str:
        """A name, a collection of it, a path or a signature, with every alias replaced by its namespace."""
        name = self._resolved.get(text)
        if name is None:
            name = self._resolved[text] = _DOTTED.sub(self._replaced, text.strip())
        return name

    def _replaced(self, match: re.Match[str]) -> str:
        qualifier, _, name = match.group().rpartition(".")
        return f"{self._aliases.get(qualifier, qualifier)}.{name}"


def _term(node: Element, names: Names) -> str:
    """The full name of an annotation's term, with its qualifier behind a hash."""
    name = names.full(node.get("Term") or "")
    qualifier = node.get("Qualifier")
    return f"{name}#{qualifier}" if qualifier else name


def annotation_value(node: Element, names: Names) -> Any:
    """The value of an Annotation or PropertyValue; True where none is written (a tagging term)."""
    for constant in _CONSTANTS:
        text = node.get(constant)
        if text is not None:
            return _constant(constant, text)
    for path in _PATHS:
        text = node.get(path)
        if text is not None:
            return names.full(text)
    for child in node:
        if child.tag != "Annotation":
            return _expression(child, names, named=_term(node, names) == _NAMED)
    return True


def _constant(kind: str, text: str) -> Any:
    if kind == "Bool":
        return text.strip().lower() in ("true", "1")
    if kind == "Int" and text.strip().lstrip("+-").isdigit() and len(text) < 20:
        return int(text)
    return text


def _expression(node: Element, names: Names, *, named: bool = False) -> Any:
    if node.tag == "Collection":
        items = [_expression(child, names, named=named) for child in node]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    if node.tag == "Record":
        record: dict[str, Any] = {
            child.get("Property") or "": annotation_value(child, names)
            for child in node
            if child.tag == "PropertyValue"
        }
        kind = node.get("Type")
        return {"$type": names.full(kind), **record} if kind else record
    if node.tag in _PATHS:
        return names.full(node.text or "")
    if node.tag in _CONSTANTS:
        return names.full(node.text or "") if named else _constant(node.tag, (node.text or "").strip())
    if node.tag == "Null":
        return None
    return {
        "$expression": node.tag,
        **{key: names.full(text) for key, text in sorted(node.attrib.items())},
        "$of": [_expression(child, names) for child in node],
    }


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
"""Target and term of an annotation, and what `annotation_value` needs."""


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
                    self._declare(f"{namespace}.{_name(node, where)}", node, names)

    def _declare(self, name: str, node: Element, names: Names) -> None:
        if name in self._declarations and _type_facts(name, node, names, self.where) != self.type(name):
            raise SourceBroken(self.where, f"two different declarations of {name}", "each type declared once")
        self._declarations[name] = (node, names)

    @property
    def type_names(self) -> Collection[str]:
        return self._declarations.keys()

    def type(self, name: str) -> TypeFacts | None:
        """The facts of a type, or None where the document does not declare it."""
        facts = self._types.get(name)
        if facts is None and name in self._declarations:
            facts = self._types[name] = _type_facts(name, *self._declarations[name], self.where)
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
        optional = {target for target, term, _ in self.annotations(inline=False) if term.startswith(OPTIONAL_PARAMETER)}
        for namespace, schema, names in self._schemas:
            for node in schema:
                if node.tag in ("Action", "Function"):
                    yield _operation(node, names, namespace, optional, self.where)

    def annotations(self, *, inline: bool = True) -> Iterator[Note]:
        """Every annotation, by target or written inline."""
        for namespace, schema, names in self._schemas:
            for node in schema.findall("Annotations"):
                target = names.full(node.get("Target") or "").replace(" ", "")
                qualifier = node.get("Qualifier")
                for note in node.findall("Annotation"):
                    term = _term(note, names)
                    yield target, f"{term}#{qualifier}" if qualifier and "#" not in term else term, (note, names)
            for node in schema if inline else ():
                if node.tag == "Annotation":
                    yield namespace, _term(node, names), (node, names)
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
                    yield Exposed(node.tag, _name(node, self.where), kind), bindings

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
        binding = node.find("Parameter") if _true(node.get("IsBound")) else None
        path = f"{path}({names.full(binding.get('Type') or '') if binding is not None else ''})"
    for child in node:
        if child.tag == "Annotation":
            yield path, _term(child, names), (child, names)
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


_FACETS = ("MaxLength", "Precision", "Scale", "SRID", "Unicode", "DefaultValue")
_UNSTATED = {"MaxLength": "max", "Scale": "0", "Unicode": "true"}
"""What a facet is that is not stated (OData CSDL XML 4.01, 7.2): to write it is to say nothing more."""
_TEMPORAL = frozenset({"Edm.DateTimeOffset", "Edm.Duration", "Edm.TimeOfDay"})
"""Types whose Precision is 0 where it is not stated."""


def _type_facts(name: str, node: Element, names: Names, where: str) -> TypeFacts:
    """The facts of a type that an element declares. Raises SourceBroken for one that is not sound."""
    base = node.get("BaseType")
    if node.tag in ("EnumType", "TypeDefinition"):
        return TypeFacts(
            name,
            node.tag,
            values=tuple(_values(name, node, where)),
            flags=_true(node.get("IsFlags")),
            underlying=node.get("UnderlyingType") or ("Edm.Int32" if node.tag == "EnumType" else ""),
        )
    members: dict[str, Member] = {}
    for navigation in (False, True):
        for child in node.findall("NavigationProperty" if navigation else "Property"):
            member = _member(name, child, names, where, navigation=navigation)
            if members.setdefault(member.name, member) != member:
                raise SourceBroken(
                    where, f"two different declarations of {name}/{member.name}", "each member declared once"
                )
    return TypeFacts(
        name,
        node.tag,
        base=names.full(base) if base else None,
        abstract=_true(node.get("Abstract")),
        open=_true(node.get("OpenType")),
        stream=_true(node.get("HasStream")),
        key=tuple(sorted(ref.get("Name") or "" for key in node.findall("Key") for ref in key.findall("PropertyRef"))),
        members=members,
    )


def _member(owner: str, node: Element, names: Names, where: str, *, navigation: bool) -> Member:
    name, kind = _name(node, where), node.get("Type")
    if not kind:
        raise SourceBroken(where, f"{owner}/{name} without a type", "a Type attribute on every property")
    return Member(
        name,
        names.full(kind),
        nullable=not _false(node.get("Nullable")),
        navigation=navigation,
        contains=navigation and _true(node.get("ContainsTarget")),
        facets=_facets(node.attrib),
        stated=node.get("Nullable") is not None or not kind.startswith("Collection("),
    )


def _values(owner: str, node: Element, where: str) -> Iterator[EnumMember]:
    following = 0
    seen: set[str] = set()
    for child in node.findall("Member"):
        name = _name(child, where)
        if name in seen:
            raise SourceBroken(where, f"{owner}/{name} declared twice", "each enum member declared once")
        seen.add(name)
        text = child.get("Value")
        if text is not None:
            try:
                following = int(text)
            except ValueError:
                raise SourceBroken(where, f"the value {shown(text)!r} of {owner}/{name}", "a whole number") from None
        yield EnumMember(name, following)
        following += 1


def _operation(node: Element, names: Names, namespace: str, optional: Container[str], where: str) -> Operation:
    """What an Action or Function declares. `optional` are the parameters that an annotation elsewhere calls so.

    Raises SourceBroken for one that is not sound.
    """
    name = _name(node, where)
    parameters, binding = node.findall("Parameter"), None
    if _true(node.get("IsBound")):
        if not parameters:
            raise SourceBroken(where, f"the bound {node.tag} {name} without a parameter", "its binding parameter first")
        binding, parameters = names.full(parameters[0].get("Type") or ""), parameters[1:]
    result = next(iter(node.findall("ReturnType")), None)
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
                _name(parameter, where),
                names.full(parameter.get("Type") or ""),
                nullable=not _false(parameter.get("Nullable")),
                optional=any(
                    _term(note, names).startswith(OPTIONAL_PARAMETER) for note in parameter.findall("Annotation")
                )
                or any(f"{address}/{parameter.get('Name')}" in optional for address in addresses),
            )
            for parameter in parameters
        ),
        returns=names.full(result.get("Type") or "") if result is not None else None,
        returns_nullable=not (result is not None and _false(result.get("Nullable"))),
        composable=_true(node.get("IsComposable")),
    )


def _name(node: Element, where: str) -> str:
    """The name of an element. Raises SourceBroken where it has none."""
    name = node.get("Name")
    if not name:
        raise SourceBroken(where, f"a {node.tag} without a name", "a name on every element")
    return name


def _facets(attributes: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if len(attributes) == 2:  # Name and Type: the usual case, of which a document has a hundred thousand
        return ()
    temporal = attributes.get("Type", "").removeprefix("Collection(").removesuffix(")") in _TEMPORAL
    unstated = _UNSTATED | {"Precision": "0"} if temporal else _UNSTATED
    stated = ((facet, attributes[facet]) for facet in _FACETS if facet in attributes)
    return tuple((facet, value) for facet, value in stated if value.strip().lower() != unstated.get(facet))


def _true(text: str | None) -> bool:
    """Whether an attribute says true; one that is missing does not."""
    return text is not None and text.strip().lower() in ("true", "1")


def _false(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("false", "0")
