"""Unusual but conforming refusals: statuses and codes that are free, and the forms of an error body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import header
from restore_conformance.mock import protocol
from restore_conformance.mock.conditions import authorization, media_type_of
from restore_conformance.mock.edits import Json, code, combined, status
from restore_conformance.mock.hooks import (
    ACTION_NOT_ALLOWED, ACTIVATE, ARTIFACTS_LIMIT, DELETES, DUPLICATE_ARTIFACT, GETS, INVALID_ARTIFACT_REQUEST,
    INVALID_PATCH, INVALID_RESTORE_POINT, INVALID_SESSION_ID, LIST_GRANULAR, SESSION_NOT_FOUND, TOO_MANY_ACTIVE,
    UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, Call, Seed, around_request, change_refusal, on_error, on_refusal,
    on_response, replace_rule,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.register import Variant
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal

# ---------------------------------------------------------------- statuses and codes that are free

OWN = {
    INVALID_SESSION_ID: (404, "ResourceNotFound"),
    SESSION_NOT_FOUND: (404, "itemNotFound"),
    ACTION_NOT_ALLOWED: (409, "Conflict"),
    INVALID_PATCH: (422, "UnprocessableEntity"),
    INVALID_RESTORE_POINT: (400, "BadRequest"),
    ARTIFACTS_LIMIT: (413, "RequestEntityTooLarge"),
    INVALID_ARTIFACT_REQUEST: (400, "BadRequest"),
    DUPLICATE_ARTIFACT: (409, "nameAlreadyExists"),
}
"""Statuses and codes that Graph's own tables have for what the tables of Backup Storage say otherwise."""
ON_ONE = ("get", "update", "delete", "activate", "list-artifacts")


def _own(refusal: Refusal, request: ParsedRequest) -> Refusal:
    return Refusal(*OWN.get(refusal.code, (refusal.status, refusal.code)), refusal.message)


def media_refused(status: int, code: str, missing: int = 0) -> Seed:
    """Another refusal of a wrong media type, and another status where there is none."""

    def wrong(refusal: Refusal, request: ParsedRequest) -> Refusal | None:
        value = missing if media_type_of(request) is None and missing else status
        return Refusal(value, code) if refusal.status == 415 else None

    return change_refusal(wrong)


def mixed_refused(status: int, code: str) -> Seed:
    """Another refusal of both kinds in one request."""
    return change_refusal(lambda refusal, _: Refusal(status, code) if "mixed" in refusal.message else None)


def crowded(status: int) -> Seed:
    """Another status where too many sessions are active."""
    return change_refusal(
        lambda refusal, _: Refusal(status, refusal.code) if refusal.code == TOO_MANY_ACTIVE else None, *ACTIVATE
    )


def recoded(rule: str, status: int, code: str) -> Seed:
    """Another refusal where one rule of a create refuses."""

    def seed(service: Service) -> None:
        ask = service.create_rules[rule]

        def other(payload: Json) -> None:
            try:
                ask(payload)
            except Refusal:
                raise Refusal(status, code) from None

        replace_rule(rule, other)(service)

    return seed


def renamed(status: int, old: str, new: str) -> Seed:
    """Another code for a status of all of Graph."""
    return on_error(
        lambda error, response: error.update(code=new) if response.status == status and error["code"] == old else None
    )


# ---------------------------------------------------------------- who asks


def _forbidden_with_a_token(response: JsonResponse, request: ParsedRequest) -> None:
    if response.status == 401 and request.http.header("Authorization") is not None:
        response.status = 403
        response.body["error"]["code"] = "Forbidden"


def _personal_401(response: JsonResponse, request: ParsedRequest) -> None:
    if request.caller == "personal" and response.status == 403:
        response.status = 401
        response.body["error"]["code"] = UNAUTHENTICATED


def _personal_400(call: Call) -> JsonResponse:
    token = authorization(call.request).removeprefix("Bearer ")
    if call.service.tokens.get(token) != "personal":
        return call.proceed()
    refusal = Refusal(400, "BadRequest", "Personal accounts are not supported.")
    return JsonResponse(400, protocol.error_body(refusal, "1", "1"))


def early(when: Callable[[ParsedRequest], object], status: int, code: str) -> Seed:
    """Something is refused before the token is looked at."""

    def act(call: Call) -> JsonResponse:
        if not when(call.request):
            return call.proceed()
        own, client = protocol.support_ids(call.request.http.headers)
        return JsonResponse(status, protocol.error_body(Refusal(status, code), own, client), {"request-id": own})

    return around_request(act)


