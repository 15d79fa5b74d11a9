"""What a live target says of restore sessions: of one, of all, and what one of them names.

Reads and nothing else; knows no journal and not whose a session is.
"""

from __future__ import annotations

from typing import Any

from restore_conformance.contract.paths import NoPath, session_path, within
from restore_conformance.exchange import NOTHING, Response, parse_json
from restore_conformance.live.fingerprints import items_of, points_of
from restore_conformance.live.guard import Door
from restore_conformance.live.routes import ROOT, NeverLive
from restore_conformance.stimuli.materials import GRANULAR, SITE

PAGES = 60
"""Pages of a list that are read at most."""
TRIES = 3
"""Times that one thing is asked for where nothing but trouble comes."""


def ask(door: Door, target: str) -> Response | None:
    """What a read is answered; tried again where nothing came, or nothing but trouble."""
    for attempt in range(TRIES):
        try:
            found = door.tidy("GET", target).response
        except NeverLive:
            return None  # an id or a link that cannot be part of a path that may be sent
        if found is not None and found.status < 500:
            break
        if attempt + 1 < TRIES:
            door.pause(0.5 + attempt)
    return found


def sessions_of(door: Door) -> list[dict[str, Any]] | None:
    """Every session there is, or None where the list cannot be read to its end."""
    found: list[dict[str, Any]] = []
    target = f"{ROOT}/restoreSessions"
    for _ in range(PAGES):
        page = object_of(ask(door, target))
        if page is None or not isinstance(page.get("value"), list):
            return None
        found += [one for one in page["value"] if isinstance(one, dict)]
        link = page.get("@odata.nextLink")
        if not isinstance(link, str):
            return found
        target = within(link, door.base, target)
        if not target:
            return None
    return None


def artifacts_of(door: Door, session: str) -> set[str] | None:
    """What a session names, or None where it cannot be read to the end."""
    names: set[str] = set()
    for collection, read in ((SITE, points_of), (GRANULAR, items_of)):
        try:
            target = session_path(session, collection, typed=True)
        except NoPath:
            return None
        for _ in range(PAGES):
            response = ask(door, target)
            page = object_of(response)
            if page is None or not isinstance(page.get("value"), list):
                return None
            seen = read(page["value"])
            if len(seen) < len(page["value"]):
                return None
            names |= seen
            link = page.get("@odata.nextLink")
            if not isinstance(link, str):
                break
            target = within(link, door.base, target)
            if not target:
                return None
        else:
            return None
    return names


def object_of(response: Response | None) -> dict[str, Any] | None:
    """The object in an answer of 200, or None."""
    if response is None or response.status != 200:
        return None
    found = parse_json(response.body)
    return found if found is not NOTHING and isinstance(found, dict) else None


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
