"""More defects of activation and of sessions that run, and of the artifacts that are listed; from the documents alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from restore_conformance.mock.faults.field_artifacts import listed
from restore_conformance.mock.faults.field_more_places import GETS, Json, counted, doing, viewed
from restore_conformance.mock.faults.seeding import crash
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Right = Callable[[], Reply]
ACTIVATE = ("activate",)
STATE = "RestoreSessionActionNotAllowed"
ENDED = frozenset({"completed", "completedWithError"})

# ---------------------------------------------------------------- activate


def activated(name: str, blames: str, shows: str, after: Callable[[Service, Session, Json], None]) -> None:
    """Something wrong happens after an activation that succeeds."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        reply = right()
        if found:
            after(service, found, reply.body)
        return reply

    doing(name, blames, shows, ACTIVATE, act)


def _doubled(service: Service, found: Session, body: Json) -> None:
    found.artifacts = found.artifacts + [one | {"id": one["id"] + "-2"} for one in found.artifacts]


def _renumbered(service: Service, found: Session, body: Json) -> None:
    if found.kind == "standard":
        found.artifacts = [one | {"id": str(uuid.uuid4())} for one in found.artifacts]


def _in_place(service: Service, found: Session, body: Json) -> None:
    found.artifacts = [one | {"destinationType": "inPlace"} for one in found.artifacts]


def _created(service: Service, found: Session, body: Json) -> None:
    found.created = body["createdDateTime"] = found.modified


def _modified(service: Service, found: Session, body: Json) -> None:
    found.modified = body["lastModifiedDateTime"] = "1970-01-01T00:00:00Z"


def _standard(service: Service, found: Session, body: Json) -> None:
    found.kind = "standard"
    body["restoreJobType"] = "standard"


def _oldest_deleted(service: Service, found: Session, body: Json) -> None:
    for one in list(service.sessions.values()):
        if one.status == "draft":
            del service.sessions[one.id]
            return


