"""Verbs that change how a session is read from a request, kept, and shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock import life
from restore_conformance.mock.conditions import ITEMS, SITES, additions, always
from restore_conformance.mock.edits import COUNTS, Change, Json, counts
from restore_conformance.mock.hooks.on_answers import answers, bodies
from restore_conformance.mock.hooks.on_operations import changed, changing, instead_of
from restore_conformance.mock.hooks.seed import UPDATE, Call, Parse, Seed, refuse, seeds
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, make_artifact, open_session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Keep = Callable[[Session], object]
Read = Callable[[Service, Asked], Json]


def parsing(act: Callable[[bytes, Parse], Json]) -> Seed:
    """Read JSON another way; `act` gets the bytes and the usual reader."""

    def seed(service: Service) -> None:
        parse = service.parse
        service.parse = lambda raw: act(raw, parse)

    return seed


def parses(look: Callable[[bytes], object]) -> Seed:
    """Look at the bytes of a payload before they are read; raise to misbehave, return an object to be read instead."""

    def act(raw: bytes, parse: Parse) -> Json:
        payload = look(raw)
        return payload if isinstance(payload, dict) else parse(raw)

    return parsing(act)


def parsed(change: Callable[[Json], object]) -> Seed:
    """Change a payload once it was read."""

    def act(raw: bytes, parse: Parse) -> Json:
        payload = parse(raw)
        change(payload)
        return payload

    return parsing(act)


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
    return lambda service, asked: refuse(status, code)


def keeping(act: Callable[[Service, Session, Keep], object]) -> Seed:
    """Keep sessions another way."""

    def seed(service: Service) -> None:
        keep = service.keep

        def keeping(created: Session) -> None:
            act(service, created, keep)

        service.keep = keeping

    return seed


def keeps(change: Callable[[Service, Session], object]) -> Seed:
    """Do something when a session is created, before it is kept; it may be altered."""
    return keeping(lambda service, created, keep: (change(service, created), keep(created)))


def kept(change: Callable[[Service, Session], object]) -> Seed:
    """Do something once a session was kept."""
    return keeping(lambda service, created, keep: (keep(created), change(service, created)))


def keeps_refused(code: str = "", when: Callable[[Any], object] = always) -> Seed:
    """Refuse creates, with a code or any, and keep a session all the same."""

    def act(call: Call, _: Refusal) -> None:
        if when(call.asked.payload):
            call.service.keep(open_session("standard", [], call.asked.caller))

    return instead_of(code, act, "create")


def added(session: Session, kind: str, changes: list[Json]) -> list[Json]:
    """Add artifacts to a session, whatever they lack; they are returned."""
    lacks = {"restorePoint": {"id": "none"}, "destinationType": "inPlace", "id": "none", "browseSessionId": "none"}
    new = [make_artifact(kind, lacks | {name: value for name, value in change.items() if value}) for change in changes]
    session.artifacts = session.artifacts + new
    return new


def carries_out(when: Callable[[Session, Json, str], object]) -> Seed:
    """A change that must be refused is carried out where `when` holds of the session, the payload, and the code."""

    def act(session: Session, payload: Json, call: Call) -> Reply:
        try:
            return call.proceed()
        except Refusal as refusal:
            if not when(session, payload, refusal.code):
                raise
        name = ITEMS if additions(payload, ITEMS) else SITES
        kind = life.DELTAS[name]
        session.kind = kind if additions(payload, name) else session.kind
        return Reply(
            200,
            {"id": session.id, name: [dict(artifact) for artifact in added(session, kind, additions(payload, name))]},
        )

    return changing(act)


def shown(change: Callable[[Json, Session], object]) -> Seed:
    """Change how a session looks wherever it is shown."""

    def seed(service: Service) -> None:
        render = service.render

        def rendering(session: Session, **how: Any) -> Json:
            body = render(session, **how)
            change(body, session)
            return body

        service.render = rendering

    return seed


def shown_as(edit: Change, when: Callable[[Session], object] = bool) -> Seed:
    """Make an edit of some sessions wherever they are shown."""
    return shown(lambda body, session: edit(Reply(200, body)) if when(session) else None)


def shown_added(change: Callable[[list[Json]], list[Json]], *names: str) -> Seed:
    """Change the artifacts that were added in the answer to a change, in both lists or in some."""

    def alter(body: Json) -> None:
        for name in names or life.DELTAS:
            if name in body:
                new = iter(change([artifact for artifact in body[name] if "status" in artifact]))
                body[name] = [next(new) if "status" in artifact else artifact for artifact in body[name]]

    return bodies(alter, *UPDATE)


def total(count: Callable[[Session, int], Any], when: Callable[[Session], object] = bool) -> Seed:
    """Another total of some sessions, made of the session and the right one, wherever they are shown."""

    def change(body: Json, session: Session) -> None:
        if when(session):
            counts(total=count(session, body[COUNTS]["total"]))(Reply(200, body))

    return shown(change)


def rendering(**options: Any) -> Seed:
    """Show sessions with other options of `session.render`."""

    def seed(service: Service) -> None:
        render = service.render
        service.render = lambda session, **how: render(session, **how | options)

    return seed


def viewed(change: Callable[[Json, Session], object], *operations: str) -> Seed:
    """Change how sessions look in the answers of some operations."""

    def seed(service: Service) -> None:
        def alter(reply: Reply) -> None:
            for body in reply.body.get("value", [reply.body]):
                session = service.sessions.get(str(body.get("id")))
                if session:
                    change(body, session)

        answers(alter, *operations)(service)

    return seed


def stale(wrong: Callable[[int, int], bool], *operations: str) -> Seed:
    """Totals that stay as they were before a change, where `wrong` says so of the numbers before and after."""

    def mark(service: Service, session: Session, was: list[Json]) -> None:
        if wrong(len(was), len(session.artifacts)):
            session.conflict = f"was {len(was)}"

    def show(body: Json, session: Session) -> None:
        if str(session.conflict).startswith("was "):
            counts(total=int(str(session.conflict)[4:]))(Reply(200, body))

    return seeds(changed(mark), viewed(show, *operations))


def viewed_as(edit: Change, *operations: str, when: Callable[[Session], object] = bool) -> Seed:
    """Make an edit of some sessions in the answers of some operations."""
    return viewed(lambda body, session: edit(Reply(200, body)) if when(session) else None, *operations)
