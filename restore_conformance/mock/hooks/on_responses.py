"""Hooks around responses: what is sent, to which callers, and how. Knows no single fault and no single variant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from restore_conformance.exchange import Headers, Request, Response
from restore_conformance.mock.conditions import always
from restore_conformance.mock.edits import Change, Json
from restore_conformance.mock.hooks.on_operations import refuse_calls
from restore_conformance.mock.hooks.seed import Call, Handler, Seed
from restore_conformance.mock.transport import MalformedResponse, TransportOptions
from restore_conformance.mock.service import Service
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest


def after_http(change: Callable[[Response, Headers], Response]) -> Seed:
    """Change status, headers and bytes of every response; `change` gets the headers of the request too."""
    return around_http(lambda respond, request: change(respond(request), request.headers))


def around_http(act: Callable[[Callable[[Request], Response], Request], Response]) -> Seed:
    """Respond to requests another way; `act` gets the usual function and the request."""

    def seed(service: Service) -> None:
        respond = service.respond
        service.respond = lambda request: act(respond, request)

    return seed


def around_request(act: Handler) -> Seed:
    """Respond to routed requests another way, before the token is checked."""

    def seed(service: Service) -> None:
        answer = service.answer
        service.answer = lambda request: act(
            Call(service, request, service.sessions.get(request.session.lower()), lambda: answer(request))
        )

    return seed


def on_response(change: Callable[[JsonResponse, ParsedRequest], object], *operations: str) -> Seed:
    """Change any response, refusals included, of these operations or of all."""

    def act(call: Call) -> JsonResponse:
        response = call.proceed()
        if not operations or call.request.operation in operations:
            change(response, call.request)
        return response

    return around_request(act)


def on_created(edit: Change, when: Callable[[Any], object] = always, caller: str = "") -> Seed:
    """Change the response to creates that succeed; the stored session stays as it is."""

    def change(response: JsonResponse, request: ParsedRequest) -> None:
        if response.status == 201 and when(request.payload) and caller in {"", request.caller}:
            edit(response)

    return on_response(change, "create")


def echo_member(member: str) -> Seed:
    """Show a member of creates that succeed as it was sent."""

    def change(response: JsonResponse, request: ParsedRequest) -> None:
        if response.status == 201 and isinstance(request.payload, dict) and member in request.payload:
            response.body[member] = request.payload[member]

    return on_response(change, "create")


def on_success(edit: Change, *operations: str) -> Seed:
    """Change the response of operations that succeed."""
    return on_response(lambda response, request: edit(response) if response.status < 300 else None, *operations)


def on_body(change: Callable[[Json], Json | None], *operations: str) -> Seed:
    """Change the JSON object of responses that succeed, of some operations or of all; None keeps the object."""

    def edit(response: JsonResponse) -> None:
        if isinstance(response.body, dict):
            changed = change(response.body)
            response.body = response.body if changed is None else changed

    return on_success(edit, *operations)


def on_items(change: Callable[[list[Json]], list[Json] | None], *operations: str) -> Seed:
    """Change the items of a collection, of which `change` gets copies."""

    def edit(response: JsonResponse) -> None:
        every = [dict(entry) for entry in response.body["value"]]
        changed = change(every)
        response.body["value"] = every if changed is None else changed

    return on_success(edit, *operations)


def on_refusal(code: str, edit: Change, *operations: str) -> Seed:
    """Change refusals with a service code ("" for any 4xx) of operations, create where none is named."""

    def change(response: JsonResponse, request: ParsedRequest) -> None:
        error = response.body.get("error") if isinstance(response.body, dict) else None
        if isinstance(error, dict) and (error.get("code") == code or (not code and 400 <= response.status < 500)):
            edit(response)

    return on_response(change, *(operations or ("create",)))


def on_error(change: Callable[[Json, JsonResponse], object]) -> Seed:
    """Change the error object of every refusal."""

    def alter(response: JsonResponse, _: ParsedRequest) -> None:
        if response.status >= 400 and isinstance(response.body, dict):
            change(response.body["error"], response)

    return on_response(alter)


def _signed(request: ParsedRequest, token: str) -> None:
    others = tuple(header for header in request.http.headers if header[0].lower() != "authorization")
    request.http = replace(request.http, headers=(("Authorization", f"Bearer {token}"), *others))


def authorise_when(when: Callable[[Service, ParsedRequest], bool], operation: str = "create") -> Seed:
    """Treat a caller as one that may do everything, where `when` says so."""

    def act(call: Call) -> JsonResponse:
        if call.request.operation == operation and when(call.service, call.request):
            _signed(call.request, call.service.token)
        return call.proceed()

    return around_request(act)


def authorise_caller(caller: str, operation: str = "create") -> Seed:
    """Serve a kind of caller that may not use an operation, or one without a token ("none")."""

    def poses(service: Service, request: ParsedRequest) -> bool:
        token = (request.http.header("Authorization") or "").removeprefix("Bearer ")
        return service.tokens.get(token, "none") == caller

    return authorise_when(poses, operation)


def refuse_caller(caller: str, operation: str = "create", status: int = 403, code: str = "Forbidden") -> Seed:
    """Refuse a kind of caller that may use an operation."""
    return refuse_calls((operation,), lambda call: call.request.caller == caller, status, code)


def set_transport(**options: Any) -> Seed:
    """Set options of how a service sends its responses."""

    def seed(service: Service) -> None:
        service.transport = service.transport or TransportOptions()
        for name, value in options.items():
            setattr(service.transport, name, value)

    return seed


def corrupt_response(
    how: Callable[[Response], MalformedResponse], which: Callable[[Request, Response], bool], status: int = 201
) -> Seed:
    """Send the responses with this status to some requests in a way that breaks the protocol."""
    return set_transport(
        corrupt=lambda sent, answer: how(answer) if answer.status == status and which(sent, answer) else None
    )
