"""Converts single elements of a `$metadata` document, a type or an operation, to the normal form.

Takes an element with the names that hold in it; knows nothing of the document around it and of what a change means.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from restore_conformance.drift.sources import annotations as notes
from restore_conformance.drift.sources.annotations import Names
from restore_conformance.drift.sources.broken import SourceBroken, shown
from restore_conformance.drift.sources.metadata import EnumMember, Member, Operation, Parameter, TypeFacts
from restore_conformance.drift.sources.xml_tree import Element

_FACETS = ("MaxLength", "Precision", "Scale", "SRID", "Unicode", "DefaultValue")


def type_facts(name: str, node: Element, names: Names, where: str) -> TypeFacts:
    """The facts of a type that an element declares. Raises SourceBroken for one that is not sound."""
    base = node.get("BaseType")
    if node.tag in ("EnumType", "TypeDefinition"):
        return TypeFacts(
            name,
            node.tag,
            values=tuple(_values(name, node, where)),
            flags=is_true(node.get("IsFlags")),
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
        abstract=is_true(node.get("Abstract")),
        open=is_true(node.get("OpenType")),
        stream=is_true(node.get("HasStream")),
        key=tuple(sorted(ref.get("Name") or "" for key in node.findall("Key") for ref in key.findall("PropertyRef"))),
        members=members,
    )


def _member(owner: str, node: Element, names: Names, where: str, *, navigation: bool) -> Member:
    name, kind = name_of(node, where), node.get("Type")
    if not kind:
        raise SourceBroken(where, f"{owner}/{name} without a type", "a Type attribute on every property")
    return Member(
        name,
        names.full(kind),
        nullable=not _false(node.get("Nullable")),
        navigation=navigation,
        contains=navigation and is_true(node.get("ContainsTarget")),
        facets=_facets(node.attrib),
        stated=node.get("Nullable") is not None or not kind.startswith("Collection("),
    )


def _values(owner: str, node: Element, where: str) -> Iterator[EnumMember]:
    following = 0
    seen: set[str] = set()
    for child in node.findall("Member"):
        name = name_of(child, where)
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


def operation_of(node: Element, names: Names, namespace: str, optional: Container[str], where: str) -> Operation:
    """What an Action or Function declares. `optional` are the parameters that an annotation elsewhere calls so.

    Raises SourceBroken for one that is not sound.
    """
    name = name_of(node, where)
    parameters, binding = node.findall("Parameter"), None
    if is_true(node.get("IsBound")):
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
                name_of(parameter, where),
                names.full(parameter.get("Type") or ""),
                nullable=not _false(parameter.get("Nullable")),
                optional=any(
                    notes.term(note, names).startswith(notes.OPTIONAL_PARAMETER)
                    for note in parameter.findall("Annotation")
                )
                or any(f"{address}/{parameter.get('Name')}" in optional for address in addresses),
            )
            for parameter in parameters
        ),
        returns=names.full(result.get("Type") or "") if result is not None else None,
        returns_nullable=not (result is not None and _false(result.get("Nullable"))),
        composable=is_true(node.get("IsComposable")),
    )


def name_of(node: Element, where: str) -> str:
    """The name of an element. Raises SourceBroken where it has none."""
    name = node.get("Name")
    if not name:
        raise SourceBroken(where, f"a {node.tag} without a name", "a name on every element")
    return name


def _facets(attributes: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if len(attributes) == 2:  # Name and Type: the usual case, of which a document has a hundred thousand
        return ()
    return tuple((facet, attributes[facet]) for facet in _FACETS if facet in attributes)


def is_true(text: str | None) -> bool:
    """Whether an attribute says true; one that is missing does not."""
    return text is not None and text.strip().lower() in ("true", "1")


def _false(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("false", "0")
