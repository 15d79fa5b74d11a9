"""Faults of how lists of full-site artifacts are refused: `tests/list-artifacts/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.edits import code
from restore_conformance.mock.faults.register import Fault, refusal_faults
from restore_conformance.mock.hooks import (
    LIST_ARTIFACTS,
    INVALID_SESSION_ID,
    SESSION_NOT_FOUND,
    crash,
    instead_of_refusal,
)

FAULTS = [
    *refusal_faults(LIST_ARTIFACTS, ("field-artifacts-bad-id-code", "row", INVALID_SESSION_ID, code("BadRequest"))),
    Fault(
        "field2-artifacts-unknown-crash", ".unknown-session", "List the artifacts of an unknown session: 500.",
        instead_of_refusal(SESSION_NOT_FOUND, lambda *_: crash(), *LIST_ARTIFACTS),
    ),
]  # fmt: skip
