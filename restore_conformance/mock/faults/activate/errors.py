"""Faults of how activation is refused: `tests/activate/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import is_draft
from restore_conformance.mock.edits import code, status, text
from restore_conformance.mock.faults.register import Fault, refusal_faults
from restore_conformance.mock.hooks import (
    ACTIVATE,
    TOO_MANY_ACTIVE,
    INVALID_SESSION_ID,
    ACTION_NOT_ALLOWED,
    SESSION_NOT_FOUND,
    Call,
    on_refusal,
    reopen_before,
)
from restore_conformance.mock.protocol import JsonResponse


def _again(call: Call) -> JsonResponse:
    if call.session and not is_draft(call.session):
        return JsonResponse(200, call.service.render(call.session, all_members=False))
    return call.proceed()


# fmt: off
FAULTS = [
    *refusal_faults(ACTIVATE,
        ("field-activate-state-400", "row", ACTION_NOT_ALLOWED, status(400)),
        ("field-activate-unknown-500", "row", SESSION_NOT_FOUND, status(500)),
        ("field-activate-unknown-other-code", "row", SESSION_NOT_FOUND, code("NotFound")),
        ("field2-activate-unknown-text", "row", SESSION_NOT_FOUND, text("Not found")),
        ("field-activate-bad-id-405", "row", INVALID_SESSION_ID, status(405)),
    ),
    Fault("activate-too-many-400", ".too-many-active", "Activate 26 sessions.", on_refusal(TOO_MANY_ACTIVE, status(400), *ACTIVATE)),
    Fault("field2-activate-completed", "row:activate/" + ACTION_NOT_ALLOWED, "Activate a completed session: 200.", reopen_before(*ACTIVATE)),
]
# fmt: on
