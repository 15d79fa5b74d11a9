"""Faults of what a change may hold: `tests/update/test_request_body.py`."""

from __future__ import annotations

from restore_conformance.mock import lifecycle
from restore_conformance.mock.conditions import SITES, additions
from restore_conformance.mock.edits import Json, status
from restore_conformance.mock.faults.register import Fault, success_faults
from restore_conformance.mock.transport import no_answer
from restore_conformance.mock.hooks import (
    DIFFERENT_DESTINATION, INVALID_PATCH, UPDATE, Call, carry_out_refused_update, corrupt_response, crash_on_update,
    instead_of_update, refuse,
)  # fmt: skip
from restore_conformance.mock.session import Session
from restore_conformance.mock.protocol import JsonResponse


def _removes(payload: Json) -> bool:
    return any("@removed" in change for change in payload.get(SITES) or [] if isinstance(change, dict))


def _own_kind_of_both(session: Session, payload: Json, call: Call) -> JsonResponse:
    if not all(name in payload for name in lifecycle.DELTAS):
        return call.proceed()
    own = {name: value for name, value in payload.items() if lifecycle.DELTAS.get(name) == session.kind}
    return JsonResponse(200, lifecycle.update(session, own))


# fmt: off
FAULTS = [
    *success_faults(UPDATE, ("update-answered-204", ".additions", status(204))),
    Fault("wire-update-without-answer", ".additions", "Add to a draft: the connection is closed before the response.",
          corrupt_response(no_answer, lambda sent, answer: sent.method == "PATCH", 200)),
    Fault("empty-session-never-filled", ".additions", "Create an empty session, add an artifact.", instead_of_update(lambda session, payload, call: call.proceed() if session.artifacts else refuse(400, INVALID_PATCH, "There is nothing to change."))),
    Fault("update-removal-refused", ".removals", "Remove an artifact.", instead_of_update(lambda session, payload, call: refuse(400, INVALID_PATCH) if _removes(payload) else call.proceed())),
    Fault("update-both-kinds-accepted", ".exclusive-artifacts", "Change both kinds in one request.", instead_of_update(_own_kind_of_both)),
    Fault("field2-update-add-and-remove-crash", ".additions-beside-removals", "Add and remove in one request: 500.",
          crash_on_update(lambda _, payload: additions(payload) and _removes(payload))),
    Fault("field2-update-destinations-differ", ".one-destination", "One new and one inPlace in one change: 200.",
          carry_out_refused_update(lambda session, payload, code: code == DIFFERENT_DESTINATION)),
]
# fmt: on
