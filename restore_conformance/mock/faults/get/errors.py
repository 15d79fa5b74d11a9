"""Faults of how get refuses an id: `tests/get/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.edits import body, code, combined, status, text
from restore_conformance.mock.faults.register import refusal_faults
from restore_conformance.mock.hooks import GETS, INVALID_SESSION_ID, SESSION_NOT_FOUND

FAULTS = refusal_faults(
    GETS,
    ("field-get-unknown-410", "row", SESSION_NOT_FOUND, status(410)),
    ("field-get-unknown-200-null", "row", SESSION_NOT_FOUND, combined(status(200), text("null", "application/json"))),
    ("field-get-unknown-other-code", "row", SESSION_NOT_FOUND, code("ItemNotFound")),
    ("field-get-unknown-500", "row", SESSION_NOT_FOUND, status(500)),
    ("field-get-bad-id-other-code", "row", INVALID_SESSION_ID, code("BadRequest")),
    ("field-get-bad-id-empty", "row", INVALID_SESSION_ID, body(None)),
)
