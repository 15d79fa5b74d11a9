"""Smallest defects of clauses that say the binding half, or the other half, of what one clause said before.

A row of another operation's error table binds by its client error, not by its code; a list without artifacts may make
an empty session, but no other; and so on. Knows no judge.
"""

from __future__ import annotations

import json
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.later import ON_ONE, READING, answered, refusals_of, valued
from restore_conformance.mock.faults.seeding import fault, made, on_created, on_reply
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

COUNTS = "restoreSessionArtifactCount"


def _restated(status: int) -> Any:
    return lambda reply: setattr(reply, "status", status)


for _op in ON_ONE:
    made(
        f"{_op}-malformed-id-answered-500", f"{_op}/errors.invalid-session-id", f"{_op} with an id that is none.",
        refusals_of(_op, "InvalidRestoreSessionId", _restated(500)),
    )  # fmt: skip
    if _op not in READING or _op == "get":
        made(
            f"{_op}-unknown-id-answered-400", f"{_op}/errors.session-not-found",
            f"{_op} with an id that names nothing.", refusals_of(_op, "RestoreSessionNotFound", _restated(400)),
        )  # fmt: skip


@fault("create/errors.null-list")
def null_list_other_code(service: Service) -> None:
    """One create with a null list."""

    def rule(payload: dict[str, Any]) -> None:
        if any(name in payload and payload[name] is None for name in (rules.SITE, rules.GRANULAR)):
            raise Refusal(400, "BadRequest", "A list is null.")

    service.create_rules = {"null-list": rule, **service.create_rules}


@fault("create/request-body.unpredictable-json")
def half_a_pair_crashes(service: Service) -> None:
    """One create with half of a surrogate pair in a text."""
    parse = service.parse

    def lying(body: bytes) -> dict[str, Any]:
        payload = parse(body)
        json.dumps(payload, ensure_ascii=False).encode()
        return payload

    service.parse = lying  # type: ignore[method-assign]


@fault("create/request-headers.authorization-status")
def altered_token_answered_403(service: Service) -> None:
    """One create with a token that nobody issued."""

    def alter(reply: Reply, asked: Asked) -> None:
        token = (asked.request.header("Authorization") or "").removeprefix("Bearer ")
        if reply.status == 401 and token and token not in service.tokens:
            reply.status = 403

    on_reply(service, alter)


@fault("create/response.counts-written")
def total_with_a_fraction(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body[COUNTS].update(total=float(body[COUNTS]["total"])))


@fault("get/response.members-shown")
def get_without_job_type(service: Service) -> None:
    """Create, get."""
    answered("get", lambda reply: reply.body.pop("restoreJobType"))(service)


@fault("list-granular/response.items")
def item_without_id(service: Service) -> None:
    """Create, list items."""
    valued("list-granular", lambda items: [item.pop("id") for item in items] and None)(service)


@fault("update/errors.invalid-patch-request")
def update_text_accepted(service: Service) -> None:
    """Change with a text for a list of changes."""
    update, write = service.operations["update"]

    def lying(asked: Asked) -> Reply:
        try:
            payload = json.loads(asked.request.body or b"{}")
        except ValueError:
            return update(asked)
        if isinstance(payload, dict) and any(isinstance(value, str) for value in payload.values()):
            return Reply(200, {"id": service.draft(asked).id})
        return update(asked)

    service.operations["update"] = (lying, write)


@fault("create/errors.empty-list")
def empty_list_counted(service: Service) -> None:
    """One create with an empty list."""
    service.create_rules.pop("empty-list")

    def change(body: dict[str, Any], asked: Asked) -> None:
        if asked.payload and not any(asked.payload.values()):
            body[COUNTS].update(total=1, inProgress=0)

    on_created(service, change, ["empty"])
