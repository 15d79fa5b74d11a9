"""Faults of the answer to get, and of what it shows later: `tests/get/test_response.py`."""

from __future__ import annotations

import json
import uuid

from restore_conformance.mock.edits import Derived, Json, body, combined, media_type, put, raw, remove
from restore_conformance.mock.faults.register import Fault, success_faults
from restore_conformance.mock.transport import no_body
from restore_conformance.mock.hooks import (
    ACTIVATE,
    GETS,
    after_operation,
    set_session,
    after_update,
    after_store,
    on_response,
    corrupt_response,
    edit_session_in,
)
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, now
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest

AS_TEXT = combined(raw(lambda value: json.dumps(value).encode()), media_type("text/plain"))


def _forty_at_most(service: Service, _: Session) -> None:
    while len(service.sessions) > 40:
        del service.sessions[next(iter(service.sessions))]


def _by_whoever_reads(response: JsonResponse, request: ParsedRequest) -> None:
    if response.status == 200 and request.caller != "good":
        response.body["createdBy"] = {"user": {"id": f"user-{request.caller}", "displayName": None}}


def _updater(_: Session) -> Json:
    return {"application": {"id": str(uuid.uuid4()), "displayName": "Updater"}}


def _is_session(target: str) -> bool:
    return target.partition("?")[0].rpartition("/")[0].endswith("estoreSessions")


# fmt: off
FAULTS = [
    *success_faults(("get",),
        ("get-member-of-another-type", ".session", put("lastModifiedBy", "x")),
        ("get-as-text", ".media-type", media_type("text/plain")),
        ("get-typed-as-exchange", ".type-named", put("@odata.type", "#microsoft.graph.exchangeRestoreSession")),
        ("get-another-creation-time", ".agrees-with-create", put("createdDateTime", "2001-01-01T00:00:00Z")),
        ("get-without-job-type", ".members-shown", remove("restoreJobType")),
    ),
    *success_faults(GETS,
        ("field-get-in-list", "page:get", body(Derived("in a list", lambda old: {"value": [old]}))),
        ("field-get-modified-epoch", "page:get", put("lastModifiedDateTime", 1751123154)),
    ),
    Fault("field-get-text", "page:get", "Get a session: as text/plain.", after_operation(GETS, lambda _, __, response: AS_TEXT(response))),
    Fault("wire-get-without-body", ".session", "Get a session: 200 with no body at all.",
          corrupt_response(no_body, lambda sent, answer: sent.method == "GET" and _is_session(sent.target), 200)),
    Fault("later-sessions-evict-earlier", ".late", "Create forty sessions, get the first.", after_store(_forty_at_most)),
    Fault("created-by-whoever-reads", ".same-for-all", "Create, get as somebody who may only read.", on_response(_by_whoever_reads, "get")),
    # ---------------------------------------------------------------- after a change, or activation
    Fault("update-moves-the-creation-time", ".agrees-with-create", "Create, add an artifact, get.", after_update(set_session(created=lambda _: now()))),
    Fault("field2-activate-moves-creation", ".agrees-with-create", "Activate: createdDateTime has moved.",
          after_operation(ACTIVATE, set_session(created=lambda session: session.modified), shown=True)),
    Fault("field2-activate-modified-1970", ".timestamps-order", "Activate: lastModifiedDateTime is 1970.", after_operation(ACTIVATE, set_session(modified="1970-01-01T00:00:00Z"), shown=True)),
    Fault("field2-update-backdates", ".timestamps-order", "Add a site and get: modified before it was created.",
          after_update(set_session(modified="2001-01-01T00:00:00Z"))),
    Fault("field2-update-changes-creator", "page:get", "Add a site and get: another createdBy.", after_update(set_session(created_by=_updater))),
    Fault("field2-update-types-standard", "N36", "Add an item to a granular session and get with Prefer: standard.", after_update(lambda service, session, was: session.extra.update(restoreJobType="standard"))),
    Fault("field2-update-types-bulk", "N36", "Add to two sites and get: bulk.", after_update(lambda service, session, was: session.extra.update({"restoreJobType": "bulk"} if len(session.artifacts) > 2 else {}))),
    Fault("field2-running-status-running", "page:get", "Activate and get: a status that is not a member.",
          edit_session_in(put("status", "running"), *GETS, when=lambda session: session.status in {"activating", "active"})),
    Fault("field2-completed-time-false", "page:get", "Activate and get: completedDateTime is false.",
          edit_session_in(put("completedDateTime", False), *GETS, when=lambda session: session.status == "active")),
    Fault("field2-running-error-text", "page:get", "Activate and get: error is a text.",
          edit_session_in(put("error", "none"), *GETS, when=lambda session: session.status == "active")),
]
# fmt: on
