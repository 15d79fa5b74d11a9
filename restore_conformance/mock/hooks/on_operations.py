"""Verbs that carry out operations another way: on a session, on the changes of a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import Request
from restore_conformance.mock.conditions import sent
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks.seed import UPDATE, Act, Call, Do, Seed, assign, crash, refuse, seeds
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply


def around(operations: tuple[str, ...], act: Act) -> Seed:
    """Carry out operations another way."""

    def seed(service: Service) -> None:
        for name in operations:
            inner, write = service.operations[name]
            service.operations[name] = (_around(service, inner, act), write)

    return seed


def _around(service: Service, inner: Operation, act: Act) -> Operation:
    return lambda asked: act(Call(service, asked, service.sessions.get(asked.session.lower()), lambda: inner(asked)))


def before(operations: tuple[str, ...], look: Callable[[Session], object]) -> Seed:
    """Do something with a session that is there before an operation; raise to misbehave."""

    def act(call: Call) -> Reply:
        if call.session:
            look(call.session)
        return call.proceed()

    return around(operations, act)


def after(operations: tuple[str, ...], do: Do, *, shown: bool = False) -> Seed:
    """Do something after an operation on a session that succeeds; where it is `shown`, the answer shows it so."""

    def act(call: Call) -> Reply:
        reply = call.proceed()
        if call.session:
            do(call.service, call.session, reply)
            if shown:
                reply.body = call.service.render(call.session, all_members=call.asked.all_members)
        return reply

    return around(operations, act)


def crashes_on(operations: tuple[str, ...], when: Callable[[Session], object]) -> Seed:
    """Operations on some sessions are answered 500."""
    return before(operations, lambda session: crash() if when(session) else None)


def refuses_calls(
    operations: tuple[str, ...], when: Callable[[Call], object], status: int, code: str, message: str = ""
) -> Seed:
    """Some requests to operations are refused."""
    return around(operations, lambda call: refuse(status, code, message) if when(call) else call.proceed())


def refuses_on(
    operations: tuple[str, ...], when: Callable[[Session], object], status: int, code: str, message: str = ""
) -> Seed:
    """Operations on some sessions are refused."""
    return before(operations, lambda session: refuse(status, code, message) if when(session) else None)


def reopens(*operations: str) -> Seed:
    """A session that has ended counts as a draft."""
    return before(
        operations, lambda session: assign(session, status="draft") if "completed" in session.status else None
    )


def alters(**attributes: Any) -> Callable[..., None]:
    """Give a session other attributes, for `after`, `keeps` and `changed`; a value may be a function of the session."""
    return lambda service, session, *_: assign(session, **attributes)


def others(
    change: Callable[[Session, Session], object], when: Callable[[Session, Session], object] = lambda *_: True
) -> Callable[..., None]:
    """Do something to the other sessions where `when` holds of one and this one; for `after`, `keeps` and `changed`."""

    def do(service: Service, this: Session, *_: object) -> None:
        for other in list(service.sessions.values()):
            if other is not this and when(other, this):
                change(other, this)

    return do


def instead_of(code: str, act: Callable[[Call, Refusal], Reply | None], *operations: str) -> Seed:
    """Answer, or do something and refuse all the same (None), where operations are refused with a code ("" for any)."""

    def trying(call: Call) -> Reply:
        try:
            return call.proceed()
        except Refusal as refusal:
            reply = act(call, refusal) if code in {"", refusal.code} else None
            if reply is None:
                raise
            return reply

    return around(operations, trying)


def translated(wrong: Callable[[Refusal, Asked], Refusal | None], *operations: str) -> Seed:
    """Refuse with another refusal where `wrong` makes one."""

    def act(call: Call, refusal: Refusal) -> None:
        raise wrong(refusal, call.asked) or refusal from None

    return instead_of("", act, *(operations or ("create",)))


def any_state(operation: str) -> Seed:
    """Do to a running session what only drafts allow."""

    def seed(service: Service) -> None:
        draft = service.draft
        service.draft = lambda asked: service.find(asked) if asked.operation == operation else draft(asked)

    return seed


def finding(act: Callable[[Service, Asked, Callable[[Asked], Session]], Session]) -> Seed:
    """Look for the session of a request another way."""

    def seed(service: Service) -> None:
        find = service.find
        service.find = lambda asked: act(service, asked, find)

    return seed


def routed(act: Callable[[Service, Asked], None]) -> Seed:
    """Change what a request line names."""

    def seed(service: Service) -> None:
        route = service.route

        def route_changed(request: Request) -> Asked:
            asked = route(request)
            act(service, asked)
            return asked

        service.route = route_changed

    return seed


def without_operations(*names: str) -> Seed:
    """Have no such routes."""

    def seed(service: Service) -> None:
        for name in names:
            service.operations.pop(name)

    def unknown(service: Service, asked: Asked) -> None:
        if asked.operation not in service.operations and asked.operation != "method":
            asked.operation = ""

    return seeds(seed, routed(unknown))


def writes_only(service: Service) -> None:
    """Ask for the permission to write on every route."""
    service.operations = {name: (act, True) for name, (act, _) in service.operations.items()}


def among(keep: Callable[[dict[str, Session]], dict[str, Session]], *operations: str) -> Seed:
    """Carry out operations as if there were other sessions."""

    def act(call: Call) -> Reply:
        every, call.service.sessions = call.service.sessions, keep(call.service.sessions)
        try:
            return call.proceed()
        finally:
            call.service.sessions = every

    return around(operations, act)


def setting(name: str, value: Any) -> Seed:
    """Give a service another limit or page size."""
    return lambda service: setattr(service, name, value)


# ---------------------------------------------------------------- changes of a draft


def updating(act: Callable[[Session, Json, Call], Reply]) -> Seed:
    """Change a draft another way, once it and the payload were read; `act` gets both and the call."""

    def update(call: Call) -> Reply:
        session = call.service.draft(call.asked)
        return act(session, call.service.changes(call.asked), call)

    return around(UPDATE, update)


def changing(act: Callable[[Session, Json, Call], Reply]) -> Seed:
    """Answer a change another way where there is such a session; `act` gets it, the payload as it came, and the call."""

    def other(call: Call) -> Reply:
        payload = sent(call.asked)
        return act(call.session, payload, call) if call.session and payload is not None else call.proceed()

    return around(UPDATE, other)


def breaks_on_change(when: Callable[[Session, Json], object]) -> Seed:
    """The server breaks on a change of a draft: 500."""
    return changing(
        lambda session, p, call: crash() if session.status == "draft" and when(session, p) else call.proceed()
    )


def changed(do: Callable[[Service, Session, list[Json]], object]) -> Seed:
    """Something happens after a change that succeeds; `do` gets the artifacts as they were, too."""

    def act(session: Session, payload: Json, call: Call) -> Reply:
        was = list(session.artifacts)
        reply = call.proceed()
        do(call.service, session, was)
        return reply

    return changing(act)
