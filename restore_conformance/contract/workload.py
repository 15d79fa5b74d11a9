"""What the service under test calls its sessions, its two lists and their artifacts, read from its pages.

A sibling service has pages of its own and no line of code; so this module and the live allow-list alone say these
names. Knows no clause.
"""

from __future__ import annotations

from typing import Any

from restore_conformance.contract.documents import pinned


def _page(operation: str) -> dict[str, Any]:
    return pinned().toml(f"{operation}/page.toml")


def _path(operation: str) -> str:
    path: str = _page(operation)["http"]["path"]
    return path


def _type(operation: str) -> str:
    """The type that an operation answers, without its namespace and, for a list, that of its elements."""
    name: str = _page(operation)["type"]
    return name.removeprefix("Collection(").removesuffix(")").rpartition(".")[2]


TITLE: str = _page("create")["title"]
"""The title of the page that the suite is about."""

CREATE = _path("create")
AREA, _, SESSIONS = CREATE.rpartition("/")
"""The path of the area, and in it the collection that sessions are created in."""

BASE_SESSIONS = _path("list").rpartition("/")[2]
"""The collection of sessions of every service, in the same area."""

STANDARD = _path("list-artifacts").rpartition("/")[2]
GRANULAR = _path("list-granular").rpartition("/")[2]
LISTS = {"standard": STANDARD, "granular": GRANULAR}
KINDS = {member: kind for kind, member in LISTS.items()}
"""The member that holds the artifacts of each kind of session, and the other way round."""

SESSION_TYPE, BASE_SESSION_TYPE = _type("create"), _type("list")
STANDARD_TYPE, GRANULAR_TYPE = _type("list-artifacts"), _type("list-granular")


def type_file(name: str) -> str:
    """The file of a type's schema, below `schemas`."""
    return f"types/{name}.json"


def odata_type(name: str) -> str:
    """A type as `@odata.type` names it."""
    return f"#microsoft.graph.{name}"
