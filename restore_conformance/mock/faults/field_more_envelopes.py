"""More defects of error bodies and of the protocol, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import header
from restore_conformance.mock.faults.field_places import (
    body,
    empty,
    exactly,
    granular,
    joined,
    refusal,
    standard,
    status,
    text,
)
from restore_conformance.mock.faults.seeding import fault, made, on_reply
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import open_session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]
ROW = "row:create/"
ENVELOPE = "create/errors.envelope"
KEPT = "create/read-back.nothing-of-refused"
PATH, POINT = "InvalidPathType", "InvalidRestorePoint"
DIFFERENT, TWICE = "DifferentRestoreDestinationType", "DuplicateArtifactInList"
LIMIT, EMPTY = "RestoreArtifactsLimitBreached", "InvalidArtifactRequest"

# ---------------------------------------------------------------- envelopes


def error(name: str, code: str, shows: str, change: Callable[[Json], Any], blames: str = "") -> None:
    """Another error object where a create is refused with a code."""
    refusal(name, blames or ROW + code, shows, code, lambda reply: change(reply.body["error"]))


def wrapped(name: str, code: str, shows: str, change: Callable[[Json], Any], blames: str = "") -> None:
    """Another body, made of the right one."""

    def alter(reply: Reply) -> None:
        reply.body = change(reply.body)

    refusal(name, blames or ROW + code, shows, code, alter)


def members(**new: Any) -> Callable[[Json], None]:
    return lambda found: found.update(new)


error("field2-message-null", POINT, "An empty restore point id: message is null.", members(message=None))
error("field2-message-missing", TWICE, "The same site twice: no message.", lambda found: found.pop("message"))
error(
    "field2-message-object",
    PATH,
    "No destinationType: message is an object with lang and value.",
    members(message={"lang": "en-us", "value": "The path type is not known."}),
    ENVELOPE,
)
error(
    "field2-details-object",
    TWICE,
    "The same site twice: details is an object.",
    members(details={"code": TWICE, "message": "x"}),
)
error(
    "field2-details-texts",
    DIFFERENT,
    "Destinations differ: details are texts.",
    members(details=["siteRestoreArtifacts"]),
)
error(
    "field2-inner-text",
    PATH,
    "No destinationType: innerError is a text.",
    members(innerError="at Restore.Create()"),
    ENVELOPE,
)
error("field2-code-null", DIFFERENT, "Destinations differ: code is null.", members(code=None))
error("field2-code-list", LIMIT, "Too many: code is a list.", members(code=[LIMIT]))
error("field2-target-number", EMPTY, "An empty list: target is a number.", members(target=0), ENVELOPE)
wrapped(
    "field2-error-in-list", TWICE, "The same site twice: error is a list of one.", lambda old: {"error": [old["error"]]}
)
wrapped("field2-error-in-error", POINT, "An empty restore point id: error in error.", lambda old: {"error": old})
wrapped(
    "field2-odata-error",
    PATH,
    "No destinationType: odata.error, as of OData 3.",
    lambda old: {"odata.error": old["error"]},
    ENVELOPE,
)
wrapped("field2-envelope-in-array", LIMIT, "Too many: the envelope in an array.", lambda old: [old])
wrapped(
    "field2-capital-error",
    EMPTY,
    "An empty list: Error with Code and Message.",
    lambda old: {"Error": {"Code": EMPTY, "Message": "x"}},
    ENVELOPE,
)
wrapped(
    "field2-problem-details",
    DIFFERENT,
    "Destinations differ: a problem of RFC 9457.",
    lambda old: {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "Destinations differ."},
)
refusal("field2-limit-no-body", ROW + LIMIT, "Too many: 413 without a body.", LIMIT, body(None))
refusal(
    "field2-empty-list-page",
    ENVELOPE,
    "An empty list: a page of HTML.",
    EMPTY,
    text("<h1>Bad Request</h1>", "text/html"),
)
refusal("field2-empty-list-200", ROW + EMPTY, "An empty list: 200 with an error.", EMPTY, status(200))
refusal("field2-twice-201-error", ROW + TWICE, "The same site twice: 201 with an error.", TWICE, status(201))
refusal(
    "field2-point-302",
    ROW + POINT,
    "An empty restore point id: 302 to a page.",
    POINT,
    joined(status(302), lambda reply: reply.headers.update(Location="/errors/restore-point")),
)
refusal("field2-limit-429", ROW + LIMIT, "Too many artifacts: 429.", LIMIT,
        joined(status(429), lambda reply: reply.headers.update({"Retry-After": "1"})))  # fmt: skip

# ---------------------------------------------------------------- refused, and yet created


def kept(name: str, blames: str, shows: str, code: str) -> None:
    def seed(service: Service) -> None:
        create = service.operations["create"][0]

        def keeping(asked: Asked) -> Reply:
            try:
                return create(asked)
            except Refusal as refused:
                if refused.code == code:
                    service.keep(open_session("standard", [], asked.caller))
                raise

        service.operations["create"] = (keeping, True)

    made(name, blames, shows, seed)


kept("field2-refused-twice-kept", KEPT, "The same site twice: 400, and yet there is a session more.", TWICE)
kept("field2-refused-path-kept", KEPT, "No destinationType: 400, and yet there is a session more.", PATH)
kept("field2-refused-point-kept", KEPT, "An empty restore point id: 400, and yet there is a session more.", POINT)
kept("field2-refused-json-kept", "page:create", "Broken JSON: 400, and yet there is a session more.", "BadRequest")

# ---------------------------------------------------------------- media types, tokens


def typed_as(name: str, blames: str, shows: str, media: str) -> None:
    """The payload counts as JSON under another media type."""

    def seed(service: Service) -> None:
        payload = service.payload

        def lax(asked: Asked) -> Json:
            if media in (header(asked.request.headers, "Content-Type") or "") and asked.request.body:
                return service.parse(asked.request.body)
            return payload(asked)

        service.payload = lax  # type: ignore[method-assign]

    made(name, blames, shows, seed)


typed_as("field2-form-accepted", "N9", "JSON as application/x-www-form-urlencoded: 201.", "form-urlencoded")
typed_as("field2-xml-accepted", "N9", "JSON as application/xml: 201.", "xml")
typed_as("field2-octets-accepted", "N9", "JSON as application/octet-stream: 201.", "octet-stream")


@fault("N1", "field2-media-parameters-refused")
def media_parameters_refused(service: Service) -> None:
    """application/json;odata.metadata=minimal is refused: 415."""
    payload = service.payload

    def strict(asked: Asked) -> Json:
        if "odata" in (header(asked.request.headers, "Content-Type") or "").lower():
            raise Refusal(415, "UnsupportedMediaType")
        return payload(asked)

    service.payload = strict  # type: ignore[method-assign]


def unasked(name: str, blames: str, shows: str, when: Callable[[Json], bool]) -> None:
    """Without a token some payloads are created all the same."""

    def seed(service: Service) -> None:
        answer = service.answer

        def lax(asked: Asked) -> Reply:
            reply = answer(asked)
            if (
                reply.status == 401
                and asked.operation == "create"
                and not header(asked.request.headers, "Authorization")
            ):
                try:
                    payload = service.payload(asked)
                    if when(payload):
                        asked.caller = "application"
                        return service.operations["create"][0](asked)
                except Refusal:
                    return reply
            return reply

        service.answer = lax  # type: ignore[method-assign]

    made(name, blames, shows, seed)


unasked("field2-no-token-granular-accepted", "N4", "Items without a token: 201.", granular)
unasked("field2-no-token-empty-accepted", "N4", "No payload and no token: 201.", empty)
unasked("field2-no-token-site-accepted", "N4", "One site without a token: 201.", exactly(1, standard))


def challenged(
    name: str, blames: str, shows: str, when: Callable[[str], bool], change: Callable[[Reply], None]
) -> None:
    """Another 401 where the Authorization header is odd."""

    def alter(reply: Reply, asked: Asked) -> None:
        if reply.status == 401 and when(header(asked.request.headers, "Authorization") or ""):
            change(reply)

    made(name, blames, shows, lambda service: on_reply(service, alter))


def _broken(reply: Reply) -> None:
    reply.status = 500
    reply.body["error"]["code"] = "InternalServerError"


challenged(
    "field2-other-scheme-crash", "N4", "Authorization: Basic: 500.", lambda value: value.startswith("Basic"), _broken
)
challenged(
    "field2-unknown-token-404",
    "N4",
    "A token that nobody issued: 404.",
    lambda value: value.startswith("Bearer"),
    status(404),
)
