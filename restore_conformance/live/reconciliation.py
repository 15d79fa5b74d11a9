"""Finds the sessions of creates whose answer was lost, and what is to be done about each.

A session is ours if it matches such a create by application, time and a set of artifacts that nobody else can have
named. Knows nothing of sessions whose id came in an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from restore_conformance.live.deletion import Left, remove, settled
from restore_conformance.live.fingerprints import fingerprint
from restore_conformance.live.guard import Door
from restore_conformance.live.journal import Intent
from restore_conformance.live.ownership import by_us, moment
from restore_conformance.live.sessions import artifacts_of, sessions_of

CANDIDATES = 100
BEFORE, AFTER = 60.0, 180.0
"""Seconds around the moment of sending within which a lost session must have been created: clocks differ, and a
request may wait on its way."""
SEEN = 2.0
"""Seconds after which a session that was created is in the list."""


def reconcile(door: Door) -> list[Left]:
    """Look for the sessions of creates whose answer was lost. Deletes what is ours beyond doubt, lists the rest."""
    waiting = door.journal.unanswered()
    if not waiting:
        return []
    youngest = datetime.now(UTC).timestamp() - max(intent.at for intent in waiting)
    door.pause(max(0.0, SEEN - youngest))
    listed = sessions_of(door)
    if listed is None:
        return [Left("", lost(intent, "the sessions could not be listed")) for intent in waiting]
    left: list[Left] = []
    for candidate in _candidates(door, listed, waiting):
        left += _match(door, candidate, waiting)
    _settle(door)
    return left


def _candidates(door: Door, listed: list[dict[str, Any]], waiting: list[Intent]) -> Iterator[dict[str, Any]]:
    """Drafts of our application that one of the lost creates may have made, and that nobody has accounted for."""
    shown = 0
    for one in listed:
        session = one.get("id")
        if not isinstance(session, str) or door.journal.owns(session) or one.get("status") != "draft":
            continue
        if any(_may_be(one, intent) for intent in waiting) and shown < CANDIDATES:
            shown += 1
            yield one


def _match(door: Door, candidate: dict[str, Any], waiting: list[Intent]) -> list[Left]:
    session = str(candidate["id"])
    names = artifacts_of(door, session)
    if names is None:
        why = "may be ours: it was created when an answer was lost, and its artifacts could not be read"
        door.journal.note("doubtful", session=session, why=why)
        return [Left(session, why)]
    mark = fingerprint(names)
    fitting = [i for i in waiting if i.artifacts == mark and _may_be(candidate, i)]
    if not fitting:
        return []
    certain = [intent for intent in fitting if intent.unique and by_us(candidate, {intent.application}, unsaid=False)]
    if certain:
        door.journal.note("made", key=certain[0].key, session=session, how="matched")
        waiting.remove(certain[0])
        return remove(door, session)
    why = (
        f"may be ours: an answer was lost at {_when(fitting[0])}, and it names "
        f"{'the same artifacts' if mark else 'no artifacts'}, as others may have done; "
        f"delete it with cleanup --session {session} if nobody misses it"
    )
    door.journal.note("doubtful", session=session, why=why)
    return [Left(session, why)]


def _settle(door: Door) -> None:
    """A create that is old enough and cannot be found made nothing; a young one is looked for again later."""
    for intent in door.journal.unanswered():
        if settled(intent.at):
            door.journal.note("settled", key=intent.key)


def _may_be(session: dict[str, Any], intent: Intent) -> bool:
    """Whether a create may have made a session, as far as application and time tell."""
    return _in_time(session, intent) and by_us(session, {intent.application}, unsaid=True)


def _in_time(session: dict[str, Any], intent: Intent) -> bool:
    created = moment(session.get("createdDateTime"))
    if created is None:
        return False
    sent = intent.at + intent.skew
    return sent - BEFORE <= created <= sent + AFTER


def lost(intent: Intent, why: str) -> str:
    """What is reported of a create whose session could not be found."""
    return f"a create at {_when(intent)} (client-request-id {intent.support}) had no answer, and {why}"


def _when(intent: Intent) -> str:
    return datetime.fromtimestamp(intent.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
