"""Faults of the answer to a create that succeeds: `tests/create/test_response.py`."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import (
    artifact_counts, at_least, browse_ids, empty, exactly, granular, is_granular, is_standard, not_empty,
    restore_point_ids, restores_to_new, same_sites, sites, standard, to_new_sites,
)  # fmt: skip
from restore_conformance.mock.edits import (
    COUNTS, Derived, Json, body, combined, copied, counts, media_type, put, raw, remove, rename, set_header, status,
)  # fmt: skip
from restore_conformance.mock.faults.register import Fault, create_faults
from restore_conformance.mock.transport import gzip_cut, in_charset, truncated
from restore_conformance.mock.hooks import (
    before_store, corrupt_response, echo_member, edit_render, for_other_sessions, on_created, on_render, on_response,
    refuse_after_check, refuse_before_check, seeds, set_total,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest

CREATED, MODIFIED, TYPE, JOB = "createdDateTime", "lastModifiedDateTime", "@odata.type", "restoreJobType"
A_LIST = Derived("a list", lambda old: [old])
ONEDRIVE = "#microsoft.graph.oneDriveForBusinessRestoreSession"
OTHER = "/solutions/backupRestore/sharepointRestoreSessions(61633878-8321-4950-bfaf-ed285bdd1461)"
ROUTE = "/solutions/backupRestore/restoreSessions/"


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp[:26] + "+00:00")


MILLISECONDS = Derived("milliseconds", lambda stamp: calendar.timegm(_moment(stamp).timetuple()) * 1000)


# fmt: off
FAULTS = [*create_faults(
    # ---------------------------------------------------------------- status, media type, body
    ("standard-answered-200", ".created", status(200), standard),
    ("field-ok-for-granular", "N1", status(200), granular),
    ("field-accepted-when-many", "N1", status(202), at_least(40)),
    ("body-wrapped-in-array", ".object", body(A_LIST)),
    ("field-body-in-list", "N1", body(A_LIST), granular),
    ("field-body-in-value", "N2", body(Derived("a member called value", lambda old: {"@odata.context": old["@odata.context"], "value": old}))),
    ("field-body-null", "N1", body(None), exactly(1, granular)),
    ("field-body-empty-object", "N2", body({}), empty),
    ("created-as-text", ".media-type", media_type("text/plain; charset=utf-8")),
    ("field-media-text-json", "N3", media_type("text/json; charset=utf-8"), standard),
    ("field-media-html-granular", "N3", media_type("text/html"), granular),
    ("field-media-octets-when-empty", "N3", media_type("application/octet-stream"), empty),
    ("field2-no-media-type-when-empty", "N3", media_type(None), empty),
    # ---------------------------------------------------------------- names of members
    ("status-spelled-in-capitals", ".member-names", rename("status", "Status")),
    ("in-progress-spelled-otherwise", ".member-names", rename(COUNTS + "/inProgress", "inprogress")),
    ("field-id-called-session-id", "N2", rename("id", "sessionId"), to_new_sites),
    # ---------------------------------------------------------------- id, status
    ("id-is-a-number", ".id", put("id", 12345)),
    ("field-id-number", "N2", put("id", Derived("a number", lambda old: int(old[:8], 16)))),
    ("field-id-null-for-granular", "N2", put("id", None), granular),
    ("field-id-blank-when-empty", "N2", put("id", ""), empty),
    ("field-id-object", "N2", put("id", Derived("an object", lambda old: {"value": old})), at_least(5)),
    ("status-activating", ".status-draft", put("status", "activating")),
    ("granular-status-active", ".status-draft", put("status", "active"), granular),
    ("field-status-number", "N22", put("status", 0)),
    ("field-status-activating-to-new", "N22", put("status", "activating"), to_new_sites),
    ("field-status-active-when-many", "N22", put("status", "active"), at_least(25)),
    ("field-status-completed-when-empty", "N22", put("status", "completed"), empty),
    ("field-status-unknown-for-granular", "N22", put("status", "unknownFutureValue"), granular),
    ("field-status-created", "N22", put("status", "created"), exactly(1, standard)),
    ("field2-status-null-for-granular", "N22", put("status", None), granular),
    # ---------------------------------------------------------------- kind of session
    ("standard-job-typed-bulk", ".job-type-standard", put(JOB, "bulk"), standard),
    ("standard-job-type-missing", ".job-type-standard", remove(JOB), standard),
    ("field2-job-bulk-at-fifty", "N11", put(JOB, "bulk"), exactly(50, standard)),
    # ---------------------------------------------------------------- counts
    ("total-always-one", ".counts-total", put(COUNTS + "/total", Derived("one where there are any", lambda value: 1 if value else value))),
    ("total-capped-at-forty", ".counts-total", put(COUNTS + "/total", Derived("forty at most", lambda value: min(40, value)))),
    *((f"sites-{number}-counted-one-less", ".counts-total", counts(total=number - 1), exactly(number, standard)) for number in (28, 39, 41)),
    ("counts-missing", ".members-shown", remove(COUNTS), not_empty),
    ("total-is-text", ".counts-integers", put(COUNTS + "/total", Derived("a text", str))),
    ("completed-from-the-start", ".counts-settled", counts(completed=1), not_empty),
    ("total-with-a-fraction", ".counts-written", put(COUNTS + "/total", Derived("written with a fraction", float))),
    ("field-counts-number", "N24", put(COUNTS, Derived("the total alone", lambda old: old["total"])), granular),
    ("field-counts-list", "N24", put(COUNTS, A_LIST)),
    ("field-failed-minus-one", "N24", counts(failed=-1), empty),
    ("field-completed-two", "N24", counts(completed=2), exactly(2)),
    ("field-in-progress-fraction", "N24", counts(inProgress=1.5), exactly(3)),
    ("field2-in-progress-text-for-granular", "N24", counts(inProgress="0"), granular),
    ("field2-total-fraction", "N24", counts(total=3.0), exactly(3, standard)),
    ("field2-failed-one-from-ten", "N24", counts(failed=1), at_least(10)),
    ("field2-counts-text-when-empty", "N24", counts(total="0", failed="0", completed="0", inProgress="0"), empty),
    # ---------------------------------------------------------------- times
    ("timestamp-without-zone", ".timestamps", put(CREATED, Derived("without a zone", lambda stamp: stamp.rstrip("Z")))),
    ("timestamp-as-number", ".timestamps", put(CREATED, 1434715263)),
    ("modified-before-created", ".timestamps-order", put(MODIFIED, "2001-01-01T00:00:00Z")),
    ("created-date-missing", ".members-shown", remove(CREATED)),
    ("field-created-epoch", "N26", put(CREATED, MILLISECONDS)),
    ("field-created-date-call", "N26", put(CREATED, Derived("a date call", lambda stamp: f"/Date({MILLISECONDS(stamp)})/")), granular),
    ("field-modified-mail-date", "N26", put(MODIFIED, Derived("a mail date", lambda stamp: _moment(stamp).strftime("%a, %d %b %Y %H:%M:%S GMT"))), standard),
    ("field-created-dashes", "N26", put(CREATED, Derived("a time with dashes", lambda stamp: stamp[:10] + stamp[10:].replace(":", "-")))),
    ("field-created-blank", "N26", put(CREATED, Derived("with a blank for the t", lambda stamp: stamp.replace("T", " "))), empty),
    ("field-modified-offset-short", "N26", put(MODIFIED, Derived("with a short offset", lambda stamp: stamp.rstrip("Z") + "+0000")), to_new_sites),
    ("field-created-bare-dot", "N26", put(CREATED, Derived("with a bare dot", lambda stamp: stamp[:20] + "Z")), granular),
    ("field-created-date-only", "N26", put(CREATED, Derived("a date alone", lambda stamp: stamp[:10])), exactly(5)),
    ("field-modified-before-created", "N26", put(MODIFIED, Derived("eight hours before", lambda stamp: (_moment(stamp) - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"))),
    ("field-created-after-modified", "N26", put(CREATED, Derived("two hours ahead", lambda stamp: (_moment(stamp) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"))), granular),
    ("field-modified-month-13", "N26", put(MODIFIED, Derived("in month 13", lambda stamp: stamp[:5] + "13" + stamp[7:])), at_least(12)),
    ("field-created-object", "N26", put(CREATED, Derived("a time with its zone", lambda stamp: {"dateTime": stamp, "timeZone": "UTC"}))),
    ("field2-created-comma-for-granular", "N26", put(CREATED, Derived("with a comma", lambda stamp: stamp.replace(".", ","))), granular),
    ("field2-modified-an-hour-before-when-empty", "N26", put(MODIFIED, "2020-01-01T00:00:00Z"), empty),
    # ---------------------------------------------------------------- identities
    ("created-by-is-text", ".identities", put("createdBy", "User1")),
    ("identity-id-is-a-number", ".identities", put("lastModifiedBy", {"application": {"id": 5}})),
    ("field-modified-by-list", "N27", put("lastModifiedBy", A_LIST), granular),
    ("field-user-text", "N27", put("createdBy/user", "User1"), standard),
    ("field-name-object", "N27", put("lastModifiedBy/application/displayName", {"en": "x"}), empty),
    ("field-user-list", "N27", put("lastModifiedBy/user", []), at_least(3)),
    ("field2-modified-by-number-when-empty", "N27", put("lastModifiedBy", 0), empty),
    # ---------------------------------------------------------------- members that a draft does not have, annotations
    ("error-set", ".no-error", put("error", {"code": "UnknownError", "message": "?"})),
    ("expanded-artifact-status-null", ".artifact-members", put(rules.GRANULAR, [{"id": "x", "status": None}]), granular),
    ("field-completed-on-draft", "N28", put("completedDateTime", "2025-06-28T15:05:54Z")),
    ("field-error-text", "N28", put("error", ""), granular),
    ("field-error-on-draft", "N28", put("error", {"code": "UnknownError", "message": "An error occurred."}), to_new_sites),
    ("typed-as-base", ".odata-type", put(TYPE, "#microsoft.graph.restoreSessionBase")),
    ("field-type-onedrive", "N29", put(TYPE, ONEDRIVE)),
    ("field-type-artifact", "N29", put(TYPE, "#microsoft.graph.granularSiteRestoreArtifact"), granular),
    ("field-type-number", "N29", put(TYPE, 7), empty),
    ("field2-type-onedrive-many-items", "N29", put(TYPE, ONEDRIVE), at_least(6, granular)),
    ("context-is-an-object", ".odata-context", put("@odata.context", {})),
    ("field-context-plain", "N30", put("@odata.context", "https://graph.microsoft.com/beta"), standard),
    ("field-context-object", "N30", put("@odata.context", {}), granular),
    ("odata-id-of-another", ".odata-id", put("@odata.id", OTHER)),
)]
# fmt: on


def _beyond_total(response: JsonResponse) -> None:
    counts(inProgress=response.body[COUNTS]["total"] + 1)(response)


def _first_id_again(service: Service) -> None:
    first: dict[str, str] = {}
    on_created(put("id", lambda old: first.setdefault("id", old)))(service)


def _location_of_the_first(service: Service) -> None:
    on_created(lambda response: response.headers.update(Location="/beta" + ROUTE + next(iter(service.sessions))))(
        service
    )


def _three_days_ahead(body: Json, session: Session) -> None:
    for name in (CREATED, MODIFIED):
        body[name] = (datetime.fromisoformat(body[name][:19]) + timedelta(days=3)).isoformat() + body[name][19:]


def _other_places(response: JsonResponse, request: ParsedRequest) -> None:
    if response.status == 201 and standard(request.payload):
        other = {"new": "inPlace", "inPlace": "new"}
        response.body[rules.SITE] = [
            {"id": str(number), "destinationType": other[site["destinationType"]], "status": "added"}
            for number, site in enumerate(sites(request.payload))
        ]


def _falling(payload: Any) -> bool:
    ids = restore_point_ids(payload)
    return standard(payload) and len(ids) > 2 and ids == sorted(ids, reverse=True)


def _first_blocks(session: Session, value: int) -> int:
    return len({str(artifact["restorePoint"]["id"])[:8].lower() for artifact in session.artifacts})


def _sites_of_items(session: Session, value: int) -> int:
    return len({",".join(artifact["id"].split(",")[:2]) for artifact in session.artifacts})


def _of_the_first_browse_session(session: Session, value: int) -> int:
    return sum(artifact["browseSessionId"] == session.artifacts[0]["browseSessionId"] for artifact in session.artifacts)


def _browse_sessions(session: Session) -> set[str]:
    return set(browse_ids({rules.GRANULAR: session.artifacts}))


def _id_reused(service: Service, session: Session) -> None:
    if len(service.sessions) >= 3:
        session.id = next(iter(service.sessions))


def _takes_its_id(other: Session, session: Session) -> None:
    session.id = other.id


COMPLETED = copied("completedDateTime", CREATED)

# fmt: off
FAULTS += [
    Fault("seventeen-artifacts-refused", ".created", "A standard create with exactly 17 artifacts.", refuse_after_check(exactly(17, standard))),
    Fault("capital-guids-refused", ".created", "A standard create whose restore point is written in capitals.",
          refuse_after_check(lambda payload: any(point != point.lower() for point in restore_point_ids(payload)))),
    Fault("new-destination-refused", ".created", "A standard create that restores to a new place.",
          refuse_after_check(lambda p: any(site.get("destinationType") == "new" for site in sites(p)))),
    Fault("sites-34-crash", ".created", "Create with 34 sites.", refuse_before_check(lambda p: len(sites(p)) == 34, "InternalServerError", 500)),
    Fault("wire-many-sites-body-short", ".created", "Create with more than twenty sites: the body is shorter than its Content-Length.",
          corrupt_response(truncated, lambda sent, answer: artifact_counts(sent)[0] > 20)),
    Fault("wire-granular-gzip-cut", ".object", "Create with granular artifacts: the gzip data lacks its end.",
          corrupt_response(gzip_cut, lambda sent, answer: artifact_counts(sent)[1] > 0)),
    Fault("wire-created-in-utf-16", ".object", "Any create that succeeds: the JSON is in UTF-16.",
          corrupt_response(in_charset("utf-16", "utf-16"), lambda sent, answer: artifact_counts(sent)[0] > 0)),
    Fault("created-without-body", ".object", "One create.", on_created(raw(lambda _: b""))),
    Fault("field-location-for-body", "N1", "201 with a Location and no body.", on_created(combined(lambda response: set_header("Location", ROUTE + response.body["id"])(response), body(None)), standard)),
    Fault("field-body-utf-16", "N1", "The body is UTF-16: not JSON.", on_created(raw(lambda value: json.dumps(value).encode("utf-16")), empty)),
    Fault("field-body-cut-when-many", "N1", "30 artifacts: the end of the body is lost.",
          on_created(raw(lambda value: json.dumps(value).encode()[:-2]), at_least(30))),
    Fault("field2-body-twice-for-applications", "N1", "An application creates: the JSON stands there twice.",
          on_created(raw(lambda value: json.dumps(value).encode() * 2), caller="application")),
    Fault("location-of-another-session", ".location-session", "Two creates: the second names the first in its Location.", _location_of_the_first),
    Fault("created-days-ahead", ".created-by-now", "One create, and the Date of its answer.",
          seeds(on_render(_three_days_ahead), on_response(lambda response, _: set_header("Date", format_datetime(datetime.now(UTC), usegmt=True))(response), "create"))),
    Fault("completed-date-set", ".not-completed", "One create.", on_created(COMPLETED)),
    Fault("field2-completed-when-empty", "N28", "No payload: completedDateTime is set.", on_created(COMPLETED, empty)),
    Fault("in-progress-above-total", ".counts-in-progress", "One create with artifacts.", on_created(_beyond_total, not_empty)),
    Fault("field-in-progress-beyond-total", "N25", "Five artifacts: six in progress.", on_created(_beyond_total, at_least(5))),
    Fault("sent-status-taken-over", ".status-draft", "One create that sends a status.", echo_member("status")),
    Fault("field-shown-to-another-place", ".artifacts", "One create of sites; the answer shows artifacts.", on_response(_other_places, "create")),
    Fault("field2-status-active-for-applications", "N22", "An application creates: active.",
          on_created(put("status", "active"), caller="application")),
    Fault("field2-created-by-text-for-applications", "N27", "An application creates: createdBy/application is a text.",
          on_created(put("createdBy", {"application": "Backup client"}), caller="application")),
    Fault("field2-name-number-for-delegated", "N27", "A user creates: the display name is a number.",
          on_created(put("createdBy", {"user": {"id": "u", "displayName": 42}}), caller="delegated")),
    Fault("field2-created-short-year-for-applications", "N26", "An application creates: a year of two digits.",
          on_created(put(CREATED, Derived("with a short year", lambda stamp: stamp[2:])), caller="application")),
    Fault("field-modified-year-first-read", "N26", "Wherever a session is shown: lastModifiedDateTime is a year before.", on_render(lambda body, session: body.update({MODIFIED: str(int(session.created[:4]) - 1) + session.created[4:]}))),
    # ---------------------------------------------------------------- kind of session, wherever it is shown
    Fault("field-job-bulk-to-new", "N11", "Sites for new places: bulk.", edit_render(put(JOB, "bulk"), lambda session: is_standard(session) and restores_to_new(session))),
    Fault("field-job-number", "N11", "A standard session: 0.", edit_render(put(JOB, 0), lambda session: is_standard(session) and session.artifacts)),
    Fault("field-job-granular-above-twenty", "N11", "21 sites: granular.",
          edit_render(put(JOB, "granular"), lambda session: is_standard(session) and len(session.artifacts) > 20)),
    Fault("field-job-site", "N11", "One site: a job type that is not a member.",
          edit_render(put(JOB, "site"), lambda session: is_standard(session) and len(session.artifacts) == 1)),
    # ---------------------------------------------------------------- totals
    Fault("falling-ids-counted-once", ".counts-total", "Create with three or more sites whose ids fall.", on_created(counts(total=1), _falling)),
    Fault("field-total-browse-sessions", "N23", "Two items of one browse session: total 1.",
          set_total(lambda session, _: len(_browse_sessions(session)), is_granular)),
    Fault("field-total-capped", "N23", "26 artifacts: total 25.", set_total(lambda _, value: min(value, 25))),
    Fault("field-total-batches-of-16", "N23", "17 artifacts: total 16.", set_total(lambda _, value: value - (value % 16 == 1 < value))),
    Fault("field-total-wraps-at-32", "N23", "32 artifacts: total 0.", set_total(lambda _, value: value % 32)),
    Fault("field-total-nothing-to-new", "N23", "New places: total 0.", set_total(lambda *_: 0, restores_to_new)),
    Fault("field-total-text", "N24", "The total is a text.", set_total(lambda _, value: str(value))),
    Fault("field-total-odd-granular", "N23", "Three items: total 2.",
          set_total(lambda _, value: value - value % 2 if value > 1 else value, is_granular)),
    Fault("field2-total-by-first-block", "N23", "Two restore points with the same first eight digits: total 1.", set_total(_first_blocks, is_standard)),
    Fault("field2-total-by-site-of-item", "N23", "Two items of one site, the first two GUIDs the same: total 1.", set_total(_sites_of_items, is_granular)),
    Fault("field2-total-first-browse-only", "N23", "Items of two browse sessions: those of the first are counted.",
          set_total(_of_the_first_browse_session, is_granular)),
    Fault("field2-total-new-in-tens", "N23", "Eleven sites for new places: total 10.",
          set_total(lambda session, value: value - (restores_to_new(session) and value > 1 and value % 10 == 1), is_standard)),
    # ---------------------------------------------------------------- ids
    Fault("ids-used-again", ".id-unique", "Two creates.", _first_id_again),
    Fault("field-id-reused", "N2", "Create four sessions: the fourth has the id of the first.", before_store(_id_reused)),
    Fault("field-id-by-content", "N2", "Create the same twice: one id for both.", before_store(for_other_sessions(_takes_its_id, same_sites))),
    Fault("field2-empty-ids-shared", "N2", "Create two empty sessions: one id for both.", before_store(for_other_sessions(_takes_its_id, lambda other, session: not session.artifacts and not other.artifacts))),
    Fault("field2-id-by-browse-session", "N2", "Two sessions from one browse session: one id for both.", before_store(for_other_sessions(_takes_its_id, lambda other, session: _browse_sessions(session) & _browse_sessions(other)))),
]
# fmt: on
