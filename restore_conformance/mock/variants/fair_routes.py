"""Servers that fair readers of the create page build, and that offer more routes than it describes.

They follow what all of Graph has in common, and what the other pages say that a client cannot do without; service codes
and lesser permissions of pages that they never saw they do not know. See `fair_readings`.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from restore_conformance.mock import life, rules
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field_more_life import around
from restore_conformance.mock.variants.field_places import Json, on_answer, on_body, translated
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Refusal, Reply

Right = Callable[[], Reply]
ON_ONE = ("get", "update", "delete", "activate", "list-artifacts")
OWN = {
    "InvalidRestoreSessionId": (404, "ResourceNotFound"),
    "RestoreSessionNotFound": (404, "itemNotFound"),
    "RestoreSessionActionNotAllowed": (409, "Conflict"),
    "InvalidPatchRequest": (422, "UnprocessableEntity"),
    "InvalidRestorePoint": (400, "BadRequest"),
    "RestoreArtifactsLimitBreached": (413, "RequestEntityTooLarge"),
    "InvalidArtifactRequest": (400, "BadRequest"),
    "DuplicateArtifactInList": (409, "nameAlreadyExists"),
}
"""Statuses and codes that Graph's own tables have for what the tables of Backup Storage say otherwise."""


@variant("fair-codes", "fair-codes-of-its-own", reports=[f"{one}/errors.codes" for one in ON_ONE])
def codes_of_its_own(service: Service) -> None:
    """The pinned page points to the create table alone: on other routes statuses and codes are those of all of Graph."""

    def wrong(refused: Refusal, asked: Asked) -> Refusal | None:
        status, code = OWN.get(refused.code, (refused.status, refused.code))
        return Refusal(status, code, refused.message)

    for one in (*ON_ONE, "list-granular", "get-typed", "delete-typed"):
        translated(service, wrong, one)


READING = ("get", "list", "list-artifacts")


@variant(
    "fair-permission",
    "fair-one-permission",
    reports=[f"{one}/permissions.read-permission-suffices" for one in READING],
)
def one_permission(service: Service) -> None:
    """The pinned page knows one permission, with nothing higher or lower, so that every route asks for it."""
    service.operations = {name: (act, True) for name, (act, _) in service.operations.items()}


@variant("fair-start", "fair-starts-by-itself")
def starts_by_itself(service: Service) -> None:
    """Example 1 prints artifacts in progress: a reader that never saw activate lets sessions run, and only reads them."""
    for name in ("update", "delete", "delete-typed", "activate"):
        service.operations.pop(name)
    route = service.route

    def known(request: object) -> Asked:
        asked = route(request)  # type: ignore[arg-type]
        if asked.operation not in service.operations and asked.operation != "method":
            asked.operation = ""
        return asked

    def running(asked: Asked, right: Right) -> Reply:
        reply = right()
        found = service.find(asked)
        if found.status == "draft":
            life.activate(found)
        return reply

    service.route = known  # type: ignore[method-assign]
    around(service, ("get", "get-typed"), running)


@variant("fair-gone", "fair-deleted-410", reports=["delete/errors.codes", "update/errors.codes"])
def deleted_410(service: Service) -> None:
    """RFC 9110, 15.5.11: what was there and is not any more is gone."""
    deleted: set[str] = set()
    find, delete = service.find, service.operations["delete"][0]

    def finding(asked: Asked) -> Session:
        if asked.session.lower() in deleted:
            raise Refusal(410, "Gone", "The session was deleted.")
        return find(asked)

    def deleting(asked: Asked) -> Reply:
        reply = delete(asked)
        deleted.add(asked.session.lower())
        return reply

    service.find = finding  # type: ignore[method-assign]
    service.operations["delete"] = (deleting, True)


@variant("fair-read", "fair-reads-say-less", reports=["get/response.members-shown"])
def reads_say_less(service: Service) -> None:
    """Get answers a restoreSessionBase, of which metadata declares everything but the id as nullable."""

    def change(body: Json) -> Json:
        shown = {name: value for name, value in body.items() if name not in {"status", "restoreJobType"}}
        return shown | {"@odata.type": "#microsoft.graph.restoreSessionBase"}

    on_body(service, change, "get", "get-typed")


@variant("fair-status", "fair-item-status-null", reports=["list-granular/response.status-shown"])
def item_status_null(service: Service) -> None:
    """No page says that the status of a granular artifact is never null."""
    on_body(
        service,
        lambda body: body | {"value": [one | {"status": None} for one in body["value"]]},
        "list-granular",
    )


@variant("fair-change", "fair-unknown-change-is-empty")
def unknown_change_is_empty(service: Service) -> None:
    """A service may pass over members it does not know; what is left of such a change is an empty one."""

    def passing(asked: Asked, right: Right) -> Reply:
        try:
            payload = json.loads(asked.request.body or b"")
        except ValueError:
            return right()
        if isinstance(payload, dict) and not any(name.startswith((rules.SITE, rules.GRANULAR)) for name in payload):
            return Reply(200, service.render(service.draft(asked), all_members=asked.all_members))
        return right()

    around(service, ("update",), passing)


@variant("fair-additions", "fair-additions-one-by-one")
def additions_one_by_one(service: Service) -> None:
    """Update prints a change that fails within a 200, as an exception on its item: so do additions that are refused."""

    def passing(asked: Asked, right: Right) -> Reply:
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

    around(service, ("update",), passing)


@variant("fair-stranger", "fair-any-id-lists-nothing")
def any_id_lists_nothing(service: Service) -> None:
    """No row says how the artifacts of an unknown session are refused: where ids are opaque, there are none of them."""

    def listing(asked: Asked, right: Right) -> Reply:
        try:
            return right()
        except Refusal:
            return Reply(200, {"value": []})

    around(service, ("list-artifacts", "list-granular"), listing)


@variant("fair-crowd", "fair-too-many-409", reports=["activate/errors.too-many-active"])
def too_many_409(service: Service) -> None:
    """The table answers a limit that the caller reached with 500, Graph's guidelines with 429: neither is certain."""

    def change(reply: Reply, asked: Asked) -> None:
        if asked.operation == "activate" and reply.status == 500:
            reply.status = 409
            reply.body["error"]["code"] = "Conflict"

    on_answer(service, change)
