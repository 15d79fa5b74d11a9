"""Faults of how lists of full-site artifacts are refused: `tests/list-artifacts/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.edits import code
from restore_conformance.mock.faults.register import Fault, on_refusal
from restore_conformance.mock.hooks import ARTIFACTS, MALFORMED, UNKNOWN, crash, instead_of

FAULTS = [
    *on_refusal(ARTIFACTS, ("field-artifacts-bad-id-code", "row", MALFORMED, code("BadRequest"))),
    Fault(
        "field2-artifacts-unknown-crash", ".unknown-session", "List the artifacts of an unknown session: 500.",
        instead_of(UNKNOWN, lambda *_: crash(), *ARTIFACTS),
    ),
]  # fmt: skip
