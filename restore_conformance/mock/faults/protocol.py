"""Defects in who may ask, and in how headers are read."""

from __future__ import annotations

from typing import Any

from restore_conformance.exchange import header
from restore_conformance.mock.faults.seeding import fault, on_created, on_reply
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

H = "create/request-headers."
P = "create/permissions."


def _posing(service: Service, become: Any) -> None:
    """Before authentication, let `become(asked)` name a token to use instead (None: leave it)."""
    answer = service.answer

    def lying(asked: Asked) -> Reply:
        token = become(asked)
        if token and asked.operation == "create":
            from dataclasses import replace

            kept = tuple(h for h in asked.request.headers if h[0].lower() != "authorization")
            asked.request = replace(asked.request, headers=(("Authorization", f"Bearer {token}"), *kept))
        return answer(asked)

    service.answer = lying  # type: ignore[method-assign]


def _sent(asked: Asked) -> str:
    return header(asked.request.headers, "Authorization") or ""


@fault(H + "authorization-required")
def no_token_accepted(service: Service) -> None:
    """One create without an Authorization header."""
    _posing(service, lambda asked: None if _sent(asked) else service.token)


@fault(H + "authorization-required")
def no_token_answered_403(service: Service) -> None:
    """One create without an Authorization header."""

    def change(reply: Reply, asked: Asked) -> None:
        if not _sent(asked):
            reply.status = 403

    on_reply(service, change)


@fault(H + "authorization-form")
def scheme_not_checked(service: Service) -> None:
    """One create with the token behind another scheme."""
    _posing(service, lambda asked: service.token if _sent(asked).endswith(" " + service.token) else None)


@fault(H + "authorization-token")
def token_prefix_compared(service: Service) -> None:
    """One create with a token that has a character more."""
    _posing(
        service,
        lambda asked: (
            service.token
            if _sent(asked).startswith("Bearer " + service.token) and _sent(asked).count(" ") == 1
            else None
        ),
    )


@fault(H + "authorization-token")
def token_letter_case_ignored(service: Service) -> None:
    """One create with the letter case of the token swapped."""
    _posing(
        service,
        lambda asked: service.token if _sent(asked).lower() == f"bearer {service.token}".lower() else None,
    )


@fault(H + "authorization-expired")
def expired_token_accepted(service: Service) -> None:
    """One create with an expired token."""
    _as(service, "expired")


@fault(P + "permission-required")
def permission_not_checked(service: Service) -> None:
    """One create with a token without permissions."""
    _as(service, "no-permission")


@fault(P + "read-permission-insufficient")
def read_permission_suffices(service: Service) -> None:
    """One create with a token that may only read."""
    _as(service, "read-only")


@fault(P + "personal-account")
def personal_account_accepted(service: Service) -> None:
    """One create with the token of a personal account."""
    _as(service, "personal")


def _as(service: Service, kind: str) -> None:
    _posing(
        service,
        lambda asked: service.token if service.tokens.get(_sent(asked).removeprefix("Bearer ")) == kind else None,
    )


@fault(P + "delegated")
def delegated_refused(service: Service) -> None:
    """One create with a delegated token, while another token is served."""
    _locked_out(service, "delegated")


@fault(P + "application")
def application_refused(service: Service) -> None:
    """One create with an application token, while another token is served."""
    _locked_out(service, "application")


def _locked_out(service: Service, kind: str) -> None:
    create = service.operations["create"][0]

    def lying(asked: Asked) -> Reply:
        if asked.caller == kind:
            raise Refusal(400, "BadRequest")
        return create(asked)

    service.operations["create"] = (lying, True)


def _media(service: Service, when: Any, act: Any) -> None:
    payload = service.payload

    def lying(asked: Asked) -> dict[str, Any]:
        if asked.request.body and when(header(asked.request.headers, "Content-Type")):
            return act(asked)  # type: ignore[no-any-return]
        return payload(asked)

    service.payload = lying  # type: ignore[method-assign]


def _refuse(asked: Asked) -> dict[str, Any]:
    raise Refusal(415, "UnsupportedMediaType")


@fault(H + "content-type-required")
def missing_media_type_accepted(service: Service) -> None:
    """One create with a payload and no Content-Type."""
    _media(service, lambda value: value is None, lambda asked: service.parse(asked.request.body or b"{}"))


@fault(H + "content-type-json")
def other_media_type_accepted(service: Service) -> None:
    """One create with text/plain."""
    _media(service, lambda value: value is not None, lambda asked: service.parse(asked.request.body or b"{}"))


@fault(H + "content-type-json")
def other_media_type_answered_500(service: Service) -> None:
    """One create with text/plain."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 415 and header(asked.request.headers, "Content-Type"):
            reply.status = 500

    on_reply(service, change)


@fault(H + "content-type-spelling")
def media_type_compared_as_text(service: Service) -> None:
    """One create with application/json; charset=utf-8."""
    _media(service, lambda value: value is not None and value != "application/json", _refuse)


@fault(H + "prefer-shows-granular")
def prefer_ignored(service: Service) -> None:
    """One granular create with Prefer: include-unknown-enum-members."""
    on_created(service, lambda body, asked: body.update(restoreJobType="unknownFutureValue"), ["granular"])


@fault(H + "preference-applied")
def preference_applied_unasked(service: Service) -> None:
    """One create without a Prefer header."""

    def change(reply: Reply, asked: Asked) -> None:
        reply.headers["Preference-Applied"] = "include-unknown-enum-members"

    on_reply(service, change)
