"""Further places where a defect can be seeded, for the defects written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.seeding import crash, items, kind_of, made, on_reply, sites
from restore_conformance.mock.rules import Rule
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply

Json = dict[str, Any]
When = Callable[[Any], bool]
Around = Callable[[Operation, Asked], Reply]


def standard(payload: Any) -> bool:
    return kind_of(payload) == "standard"


def granular(payload: Any) -> bool:
    return kind_of(payload) == "granular"


def empty(payload: Any) -> bool:
    return kind_of(payload) == "empty"


def always(_: Any) -> bool:
    return True


def to_new(payload: Any) -> bool:
    """Whether a valid full-site payload restores to new places."""
    return standard(payload) and all(one.get("destinationType") == "new" for one in sites(payload))


def count_of(payload: Any) -> int:
    """How many artifacts a payload names, whatever it is."""
    return len(sites(payload)) + len(items(payload)) if isinstance(payload, dict) else 0


def at_least(number: int, when: When = always) -> When:
    return lambda payload: count_of(payload) >= number and when(payload)


def exactly(number: int, when: When = always) -> When:
    return lambda payload: count_of(payload) == number and when(payload)


# ---------------------------------------------------------------- answers to a create


def reply_where(name: str, blames: str, shows: str, change: Callable[[Reply], None], when: When = always) -> None:
    """A defect of the whole answer to a create that succeeds."""

    def seed(service: Service) -> None:
        def lying(reply: Reply, asked: Asked) -> None:
            if reply.status == 201 and when(asked.payload):
                change(reply)

        on_reply(service, lying)

    made(name, blames, shows, seed)


def body_where(name: str, blames: str, shows: str, change: Callable[[Json], None], when: When = always) -> None:
    """A defect of the JSON in the answer to a create that succeeds."""
    reply_where(name, blames, shows, lambda reply: change(reply.body), when)


def member(name: str, blames: str, shows: str, path: str, value: Any, when: When = always) -> None:
    """A member with the wrong value; `value` may be a function of the right one."""

    def change(body: Json) -> None:
        *way, last = path.split("/")
        holder = body
        for step in way:
            holder[step] = dict(holder[step])
            holder = holder[step]
        holder[last] = value(holder.get(last)) if callable(value) else value

    body_where(name, blames, shows, change, when)


# ---------------------------------------------------------------- what every operation shows


def on_render(service: Service, change: Callable[[Json, Session], None]) -> None:
    """Change how a session looks wherever it is shown."""
    render = service.render

    def lying(found: Session, **options: Any) -> Json:
        body = render(found, **options)
        change(body, found)
        return body

    service.render = lying


def shown(name: str, blames: str, shows: str, change: Callable[[Json, Session], None]) -> None:
    """A defect of a session wherever it is shown."""
    made(name, blames, shows, lambda service: on_render(service, change))


# ---------------------------------------------------------------- refusals


def coded(reply: Reply, code: str) -> bool:
    return isinstance(reply.body, dict) and reply.body.get("error", {}).get("code") == code


def refusal(name: str, blames: str, shows: str, code: str, change: Callable[[Reply], None], *operations: str) -> None:
    """A defect of a refusal with that service code."""

    def alter(reply: Reply, asked: Asked) -> None:
        if coded(reply, code):
            change(reply)

    def seed(service: Service) -> None:
        for operation in operations or ("create",):
            on_reply(service, alter, operation)

    made(name, blames, shows, seed)


def status(value: int) -> Callable[[Reply], None]:
    def change(reply: Reply) -> None:
        reply.status = value

    return change


def code(value: Any) -> Callable[[Reply], None]:
    def change(reply: Reply) -> None:
        reply.body["error"]["code"] = value

    return change


def body(value: Any) -> Callable[[Reply], None]:
    def change(reply: Reply) -> None:
        reply.body = value

    return change


def text(value: str, media: str = "text/plain") -> Callable[[Reply], None]:
    def change(reply: Reply) -> None:
        reply.raw = value.encode()
        reply.headers["Content-Type"] = media

    return change


def joined(*changes: Callable[[Reply], None]) -> Callable[[Reply], None]:
    """Several changes to one answer."""

    def change(reply: Reply) -> None:
        for one in changes:
            one(reply)

    return change


def ruled(name: str, blames: str, shows: str, rule: str, by: Rule, *, newer: bool = False) -> None:
    """Another rule in the place of a right one."""

    def seed(service: Service) -> None:
        service.create_rules[rule] = by

    made(name, blames, shows, seed, newer=newer)


def unless(rule: Rule, when: When) -> Rule:
    """A rule that is not asked of some payloads."""

    def lax(payload: Json) -> None:
        if not when(payload):
            rule(payload)

    return lax


def crashing(name: str, blames: str, shows: str, when: When) -> None:
    """A server error for some payloads, before any rule is asked."""

    def seed(service: Service) -> None:
        check = service.check

        def broken(payload: Json) -> None:
            if when(payload):
                crash()
            check(payload)

        service.check = broken  # type: ignore[method-assign]

    made(name, blames, shows, seed)


def points(payload: Any) -> list[str]:
    """The restore point ids that a payload names, where they are text."""
    found = [one.get("restorePoint") for one in sites(payload)] if isinstance(payload, dict) else []
    return [one["id"] for one in found if isinstance(one, dict) and isinstance(one.get("id"), str)]


def browse_ids(payload: Any) -> list[str]:
    """The browse sessions that a payload names, where they are text."""
    found = [one.get("browseSessionId") for one in items(payload)] if isinstance(payload, dict) else []
    return [one for one in found if isinstance(one, str)]


def only(part: Callable[[list[Json]], list[Json]], rule: Rule) -> Rule:
    """A rule that looks at a part of the full-site artifacts only."""

    def partial(payload: Json) -> None:
        rule({**payload, rules.SITE: part(sites(payload))} if payload.get(rules.SITE) else payload)

    return partial


def filled(rule: Rule) -> Rule:
    """A lax rule that afterwards gives every full-site artifact a destination, so that it can be kept."""

    def fill(payload: Json) -> None:
        rule(payload)
        for one in sites(payload):
            one["destinationType"] = one.get("destinationType") or "inPlace"

    return fill


# ---------------------------------------------------------------- operations


def around(service: Service, names: tuple[str, ...], act: Around) -> None:
    """Put something around operations."""
    for name in names:
        inner, write = service.operations[name]
        service.operations[name] = (_around(inner, act), write)


def _around(inner: Operation, act: Around) -> Operation:
    return lambda asked: act(inner, asked)


def lived(name: str, blames: str, shows: str, names: tuple[str, ...], act: Around) -> None:
    """A defect around operations that needs nothing else of the service."""
    made(name, blames, shows, lambda service: around(service, names, act))
