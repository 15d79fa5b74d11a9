"""Cleans up a live target: deletes what this application's journal owns, and what was lost on the way.

Exactly drafts of our own are deleted. A session belongs to us if its id was in an answer to one of our creates, or
if it matches beyond doubt a create whose answer was lost, and if reading it back does not contradict that. Anything
less certain is listed, with its id, and left alone. How a session is deleted or matched is not known here.
"""

from __future__ import annotations

from restore_conformance.campaign.sender import BudgetSpent
from restore_conformance.contract.paths import NoPath, session_path
from restore_conformance.live.deletion import Left, remove
from restore_conformance.live.guard import Door
from restore_conformance.live.reconciliation import lost, reconcile
from restore_conformance.live.routes import NeverLive
from restore_conformance.live.sessions import ask, gone, object_of


def clean(door: Door, *, careful: bool) -> list[Left]:
    """Delete every draft of ours; what could not be deleted is returned.

    `careful` looks again at the sessions that an earlier run listed as doubtful.
    """
    left: list[Left] = []
    try:
        for session in door.journal.sessions():
            try:
                left += remove(door, session)
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
        try:
            found = ask(door, session_path(session))
        except NoPath:
            continue
        read = object_of(found)
        if gone(found) or (read is not None and read.get("status") != "draft"):
            door.journal.note("gone", session=session)
