"""Faults of what deleting does: `tests/delete/test_response.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import is_draft, same_sites
from restore_conformance.mock.edits import body, combined, status
from restore_conformance.mock.faults.register import Fault, success_faults
from restore_conformance.mock.hooks import (
    ARTIFACT_READS, DELETES, Call, Store, after_operation, after_store, around_operation, around_store, crash_on,
    for_other_sessions, refuse_on, seeds, with_sessions,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.protocol import JsonResponse


def _the_next_too(call: Call) -> JsonResponse:
    names = list(call.service.sessions)
    following = names[names.index(call.service.draft(call.request).id) + 1 :]
    response = call.proceed()
    for name in following[:1]:
        del call.service.sessions[name]
    return response


def _the_oldest(call: Call) -> JsonResponse:
    if not call.session or not is_draft(call.session):
        return call.proceed()
    del call.service.sessions[next(iter(call.service.sessions))]
    return JsonResponse(204)


def _takes_the_same_content(service: Service) -> None:
    after_operation(DELETES, for_other_sessions(lambda other, _: service.sessions.pop(other.id), same_sites))(service)


def _undone_by_the_next_create(service: Service) -> None:
    deleted: list[Session] = []

    def keep(service: Service, created: Session, keep: Store) -> None:
        while deleted:
            keep(deleted.pop())
        keep(created)

    seeds(around_store(keep), after_operation(DELETES, lambda _, session, __: deleted.append(session)))(service)


def _artifacts_stay(service: Service) -> None:
    every: dict[str, Session] = {}
    seeds(
        after_store(lambda _, created: every.update({created.id: created})),
        with_sessions(lambda _: every, *ARTIFACT_READS),
    )(service)


# fmt: off
FAULTS = [
    *success_faults(("delete",), ("delete-answered-202", ".no-content", status(202))),
    *success_faults(DELETES, ("field-delete-200", "page:delete", combined(status(200), body({"deleted": True})))),
    Fault("delete-without-effect", ".gone", "Delete a draft, get it.", around_operation(("delete",), lambda call: JsonResponse(204) if call.service.draft(call.request) else call.proceed())),
    Fault("field-delete-without-effect", "page:delete", "Delete a draft and get it: 200.", after_operation(DELETES, lambda service, session, _: service.store(session))),
    Fault("delete-takes-another", ".only-that", "Create two sessions, delete the first, get the second.", around_operation(("delete",), _the_next_too)),
    Fault("field-delete-another", "page:delete", "Delete the second of two: the first is gone.", around_operation(DELETES, _the_oldest)),
    Fault("field2-delete-takes-same-content", "page:delete", "Create the same twice, delete one: both are gone.",
          _takes_the_same_content),
    Fault("field2-delete-undone-by-create", "page:delete", "Create, delete, create another, get the first: 200.", _undone_by_the_next_create),
    Fault("field2-delete-leaves-artifacts", ".artifacts-gone", "Create, delete, list the artifacts: they are still there.", _artifacts_stay),
    Fault("field-delete-empty-crash", "page:delete", "Delete an empty session: 500.", crash_on(DELETES, lambda session: not session.artifacts)),
    Fault("field2-delete-many-crash", "page:delete", "Delete a draft of 30 artifacts: 500.",
          crash_on(DELETES, lambda session: len(session.artifacts) >= 30 and is_draft(session))),
    Fault("field2-delete-after-update-412", ".no-content", "Create, update, delete: 412.",
          refuse_on(DELETES, lambda session: session.modified != session.created and is_draft(session), 412, "PreconditionFailed", "The ETag is missing.")),
]
# fmt: on
