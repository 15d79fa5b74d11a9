"""Hooks around operations on a session, updates of a draft among them. Knows no single fault and no single variant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import Request
from restore_conformance.mock.conditions import payload_of
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks.seed import (
    UPDATE,
    Handler,
    Call,
    AfterOperation,
    Seed,
    assign,
    crash,
    refuse,
    seeds,
)
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal


def around_operation(operations: tuple[str, ...], act: Handler) -> Seed:
    """Carry out operations another way."""

    def seed(service: Service) -> None:
        for name in operations:
            inner, write = service.operations[name]
            service.operations[name] = (_around(service, inner, act), write)

    return seed


def _around(service: Service, inner: Operation, act: Handler) -> Operation:
    return lambda request: act(
        Call(service, request, service.sessions.get(request.session.lower()), lambda: inner(request))
    )


def before_operation(operations: tuple[str, ...], look: Callable[[Session], object]) -> Seed:
    """Do something with a session that is there before an operation; raise to misbehave."""

    def act(call: Call) -> JsonResponse:
        if call.session:
            look(call.session)
        return call.proceed()

    return around_operation(operations, act)


def after_operation(operations: tuple[str, ...], do: AfterOperation, *, shown: bool = False) -> Seed:
    """Do something after an operation on a session that succeeds; where it is `shown`, the answer shows it so."""

    def act(call: Call) -> JsonResponse:
        response = call.proceed()
        if call.session:
            do(call.service, call.session, response)
            if shown:
                response.body = call.service.render(call.session, all_members=call.request.all_members)
        return response

    return around_operation(operations, act)


def crash_on(operations: tuple[str, ...], when: Callable[[Session], object]) -> Seed:
    """Operations on some sessions are answered 500."""
    return before_operation(operations, lambda session: crash() if when(session) else None)


def refuse_calls(
    operations: tuple[str, ...], when: Callable[[Call], object], status: int, code: str, message: str = ""
) -> Seed:
    """Some requests to operations are refused."""
    return around_operation(operations, lambda call: refuse(status, code, message) if when(call) else call.proceed())


def refuse_on(
    operations: tuple[str, ...], when: Callable[[Session], object], status: int, code: str, message: str = ""
) -> Seed:
    """Operations on some sessions are refused."""
    return before_operation(operations, lambda session: refuse(status, code, message) if when(session) else None)


def reopen_before(*operations: str) -> Seed:
    """A session that has ended counts as a draft."""
    return before_operation(
        operations, lambda session: assign(session, status="draft") if "completed" in session.status else None
    )


def set_session(**attributes: Any) -> Callable[..., None]:
    """Give a session other attributes, for `after`, `keeps` and `changed`; a value may be a function of the session."""
    return lambda service, session, *_: assign(session, **attributes)


def for_other_sessions(
    change: Callable[[Session, Session], object], when: Callable[[Session, Session], object] = lambda *_: True
) -> Callable[..., None]:
    """Do something to the other sessions where `when` holds of one and this one; for `after`, `keeps` and `changed`."""

    def do(service: Service, this: Session, *_: object) -> None:
        for other in list(service.sessions.values()):
            if other is not this and when(other, this):
                change(other, this)

    return do


def instead_of_refusal(code: str, act: Callable[[Call, Refusal], JsonResponse | None], *operations: str) -> Seed:
    """Answer, or do something and refuse all the same (None), where operations are refused with a code ("" for any)."""

    def trying(call: Call) -> JsonResponse:
        try:
            return call.proceed()
        except Refusal as refusal:
            response = act(call, refusal) if code in {"", refusal.code} else None
            if response is None:
                raise
            return response

    return around_operation(operations, trying)


def change_refusal(wrong: Callable[[Refusal, ParsedRequest], Refusal | None], *operations: str) -> Seed:
    """Refuse with another refusal where `wrong` makes one."""

    def act(call: Call, refusal: Refusal) -> None:
        raise wrong(refusal, call.request) or refusal from None

    return instead_of_refusal("", act, *(operations or ("create",)))


def allow_any_state(operation: str) -> Seed:
    """Do to a running session what only drafts allow."""

    def seed(service: Service) -> None:
        draft = service.draft
        service.draft = lambda request: service.find(request) if request.operation == operation else draft(request)

    return seed


def around_find(act: Callable[[Service, ParsedRequest, Callable[[ParsedRequest], Session]], Session]) -> Seed:
    """Look for the session of a request another way."""

    def seed(service: Service) -> None:
        find = service.find
        service.find = lambda request: act(service, request, find)

    return seed


def after_route(act: Callable[[Service, ParsedRequest], None]) -> Seed:
    """Change what a request line names."""

    def seed(service: Service) -> None:
        route = service.route

        def route_changed(request: Request) -> ParsedRequest:
            parsed = route(request)
            act(service, parsed)
            return parsed

        service.route = route_changed

    return seed


def remove_operations(*names: str) -> Seed:
    """Have no such routes."""

    def seed(service: Service) -> None:
        for name in names:
            service.operations.pop(name)

    def unknown(service: Service, request: ParsedRequest) -> None:
        if request.operation not in service.operations and request.operation != "method":
            request.operation = ""

    return seeds(seed, after_route(unknown))


def require_write_permission(service: Service) -> None:
    """Ask for the permission to write on every route."""
    service.operations = {name: (act, True) for name, (act, _) in service.operations.items()}


def with_sessions(keep: Callable[[dict[str, Session]], dict[str, Session]], *operations: str) -> Seed:
    """Carry out operations as if there were other sessions."""

    def act(call: Call) -> JsonResponse:
        every, call.service.sessions = call.service.sessions, keep(call.service.sessions)
        try:
            return call.proceed()
        finally:
            call.service.sessions = every

    return around_operation(operations, act)


def set_limit(name: str, value: Any) -> Seed:
    """Give a service another limit or page size."""
    return lambda service: setattr(service, name, value)


# ---------------------------------------------------------------- changes of a draft


def instead_of_update(act: Callable[[Session, Json, Call], JsonResponse]) -> Seed:
    """Change a draft another way, once it and the payload were read; `act` gets both and the call."""

    def update(call: Call) -> JsonResponse:
        session = call.service.draft(call.request)
        return act(session, call.service.changes(call.request), call)

    return around_operation(UPDATE, update)


def around_update(act: Callable[[Session, Json, Call], JsonResponse]) -> Seed:
    """Answer a change another way where there is such a session; `act` gets it, the payload as it came, and the call."""

    def other(call: Call) -> JsonResponse:
        payload = payload_of(call.request)
        return act(call.session, payload, call) if call.session and payload is not None else call.proceed()

    return around_operation(UPDATE, other)


def crash_on_update(when: Callable[[Session, Json], object]) -> Seed:
    """The server breaks on a change of a draft: 500."""
    return around_update(
        lambda session, p, call: crash() if session.status == "draft" and when(session, p) else call.proceed()
    )


def after_update(do: Callable[[Service, Session, list[Json]], object]) -> Seed:
    """Something happens after a change that succeeds; `do` gets the artifacts as they were, too."""

    def act(session: Session, payload: Json, call: Call) -> JsonResponse:
        was = list(session.artifacts)
        response = call.proceed()
        do(call.service, session, was)
        return response

    return around_update(act)
