"""A restore session as the service keeps it, and how it looks from outside."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from restore_conformance.mock.rules import GRANULAR, SITE

APPLICATION = {"id": "5f0b1c7e-2d7c-4b7e-9a51-0c8f4f3f7d11", "displayName": "Conformance client"}
USER = {"id": "b5a1d9a0-6f43-4e0a-8a43-8b6a9d2f0c55", "displayName": "Conformance user"}
CONTEXT = "/solutions/backupRestore/$metadata#"


@dataclass(slots=True)
class Session:
    """One session. `kind` is standard or granular; artifacts are in their outward form."""

    id: str
    kind: str
    artifacts: list[dict[str, Any]]
    created_by: dict[str, Any]
    status: str = "draft"
    created: str = ""
    modified: str = ""
    completed: str | None = None
    reads: int = 0
    conflict: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def collection(self) -> str:
        return GRANULAR if self.kind == "granular" else SITE

    def counts(self) -> dict[str, int]:
        states = [artifact["status"] for artifact in self.artifacts]
        return {
            "total": len(states),
            "inProgress": sum(s in {"scheduling", "scheduled", "inProgress"} for s in states),
            "completed": states.count("succeeded"),
            "failed": states.count("failed"),
        }


def now() -> str:
    """The time as Graph writes it: UTC, seven digits of fraction."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def identity(caller: str) -> dict[str, Any]:
    """Who created something: an application alone, or an application for a user."""
    return {"application": dict(APPLICATION)} if caller == "application" else {
        "application": dict(APPLICATION), "user": dict(USER)
    }  # fmt: skip


def open_session(kind: str, elements: list[dict[str, Any]], caller: str, conflict: str | None = None) -> Session:
    """A fresh draft with these artifacts."""
    stamp = now()
    draft = Session(str(uuid.uuid4()), kind, [], identity(caller), created=stamp, modified=stamp, conflict=conflict)
    draft.artifacts = [make_artifact(kind, element) for element in elements]
    return draft


def make_artifact(kind: str, element: dict[str, Any]) -> dict[str, Any]:
    """An artifact as the service shows it: full-site ones get an id, granular ones bring theirs."""
    if kind == "granular":
        return {
            "id": element["id"],
            "browseSessionId": element["browseSessionId"],
            "destinationType": element.get("destinationType") or "inPlace",
            "status": "added",
            "restorePointDateTime": None,
            "startDateTime": None,
            "completionDateTime": None,
            "restoredItemKey": "",
            "restoredItemPath": None,
            "restoredItemWebUrl": None,
            "webUrl": "",
            "siteId": None,
        }
    point = element.get("restorePoint") or {"id": str(element.get("restorePoint@odata.bind", "")).rpartition("/")[2]}
    return {
        "id": str(uuid.uuid4()),
        "restorePoint": {"id": point.get("id") or point.get("@odata.id")},
        "destinationType": element["destinationType"],
        "status": "added",
        "startDateTime": None,
        "completionDateTime": None,
        "error": None,
    }


def render(
    session: Session, *, all_members: bool, context: str = "sharePointRestoreSessions/$entity"
) -> dict[str, Any]:
    """A session as JSON. `granular` and `failed` stand after the sentinel: hidden unless asked for."""
    job = session.kind if session.kind == "standard" or all_members else "unknownFutureValue"
    status = "unknownFutureValue" if session.status == "failed" and not all_members else session.status
    body: dict[str, Any] = {}
    if context:
        body["@odata.context"] = CONTEXT + context
    body |= {
        "@odata.type": "#microsoft.graph.sharePointRestoreSession",
        "id": session.id,
        "status": status,
        "restoreJobType": job,
        "restoreSessionArtifactCount": session.counts(),
        "createdBy": session.created_by,
        "createdDateTime": session.created,
        "lastModifiedBy": session.created_by,
        "lastModifiedDateTime": session.modified,
    }
    if session.completed:
        body["completedDateTime"] = session.completed
    return {**body, **session.extra}
