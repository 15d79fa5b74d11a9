"""Full names from the short ones of a metadata document: aliases, resolved over the whole document.

Knows the grammar of qualified names (OData CSDL 4.01, 15.2) and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_DOTTED = re.compile(r"[A-Za-z_][\w.]*\.[A-Za-z_]\w*")

WELL_KNOWN = {
    "graph": "microsoft.graph",
    "Core": "Org.OData.Core.V1",
    "Capabilities": "Org.OData.Capabilities.V1",
    "Validation": "Org.OData.Validation.V1",
}
"""Aliases a slice may use without the schema or reference that declares them."""


class Names:
    """Resolves qualified names; remembers what it resolved, for a document repeats them by the thousand."""

    def __init__(self, declared: Mapping[str, str], namespaces: frozenset[str]) -> None:
        known = {alias: space for alias, space in WELL_KNOWN.items() if alias not in namespaces}
        self._aliases = {**known, **declared}
        self._seen: dict[str, str] = {}

    def full(self, text: str) -> str:
        """A name, a collection of it, a path or a signature, with every alias replaced by its namespace."""
        found = self._seen.get(text)
        if found is None:
            found = _DOTTED.sub(self._one, text.strip())
            self._seen[text] = found
        return found

    def _one(self, match: re.Match[str]) -> str:
        qualifier, _, name = match.group().rpartition(".")
        return f"{self._aliases.get(qualifier, qualifier)}.{name}"
