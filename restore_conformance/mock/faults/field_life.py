"""Defects of reading, listing and changing sessions, written from the documents alone."""

from __future__ import annotations

import json
from typing import Any

from restore_conformance.mock import session
from restore_conformance.mock.faults.field_places import (
    around,
    body,
    code,
    joined,
    lived,
    refusal,
    shown,
    status,
    text,
)
from restore_conformance.mock.faults.seeding import fault
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]
GETS = ("get", "get-typed")
LISTS = ("list", "list-typed")

# ---------------------------------------------------------------- get


def got(name: str, blames: str, shows: str, change: Any, *operations: str) -> None:
    """A defect of an answer of an operation that succeeds."""

    def act(inner: Operation, asked: Asked) -> Reply:
        reply = inner(asked)
        change(reply)
        return reply

    lived(name, blames, shows, operations, act)


def member(path: str, value: Any) -> Any:
    """Change a member of the body of a reply; `value` may be a function of the right one."""

    def change(reply: Reply) -> None:
        holder, (*way, last) = reply.body, path.split("/")
        for step in way:
            holder[step] = dict(holder[step])
            holder = holder[step]
        holder[last] = value(holder.get(last)) if callable(value) else value

    return change


got("field-get-201", "page:get", "Get a session: 201.", status(201), *GETS)
got("field-get-empty", "page:get", "Get a session: 200 without a body.", body(None), *GETS)
got(
    "field-get-in-list",
    "page:get",
    "Get a session: a collection of one.",
    lambda reply: body({"value": [reply.body]})(reply),
    *GETS,
)
got(
    "field-get-text",
    "page:get",
    "Get a session: as text/plain.",
    lambda reply: text(json.dumps(reply.body))(reply),
    *GETS,
)
got(
    "field-get-created-now",
    "N36",
    "Create and get: createdDateTime moves on.",
    member("createdDateTime", lambda _: session.now()),
    *GETS,
)
got(
    "field-get-active",
    "N37",
    "Create and get: the draft is active.",
    member("status", lambda old: "active" if old == "draft" else old),
    *GETS,
)
got(
    "field-get-modified-epoch",
    "page:get",
    "Get: lastModifiedDateTime is a number.",
    member("lastModifiedDateTime", 1751123154),
    *GETS,
)

NOT_FOUND = "row:get/RestoreSessionNotFound"
BAD_ID = "row:get/InvalidRestoreSessionId"
refusal("field-get-unknown-410", NOT_FOUND, "Get an unknown id: 410.", "RestoreSessionNotFound", status(410), *GETS)
refusal(
    "field-get-unknown-200-null",
    NOT_FOUND,
    "Get an unknown id: 200 null.",
    "RestoreSessionNotFound",
    joined(status(200), text("null", "application/json")),
    *GETS,
)
refusal(
    "field-get-unknown-other-code",
    NOT_FOUND,
    "Get an unknown id: ItemNotFound.",
    "RestoreSessionNotFound",
    code("ItemNotFound"),
    *GETS,
)
refusal("field-get-unknown-500", NOT_FOUND, "Get an unknown id: 500.", "RestoreSessionNotFound", status(500), *GETS)
refusal("field-get-bad-id-500", BAD_ID, "Get an id that is none: 500.", "InvalidRestoreSessionId", status(500), *GETS)
refusal(
    "field-get-bad-id-other-code",
    BAD_ID,
    "Get an id that is none: BadRequest.",
    "InvalidRestoreSessionId",
    code("BadRequest"),
    *GETS,
)
refusal(
    "field-get-bad-id-empty", BAD_ID, "Get an id that is none: no body.", "InvalidRestoreSessionId", body(None), *GETS
)


@fault("N36", "field-get-third-lost")
def get_third_lost(service: Service) -> None:
    """Every third session that was created cannot be read: 404."""

    def act(inner: Operation, asked: Asked) -> Reply:
        known = list(service.sessions)
        if asked.session.lower() in known and known.index(asked.session.lower()) % 3 == 2:
            raise Refusal(404, "RestoreSessionNotFound")
        return inner(asked)

    around(service, GETS, act)


# ---------------------------------------------------------------- list

got("field-list-bare", "page:list", "List: a bare array.", lambda reply: body(reply.body["value"])(reply), *LISTS)
got("field-list-206", "page:list", "List: 206.", status(206), *LISTS)
got(
    "field-list-object",
    "page:list",
    "List: value is an object by id.",
    member("value", lambda old: {one["id"]: one for one in old}),
    *LISTS,
)
got("field-list-null", "page:list", "List: value is null.", member("value", None), *LISTS)
got(
    "field-list-twice",
    "page:list",
    "List: the first session stands in it twice.",
    member("value", lambda old: old[:1] + old),
    *LISTS,
)
got(
    "field-list-link-number",
    "page:list",
    "List: the link to a next page is a number.",
    member("@odata.nextLink", lambda old: 20 if old else 1),
    *LISTS,
)


@fault("page:list", "field-list-newest-missing")
def list_newest_missing(service: Service) -> None:
    """Create and list: the newest session is missing."""
    got_from(
        service, lambda reply, newest: member("value", lambda old: [one for one in old if one["id"] != newest])(reply)
    )


def got_from(service: Service, change: Any) -> None:
    def act(inner: Operation, asked: Asked) -> Reply:
        reply = inner(asked)
        change(reply, next(reversed(service.sessions), ""))
        return reply

    around(service, LISTS, act)


@fault("page:list", "field-list-shows-deleted")
def list_shows_deleted(service: Service) -> None:
    """Create, delete and list: the session is still there."""
    graves: list[Json] = []

    def burying(inner: Operation, asked: Asked) -> Reply:
        found = service.sessions.get(asked.session.lower())
        reply = inner(asked)
        graves.extend([service.render(found, all_members=False, context="")] if found else [])
        return reply

    around(service, ("delete", "delete-typed"), burying)
    around(service, LISTS, lambda inner, asked: _with(inner(asked), graves))


def _with(reply: Reply, graves: list[Json]) -> Reply:
    reply.body["value"] = [*reply.body["value"], *graves]
    return reply


# ---------------------------------------------------------------- everywhere

shown(
    "field-modified-year-first-read",
    "N26",
    "Wherever a session is shown: lastModifiedDateTime is a year before.",
    lambda body_, found: body_.update(lastModifiedDateTime=str(int(found.created[:4]) - 1) + found.created[4:]),
)
