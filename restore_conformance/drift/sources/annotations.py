"""Full names and values of annotations, so that two spellings of one thing compare equal.

Follows OData CSDL 4.01, sections 14 and 15.2. Knows nothing of what a term means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restore_conformance.drift.sources.xml_tree import Element

_DOTTED = re.compile(r"[A-Za-z_][\w.]*\.[A-Za-z_]\w*")
_CONSTANTS = (
    "Bool", "String", "Int", "Decimal", "Float", "Date", "DateTimeOffset", "Duration", "Guid", "Binary", "TimeOfDay",
)  # fmt: skip
_PATHS = ("EnumMember", "Path", "PropertyPath", "NavigationPropertyPath", "AnnotationPath", "ModelElementPath")
_NAMED = "Org.OData.Core.V1.ExplicitOperationBindings"

OPTIONAL_PARAMETER = "Org.OData.Core.V1.OptionalParameter"
COMPUTED = "Org.OData.Core.V1.Computed"
PERMISSIONS = "Org.OData.Core.V1.Permissions"
READ, WRITE = "Org.OData.Core.V1.Permission/Read", "Org.OData.Core.V1.Permission/Write"
"""The values of `PERMISSIONS` for what is only returned, and for what is only sent."""


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


def term(node: Element, names: Names) -> str:
    """The full name of an annotation's term, with its qualifier behind a hash."""
    name = names.full(node.get("Term") or "")
    qualifier = node.get("Qualifier")
    return f"{name}#{qualifier}" if qualifier else name


def value(node: Element, names: Names) -> Any:
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
            return _expression(child, names, named=term(node, names) == _NAMED)
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
            child.get("Property") or "": value(child, names) for child in node if child.tag == "PropertyValue"
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