def _wrong_media(request: ParsedRequest) -> object:
    return (
        request.operation in {"create", "update"} and request.http.body and not protocol.is_json(request.http.headers)
    )


def _not_acceptable(request: ParsedRequest) -> bool:
    accepted = (header(request.http.headers, "Accept") or "*/*").lower()
    return not any(media in accepted for media in ("*/*", "application/*", "json"))


# ---------------------------------------------------------------- the envelope

PHRASES = {
    400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "notFound", 405: "methodNotAllowed", 409: "conflict",
    413: "requestEntityTooLarge", 415: "unsupportedMediaType", 422: "unprocessableEntity", 500: "internalServerError",
}  # fmt: skip
IDS = ("date", "request-id", "client-request-id")


def inner_of(error: Json) -> Json:
    """The inner error under either name; a new one where there is none."""
    for name in ("innerError", "innererror"):
        if isinstance(error.get(name), dict):
            inner: Json = error[name]
            return inner
    inner = error["innerError"] = {}
    return inner


def inside(depth: int) -> Seed:
    """The code in an inner error, so many levels deep."""

    def change(error: Json, response: JsonResponse) -> None:
        holder, code = inner_of(error), error["code"]
        for level in range(depth):
            holder["code"] = "invalidRequest" if level else "generalException"
            holder = inner_of(holder)
        holder["code"] = code
        error["code"] = PHRASES.get(response.status, "generalException")

    return on_error(change)


def _in_details(error: Json, response: JsonResponse) -> None:
    error["details"] = [{"code": error["code"], "message": "See the code.", "target": "body"}]
    error["code"] = PHRASES.get(response.status, "generalException")


def _small_first(error: Json, _: JsonResponse) -> None:
    error["code"] = error["code"][:1].lower() + error["code"][1:]


def _other_name(error: Json, response: JsonResponse) -> None:
    if "innerError" in error:
        error["innererror"] = error.pop("innerError")
        _other_name(error["innererror"], response)


def with_members(**members: Any) -> Seed:
    """More or other members of an error."""
    return on_error(lambda error, _: error.update(members))


def of_inner(change: Callable[[Json], object]) -> Seed:
    """A change of the inner error."""
    return on_error(lambda error, _: change(inner_of(error)))


