"""More defects of deleting sessions, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.mock.faults.field_more_places import DELETES, doing
from restore_conformance.mock.faults.seeding import crash, fault
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Right = Callable[[], Reply]


def _same_content(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    reply = right()
    points = [one.get("restorePoint") for one in found.artifacts] if found else []
    for one in list(service.sessions.values()):
        if points and points == [other.get("restorePoint") for other in one.artifacts] and points[0]:
            del service.sessions[one.id]
    return reply


def _archived(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and found.modified != found.created and found.status == "draft":
        raise Refusal(412, "PreconditionFailed", "The ETag is missing.")
    return right()


def _done(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and found.status in {"completed", "completedWithError"}:
        found.status = "draft"
    return right()


def _fifty(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    return crash() if found and len(found.artifacts) >= 30 and found.status == "draft" else right()


doing(
    "field2-delete-takes-same-content",
    "page:delete",
    "Create the same twice, delete one: both are gone.",
    DELETES,
    _same_content,
)
doing(
    "field2-delete-after-update-412", "delete/response.no-content", "Create, update, delete: 412.", DELETES, _archived
)
doing(
    "field2-delete-completed",
    "row:delete/RestoreSessionActionNotAllowed",
    "Delete a completed session: 204.",
    DELETES,
    _done,
)
doing("field2-delete-many-crash", "page:delete", "Delete a draft of 30 artifacts: 500.", DELETES, _fifty)


@fault("page:delete", "field2-delete-undone-by-create")
def delete_undone(service: Service) -> None:
    """Create, delete, create another, get the first: 200."""
    gone: list[Session] = []
    keep, delete = service.keep, service.delete

    def keeping(born: Session) -> None:
        while gone:
            keep(gone.pop())
        keep(born)

    def deleting(asked: Asked) -> Reply:
        found = service.draft(asked)
        reply = delete(asked)
        gone.append(found)
        return reply

    service.keep = keeping  # type: ignore[assignment]
    for name in DELETES:
        service.operations[name] = (deleting, True)


@fault("delete/response.artifacts-gone", "field2-delete-leaves-artifacts")
def delete_leaves_artifacts(service: Service) -> None:
    """Create, delete, list the artifacts: they are still there."""
    every: dict[str, Session] = {}
    keep = service.keep

    def keeping(born: Session) -> None:
        every[born.id] = born
        keep(born)

    service.keep = keeping  # type: ignore[assignment]
    for name in ("list-artifacts", "list-granular"):
        service.operations[name] = (_from(service, every, service.operations[name][0]), service.operations[name][1])


def _from(service: Service, every: dict[str, Session], act: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
    def reading(asked: Asked) -> Reply:
        kept, service.sessions = service.sessions, every
        try:
            return act(asked)
        finally:
            service.sessions = kept

    return reading
