"""Reads OData annotations into plain values, so that two spellings of one value compare equal.

Follows OData CSDL 4.01, section 14. Knows nothing of what a term means.
"""

from __future__ import annotations

from typing import Any

from restore_conformance.drift.sources.names import Names
from restore_conformance.drift.sources.xml_tree import Node

_CONSTANTS = (
    "Bool", "String", "Int", "Decimal", "Float", "Date", "DateTimeOffset", "Duration", "Guid", "Binary", "TimeOfDay",
)  # fmt: skip
_PATHS = (
    "EnumMember",
    "Path",
    "PropertyPath",
    "NavigationPropertyPath",
    "AnnotationPath",
    "ModelElementPath",
)
_NAMED = "Org.OData.Core.V1.ExplicitOperationBindings"

OPTIONAL_PARAMETER = "Org.OData.Core.V1.OptionalParameter"
COMPUTED = "Org.OData.Core.V1.Computed"
REVISIONS = "Org.OData.Core.V1.Revisions"


def term(node: Node, names: Names) -> str:
    """The full name of an annotation's term, with its qualifier behind a hash."""
    name = names.full(node.get("Term") or "")
    qualifier = node.get("Qualifier")
    return f"{name}#{qualifier}" if qualifier else name


def value(node: Node, names: Names) -> Any:
    """The value of an Annotation or PropertyValue; True where none is written (a tagging term)."""
    for constant in _CONSTANTS:
        text = node.get(constant)
        if text is not None:
            return _constant(constant, text)
    for path in _PATHS:
        text = node.get(path)
        if text is not None:
            return names.full(text)
    for child in node.children:
        if child.tag != "Annotation":
            return _expression(child, names, named=term(node, names) == _NAMED)
    return True


def _constant(kind: str, text: str) -> Any:
    if kind == "Bool":
        return text.strip().lower() in ("true", "1")
    if kind == "Int" and text.strip().lstrip("+-").isdigit() and len(text) < 20:
        return int(text)
    return text


def _expression(node: Node, names: Names, *, named: bool = False) -> Any:
    if node.tag == "Collection":
        items = [_expression(child, names, named=named) for child in node.children]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    if node.tag == "Record":
        record: dict[str, Any] = {
            child.get("Property") or "": value(child, names) for child in node.children if child.tag == "PropertyValue"
        }
        kind = node.get("Type")
        return {"$type": names.full(kind), **record} if kind else record
    if node.tag in _PATHS:
        return names.full(node.text)
    if node.tag in _CONSTANTS:
        return names.full(node.text) if named else _constant(node.tag, node.text.strip())
    if node.tag == "Null":
        return None
    return {
        "$expression": node.tag,
        **{key: names.full(text) for key, text in sorted(node.attributes.items())},
        "$of": [_expression(child, names) for child in node.children],
    }
