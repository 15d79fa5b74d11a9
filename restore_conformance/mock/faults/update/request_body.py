"""Faults of what a change may hold: `tests/update/test_request_body.py`."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.mock import life
from restore_conformance.mock.conditions import SITES, additions
from restore_conformance.mock.edits import Json, status
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.faults.update.errors import breaking, let_through
from restore_conformance.mock.hooks import updates
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.spoiling import no_answer, spoilt
from restore_conformance.mock.wire import Refusal


def _no_removal(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
    if any("@removed" in change for change in payload.get(SITES) or [] if isinstance(change, dict)):
        raise Refusal(400, "InvalidPatchRequest")
    return update()


def _not_empty(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
    if not found.artifacts:
        raise Refusal(400, "InvalidPatchRequest", "There is nothing to change.")
    return update()


def _own_kind_of_both(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
    if all(name in payload for name in life.DELTAS):
        return life.update(
            found, {name: value for name, value in payload.items() if life.DELTAS.get(name) == found.kind}
        )
    return update()


# fmt: off
FAULTS = [
    *on_success(("update",), ("update-answered-204", ".additions", status(204))),
    Fault("wire-update-without-answer", ".additions", "Add to a draft: the line is cut before the answer.",
          spoilt(no_answer, lambda sent, came: sent.method == "PATCH", 200)),
    Fault("empty-session-never-filled", ".additions", "Create an empty session, add an artifact.", updates(_not_empty)),
    Fault("update-removal-refused", ".removals", "Remove an artifact.", updates(_no_removal)),
    Fault("update-both-kinds-accepted", ".exclusive-artifacts", "Change both kinds in one request.", updates(_own_kind_of_both)),
    Fault("field2-update-add-and-remove-crash", ".additions-beside-removals", "Add and remove in one request: 500.",
          breaking(lambda _, payload: bool(additions(payload)) and len(additions(payload)) < len(payload[SITES]))),
    Fault("field2-update-destinations-differ", ".one-destination", "One new and one inPlace in one change: 200.",
          let_through(lambda found, payload, code: code == "DifferentRestoreDestinationType")),
]
# fmt: on
