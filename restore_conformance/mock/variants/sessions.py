"""Unusual but conforming sessions: kind, counts, identities, ids, times, annotations, members that are not shown."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import ARTIFACT_LISTS, CONFLICT_BEHAVIOR, is_draft
from restore_conformance.mock.edits import COUNTS, Json, members_of, put, without
from restore_conformance.mock.hooks import (
    ACTIVATE, GETS, INVALID_SESSION_ID, LISTS, SESSION_NOT_FOUND, UPDATE, Seed, after_route, around_find, before_store,
    edit_render, on_body, on_render, on_response, refuse, seeds, set_render_options, set_session,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, now
from restore_conformance.mock.variants.register import Variant, also, walked
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest

TYPE, CONTEXT, CREATED = "@odata.type", "@odata.context", "createdDateTime"

# ---------------------------------------------------------------- counts, identities, other members


def in_progress(part: Callable[[int], int | None]) -> Seed:
    """Another number in progress, made of the total, while a session is a draft."""
    return edit_render(put(COUNTS, lambda old: old | {"inProgress": part(old["total"])}), is_draft)


def identities(created_by: Json | None, *modified_by: Json) -> Seed:
    """Who created a session and who modified it last: the same, or another one."""
    return also(createdBy=created_by, lastModifiedBy=(*modified_by, created_by)[0])


def _without_names(body: Json) -> Json:
    who = {kind: dict(value, displayName=None) if value else value for kind, value in (body["createdBy"] or {}).items()}
    return body | {"createdBy": who, "lastModifiedBy": who}


def inline(*, both: bool) -> Seed:
    """The artifacts of a draft in the answers that show it alone."""

    def change(body: Json, session: Session) -> None:
        if is_draft(session) and body.get(CONTEXT):
            body[session.collection] = deepcopy(session.artifacts)
            for name in ARTIFACT_LISTS if both else ():
                body.setdefault(name, [])

    return on_render(change)


def _as_sent(response: JsonResponse, request: ParsedRequest) -> None:
    for name in ARTIFACT_LISTS if response.status == 201 else ():
        if request.payload.get(name):
            response.body[name] = [
                {member: deepcopy(value) for member, value in element.items() if name != rules.SITE or member in OWN}
                for element in request.payload[name]
            ]


# ---------------------------------------------------------------- ids


def outward(form: Callable[[str], str]) -> Seed:
    """Session ids in another form, in every body that is a session or holds some."""
    own = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

    def change(body: Json) -> None:
        for session in (body, *(session for session in body.get("value") or [] if COUNTS in session)):
            if isinstance(session.get("id"), str) and own.fullmatch(session["id"]):
                session["id"] = form(session["id"])

    return on_body(change, "create", *GETS, *LISTS, *UPDATE, *ACTIVATE)


def _inward(service: Service, request: ParsedRequest) -> None:
    if re.fullmatch("rs_[0-9a-f]{32}", request.session):
        bare = request.session[3:]
        request.session = "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def shaped(make: Callable[[Session, int], str], pattern: str) -> Seed:
    """Session ids of another shape; a text of no such shape is not an id."""

    def find(service: Service, request: ParsedRequest, _: object) -> Session:
        if not re.fullmatch(pattern, request.session):
            refuse(400, INVALID_SESSION_ID, "The session id is not valid.")
        return service.sessions.get(request.session) or refuse(404, SESSION_NOT_FOUND, "There is no such session.")

    def seed(service: Service) -> None:
        numbers = itertools.count(1)
        seeds(before_store(set_session(id=lambda created: make(created, next(numbers)))), around_find(find))(service)

    return seed


def _by_case(number: int) -> str:
    """The number as which of these letters are capitals: texts that differ in letter case alone."""
    return "".join(letter.upper() if number >> place & 1 else letter for place, letter in enumerate("restoresession"))


def _exactly(service: Service, request: ParsedRequest, find: Callable[[ParsedRequest], Session]) -> Session:
    session = find(request)
    return session if session.id == request.session else refuse(404, SESSION_NOT_FOUND)


def artifact_ids(make: Callable[[Json, int], str]) -> Seed:
    """Ids of full-site artifacts of another shape."""

    def change(service: Service, created: Session) -> None:
        for number, artifact in enumerate(created.artifacts if created.kind == "standard" else (), 1):
            artifact["id"] = make(artifact, number)

    return before_store(change)


# ---------------------------------------------------------------- times

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def times(change: Callable[[str], str]) -> Seed:
    """Every time of an answer that succeeds in another form."""

    def alter(value: Json) -> Json:
        stamps = {n: v for n, v in value.items() if isinstance(v, str) and n.endswith("DateTime") and MOMENT.match(v)}
        return value | {name: change(stamp) for name, stamp in stamps.items()}

    return on_body(lambda body: walked(body, alter))


def moments(change: Callable[[datetime], str]) -> Seed:
    """Every time that is set, of an answer that succeeds, as another moment."""

    def alter(stamp: str) -> str:
        moment = datetime.fromisoformat(stamp)
        return change(moment.astimezone(UTC)) if moment.year > 1 else stamp

    return times(alter)


def _with_digits(stamp: str, number: int) -> str:
    zone_at = len(stamp) - (1 if stamp.endswith("Z") else 6)
    digits = (stamp[20:zone_at] + "0" * 12)[:number]
    return stamp[:19] + ("." + digits if digits else "") + stamp[zone_at:]


def _in_zone(stamp: str, hours: float) -> str:
    if not stamp.endswith("Z") or stamp.startswith("0001"):
        return stamp
    moved = datetime.fromisoformat(stamp[:19] + "+00:00").astimezone(timezone(timedelta(hours=hours))).isoformat()
    return moved[:19] + stamp[19:-1] + moved[19:]


def _later(stamp: str, milliseconds: int) -> str:
    moment = datetime.fromisoformat(stamp[:26] + "+00:00") + timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def apart(**by: int) -> Seed:
    """Every time that is set, so much later."""
    return moments(lambda moment: (moment + timedelta(**by)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def _digits_by_replica(service: Service) -> None:
    turns = itertools.count(1)

    def change(body: Json) -> Json:
        if next(turns) % 2:
            return body
        return body | {n: v[:23] + "Z" for n, v in body.items() if n.endswith("DateTime") and isinstance(v, str)}

    on_body(change, *GETS)(service)


# ---------------------------------------------------------------- annotations


def _full(body: Json) -> Json:
    at = f"solutions/backupRestore/sharePointRestoreSessions('{body.get('id')}')"
    more = {"@odata.id": at, "@odata.editLink": at, "@odata.etag": 'W/"1"'}
    return body | more | {"createdDateTime@odata.type": "#DateTimeOffset"}


def context(value: str) -> Seed:
    """Another spelling of the context of a create, where it has one."""
    return on_body(lambda body: body.update({key: value for key in (CONTEXT, "@context") if key in body}), "create")


SHOWN = ("create", *ACTIVATE)
OWN = ("restorePoint", "destinationType")
SERVICE = {"application": {"id": "00000003-0000-0ff1-ce00-000000000000", "displayName": "Backup service"}}
APP = {"id": "1fec8e78-bce4-4aaf-ab1b-5451cc387264", "displayName": "Microsoft Enhanced Restore"}
USER1, USER2 = ({"application": APP, "user": {"id": APP["id"], "displayName": name}} for name in ("User1", "User2"))
OPEN = {
    "application": APP | {"tenantId": APP["id"]},
    "site": {"id": "x"},
    "user": {"id": "a b", "displayName": "Zoë 雪", "roles": [1, None]},
}
NULLS = {"application": {"id": APP["id"], "displayName": None}, "user": None, "device": None}
LINKS = {"_links": {"self": {"href": "/x"}}, "version": None, "page": {"size": 20}}
ROOT = "solutions/backupRestore"
C5 = "C5: a fresh draft's inProgress is 2 in one example and 0 in others: 0..total."
OPTIONAL = "2.7: application, device and user are optional each."
OPAQUE = "4.8: ids are opaque text, format and length may change; 2.1: do not require a GUID."
CLOCK = "2.1: server-set times; no page says that the clocks of both agree."
ABSENT = "4.7: annotations may be present or absent by metadata level; never require them."
CONTROL = "4.7: control information may be present."
MORE = "N42: a response may hold more members than shown."
C17 = "C17: six spellings; a text that contains $metadata#. N30: ends with /$entity."

# fmt: off
VARIANTS = [
    Variant("field-granular-always-shown", "evolvable", "C8: without the header `granular` or `unknownFutureValue`; the examples show it without.",
            set_render_options(all_members=True)),
    Variant("field2-failed-always-shown", "failed-shown", "C8: failed stands in the list example without the header.",
            on_render(lambda body, session: body.update(status=session.status))),
    # ---------------------------------------------------------------- counts
    Variant("field-progress-total", "in-progress", C5, in_progress(lambda total: total)),
    Variant("field-progress-half", "in-progress", C5, in_progress(lambda total: total // 2)),
    Variant("field-progress-all-but-one", "in-progress", C5, in_progress(lambda total: max(total - 1, 0))),
    Variant("field2-progress-null", "in-progress", "2.6: each count is nullable, and a draft's inProgress is not settled (C5).",
            in_progress(lambda total: None)),
    Variant("field-extra-counts", "extra-counts", "N42: unknown members must be tolerated.", edit_render(members_of(COUNTS, {"skipped": 0, TYPE: "#microsoft.graph.restoreSessionArtifactCount"}))),
    Variant("fair-counts-not-shown", "fair-counts", "The examples are shortened for readability, and metadata declares the counts nullable.",
            on_render(lambda body, _: body.pop(COUNTS)), frozenset({"create/response.members-shown"})),
    Variant("fair-counts-with-fraction", "fair-counts", "RFC 8259, 6: JSON has one kind of number, so that 2.0 is 2.",
            edit_render(put(COUNTS, lambda old: {name: float(value) for name, value in old.items()})), frozenset({"create/response.counts-written"})),
    # ---------------------------------------------------------------- identities
    Variant("field-app-only", "identity", OPTIONAL, identities({"application": APP})),
    Variant("field-app-with-nulls", "identity", "2.7: identity members are nullable.", identities(NULLS)),
    Variant("field-user-only", "identity", OPTIONAL, identities({"user": {"id": APP["id"], "displayName": "User1"}})),
    Variant("field-nobody", "identity", "2.7: an identity set whose children are all optional may be empty.", identities({})),
    Variant("field-by-null", "identity", "2.1: createdBy and lastModifiedBy are nullable.", identities(None)),
    Variant("field-two-users", "identity", "SEED: the examples show User1 and User2.", identities(USER1, USER2)),
    Variant("field-open-identity", "identity", "2.7: identity sets and identities are open types.", identities(OPEN)),
    Variant("field2-modified-by-service", "modified-by", "2.1: set by the server; the service itself may be the last to modify.", edit_render(put("lastModifiedBy", SERVICE), lambda session: not is_draft(session))),
    Variant("field2-names-resolved-later", "names", "2.7: displayName is nullable; a directory is asked later.", on_body(_without_names, "create")),
    # ---------------------------------------------------------------- nulls, members that are not shown
    Variant("field-null-completed", "nulls", "N28: completedDateTime is absent or null.",
            on_render(lambda body, _: body.setdefault("completedDateTime", None))),
    Variant("field-null-error", "nulls", "1.5: `error: null` is present on items; N28: absent or null.",
            on_render(lambda body, _: body.setdefault("error", None))),
    Variant("field-null-both", "nulls", "N28: completedDateTime and error are absent or null.",
            on_render(lambda body, _: body.update({name: body.get(name) for name in ("completedDateTime", "error")}))),
    Variant("fair-completed-means-created", "fair-completed", "The page of sharePointRestoreSession describes completedDateTime as the time of creation.",
            on_render(lambda body, session: body.update(completedDateTime=session.completed or session.created)), frozenset({"create/response.not-completed"})),
    Variant("field-extra-text", "extra", MORE, also(tenantId="t", labels=[])),
    Variant("field-extra-deep", "extra", "4.7: unknown extra properties must be tolerated.",
            also(region={"name": "EUR", "nested": [{"status": "x", "id": 5}]})),
    Variant("field-extra-lookalikes", "extra", "4.7: names are case-sensitive: these are other, unknown members.",
            also(Status=7, total="?", ID=None)),
    Variant("field-extra-annotations", "extra", CONTROL,
            also(**{"@microsoft.graph.tips": "Use $select.", "status@odata.type": "#microsoft.graph.restoreSessionStatus"})),
    Variant("field-extra-alike", "extra-alike", "N42: there may be members that are not shown, however they are named.",
            on_body(lambda body: body | {"error_": "", "completed_date_time": None}, "create")),
    Variant("field-behavior-echoed", "extra-conflict", "N42: unknown members must be tolerated; nothing forbids to echo the annotation.",
            on_render(lambda body, session: body.update({CONFLICT_BEHAVIOR: session.conflict} if session.conflict else {}))),
    Variant("field2-tips", "tips", CONTROL, also(**{"@microsoft.graph.tips": "Use $select."})),
    Variant("field2-etag-member", "etag-member", CONTROL, also(**{"@odata.etag": 'W/"1"'})),
    Variant("field2-action-shown", "action", "4.7: control information by metadata level; OData JSON 14: bound actions.",
            also(**{"#microsoft.graph.activate": {"title": "activate", "target": "activate"}})),
    Variant("field2-bulk-inline", "bulk", "4.7: a server may expand navigation properties.", also(siteRestoreArtifactsBulkAdditionRequests=[])),
    Variant("field2-express-members", "stack", MORE, also(_id="665f", __v=0, links=[{"rel": "self", "href": "/x"}])),
    Variant("field2-spring-members", "stack", MORE, also(**LINKS)),
    # ---------------------------------------------------------------- artifacts in the answer to a create
    Variant("field-artifacts-inline", "expanded", "4.7: a server may expand them; 1.3: inline artifacts must be tolerated.", inline(both=False)),
    Variant("field-both-lists-inline", "expanded", "4.7: a server may expand navigation properties; an empty one is [].", inline(both=True)),
    Variant("field-artifact-links", "expanded", CONTROL,
            on_render(lambda body, session: body.update({f"{n}@odata.navigationLink": f"restoreSessions/{session.id}/{n}" for n in ARTIFACT_LISTS}))),
    Variant("fair-lists-echoed", "fair-echo", "Response: the session comes back; nothing says that the lists do not, as they were sent.",
            on_response(_as_sent, "create"), frozenset({"create/response.artifact-members"})),
    # ---------------------------------------------------------------- ids
    Variant("field-id-capitals", "id-form", "4.8: GUID text is compared without case.", outward(str.upper)),
    Variant("field-id-opaque", "id-form", OPAQUE, seeds(outward(lambda old: "rs_" + old.replace("-", "")), after_route(_inward))),
    Variant("field2-ids-compared-exactly", "id-form", "4.8: ids are opaque text.", around_find(_exactly)),
    Variant("field2-id-hex", "id-shape", OPAQUE, shaped(lambda created, _: created.id.replace("-", ""), "[0-9a-f]{32}")),
    Variant("field2-id-number", "id-shape", OPAQUE, shaped(lambda _, number: str(100_000 + number), "[0-9]{1,18}")),
    Variant("field2-id-compound", "id-shape", OPAQUE, shaped(lambda created, number: f"sp_{number}.{created.id}", r"sp_[0-9]+\.[0-9a-f-]{36}")),
    Variant("field2-id-long", "id-shape", OPAQUE, shaped(lambda created, _: f"{created.id}," * 3 + created.id, "[0-9a-f,-]{147}")),
    Variant("field2-id-any-text", "id-shape", OPAQUE, shaped(lambda created, _: "rs-" + created.id, r"[A-Za-z0-9._~-]{3,64}")),
    Variant("ids-apart-by-case", "id-shape", "4.8: ids are opaque text, so letter case may be all that tells two apart.",
            shaped(lambda _, number: _by_case(number), "(?i:restoresession)")),
    Variant("artifact-ids-apart-by-case", "artifact-id", "2.3: the service assigns it, as opaque text, of which letter case is a part.",
            artifact_ids(lambda artifact, number: _by_case(number))),
    Variant("field2-artifact-id-number", "artifact-id", "2.3: the service assigns it; contained, so its session makes it one.",
            artifact_ids(lambda _, number: str(number))),
    Variant("field2-artifact-id-is-point", "artifact-id", "2.3: the service assigns it, as opaque text.",
            artifact_ids(lambda artifact, _: artifact["restorePoint"]["id"])),
    Variant("field2-artifact-id-path", "artifact-id", "2.3: the service assigns it, as opaque text.",
            artifact_ids(lambda artifact, number: f"{artifact['restorePoint']['id']};{artifact['destinationType']};{number}")),
    # ---------------------------------------------------------------- times
    *(Variant(f"field-fraction-{digits}", "fraction", "4.8: accept 0-12 digits of a fraction.", times(partial(_with_digits, number=digits))) for digits in (0, 1, 2, 3, 6, 9, 12)),
    *(Variant(name, "zone", "4.8: accept numeric offsets.", times(partial(_in_zone, hours=hours))) for name, hours in (
        ("field-zone-zero", 0.0), ("field-zone-east", 5.75), ("field-zone-west", -8.0),
    )),
    Variant("field-zone-mixed", "zone", "4.8: accept numeric offsets; two times are ordered as moments, not as texts.",
            edit_render(put(CREATED, lambda stamp: _in_zone(stamp, 12.0)))),
    Variant("field-modified-later", "modified", "SEED example 2: modified a third of a second after created.",
            on_render(lambda body, session: body.update(lastModifiedDateTime=_later(session.modified, 350)))),
    Variant("field2-clock-behind", "modified-when", CLOCK, apart(hours=-3)),
    Variant("field2-clock-ahead", "modified-when", CLOCK, apart(hours=7, minutes=11)),
    Variant("field2-clock-of-minutes", "modified-when", "4.8: zero digits of fraction; no page says how fine a clock is.",
            moments(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:00Z"))),
    Variant("field2-modified-touched", "modified-when", "No page says that reading leaves lastModifiedDateTime alone.",
            on_body(lambda body: body | {"lastModifiedDateTime": now()}, *GETS)),
    Variant("field2-modified-stays", "modified-when", "No page says that a change moves lastModifiedDateTime.",
            on_render(lambda body, session: body.update(lastModifiedDateTime=session.created))),
    Variant("created-in-the-year-one", "created", "C15: unset values are times of the year 1; no sentence says when createdDateTime is set.",
            also(createdDateTime="0001-01-01T00:00:00Z")),
    Variant("fair-two-clocks", "fair-clocks", "No page says that both times are read from one clock: the store that sets one is 0.4 s ahead of the other.",
            before_store(set_session(created=lambda created: _later(created.created, 400)))),
    Variant("fair-digits-by-replica", "fair-digits", "No page says how many digits a time has: one replica keeps seven of them, another three.",
            _digits_by_replica),
    # ---------------------------------------------------------------- annotations
    Variant("field-no-annotations", "annotations", ABSENT, on_body(without(TYPE, CONTEXT), *SHOWN)),
    Variant("field-no-type", "annotations", ABSENT, on_body(without(TYPE), *SHOWN)),
    Variant("field-no-context", "annotations", "1.4: the example of get lacks it. " + ABSENT, on_body(without(CONTEXT), *SHOWN, *GETS)),
    Variant("field-full-annotations", "annotations", ABSENT, on_body(_full, *SHOWN)),
    Variant("field-odata-id-unquoted", "annotations", "C11: `@odata.id` without quotes around the key.",
            on_body(lambda body: {"@odata.id": f"/solutions/backupRestore/sharepointRestoreSessions({body.get('id')})"} | body, *SHOWN)),
    Variant("field-short-annotations", "annotations", "4.7 and C17: 4.01 short names are possible.",
            on_body(lambda body: {name.replace("@odata.", "@"): value for name, value in body.items()}, *SHOWN)),
    Variant("field-type-small-p", "type-case", "C11: the examples spell the type with a small p.",
            also(**{TYPE: "#microsoft.graph.sharepointRestoreSession"})),
    *(Variant(f"field-context-{name}", "context", C17, context(value)) for name, value in (
        ("blank", f" /{ROOT}/$metadata#restoreSessions/$entity"),
        ("base", f"/{ROOT}/$metadata#restoreSessions/$entity"),
        ("type-name", f"/{ROOT}/$metadata#sharepointRestoreSession/$entity"),
        ("absolute", f"https://graph.microsoft.com/beta/$metadata#{ROOT}/sharePointRestoreSessions/$entity"),
        ("old-version", f"https://graph.microsoft.com/v1.0/$metadata#{ROOT}/sharePointRestoreSessions/$entity"),
        ("small", f"/{ROOT}/$metadata#sharepointRestoreSessions/$entity"),
    )),
]
# fmt: on
