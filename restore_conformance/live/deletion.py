"""Deletes one session of ours, once reading it back shows that it is a draft of ours.

Is given the id; looks for no session, and knows nothing of answers that were lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from restore_conformance.contract.paths import NoPath, session_path
from restore_conformance.live.guard import Door
from restore_conformance.live.ownership import Finding, Owner
from restore_conformance.live.sessions import TRIES, ask, gone, said

SETTLED = 900.0
"""Seconds after which a create that nobody can find has made nothing."""


@dataclass(frozen=True, slots=True)
class Left:
    """A session that was not deleted, and why; "" for a create whose session could not be found yet."""

    session: str
    why: str


def remove(door: Door, session: str) -> list[Left]:
    """Delete a session that a create was answered with, if it is a draft of ours. Empty where it is gone."""
    try:
        path = session_path(session)
    except NoPath as never:
        return [Left(session, f"not deleted: {never}")]
    # A fresh session may not be seen yet: only one we tried to delete before, or an old one, is gone on a 404.
    sure = session.lower() in door.journal.tried or settled(_sent(door, session))
    finding = _whose(door, session, path, sure=sure)
    if finding is None:
        door.journal.note("gone", session=session)
        return []
    if finding.owner is Owner.OTHER:
        door.journal.note("given-up", session=session)
        door.budget.deleted()
    if not finding.ours:
        return [Left(session, finding.why)]
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


def _whose(door: Door, session: str, path: str, *, sure: bool) -> Finding | None:
    """Whose a session is: as was seen already, or by reading it; None where it is gone."""
    known = door.finding(session)
    if known is not None and known.owner is not Owner.UNDECIDED:
        return known
    for attempt in range(TRIES):
        found = ask(door, path)
        if gone(found):
            if sure:
                return None
        elif found is not None and found.status == 200:
            return door.finding(session) or Finding(Owner.UNDECIDED, "is not among those a create was answered with")
        else:
            return Finding(Owner.UNDECIDED, f"could not be read before deleting it: {said(found)}")
        if attempt + 1 < TRIES:
            door.pause(1.0 + attempt)
    return Finding(Owner.UNDECIDED, "is not found, and may appear yet; the next start looks again")


def _sent(door: Door, session: str) -> float:
    """When the create that made a session was sent, in seconds since 1970."""
    return max((intent.at for intent in door.journal.makers(session)), default=0.0)


def settled(at: float) -> bool:
    """Whether a create that was sent then (seconds since 1970) has had time to show what it made."""
    return datetime.now(UTC).timestamp() - at >= SETTLED
