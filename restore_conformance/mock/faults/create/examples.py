"""Faults of the printed requests: `tests/create/test_examples.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import standard
from restore_conformance.mock.faults.register import Fault
from restore_conformance.mock.hooks import refuse_after_check

FAULTS = [
    Fault(
        "printed-standard-refused", ".standard", "The first printed request.",
        refuse_after_check(lambda payload: "1f1fccc3" in str(payload) and standard(payload), "Conflict", 409),
    ),
    Fault(
        "printed-granular-refused", ".granular", "The second printed request.",
        refuse_after_check(lambda payload: "a535851e" in str(payload) and len(payload) == 1, "Conflict", 409),
    ),
]  # fmt: skip
