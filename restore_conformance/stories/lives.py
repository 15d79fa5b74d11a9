"""Lives of sessions: made, read in every way, beside others, deleted; and requests that must make none."""

from __future__ import annotations

from restore_conformance.payloads.materials import LISTS, SITE
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.state import session_of
from restore_conformance.stories.talk import Talk, artifacts_of, is_unseen, names_in, removal

ALL_MEMBERS = (("Prefer", "include-unknown-enum-members"),)


def life(
    talk: Talk,
    first: Stimulus,
    second: Stimulus,
    refusals: list[Stimulus],
    *,
    listed: bool,
    brief: bool = False,
) -> None:
    """Create, read in every way, create another, read both, delete the first, look again.

    Between the two lists also requests that must be refused. In brief every clause is touched once.
    """
    made = talk.create("create", first)
    if not made:
        return
    if is_unseen(talk.poll("get", made)):
        return
    if first.kind in LISTS:
        talk.list("artifacts", target=artifacts_of(made, first.kind))
        if first.kind == "standard" and not brief:
            talk.list("items", target=artifacts_of(made, "granular"))
        if first.kind == "granular" and not brief:
            talk.poll("get-all-members", made, headers=ALL_MEMBERS)
    other = talk.create("create-other", second)
    if listed:
        talk.list("list")
    talk.refuse(refusals)
    talk.poll("get-again", made)
    if other and not brief:
        talk.poll("get-other", other)
    gone = talk.one("delete", "DELETE", made).status in {200, 202, 204}
    if gone:
        talk.poll("get-deleted", made)
        if first.kind == "standard" and not brief:
            talk.list("artifacts-deleted", target=artifacts_of(made, first.kind))
        if not brief:
            talk.one("delete-again", "DELETE", made)
            talk.one("update-deleted", "PATCH", made, payload={f"{SITE}@delta": [removal(made)]})
    if other:
        talk.poll("get-kept", other)
    if gone and listed and talk.list("list-after"):
        _again_if_made(talk, refusals, "list", "list-after")


def refused(talk: Talk, stimuli: list[Stimulus]) -> None:
    """List, send requests that must be refused, list again."""
    listed = talk.list("before-0")
    talk.refuse(stimuli)
    if listed and talk.list("after-0"):
        _again_if_made(talk, stimuli, "before-0", "after-0")


def _again_if_made(talk: Talk, stimuli: list[Stimulus], earlier: str, later: str) -> None:
    """Where there are sessions that nobody asked for, the same again and again, with two lists each time.

    Nothing comes between one list and the next but the requests, or nothing at all for as long as they took: so that
    sessions somebody else makes meanwhile are told from those of the refused requests.
    """
    given = {session_of(one).lower() for one in talk.exchanges if one.sent.operation == "create"}
    if not stimuli or not names_in(talk, later) - names_in(talk, earlier) - given:
        return
    took = sum(one.seconds for one in talk.exchanges if one.step == "refusal")
    for again in (1, 2):
        talk.patience.rest(took)
        talk.list(f"before-{again}")
        talk.refuse(stimuli)
        talk.list(f"after-{again}")


def late(talk: Talk, sessions: list[str], gone: list[str]) -> None:
    """Read again sessions that were created long before, and one that was deleted long before."""
    for number, session in enumerate(sessions):
        talk.poll(f"get-late-{number}", session)
    for session in gone[:1]:
        talk.poll("get-gone", session)


def many(talk: Talk) -> None:
    """Read the whole list once there are more sessions than on one page of it."""
    talk.list("list-many")
