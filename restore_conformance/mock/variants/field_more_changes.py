"""More odd but conforming ways to change a draft, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.mock import life, rules
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field_more_life import living
from restore_conformance.mock.variants.field_places import Json
from restore_conformance.mock.wire import Asked, Refusal, Reply

DELTAS = tuple(life.DELTAS)


def answering(name: str, allowed: str, change: Callable[[Service, Session, Json], Json]) -> None:
    def act(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
        reply = right()
        reply.body = change(service, service.find(asked), reply.body)
        return reply

    living(name, "update-answer", allowed, ("update",), act)


def _additions_only(service: Service, found: Session, body: Json) -> Json:
    return {n: [one for one in body[n] if "@removed" not in one] for n in DELTAS if n in body}


def _short_context(service: Service, found: Session, body: Json) -> Json:
    context = "https://graph.microsoft.com/v1.0/$metadata#solutions/backupRestore/sharePointRestoreSessions/$entity"
    return {"@context": context, "id": found.id} | {n: body[n] for n in DELTAS if n in body}


def _session_alone(service: Service, found: Session, body: Json) -> Json:
    return service.render(found, all_members=False)


def _expanded(service: Service, found: Session, body: Json) -> Json:
    return service.render(found, all_members=False) | {found.collection: [dict(one) for one in found.artifacts]}


def _printed(service: Service, found: Session, body: Json) -> Json:
    unset = {"siteId": None, "restoredItemKey": "", "webUrl": "", "restoredItemPath": None, "restoredItemWebUrl": ""}
    unset |= dict.fromkeys(("startDateTime", "completionDateTime", "restorePointDateTime"), "0001-01-01T00:00:00Z")
    name = f"{rules.GRANULAR}@delta"
    shown = [one | unset if "status" in one else one for one in body.get(name, [])]
    return body | ({name: shown} if name in body else {})


answering("field2-update-no-removals", "1.6: the standard example shows no removed item.", _additions_only)
answering("field2-update-short-context", "1.6: the granular example: @context, id and the delta.", _short_context)
answering(
    "field2-update-session-alone",
    "1.6: 200 and the updated session; 4.7: navigation properties only if expanded.",
    _session_alone,
)
answering("field2-update-expanded", "1.6: 200 and the updated session; 4.7: a server may expand.", _expanded)
answering("field2-update-as-printed", "1.6: added items with unset members as printed; C15.", _printed)


def _present_ignored(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
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


def _key(one: Json) -> str:
    return str(one["restorePoint"]["id"]).lower() if "restorePoint" in one else f"{one['browseSessionId']} {one['id']}"


def _stays_standard(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    found = service.find(asked)
    if found.kind == "standard" and rules.GRANULAR.encode() in (asked.request.body or b""):
        raise Refusal(400, "InvalidPatchRequest", "The session is a standard one.")
    return right()


def _payload_first(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    try:
        service.payload(asked)
    except Refusal as refused:
        raise Refusal(400, "InvalidPatchRequest", refused.message) from None
    return right()


living(
    "field2-update-present-ignored",
    "update-present",
    "1.6: duplicates in the request; nothing on what is in the session.",
    ("update",),
    _present_ignored,
)
living(
    "field2-empty-stays-standard",
    "empty-kind",
    "SEED: no payload makes a standard session; granular ones are made by create.",
    ("update",),
    _stays_standard,
)
living("field2-update-payload-first", "update-order", "1.6: the table has no order.", ("update",), _payload_first)  # fmt: skip
