"""Verbs that change how a session is read from a request, kept, and shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock.edits import Change, Json
from restore_conformance.mock.hooks.on_answers import answers
from restore_conformance.mock.hooks.on_operations import instead_of
from restore_conformance.mock.hooks.seed import Keep, Parse, Read, Seed
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, artifact, open_session
from restore_conformance.mock.wire import Asked, Refusal, Reply


def parses(act: Callable[[bytes, Parse], Json]) -> Seed:
    """Read JSON another way; `act` gets the bytes and the usual reader."""

    def seed(service: Service) -> None:
        parse = service.parse
        service.parse = lambda raw: act(raw, parse)

    return seed


def looks_at(look: Callable[[bytes], object]) -> Seed:
    """Look at the bytes of a payload before they are read; raise to misbehave, return an object to be read instead."""

    def act(raw: bytes, parse: Parse) -> Json:
        found = look(raw)
        return found if isinstance(found, dict) else parse(raw)

    return parses(act)


def parsed(change: Callable[[Json], object]) -> Seed:
    """Change a payload once it was read."""

    def act(raw: bytes, parse: Parse) -> Json:
        payload = parse(raw)
        change(payload)
        return payload

    return parses(act)


def reads(when: Callable[[Asked], object], act: Read) -> Seed:
    """Read the payload of some requests another way."""

    def seed(service: Service) -> None:
        payload = service.payload
        service.payload = lambda asked: act(service, asked) if when(asked) else payload(asked)

    return seed


def as_json(service: Service, asked: Asked) -> Json:
    """The payload read as JSON, whatever it is called."""
    return service.parse(asked.request.body or b"{}")


def unreadable(status: int, code: str) -> Read:
    """A payload that is refused."""

    def refuse(service: Service, asked: Asked) -> Json:
        raise Refusal(status, code)

    return refuse


def keeps(change: Callable[[Service, Session], object]) -> Seed:
    """Do something when a session is created, before it is kept; it may be altered."""

    def act(service: Service, born: Session, keep: Keep) -> None:
        change(service, born)
        keep(born)

    return keeping(act)


def kept(change: Callable[[Service, Session], object]) -> Seed:
    """Do something once a session was kept."""

    def act(service: Service, born: Session, keep: Keep) -> None:
        keep(born)
        change(service, born)

    return keeping(act)


def keeping(act: Callable[[Service, Session, Keep], object]) -> Seed:
    """Keep sessions another way."""

    def seed(service: Service) -> None:
        keep = service.keep

        def keeping(born: Session) -> None:
            act(service, born, keep)

        service.keep = keeping

    return seed


def keeps_refused(code: str = "") -> Seed:
    """Refuse creates, with a code or any, and keep a session all the same."""

    def act(service: Service, asked: Asked, refusal: Refusal) -> None:
        service.keep(open_session("standard", [], asked.caller))

    return instead_of(code, act, "create")


def whole(change: Json) -> Json:
    """An artifact that can be kept, made of one that could not."""
    fallback = {"restorePoint": {"id": "none"}, "destinationType": "inPlace", "id": "none", "browseSessionId": "none"}
    return fallback | {name: value for name, value in change.items() if value}


def added(found: Session, kind: str, changes: list[Json]) -> list[Json]:
    """Add artifacts to a session, whatever they are; they are returned."""
    new = [artifact(kind, whole(one)) for one in changes]
    found.artifacts = found.artifacts + new
    return new


def shown(change: Callable[[Json, Session], object]) -> Seed:
    """Change how a session looks wherever it is shown."""

    def seed(service: Service) -> None:
        render = service.render

        def rendering(found: Session, **how: Any) -> Json:
            body = render(found, **how)
            change(body, found)
            return body

        service.render = rendering

    return seed


def shown_as(edit: Change, when: Callable[[Session], object] = bool) -> Seed:
    """Make an edit of some sessions wherever they are shown."""
    return shown(lambda body, found: edit(Reply(200, body)) if when(found) else None)


def rendering(**options: Any) -> Seed:
    """Show sessions with other options of `session.render`."""

    def seed(service: Service) -> None:
        render = service.render
        service.render = lambda found, **how: render(found, **how | options)

    return seed


def viewed(change: Callable[[Json, Session], object], *operations: str) -> Seed:
    """Change how sessions look in the answers of some operations."""

    def seed(service: Service) -> None:
        def alter(reply: Reply) -> None:
            for body in reply.body.get("value", [reply.body]):
                found = service.sessions.get(str(body.get("id")))
                if found:
                    change(body, found)

        answers(alter, *operations)(service)

    return seed


def viewed_as(edit: Change, *operations: str, when: Callable[[Session], object] = bool) -> Seed:
    """Make an edit of some sessions in the answers of some operations."""
    return viewed(lambda body, found: edit(Reply(200, body)) if when(found) else None, *operations)
