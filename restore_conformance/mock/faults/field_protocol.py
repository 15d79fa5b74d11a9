"""Defects of authentication and media types of a create, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import Request, header
from restore_conformance.mock.faults.field_places import (
    body,
    granular,
    joined,
    refusal,
    status,
    text,
)
from restore_conformance.mock.faults.seeding import made, on_reply
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]

# ---------------------------------------------------------------- who may

refusal("field-no-token-403", "N4", "No Authorization header: 403.", "InvalidAuthenticationToken", status(403))
refusal(
    "field-no-token-empty-body",
    "N4",
    "No Authorization header: 401 without a body.",
    "InvalidAuthenticationToken",
    body(None),
)
refusal(
    "field-no-token-page",
    "N4",
    "No Authorization header: 200 with a sign-in page.",
    "InvalidAuthenticationToken",
    joined(status(200), text("<html>Sign in</html>", "text/html")),
)
refusal("field-forbidden-401", "N5", "A token without the permission: 401.", "Forbidden", status(401))
refusal(
    "field-forbidden-no-envelope",
    "N5",
    "A token without the permission: no error object.",
    "Forbidden",
    body({"message": "Forbidden"}),
)
refusal("field-forbidden-500", "N5", "A token without the permission: 500.", "Forbidden", status(500))


def admitted(name: str, blames: str, shows: str, *kinds: str) -> None:
    """Callers of some kinds count as good ones when they create."""

    def seed(service: Service) -> None:
        answer = service.answer

        def lax(asked: Asked) -> Reply:
            kept = service.tokens
            if asked.operation == "create":
                service.tokens = {t: "good" if k in kinds else k for t, k in kept.items()}
            try:
                return answer(asked)
            finally:
                service.tokens = kept

        service.answer = lax  # type: ignore[method-assign]

    made(name, blames, shows, seed)


admitted("field-anyone-may-create", "N5", "A token without the permission creates.", "no-permission", "read-only")


def _signed(request: Request, token: str) -> Request:
    kept = [one for one in request.headers if one[0].lower() != "authorization"]
    return Request(request.method, request.target, (*kept, ("Authorization", f"Bearer {token}")), request.body)


def anonymous(name: str, shows: str, when: Any) -> None:
    """A create without a valid token that is let through."""

    def seed(service: Service) -> None:
        answer = service.answer

        def lax(asked: Asked) -> Reply:
            if asked.operation == "create" and when(header(asked.request.headers, "Authorization")):
                asked.request = _signed(asked.request, service.token)
            return answer(asked)

        service.answer = lax  # type: ignore[method-assign]

    made(name, "N4", shows, seed)


anonymous("field-unchecked-token", "Any bearer token: 201.", bool)


def caller_crash(name: str, shows: str, kind: str, when: Any) -> None:
    def seed(service: Service) -> None:
        def lying(reply: Reply, asked: Asked) -> None:
            if reply.status == 201 and asked.caller == kind and when(asked.payload):
                reply.status = 500
                reply.body = {"error": {"code": "InternalServerError", "message": "user is null"}}

        on_reply(service, lying)

    made(name, "N8", shows, seed)


caller_crash("field-application-crash", "An application without a user creates: 500.", "application", lambda _: True)
caller_crash("field-delegated-granular-crash", "A user creates a granular session: 500.", "delegated", granular)

# ---------------------------------------------------------------- media types


def typed(
    name: str, blames: str, shows: str, wrong: Callable[[str | None], bool], act: Callable[[Service, Asked], Json]
) -> None:
    """Something else done with the payload where its media type is such."""

    def seed(service: Service) -> None:
        payload = service.payload

        def reading(asked: Asked) -> Json:
            value = header(asked.request.headers, "Content-Type")
            if asked.operation == "create" and asked.request.body and wrong(value):
                return act(service, asked)
            return payload(asked)

        service.payload = reading  # type: ignore[method-assign]

    made(name, blames, shows, seed)


def _read(service: Service, asked: Asked) -> Json:
    return service.parse(asked.request.body or b"")


def _unsupported(service: Service, asked: Asked) -> Json:
    raise Refusal(415, "UnsupportedMediaType")


def _ignored(service: Service, asked: Asked) -> Json:
    return {}


def _broken(service: Service, asked: Asked) -> Json:
    raise Refusal(500, "InternalServerError")


def _is(*names: str) -> Any:
    return lambda value: (value or "").partition(";")[0].strip().lower() in names


typed("field-text-plain-accepted", "N9", "The payload as text/plain is accepted.", _is("text/plain"), _read)
typed(
    "field-untyped-ignored",
    "N9",
    "A payload without Content-Type: an empty session.",
    lambda value: value is None,
    _ignored,
)
typed("field-xml-crash", "N9", "application/xml: 500.", _is("application/xml", "text/xml"), _broken)
typed("field-text-crash", "N9", "text/plain: 500.", _is("text/plain"), _broken)
typed(
    "field-charset-refused",
    "N1",
    "application/json; charset=utf-8 is refused.",
    lambda value: "charset" in (value or "").lower() and _is("application/json")(value),
    _unsupported,
)
refusal(
    "field-wrong-media-no-envelope",
    "N9",
    "A wrong media type: plain text.",
    "UnsupportedMediaType",
    text("Unsupported Media Type"),
)
refusal("field-wrong-media-404", "N9", "A wrong media type: 404.", "UnsupportedMediaType", status(404))
