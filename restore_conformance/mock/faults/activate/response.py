"""Faults of what activation answers and does: `tests/activate/test_response.py`."""

from __future__ import annotations

import uuid

from restore_conformance.mock import life
from restore_conformance.mock.conditions import is_granular
from restore_conformance.mock.edits import Into, Json, body, counts, each, put, status
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.hooks import (
    ARTIFACTS, Right, after, alters, around, crashes_on, refuses_on, shown, viewed_as,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply

ACTIVATE = ("activate",)


def another_id(old: str) -> str:
    return str(uuid.uuid4())


def _still_a_draft(service: Service, found: Session, reply: Reply) -> None:
    found.status = reply.body["status"] = "draft"


def _loses_artifacts(service: Service, found: Session, reply: Reply) -> None:
    found.artifacts.clear()


def _starts_all(service: Service, found: Session, reply: Reply) -> None:
    for other in service.sessions.values():
        other.status = "active" if other.status == "draft" else other.status


def _activates_all(service: Service, found: Session, reply: Reply) -> None:
    for one in service.sessions.values():
        if one.status == "draft":
            life.activate(one)


def _doubled(service: Service, found: Session, reply: Reply) -> None:
    found.artifacts = found.artifacts + [one | {"id": one["id"] + "-2"} for one in found.artifacts]


def _renumbered(service: Service, found: Session, reply: Reply) -> None:
    if found.kind == "standard":
        found.artifacts = each({"id": another_id})(found.artifacts)


def _in_place(service: Service, found: Session, reply: Reply) -> None:
    found.artifacts = each({"destinationType": "inPlace"})(found.artifacts)


def _standard(service: Service, found: Session, reply: Reply) -> None:
    found.kind = reply.body["restoreJobType"] = "standard"


def _oldest_draft_deleted(service: Service, found: Session, reply: Reply) -> None:
    drafts = [name for name, one in service.sessions.items() if one.status == "draft"]
    for name in drafts[:1]:
        del service.sessions[name]


def _hidden(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    reply = right()
    if found and found.status != "draft":
        reply.body["value"] = []
    return reply


def _both_at_once(shown_body: Json, found: Session) -> None:
    if found.status != "draft":
        counts(inProgress=len(found.artifacts), completed=len(found.artifacts))(Reply(200, shown_body))


# fmt: off
FAULTS = [
    *on_success(ACTIVATE,
        ("activate-answered-202", ".session", status(202)),
        ("field-activate-no-body", "page:activate", body(None)),
        ("field-activate-scheduled", "page:activate", put("status", "scheduled")),
        ("field-activate-other-id", "page:activate", put("id", Into("another one", another_id))),
    ),
    Fault("field2-activate-answer-job-bulk", "page:activate", "Activate sites: the answer says bulk.",
          viewed_as(put("restoreJobType", "bulk"), *ACTIVATE)),
    Fault("field2-activate-answer-total-zero", "page:activate", "Activate two sites: the answer's total is 0.",
          viewed_as(counts(total=0), *ACTIVATE)),
    Fault("field2-activate-answer-created-now", "page:activate", "Activate: the answer has no creation time but a blank one.",
          viewed_as(put("createdDateTime", ""), *ACTIVATE)),
    *(Fault(name, blames, shows, after(ACTIVATE, do)) for name, blames, shows, do in (
        ("activate-without-effect", ".started", "Activate a draft, get it.", alters(status="draft")),
        ("field-activate-still-draft", "page:activate", "Activate a draft and get it: still a draft.", _still_a_draft),
        ("activate-loses-artifacts", ".total-kept", "Activate a draft with artifacts, get it.", _loses_artifacts),
        ("activate-starts-all", ".only-that", "Create two drafts, activate one, get the other.", _starts_all),
        ("field-activate-everyone", "page:activate", "Activate one of two drafts: both are.", _activates_all),
        ("field2-activate-doubles", "page:activate", "Activate and get: the total has doubled.", _doubled),
        ("field2-activate-renumbers", ".artifacts-kept", "List, activate, list: other artifact ids.", _renumbered),
        ("field2-activate-in-place", ".artifacts-kept", "Activate sites for new places, list: inPlace.", _in_place),
        ("field2-activate-items-typed-standard", "page:activate", "Activate items and get with Prefer: standard.", _standard),
        ("field2-activate-deletes-oldest-draft", "page:activate", "Two drafts, activate the second: the first is gone.", _oldest_draft_deleted),
    )),
    Fault("field-activate-granular-crash", "page:activate", "Activate a granular draft: 500.",
          crashes_on(ACTIVATE, lambda found: is_granular(found) and found.status == "draft")),
    Fault("field2-activate-updated-crash", "page:activate", "Create, update, activate: 500.",
          crashes_on(ACTIVATE, lambda found: found.status == "draft" and found.modified != found.created)),
    Fault("field2-activate-many-refused", "page:activate", "Activate a draft of 20 artifacts: 403.",
          refuses_on(ACTIVATE, lambda found: found.status == "draft" and len(found.artifacts) >= 20, 403, "RestoreSessionActionNotAllowed")),
    Fault("field2-activate-hides-artifacts", ".artifacts-kept", "Activate and list: no artifacts.", around(ARTIFACTS, _hidden)),
    Fault("field2-counts-beyond-total-when-running", ".counts", "Activate and get: as many in progress as completed as total.", shown(_both_at_once)),
]
# fmt: on
