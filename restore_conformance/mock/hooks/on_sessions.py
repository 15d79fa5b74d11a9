"""Hooks around how a session is read from a request, stored, and shown. Knows no single fault and no single variant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock import lifecycle
from restore_conformance.mock.conditions import ITEMS, SITES, additions, always
from restore_conformance.mock.edits import COUNTS, Change, Json, counts
from restore_conformance.mock.hooks.on_responses import on_body, on_success
from restore_conformance.mock.hooks.on_operations import after_update, around_update, instead_of_refusal
from restore_conformance.mock.hooks.seed import UPDATE, Call, Parser, Seed, refuse, seeds
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, make_artifact, open_session
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal

Store = Callable[[Session], object]
PayloadReader = Callable[[Service, ParsedRequest], Json]


def around_parse(act: Callable[[bytes, Parser], Json]) -> Seed:
    """Read JSON another way; `act` gets the bytes and the usual reader."""

    def seed(service: Service) -> None:
        parse = service.parse
        service.parse = lambda raw: act(raw, parse)

    return seed


def before_parse(look: Callable[[bytes], object]) -> Seed:
    """Look at the bytes of a payload before they are read; raise to misbehave, return an object to be read instead."""

    def act(raw: bytes, parse: Parser) -> Json:
        payload = look(raw)
        return payload if isinstance(payload, dict) else parse(raw)

    return around_parse(act)


def after_parse(change: Callable[[Json], object]) -> Seed:
    """Change a payload once it was read."""

    def act(raw: bytes, parse: Parser) -> Json:
        payload = parse(raw)
        change(payload)
        return payload

    return around_parse(act)


def instead_of_payload(when: Callable[[ParsedRequest], object], act: PayloadReader) -> Seed:
    """Read the payload of some requests another way."""

    def seed(service: Service) -> None:
        payload = service.payload
        service.payload = lambda request: act(service, request) if when(request) else payload(request)

    return seed


def read_as_json(service: Service, request: ParsedRequest) -> Json:
    """The payload read as JSON, whatever it is called."""
    return service.parse(request.http.body or b"{}")


def refuse_payload(status: int, code: str) -> PayloadReader:
    """A payload that is refused."""
    return lambda service, request: refuse(status, code)


def around_store(act: Callable[[Service, Session, Store], object]) -> Seed:
    """Store sessions another way."""

    def seed(service: Service) -> None:
        store = service.store

        def storing(created: Session) -> None:
            act(service, created, store)

        service.store = storing

    return seed


def before_store(change: Callable[[Service, Session], object]) -> Seed:
    """Do something when a session is created, before it is stored; it may be altered."""
    return around_store(lambda service, created, store: (change(service, created), store(created)))


def after_store(change: Callable[[Service, Session], object]) -> Seed:
    """Do something once a session was stored."""
    return around_store(lambda service, created, store: (store(created), change(service, created)))


def store_refused(code: str = "", when: Callable[[Any], object] = always) -> Seed:
    """Refuse creates, with a code or any, and store a session all the same."""

    def act(call: Call, _: Refusal) -> None:
        if when(call.request.payload):
            call.service.store(open_session("standard", [], call.request.caller))

    return instead_of_refusal(code, act, "create")


def add_artifacts(session: Session, kind: str, changes: list[Json]) -> list[Json]:
    """Add artifacts to a session, whatever they lack; they are returned."""
    lacks = {"restorePoint": {"id": "none"}, "destinationType": "inPlace", "id": "none", "browseSessionId": "none"}
    new = [make_artifact(kind, lacks | {name: value for name, value in change.items() if value}) for change in changes]
    session.artifacts = session.artifacts + new
    return new


def carry_out_refused_update(when: Callable[[Session, Json, str], object]) -> Seed:
    """A change that must be refused is carried out where `when` holds of the session, the payload, and the code."""

    def act(session: Session, payload: Json, call: Call) -> JsonResponse:
        try:
            return call.proceed()
        except Refusal as refusal:
            if not when(session, payload, refusal.code):
                raise
        name = ITEMS if additions(payload, ITEMS) else SITES
        kind = lifecycle.DELTAS[name]
        session.kind = kind if additions(payload, name) else session.kind
        return JsonResponse(
            200,
            {
                "id": session.id,
                name: [dict(artifact) for artifact in add_artifacts(session, kind, additions(payload, name))],
            },
        )

    return around_update(act)


def on_render(change: Callable[[Json, Session], object]) -> Seed:
    """Change how a session looks wherever it is shown."""

    def seed(service: Service) -> None:
        render = service.render

        def rendering(session: Session, **how: Any) -> Json:
            body = render(session, **how)
            change(body, session)
            return body

        service.render = rendering

    return seed


def edit_render(edit: Change, when: Callable[[Session], object] = bool) -> Seed:
    """Make an edit of some sessions wherever they are shown."""
    return on_render(lambda body, session: edit(JsonResponse(200, body)) if when(session) else None)


def on_added_artifacts(change: Callable[[list[Json]], list[Json]], *names: str) -> Seed:
    """Change the artifacts that were added in the answer to a change, in both lists or in some."""

    def alter(body: Json) -> None:
        for name in names or lifecycle.DELTAS:
            if name in body:
                new = iter(change([artifact for artifact in body[name] if "status" in artifact]))
                body[name] = [next(new) if "status" in artifact else artifact for artifact in body[name]]

    return on_body(alter, *UPDATE)


def set_total(count: Callable[[Session, int], Any], when: Callable[[Session], object] = bool) -> Seed:
    """Another total of some sessions, made of the session and the right one, wherever they are shown."""

    def change(body: Json, session: Session) -> None:
        if when(session):
            counts(total=count(session, body[COUNTS]["total"]))(JsonResponse(200, body))

    return on_render(change)


def set_render_options(**options: Any) -> Seed:
    """Show sessions with other options of `session.render`."""

    def seed(service: Service) -> None:
        render = service.render
        service.render = lambda session, **how: render(session, **how | options)

    return seed


def on_session_in(change: Callable[[Json, Session], object], *operations: str) -> Seed:
    """Change how sessions look in the answers of some operations."""

    def seed(service: Service) -> None:
        def alter(response: JsonResponse) -> None:
            for body in response.body.get("value", [response.body]):
                session = service.sessions.get(str(body.get("id")))
                if session:
                    change(body, session)

        on_success(alter, *operations)(service)

    return seed


def keep_totals(wrong: Callable[[int, int], bool], *operations: str) -> Seed:
    """Totals that stay as they were before a change, where `wrong` says so of the numbers before and after."""

    def mark(service: Service, session: Session, was: list[Json]) -> None:
        if wrong(len(was), len(session.artifacts)):
            session.conflict = f"was {len(was)}"

    def show(body: Json, session: Session) -> None:
        if str(session.conflict).startswith("was "):
            counts(total=int(str(session.conflict)[4:]))(JsonResponse(200, body))

    return seeds(after_update(mark), on_session_in(show, *operations))


def edit_session_in(edit: Change, *operations: str, when: Callable[[Session], object] = bool) -> Seed:
    """Make an edit of some sessions in the answers of some operations."""
    return on_session_in(lambda body, session: edit(JsonResponse(200, body)) if when(session) else None, *operations)
