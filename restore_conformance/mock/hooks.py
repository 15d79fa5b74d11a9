"""The only module that changes a service: what one does to a step or an operation of it, as verbs.

Every verb makes a `Seed`, which changes one service; seeds are joined with `seeds`. An edit (`mock.edits`) changes an
answer, a condition (`mock.conditions`) looks at what was sent. Knows no single fault and no single variant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

from restore_conformance.exchange import Headers, Request, Response
from restore_conformance.mock import life, rules
from restore_conformance.mock.conditions import always, items, sent, sites
from restore_conformance.mock.edits import Change, Json
from restore_conformance.mock.manner import Manner, Spoil
from restore_conformance.mock.rules import Rule
from restore_conformance.mock.service import Operation, Service
from restore_conformance.mock.session import Session, artifact, open_session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Seed = Callable[[Service], None]
Right = Callable[[], Reply]
Parse = Callable[[bytes], Json]
Keep = Callable[[Session], None]
Read = Callable[[Service, Asked], Json]
Act = Callable[[Service, Asked, Session | None, Right], Reply]
GETS = ("get", "get-typed")
LISTS = ("list", "list-typed")
DELETES = ("delete", "delete-typed")
ARTIFACTS = ("list-artifacts",)
GRANULAR = ("list-granular",)
BOTH = (*ARTIFACTS, *GRANULAR)
READING = frozenset({*GETS, *LISTS, *BOTH})


def seeds(*every: Seed) -> Seed:
    """Several changes of one service, one after the other."""

    def seed(service: Service) -> None:
        for one in every:
            one(service)

    return seed


def crash(reason: str = "seeded") -> NoReturn:
    """The answer of a server that broke: 500 with Graph's envelope."""
    raise Refusal(500, "InternalServerError", f"An error occurred ({reason}).")


# ---------------------------------------------------------------- the answer


def responses(change: Callable[[Response, Headers], Response]) -> Seed:
    """Change what goes over the wire; `change` gets the headers of the request too."""
    return requests(lambda respond, request: change(respond(request), request.headers))


def requests(act: Callable[[Callable[[Request], Response], Request], Response]) -> Seed:
    """Answer requests another way; `act` gets the usual one and the request."""

    def seed(service: Service) -> None:
        respond = service.respond
        service.respond = lambda request: act(respond, request)

    return seed


def answering(act: Callable[[Service, Asked, Callable[[Asked], Reply]], Reply]) -> Seed:
    """Answer requests that were routed another way, before the token is looked at."""

    def seed(service: Service) -> None:
        answer = service.answer
        service.answer = lambda asked: act(service, asked, answer)

    return seed


def replies(change: Callable[[Reply, Asked], object], *operations: str) -> Seed:
    """Change any answer, refusals included, of these operations or of all."""

    def act(service: Service, asked: Asked, answer: Callable[[Asked], Reply]) -> Reply:
        reply = answer(asked)
        if not operations or asked.operation in operations:
            change(reply, asked)
        return reply

    return answering(act)


def created(edit: Change, when: Callable[[Any], object] = always, caller: str = "") -> Seed:
    """Change the answer to creates that succeed; what is kept stays as it is."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201 and when(asked.payload) and caller in {"", asked.caller}:
            edit(reply)

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
        every = [dict(one) for one in reply.body["value"]]
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


# ---------------------------------------------------------------- who asks


def _signed(asked: Asked, token: str) -> None:
    kept = tuple(one for one in asked.request.headers if one[0].lower() != "authorization")
    asked.request = replace(asked.request, headers=(("Authorization", f"Bearer {token}"), *kept))


def posing(when: Callable[[Service, Asked], bool], operation: str = "create") -> Seed:
    """Take a caller for one that may do everything."""

    def act(service: Service, asked: Asked, answer: Callable[[Asked], Reply]) -> Reply:
        if asked.operation == operation and when(service, asked):
            _signed(asked, service.token)
        return answer(asked)

    return answering(act)


def serves(caller: str, operation: str = "create") -> Seed:
    """Serve a kind of caller that may not use an operation, or one without a token ("none")."""

    def poses(service: Service, asked: Asked) -> bool:
        token = (asked.request.header("Authorization") or "").removeprefix("Bearer ")
        return service.tokens.get(token, "none") == caller

    return posing(poses, operation)


def locks_out(caller: str, operation: str = "create", status: int = 403, code: str = "Forbidden") -> Seed:
    """Refuse a kind of caller that may use an operation."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        if asked.caller == caller:
            raise Refusal(status, code)
        return right()

    return around((operation,), act)


# ---------------------------------------------------------------- operations


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


# ---------------------------------------------------------------- changes of a draft


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


# ---------------------------------------------------------------- what a create checks


def checks(look: Callable[[Json], object]) -> Seed:
    """Look at a payload, or change it, before any rule is asked; raise to misbehave."""

    def seed(service: Service) -> None:
        check = service.check

        def looking(payload: Json) -> None:
            look(payload)
            check(payload)

        service.check = looking

    return seed


def checking(check: Callable[[Service, Json], None]) -> Seed:
    """Check payloads in another way altogether."""

    def seed(service: Service) -> None:
        service.check = lambda payload: check(service, payload)

    return seed


def crashes(when: Callable[[Any], bool]) -> Seed:
    """Some payloads are answered 500, before any rule is asked."""
    return checks(lambda payload: crash() if when(payload) else None)


