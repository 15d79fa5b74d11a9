"""Verbs that carry out operations another way: on a session, on the changes of a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import Request
from restore_conformance.mock import life
from restore_conformance.mock.conditions import sent
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks.seed import Act, Right, Seed, crash, seeds
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply


def around(operations: tuple[str, ...], act: Act) -> Seed:
    """Carry out operations another way; `act` gets the service, the request, the session or None, and the usual way."""

    def seed(service: Service) -> None:
        for name in operations:
            inner, write = service.operations[name]
            service.operations[name] = (_around(service, inner, act), write)

    return seed


def _around(service: Service, inner: Operation, act: Act) -> Operation:
    return lambda asked: act(service, asked, service.sessions.get(asked.session.lower()), lambda: inner(asked))


def before(operations: tuple[str, ...], look: Callable[[Session], object]) -> Seed:
    """Do something with a session that is there before an operation; raise to misbehave."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        if found:
            look(found)
        return right()

    return around(operations, act)


def after(operations: tuple[str, ...], do: Callable[[Service, Session, Reply], object]) -> Seed:
    """Do something after an operation on a session that succeeds."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        reply = right()
        if found:
            do(service, found, reply)
        return reply

    return around(operations, act)


def crashes_on(operations: tuple[str, ...], when: Callable[[Session], bool]) -> Seed:
    """Operations on some sessions are answered 500."""
    return before(operations, lambda found: crash() if when(found) else None)


def refuses_on(
    operations: tuple[str, ...], when: Callable[[Session], object], status: int, code: str, message: str = ""
) -> Seed:
    """Operations on some sessions are refused."""

    def look(found: Session) -> None:
        if when(found):
            raise Refusal(status, code, message)

    return before(operations, look)


def alters(**members: Any) -> Callable[[Service, Session, object], None]:
    """Give a session other attributes, for `after` and `changed`; a value may be a function that makes it."""

    def do(service: Service, found: Session, _: object) -> None:
        for name, value in members.items():
            setattr(found, name, value() if callable(value) else value)

    return do


def instead_of(code: str, act: Callable[[Service, Asked, Refusal], Reply | None], *operations: str) -> Seed:
    """Answer, or do something and refuse all the same (None), where operations are refused with a code ("" for any)."""

    def trying(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        try:
            return right()
        except Refusal as refusal:
            reply = act(service, asked, refusal) if code in {"", refusal.code} else None
            if reply is None:
                raise
            return reply

    return around(operations, trying)


def translated(wrong: Callable[[Refusal, Asked], Refusal | None], *operations: str) -> Seed:
    """Refuse with another refusal where `wrong` makes one."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        try:
            return right()
        except Refusal as refusal:
            raise wrong(refusal, asked) or refusal from None

    return around(operations or ("create",), act)


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


def routing(act: Callable[[Service, Asked], None]) -> Seed:
    """Change what a request line names."""

    def seed(service: Service) -> None:
        route = service.route

        def routed(request: Request) -> Asked:
            asked = route(request)
            act(service, asked)
            return asked

        service.route = routed

    return seed


def without_operations(*names: str) -> Seed:
    """Have no such routes."""

    def seed(service: Service) -> None:
        for name in names:
            service.operations.pop(name)

    def unknown(service: Service, asked: Asked) -> None:
        if asked.operation not in service.operations and asked.operation != "method":
            asked.operation = ""

    return seeds(seed, routing(unknown))


def writes_only(service: Service) -> None:
    """Ask for the permission to write on every route."""
    service.operations = {name: (act, True) for name, (act, _) in service.operations.items()}


def among(keep: Callable[[dict[str, Session]], dict[str, Session]], *operations: str) -> Seed:
    """Carry out operations as if there were other sessions."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        every, service.sessions = service.sessions, keep(service.sessions)
        try:
            return right()
        finally:
            service.sessions = every

    return around(operations, act)


def setting(name: str, value: Any) -> Seed:
    """Give a service another limit or page size."""
    return lambda service: setattr(service, name, value)


def updates(act: Callable[[Service, Session, Json, Callable[[], Json]], Json]) -> Seed:
    """Change a draft another way, once session and payload were read; `act` gets them and the usual way."""

    def update(service: Service, asked: Asked, *_: Any) -> Reply:
        found = service.draft(asked)
        payload = service.changes(asked)
        return Reply(200, act(service, found, payload, lambda: life.update(found, payload)))

    return around(("update",), update)


def changing(act: Callable[[Service, Session, Json, Right], Reply]) -> Seed:
    """Answer a change another way where there is such a session and the payload is an object."""

    def other(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        payload = sent(asked)
        return act(service, found, payload, right) if found and payload is not None else right()

    return around(("update",), other)


def changed(do: Callable[[Service, Session, list[Json]], object]) -> Seed:
    """Something happens after a change that succeeds; `do` gets the artifacts as they were, too."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        was = list(found.artifacts)
        reply = right()
        do(service, found, was)
        return reply

    return changing(act)
