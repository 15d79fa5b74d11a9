"""More odd but conforming services, written from the documents alone: lists, activation, what comes late."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable

from restore_conformance.mock import life, session
from restore_conformance.mock.service import Service, skipped
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field_places import Json, on_body, on_render, plain, translated
from restore_conformance.mock.variants.lagging import lagging
from restore_conformance.mock.wire import Asked, Refusal, Reply

GETS = ("get", "get-typed")
LISTS = ("list", "list-typed")
DELTAS = tuple(life.DELTAS)
Around = Callable[[Asked, Callable[[], Reply]], Reply]


def around(service: Service, operations: tuple[str, ...], act: Around) -> None:
    for name in operations:
        inner, write = service.operations[name]
        service.operations[name] = (_around(inner, act), write)


def _around(inner: Callable[[Asked], Reply], act: Around) -> Callable[[Asked], Reply]:
    return lambda asked: act(asked, lambda: inner(asked))


def living(name: str, dimension: str, allowed: str, operations: tuple[str, ...], act: Callable[..., Reply]) -> None:
    """Operations carried out otherwise; `act` gets the service, the request, and the usual way."""
    plain(
        name, dimension, allowed, lambda service: around(service, operations, lambda a, right: act(service, a, right))
    )


# ---------------------------------------------------------------- list


def _empty_first(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    reply = right()
    if "$skiptoken" not in asked.query and reply.body["value"]:
        path = asked.request.target.partition("?")[0]
        reply.body |= {"value": [], "@odata.nextLink": f"{asked.base}{path}?$skiptoken=0"}
    return reply


def _opaque_token(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    if token := asked.query.get("$skiptoken"):
        try:
            asked.query["$skiptoken"] = base64.urlsafe_b64decode(token).decode().removeprefix("start:")
        except ValueError:
            raise Refusal(400, "BadRequest", "The token is none of this service.") from None
    reply = right()
    path, _, number = str(reply.body.get("@odata.nextLink", "")).rpartition("=")
    if path:
        reply.body["@odata.nextLink"] = (
            path + "=" + base64.urlsafe_b64encode(f"start:{int(number):09}".encode()).decode()
        )
    return reply


FOREIGN: list[Json] = [
    {
        "@odata.type": "#microsoft.graph.exchangeRestoreSession",
        "status": "completedWithError",
        "restoreJobType": "bulk",
    },
    {
        "@odata.type": "#microsoft.graph.oneDriveForBusinessRestoreSession",
        "status": "active",
        "restoreJobType": "standard",
    },
    {"@odata.type": "#microsoft.graph.exchangeRestoreSession", "status": "draft"},
]


def _mixed_types(service: Service) -> None:
    stamp = session.now()
    others: dict[str, Json] = {
        name: one | {"id": name, "createdDateTime": stamp, "lastModifiedDateTime": stamp, "error": None}
        for one in FOREIGN
        for name in [str(uuid.uuid4())]
    }

    def listing(asked: Asked, right: Callable[[], Reply]) -> Reply:
        reply = right()
        if "@odata.nextLink" not in reply.body:
            reply.body["value"] = [*reply.body["value"], *others.values()]
        return reply

    def getting(asked: Asked, right: Callable[[], Reply]) -> Reply:
        known = others.get(asked.session)
        return Reply(200, dict(known)) if known else right()

    around(service, ("list",), listing)
    around(service, ("get",), getting)


def _others_create(service: Service) -> None:
    keep = service.keep

    def keeping(born: Session) -> None:
        keep(born)
        other = session.open_session("granular" if len(service.sessions) % 3 else "standard", [], "application")
        other.created_by = {"user": {"id": "e", "displayName": "Somebody else"}}
        keep(other)

    service.keep = keeping  # type: ignore[assignment]


living(
    "field2-list-empty-page",
    "list-page",
    "1.5: server paging by @odata.nextLink; OData JSON: a page may be empty.",
    LISTS,
    _empty_first,
)
living(
    "field2-list-opaque-token", "list-token", "1.5: paging with $skiptoken, whatever it holds.", LISTS, _opaque_token
)
plain("field2-list-mixed-types", "list-types", "1.5: mixed derived types, each with its @odata.type.", _mixed_types)
plain(
    "field2-others-create-too", "others", "1.5: the list holds restore sessions of whoever made them.", _others_create
)


def _no_route(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    raise Refusal(404, "ResourceNotFound", "There is no such resource.")


living("field2-no-typed-routes", "typed-routes", "6.1: get, list and delete on the typed routes have no page.",
       ("get-typed", "list-typed", "delete-typed"), _no_route)  # fmt: skip

# ---------------------------------------------------------------- activation and pace


def _at_once(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    right()
    found = service.find(asked)
    life.advance(found)
    found.reads = 1
    return Reply(200, service.render(found, all_members=asked.all_members))


def _scheduling(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    reply = right()
    found = service.find(asked)
    for one in found.artifacts:
        one["status"] = "scheduling"
    return reply


def _fast(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    life.advance(service.find(asked))
    return right()


def _never(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    return Reply(200, service.render(service.find(asked), all_members=asked.all_members))


def _all_fail(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    found = service.find(asked)
    if found.status == "active":
        found.status, found.completed = "failed", session.now()
        for one in found.artifacts:
            one |= {
                "status": "failed",
                "error": {"code": "ArtifactCannotBeRestored", "message": "It is gone.", "details": []},
            }
    return right()


def _failed_shown(body: Json, found: Session) -> None:
    body["status"] = found.status


living(
    "field2-activate-active",
    "activate-answer",
    "2.9: active is all or any scheduled; activating is an example.",
    ("activate",),
    _at_once,
)
living("field2-artifacts-scheduling", "activate-artifacts", "2.9: scheduling is a member.", ("activate",), _scheduling)
living("field2-fast-restore", "pace", "No page says how long a restore takes.", GETS, _fast)
living("field2-never-done", "pace", "No page says how long a restore takes.", GETS, _never)
living("field2-all-fail", "pace", "2.9: failed where all failed; hidden without Prefer.", GETS, _all_fail)
plain(
    "field2-failed-always-shown",
    "failed-shown",
    "C8: failed stands in the list example without the header.",
    lambda service: on_render(service, _failed_shown),
)


def crowded(name: str, status: int) -> None:
    def wrong(refused: Refusal, asked: Asked) -> Refusal | None:
        return Refusal(status, refused.code) if refused.code == "TooManyActiveRestoreSessions" else None

    plain(name, "crowded", "C21: 500, 429 or 503 with the documented code.",
          lambda service: translated(service, wrong, "activate"))  # fmt: skip


crowded("field2-crowded-429", 429)
crowded("field2-crowded-503", 503)

# ---------------------------------------------------------------- artifacts, what comes late

BOTH = ("list-artifacts", "list-granular")


def _v1(body: Json) -> Json:
    return body | {
        "value": [{n: v for n, v in one.items() if n not in ("destinationType", "error")} for one in body["value"]]
    }


plain("field2-items-without-destination", "item-shape", "1.11: v1.0 declares neither destinationType nor error on items.",
      lambda service: on_body(service, _v1, "list-granular"))  # fmt: skip


def _granular_pages(service: Service, asked: Asked, right: Callable[[], Reply]) -> Reply:
    reply = right()
    start = skipped(asked)
    every = reply.body["value"]
    reply.body["value"] = every[start : start + 4]
    if start + 4 < len(every):
        path = asked.request.target.partition("?")[0]
        reply.body["@odata.nextLink"] = f"{asked.base}{path}?$skiptoken={start + 4}"
    return reply


living(
    "field2-item-pages",
    "item-page",
    "GVER: paging on existing collections is compatible.",
    ("list-granular",),
    _granular_pages,
)


def late(name: str, reads: int, *operations: str) -> None:
    plain(name, "lag", "No page says that a change is seen at once, nor everywhere at the same time.",
          lambda service: lagging(service, reads, frozenset(operations)))  # fmt: skip


late("field2-artifacts-lag", 3, *BOTH)
late("field2-get-lags-behind-lists", 2, *GETS)
late("field2-everything-lags-once", 1, *GETS, *LISTS, *BOTH)
