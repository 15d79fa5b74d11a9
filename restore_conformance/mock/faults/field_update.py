"""Defects of changing a draft, written from the documents alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import life, rules, session
from restore_conformance.mock.faults.field_life import got
from restore_conformance.mock.faults.field_places import (
    around,
    body,
    joined,
    points,
    refusal,
    status,
)
from restore_conformance.mock.faults.seeding import fault, made
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]


# ---------------------------------------------------------------- update

got("field-update-204", "page:update", "Add a site: 204.", joined(status(204), body(None)), "update")
got("field-update-201", "page:update", "Add a site: 201.", status(201), "update")


def _artifacts(body_: Json) -> list[Json]:
    return [one for name in life.DELTAS for one in body_.get(name, [])]


got(
    "field-update-status-pending",
    "page:update",
    "Add a site: its status is pending, no member.",
    lambda reply: [one.update(status="pending") for one in _artifacts(reply.body) if "status" in one],
    "update",
)

MAPPED = (
    ("RestoreSessionActionNotAllowed", 409, "an activated session"),
    ("RestoreSessionNotFound", 400, "an unknown id"),
    ("InvalidRestoreSessionId", 422, "an id that is none"),
    ("InvalidPatchRequest", 500, "a list as payload"),
    ("InvalidRestorePoint", 500, "an empty restore point id"),
    ("DuplicateArtifactInList", 409, "the same site twice"),
    ("InvalidArtifactRequest", 500, "an empty list of changes"),
    ("RestoreArtifactsLimitBreached", 500, "51 additions"),
)
for _code, _status, _what in MAPPED:
    refusal(
        f"field-update-{_code}-{_status}".lower(),
        f"row:update/{_code}",
        f"Change {_what}: {_status}.",
        _code,
        status(_status),
        "update",
    )


def updating(name: str, blames: str, shows: str, act: Callable[[Session, Json, Callable[[], Reply]], Reply]) -> None:
    """Another way to carry out a change; `act` gets the session, the payload, and the right way."""

    def around_it(service: Service, inner: Operation, asked: Asked) -> Reply:
        found = service.sessions.get(asked.session.lower())
        raw = asked.request.body or b""
        try:
            payload = json.loads(raw)
        except (ValueError, RecursionError):
            payload = None
        if found is None or not isinstance(payload, dict):
            return inner(asked)
        return act(found, payload, lambda: inner(asked))

    def seed(service: Service) -> None:
        around(service, ("update",), lambda inner, asked: around_it(service, inner, asked))

    made(name, blames, shows, seed)


def _not_kept(found: Session, payload: Json, right: Callable[[], Reply]) -> Reply:
    kept = list(found.artifacts)
    reply = right()
    found.artifacts = kept
    return reply


def _not_removed(found: Session, payload: Json, right: Callable[[], Reply]) -> Reply:
    kept = list(found.artifacts)
    reply = right()
    found.artifacts = kept + [one for one in found.artifacts if one not in kept]
    return reply


def _replaced(found: Session, payload: Json, right: Callable[[], Reply]) -> Reply:
    kept = list(found.artifacts)
    reply = right()
    added = [one for one in found.artifacts if one not in kept]
    found.artifacts = added or found.artifacts
    return reply


def _both(found: Session, payload: Json, right: Callable[[], Reply]) -> Reply:
    if all(payload.get(name) for name in life.DELTAS) and found.status == "draft":
        return Reply(200, {"id": found.id, **{name: [] for name in life.DELTAS}})
    return right()


def _delta(payload: Json) -> list[Json]:
    found = payload.get(f"{rules.SITE}@delta")
    return found if isinstance(found, list) and all(isinstance(one, dict) for one in found) else []


def _repeated(found: Session, payload: Json, right: Callable[[], Reply]) -> Reply:
    name = f"{rules.SITE}@delta"
    found_points = points({rules.SITE: _delta(payload)})
    if found.status == "draft" and len(set(found_points)) < len(found_points):
        return Reply(200, life.update(found, {name: _delta(payload)[:1]}))
    return right()


def _many(found: Session, payload: Json, right: Callable[[], Reply]) -> Reply:
    name = f"{rules.SITE}@delta"
    if found.status == "draft" and len(_delta(payload)) > rules.LIMIT:
        for start in range(0, len(payload[name]), rules.LIMIT):
            reply = life.update(found, {name: payload[name][start : start + rules.LIMIT]})
        return Reply(200, reply)
    return right()


updating("field-update-not-kept", "page:update", "Add a site and get: the total is the old one.", _not_kept)
updating(
    "field-update-removal-without-effect", "page:update", "Remove a site and list: it is still there.", _not_removed
)
updating("field-update-replaces-all", "page:update", "Add a site: the earlier ones are gone.", _replaced)
updating("field-update-both-kinds", "page:update", "Changes of both kinds in one request: 200.", _both)
updating(
    "field-update-twice-accepted", "row:update/DuplicateArtifactInList", "The same addition twice: 200.", _repeated
)
updating("field-update-51-accepted", "row:update/RestoreArtifactsLimitBreached", "51 additions: 200.", _many)


@fault("row:update/RestoreSessionNotFound", "field-update-upserts")
def update_upserts(service: Service) -> None:
    """Change an unknown id: a session with it is created, 201."""

    def act(inner: Operation, asked: Asked) -> Reply:
        try:
            return inner(asked)
        except Refusal as refused:
            if refused.code != "RestoreSessionNotFound":
                raise
        born = session.open_session("standard", [], asked.caller)
        born.id = asked.session.lower()
        service.keep(born)
        return Reply(201, service.render(born, all_members=False))

    around(service, ("update",), act)
