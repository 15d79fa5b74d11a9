"""Defects of listing artifacts, and of several sessions side by side; from the documents alone."""

from __future__ import annotations

import uuid
from typing import Any

from restore_conformance.mock import life
from restore_conformance.mock.faults.field_life import got
from restore_conformance.mock.faults.field_places import around, body, code, joined, refusal, status
from restore_conformance.mock.faults.seeding import fault, made
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply

Json = dict[str, Any]
BAD = "InvalidRestoreSessionId"
GETS = ("get", "get-typed")
# ---------------------------------------------------------------- artifacts

SITES = ("list-artifacts",)
ITEMS = ("list-granular",)


def listed(name: str, blames: str, shows: str, change: Any, operations: tuple[str, ...] = SITES) -> None:
    """A defect of the artifacts that a list shows; `change` gets copies of them."""

    def alter(reply: Reply) -> None:
        reply.body["value"] = change([dict(one) for one in reply.body["value"]])

    got(name, blames, shows, alter, *operations)


def each(**members: Any) -> Any:
    return lambda every: [one | members for one in every]


def _rotated(every: list[Json]) -> list[Json]:
    places = [one["destinationType"] for one in every]
    names = [one["restorePoint"] for one in every]
    return [one | {"restorePoint": names[0], "destinationType": places[0]} for one in every]


def _lower_id(every: list[Json]) -> list[Json]:
    return [one | {"id": one["id"].partition(",")[0]} for one in every]


PAGE = "page:list-artifacts"
got("field-artifacts-204", PAGE, "List the artifacts of a session: 204.", joined(status(204), body(None)), *SITES)
listed("field-artifacts-first-20", PAGE, "Create 21 sites and list: 20 and no link.", lambda every: every[:20])
listed("field-artifacts-same-point", PAGE, "Create two sites and list: one restore point twice.", _rotated)
listed(
    "field-artifacts-same-id",
    PAGE,
    "Create two sites and list: one id twice.",
    lambda every: [one | {"id": every[0]["id"]} for one in every],
)
listed("field-artifacts-queued", PAGE, "List: a status that is no member.", each(status="Queued"))
listed("field-artifacts-id-null", PAGE, "List: the id is null.", each(id=None))
listed("field-artifacts-start-text", PAGE, "List: startDateTime is no time.", each(startDateTime="pending"))
listed(
    "field-granular-own-id",
    "page:list-granular",
    "List items: ids that the caller never sent.",
    lambda every: [one | {"id": str(uuid.uuid4())} for one in every],
    ITEMS,
)
listed(
    "field-granular-id-cut",
    "page:list-granular",
    "List items: of the four GUIDs of an id one is left.",
    _lower_id,
    ITEMS,
)
listed(
    "field-granular-browse-lost",
    "page:list-granular",
    "List items: another browse session.",
    each(browseSessionId="x"),
    ITEMS,
)
refusal(
    "field-artifacts-bad-id-500",
    "row:list-artifacts/" + BAD,
    "List the artifacts of an id that is none: 500.",
    BAD,
    status(500),
    *SITES,
)
refusal(
    "field-artifacts-bad-id-code",
    "row:list-artifacts/" + BAD,
    "List the artifacts of an id that is none: BadRequest.",
    BAD,
    code("BadRequest"),
    *SITES,
)

# ---------------------------------------------------------------- several sessions


def opened(name: str, blames: str, shows: str, change: Any) -> None:
    """A defect in how a session is kept; `change` gets the service and the new session and may alter either."""

    def seed(service: Service) -> None:
        keep = service.keep

        def keeping(made: Session) -> None:
            change(service, made)
            keep(made)

        service.keep = keeping  # type: ignore[method-assign]

    made(name, blames, shows, seed)


def _reused(service: Service, born: Session) -> None:
    if len(service.sessions) >= 3:
        born.id = next(iter(service.sessions))


def _same_payload(service: Service, born: Session) -> None:
    points = [one.get("restorePoint") for one in born.artifacts]
    for one in service.sessions.values():
        if points and points == [other.get("restorePoint") for other in one.artifacts] and points[0]:
            born.id = one.id


def _shared(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        if one.kind == born.kind and one.status == "draft":
            one.artifacts = [*one.artifacts, *born.artifacts]


def _evicted(service: Service, born: Session) -> None:
    if len(service.sessions) >= 2:
        del service.sessions[next(iter(service.sessions))]


def _retyped(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        one.kind = born.kind


opened("field-id-reused", "N2", "Create four sessions: the fourth has the id of the first.", _reused)
opened("field-id-by-content", "N2", "Create the same twice: one id for both.", _same_payload)
opened("field-second-grows-first", "N36", "Create two and get the first: its total has grown.", _shared)
opened("field-third-evicts-first", "N36", "Create three and get the first: 404.", _evicted)
opened("field-second-retypes-first", "N36", "Create sites, then items, and get the first: granular.", _retyped)


@fault("N37", "field-reading-activates")
def reading_activates(service: Service) -> None:
    """Create, get, get: the second read shows a session that has started."""
    seen: set[str] = set()

    def act(inner: Operation, asked: Asked) -> Reply:
        found = service.sessions.get(asked.session.lower())
        if found and found.id in seen and found.status == "draft":
            life.activate(found)
        seen.add(found.id if found else "")
        return inner(asked)

    around(service, GETS, act)
