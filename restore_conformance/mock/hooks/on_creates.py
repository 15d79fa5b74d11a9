"""Hooks around the checks of a create. Knows no single fault and no single variant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import items, sites
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks.on_operations import around_operation
from restore_conformance.mock.hooks.seed import Call, Seed, crash, refuse
from restore_conformance.mock.rules import Rule
from restore_conformance.mock.service import Service
from restore_conformance.mock.protocol import JsonResponse, Refusal


def before_check(look: Callable[[Json], object]) -> Seed:
    """Look at a payload, or change it, before the rules are applied; raise to misbehave."""
    return _around_check(lambda check: (look, check))


def after_check(look: Callable[[Json], object]) -> Seed:
    """Look at a payload, or change it, after all rules were applied; raise to misbehave."""
    return _around_check(lambda check: (check, look))


def _around_check(steps: Callable[[Rule], tuple[Callable[[Json], object], ...]]) -> Seed:
    def seed(service: Service) -> None:
        in_turn = steps(service.check)

        def checking(payload: Json) -> None:
            for step in in_turn:
                step(payload)

        service.check = checking

    return seed


def instead_of_check(check: Callable[[Service, Json], None]) -> Seed:
    """Check payloads in another way altogether."""

    def seed(service: Service) -> None:
        service.check = lambda payload: check(service, payload)

    return seed


def crash_before_check(when: Callable[[Any], bool]) -> Seed:
    """Some payloads are answered 500, before any rule is applied."""
    return before_check(lambda payload: crash() if when(payload) else None)


def drop_before_check(when: Callable[[Any], bool]) -> Seed:
    """Some payloads break the server before any rule is applied: the connection is dropped."""

    def look(payload: Json) -> None:
        if when(payload):
            raise RuntimeError("seeded")

    return before_check(look)


def refuse_before_check(when: Callable[[Any], object], code: str = "BadRequest", status: int = 400) -> Seed:
    """Some payloads are refused before any rule is applied."""
    return before_check(lambda payload: refuse(status, code) if when(payload) else None)


def refuse_after_shape(when: Callable[[Json], object], code: str = "BadRequest") -> Seed:
    """Some payloads of the right shape are refused before any other rule is applied."""

    def shaped(payload: Json) -> bool:
        rules.shape(payload)
        return bool(when(payload))

    return refuse_before_check(shaped, code)


def refuse_after_check(when: Callable[[Any], object], code: str = "BadRequest", status: int = 400) -> Seed:
    """Some valid payloads are refused."""
    return after_check(lambda payload: refuse(status, code) if when(payload) else None)


def drop_after_check(when: Callable[[Any], object]) -> Seed:
    """The connection is dropped on some valid payloads."""

    def look(payload: Json) -> None:
        if when(payload):
            raise ConnectionResetError("seeded")

    return after_check(look)


def crash_after_create(when: Callable[[Any], object], *, preferring: bool = False) -> Seed:
    """Some creates that should succeed are answered 500, and nothing is stored; with Prefer only where that is said."""

    def act(call: Call) -> JsonResponse:
        known = dict(call.service.sessions)
        response = call.proceed()
        if when(call.request.payload) and (call.request.all_members or not preferring):
            call.service.sessions = known
            raise Refusal(500, "InternalServerError", "An error occurred.")
        return response

    return around_operation(("create",), act)


def replace_rule(rule: str, by: Rule) -> Seed:
    """Apply another rule in the place of one."""

    def seed(service: Service) -> None:
        service.create_rules[rule] = by

    return seed


def change_rules(order: Callable[[dict[str, Rule]], dict[str, Rule]]) -> Seed:
    """Apply the rules in another order, or others."""

    def seed(service: Service) -> None:
        service.create_rules = order(service.create_rules)

    return seed


def skip_rule(rule: str) -> Seed:
    """Do not apply a rule."""
    return change_rules(lambda every: {name: check for name, check in every.items() if name != rule})


def skip_rule_when(rule: str, when: Callable[[Any], object]) -> Seed:
    """Do not apply a rule to some payloads; what is accepted so is completed, so that it can be stored."""
    return replace_rule_and_complete(rule, rule_unless(rule, when))


def rule_unless(rule: str, when: Callable[[Any], object]) -> Rule:
    """A rule that is not applied to some payloads."""
    return lambda payload: None if when(payload) else rules.CREATE[rule](payload)


def rule_refusing(when: Callable[[Any], object], code: str, status: int = 400, message: str = "") -> Rule:
    """A rule that refuses some payloads."""
    return lambda payload: refuse(status, code, message) if when(payload) else None


def rule_for_part(part: Callable[[list[Json]], list[Json]], rule: str) -> Rule:
    """A rule that is applied to a part of the full-site artifacts only."""

    def partial(payload: Json) -> None:
        some = {**payload, rules.SITE: part(sites(payload))} if payload.get(rules.SITE) else payload
        rules.CREATE[rule](some)

    return partial


def rule_then(rule: Rule, act: Callable[[Json], object]) -> Rule:
    """A rule, and something done to the payloads that it accepts."""

    def ask(payload: Json) -> None:
        rule(payload)
        act(payload)

    return ask


def before_rule(rule: str, act: Rule) -> Seed:
    """Do something to a payload, or refuse it, before a rule is applied."""
    return replace_rule(rule, rule_then(act, rules.CREATE[rule]))


def replace_rule_and_complete(rule: str, by: Rule) -> Seed:
    """Apply another rule; what it accepts is completed, so that it can be stored."""

    def seed(service: Service) -> None:
        last = list(service.create_rules)[-1]
        right = service.create_rules[last]
        service.create_rules[rule] = by
        service.create_rules[last] = rule_then(by if rule == last else right, complete_payload)

    return seed


def complete_payload(payload: Json) -> None:
    """Fill in what storing artifacts needs."""
    fill_destinations(payload)
    for site in sites(payload):
        if not isinstance(site.get("restorePoint"), dict) or not site["restorePoint"].get("id"):
            site["restorePoint"] = {"id": "00000000-0000-0000-0000-000000000000"}
    for item in items(payload):
        item["browseSessionId"] = item.get("browseSessionId") or "none"
        item["id"] = item.get("id") or "none"


def fill_destinations(payload: Json) -> None:
    """Give every full-site artifact a destination, so that it can be stored."""
    for site in sites(payload):
        site["destinationType"] = site.get("destinationType") or "inPlace"
