"""Servers that fair readers of the documents build, and that clauses once called broken: requests and sessions.

Each stands for one clause that does not bind, or binds by less: its docstring says which reading allows it, `reports`
which clauses that do not bind report it. Those about other operations than create are in `fair_routes`.
"""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from restore_conformance.mock import rules, wire
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field_places import Json, on_answer, on_body, on_render, stricter
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Refusal, Reply

COUNTS = "restoreSessionArtifactCount"
LEFT_ALONE = {"@microsoft.graph.conflictBehavior"}
"""What another edition of the page lets a request specify."""


# ---------------------------------------------------------------- what a request may hold


def _strange(payload: Json) -> bool:
    allowed = {
        rules.SITE: {"restorePoint", "destinationType"},
        rules.GRANULAR: {"browseSessionId", "id", "destinationType"},
    }
    if set(payload) - set(allowed) - LEFT_ALONE:
        return True
    for name, members in allowed.items():
        for one in payload.get(name) or []:
            if set(one) - members or set(one.get("restorePoint") or ()) - {"id"}:
                return True
    return False


@variant("fair-members", "fair-specified-members-only", reports=["create/request-body.control-information"])
def specified_members_only(service: Service) -> None:
    """The page lists the properties that can be specified: every other member is refused, @odata.type too."""
    stricter(service, _strange, "BadRequest")


@variant(
    "fair-types",
    "fair-types-converted",
    reports=["create/request-body.converted-types", "create/request-body.collection-form"],
)
def types_converted(service: Service) -> None:
    """No row says how an item is refused: a reader that converts takes one object for a list, and 5 for "5"."""
    parse = service.parse

    def reading(body: bytes) -> Json:
        payload = parse(body)
        for name in (rules.SITE, rules.GRANULAR):
            if isinstance(payload.get(name), dict) and payload[name]:
                payload[name] = [payload[name]]
        items = payload.get(rules.GRANULAR)
        for one in items if isinstance(items, list) else ():
            for name in ("browseSessionId", "id"):
                if isinstance(one, dict) and isinstance(one.get(name), (int, dict)):
                    one[name] = json.dumps(one[name])
        return payload

    service.parse = reading  # type: ignore[method-assign]


@variant("fair-sentinel", "fair-sentinel-possible", reports=["create/request-body.unknown-future-value"])
def sentinel_possible(service: Service) -> None:
    """The type's page lists unknownFutureValue among the possible values of destinationType."""
    check = service.check

    def lenient(payload: Json) -> None:
        sites = payload.get(rules.SITE)
        if isinstance(sites, list) and any(
            isinstance(one, dict) and one.get("destinationType") == "unknownFutureValue" for one in sites
        ):
            payload = payload | {rules.SITE: [{**one, "destinationType": "new"} for one in sites]}
        check(payload)

    service.check = lenient  # type: ignore[method-assign]


@variant("fair-empty-list", "fair-empty-list-is-no-payload", reports=["create/errors.empty-list-refused"])
def empty_list_is_no_payload(service: Service) -> None:
    """Introduction: what names nothing makes an empty session, which is where the bulk workflow starts from."""
    service.create_rules.pop("empty-list")


@variant("fair-empty-object", "fair-empty-object-lacks-members")
def empty_object_lacks_members(service: Service) -> None:
    """The property table calls both lists Required, and no code is named for a request with neither."""
    check = service.check

    def lacking(payload: Json) -> None:
        if payload and rules.SITE not in payload and rules.GRANULAR not in payload:
            raise Refusal(400, "BadRequest", "The request names no list of artifacts.")
        check(payload)

    create, write = service.operations["create"]

    def creating(asked: Asked) -> Reply:
        if (asked.request.body or b"").strip() and not service.payload(asked):
            raise Refusal(422, "UnprocessableEntity", "The request names no list of artifacts.")
        return create(asked)

    service.check = lacking  # type: ignore[method-assign]
    service.operations["create"] = (creating, write)


def _unparsed(name: str, status: int, code: str, allowed: str) -> None:
    def seed(service: Service) -> None:
        parse = service.parse

        def reading(body: bytes) -> Json:
            try:
                return parse(body)
            except Refusal as refusal:
                raise Refusal(status, code, refusal.message) from None

        service.parse = reading  # type: ignore[method-assign]

    seed.__doc__ = allowed
    variant("fair-unparsed", name, reports=["update/errors.codes"])(seed)


_unparsed("fair-broken-json-422", 422, "UnprocessableEntity", "Graph's status table: 422 for what cannot be processed.")
_unparsed("fair-broken-json-415", 415, "UnsupportedMediaType", "RFC 9110, 15.5.16: content that was looked at, too.")


