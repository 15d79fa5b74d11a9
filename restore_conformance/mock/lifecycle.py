"""The lifecycle of a session after its creation: updates of a draft, activation, progress, and its end.

Knows no request and no response.
"""

from __future__ import annotations

from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.protocol import Refusal
from restore_conformance.mock.session import CONTEXT, Session, make_artifact, now

DELTAS = {f"{rules.SITE}@delta": "standard", f"{rules.GRANULAR}@delta": "granular"}


def activate(session: Session) -> None:
    """A draft starts: its artifacts are scheduled."""
    session.status = "activating"
    session.reads = 0
    session.modified = now()
    for artifact in session.artifacts:
        artifact["status"] = "scheduled"


def advance(session: Session) -> None:
    """Simulated time: each read of a running session takes it a step on.

    Every fifth artifact of a session with five or more fails, so that both ends can be seen.
    """
    if session.status not in {"activating", "active"}:
        return
    session.reads += 1
    if session.reads == 1:
        session.status = "active"
        for artifact in session.artifacts:
            artifact["status"] = "inProgress"
            artifact["startDateTime"] = now()
        return
    for number, artifact in enumerate(session.artifacts, 1):
        artifact["status"] = "failed" if number % 5 == 0 else "succeeded"
        artifact["completionDateTime"] = now()
    states = {artifact["status"] for artifact in session.artifacts}
    session.status = "completedWithError" if "failed" in states else "completed"
    session.completed = session.modified = now()


def update(session: Session, payload: dict[str, Any]) -> dict[str, Any]:
    """Apply additions and removals to a draft; the answer lists what happened to each."""
    named = [name for name in DELTAS if name in payload]
    if not named or len(named) > 1 or not isinstance(payload[named[0]], list | None):
        raise Refusal(400, "InvalidPatchRequest", "Name one list of changes.")
    name, kind = named[0], DELTAS[named[0]]
    if session.artifacts and session.kind != kind:
        raise Refusal(400, "InvalidPatchRequest", "A session holds one kind of artifact.")
    changes = payload[name]
    if not changes:
        raise Refusal(400, "InvalidArtifactRequest", "The list of changes is empty.")
    if not all(isinstance(change, dict) for change in changes):
        raise Refusal(400, "InvalidPatchRequest", "A change is an object.")
    added = [change for change in changes if "@removed" not in change]
    _check(kind, added, session)
    session.kind = kind if added else session.kind
    shown = [_removed(session, change) for change in changes if "@removed" in change]
    for change in added:
        artifact = make_artifact(kind, change)
        session.artifacts.append(artifact)
        shown.append(dict(artifact))
    session.modified = now()
    return {
        "@odata.context": f"{CONTEXT}sharePointRestoreSessions/$entity",
        "id": session.id,
        name: shown,
    }


def _check(kind: str, added: list[dict[str, Any]], session: Session) -> None:
    collection = rules.GRANULAR if kind == "granular" else rules.SITE
    payload = {collection: added}
    if len(added) > rules.LIMIT:
        raise Refusal(400, "RestoreArtifactsLimitBreached", "Too many artifacts in one request.")
    if added:
        for rule in (
            rules.shape,
            rules.restore_points,
            rules.path_types,
            rules.same_destination,
            rules.items,
        ):
            rule(payload)
        present = [artifact for artifact in session.artifacts if session.kind == kind]
        rules.duplicates({collection: [*present, *added]})


def _removed(session: Session, change: dict[str, Any]) -> dict[str, Any]:
    name = change.get("id")
    for artifact in session.artifacts:
        if artifact["id"] == name:
            session.artifacts.remove(artifact)
            return {"@removed": {"reason": "changed"}, "id": name}
    return {
        "@Core.DataModificationException": {
            "failedOperation": "remove",
            "responseCode": 409,
            "info": {"code": "ArtifactNotFound", "message": "The session holds no such artifact."},
        },
        "@contentId": "1",
        "id": name,
    }
