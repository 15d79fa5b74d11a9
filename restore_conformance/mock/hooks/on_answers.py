"""Verbs that change answers, who is answered, and how an answer is put on the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from restore_conformance.exchange import Headers, Request, Response
from restore_conformance.mock.conditions import always
from restore_conformance.mock.edits import Change, Json
from restore_conformance.mock.hooks.on_operations import refuses_calls
from restore_conformance.mock.hooks.seed import Act, Call, Seed
from restore_conformance.mock.framing import Manner, Spoilt
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Reply


def responses(change: Callable[[Response, Headers], Response]) -> Seed:
    """Change what goes over the wire; `change` gets the headers of the request too."""
    return requests(lambda respond, request: change(respond(request), request.headers))


def requests(act: Callable[[Callable[[Request], Response], Request], Response]) -> Seed:
    """Answer requests another way; `act` gets the usual one and the request."""

    def seed(service: Service) -> None:
        respond = service.respond
        service.respond = lambda request: act(respond, request)

    return seed


def answering(act: Act) -> Seed:
    """Answer requests that were routed another way, before the token is looked at."""

    def seed(service: Service) -> None:
        answer = service.answer
        service.answer = lambda asked: act(
            Call(service, asked, service.sessions.get(asked.session.lower()), lambda: answer(asked))
        )

    return seed


def replies(change: Callable[[Reply, Asked], object], *operations: str) -> Seed:
    """Change any answer, refusals included, of these operations or of all."""

    def act(call: Call) -> Reply:
        reply = call.proceed()
        if not operations or call.asked.operation in operations:
            change(reply, call.asked)
        return reply

    return answering(act)


def created(edit: Change, when: Callable[[Any], object] = always, caller: str = "") -> Seed:
    """Change the answer to creates that succeed; what is kept stays as it is."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201 and when(asked.payload) and caller in {"", asked.caller}:
            edit(reply)

    return replies(change, "create")


def taken_over(member: str) -> Seed:
    """Show a member of creates that succeed as it was sent."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201 and isinstance(asked.payload, dict) and member in asked.payload:
            reply.body[member] = asked.payload[member]

    return replies(change, "create")


def answers(edit: Change, *operations: str) -> Seed:
    """Change the answer of operations that succeed."""
    return replies(lambda reply, asked: edit(reply) if reply.status < 300 else None, *operations)


def bodies(change: Callable[[Json], Json | None], *operations: str) -> Seed:
    """Change the JSON object of answers that succeed, of some operations or of all; None keeps the object."""

    def edit(reply: Reply) -> None:
        if isinstance(reply.body, dict):
            changed = change(reply.body)
            reply.body = reply.body if changed is None else changed

    return answers(edit, *operations)


def listed(change: Callable[[list[Json]], list[Json] | None], *operations: str) -> Seed:
    """Change the items of a collection, of which `change` gets copies."""

    def edit(reply: Reply) -> None:
        every = [dict(entry) for entry in reply.body["value"]]
        changed = change(every)
        reply.body["value"] = every if changed is None else changed

    return answers(edit, *operations)


def refused(code: str, edit: Change, *operations: str) -> Seed:
    """Change refusals with a service code ("" for any 4xx) of operations, create where none is named."""

    def change(reply: Reply, asked: Asked) -> None:
        error = reply.body.get("error") if isinstance(reply.body, dict) else None
        if isinstance(error, dict) and (error.get("code") == code or (not code and 400 <= reply.status < 500)):
            edit(reply)

    return replies(change, *(operations or ("create",)))


def errors(change: Callable[[Json, Reply], object]) -> Seed:
    """Change the error object of every refusal."""

    def alter(reply: Reply, _: Asked) -> None:
        if reply.status >= 400 and isinstance(reply.body, dict):
            change(reply.body["error"], reply)

    return replies(alter)


def _signed(asked: Asked, token: str) -> None:
    others = tuple(header for header in asked.request.headers if header[0].lower() != "authorization")
    asked.request = replace(asked.request, headers=(("Authorization", f"Bearer {token}"), *others))


def posing(when: Callable[[Service, Asked], bool], operation: str = "create") -> Seed:
    """Take a caller for one that may do everything."""

    def act(call: Call) -> Reply:
        if call.asked.operation == operation and when(call.service, call.asked):
            _signed(call.asked, call.service.token)
        return call.proceed()

    return answering(act)


def serves(caller: str, operation: str = "create") -> Seed:
    """Serve a kind of caller that may not use an operation, or one without a token ("none")."""

    def poses(service: Service, asked: Asked) -> bool:
        token = (asked.request.header("Authorization") or "").removeprefix("Bearer ")
        return service.tokens.get(token, "none") == caller

    return posing(poses, operation)


def locks_out(caller: str, operation: str = "create", status: int = 403, code: str = "Forbidden") -> Seed:
    """Refuse a kind of caller that may use an operation."""
    return refuses_calls((operation,), lambda call: call.asked.caller == caller, status, code)


def framed(**habits: Any) -> Seed:
    """Give a service habits on the wire, beside those it has."""

    def seed(service: Service) -> None:
        service.manner = service.manner or Manner()
        for name, value in habits.items():
            setattr(service.manner, name, value)

    return seed


def spoils(how: Callable[[Response], Spoilt], which: Callable[[Request, Response], bool], status: int = 201) -> Seed:
    """Put the answers with this status to some requests on the wire as they must not be."""
    return framed(spoil=lambda sent, answer: how(answer) if answer.status == status and which(sent, answer) else None)
