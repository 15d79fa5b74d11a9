"""Faults of what activation answers and does: `tests/activate/test_response.py`."""

from __future__ import annotations

import uuid

from restore_conformance.mock import lifecycle
from restore_conformance.mock.conditions import is_draft, is_granular
from restore_conformance.mock.edits import Derived, Json, counts, each_with, put, status
from restore_conformance.mock.faults.register import Fault, faults_from, success_faults
from restore_conformance.mock.hooks import (
    ACTION_NOT_ALLOWED, ACTIVATE, LIST_ARTIFACTS, Call, after_operation, around_operation, assign, crash_on,
    edit_session_in, for_other_sessions, on_render, refuse_on, set_session,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.protocol import JsonResponse


def _another_id(old: str) -> str:
    return str(uuid.uuid4())


def _doubled(session: Session) -> list[Json]:
    return session.artifacts + [artifact | {"id": artifact["id"] + "-2"} for artifact in session.artifacts]


def _renumbered(session: Session) -> list[Json]:
    return session.artifacts if is_granular(session) else each_with({"id": _another_id})(session.artifacts)


def _oldest_draft_deleted(service: Service, session: Session, response: JsonResponse) -> None:
    drafts = [name for name, session in service.sessions.items() if is_draft(session)]
    for name in drafts[:1]:
        del service.sessions[name]


def _hidden(call: Call) -> JsonResponse:
    response = call.proceed()
    if call.session and not is_draft(call.session):
        response.body["value"] = []
    return response


def _all_at_once(body: Json, session: Session) -> None:
    if not is_draft(session):
        counts(inProgress=len(session.artifacts), completed=len(session.artifacts))(JsonResponse(200, body))


# fmt: off
FAULTS = [
    *success_faults(ACTIVATE,
        ("activate-answered-202", ".session", status(202)),
        ("field-activate-scheduled", "page:activate", put("status", "scheduled")),
        ("field-activate-other-id", "page:activate", put("id", Derived("another one", _another_id))),
    ),
    Fault("field2-activate-answer-total-zero", "page:activate", "Activate two sites: the answer's total is 0.",
          edit_session_in(counts(total=0), *ACTIVATE)),
    *faults_from(lambda do: after_operation(ACTIVATE, do),
        ("activate-without-effect", ".started", "Activate a draft, get it.", set_session(status="draft")),
        ("activate-loses-artifacts", ".total-kept", "Activate a draft with artifacts, get it.", set_session(artifacts=lambda _: [])),
        ("activate-starts-all", ".only-that", "Create two drafts, activate one, get the other.", for_other_sessions(lambda other, _: assign(other, status="active"), lambda other, _: is_draft(other))),
        ("field-activate-everyone", "page:activate", "Activate one of two drafts: both are.", for_other_sessions(lambda other, _: lifecycle.activate(other), lambda other, _: is_draft(other))),
        ("field2-activate-doubles", "page:activate", "Activate and get: the total has doubled.", set_session(artifacts=_doubled)),
        ("field2-activate-renumbers", ".artifacts-kept", "List, activate, list: other artifact ids.", set_session(artifacts=_renumbered)),
        ("field2-activate-in-place", ".artifacts-kept", "Activate sites for new places, list: inPlace.", set_session(artifacts=lambda session: each_with({"destinationType": "inPlace"})(session.artifacts))),
        ("field2-activate-deletes-oldest-draft", "page:activate", "Two drafts, activate the second: the first is gone.", _oldest_draft_deleted),
    ),
    Fault("field-activate-still-draft", "page:activate", "Activate a draft and get it: still a draft.",
          after_operation(ACTIVATE, set_session(status="draft"), shown=True)),
    Fault("field2-activate-items-typed-standard", "page:activate", "Activate items and get with Prefer: standard.",
          after_operation(ACTIVATE, set_session(kind="standard"), shown=True)),
    Fault("field-activate-granular-crash", "page:activate", "Activate a granular draft: 500.",
          crash_on(ACTIVATE, lambda session: is_granular(session) and is_draft(session))),
    Fault("field2-activate-updated-crash", "page:activate", "Create, update, activate: 500.",
          crash_on(ACTIVATE, lambda session: is_draft(session) and session.modified != session.created)),
    Fault("field2-activate-many-refused", "page:activate", "Activate a draft of 20 artifacts: 403.",
          refuse_on(ACTIVATE, lambda session: is_draft(session) and len(session.artifacts) >= 20, 403, ACTION_NOT_ALLOWED)),
    Fault("field2-activate-hides-artifacts", ".artifacts-kept", "Activate and list: no artifacts.", around_operation(LIST_ARTIFACTS, _hidden)),
    Fault("field2-counts-beyond-total-when-running", ".counts", "Activate and get: as many in progress as completed as total.", on_render(_all_at_once)),
]
# fmt: on