@variant("fair-half-pairs", "fair-half-pairs-are-fatal", reports=["create/request-body.unpredictable-json"])
def half_pairs_are_fatal(service: Service) -> None:
    """RFC 8259, 8.2: receivers of half a surrogate pair may even suffer fatal runtime exceptions."""
    parse = service.parse

    def reading(body: bytes) -> Json:
        payload = parse(body)
        try:
            json.dumps(payload, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Refusal(500, "InternalServerError", "An error occurred.") from None
        return payload

    service.parse = reading  # type: ignore[method-assign]


# ---------------------------------------------------------------- who asks


def _without_permission(statuses: dict[str, int]) -> Any:
    """Callers that are looked up in a table of permissions, where whoever is not in it has none."""

    def change(reply: Reply, asked: Asked) -> None:
        value = asked.request.header("Authorization")
        if reply.status == 401 and value is not None:
            kind = service_tokens(asked).get(value.partition(" ")[2].strip(), "unknown")
            reply.status = statuses.get(kind, 403)
            reply.body["error"]["code"] = "Forbidden"

    tokens: dict[str, str] = {}

    def service_tokens(_: Asked) -> dict[str, str]:
        return tokens

    def seed(service: Service) -> None:
        tokens.update(service.tokens)
        on_answer(service, change)

    return seed


@variant("fair-unknown-token", "fair-unknown-token-403", reports=["create/request-headers.authorization-status"])
def unknown_token_403(service: Service) -> None:
    """RFC 9110, 15.5.4: credentials were provided, and the server considers them insufficient."""
    _without_permission({})(service)


@variant("fair-personal", "fair-personal-400")
def personal_400(service: Service) -> None:
    """The permissions table calls personal accounts not supported, and names no status."""
    answer = service.answer

    def refusing(asked: Asked) -> Reply:
        token = (asked.request.header("Authorization") or "").removeprefix("Bearer ")
        if service.tokens.get(token) == "personal":
            refusal = Refusal(400, "BadRequest", "Personal accounts are not supported.")
            return Reply(400, wire.envelope(refusal, "1", "1"))
        return answer(asked)

    service.answer = refusing  # type: ignore[method-assign]


# ---------------------------------------------------------------- how a session is shown


@variant("fair-counts", "fair-counts-not-shown", reports=["create/response.members-shown"])
def counts_not_shown(service: Service) -> None:
    """The examples are shortened for readability, and metadata declares the counts nullable."""
    on_render(service, lambda body, _: body.pop(COUNTS) and None)


@variant("fair-counts", "fair-counts-with-fraction", reports=["create/response.counts-written"])
def counts_with_fraction(service: Service) -> None:
    """RFC 8259, 6: JSON has one kind of number, so that 2.0 is 2."""
    on_render(service, lambda body, _: body.update({COUNTS: {n: float(v) for n, v in body[COUNTS].items()}}))


@variant("fair-completed", "fair-completed-means-created", reports=["create/response.not-completed"])
def completed_means_created(service: Service) -> None:
    """The page of sharePointRestoreSession describes completedDateTime as the time of creation."""
    on_render(service, lambda body, found: body.update(completedDateTime=found.completed or found.created))


@variant("fair-echo", "fair-lists-echoed", reports=["create/response.artifact-members"])
def lists_echoed(service: Service) -> None:
    """Response: the session comes back; nothing says that the lists do not, as they were sent."""
    create, write = service.operations["create"]

    def echoing(asked: Asked) -> Reply:
        reply = create(asked)
        for name in (rules.SITE, rules.GRANULAR):
            if asked.payload.get(name):
                reply.body[name] = [
                    {one: value for one, value in element.items() if one in {"restorePoint", "destinationType"}}
                    if name == rules.SITE
                    else deepcopy(element)
                    for element in asked.payload[name]
                ]
        return reply

    service.operations["create"] = (echoing, write)


@variant("fair-clocks", "fair-two-clocks")
def two_clocks(service: Service) -> None:
    """No page says that both times are read from one clock: the store that sets one is 0.4 s ahead of the other."""

    keep = service.keep

    def keeping(made: Session) -> None:
        moment = datetime.fromisoformat(made.created[:26] + "+00:00") + timedelta(milliseconds=400)
        made.created = moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
        keep(made)

    service.keep = keeping  # type: ignore[method-assign]


@variant("fair-digits", "fair-digits-by-replica")
def digits_by_replica(service: Service) -> None:
    """No page says how many digits a time has: one replica keeps seven of them, another three."""
    turns = [0]

    def change(body: Json) -> Json:
        turns[0] += 1
        if turns[0] % 2:
            return body
        return body | {n: v[:23] + "Z" for n, v in body.items() if n.endswith("DateTime") and isinstance(v, str)}

    on_body(service, change, "get", "get-typed")
