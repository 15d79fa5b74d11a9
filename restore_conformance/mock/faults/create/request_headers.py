"""Faults of tokens, media types and preferences: `tests/create/test_request_headers.py`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from restore_conformance.mock.conditions import authorization, empty, exactly, granular, media_type_of, standard
from restore_conformance.mock.edits import Change, body, code, combined, put, set_header, status, text
from restore_conformance.mock.faults.register import Fault, create_faults, refusal_faults
from restore_conformance.mock.transport import not_chunked
from restore_conformance.mock.hooks import (
    UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, Call, PayloadReader, Seed, around_request, authorise_caller,
    authorise_when, corrupt_response, instead_of_payload, on_response, read_as_json, refuse_payload,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal

PAGE = combined(status(200), text("<html>Sign in</html>", "text/html"))


def _poses(form: Callable[[str, str], bool]) -> Seed:
    """Take a caller for a good one by what the Authorization header and the right token look like."""
    return authorise_when(lambda service, request: form(authorization(request), service.token))


def _refused_token(when: Callable[[Service, str], object], edit: Change, wanted: int = 401) -> Seed:
    """Change the answer to creates that are refused, by their Authorization header."""

    def act(call: Call) -> JsonResponse:
        response = call.proceed()
        fits = call.request.operation == "create" and wanted in {0, response.status}
        if fits and when(call.service, authorization(call.request)):
            edit(response)
        return response

    return around_request(act)


def _not_issued(service: Service, value: str) -> bool:
    token = value.removeprefix("Bearer ")
    return bool(token) and token not in service.tokens


def _without_token(when: Callable[[object], bool]) -> Seed:
    """Without a token some payloads are created all the same."""

    def act(call: Call) -> JsonResponse:
        response = call.proceed()
        if response.status == 401 and call.request.operation == "create" and not authorization(call.request):
            with contextlib.suppress(Refusal):
                if when(call.service.payload(call.request)):
                    call.request.caller = "application"
                    return call.service.operations["create"][0](call.request)
        return response

    return around_request(act)


def typed(when: Callable[[str | None], object], act: PayloadReader = read_as_json) -> Seed:
    """Read the payload of creates and changes with some media types another way."""
    return instead_of_payload(lambda request: request.http.body and when(media_type_of(request)), act)


def _of_create(when: Callable[[str | None], object], act: PayloadReader = read_as_json) -> Seed:
    return instead_of_payload(
        lambda request: request.operation == "create" and request.http.body and when(media_type_of(request)), act
    )


def _is(*names: str) -> Callable[[str | None], bool]:
    return lambda value: (value or "").partition(";")[0].strip().lower() in names


def _holds(word: str) -> Callable[[str | None], bool]:
    return lambda value: word in (value or "")


def _wrong_media(response: JsonResponse, request: ParsedRequest) -> None:
    if response.status == 415 and media_type_of(request):
        response.status = 500


UNSUPPORTED, BROKEN = refuse_payload(415, UNSUPPORTED_MEDIA_TYPE), refuse_payload(500, "InternalServerError")

# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- tokens
    Fault("no-token-accepted", ".authorization-required", "One create without an Authorization header.", _poses(lambda value, token: not value)),
    Fault("no-token-answered-403", ".authorization-required", "One create without an Authorization header.",
          _refused_token(lambda _, value: not value, status(403), 0)),
    Fault("scheme-not-checked", ".authorization-form", "One create with the token behind another scheme.",
          _poses(lambda value, token: value.endswith(" " + token))),
    Fault("token-prefix-compared", ".authorization-token", "One create with a token that has a character more.",
          _poses(lambda value, token: value.startswith("Bearer " + token) and value.count(" ") == 1)),
    Fault("token-letter-case-ignored", ".authorization-token", "One create with the letter case of the token swapped.",
          _poses(lambda value, token: value.lower() == f"bearer {token}".lower())),
    Fault("field-unchecked-token", "N4", "Any bearer token: 201.", _poses(lambda value, token: bool(value))),
    Fault("expired-token-accepted", ".authorization-expired", "One create with an expired token.", authorise_caller("expired")),
    Fault("altered-token-answered-403", ".authorization-status", "One create with a token that nobody issued.",
          _refused_token(_not_issued, status(403))),
    Fault("field2-other-scheme-crash", "N4", "Authorization: Basic: 500.",
          _refused_token(lambda _, value: value.startswith("Basic"), combined(status(500), code("InternalServerError")))),
    Fault("field2-unknown-token-404", "N4", "A token that nobody issued: 404.",
          _refused_token(lambda _, value: value.startswith("Bearer"), status(404))),
    Fault("field2-no-token-granular-accepted", "N4", "Items without a token: 201.", _without_token(granular)),
    Fault("field2-no-token-empty-accepted", "N4", "No payload and no token: 201.", _without_token(empty)),
    Fault("field2-no-token-site-accepted", "N4", "One site without a token: 201.", _without_token(exactly(1, standard))),
    *refusal_faults(("create",),
        ("field-no-token-403", "N4", UNAUTHENTICATED, status(403)),
        ("field-no-token-empty-body", "N4", UNAUTHENTICATED, body(None)),
        ("field-no-token-page", "N4", UNAUTHENTICATED, PAGE),
        ("field-wrong-media-no-envelope", "N9", UNSUPPORTED_MEDIA_TYPE, text("Unsupported Media Type")),
        ("field-wrong-media-404", "N9", UNSUPPORTED_MEDIA_TYPE, status(404)),
    ),
    # ---------------------------------------------------------------- media types
    Fault("missing-media-type-accepted", ".content-type-required", "One create with a payload and no Content-Type.",
          typed(lambda value: value is None)),
    Fault("other-media-type-accepted", ".content-type-json", "One create with text/plain.", typed(lambda value: value is not None)),
    Fault("other-media-type-answered-500", ".content-type-json", "One create with text/plain.", on_response(_wrong_media, "create")),
    Fault("media-type-compared-as-text", ".content-type-spelling", "One create with application/json; charset=utf-8.",
          typed(lambda value: value is not None and value != "application/json", UNSUPPORTED)),
    Fault("wire-spelled-type-unanswered", ".content-type-spelling", "Create with charset=utf-8 behind the media type: not the chunks it says.",
          corrupt_response(not_chunked, lambda sent, answer: ";" in (sent.header("Content-Type") or ""))),
    Fault("field-text-plain-accepted", "N9", "The payload as text/plain is accepted.", _of_create(_is("text/plain"))),
    Fault("field-untyped-ignored", "N9", "A payload without Content-Type: an empty session.", _of_create(lambda value: value is None, lambda *_: {})),
    Fault("field-xml-crash", "N9", "application/xml: 500.", _of_create(_is("application/xml", "text/xml"), BROKEN)),
    Fault("field-text-crash", "N9", "text/plain: 500.", _of_create(_is("text/plain"), BROKEN)),
    Fault("field-charset-refused", "N1", "application/json; charset=utf-8 is refused.",
          _of_create(lambda value: "charset" in (value or "").lower() and _is("application/json")(value), UNSUPPORTED)),
    Fault("field2-form-accepted", "N9", "JSON as application/x-www-form-urlencoded: 201.", typed(_holds("form-urlencoded"))),
    Fault("field2-xml-accepted", "N9", "JSON as application/xml: 201.", typed(_holds("xml"))),
    Fault("field2-octets-accepted", "N9", "JSON as application/octet-stream: 201.", typed(_holds("octet-stream"))),
    Fault("field2-media-parameters-refused", "N1", "application/json;odata.metadata=minimal is refused: 415.",
          instead_of_payload(lambda request: "odata" in (media_type_of(request) or "").lower(), UNSUPPORTED)),
    # ---------------------------------------------------------------- Prefer
    *create_faults(("prefer-ignored", ".prefer-shows-granular", put("restoreJobType", "unknownFutureValue"), granular)),
    Fault("preference-applied-unasked", ".preference-applied", "One create without a Prefer header.",
          on_response(lambda response, _: set_header("Preference-Applied", "include-unknown-enum-members")(response), "create")),
]
# fmt: on
