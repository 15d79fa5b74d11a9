"""More defects of a create that succeeds, written from the documents alone: what hangs on counts, ids and callers."""

from __future__ import annotations

import json
from typing import Any

from restore_conformance.mock.faults.field_artifacts import opened
from restore_conformance.mock.faults.field_more_places import Json, counted, created, rendered
from restore_conformance.mock.faults.field_places import (
    count_of,
    empty,
    granular,
    reply_where,
)
from restore_conformance.mock.faults.seeding import made, on_reply, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply


def granular_session(found: Session) -> bool:
    return found.kind == "granular"


# ---------------------------------------------------------------- totals


def total(name: str, shows: str, count: Any) -> None:
    rendered(name, "N23", shows, lambda body, found: counted(body, total=count(found, len(found.artifacts))))


def _first_blocks(found: Session, number: int) -> int:
    if granular_session(found):
        return number
    return len({str(one["restorePoint"]["id"])[:8].lower() for one in found.artifacts})


def _sites_of_items(found: Session, number: int) -> int:
    if not granular_session(found):
        return number
    return len({",".join(one["id"].split(",")[:2]) for one in found.artifacts})


def _first_browse(found: Session, number: int) -> int:
    if not granular_session(found):
        return number
    return sum(one["browseSessionId"] == found.artifacts[0]["browseSessionId"] for one in found.artifacts)


def _new_in_tens(found: Session, number: int) -> int:
    to_new_places = any(one["destinationType"] == "new" for one in found.artifacts) and not granular_session(found)
    return number - (to_new_places and number > 1 and number % 10 == 1)


total("field2-total-by-first-block", "Two restore points with the same first eight digits: total 1.", _first_blocks)
total("field2-total-by-site-of-item", "Two items of one site, the first two GUIDs the same: total 1.", _sites_of_items)
total("field2-total-first-browse-only", "Items of two browse sessions: those of the first are counted.", _first_browse)
total("field2-total-new-in-tens", "Eleven sites for new places: total 10.", _new_in_tens)

# ---------------------------------------------------------------- other members, in some answers only


def some(name: str, blames: str, shows: str, when: Any, change: Any) -> None:
    """Change the answer to some creates; `when` gets the payload and the caller."""

    def alter(body: Json, asked: Asked) -> None:
        if when(asked.payload, asked.caller):
            change(body)

    created(name, blames, shows, alter)


def members(**new: Any) -> Any:
    return lambda body: body.update(new)


def counts(**new: Any) -> Any:
    return lambda body: counted(body, **new)


some(
    "field2-job-bulk-at-fifty",
    "N11",
    "50 sites: bulk.",
    lambda p, _: len(sites(p)) == 50,
    members(restoreJobType="bulk"),
)
some(
    "field2-job-null-when-empty",
    "N13",
    "No payload: job type null.",
    lambda p, _: empty(p),
    members(restoreJobType=None),
)
some("field2-status-null-for-granular", "N22", "Items: status null.", lambda p, _: granular(p), members(status=None))
some(
    "field2-status-active-for-applications",
    "N22",
    "An application creates: active.",
    lambda _, who: who == "application",
    members(status="active"),
)
some(
    "field2-in-progress-text-for-granular",
    "N24",
    "Items: inProgress is a text.",
    lambda p, _: granular(p),
    counts(inProgress="0"),
)
some("field2-total-fraction", "N24", "Three sites: total 3.0.", lambda p, _: len(sites(p)) == 3, counts(total=3.0))
some(
    "field2-failed-one-from-ten",
    "N24",
    "Ten artifacts: one has failed.",
    lambda p, _: count_of(p) >= 10,
    counts(failed=1),
)
some(
    "field2-counts-text-when-empty",
    "N24",
    "No payload: counts are texts.",
    lambda p, _: empty(p),
    counts(total="0", failed="0", completed="0", inProgress="0"),
)
some(
    "field2-created-by-text-for-applications",
    "N27",
    "An application creates: createdBy/application is a text.",
    lambda _, who: who == "application",
    members(createdBy={"application": "Backup client"}),
)
some(
    "field2-modified-by-number-when-empty",
    "N27",
    "No payload: lastModifiedBy is 0.",
    lambda p, _: empty(p),
    members(lastModifiedBy=0),
)
some(
    "field2-name-number-for-delegated",
    "N27",
    "A user creates: the display name is a number.",
    lambda _, who: who == "delegated",
    lambda body: body.update(createdBy={"user": {"id": "u", "displayName": 42}}),
)
some(
    "field2-type-onedrive-many-items",
    "N29",
    "Six items: the type of another workload.",
    lambda p, _: granular(p) and count_of(p) >= 6,
    members(**{"@odata.type": "#microsoft.graph.oneDriveForBusinessRestoreSession"}),
)
some(
    "field2-completed-when-empty",
    "N28",
    "No payload: completedDateTime is set.",
    lambda p, _: empty(p),
    lambda body: body.update(completedDateTime=body["createdDateTime"]),
)
some(
    "field2-created-comma-for-granular",
    "N26",
    "Items: a comma before the fraction.",
    lambda p, _: granular(p),
    lambda body: body.update(createdDateTime=body["createdDateTime"].replace(".", ",")),
)
some(
    "field2-created-short-year-for-applications",
    "N26",
    "An application creates: a year of two digits.",
    lambda _, who: who == "application",
    lambda body: body.update(createdDateTime=body["createdDateTime"][2:]),
)
some("field2-modified-an-hour-before-when-empty", "N26", "No payload: lastModified before created.", lambda p, _: empty(p),
     members(lastModifiedDateTime="2020-01-01T00:00:00Z"))  # fmt: skip

# ---------------------------------------------------------------- the whole answer


def _untyped(reply: Reply) -> None:
    reply.headers["Content-Type"] = None  # type: ignore[assignment]


def _doubled(reply: Reply, asked: Asked) -> None:
    if reply.status == 201 and asked.caller == "application":
        reply.raw = json.dumps(reply.body).encode() * 2


reply_where("field2-no-media-type-when-empty", "N3", "No payload: an answer without Content-Type.", _untyped, empty)
made(
    "field2-body-twice-for-applications",
    "N1",
    "An application creates: the JSON stands there twice.",
    lambda service: on_reply(service, _doubled),
)

# ---------------------------------------------------------------- ids


def _same_empty(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        if not born.artifacts and not one.artifacts:
            born.id = one.id


def _by_browse(service: Service, born: Session) -> None:
    wanted = {one.get("browseSessionId") for one in born.artifacts} - {None}
    for one in service.sessions.values():
        if wanted & {other.get("browseSessionId") for other in one.artifacts}:
            born.id = one.id


opened("field2-empty-ids-shared", "N2", "Create two empty sessions: one id for both.", _same_empty)
opened("field2-id-by-browse-session", "N2", "Two sessions from one browse session: one id for both.", _by_browse)
