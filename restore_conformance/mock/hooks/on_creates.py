"""Verbs that change what a create checks and reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import items, sites
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks.on_operations import around
from restore_conformance.mock.hooks.seed import Call, Seed, crash, refuse
from restore_conformance.mock.rules import Rule
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Refusal, Reply


def checks(look: Callable[[Json], object], *, last: bool = False) -> Seed:
    """Look at a payload, or change it, before any rule is asked or `last` of all; raise to misbehave."""

    def seed(service: Service) -> None:
        check = service.check
        steps = (check, look) if last else (look, check)

        def checking(payload: Json) -> None:
            for step in steps:
                step(payload)

        service.check = checking

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
    return checks(lambda payload: refuse(status, code) if when(payload) else None)


def stricter(when: Callable[[Json], object], code: str = "BadRequest") -> Seed:
    """Some payloads of the right shape are refused before any other rule is asked."""

    def shaped(payload: Json) -> bool:
        rules.shape(payload)
        return bool(when(payload))

    return refuses_first(shaped, code)


def refuses(when: Callable[[Any], object], code: str = "BadRequest", status: int = 400) -> Seed:
    """Some valid payloads are refused."""
    return checks(lambda payload: refuse(status, code) if when(payload) else None, last=True)


def drops(when: Callable[[Any], object]) -> Seed:
    """The connection is dropped on some valid payloads."""

    def look(payload: Json) -> None:
        if when(payload):
            raise ConnectionResetError("seeded")

    return checks(look, last=True)


def breaks_after(when: Callable[[Any], object], *, preferring: bool = False) -> Seed:
    """Some creates that should succeed are answered 500, and nothing is kept; with Prefer only where that is said."""

    def act(call: Call) -> Reply:
        known = dict(call.service.sessions)
        reply = call.proceed()
        if when(call.asked.payload) and (call.asked.all_members or not preferring):
            call.service.sessions = known
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
    return rules_ordered(lambda every: {name: check for name, check in every.items() if name != rule})


def passes(rule: str, when: Callable[[Any], object]) -> Seed:
    """Do not ask a rule of some payloads; what it lets through is completed, so that it can be kept."""
    return lets_through(rule, unless(rule, when))


def unless(rule: str, when: Callable[[Any], object]) -> Rule:
    """A rule that is not asked of some payloads."""
    return lambda payload: None if when(payload) else rules.CREATE[rule](payload)


def refusing(when: Callable[[Any], object], code: str, status: int = 400, message: str = "") -> Rule:
    """A rule that refuses some payloads."""
    return lambda payload: refuse(status, code, message) if when(payload) else None


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


def prepares(rule: str, act: Rule) -> Seed:
    """Do something to a payload, or refuse it, before a rule is asked."""
    return ruled(rule, then(act, rules.CREATE[rule]))


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
    for site in sites(payload):
        if not isinstance(site.get("restorePoint"), dict) or not site["restorePoint"].get("id"):
            site["restorePoint"] = {"id": "00000000-0000-0000-0000-000000000000"}
    for item in items(payload):
        item["browseSessionId"] = item.get("browseSessionId") or "none"
        item["id"] = item.get("id") or "none"


def place(payload: Json) -> None:
    """Give every full-site artifact a destination, so that it can be kept."""
    for site in sites(payload):
        site["destinationType"] = site.get("destinationType") or "inPlace"
