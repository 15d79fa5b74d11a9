"""More defects that show when sessions are read, listed, deleted or activated; from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from restore_conformance.mock import session
from restore_conformance.mock.faults.field_artifacts import opened
from restore_conformance.mock.faults.field_more_places import (
    GETS,
    LISTS,
    Json,
    counted,
    doing,
    rendered,
    viewed,
)
from restore_conformance.mock.faults.seeding import fault
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Right = Callable[[], Reply]

# ---------------------------------------------------------------- lists that disagree with create and get


def _set(**members: Any) -> Callable[[Json, Session], None]:
    return lambda body, _: body.update(members)


viewed(
    "field2-list-items-typed-standard",
    "page:list",
    "Create items and list: standard, with Prefer too.",
    _set(restoreJobType="standard"),
    *LISTS,
)
viewed(
    "field2-list-total-zero",
    "page:list",
    "Create two sites and list: total 0.",
    lambda body, _: counted(body, total=0),
    *LISTS,
)
viewed(
    "field2-list-created-now",
    "page:list",
    "Create and list: createdDateTime is the moment of listing.",
    lambda body, _: body.update(createdDateTime=session.now(), lastModifiedDateTime=session.now()),
    *LISTS,
)
viewed("field2-list-activated-as-draft", "page:list", "Create, activate, list: a draft.", _set(status="draft"), *LISTS)
viewed("field2-get-items-standard-with-prefer", "get/request-headers.prefer-shows-granular", "Create items and get with Prefer: standard.",
       lambda body, _: body.update(restoreJobType="standard") if body["restoreJobType"] == "granular" else None, *GETS)  # fmt: skip


def filtered(name: str, shows: str, keep: Callable[[Session], bool]) -> None:
    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        every = service.sessions
        service.sessions = {one: value for one, value in every.items() if keep(value)}
        try:
            return right()
        finally:
            service.sessions = every

    doing(name, "page:list", shows, LISTS, act)


filtered(
    "field2-list-hides-granular", "Create items and list: the session is missing.", lambda one: one.kind == "standard"
)
filtered(
    "field2-list-hides-activated", "Create, activate, list: the session is missing.", lambda one: one.status == "draft"
)


def linked(name: str, shows: str, change: Callable[[Json, Asked], None]) -> None:
    """A defect of lists that are longer than a page."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        reply = right()
        change(reply.body, asked)
        return reply

    doing(name, "page:list", shows, LISTS, act)


def _moved(by: int) -> Callable[[Json, Asked], None]:
    def change(body: Json, asked: Asked) -> None:
        path, _, token = str(body.get("@odata.nextLink", "")).rpartition("=")
        if path:
            body["@odata.nextLink"] = f"{path}={int(token) + by}"

    return change


def _first_again(body: Json, asked: Asked) -> None:
    if "@odata.nextLink" in body:
        body["@odata.nextLink"] = body["@odata.nextLink"].partition("?")[0]


def _elsewhere(body: Json, asked: Asked) -> None:
    if "@odata.nextLink" in body:
        body["@odata.nextLink"] = body["@odata.nextLink"].replace("estoreSessions?", "estoreSession?")


linked("field2-list-no-link", "21 sessions: the list ends after 20.", lambda body, _: body.pop("@odata.nextLink", None))
linked("field2-list-page-overlaps", "21 sessions: the second page begins with the last one of the first.", _moved(-1))
linked("field2-list-page-skips-one", "22 sessions: one falls between two pages.", _moved(1))
linked("field2-list-link-to-first-page", "21 sessions: the link leads to the first page again.", _first_again)
linked("field2-list-link-leads-nowhere", "21 sessions: the link is answered 404.", _elsewhere)

# ---------------------------------------------------------------- reading


def _empty_lost(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and not found.artifacts:
        raise Refusal(404, "RestoreSessionNotFound")
    return right()


doing("field2-get-empty-404", "N36", "Create an empty session, get it: 404.", GETS, _empty_lost)
doing("field2-artifacts-of-empty-404", "page:list-artifacts", "Create an empty session, list its artifacts: 404.",
      ("list-artifacts",), _empty_lost)  # fmt: skip


def _once(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and found.extra.pop("read", None):
        raise Refusal(404, "RestoreSessionNotFound")
    reply = right()
    if found:
        found.extra["read"] = True
        reply.body.pop("read", None)
    return reply


doing("field2-get-every-second-404", "N36", "Create, get, get: every second read is answered 404.", GETS, _once)


@fault("N36", "field2-refused-create-rolls-back-another")
def refused_rolls_back(service: Service) -> None:
    """Create, send something that is refused, get the first: 404."""
    create = service.operations["create"][0]

    def lying(asked: Asked) -> Reply:
        try:
            return create(asked)
        except Refusal as refused:
            if refused.status == 400 and service.sessions:
                service.sessions.popitem()
            raise

    service.operations["create"] = (lying, True)


def _creator(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        one.created_by = born.created_by


def _total_of_all(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        if not one.artifacts and one.status == "draft" and born.kind == "standard":
            one.artifacts = deepcopy(born.artifacts)


opened(
    "field2-second-create-changes-creator",
    "N36",
    "Create as two callers: both sessions have the second's name.",
    _creator,
)
opened(
    "field2-second-create-fills-empty",
    "N36",
    "Create an empty session, then sites: the empty one has them too.",
    _total_of_all,
)


def _both_at_once(body: Json, found: Session) -> None:
    if found.status != "draft":
        counted(body, inProgress=len(found.artifacts), completed=len(found.artifacts))


rendered(
    "field2-counts-beyond-total-when-running",
    "activate/response.counts",
    "Activate and get: as many in progress as completed as total.",
    _both_at_once,
)
