"""Faults of get with Prefer: `tests/get/test_request_headers.py`."""

from __future__ import annotations

from restore_conformance.mock.edits import Derived, put
from restore_conformance.mock.faults.register import Fault
from restore_conformance.mock.hooks import GETS, on_success

FAULTS = [
    Fault(
        "field2-get-items-standard-with-prefer", ".prefer-shows-granular", "Create items and get with Prefer: standard.",
        on_success(put("restoreJobType", Derived("standard if granular", lambda old: "standard" if old == "granular" else old)), *GETS),
    ),
]  # fmt: skip
