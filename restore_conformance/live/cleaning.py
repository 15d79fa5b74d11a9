"""Cleans up a live target: deletes what this application's journal owns, and what was lost on the way.

Exactly drafts of our own are deleted. A session belongs to us if its id was in an answer to one of our creates,
or if it matches beyond doubt a create whose answer was lost. Anything less certain is listed, with its id, and left
alone. How a session is deleted or matched is not known here.
"""

from __future__ import annotations

from urllib.parse import quote

from restore_conformance.live.door import Door
from restore_conformance.live.reconciling import lost, reconcile
from restore_conformance.live.removing import Left, remove
from restore_conformance.live.routes import ROOT, NeverLive
from restore_conformance.live.sessions import ask, gone, object_of
from restore_conformance.sending import BudgetSpent


def clean(door: Door, *, careful: bool) -> list[Left]:
    """Delete every draft of ours; what could not be deleted is returned.

    `careful` reads each session before it is deleted, to see that it still is a draft: for sessions of an earlier
    run. Those of this run were answered as drafts a moment ago, and the service deletes nothing but drafts.
    """
    left: list[Left] = []
    try:
        for session in door.journal.sessions():
            try:
                left += remove(door, session, careful=careful)
            except NeverLive as never:
                left.append(Left(session, f"not deleted: {never}"))
        if careful:
            _look_again(door)
        left += reconcile(door)
    except BudgetSpent as spent:
        left += [Left(session, f"not deleted: {spent}") for session in door.journal.sessions()]
        left += [Left("", lost(intent, str(spent))) for intent in door.journal.unanswered()]
    named = {one.session.lower() for one in left}
    left += [Left(one, why) for one, why in door.journal.doubtful.items() if one not in named]
    return list(dict.fromkeys(left))


def _look_again(door: Door) -> None:
    """Forget doubtful sessions that are gone or no drafts any more: somebody has dealt with them."""
    for session in list(door.journal.doubtful):
        found = ask(door, f"{ROOT}/restoreSessions/{quote(session, safe='')}")
        read = object_of(found)
        if gone(found) or (read is not None and read.get("status") != "draft"):
            door.journal.note("gone", session=session)
