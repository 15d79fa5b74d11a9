"""Faults of how activation is refused: `tests/activate/test_errors.py`."""

from __future__ import annotations

from restore_conformance.mock.edits import code, status, text
from restore_conformance.mock.faults.delete.errors import drafted_again
from restore_conformance.mock.faults.register import Fault, on_refusal
from restore_conformance.mock.hooks import Right, around, before, replies
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply

STATE, UNKNOWN, MALFORMED = "RestoreSessionActionNotAllowed", "RestoreSessionNotFound", "InvalidRestoreSessionId"


def _again(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and found.status != "draft":
        return Reply(200, service.render(found, all_members=False))
    return right()


def _too_many(reply: Reply, asked: Asked) -> None:
    if reply.status == 500:
        reply.status = 400


# fmt: off
FAULTS = [
    *on_refusal(("activate",),
        ("field-activate-state-400", "row", STATE, status(400)),
        ("field-activate-unknown-500", "row", UNKNOWN, status(500)),
        ("field-activate-unknown-other-code", "row", UNKNOWN, code("NotFound")),
        ("field2-activate-unknown-text", "row", UNKNOWN, text("Not found")),
        ("field-activate-bad-id-405", "row", MALFORMED, status(405)),
    ),
    Fault("activate-too-many-400", ".too-many-active", "Activate 26 sessions.", replies(_too_many, "activate")),
    Fault("field-activate-again", "row:activate/" + STATE, "Activate a session twice: 200.", around(("activate",), _again)),
    Fault("field2-activate-completed", "row:activate/" + STATE, "Activate a completed session: 200.", before(("activate",), drafted_again)),
]
# fmt: on