TYPED = {"@odata.type": "#microsoft.graph.innerError", "type": "ODataException", "stacktrace": ""}
C3 = "C3: no status and no code is given for both kinds: 4xx with an envelope, the code is free."
ANY_4XX = "C3: no status and no code is given for both kinds: 4xx with an envelope."
C19 = "C19: search error.code, then every nested inner error, then details."
C21 = "C21: 500, 429 or 503 with the documented code."
N31, NO_CODE = "N31: which code is undocumented.", "1.1: 400 without a code."
FREE_401 = "4.2: 401 where authentication is missing or invalid; the code is free."
FREE_403 = "4.2: 403 where access is denied; the code is free."
ORDER = "1.1: the tables have no order; a request that breaks two rules may be refused by either."
# fmt: off
VARIANTS = [
    # ---------------------------------------------------------------- statuses and codes that are free
    Variant("fair-codes-of-its-own", "fair-codes", "The pinned page points to the create table alone: on other routes statuses and codes are those of all of Graph.",
            change_refusal(_own, *ON_ONE, *LIST_GRANULAR, GETS[1], DELETES[1]), frozenset(f"{operation}/errors.codes" for operation in ON_ONE)),
    Variant("field-media-400", "media-refusal", "C20: 415 in the table, 400 BadRequest observed.", media_refused(400, "BadRequest")),
    Variant("field-media-415-bad-request", "media-refusal", "C20: accept 400 or 415; the code is not documented.",
            media_refused(415, "RequestBodyRead")),
    Variant("field-media-missing-400", "media-refusal", "C20: accept 400 or 415.", media_refused(415, UNSUPPORTED_MEDIA_TYPE, 400)),
    Variant("field-mixed-artifact-code", "mixed-code", C3, recoded("kinds", 400, "InvalidArtifactRequest")),
    Variant("field-mixed-bad-request", "mixed-code", C3, recoded("kinds", 400, "BadRequest")),
    Variant("field-mixed-unheard-code", "mixed-code", C3, recoded("kinds", 400, "CannotMixRestoreKinds")),
    Variant("field-mixed-422", "mixed-code", C3, recoded("kinds", 422, "UnprocessableEntity")),
    Variant("field2-mixed-409", "mixed-code", ANY_4XX, mixed_refused(409, "Conflict")),
    Variant("field2-mixed-403", "mixed-code", ANY_4XX, mixed_refused(403, ACTION_NOT_ALLOWED)),
    Variant("field-items-bad-request", "items-code", N31, recoded("items", 400, "BadRequest")),
    Variant("field-items-point-code", "items-code", N31, recoded("items", 400, "InvalidRestorePoint")),
    Variant("field-conflict-bad-request", "conflict-code", NO_CODE, recoded("conflict", 400, "BadRequest")),
    Variant("field-conflict-artifact-code", "conflict-code", NO_CODE, recoded("conflict", 400, "InvalidArtifactRequest")),
    Variant("field-401-unauthenticated", "401-code", FREE_401, renamed(401, UNAUTHENTICATED, "unauthenticated")),
    Variant("field-403-access-denied", "403-code", FREE_403, renamed(403, "Forbidden", "accessDenied")),
    Variant("field-403-authorization", "403-code", FREE_403, renamed(403, "Forbidden", "Authorization_RequestDenied")),
    Variant("field2-crowded-429", "crowded", C21, crowded(429)),
    Variant("field2-crowded-503", "crowded", C21, crowded(503)),
    Variant("fair-too-many-409", "fair-crowd", "The table answers a limit that the caller reached with 500, Graph's guidelines with 429: neither is certain.",
            on_refusal(TOO_MANY_ACTIVE, combined(status(409), code("Conflict")), *ACTIVATE), frozenset({"activate/errors.too-many-active"})),
    # ---------------------------------------------------------------- who asks
    Variant("fair-unknown-token-403", "fair-unknown-token", "RFC 9110, 15.5.4: credentials were provided, and the server considers them insufficient.",
            on_response(_forbidden_with_a_token), frozenset({"create/request-headers.authorization-status"})),
    Variant("fair-personal-400", "fair-personal", "The permissions table calls personal accounts not supported, and names no status.",
            around_request(_personal_400)),
    Variant("field-personal-401", "personal", "N7: a personal account is rejected with 401 or 403.", on_response(_personal_401)),
    Variant("field2-media-before-token", "early", ORDER, early(_wrong_media, 415, UNSUPPORTED_MEDIA_TYPE)),
    Variant("field2-accept-checked", "accept", "4.2: 406 where the format that is asked for is not supported.",
            early(_not_acceptable, 406, "NotAcceptable")),
    # ---------------------------------------------------------------- the envelope
    Variant("field-code-inside", "code-place", C19, inside(0)),
    Variant("field-code-inside-twice", "code-place", C19, inside(1)),
    Variant("field-code-four-deep", "code-place", C19, inside(3)),
    Variant("field-code-in-details", "code-place", C19, on_error(_in_details)),
    Variant("field-code-small-first", "code-place", "C19: compare case-insensitively.", on_error(_small_first)),
    Variant("field2-details-empty", "code-place", "4.1: details is an optional array.",
            on_error(lambda error, _: error.update(details=[], target=None))),
    Variant("field-message-long", "message", "C26: message texts are unreliable; never judge them.", with_members(message="Fehler: " + "ü雪 " * 400)),
    Variant("field-message-misleading", "message", "4.1: message must not be branched on.", with_members(message="DuplicateArtifactInList: OK")),
    Variant("field-target-null", "target", "4.1: target is optional.", with_members(target=None)),
    Variant("field-target-text", "target", "4.1: target is optional.", with_members(target="siteRestoreArtifacts")),
    Variant("field-error-extra", "error-extra", "4.7: unknown extra properties must be tolerated.",
            on_error(lambda error, _: error.update({"localizedMessage": None, "@error.cause": ["x"]}))),
    Variant("field-inner-zone", "inner-ids", "4.1: the schema types the date with a zone, live ones have none.",
            of_inner(lambda inner: inner.update(date="2026-09-11T11:21:34.1234567Z"))),
    Variant("field-inner-old-name", "inner-ids", "4.1: older pages called it requestId.",
            of_inner(lambda inner: inner.update(requestId=inner.pop("request-id", "")))),
    Variant("field-inner-no-ids", "inner-ids", "4.9 g: samples without; nothing of it is required.",
            of_inner(lambda inner: [inner.pop(name, None) for name in IDS])),
    Variant("field2-inner-typed", "inner-more", "4.1: the model of the inner error has @odata.type; it is open.",
            of_inner(lambda inner: inner.update(TYPED))),
    Variant("field-innererror", "inner-name", "4.1: innerError in samples, innererror in the table: accept both.", on_error(_other_name)),
]
# fmt: on
