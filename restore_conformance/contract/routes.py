"""What a request asks for: the operation and the session that its line names, and what it prefers.

The routes are those of the pages. Looks at the request line and the Prefer header; knows nothing of callers and bodies.
"""

from __future__ import annotations

import functools
import re
from urllib.parse import unquote

from restore_conformance.contract.documents import pinned
from restore_conformance.contract.paths import path_of
from restore_conformance.contract.workload import AREA, BASE_SESSIONS, SESSIONS
from restore_conformance.exchange import Request

READING = frozenset({"get", "get-typed", "list", "list-typed", "list-artifacts"})
"""Operations that a caller with the read permission may ask for."""

TYPED = {"get": "get-typed", "list": "list-typed", "delete": "delete-typed"}
"""Operations of the base collection that have another name where the typed one is asked: no page describes those."""

Route = tuple[str, ...]
"""A method and the segments below the area; a session's id is "{id}"."""


@functools.cache
def documented() -> dict[str, tuple[str, str]]:
    """The method and the path of each operation that has a page."""
    return {name: (page["http"]["method"], page["http"]["path"]) for name, page in pinned().pages.items()}


def line_of(operation: str, session: str = "") -> tuple[str, str]:
    """The method and the path of an operation, about a session where its path names one. Raises NoPath."""
    method, path = documented()[operation]
    before, named, after = path.partition("/{id}")
    return method, before + path_of(session) + after if named else path


@functools.cache
def routes() -> dict[Route, str]:
    """The operation of each route: those of the pages, and those of the base collection on the typed one as well."""
    known: dict[Route, str] = {}
    for operation, (method, path) in documented().items():
        collection, *below = path.removeprefix(f"{AREA}/").split("/")
        known[method, collection, *below] = operation
        if collection == BASE_SESSIONS:
            known[method, SESSIONS, *below] = TYPED.get(operation, operation)
    return known


def route(request: Request) -> tuple[str, str]:
    """The operation a request line names, and the session id in it: ("get", "1f1f…"). Unknown: ("other", "")."""
    path = re.sub(r"/{2,}", "/", "/" + unquote(request.target.partition("?")[0]))
    collection, *below = path.removeprefix(f"{AREA}/").split("/")
    if not path.startswith(f"{AREA}/") or collection not in {SESSIONS, BASE_SESSIONS} or len(below) > 2:
        return "other", ""
    session, last = below[0] if below else "", [part.removeprefix("microsoft.graph.") for part in below[1:]]
    named = [collection, *(["{id}"] if below else []), *last]
    return routes().get((request.method, *named), "other"), session


def prefers_all_members(request: Request) -> bool:
    """Whether a request asks for enumeration members after the sentinel (RFC 7240: names without case)."""
    for name, value in request.headers:
        if name.lower() == "prefer" and any(
            part.strip().split(";")[0].strip().lower() == "include-unknown-enum-members" for part in value.split(",")
        ):
            return True
    return False
