"""Defects of a create that succeeds, written from the documents alone: answer, members, ids, kinds, counts."""

from __future__ import annotations

import json
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_places import (
    at_least,
    body,
    body_where,
    browse_ids,
    empty,
    exactly,
    granular,
    member,
    reply_where,
    shown,
    standard,
    status,
    to_new,
)
from restore_conformance.mock.faults.seeding import fault
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply

Json = dict[str, Any]

# ---------------------------------------------------------------- status, media type, body

reply_where("field-ok-for-granular", "N1", "A granular create is answered 200.", status(200), granular)
reply_where("field-accepted-when-many", "N1", "40 artifacts are answered 202.", status(202), at_least(40))


def _bodiless(reply: Reply) -> None:
    reply.headers["Location"] = "/solutions/backupRestore/restoreSessions/" + reply.body["id"]
    reply.body = None


def _listed(reply: Reply) -> None:
    reply.body = [reply.body]


def _twice(reply: Reply) -> None:
    reply.body = json.dumps(reply.body)


def _quotes(reply: Reply) -> None:
    reply.raw = repr(reply.body).encode()


def _wide(reply: Reply) -> None:
    reply.raw = json.dumps(reply.body).encode("utf-16")


def _cut(reply: Reply) -> None:
    reply.raw = json.dumps(reply.body).encode()[:-2]


def _valued(reply: Reply) -> None:
    reply.body = {"@odata.context": reply.body["@odata.context"], "value": reply.body}


reply_where("field-location-for-body", "N1", "201 with a Location and no body.", _bodiless, standard)
reply_where("field-body-in-list", "N1", "The session comes in a JSON array.", _listed, granular)
reply_where("field-body-twice-encoded", "N1", "The body is a JSON text holding JSON.", _twice)
reply_where("field-body-single-quotes", "N1", "The body has single quotes: no JSON.", _quotes)
reply_where("field-body-utf-16", "N1", "The body is UTF-16: no JSON.", _wide, empty)
reply_where("field-body-cut-when-many", "N1", "30 artifacts: the end of the body is lost.", _cut, at_least(30))
reply_where("field-body-in-value", "N2", "The session is wrapped in a member called value.", _valued)
reply_where("field-body-null", "N1", "A single granular item: the body is null.", body(None), exactly(1, granular))
reply_where("field-body-empty-object", "N2", "An empty session: the body is {}.", body({}), empty)


def media(name: str, value: str, shows: str, when: Any) -> None:
    def change(reply: Reply) -> None:
        reply.headers["Content-Type"] = value

    reply_where(name, "N3", shows, change, when)


media("field-media-text-json", "text/json; charset=utf-8", "A standard create is answered as text/json.", standard)
media("field-media-html-granular", "text/html", "A granular create is answered as text/html.", granular)
media("field-media-octets-when-empty", "application/octet-stream", "An empty session comes as octets.", empty)

# ---------------------------------------------------------------- id, status

member("field-id-number", "N2", "The id is a number.", "id", lambda old: int(str(old)[:8], 16))
member("field-id-null-for-granular", "N2", "The id of a granular session is null.", "id", None, granular)
member("field-id-blank-when-empty", "N2", "The id of an empty session is an empty text.", "id", "", empty)
member("field-id-object", "N2", "The id is an object around the text.", "id", lambda old: {"value": old}, at_least(5))


def renamed(old: str, new: str) -> Any:
    def change(made: Json) -> None:
        made[new] = made.pop(old)

    return change


body_where("field-id-capital", "N2", "The member is called Id.", renamed("id", "Id"))
body_where("field-id-called-session-id", "N2", "The member is called sessionId.", renamed("id", "sessionId"), to_new)

member("field-status-capital", "N22", "The status is Draft.", "status", "Draft")
member("field-status-number", "N22", "The status is 0.", "status", 0)
member("field-status-activating-to-new", "N22", "Sites for new places start at once.", "status", "activating", to_new)
member("field-status-active-when-many", "N22", "25 artifacts: the status is active.", "status", "active", at_least(25))
member("field-status-completed-when-empty", "N22", "Nothing to do counts as completed.", "status", "completed", empty)
member("field-status-unknown-for-granular", "N22", "The status is hidden.", "status", "unknownFutureValue", granular)
member(
    "field-status-created", "N22", "One site: a status that is no member.", "status", "created", exactly(1, standard)
)

# ---------------------------------------------------------------- kind of session


