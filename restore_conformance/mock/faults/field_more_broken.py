"""More defects that break or blind a server on a change of a draft, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_more_places import DELTA, ITEMS, Json, additions, changing, doing
from restore_conformance.mock.faults.field_places import body, refusal, text
from restore_conformance.mock.faults.seeding import crash
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Right = Callable[[], Reply]
ROW = "row:update/"
TWICE = ROW + "DuplicateArtifactInList"
POINT = ROW + "InvalidRestorePoint"
EMPTY = ROW + "InvalidArtifactRequest"
STATE = "RestoreSessionActionNotAllowed"


def breaking(name: str, blames: str, shows: str, when: Callable[[Session, Json], bool]) -> None:
    """The server breaks on a change: 500."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        return crash() if found.status == "draft" and when(found, payload) else right()

    changing(name, blames, shows, act)


def _mixed_changes(payload: Json) -> bool:
    return bool(additions(payload)) and len(additions(payload)) < len(payload[DELTA])


breaking(
    "field2-update-missing-point-crash",
    POINT,
    "An addition without restorePoint: 500.",
    lambda _, p: any("restorePoint" not in one for one in additions(p)),
)
breaking("field2-update-null-list-crash", EMPTY, "A null list of changes: 500.", lambda _, p: p.get(DELTA, 0) is None)
breaking("field2-update-empty-object-crash", ROW + "InvalidPatchRequest", "A change {}: 500.", lambda _, p: not p)
breaking(
    "field2-update-text-list-crash",
    ROW + "InvalidPatchRequest",
    "A text for the list of changes: 500.",
    lambda _, p: isinstance(p.get(DELTA), str),
)
breaking(
    "field2-update-items-twice-crash",
    TWICE,
    "The same item twice: 500.",
    lambda _, p: len({str(one) for one in additions(p, ITEMS)}) < len(additions(p, ITEMS)),
)
breaking(
    "field2-update-empty-session-crash",
    "page:update",
    "Add a site to an empty session: 500.",
    lambda found, p: not found.artifacts and bool(additions(p)),
)
breaking(
    "field2-update-add-and-remove-crash",
    "update/request-body.additions-beside-removals",
    "Add and remove in one request: 500.",
    lambda _, p: _mixed_changes(p),
)

# ---------------------------------------------------------------- the session of a change


def _undeleted(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    try:
        return right()
    except Refusal as refused:
        if refused.code != "RestoreSessionNotFound":
            raise
    return Reply(200, {f"{rules.SITE}@delta": []})


doing(
    "field2-update-unknown-200",
    ROW + "RestoreSessionNotFound",
    "Change an unknown or deleted session: 200.",
    ("update",),
    _undeleted,
)
refusal(
    "field2-update-state-no-body",
    ROW + STATE,
    "Change an activated session: 403 without a body.",
    STATE,
    body(None),
    "update",
)
refusal(
    "field2-update-twice-page",
    "update/errors.envelope",
    "The same addition twice: 400 and a page.",
    "DuplicateArtifactInList",
    text("<h1>Bad Request</h1>", "text/html"),
    "update",
)
refusal(
    "field2-delete-state-no-body",
    "row:delete/" + STATE,
    "Delete an activated session: 403 without a body.",
    STATE,
    body(None),
    "delete",
    "delete-typed",
)
refusal("field2-activate-unknown-text", "row:activate/RestoreSessionNotFound", "Activate an unknown session: 404 as text.",
        "RestoreSessionNotFound", text("Not found"), "activate")  # fmt: skip


def _elsewhere(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    changes = payload.get(DELTA)
    names = {one.get("id") for one in changes if isinstance(one, dict)} if isinstance(changes, list) else set()
    reply = right()
    for other in service.sessions.values():
        other.artifacts = [one for one in other.artifacts if one["id"] not in names]
    return reply


changing(
    "field2-update-removes-elsewhere",
    "page:update",
    "Remove an artifact of another session: it is gone there.",
    _elsewhere,
)
