"""Deletes one session of ours, as far as it still is a draft of ours.

Is told the id; looks for no session, and knows nothing of answers that were lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from restore_conformance.live.door import Door
from restore_conformance.live.journal import Intent
from restore_conformance.live.routes import ROOT
from restore_conformance.live.sessions import TRIES, ask, gone, object_of, said

SETTLED = 900.0
"""Seconds after which a create that nobody can find has made nothing."""


@dataclass(frozen=True, slots=True)
class Left:
    """A session that was not deleted, and why; "" for a create whose session could not be found yet."""

    session: str
    why: str


def remove(door: Door, session: str, *, careful: bool) -> list[Left]:
    """Delete a session of ours; `careful` first reads whether it still is a draft of ours. Empty where it is gone."""
    path = f"{ROOT}/restoreSessions/{quote(session, safe='')}"
    # A fresh session may not be seen yet: only one we tried to delete before, or an old one, is gone on a 404.
    sure = session.lower() in door.journal.tried or settled(_sent(door, session))
    if careful:
        found = ask(door, path)
        if gone(found):
            if not sure:
                return [Left(session, "is not found, and may appear yet; the next start looks again")]
            door.journal.note("gone", session=session)
            return []
        read = object_of(found)
        if found is None or found.status != 200 or read is None:
            return [Left(session, f"could not be read before deleting it: {said(found)}")]
        if read.get("status") != "draft":
            door.journal.note("given-up", session=session)
            return [Left(session, f"is no draft any more but {read.get('status')!r}, so it was left alone")]
        if not by_us(read, {i.application for i in _makers(door, session)}, unsaid=True):
            door.journal.note("given-up", session=session)
            return [Left(session, "was created by another application, so it was left alone")]
    for attempt in range(TRIES):
        found = door.tidy("DELETE", path).response
        if found is not None and found.status == 204:
            return []
        if gone(found) and sure:
            door.journal.note("gone", session=session)
            return []
        if found is not None and found.status == 403:
            hint = ": it is no draft any more" if "RestoreSessionActionNotAllowed" in said(found) else ""
            return [Left(session, f"deleting it was refused ({said(found)}){hint}")]
        if attempt + 1 < TRIES:
            door.pause(1.0 + attempt)
    return [Left(session, f"could not be deleted in {TRIES} tries: {said(found)}")]


def _sent(door: Door, session: str) -> float:
    """When the create that made a session was sent, in seconds since 1970."""
    return max((intent.at for intent in _makers(door, session)), default=0.0)


def _makers(door: Door, session: str) -> list[Intent]:
    """The creates that a session came of: one, unless a server gave its id twice."""
    return [i for i in door.journal.intents.values() if i.session.lower() == session.lower()]


def settled(at: float) -> bool:
    """Whether a create that was sent then (seconds since 1970) has had time to show what it made."""
    return datetime.now(UTC).timestamp() - at >= SETTLED


def by_us(session: dict[str, Any], applications: set[str], *, unsaid: bool) -> bool:
    """Whether a session was created by one of some applications; `unsaid` where it, or we, do not say."""
    creator = session.get("createdBy")
    found = creator.get("application") if isinstance(creator, dict) else None
    name = found.get("id") if isinstance(found, dict) else None
    known = {application.lower() for application in applications} - {""}
    if not isinstance(name, str) or not name or not known:
        return unsaid
    return name.lower() in known