def job(name: str, blames: str, shows: str, value: Any, when: Any) -> None:
    """A wrong job type wherever the session is shown."""

    def change(made: Json, found: Session) -> None:
        if when(found):
            made["restoreJobType"] = value

    shown(name, blames, shows, change)


def _empty(found: Session) -> bool:
    return not found.artifacts


def _granular(found: Session) -> bool:
    return found.kind == "granular"


def _to_new(found: Session) -> bool:
    return any(one["destinationType"] == "new" for one in found.artifacts)


job("field-job-bulk-when-empty", "N13", "No payload: a session for the bulk workflow.", "bulk", _empty)
job("field-job-hidden-when-empty", "N13", "No payload: unknownFutureValue.", "unknownFutureValue", _empty)
job(
    "field-job-standard-one-granular", "N10", "One granular item: standard.", "standard",
    lambda found: _granular(found) and len(found.artifacts) == 1,
)  # fmt: skip
job(
    "field-job-standard-ten-granular", "N10", "Ten granular items: standard.", "standard",
    lambda found: _granular(found) and len(found.artifacts) >= 10,
)  # fmt: skip
job("field-job-capital", "N10", "A granular session: Granular.", "Granular", _granular)
job("field-job-hidden-with-prefer", "N10", "Granular with Prefer: hidden.", "unknownFutureValue", _granular)
job(
    "field-job-bulk-to-new",
    "N11",
    "Sites for new places: bulk.",
    "bulk",
    lambda found: not _granular(found) and _to_new(found),
)
job("field-job-number", "N11", "A standard session: 0.", 0, lambda found: not _granular(found) and found.artifacts)
job(
    "field-job-granular-above-twenty", "N11", "21 sites: granular.", "granular",
    lambda found: not _granular(found) and len(found.artifacts) > 20,
)  # fmt: skip
job(
    "field-job-site",
    "N11",
    "One site: a job type that is no member.",
    "site",
    lambda found: len(found.artifacts) == 1 and not _granular(found),
)

# ---------------------------------------------------------------- counts


def total(name: str, blames: str, shows: str, change: Any) -> None:
    """A wrong total wherever the session is shown."""

    def alter(made: Json, found: Session) -> None:
        counts = made["restoreSessionArtifactCount"]
        value = change(found, counts["total"])
        made["restoreSessionArtifactCount"] = counts | {"total": value}

    shown(name, blames, shows, alter)


def _browse(found: Session, value: int) -> int:
    return len(set(browse_ids({rules.GRANULAR: found.artifacts}))) if _granular(found) else value


total("field-total-browse-sessions", "N23", "Two items of one browse session: total 1.", _browse)
total("field-total-capped", "N23", "26 artifacts: total 25.", lambda _, value: min(value, 25))
total("field-total-batches-of-16", "N23", "17 artifacts: total 16.", lambda _, value: value - (value % 16 == 1 < value))
total("field-total-wraps-at-32", "N23", "32 artifacts: total 0.", lambda _, value: value % 32)
total("field-total-nothing-to-new", "N23", "New places: total 0.", lambda found, value: 0 if _to_new(found) else value)
total("field-total-one-when-empty", "N13", "No payload: total 1.", lambda found, value: value or 1)
total("field-total-text", "N24", "The total is a text.", lambda _, value: str(value))
total(
    "field-total-odd-granular",
    "N23",
    "Three items: total 2.",
    lambda found, value: value - value % 2 if _granular(found) and value > 1 else value,
)

COUNTS = "restoreSessionArtifactCount"
member("field-counts-number", "N24", "The counts are one number.", COUNTS, lambda old: old["total"], granular)
member("field-counts-list", "N24", "The counts are a list.", COUNTS, lambda old: [old])
member("field-failed-minus-one", "N24", "An empty session: failed -1.", COUNTS + "/failed", -1, empty)
member("field-completed-two", "N24", "Two artifacts: both completed at once.", COUNTS + "/completed", 2, exactly(2))
member(
    "field-in-progress-fraction", "N24", "Three artifacts: in progress 1.5.", COUNTS + "/inProgress", 1.5, exactly(3)
)


@fault("N25", "field-in-progress-beyond-total")
def in_progress_beyond(service: Service) -> None:
    """Five artifacts: six in progress."""
    create = service.operations["create"][0]

    def lying(asked: Asked) -> Reply:
        reply = create(asked)
        counts = reply.body[COUNTS]
        if counts["total"] >= 5:
            reply.body[COUNTS] = counts | {"inProgress": counts["total"] + 1}
        return reply

    service.operations["create"] = (lying, True)
