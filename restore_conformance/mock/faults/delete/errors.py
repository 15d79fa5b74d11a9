"""Faults of how deleting is refused: `tests/delete/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import is_draft, is_granular
from restore_conformance.mock.edits import body, code, combined, status
from restore_conformance.mock.faults.register import Fault, refusal_faults
from restore_conformance.mock.hooks import (
    DELETES,
    INVALID_SESSION_ID,
    ACTION_NOT_ALLOWED,
    SESSION_NOT_FOUND,
    around_operation,
    refuse_on,
    reopen_before,
)
from restore_conformance.mock.protocol import JsonResponse

# fmt: off
FAULTS = [
    *refusal_faults(DELETES,
        ("field-delete-state-409", "row", ACTION_NOT_ALLOWED, status(409)),
        ("field-delete-state-other-code", "row", ACTION_NOT_ALLOWED, code("Forbidden")),
        ("field2-delete-state-no-body", "row", ACTION_NOT_ALLOWED, body(None)),
        ("field-delete-unknown-403", "row", SESSION_NOT_FOUND, status(403)),
        ("field-delete-bad-id-204", "row", INVALID_SESSION_ID, combined(status(204), body(None))),
    ),
    Fault("field-delete-unknown-204", "row:delete/" + SESSION_NOT_FOUND, "Delete a draft twice: 204 again.",
          around_operation(DELETES, lambda call: call.proceed() if call.session else JsonResponse(204))),
    Fault("field2-delete-completed", "row:delete/" + ACTION_NOT_ALLOWED, "Delete a completed session: 204.", reopen_before(*DELETES)),
    Fault("field-delete-granular-refused", "N37", "Delete a granular draft: 403.",
          refuse_on(DELETES, lambda session: is_draft(session) and is_granular(session), 403, ACTION_NOT_ALLOWED)),
]
# fmt: on
