"""Faults of what a change may hold: `tests/update/test_request_body.py`."""

from __future__ import annotations

from restore_conformance.mock import life
from restore_conformance.mock.conditions import SITES, additions
from restore_conformance.mock.edits import Json, status
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.framing import no_answer
from restore_conformance.mock.hooks import (
    DIFFERENT, PATCH, UPDATE, Call, breaks_on_change, carries_out, refuse, spoils, updating,
)  # fmt: skip
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Reply


def _removes(payload: Json) -> bool:
    return any("@removed" in change for change in payload.get(SITES) or [] if isinstance(change, dict))


def _own_kind_of_both(session: Session, payload: Json, call: Call) -> Reply:
    if not all(name in payload for name in life.DELTAS):
        return call.proceed()
    own = {name: value for name, value in payload.items() if life.DELTAS.get(name) == session.kind}
    return Reply(200, life.update(session, own))


# fmt: off
FAULTS = [
    *on_success(UPDATE, ("update-answered-204", ".additions", status(204))),
    Fault("wire-update-without-answer", ".additions", "Add to a draft: the line is cut before the answer.",
          spoils(no_answer, lambda sent, answer: sent.method == "PATCH", 200)),
    Fault("empty-session-never-filled", ".additions", "Create an empty session, add an artifact.", updating(lambda session, payload, call: call.proceed() if session.artifacts else refuse(400, PATCH, "There is nothing to change."))),
    Fault("update-removal-refused", ".removals", "Remove an artifact.", updating(lambda session, payload, call: refuse(400, PATCH) if _removes(payload) else call.proceed())),
    Fault("update-both-kinds-accepted", ".exclusive-artifacts", "Change both kinds in one request.", updating(_own_kind_of_both)),
    Fault("field2-update-add-and-remove-crash", ".additions-beside-removals", "Add and remove in one request: 500.",
          breaks_on_change(lambda _, payload: additions(payload) and _removes(payload))),
    Fault("field2-update-destinations-differ", ".one-destination", "One new and one inPlace in one change: 200.",
          carries_out(lambda session, payload, code: code == DIFFERENT)),
]
# fmt: on
