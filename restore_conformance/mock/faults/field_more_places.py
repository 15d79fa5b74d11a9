"""Where the second lot of defects written from the documents alone is seeded: by caller, by data, by state.

Knows no single defect.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_places import around, on_render
from restore_conformance.mock.faults.seeding import items, made, on_reply, sites
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]
DELTA = f"{rules.SITE}@delta"
ITEMS = f"{rules.GRANULAR}@delta"
COUNTS = "restoreSessionArtifactCount"
GETS = ("get", "get-typed")
LISTS = ("list", "list-typed")
DELETES = ("delete", "delete-typed")


def created(name: str, blames: str, shows: str, change: Callable[[Json, Asked], None]) -> None:
    """A defect of the answer to a create that succeeds; `change` sees who asked for what."""

    def lying(reply: Reply, asked: Asked) -> None:
        if reply.status == 201:
            change(reply.body, asked)

    made(name, blames, shows, lambda service: on_reply(service, lying))


def strict(name: str, blames: str, shows: str, when: Callable[[Json, Asked], bool]) -> None:
    """A valid create breaks the server: 500."""

    def seed(service: Service) -> None:
        def act(inner: Operation, asked: Asked) -> Reply:
            known = dict(service.sessions)
            reply = inner(asked)
            if when(asked.payload, asked):
                service.sessions = known
                raise Refusal(500, "InternalServerError", "An error occurred.")
            return reply

        around(service, ("create",), act)

    made(name, blames, shows, seed)


def lax(name: str, blames: str, shows: str, rule: str, by: rules.Rule, *, newer: bool = False) -> None:
    """A rule that misses something; what it lets through is completed, so that it can be kept."""

    def seed(service: Service) -> None:
        last = list(service.create_rules)[-1]
        right = service.create_rules[last]
        service.create_rules[rule] = by
        ending = by if rule == last else right

        def end(payload: Json) -> None:
            ending(payload)
            complete(payload)

        service.create_rules[last] = end

    made(name, blames, shows, seed, newer=newer)


def complete(payload: Json) -> None:
    """Fill in what the keeping of artifacts needs."""
    for one in sites(payload):
        one["destinationType"] = one.get("destinationType") or "inPlace"
        if not isinstance(one.get("restorePoint"), dict) or not one["restorePoint"].get("id"):
            one["restorePoint"] = {"id": "00000000-0000-0000-0000-000000000000"}
    for one in items(payload):
        one["browseSessionId"] = one.get("browseSessionId") or "none"
        one["id"] = one.get("id") or "none"


def viewed(name: str, blames: str, shows: str, change: Callable[[Json, Session], None], *operations: str) -> None:
    """A defect of how a session looks in the answers of some operations; `change` gets the body and the session."""

    def seed(service: Service) -> None:
        for operation in operations:
            on_reply(service, lambda reply, asked: viewing(service, reply, change), operation)

    made(name, blames, shows, seed)


def viewing(service: Service, reply: Reply, change: Callable[[Json, Session], None]) -> None:
    """Change every session that an answer shows."""
    if reply.status >= 300:
        return
    for body in reply.body.get("value", [reply.body]):
        found = service.sessions.get(str(body.get("id")))
        if found:
            change(body, found)


def rendered(name: str, blames: str, shows: str, change: Callable[[Json, Session], None]) -> None:
    """A defect of how a session looks wherever it is shown."""
    made(name, blames, shows, lambda service: on_render(service, change))


def doing(name: str, blames: str, shows: str, operations: tuple[str, ...], act: Callable[..., Reply]) -> None:
    """Another way to carry out operations; `act` gets the service, the request, the session or None, the right way."""

    def seed(service: Service) -> None:
        def other(inner: Operation, asked: Asked) -> Reply:
            found = service.sessions.get(asked.session.lower())
            return act(service, asked, found, lambda: inner(asked))

        around(service, operations, other)

    made(name, blames, shows, seed)


def changing(name: str, blames: str, shows: str, act: Callable[[Service, Session, Json, Any], Reply]) -> None:
    """Another way to change a draft; `act` gets the service, the session, the payload, the right way."""

    def other(service: Service, asked: Asked, found: Session | None, right: Callable[[], Reply]) -> Reply:
        payload = sent(asked)
        return act(service, found, payload, right) if found and payload is not None else right()

    doing(name, blames, shows, ("update",), other)


def changed(name: str, blames: str, shows: str, after: Callable[[Service, Session, Json, list[Json]], None]) -> None:
    """Something wrong happens after a change that succeeds; `after` gets the artifacts as they were, too."""

    def act(service: Service, found: Session, payload: Json, right: Callable[[], Reply]) -> Reply:
        before = list(found.artifacts)
        reply = right()
        after(service, found, reply.body, before)
        return reply

    changing(name, blames, shows, act)


def sent(asked: Asked) -> Json | None:
    """The JSON object in a request, or None."""
    try:
        value = json.loads(asked.request.body or b"")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def additions(payload: Json, name: str = DELTA) -> list[Json]:
    """The additions that a change names, where they are objects."""
    value = payload.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return []
    return [one for one in value if "@removed" not in one]


def counted(body: Json, **counts: Any) -> None:
    """Show other counts."""
    body[COUNTS] = body[COUNTS] | counts
