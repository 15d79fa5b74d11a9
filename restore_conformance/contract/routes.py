"""What a request asks for: the operation and the session that its line names, and what it prefers.

Looks at the request line and the Prefer header; knows nothing of callers and of bodies.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from restore_conformance.exchange import Request

ROUTE = re.compile(r"^/?solutions/backupRestore/(?P<rest>.*)$")

READING = frozenset({"get", "get-typed", "list", "list-typed", "list-artifacts"})
"""Operations that a caller with the read permission may ask for."""


def route(request: Request) -> tuple[str, str]:
    """The operation a request line names, and the session id in it: ("get", "1f1f…"). Unknown: ("other", "")."""
    path = re.sub(r"/{2,}", "/", unquote(request.target.partition("?")[0]))
    match = ROUTE.match(path)
    if not match:
        return "other", ""
    parts = match["rest"].split("/")
    method = request.method
    match parts:
        case ["sharePointRestoreSessions"]:
            return ({"POST": "create", "GET": "list-typed"}.get(method, "other"), "")
        case ["restoreSessions"]:
            return ({"GET": "list"}.get(method, "other"), "")
        case ["sharePointRestoreSessions", one]:
            named = {"GET": "get-typed", "PATCH": "update", "DELETE": "delete-typed"}
            return (named.get(method, "other"), one)
        case ["restoreSessions", one]:
            return ({"GET": "get", "DELETE": "delete"}.get(method, "other"), one)
        case [("sharePointRestoreSessions" | "restoreSessions") as collection, one, last]:
            below = {("POST", "activate"): "activate"}
            if collection == "sharePointRestoreSessions":
                below["GET", "siteRestoreArtifacts"] = "list-artifacts"
                below["GET", "granularSiteRestoreArtifacts"] = "list-granular"
            return (below.get((method, last.removeprefix("microsoft.graph.")), "other"), one)
    return "other", ""


def prefers_all_members(request: Request) -> bool:
    """Whether a request asks for enumeration members after the sentinel (RFC 7240: names without case)."""
    for name, value in request.headers:
        if name.lower() == "prefer" and any(
            part.strip().split(";")[0].strip().lower() == "include-unknown-enum-members" for part in value.split(",")
        ):
            return True
    return False
