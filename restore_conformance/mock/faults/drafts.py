"""Defects of what changing, deleting and activating do to sessions."""

from __future__ import annotations

from typing import Any

from restore_conformance.mock import life, rules, session
from restore_conformance.mock.faults.seeding import fault, on_reply, updating
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

DELTA = f"{rules.SITE}@delta"
Json = dict[str, Any]


@fault("get/response.late")
def later_sessions_evict_earlier(service: Service) -> None:
    """Create forty sessions, get the first."""
    keep = service.keep

    def lying(made: Session) -> None:
        keep(made)
        while len(service.sessions) > 40:
            del service.sessions[next(iter(service.sessions))]

    service.keep = lying  # type: ignore[method-assign]


@fault("create/read-back.found")
def get_crashes_on_granular(service: Service) -> None:
    """Create a granular session, get it."""
    get = service.get

    def lying(asked: Asked) -> Reply:
        if service.find(asked).kind == "granular":
            raise Refusal(500, "InternalServerError")
        return get(asked)

    service.operations["get"] = (lying, False)


@fault("list/response.deleted-gone")
def list_shows_deleted(service: Service) -> None:
    """Create, delete, list."""
    deleted: list[Json] = []
    delete = service.delete

    def lying(asked: Asked) -> Reply:
        gone = service.render(service.find(asked), all_members=False, context="")
        reply = delete(asked)
        deleted.append(gone)
        return reply

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 200 and "@odata.nextLink" not in reply.body:
            reply.body["value"] = [*reply.body["value"], *deleted]

    service.operations["delete"] = (lying, True)
    on_reply(service, change, "list")


@fault("update/request-body.removals")
def update_removal_refused(service: Service) -> None:
    """Remove an artifact."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        if any("@removed" in change for change in payload.get(DELTA) or [] if isinstance(change, dict)):
            raise Refusal(400, "InvalidPatchRequest")
        shown: Json = update(found, payload)
        return shown

    updating(service, act)


@fault("update/request-body.exclusive-artifacts")
def update_both_kinds_accepted(service: Service) -> None:
    """Change both kinds in one request."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        if isinstance(payload, dict) and len([name for name in life.DELTAS if name in payload]) > 1:
            payload = {name: value for name, value in payload.items() if life.DELTAS.get(name) == found.kind}
        shown: Json = update(found, payload)
        return shown

    updating(service, act)


@fault("update/response.added")
def update_not_kept(service: Service) -> None:
    """Add an artifact, get the session."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        before = list(found.artifacts)
        shown: Json = update(found, payload)
        if not any("@removed" in change for change in shown.get(DELTA, ())):
            found.artifacts = before
        return shown

    updating(service, act)


@fault("update/response.others-kept")
def update_replaces_all(service: Service) -> None:
    """Add three artifacts to a session with three, list them."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        before = [dict(one) for one in found.artifacts]
        shown: Json = update(found, payload)
        added = [one for one in found.artifacts if one["id"] not in {kept["id"] for kept in before}]
        if added and before:
            found.artifacts = [
                {**before[0], "id": session.artifact(found.kind, added[0])["id"] + "x"},
                *found.artifacts[1:],
            ]
        return shown

    updating(service, act)


@fault("update/response.removed")
def update_removal_without_effect(service: Service) -> None:
    """Remove an artifact, list what is left."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        before = list(found.artifacts)
        shown: Json = update(found, payload)
        if len(found.artifacts) < len(before):
            found.artifacts = before
        return shown

    updating(service, act)


@fault("update/response.removal-of-nothing")
def update_removal_of_nothing_crashes(service: Service) -> None:
    """Remove an artifact that is not there."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        known = {one["id"] for one in found.artifacts}
        for name in life.DELTAS:
            for change in payload.get(name) or [] if isinstance(payload.get(name), list) else []:
                if "@removed" in change and change["id"] not in known:
                    raise RuntimeError("seeded")
        shown: Json = update(found, payload)
        return shown

    updating(service, act)


@fault("update/response.refused-unchanged")
def update_refused_but_kept(service: Service) -> None:
    """Change with an invalid restore point, get the session."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        try:
            shown: Json = update(found, payload)
        except Refusal as refusal:
            if refusal.code == "InvalidRestorePoint":
                found.artifacts.append({**found.artifacts[0], "id": "kept"})
            raise
        return shown

    updating(service, act)


@fault("update/errors.malformed-json")
def update_array_crashes(service: Service) -> None:
    """Change with a JSON array as payload."""
    parse = service.parse

    def lying(body: bytes) -> Json:
        if body[:1] == b"[" and b"@delta" in body:
            raise RuntimeError("seeded")
        return parse(body)

    service.parse = lying  # type: ignore[method-assign]


def _instead(service: Service, code: str) -> None:
    """Answer a change 200 where it should be refused with this code."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        try:
            shown: Json = update(found, payload)
        except Refusal as refusal:
            if refusal.code != code:
                raise
            return {"id": found.id}
        return shown

    updating(service, act)


@fault("update/errors.invalid-restore-point")
def update_restore_point_not_checked(service: Service) -> None:
    """Add an artifact whose restore point has an empty id."""
    _instead(service, "InvalidRestorePoint")


@fault("update/errors.artifacts-limit")
def update_51_accepted(service: Service) -> None:
    """Add 51 artifacts."""
    _instead(service, "RestoreArtifactsLimitBreached")


@fault("update/errors.empty-list")
def update_empty_list_accepted(service: Service) -> None:
    """Change with an empty list."""

    def act(found: Session, payload: Json, update: Any) -> Json:
        if payload.get(DELTA) == []:
            return {"id": found.id}
        shown: Json = update(found, payload)
        return shown

    updating(service, act)


@fault("update/errors.duplicate-artifact")
def update_duplicate_accepted(service: Service) -> None:
    """Add an artifact twice in one request."""
    _instead(service, "DuplicateArtifactInList")


@fault("delete/response.gone")
def delete_without_effect(service: Service) -> None:
    """Delete a draft, get it."""

    def lying(asked: Asked) -> Reply:
        service.draft(asked)
        return Reply(204)

    service.operations["delete"] = (lying, True)


@fault("delete/response.only-that")
def delete_takes_another(service: Service) -> None:
    """Create two sessions, delete the first, get the second."""
    delete = service.delete

    def lying(asked: Asked) -> Reply:
        names = list(service.sessions)
        following = names[names.index(service.draft(asked).id) + 1 :]
        reply = delete(asked)
        if following:
            del service.sessions[following[0]]
        return reply

    service.operations["delete"] = (lying, True)


def _activating(service: Service, act: Any) -> None:
    activate = service.activate

    def lying(asked: Asked) -> Reply:
        reply = activate(asked)
        act(service.find(asked), reply)
        return reply

    service.operations["activate"] = (lying, True)


@fault("activate/response.started")
def activate_without_effect(service: Service) -> None:
    """Activate a draft, get it."""
    _activating(service, lambda found, reply: setattr(found, "status", "draft"))


@fault("activate/response.total-kept")
def activate_loses_artifacts(service: Service) -> None:
    """Activate a draft with artifacts, get it."""
    _activating(service, lambda found, reply: found.artifacts.clear())


@fault("activate/response.only-that")
def activate_starts_all(service: Service) -> None:
    """Create two drafts, activate one, get the other."""

    def act(found: Session, reply: Reply) -> None:
        for other in service.sessions.values():
            other.status = "active" if other.status == "draft" else other.status

    _activating(service, act)
