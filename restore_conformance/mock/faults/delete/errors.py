"""Faults of how deleting is refused: `tests/delete/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import is_draft, is_granular
from restore_conformance.mock.edits import body, code, joined, status
from restore_conformance.mock.faults.register import Fault, on_refusal
from restore_conformance.mock.hooks import DELETES, MALFORMED, STATE, UNKNOWN, around, refuses_on, reopens
from restore_conformance.mock.wire import Reply

# fmt: off
FAULTS = [
    *on_refusal(DELETES,
        ("field-delete-state-409", "row", STATE, status(409)),
        ("field-delete-state-other-code", "row", STATE, code("Forbidden")),
        ("field2-delete-state-no-body", "row", STATE, body(None)),
        ("field-delete-unknown-403", "row", UNKNOWN, status(403)),
        ("field-delete-bad-id-204", "row", MALFORMED, joined(status(204), body(None))),
    ),
    Fault("field-delete-unknown-204", "row:delete/" + UNKNOWN, "Delete a draft twice: 204 again.",
          around(DELETES, lambda call: call.proceed() if call.session else Reply(204))),
    Fault("field2-delete-completed", "row:delete/" + STATE, "Delete a completed session: 204.", reopens(*DELETES)),
    Fault("field-delete-granular-refused", "N37", "Delete a granular draft: 403.",
          refuses_on(DELETES, lambda session: is_draft(session) and is_granular(session), 403, STATE)),
]
# fmt: on
