"""Faults of how get refuses an id: `tests/get/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.edits import body, code, joined, status, text
from restore_conformance.mock.faults.register import on_refusal
from restore_conformance.mock.hooks import GETS, MALFORMED, UNKNOWN

FAULTS = on_refusal(
    GETS,
    ("field-get-unknown-410", "row", UNKNOWN, status(410)),
    ("field-get-unknown-200-null", "row", UNKNOWN, joined(status(200), text("null", "application/json"))),
    ("field-get-unknown-other-code", "row", UNKNOWN, code("ItemNotFound")),
    ("field-get-unknown-500", "row", UNKNOWN, status(500)),
    ("field-get-bad-id-other-code", "row", MALFORMED, code("BadRequest")),
    ("field-get-bad-id-empty", "row", MALFORMED, body(None)),
)