def _updated_crash(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    return crash() if found and found.status == "draft" and found.modified != found.created else right()


def _again(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and found.status in ENDED:
        found.status = "draft"
    return right()


def _many_refused(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and found.status == "draft" and len(found.artifacts) >= 20:
        raise Refusal(403, STATE)
    return right()


activated("field2-activate-doubles", "page:activate", "Activate and get: the total has doubled.", _doubled)
activated(
    "field2-activate-renumbers",
    "activate/response.artifacts-kept",
    "List, activate, list: other artifact ids.",
    _renumbered,
)
activated(
    "field2-activate-in-place",
    "activate/response.artifacts-kept",
    "Activate sites for new places, list: inPlace.",
    _in_place,
)
activated(
    "field2-activate-moves-creation",
    "get/response.agrees-with-create",
    "Activate: createdDateTime has moved.",
    _created,
)
activated(
    "field2-activate-modified-1970",
    "get/response.timestamps-order",
    "Activate: lastModifiedDateTime is 1970.",
    _modified,
)
activated(
    "field2-activate-items-typed-standard", "page:activate", "Activate items and get with Prefer: standard.", _standard
)
activated(
    "field2-activate-deletes-oldest-draft",
    "page:activate",
    "Two drafts, activate the second: the first is gone.",
    _oldest_deleted,
)
doing("field2-activate-updated-crash", "page:activate", "Create, update, activate: 500.", ACTIVATE, _updated_crash)
doing("field2-activate-completed", "row:activate/" + STATE, "Activate a completed session: 200.", ACTIVATE, _again)
doing(
    "field2-activate-many-refused", "page:activate", "Activate a draft of 20 artifacts: 403.", ACTIVATE, _many_refused
)
viewed(
    "field2-activate-answer-job-bulk",
    "page:activate",
    "Activate sites: the answer says bulk.",
    lambda body, found: body.update(restoreJobType="bulk"),
    *ACTIVATE,
)
viewed(
    "field2-activate-answer-total-zero",
    "page:activate",
    "Activate two sites: the answer's total is 0.",
    lambda body, found: counted(body, total=0),
    *ACTIVATE,
)
viewed(
    "field2-activate-answer-created-now",
    "page:activate",
    "Activate: the answer has no creation time but a blank one.",
    lambda body, found: body.update(createdDateTime=""),
    *ACTIVATE,
)
viewed(
    "field2-running-status-running",
    "page:get",
    "Activate and get: a status that is no member.",
    lambda body, found: body.update(status="running") if found.status in {"activating", "active"} else None,
    *GETS,
)
viewed(
    "field2-completed-time-false",
    "page:get",
    "Activate and get: completedDateTime is false.",
    lambda body, found: body.update(completedDateTime=False) if found.status == "active" else None,
    *GETS,
)
viewed("field2-running-error-text", "page:get", "Activate and get: error is a text.",
       lambda body, found: body.update(error="none") if found.status == "active" else None, *GETS)  # fmt: skip


def _gone(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    reply = right()
    if found and found.status != "draft":
        reply.body["value"] = []
    return reply


doing(
    "field2-activate-hides-artifacts",
    "activate/response.artifacts-kept",
    "Activate and list: no artifacts.",
    ("list-artifacts",),
    _gone,
)

# ---------------------------------------------------------------- artifacts

SITES = ("list-artifacts",)
ITEMS = ("list-granular",)
Every = list[Json]


def _split(every: Every) -> Every:
    return [one | {"id": part} for one in every for part in one["id"].split(",")]


def _browse(change: Callable[[str], str]) -> Callable[[Every], Every]:
    return lambda every: [one | {"browseSessionId": change(one["browseSessionId"])} for one in every]


def _each(**members: Any) -> Callable[[Every], Every]:
    return lambda every: [one | members for one in every]


def _last_of_many(every: Every) -> Every:
    return every[:-1] if len(every) > 1 and len(every) % 10 == 0 else every


def _standard_crash(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    return crash() if found and found.kind == "standard" and found.artifacts else right()


def _unknown_crash(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    try:
        return right()
    except Refusal as refused:
        if refused.status == 404:
            crash()
        raise


LISTED = "page:list-granular"
listed("field2-items-split", LISTED, "Two items of four GUIDs each: eight are listed.", _split, ITEMS)
listed(
    "field2-items-browse-decoded",
    LISTED,
    "A browse session with _ or -: listed with / and +.",
    _browse(lambda old: old.replace("_", "/").replace("-", "+")),
    ITEMS,
)
listed(
    "field2-items-browse-cut",
    LISTED,
    "A browse session of more than 64 letters is cut.",
    _browse(lambda old: old[:64]),
    ITEMS,
)
listed("field2-items-browse-lower", LISTED, "A browse session is listed in small letters.", _browse(str.lower), ITEMS)
listed("field2-items-destination-number", LISTED, "destinationType is 1.", _each(destinationType=1), ITEMS)
listed("field2-items-start-number", LISTED, "startDateTime is 0.", _each(startDateTime=0), ITEMS)
listed("field2-items-last-of-ten-missing", LISTED, "Ten items: nine are listed.", _last_of_many, ITEMS)
listed("field2-items-url-object", LISTED, "webUrl is an object.", _each(webUrl={"href": ""}), ITEMS)
listed(
    "field2-artifacts-last-of-ten-missing", "page:list-artifacts", "Ten sites: nine are listed.", _last_of_many, SITES
)
listed(
    "field2-artifacts-restored-site-number",
    "page:list-artifacts",
    "restoredSiteId is 0.",
    _each(restoredSiteId=0),
    SITES,
)
listed(
    "field2-artifacts-point-text",
    "page:list-artifacts",
    "restorePoint is a text.",
    lambda every: [one | {"restorePoint": one["restorePoint"]["id"]} for one in every],
    SITES,
)
listed("field2-artifacts-error-text", "page:list-artifacts", "error is an empty text.", _each(error=""), SITES)  # fmt: skip
doing(
    "field2-items-of-sites-crash",
    "list-granular/response.of-full-sites",
    "List the items of a session of sites: 500.",
    ITEMS,
    _standard_crash,
)
doing(
    "field2-artifacts-unknown-crash",
    "list-artifacts/errors.unknown-session",
    "List the artifacts of an unknown session: 500.",
    SITES,
    _unknown_crash,
)
