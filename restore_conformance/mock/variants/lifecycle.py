"""Unusual but conforming lifecycles of sessions: updates, deletion, activation, progress, and the routes there are."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.mock import lifecycle, rules
from restore_conformance.mock.conditions import is_draft, is_standard, payload_of
from restore_conformance.mock.edits import Json, each_with, each_without, without
from restore_conformance.mock.hooks import (
    ACTIVATE, ARTIFACTS_LIMIT, DELETES, DIFFERENT_DESTINATION, DUPLICATE_ARTIFACT, GETS, INVALID_PATCH,
    INVALID_RESTORE_POINT, UPDATE, Call, Seed, after_operation, around_find, around_operation, before_operation,
    instead_of_refusal, on_added_artifacts, on_body, on_response, refuse_calls, remove_operations, seeds, set_limit,
    set_session,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, now
from restore_conformance.mock.variants.register import Variant
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal

DELTAS = tuple(lifecycle.DELTAS)
PRINTED = {
    "siteId": None, "restoredItemKey": "", "webUrl": "", "restoredItemPath": None, "restoredItemWebUrl": "",
    **dict.fromkeys(("startDateTime", "completionDateTime", "restorePointDateTime"), "0001-01-01T00:00:00Z"),
}  # fmt: skip

# ---------------------------------------------------------------- the answer to a change


def answered(change: Callable[[Service, Session, Json], Json]) -> Seed:
    """Another body for a change that succeeds."""

    def act(service: Service, session: Session, response: JsonResponse) -> None:
        response.body = change(service, session, response.body)

    return after_operation(UPDATE, act)


def of_changes(change: Callable[[list[Json]], list[Json]]) -> Seed:
    """Other items in the answer to a change."""
    return on_body(lambda body: body | {name: change(body[name]) for name in DELTAS if name in body}, *UPDATE)


def _short_context(service: Service, session: Session, body: Json) -> Json:
    context = "https://graph.microsoft.com/v1.0/$metadata#solutions/backupRestore/sharePointRestoreSessions/$entity"
    return {"@context": context, "id": session.id} | {n: body[n] for n in DELTAS if n in body}


def _whole(call: Call) -> JsonResponse:
    response = call.proceed()
    response.body = call.service.render(call.find(), all_members=call.request.all_members) | response.body
    return response


# ---------------------------------------------------------------- what a change does


def _present_ignored(call: Call) -> JsonResponse:
    session = call.find()
    artifacts = list(session.artifacts)
    try:
        return call.proceed()
    except Refusal as refusal:
        if refusal.code != DUPLICATE_ARTIFACT:
            raise
        session.artifacts = []
    try:
        call.proceed()
        known = {rules.key(session.collection, artifact) for artifact in artifacts}
        artifacts += [new for new in session.artifacts if rules.key(session.collection, new) not in known]
    finally:
        session.artifacts = artifacts
    return JsonResponse(200, {"id": session.id, f"{session.collection}@delta": []})


def _names_items_of_standard(call: Call) -> bool:
    return is_standard(call.find()) and rules.GRANULAR.encode() in (call.request.http.body or b"")


def _payload_first(call: Call) -> JsonResponse:
    try:
        call.service.payload(call.request)
    except Refusal as refusal:
        raise Refusal(400, INVALID_PATCH, refusal.message) from None
    return call.proceed()


def _one_destination(call: Call) -> JsonResponse:
    session = call.find()
    artifacts, status = list(session.artifacts), session.status
    response = call.proceed()
    if len({artifact["destinationType"] for artifact in session.artifacts}) > 1 and is_standard(session):
        session.artifacts, session.status = artifacts, status
        raise Refusal(400, DIFFERENT_DESTINATION, "A session restores to one kind of place.")
    return response


def _unknown_passed_over(call: Call) -> JsonResponse:
    payload = payload_of(call.request)
    if payload is None or any(name.startswith((rules.SITE, rules.GRANULAR)) for name in payload):
        return call.proceed()
    return JsonResponse(
        200, call.service.render(call.service.draft(call.request), all_members=call.request.all_members)
    )


def _one_by_one(call: Call, refusal: Refusal) -> JsonResponse | None:
    if refusal.code not in {INVALID_RESTORE_POINT, DUPLICATE_ARTIFACT, ARTIFACTS_LIMIT}:
        return None
    info = {"code": refusal.code, "message": refusal.message}
    failed = {"failedOperation": "insert", "responseCode": refusal.status, "info": info}
    item = {"@Core.DataModificationException": failed, "@contentId": "1"}
    name = next(name for name in payload_of(call.request) or {} if name.endswith("@delta"))
    return JsonResponse(200, {"id": call.find().id, name: [item]})


def _deleted_410(service: Service) -> None:
    deleted: set[str] = set()

    def find(service: Service, request: ParsedRequest, find: Callable[[ParsedRequest], Session]) -> Session:
        if request.session.lower() in deleted:
            raise Refusal(410, "Gone", "The session was deleted.")
        return find(request)

    seeds(around_find(find), after_operation(("delete",), lambda _, session, __: deleted.add(session.id)))(service)


# ---------------------------------------------------------------- reading


def _all_members(call: Call) -> JsonResponse:
    wanted, call.request.all_members = call.request.all_members, True
    try:
        return call.proceed()
    finally:
        call.request.all_members = wanted


def _more_preferences(response: JsonResponse, request: ParsedRequest) -> None:
    if request.all_members and response.status < 300:
        response.headers["Preference-Applied"] = 'odata.maxpagesize=20, include-unknown-enum-members; source="gateway"'


# ---------------------------------------------------------------- activation and pace


def _active_at_once(service: Service, session: Session, response: JsonResponse) -> None:
    lifecycle.advance(session)
    session.reads = 1


def _scheduling(service: Service, session: Session, response: JsonResponse) -> None:
    for artifact in session.artifacts:
        artifact["status"] = "scheduling"


def _failing(session: Session) -> None:
    if session.status == "active":
        session.status, session.completed = "failed", now()
        for artifact in session.artifacts:
            error = {"code": "ArtifactCannotBeRestored", "message": "It is gone.", "details": []}
            artifact |= {"status": "failed", "error": error}


def _slow_start(service: Service) -> None:
    reads: dict[str, int] = {}

    def act(call: Call) -> JsonResponse:
        session = call.find()
        reads[session.id] = reads.get(session.id, 0) + 1
        return call.proceed() if is_draft(session) or reads[session.id] % 3 == 0 else _as_it_is(call)

    around_operation(GETS, act)(service)


def _as_it_is(call: Call) -> JsonResponse:
    return JsonResponse(200, call.service.render(call.find(), all_members=call.request.all_members))


NO_PACE = "No page says how long a restore takes."
# fmt: off
VARIANTS = [
    # ---------------------------------------------------------------- the answer to a change
    Variant("field-update-whole-session", "update-answer", "1.6: 200 with the updated sharePointRestoreSession.", around_operation(UPDATE, _whole)),
    Variant("field-update-bare", "update-answer", "1.6: the standard example is a bare object that holds the delta only.",
            on_body(lambda body: {name: value for name, value in body.items() if name in DELTAS}, "update")),
    Variant("field2-update-no-removals", "update-answer", "1.6: the standard example shows no removed item.",
            answered(lambda _, __, body: {n: [change for change in body[n] if "@removed" not in change] for n in DELTAS if n in body})),
    Variant("field2-update-short-context", "update-answer", "1.6: the granular example: @context, id and the delta.", answered(_short_context)),
    Variant("field2-update-session-alone", "update-answer", "1.6: 200 and the updated session; 4.7: navigation properties only if expanded.",
            answered(lambda service, session, _: service.render(session, all_members=False))),
    Variant("field2-update-expanded", "update-answer", "1.6: 200 and the updated session; 4.7: a server may expand.",
            answered(lambda service, session, _: service.render(session, all_members=False) | {session.collection: [dict(artifact) for artifact in session.artifacts]})),
    Variant("field2-update-as-printed", "update-answer", "1.6: added items with unset members as printed; C15.", on_added_artifacts(each_with(PRINTED), DELTAS[1])),
    Variant("field-update-dated", "update-dates", "C13: added items carry createdDateTime in the samples.",
            on_added_artifacts(each_with({"createdDateTime": "2025-06-28T15:05:54.1352557Z"}))),
    Variant("field2-update-null-members", "update-more", "2.3, 2.4: all but id and the status of an item are nullable.",
            on_added_artifacts(each_with({"restoredSiteId": None, "restoredSiteName": None}))),
    Variant("field2-update-reversed", "update-order", "1.6: no order of the answer is documented.", of_changes(lambda every: every[::-1])),
    Variant("field2-update-point-not-expanded", "update-point", "4.7: restorePoint is a navigation property, not returned unless expanded.",
            of_changes(each_without("restorePoint"))),
    Variant("field2-update-no-content-id", "update-exception", "4.7: control information may be absent.",
            of_changes(each_without("@contentId"))),
    # ---------------------------------------------------------------- what a change does
    Variant("field2-update-present-ignored", "update-present", "1.6: duplicates in the request; nothing on what is in the session.",
            around_operation(UPDATE, _present_ignored)),
    Variant("field2-empty-stays-standard", "empty-kind", "SEED: no payload makes a standard session; granular ones are made by create.",
            refuse_calls(UPDATE, _names_items_of_standard, 400, INVALID_PATCH, "The session is a standard one.")),
    Variant("field2-update-payload-first", "update-order", "1.6: the table has no order.", around_operation(UPDATE, _payload_first)),
    Variant("field2-update-one-destination", "update-destination", "RSB2: a new place and the same URL in one session are not supported.",
            around_operation(UPDATE, _one_destination)),
    Variant("field2-emptied-is-standard", "emptied", "SEED: an empty session is a standard one; nothing is said of one that lost its last item.",
            after_operation(UPDATE, set_session(kind=lambda session: session.kind if session.artifacts else "standard"))),
    Variant("fair-unknown-change-is-empty", "fair-change", "A service may pass over members it does not know; what is left of such a change is an empty one.",
            around_operation(UPDATE, _unknown_passed_over)),
    Variant("fair-additions-one-by-one", "fair-additions",
            "Update prints a change that fails within a 200, as an exception on its item: so do additions that are refused.", instead_of_refusal("", _one_by_one, *UPDATE)),
    Variant("fair-deleted-410", "fair-gone", "RFC 9110, 15.5.11: what was there and is not any more is gone.",
            _deleted_410, frozenset({"delete/errors.codes", "update/errors.codes"})),
    # ---------------------------------------------------------------- reading, routes
    Variant("field2-granular-hidden-when-read", "evolvable", "C8: without Prefer either; GBP speaks of GET alone.",
            around_operation(("create",), _all_members)),
    Variant("fair-reads-say-less", "fair-read", "Get answers a restoreSessionBase, of which metadata declares everything but the id as nullable.",
            on_body(lambda body: without("status", "restoreJobType")(body) | {"@odata.type": "#microsoft.graph.restoreSessionBase"}, *GETS), frozenset({"get/response.members-shown"})),
    Variant("field2-get-modified-by-reader", "modified-when", "No page says what counts as a modification.", after_operation(GETS, set_session(modified=lambda _: now()))),
    Variant("field2-preferences-listed", "preference", "RFC 7240 section 3: Preference-Applied is a list.", on_response(_more_preferences)),
    Variant("field2-no-typed-routes", "typed-routes", "6.1: get, list and delete on the typed routes have no page.",
            refuse_calls(("get-typed", "list-typed", "delete-typed"), lambda _: True, 404, "ResourceNotFound", "There is no such resource.")),
    # ---------------------------------------------------------------- activation and pace
    Variant("field2-activate-active", "activate-answer", "2.9: active is all or any scheduled; activating is an example.",
            after_operation(ACTIVATE, _active_at_once, shown=True)),
    Variant("field2-artifacts-scheduling", "activate-artifacts", "2.9: scheduling is a member.", after_operation(ACTIVATE, _scheduling)),
    Variant("field-always-crowded", "activation", "1.8: sessions of somebody else may be active already, as many as there may be.",
            set_limit("activation_limit", 0)),
    Variant("field-slow-start", "pace", "2.9: a session is activating while all is scheduled; no page says for how long.", _slow_start),
    Variant("field2-fast-restore", "pace", NO_PACE, before_operation(GETS, lifecycle.advance)),
    Variant("field2-never-done", "pace", NO_PACE,
            around_operation(GETS, _as_it_is)),
    Variant("field2-all-fail", "pace", "2.9: failed where all failed; hidden without Prefer.", before_operation(GETS, _failing)),
    Variant("fair-starts-by-itself", "fair-start",
            "Example 1 prints artifacts in progress: a reader that never saw activate lets sessions run, and only reads them.",
            seeds(remove_operations("update", *DELETES, "activate"), after_operation(GETS, lambda _, session, __: lifecycle.activate(session) if is_draft(session) else None))),
]
# fmt: on
