"""Everything that may ever be sent to a live target: one table, and nothing beside it.

A request that fits no row is refused before a socket is opened, whoever built it. There is no row for starting
a restore, so none can be started; a test sends every operation of the API, in every spelling, against the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from restore_conformance.exchange import Request
from restore_conformance.verdicts import SuiteError

ROOT = "/solutions/backupRestore"
_ID = r"(?P<id>[A-Za-z0-9][A-Za-z0-9_=-]{0,127})"
_QUERY = r"(?:\?[A-Za-z0-9$%&=+,.:'()_~!*@-]{1,4000})?"


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that may be asked: its operation, its method, and the form of its path."""

    operation: str
    method: str
    path: re.Pattern[str]

    @property
    def writes(self) -> bool:
        return self.method != "GET"


def _route(operation: str, method: str, path: str) -> Route:
    return Route(operation, method, re.compile(ROOT + path))


ALLOWED = (
    _route("create", "POST", "/sharePointRestoreSessions"),
    _route("list", "GET", "/restoreSessions" + _QUERY),
    _route("get", "GET", "/restoreSessions/" + _ID),
    _route("delete", "DELETE", "/restoreSessions/" + _ID),
    _route("list-artifacts", "GET", f"/sharePointRestoreSessions/{_ID}/siteRestoreArtifacts{_QUERY}"),
    _route("list-granular", "GET", f"/sharePointRestoreSessions/{_ID}/granularSiteRestoreArtifacts{_QUERY}"),
    _route("service", "GET", ""),
)
HEADERS = frozenset({"authorization", "content-type", "prefer", "accept", "client-request-id"})
"""Headers that may be sent: none by which a gateway reads another method or path."""


class NeverLive(SuiteError):
    """The suite tried to send a live target what must not be sent there. Nothing was sent."""


def permitted(request: Request) -> tuple[Route, str]:
    """The row of the table that a request fits, and the session id in it. Raises NeverLive."""
    for name, _ in request.headers:
        if name.lower() not in HEADERS:
            raise NeverLive(f"The header {name} is not among those a live target is sent.")
    for route in ALLOWED:
        if route.method == request.method:
            match = route.path.fullmatch(request.target)
            if match:
                return route, match.groupdict().get("id", "")
    raise NeverLive(f"{request.method} {request.target[:120]} is not among the requests a live target is sent.")
