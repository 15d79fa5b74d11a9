"""Faults of how activation is refused: `tests/activate/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import is_draft
from restore_conformance.mock.edits import code, status, text
from restore_conformance.mock.faults.register import Fault, on_refusal
from restore_conformance.mock.hooks import ACTIVATE, CROWDED, MALFORMED, STATE, UNKNOWN, Call, around, refused, reopens
from restore_conformance.mock.wire import Reply


def _again(call: Call) -> Reply:
    if call.session and not is_draft(call.session):
        return Reply(200, call.service.render(call.session, all_members=False))
    return call.proceed()


# fmt: off
FAULTS = [
    *on_refusal(ACTIVATE,
        ("field-activate-state-400", "row", STATE, status(400)),
        ("field-activate-unknown-500", "row", UNKNOWN, status(500)),
        ("field-activate-unknown-other-code", "row", UNKNOWN, code("NotFound")),
        ("field2-activate-unknown-text", "row", UNKNOWN, text("Not found")),
        ("field-activate-bad-id-405", "row", MALFORMED, status(405)),
    ),
    Fault("activate-too-many-400", ".too-many-active", "Activate 26 sessions.", refused(CROWDED, status(400), *ACTIVATE)),
    Fault("field-activate-again", "row:activate/" + STATE, "Activate a session twice: 200.", around(ACTIVATE, _again)),
    Fault("field2-activate-completed", "row:activate/" + STATE, "Activate a completed session: 200.", reopens(*ACTIVATE)),
]
# fmt: on
