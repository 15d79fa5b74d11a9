"""More defects of changing a draft, written from the documents alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import life
from restore_conformance.mock.faults.field_more_places import (
    DELTA,
    GETS,
    ITEMS,
    LISTS,
    Json,
    changed,
    changing,
    counted,
    viewing,
)
from restore_conformance.mock.faults.field_places import around
from restore_conformance.mock.faults.seeding import made, on_reply
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply

Right = Callable[[], Reply]

# ---------------------------------------------------------------- what a change does


def _fresh(found: Session, before: list[Json]) -> list[Json]:
    return [one for one in found.artifacts if one not in before]


def _gone(found: Session, before: list[Json]) -> list[Json]:
    return [one for one in before if one not in found.artifacts]


def _twice(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    found.artifacts = found.artifacts + [one | {"id": str(uuid.uuid4())} for one in _fresh(found, before)]


def _first(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    gone = _gone(found, before)
    found.artifacts = before[len(gone) :] + _fresh(found, before)


def _all(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    if _gone(found, before):
        found.artifacts = _fresh(found, before)


def _only_additions(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    if _fresh(found, before):
        found.artifacts = before + _fresh(found, before)


def _items_stay(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    if found.kind == "granular":
        found.artifacts = before + _fresh(found, before)


def _last_addition(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    fresh = _fresh(found, before)
    found.artifacts = [one for one in found.artifacts if one not in fresh] + fresh[-1:]


def _in_place(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    found.artifacts = [one | {"destinationType": "inPlace"} for one in found.artifacts]


def _one_browse(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    if found.kind == "granular" and found.artifacts:
        first = found.artifacts[0]["browseSessionId"]
        found.artifacts = [one | {"browseSessionId": first} for one in found.artifacts]


def _standard(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    found.extra["restoreJobType"] = "standard"


def _bulk(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    if len(found.artifacts) > 2:
        found.extra["restoreJobType"] = "bulk"


def _started(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    life.activate(found)


def _backdated(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    found.modified = "2001-01-01T00:00:00Z"


def _nameless(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    found.created_by = {"application": {"id": str(uuid.uuid4()), "displayName": "Updater"}}


def _others(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    for one in service.sessions.values():
        if one is not found and one.status == "draft" and one.kind == found.kind and one.artifacts:
            one.artifacts = one.artifacts + [dict(new) for new in _fresh(found, before)]


def _renumbered(service: Service, found: Session, body: Json, before: list[Json]) -> None:
    if found.kind == "standard":
        found.artifacts = [one | {"id": str(uuid.uuid4())} if one in before else one for one in found.artifacts]


P = "page:update"
changed("field2-update-adds-twice", P, "Add a site and list: it is there twice.", _twice)
changed("field2-update-removes-the-first", P, "Three sites, remove the last: the first is gone.", _first)
changed("field2-update-removes-all", P, "Three sites, remove one: none is left.", _all)
changed(
    "field2-update-removal-beside-addition-lost",
    P,
    "Add and remove in one request: nothing is removed.",
    _only_additions,
)
changed(
    "field2-update-item-removal-lost", P, "Remove an item of a granular session and list: still there.", _items_stay
)
changed(
    "field2-update-keeps-last-addition", P, "Add two sites in one request: the second alone is kept.", _last_addition
)
changed(
    "field2-update-adds-in-place", "update/response.as-sent", "Add a site for a new place and list: inPlace.", _in_place
)
changed(
    "field2-update-one-browse-session",
    P,
    "Add an item of another browse session and list: that of the first.",
    _one_browse,
)
changed(
    "field2-update-types-standard", "N36", "Add an item to a granular session and get with Prefer: standard.", _standard
)
changed("field2-update-types-bulk", "N36", "Add to two sites and get: bulk.", _bulk)
changed("field2-update-starts", "N37", "Add a site and get: it is activating.", _started)
changed(
    "field2-update-backdates",
    "get/response.timestamps-order",
    "Add a site and get: modified before it was created.",
    _backdated,
)
changed("field2-update-changes-creator", "page:get", "Add a site and get: another createdBy.", _nameless)
changed(
    "field2-update-adds-to-every-draft", "update/response.only-that", "Two drafts, add to one: both have it.", _others
)
changed("field2-update-renumbers", P, "List, add a site, list: the earlier ones have other ids.", _renumbered)

# ---------------------------------------------------------------- what a change answers


def answered(name: str, shows: str, change: Callable[[list[Json], Session], Any]) -> None:
    """A defect of the artifacts in the answer to a change; `change` gets copies of those that were added."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        reply = right()
        for delta in (DELTA, ITEMS):
            if delta in reply.body:
                reply.body[delta] = [dict(one) for one in reply.body[delta]]
                change([one for one in reply.body[delta] if "status" in one], found)
        return reply

    changing(name, P, shows, act)


