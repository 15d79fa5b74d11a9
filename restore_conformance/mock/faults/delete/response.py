"""Faults of what deleting does: `tests/delete/test_response.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import is_draft, same_sites
from restore_conformance.mock.edits import body, joined, status
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.hooks import (
    BOTH, DELETES, Call, Keep, after, among, around, crashes_on, keeping, kept, others, refuses_on, seeds,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Reply


def _the_next_too(call: Call) -> Reply:
    names = list(call.service.sessions)
    following = names[names.index(call.service.draft(call.asked).id) + 1 :]
    reply = call.proceed()
    for name in following[:1]:
        del call.service.sessions[name]
    return reply


def _the_oldest(call: Call) -> Reply:
    if not call.session or not is_draft(call.session):
        return call.proceed()
    del call.service.sessions[next(iter(call.service.sessions))]
    return Reply(204)


def _takes_the_same_content(service: Service) -> None:
    after(DELETES, others(lambda other, _: service.sessions.pop(other.id), same_sites))(service)


def _undone_by_the_next_create(service: Service) -> None:
    deleted: list[Session] = []

    def keep(service: Service, created: Session, keep: Keep) -> None:
        while deleted:
            keep(deleted.pop())
        keep(created)

    seeds(keeping(keep), after(DELETES, lambda _, session, __: deleted.append(session)))(service)


def _artifacts_stay(service: Service) -> None:
    every: dict[str, Session] = {}
    seeds(kept(lambda _, created: every.update({created.id: created})), among(lambda _: every, *BOTH))(service)


# fmt: off
FAULTS = [
    *on_success(("delete",), ("delete-answered-202", ".no-content", status(202))),
    *on_success(DELETES, ("field-delete-200", "page:delete", joined(status(200), body({"deleted": True})))),
    Fault("delete-without-effect", ".gone", "Delete a draft, get it.", around(("delete",), lambda call: Reply(204) if call.service.draft(call.asked) else call.proceed())),
    Fault("field-delete-without-effect", "page:delete", "Delete a draft and get it: 200.", after(DELETES, lambda service, session, _: service.keep(session))),
    Fault("delete-takes-another", ".only-that", "Create two sessions, delete the first, get the second.", around(("delete",), _the_next_too)),
    Fault("field-delete-another", "page:delete", "Delete the second of two: the first is gone.", around(DELETES, _the_oldest)),
    Fault("field2-delete-takes-same-content", "page:delete", "Create the same twice, delete one: both are gone.",
          _takes_the_same_content),
    Fault("field2-delete-undone-by-create", "page:delete", "Create, delete, create another, get the first: 200.", _undone_by_the_next_create),
    Fault("field2-delete-leaves-artifacts", ".artifacts-gone", "Create, delete, list the artifacts: they are still there.", _artifacts_stay),
    Fault("field-delete-empty-crash", "page:delete", "Delete an empty session: 500.", crashes_on(DELETES, lambda session: not session.artifacts)),
    Fault("field2-delete-many-crash", "page:delete", "Delete a draft of 30 artifacts: 500.",
          crashes_on(DELETES, lambda session: len(session.artifacts) >= 30 and is_draft(session))),
    Fault("field2-delete-after-update-412", ".no-content", "Create, update, delete: 412.",
          refuses_on(DELETES, lambda session: session.modified != session.created and is_draft(session), 412, "PreconditionFailed", "The ETag is missing.")),
]
# fmt: on
