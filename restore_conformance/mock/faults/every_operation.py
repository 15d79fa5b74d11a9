"""Faults that every operation on sessions can have, one row for each: who may use it, and how it refuses an id.

They break `request_headers`, `permissions` and `errors` of their operations, whose tests are alike.
"""

from __future__ import annotations

from restore_conformance.mock.edits import code, status, without_envelope
from restore_conformance.mock.faults.register import Fault
from restore_conformance.mock.hooks import allow_any_state, authorise_caller, on_refusal, refuse_caller

READING = ("get", "list", "list-artifacts")
WRITING = ("update", "delete", "activate")
ON_ONE = ("get", "list-artifacts", *WRITING)
MALFORMED, UNKNOWN = "InvalidRestoreSessionId", "RestoreSessionNotFound"

# fmt: off
FAULTS = [
    row for op in (*READING, *WRITING, "list-granular") for row in (
        Fault(f"{op}-without-token", f"{op}/request-headers.authorization-required", f"{op} without a token.", authorise_caller("none", op)),
        Fault(f"{op}-refused-without-envelope", f"{op}/errors.envelope", f"Any refused {op}.", on_refusal("", without_envelope, op)),
        Fault(f"{op}-permission-not-checked", f"{op}/permissions.permission-required", f"{op} with a token without permissions.",
              authorise_caller("no-permission", op)),
    )
]
FAULTS += [
    Fault(f"{op}-read-permission-refused", f"{op}/permissions.read-permission-suffices", f"{op} with a token that may only read.",
          refuse_caller("read-only", op)) for op in READING
]
FAULTS += [
    row for op in WRITING for row in (
        Fault(f"{op}-with-read-permission", f"{op}/permissions.read-permission-insufficient", f"{op} with a token that may only read.",
              authorise_caller("read-only", op)),
        Fault(f"{op}-any-state", f"{op}/errors.not-a-draft", f"Create, activate, {op}.", allow_any_state(op)),
    )
]
FAULTS += [
    row for op in ON_ONE for row in (
        Fault(f"{op}-malformed-id-other-code", f"{op}/errors.codes", f"{op} with an invalid id.", on_refusal(MALFORMED, code("UnknownError"), op)),
        Fault(f"{op}-malformed-id-answered-500", f"{op}/errors.invalid-session-id", f"{op} with an invalid id.", on_refusal(MALFORMED, status(500), op)),
    )
]
FAULTS += [
    row for op in ON_ONE if op != "list-artifacts" for row in (
        Fault(f"{op}-unknown-id-other-code", f"{op}/errors.codes", f"{op} with an id that names nothing.",
              on_refusal(UNKNOWN, code("UnknownError"), op)),
        Fault(f"{op}-unknown-id-answered-400", f"{op}/errors.session-not-found", f"{op} with an id that names nothing.",
              on_refusal(UNKNOWN, status(400), op)),
    )
]
# fmt: on
