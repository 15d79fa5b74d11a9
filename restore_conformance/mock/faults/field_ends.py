"""Defects of deleting and activating sessions, written from the documents alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from restore_conformance.mock import life
from restore_conformance.mock.faults.field_life import got
from restore_conformance.mock.faults.field_places import around, body, code, joined, refusal, status
from restore_conformance.mock.faults.seeding import crash, made
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Right = Callable[[], Reply]
Act = Callable[[Service, Session | None, Right], Reply]
DELETES = ("delete", "delete-typed")
STATE = "RestoreSessionActionNotAllowed"
LOST = "RestoreSessionNotFound"
BAD = "InvalidRestoreSessionId"


def acting(name: str, blames: str, shows: str, operations: tuple[str, ...], act: Act) -> None:
    """Another way to carry out operations; `act` gets the service, the session or None, and the right way."""

    def seed(service: Service) -> None:
        def other(inner: Operation, asked: Asked) -> Reply:
            return act(service, service.sessions.get(asked.session.lower()), lambda: inner(asked))

        around(service, operations, other)

    made(name, blames, shows, seed)


# ---------------------------------------------------------------- delete


def _without_effect(service: Service, found: Session | None, right: Right) -> Reply:
    reply = right()
    if found:
        service.keep(found)
    return reply


def _another(service: Service, found: Session | None, right: Right) -> Reply:
    oldest = next(iter(service.sessions.values()), None)
    if not found or found.status != "draft" or oldest is None:
        return right()
    del service.sessions[oldest.id]
    return Reply(204)


def _always_gone(service: Service, found: Session | None, right: Right) -> Reply:
    return right() if found else Reply(204)


def _never_empty(service: Service, found: Session | None, right: Right) -> Reply:
    return right() if not found or found.artifacts else crash()


def _never_granular(service: Service, found: Session | None, right: Right) -> Reply:
    if found and found.status == "draft" and found.kind == "granular":
        raise Refusal(403, STATE)
    return right()


got(
    "field-delete-200",
    "page:delete",
    "Delete a draft: 200 with the session's end.",
    joined(status(200), body({"deleted": True})),
    *DELETES,
)
acting("field-delete-without-effect", "page:delete", "Delete a draft and get it: 200.", DELETES, _without_effect)
acting("field-delete-another", "page:delete", "Delete the second of two: the first is gone.", DELETES, _another)
acting("field-delete-unknown-204", "row:delete/" + LOST, "Delete a draft twice: 204 again.", DELETES, _always_gone)
acting("field-delete-empty-crash", "page:delete", "Delete an empty session: 500.", DELETES, _never_empty)
acting("field-delete-granular-refused", "N37", "Delete a granular draft: 403.", DELETES, _never_granular)
refusal(
    "field-delete-state-409", "row:delete/" + STATE, "Delete an activated session: 409.", STATE, status(409), *DELETES
)
refusal(
    "field-delete-state-other-code",
    "row:delete/" + STATE,
    "Delete an activated session: Forbidden.",
    STATE,
    code("Forbidden"),
    *DELETES,
)
refusal("field-delete-unknown-403", "row:delete/" + LOST, "Delete an unknown id: 403.", LOST, status(403), *DELETES)
refusal("field-delete-bad-id-500", "row:delete/" + BAD, "Delete an id that is none: 500.", BAD, status(500), *DELETES)
refusal(
    "field-delete-bad-id-204",
    "row:delete/" + BAD,
    "Delete an id that is none: 204.",
    BAD,
    joined(status(204), body(None)),
    *DELETES,
)

# ---------------------------------------------------------------- activate


def _still_draft(service: Service, found: Session | None, right: Right) -> Reply:
    reply = right()
    if found:
        found.status = reply.body["status"] = "draft"
    return reply


def _everyone(service: Service, found: Session | None, right: Right) -> Reply:
    reply = right()
    for one in service.sessions.values():
        if one.status == "draft":
            life.activate(one)
    return reply


def _again(service: Service, found: Session | None, right: Right) -> Reply:
    if found and found.status != "draft":
        return Reply(200, service.render(found, all_members=False))
    return right()


def _no_granular(service: Service, found: Session | None, right: Right) -> Reply:
    return crash() if found and found.kind == "granular" and found.status == "draft" else right()


ACTIVATE = ("activate",)
got("field-activate-no-body", "page:activate", "Activate a draft: 200 without a body.", body(None), *ACTIVATE)
got(
    "field-activate-scheduled",
    "page:activate",
    "Activate a draft: a status that is no member.",
    lambda reply: reply.body.update(status="scheduled"),
    *ACTIVATE,
)
got(
    "field-activate-other-id",
    "page:activate",
    "Activate a draft: the answer has another id.",
    lambda reply: reply.body.update(id=str(uuid.uuid4())),
    *ACTIVATE,
)
acting(
    "field-activate-still-draft", "page:activate", "Activate a draft and get it: still a draft.", ACTIVATE, _still_draft
)
acting("field-activate-everyone", "page:activate", "Activate one of two drafts: both are.", ACTIVATE, _everyone)
acting("field-activate-again", "row:activate/" + STATE, "Activate a session twice: 200.", ACTIVATE, _again)
acting("field-activate-granular-crash", "page:activate", "Activate a granular draft: 500.", ACTIVATE, _no_granular)
refusal(
    "field-activate-state-400", "row:activate/" + STATE, "Activate a session twice: 400.", STATE, status(400), *ACTIVATE
)
refusal(
    "field-activate-unknown-500", "row:activate/" + LOST, "Activate an unknown id: 500.", LOST, status(500), *ACTIVATE
)
refusal(
    "field-activate-unknown-other-code",
    "row:activate/" + LOST,
    "Activate an unknown id: NotFound.",
    LOST,
    code("NotFound"),
    *ACTIVATE,
)
refusal(
    "field-activate-bad-id-405", "row:activate/" + BAD, "Activate an id that is none: 405.", BAD, status(405), *ACTIVATE
)