def _null_status(every: list[Json], found: Session) -> None:
    for one in every:
        one["status"] = None if found.kind == "granular" else one["status"]


def _one_point(every: list[Json], found: Session) -> None:
    for one in every:
        one.update({name: value for name, value in every[-1].items() if name in ("restorePoint", "browseSessionId")})


def _without_ids(every: list[Json], found: Session) -> None:
    for one in every:
        one.pop("id")


answered("field2-update-answer-without-ids", "Add a site: the answer names no id.", _without_ids)
answered("field2-update-answer-item-status-null", "Add an item: its status is null.", _null_status)
answered("field2-update-answer-one-point", "Add two sites: the answer names one restore point twice.", _one_point)
answered(
    "field2-update-answer-succeeded",
    "Add a site: its status is succeeded.",
    lambda every, _: [one.update(status="succeeded") for one in every],
)
answered("field2-update-answer-other-place", "Add a site for a new place: the answer says inPlace.",
         lambda every, _: [one.update(destinationType="inPlace") for one in every])  # fmt: skip


def _other_session(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    reply = right()
    reply.body["id"] = next(iter(service.sessions))
    return reply


changing(
    "field2-update-answer-other-session",
    P,
    "Two sessions, change the second: the answer has the first's id.",
    _other_session,
)

# ---------------------------------------------------------------- counts that lag for ever


def stale(name: str, shows: str, wrong: Callable[[int, int], bool], *operations: str) -> None:
    """Counts that stay as they were before the change where `wrong` says so of the numbers before and after."""

    def after(service: Service, found: Session, body: Json, before: list[Json]) -> None:
        if wrong(len(before), len(found.artifacts)):
            found.conflict = f"was {len(before)}"

    def show(body: Json, found: Session) -> None:
        if str(found.conflict).startswith("was "):
            counted(body, total=int(str(found.conflict)[4:]))

    def seed(service: Service) -> None:
        def act(inner: Operation, asked: Asked) -> Reply:
            found = service.sessions.get(asked.session.lower())
            before = list(found.artifacts) if found else []
            reply = inner(asked)
            if found:
                after(service, found, reply.body, before)
            return reply

        around(service, ("update",), act)
        for operation in operations:
            on_reply(service, lambda reply, _: viewing(service, reply, show), operation)

    made(name, P if GETS[0] in operations else "list/response.agrees-with-get", shows, seed)


stale(
    "field2-update-total-not-raised",
    "Add a site: it is listed, and the total of the session is the old one.",
    lambda before, after: after > before,
    *GETS,
    *LISTS,
)
stale(
    "field2-update-total-not-lowered",
    "Remove a site: it is gone, and the total of the session is the old one.",
    lambda before, after: after < before,
    *GETS,
    *LISTS,
)
stale("field2-update-list-total-stale", "Add a site: get is right, the list has the old total.",
      lambda before, after: after != before, *LISTS)  # fmt: skip
