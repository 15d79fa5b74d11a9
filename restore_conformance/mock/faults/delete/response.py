"""Faults of what deleting does: `tests/delete/test_response.py`."""

from __future__ import annotations

from restore_conformance.mock.edits import body, joined, status
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.hooks import (
    BOTH, DELETES, Keep, Right, after, among, around, crashes_on, keeping, kept, refuses_on, seeds,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply


def _without_effect(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    service.draft(asked)
    return Reply(204)


def _the_next_too(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    names = list(service.sessions)
    following = names[names.index(service.draft(asked).id) + 1 :]
    reply = right()
    if following:
        del service.sessions[following[0]]
    return reply


def _the_oldest(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if not found or found.status != "draft":
        return right()
    del service.sessions[next(iter(service.sessions))]
    return Reply(204)


def _kept_all_the_same(service: Service, found: Session, reply: Reply) -> None:
    service.keep(found)


def _the_same_content_too(service: Service, found: Session, reply: Reply) -> None:
    points = [one.get("restorePoint") for one in found.artifacts]
    for one in list(service.sessions.values()):
        if points and points == [other.get("restorePoint") for other in one.artifacts] and points[0]:
            del service.sessions[one.id]


def _undone_by_the_next_create(service: Service) -> None:
    gone: list[Session] = []

    def keep(service: Service, born: Session, keep: Keep) -> None:
        while gone:
            keep(gone.pop())
        keep(born)

    def deleted(service: Service, found: Session, reply: Reply) -> None:
        gone.append(found)

    seeds(keeping(keep), after(DELETES, deleted))(service)


def _artifacts_stay(service: Service) -> None:
    every: dict[str, Session] = {}
    seeds(kept(lambda _, born: every.update({born.id: born})), among(lambda _: every, *BOTH))(service)


# fmt: off
FAULTS = [
    *on_success(("delete",), ("delete-answered-202", ".no-content", status(202))),
    *on_success(DELETES, ("field-delete-200", "page:delete", joined(status(200), body({"deleted": True})))),
    Fault("delete-without-effect", ".gone", "Delete a draft, get it.", around(("delete",), _without_effect)),
    Fault("field-delete-without-effect", "page:delete", "Delete a draft and get it: 200.", after(DELETES, _kept_all_the_same)),
    Fault("delete-takes-another", ".only-that", "Create two sessions, delete the first, get the second.", around(("delete",), _the_next_too)),
    Fault("field-delete-another", "page:delete", "Delete the second of two: the first is gone.", around(DELETES, _the_oldest)),
    Fault("field2-delete-takes-same-content", "page:delete", "Create the same twice, delete one: both are gone.",
          after(DELETES, _the_same_content_too)),
    Fault("field2-delete-undone-by-create", "page:delete", "Create, delete, create another, get the first: 200.", _undone_by_the_next_create),
    Fault("field2-delete-leaves-artifacts", ".artifacts-gone", "Create, delete, list the artifacts: they are still there.", _artifacts_stay),
    Fault("field-delete-empty-crash", "page:delete", "Delete an empty session: 500.", crashes_on(DELETES, lambda found: not found.artifacts)),
    Fault("field2-delete-many-crash", "page:delete", "Delete a draft of 30 artifacts: 500.",
          crashes_on(DELETES, lambda found: len(found.artifacts) >= 30 and found.status == "draft")),
    Fault("field2-delete-after-update-412", ".no-content", "Create, update, delete: 412.",
          refuses_on(DELETES, lambda found: found.modified != found.created and found.status == "draft", 412, "PreconditionFailed", "The ETag is missing.")),
]
# fmt: on
