"""Unusual but conforming lives of sessions: changes of a draft, deletion, activation, pace, and the routes there are."""

from __future__ import annotations

import json
from collections.abc import Callable

from restore_conformance.mock import life, rules, session
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks import (
    DELETES, GETS, Right, Seed, after, around, before, bodies, finding, replies, seeds, setting,
    without_operations,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.register import Variant, without
from restore_conformance.mock.wire import Asked, Refusal, Reply

DELTAS = tuple(life.DELTAS)

# ---------------------------------------------------------------- the answer to a change


def answered(change: Callable[[Service, Session, Json], Json]) -> Seed:
    """Another body for a change that succeeds."""

    def act(service: Service, found: Session, reply: Reply) -> None:
        reply.body = change(service, found, reply.body)

    return after(("update",), act)


def of_changes(change: Callable[[list[Json]], list[Json]]) -> Seed:
    """Other items in the answer to a change."""
    return bodies(lambda body: body | {name: change(body[name]) for name in DELTAS if name in body}, "update")


def _short_context(service: Service, found: Session, body: Json) -> Json:
    context = "https://graph.microsoft.com/v1.0/$metadata#solutions/backupRestore/sharePointRestoreSessions/$entity"
    return {"@context": context, "id": found.id} | {n: body[n] for n in DELTAS if n in body}


def _printed(service: Service, found: Session, body: Json) -> Json:
    unset = {"siteId": None, "restoredItemKey": "", "webUrl": "", "restoredItemPath": None, "restoredItemWebUrl": ""}
    unset |= dict.fromkeys(("startDateTime", "completionDateTime", "restorePointDateTime"), "0001-01-01T00:00:00Z")
    name = DELTAS[1]
    return body | {name: [one | unset if "status" in one else one for one in body[name]]} if name in body else body


def _whole(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    reply = right()
    reply.body = service.render(service.sessions[asked.session.lower()], all_members=asked.all_members) | reply.body
    return reply


def for_added(**members: object) -> Seed:
    """More members of the artifacts that a change added."""
    return of_changes(lambda every: [one | members if "status" in one else one for one in every])


# ---------------------------------------------------------------- what a change does


def _key(one: Json) -> str:
    return str(one["restorePoint"]["id"]).lower() if "restorePoint" in one else f"{one['browseSessionId']} {one['id']}"


def _present_ignored(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    found = service.find(asked)
    kept = list(found.artifacts)
    if found.status != "draft":
        return right()
    try:
        return right()
    except Refusal as refused:
        if refused.code != "DuplicateArtifactInList":
            raise
        found.artifacts = []
    try:
        right()
        known = {_key(one) for one in kept}
        kept += [one for one in found.artifacts if _key(one) not in known]
    finally:
        found.artifacts = kept
    return Reply(200, {"id": found.id, f"{found.collection}@delta": []})


def _stays_standard(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    if service.find(asked).kind == "standard" and rules.GRANULAR.encode() in (asked.request.body or b""):
        raise Refusal(400, "InvalidPatchRequest", "The session is a standard one.")
    return right()


def _payload_first(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    try:
        service.payload(asked)
    except Refusal as refused:
        raise Refusal(400, "InvalidPatchRequest", refused.message) from None
    return right()


def _one_destination(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    found = service.find(asked)
    kept, status = list(found.artifacts), found.status
    reply = right()
    if len({one["destinationType"] for one in found.artifacts}) > 1 and found.kind == "standard":
        found.artifacts, found.status = kept, status
        raise Refusal(400, "DifferentRestoreDestinationType", "A session restores to one kind of place.")
    return reply


def _standard_when_emptied(service: Service, found: Session, reply: Reply) -> None:
    if not found.artifacts:
        found.kind = "standard"


def _unknown_passed_over(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    try:
        payload = json.loads(asked.request.body or b"")
    except ValueError:
        return right()
    if isinstance(payload, dict) and not any(name.startswith((rules.SITE, rules.GRANULAR)) for name in payload):
        return Reply(200, service.render(service.draft(asked), all_members=asked.all_members))
    return right()


def _one_by_one(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    try:
        return right()
    except Refusal as refused:
        if refused.code not in {"InvalidRestorePoint", "DuplicateArtifactInList", "RestoreArtifactsLimitBreached"}:
            raise
        info = {"code": refused.code, "message": refused.message}
        failed = {"failedOperation": "insert", "responseCode": refused.status, "info": info}
        item = {"@Core.DataModificationException": failed, "@contentId": "1"}
        name = next(name for name in json.loads(asked.request.body or b"{}") if name.endswith("@delta"))
        return Reply(200, {"id": service.find(asked).id, name: [item]})


def _deleted_410(service: Service) -> None:
    deleted: set[str] = set()

    def find(service: Service, asked: Asked, find: Callable[[Asked], Session]) -> Session:
        if asked.session.lower() in deleted:
            raise Refusal(410, "Gone", "The session was deleted.")
        return find(asked)

    def delete(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        reply = right()
        deleted.add(asked.session.lower())
        return reply

    seeds(finding(find), around(("delete",), delete))(service)


# ---------------------------------------------------------------- reading


def _all_members(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    wanted, asked.all_members = asked.all_members, True
    try:
        return right()
    finally:
        asked.all_members = wanted


def _touched(service: Service, found: Session, reply: Reply) -> None:
    found.modified = session.now()


def _more_preferences(reply: Reply, asked: Asked) -> None:
    if asked.all_members and reply.status < 300:
        reply.headers["Preference-Applied"] = 'odata.maxpagesize=20, include-unknown-enum-members; source="gateway"'


def _no_route(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    raise Refusal(404, "ResourceNotFound", "There is no such resource.")


# ---------------------------------------------------------------- activation and pace


def _active_at_once(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    right()
    found = service.find(asked)
    life.advance(found)
    found.reads = 1
    return Reply(200, service.render(found, all_members=asked.all_members))


def _scheduling(service: Service, found: Session, reply: Reply) -> None:
    for one in found.artifacts:
        one["status"] = "scheduling"


def _failing(found: Session) -> None:
    if found.status == "active":
        found.status, found.completed = "failed", session.now()
        for one in found.artifacts:
            error = {"code": "ArtifactCannotBeRestored", "message": "It is gone.", "details": []}
            one |= {"status": "failed", "error": error}


def _slow_start(service: Service) -> None:
    reads: dict[str, int] = {}

    def act(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
        found = service.find(asked)
        reads[found.id] = reads.get(found.id, 0) + 1
        if found.status == "draft" or reads[found.id] % 3 == 0:
            return right()
        return Reply(200, service.render(found, all_members=asked.all_members))

    around(GETS, act)(service)


def _running(service: Service, found: Session, reply: Reply) -> None:
    if found.status == "draft":
        life.activate(found)


NO_PACE = "No page says how long a restore takes."
UPDATE = ("update",)
# fmt: off
VARIANTS = [
    # ---------------------------------------------------------------- the answer to a change
    Variant("field-update-whole-session", "update-answer", "1.6: 200 with the updated sharePointRestoreSession.", around(UPDATE, _whole)),
    Variant("field-update-bare", "update-answer", "1.6: the standard example is a bare object that holds the delta only.",
            bodies(lambda body: {name: value for name, value in body.items() if name in DELTAS}, "update")),
    Variant("field2-update-no-removals", "update-answer", "1.6: the standard example shows no removed item.",
            answered(lambda _, __, body: {n: [one for one in body[n] if "@removed" not in one] for n in DELTAS if n in body})),
    Variant("field2-update-short-context", "update-answer", "1.6: the granular example: @context, id and the delta.", answered(_short_context)),
    Variant("field2-update-session-alone", "update-answer", "1.6: 200 and the updated session; 4.7: navigation properties only if expanded.",
            answered(lambda service, found, _: service.render(found, all_members=False))),
    Variant("field2-update-expanded", "update-answer", "1.6: 200 and the updated session; 4.7: a server may expand.",
            answered(lambda service, found, _: service.render(found, all_members=False) | {found.collection: [dict(one) for one in found.artifacts]})),
    Variant("field2-update-as-printed", "update-answer", "1.6: added items with unset members as printed; C15.", answered(_printed)),
    Variant("field-update-dated", "update-dates", "C13: added items carry createdDateTime in the samples.",
            for_added(createdDateTime="2025-06-28T15:05:54.1352557Z")),
    Variant("field2-update-null-members", "update-more", "2.3, 2.4: all but id and the status of an item are nullable.",
            for_added(restoredSiteId=None, restoredSiteName=None)),
    Variant("field2-update-reversed", "update-order", "1.6: no order of the answer is documented.", of_changes(lambda every: every[::-1])),
    Variant("field2-update-point-not-expanded", "update-point", "4.7: restorePoint is a navigation property, not returned unless expanded.",
            of_changes(lambda every: [without("restorePoint")(one) for one in every])),
    Variant("field2-update-no-content-id", "update-exception", "4.7: control information may be absent.",
            of_changes(lambda every: [without("@contentId")(one) for one in every])),
    # ---------------------------------------------------------------- what a change does
    Variant("field2-update-present-ignored", "update-present", "1.6: duplicates in the request; nothing on what is in the session.",
            around(UPDATE, _present_ignored)),
    Variant("field2-empty-stays-standard", "empty-kind", "SEED: no payload makes a standard session; granular ones are made by create.",
            around(UPDATE, _stays_standard)),
    Variant("field2-update-payload-first", "update-order", "1.6: the table has no order.", around(UPDATE, _payload_first)),
    Variant("field2-update-one-destination", "update-destination", "RSB2: a new place and the same URL in one session are not supported.",
            around(UPDATE, _one_destination)),
    Variant("field2-emptied-is-standard", "emptied", "SEED: an empty session is a standard one; nothing is said of one that lost its last item.",
            after(UPDATE, _standard_when_emptied)),
    Variant("fair-unknown-change-is-empty", "fair-change", "A service may pass over members it does not know; what is left of such a change is an empty one.",
            around(UPDATE, _unknown_passed_over)),
    Variant("fair-additions-one-by-one", "fair-additions",
            "Update prints a change that fails within a 200, as an exception on its item: so do additions that are refused.", around(UPDATE, _one_by_one)),
    Variant("fair-deleted-410", "fair-gone", "RFC 9110, 15.5.11: what was there and is not any more is gone.",
            _deleted_410, frozenset({"delete/errors.codes", "update/errors.codes"})),
    # ---------------------------------------------------------------- reading, routes
    Variant("field2-granular-hidden-when-read", "evolvable", "C8: without Prefer either; GBP speaks of GET alone.",
            around(("create",), _all_members)),
    Variant("fair-reads-say-less", "fair-read", "Get answers a restoreSessionBase, of which metadata declares everything but the id as nullable.",
            bodies(lambda body: without("status", "restoreJobType")(body) | {"@odata.type": "#microsoft.graph.restoreSessionBase"}, *GETS), frozenset({"get/response.members-shown"})),
    Variant("field2-get-modified-by-reader", "modified-when", "No page says what counts as a modification.", after(GETS, _touched)),
    Variant("field2-preferences-listed", "preference", "RFC 7240 section 3: Preference-Applied is a list.", replies(_more_preferences)),
    Variant("field2-no-typed-routes", "typed-routes", "6.1: get, list and delete on the typed routes have no page.",
            around(("get-typed", "list-typed", "delete-typed"), _no_route)),
    # ---------------------------------------------------------------- activation and pace
    Variant("field2-activate-active", "activate-answer", "2.9: active is all or any scheduled; activating is an example.",
            around(("activate",), _active_at_once)),
    Variant("field2-artifacts-scheduling", "activate-artifacts", "2.9: scheduling is a member.", after(("activate",), _scheduling)),
    Variant("field-always-crowded", "activation", "1.8: sessions of somebody else may be active already, as many as there may be.",
            setting("activation_limit", 0)),
    Variant("field-slow-start", "pace", "2.9: a session is activating while all is scheduled; no page says for how long.", _slow_start),
    Variant("field2-fast-restore", "pace", NO_PACE, before(GETS, life.advance)),
    Variant("field2-never-done", "pace", NO_PACE,
            around(GETS, lambda service, asked, _, __: Reply(200, service.render(service.find(asked), all_members=asked.all_members)))),
    Variant("field2-all-fail", "pace", "2.9: failed where all failed; hidden without Prefer.", before(GETS, _failing)),
    Variant("fair-starts-by-itself", "fair-start",
            "Example 1 prints artifacts in progress: a reader that never saw activate lets sessions run, and only reads them.",
            seeds(without_operations("update", *DELETES, "activate"), after(GETS, _running))),
]
# fmt: on