def breaks(when: Callable[[Any], bool]) -> Seed:
    """Some payloads break the server before any rule is asked: the connection is dropped."""

    def look(payload: Json) -> None:
        if when(payload):
            raise RuntimeError("seeded")

    return checks(look)


def refuses_first(when: Callable[[Any], object], code: str = "BadRequest", status: int = 400) -> Seed:
    """Some payloads are refused before any rule is asked."""

    def look(payload: Json) -> None:
        if when(payload):
            raise Refusal(status, code)

    return checks(look)


def stricter(when: Callable[[Json], object], code: str = "BadRequest") -> Seed:
    """Some payloads of the right shape are refused before any other rule is asked."""

    def shaped(payload: Json) -> bool:
        rules.shape(payload)
        return bool(when(payload))

    return refuses_first(shaped, code)


def refuses(when: Callable[[Any], object], code: str = "BadRequest", status: int = 400) -> Seed:
    """Some valid payloads are refused."""

    def seed(service: Service) -> None:
        check = service.check

        def strict(payload: Json) -> None:
            check(payload)
            if when(payload):
                raise Refusal(status, code)

        service.check = strict

    return seed


def drops(when: Callable[[Any], object]) -> Seed:
    """The connection is dropped on some valid payloads."""

    def seed(service: Service) -> None:
        check = service.check

        def dropping(payload: Json) -> None:
            check(payload)
            if when(payload):
                raise ConnectionResetError("seeded")

        service.check = dropping

    return seed


def breaks_after(when: Callable[[Any], object], *, preferring: bool = False) -> Seed:
    """Some creates that should succeed are answered 500, and nothing is kept; with Prefer only where that is said."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        known = dict(service.sessions)
        reply = right()
        if when(asked.payload) and (asked.all_members or not preferring):
            service.sessions = known
            raise Refusal(500, "InternalServerError", "An error occurred.")
        return reply

    return around(("create",), act)


def ruled(rule: str, by: Rule) -> Seed:
    """Ask another rule in the place of one."""

    def seed(service: Service) -> None:
        service.create_rules[rule] = by

    return seed


def rules_ordered(order: Callable[[dict[str, Rule]], dict[str, Rule]]) -> Seed:
    """Ask the rules in another order, or others."""

    def seed(service: Service) -> None:
        service.create_rules = order(service.create_rules)

    return seed


def skips(rule: str) -> Seed:
    """Do not ask a rule."""
    return rules_ordered(lambda every: {name: one for name, one in every.items() if name != rule})


def passes(rule: str, when: Callable[[Any], object]) -> Seed:
    """Do not ask a rule of some payloads."""
    return ruled(rule, unless(rule, when))


def unless(rule: str, when: Callable[[Any], object]) -> Rule:
    """A rule that is not asked of some payloads."""
    return lambda payload: None if when(payload) else rules.CREATE[rule](payload)


def refusing(when: Callable[[Any], object], code: str, status: int = 400, message: str = "") -> Rule:
    """A rule that refuses some payloads."""

    def rule(payload: Json) -> None:
        if when(payload):
            raise Refusal(status, code, message)

    return rule


def only(part: Callable[[list[Json]], list[Json]], rule: str) -> Rule:
    """A rule that looks at a part of the full-site artifacts only."""

    def partial(payload: Json) -> None:
        some = {**payload, rules.SITE: part(sites(payload))} if payload.get(rules.SITE) else payload
        rules.CREATE[rule](some)

    return partial


def then(rule: Rule, act: Callable[[Json], object]) -> Rule:
    """A rule, and something done to the payloads that it lets through."""

    def ask(payload: Json) -> None:
        rule(payload)
        act(payload)

    return ask


def first(act: Rule, rule: str) -> Rule:
    """Something done to a payload, and a rule asked after it."""
    return then(act, rules.CREATE[rule])


def lets_through(rule: str, by: Rule) -> Seed:
    """Ask another rule; what it lets through is completed, so that it can be kept."""

    def seed(service: Service) -> None:
        last = list(service.create_rules)[-1]
        right = service.create_rules[last]
        service.create_rules[rule] = by
        service.create_rules[last] = then(by if rule == last else right, complete)

    return seed


def complete(payload: Json) -> None:
    """Fill in what the keeping of artifacts needs."""
    place(payload)
    for one in sites(payload):
        if not isinstance(one.get("restorePoint"), dict) or not one["restorePoint"].get("id"):
            one["restorePoint"] = {"id": "00000000-0000-0000-0000-000000000000"}
    for one in items(payload):
        one["browseSessionId"] = one.get("browseSessionId") or "none"
        one["id"] = one.get("id") or "none"


def place(payload: Json) -> None:
    """Give every full-site artifact a destination, so that it can be kept."""
    for one in sites(payload):
        one["destinationType"] = one.get("destinationType") or "inPlace"


# ---------------------------------------------------------------- what a create reads and keeps


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


# ---------------------------------------------------------------- how a session is shown


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


# ---------------------------------------------------------------- the wire


def framed(**habits: Any) -> Seed:
    """Give a service habits on the wire, beside those it has."""

    def seed(service: Service) -> None:
        service.manner = service.manner or Manner()
        for name, value in habits.items():
            setattr(service.manner, name, value)

    return seed


def spoils(spoil: Spoil) -> Seed:
    """Put some answers on the wire as they must not be."""
    return framed(spoil=spoil)
