"""Defects of the operations on a session that exists: what every operation can get wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock.faults.seeding import made, on_reply
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]
READING = {"get": "get", "list": "list", "list-artifacts": "list-artifacts"}
WRITING = {"update": "update", "delete": "delete", "activate": "activate"}
ON_ONE = ("get", "list-artifacts", "update", "delete", "activate")


def refused_with(service: Service, operation: str, code: str, change: Callable[[Reply], None]) -> None:
    """Change the answer wherever an operation is refused with this service code ("" for any refusal)."""

    def alter(reply: Reply, asked: Asked) -> None:
        error = reply.body.get("error") if isinstance(reply.body, dict) else None
        if 400 <= reply.status < 500 and isinstance(error, dict) and code in {"", error.get("code")}:
            change(reply)

    on_reply(service, alter, operation)


def served_to(service: Service, operation: str, caller: str) -> None:
    """Let somebody use an operation without the permission, or without a token ("none")."""
    answer = service.answer

    def lying(asked: Asked) -> Reply:
        if asked.operation == operation and service.tokens.get(_token(asked), "none") == caller:
            kept = tuple(h for h in asked.request.headers if h[0].lower() != "authorization")
            headers = (("Authorization", f"Bearer {service.token}"), *kept)
            asked.request = type(asked.request)(asked.request.method, asked.request.target, headers, asked.request.body)
        return answer(asked)

    service.answer = lying  # type: ignore[method-assign]


def refused_to(service: Service, operation: str, caller: str) -> None:
    """Refuse somebody who has the permission."""
    act, write = service.operations[operation]

    def lying(asked: Asked) -> Reply:
        if asked.caller == caller:
            raise Refusal(403, "Forbidden")
        return act(asked)

    service.operations[operation] = (lying, write)


def _token(asked: Asked) -> str:
    return (asked.request.header("Authorization") or "").removeprefix("Bearer ")


def _bare(reply: Reply) -> None:
    reply.body = {"code": reply.body["error"]["code"], "message": ""}


def _recoded(reply: Reply) -> None:
    reply.body["error"]["code"] = "UnknownError"


def refusals_of(operation: str, code: str, change: Callable[[Reply], None]) -> Callable[[Service], None]:
    return lambda service: refused_with(service, operation, code, change)


for _op in (*READING, *WRITING, "list-granular"):
    made(
        f"{_op}-without-token",
        f"{_op}/request-headers.authorization-required",
        f"{_op} without a token.",
        lambda service, o=_op: served_to(service, o, "none"),  # type: ignore[misc]
    )
    made(
        f"{_op}-refused-without-envelope", f"{_op}/errors.envelope", f"Any refused {_op}.", refusals_of(_op, "", _bare)
    )
    made(
        f"{_op}-permission-not-checked",
        f"{_op}/permissions.permission-required",
        f"{_op} with a token without permissions.",
        lambda service, o=_op: served_to(service, o, "no-permission"),  # type: ignore[misc]
    )
for _op in READING:
    made(
        f"{_op}-read-permission-refused",
        f"{_op}/permissions.read-permission-suffices",
        f"{_op} with a token that may only read.",
        lambda service, o=_op: refused_to(service, o, "read-only"),  # type: ignore[misc]
    )
for _op in WRITING:
    made(
        f"{_op}-with-read-permission",
        f"{_op}/permissions.read-permission-insufficient",
        f"{_op} with a token that may only read.",
        lambda service, o=_op: served_to(service, o, "read-only"),  # type: ignore[misc]
    )
for _op in ON_ONE:
    made(
        f"{_op}-malformed-id-other-code",
        f"{_op}/errors.codes",
        f"{_op} with an id that is none.",
        refusals_of(_op, "InvalidRestoreSessionId", _recoded),
    )
    if _op != "list-artifacts":
        made(
            f"{_op}-unknown-id-other-code",
            f"{_op}/errors.codes",
            f"{_op} with an id that names nothing.",
            refusals_of(_op, "RestoreSessionNotFound", _recoded),
        )


def any_state(operation: str) -> Callable[[Service], None]:
    """Do to a running session what only drafts allow."""

    def seed(service: Service) -> None:
        draft = service.draft

        def lying(asked: Asked) -> Any:
            return service.find(asked) if asked.operation == operation else draft(asked)

        service.draft = lying  # type: ignore[method-assign]

    return seed


for _op in WRITING:
    made(f"{_op}-any-state", f"{_op}/errors.not-a-draft", f"Create, activate, {_op}.", any_state(_op))


def answered(operation: str, change: Callable[[Reply], None]) -> Callable[[Service], None]:
    """Change the answer of an operation that succeeds."""

    def seed(service: Service) -> None:
        def alter(reply: Reply, asked: Asked) -> None:
            if reply.status < 300:
                change(reply)

        on_reply(service, alter, operation)

    return seed


def valued(operation: str, change: Callable[[list[Json]], Any]) -> Callable[[Service], None]:
    """Change the items of a collection; what `change` returns takes their place unless it is None."""

    def act(reply: Reply) -> None:
        items = [dict(one) for one in reply.body["value"]]
        instead = change(items)
        reply.body["value"] = items if instead is None else instead

    return answered(operation, act)


def _text(reply: Reply) -> None:
    reply.headers["Content-Type"] = "text/plain"


def _array(reply: Reply) -> None:
    reply.body = reply.body["value"]


def _without_value(reply: Reply) -> None:
    reply.body["values"] = reply.body.pop("value")


def every(**members: Any) -> Callable[[list[Json]], None]:
    """Give every item these members."""

    def change(items: list[Json]) -> None:
        for item in items:
            item.update(members)

    return change


def _without_id(items: list[Json]) -> None:
    for item in items:
        item.pop("id")


def _body(**members: Any) -> Callable[[Reply], None]:
    return lambda reply: reply.body.update(members)


def _own_ids(items: list[Json]) -> None:
    for number, item in enumerate(items):
        item["id"] = f"item-{number}"


TABLE: list[tuple[str, str, str, Callable[[Service], None]]] = [
    ("get-member-of-another-type", "get/response.session", "Create, get.", answered("get", _body(lastModifiedBy="x"))),
    ("get-as-text", "get/response.media-type", "Create, get.", answered("get", _text)),
    (
        "get-typed-as-exchange", "get/response.type-named", "Create, get.",
        answered("get", _body(**{"@odata.type": "#microsoft.graph.exchangeRestoreSession"})),
    ),
    (
        "get-another-creation-time", "get/response.agrees-with-create", "Create, get.",
        answered("get", _body(createdDateTime="2001-01-01T00:00:00Z")),
    ),
    ("list-without-value", "list/response.collection", "Create, list.", answered("list", _without_value)),
    ("list-item-without-id", "list/response.items", "Create, list.", valued("list", _without_id)),
    ("list-as-text", "list/response.media-type", "List.", answered("list", _text)),
    ("next-link-is-a-number", "list/response.next-link", "List.", answered("list", _body(**{"@odata.nextLink": 2}))),
    ("list-repeats-a-session", "list/response.no-repeats", "Create, list.", valued("list", lambda items: items + items[:1])),
    ("list-lacks-the-newest", "list/response.complete", "Create, list.", valued("list", lambda items: items[:-1])),
    ("list-shows-another-status", "list/response.agrees-with-get", "Create, list.", valued("list", every(status="completed"))),
    ("artifacts-bare-array", "list-artifacts/response.collection", "Create, list artifacts.", answered("list-artifacts", _array)),
    ("artifact-without-id", "list-artifacts/response.items", "Create, list artifacts.", valued("list-artifacts", _without_id)),
    (
        "artifacts-first-two-only", "list-artifacts/response.every-artifact", "Create three artifacts, list them.",
        valued("list-artifacts", lambda items: items[:2]),
    ),
    (
        "artifact-destination-lost", "list-artifacts/response.as-sent", "Create artifacts for a new place, list them.",
        valued("list-artifacts", every(destinationType="inPlace")),
    ),
    (
        "artifact-destination-always-new", "list-artifacts/response.as-sent", "Create artifacts in place, list them.",
        valued("list-artifacts", every(destinationType="new")),
    ),
    (
        "draft-artifact-in-progress", "list-artifacts/response.added", "Create, list artifacts.",
        valued("list-artifacts", every(status="inProgress")),
    ),
    ("items-bare-array", "list-granular/response.collection", "Create, list items.", answered("list-granular", _array)),
    ("item-status-null", "list-granular/response.status-shown", "Create, list items.", valued("list-granular", every(status=None))),
    ("items-with-own-ids", "list-granular/response.every-artifact", "Create, list items.", valued("list-granular", _own_ids)),
    (
        "item-browse-session-lost", "list-granular/response.as-sent", "Create, list items.",
        valued("list-granular", every(browseSessionId="another")),
    ),
    ("update-answered-204", "update/request-body.additions", "Add an artifact.", answered("update", lambda r: setattr(r, "status", 204))),
    ("update-answers-an-array", "update/response.object", "Add an artifact.", answered("update", lambda r: setattr(r, "body", [r.body]))),
    ("update-as-text", "update/response.media-type", "Add an artifact.", answered("update", _text)),
    ("delete-answered-202", "delete/response.no-content", "Delete a draft.", answered("delete", lambda r: setattr(r, "status", 202))),
    ("activate-answered-202", "activate/response.session", "Activate a draft.", answered("activate", lambda r: setattr(r, "status", 202))),
    (
        "update-malformed-other-code", "update/errors.codes", "Change without a list.",
        refusals_of("update", "InvalidPatchRequest", _recoded),
    ),
    (
        "activate-too-many-400", "activate/errors.too-many-active", "Activate 26 sessions.",
        lambda service: on_reply(service, _too_many, "activate"),
    ),
]  # fmt: skip
"""Name, clause, least interaction, and how it is seeded."""


def _too_many(reply: Reply, asked: Asked) -> None:
    if reply.status == 500:
        reply.status = 400


for _name, _clause, _shows, _seed in TABLE:
    made(_name, _clause, _shows, _seed)
