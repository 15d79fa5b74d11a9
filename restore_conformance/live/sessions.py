"""Reads restore sessions of a live target: one, all, and the artifacts of one.

Reads and nothing else; knows no journal and not whose a session is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from restore_conformance.contract.paths import NoPath, session_path, within
from restore_conformance.contract.workload import GRANULAR, STANDARD
from restore_conformance.exchange import NOTHING, Response, parse_json
from restore_conformance.live.fingerprints import items_of, points_of
from restore_conformance.live.guard import Guard
from restore_conformance.live.routes import ROOT, NeverLive

PAGES = 60
"""Pages of a list that are read at most."""
TRIES = 3
"""Times that one thing is asked for where nothing but trouble comes."""


def ask(guard: Guard, target: str) -> Response | None:
    """The answer to a read; tried again where there is none, or a 5xx."""
    for attempt in range(TRIES):
        try:
            response = guard.tidy("GET", target).response
        except NeverLive:
            return None  # an id or a link that cannot be part of a path that may be sent
        if response is not None and response.status < 500:
            break
        if attempt + 1 < TRIES:
            guard.pause(0.5 + attempt)
    return response


def _pages(guard: Guard, target: str) -> Iterator[list[Any] | None]:
    """The elements of a list, page by page; None as the last where it cannot be read to its end."""
    for _ in range(PAGES):
        page = object_of(ask(guard, target))
        if page is None or not isinstance(page.get("value"), list):
            break
        yield page["value"]
        link = page.get("@odata.nextLink")
        if not isinstance(link, str):
            return
        target = within(link, guard.base, target)
        if not target:
            break
    yield None


def sessions_of(guard: Guard) -> list[dict[str, Any]] | None:
    """Every session there is, or None where the list cannot be read to its end."""
    sessions: list[dict[str, Any]] = []
    for page in _pages(guard, f"{ROOT}/restoreSessions"):
        if page is None:
            return None
        sessions += [element for element in page if isinstance(element, dict)]
    return sessions


def artifacts_of(guard: Guard, session: str) -> set[str] | None:
    """What a session names, or None where it cannot be read to the end."""
    names: set[str] = set()
    for collection, names_of in ((STANDARD, points_of), (GRANULAR, items_of)):
        try:
            target = session_path(session, collection, typed=True)
        except NoPath:
            return None
        for page in _pages(guard, target):
            if page is None or len(names_of(page)) < len(page):
                return None
            names |= names_of(page)
    return names


def object_of(response: Response | None) -> dict[str, Any] | None:
    """The object in an answer of 200, or None."""
    if response is None or response.status != 200:
        return None
    value = parse_json(response.body)
    return value if value is not NOTHING and isinstance(value, dict) else None


def gone(response: Response | None) -> bool:
    """Whether the service itself says that there is no such session; a gateway's 404 page does not."""
    if response is None or response.status != 404:
        return False
    return isinstance(parse_json(response.body), dict)


def said(response: Response | None) -> str:
    """An answer in two words: its status and the code of its error."""
    if response is None:
        return "no answer"
    body = parse_json(response.body)
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f"{response.status} {code}" if isinstance(code, str) else str(response.status)
