"""Faults of what activation answers and does: `tests/activate/test_response.py`."""

from __future__ import annotations

import uuid

from restore_conformance.mock import life
from restore_conformance.mock.conditions import is_draft, is_granular
from restore_conformance.mock.edits import Into, Json, body, counts, each, put, status
from restore_conformance.mock.faults.register import Fault, on_success, rows
from restore_conformance.mock.hooks import (
    ACTIVATE, ARTIFACTS, STATE, Call, after, alters, around, assign, crashes_on, others, refuses_on, shown,
    viewed_as,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Reply


def _another_id(old: str) -> str:
    return str(uuid.uuid4())


def _doubled(session: Session) -> list[Json]:
    return session.artifacts + [artifact | {"id": artifact["id"] + "-2"} for artifact in session.artifacts]


def _renumbered(session: Session) -> list[Json]:
    return session.artifacts if is_granular(session) else each({"id": _another_id})(session.artifacts)


def _oldest_draft_deleted(service: Service, session: Session, reply: Reply) -> None:
    drafts = [name for name, session in service.sessions.items() if is_draft(session)]
    for name in drafts[:1]:
        del service.sessions[name]


def _hidden(call: Call) -> Reply:
    reply = call.proceed()
    if call.session and not is_draft(call.session):
        reply.body["value"] = []
    return reply


def _all_at_once(body: Json, session: Session) -> None:
    if not is_draft(session):
        counts(inProgress=len(session.artifacts), completed=len(session.artifacts))(Reply(200, body))


# fmt: off
FAULTS = [
    *on_success(ACTIVATE,
        ("activate-answered-202", ".session", status(202)),
        ("field-activate-no-body", "page:activate", body(None)),
        ("field-activate-scheduled", "page:activate", put("status", "scheduled")),
        ("field-activate-other-id", "page:activate", put("id", Into("another one", _another_id))),
    ),
    Fault("field2-activate-answer-job-bulk", "page:activate", "Activate sites: the answer says bulk.",
          viewed_as(put("restoreJobType", "bulk"), *ACTIVATE)),
    Fault("field2-activate-answer-total-zero", "page:activate", "Activate two sites: the answer's total is 0.",
          viewed_as(counts(total=0), *ACTIVATE)),
    Fault("field2-activate-answer-created-now", "page:activate", "Activate: the answer has no creation time but a blank one.",
          viewed_as(put("createdDateTime", ""), *ACTIVATE)),
    *rows(lambda do: after(ACTIVATE, do),
        ("activate-without-effect", ".started", "Activate a draft, get it.", alters(status="draft")),
        ("activate-loses-artifacts", ".total-kept", "Activate a draft with artifacts, get it.", alters(artifacts=lambda _: [])),
        ("activate-starts-all", ".only-that", "Create two drafts, activate one, get the other.", others(lambda other, _: assign(other, status="active"), lambda other, _: is_draft(other))),
        ("field-activate-everyone", "page:activate", "Activate one of two drafts: both are.", others(lambda other, _: life.activate(other), lambda other, _: is_draft(other))),
        ("field2-activate-doubles", "page:activate", "Activate and get: the total has doubled.", alters(artifacts=_doubled)),
        ("field2-activate-renumbers", ".artifacts-kept", "List, activate, list: other artifact ids.", alters(artifacts=_renumbered)),
        ("field2-activate-in-place", ".artifacts-kept", "Activate sites for new places, list: inPlace.", alters(artifacts=lambda session: each({"destinationType": "inPlace"})(session.artifacts))),
        ("field2-activate-deletes-oldest-draft", "page:activate", "Two drafts, activate the second: the first is gone.", _oldest_draft_deleted),
    ),
    Fault("field-activate-still-draft", "page:activate", "Activate a draft and get it: still a draft.",
          after(ACTIVATE, alters(status="draft"), shown=True)),
    Fault("field2-activate-items-typed-standard", "page:activate", "Activate items and get with Prefer: standard.",
          after(ACTIVATE, alters(kind="standard"), shown=True)),
    Fault("field-activate-granular-crash", "page:activate", "Activate a granular draft: 500.",
          crashes_on(ACTIVATE, lambda session: is_granular(session) and is_draft(session))),
    Fault("field2-activate-updated-crash", "page:activate", "Create, update, activate: 500.",
          crashes_on(ACTIVATE, lambda session: is_draft(session) and session.modified != session.created)),
    Fault("field2-activate-many-refused", "page:activate", "Activate a draft of 20 artifacts: 403.",
          refuses_on(ACTIVATE, lambda session: is_draft(session) and len(session.artifacts) >= 20, 403, STATE)),
    Fault("field2-activate-hides-artifacts", ".artifacts-kept", "Activate and list: no artifacts.", around(ARTIFACTS, _hidden)),
    Fault("field2-counts-beyond-total-when-running", ".counts", "Activate and get: as many in progress as completed as total.", shown(_all_at_once)),
]
# fmt: on
