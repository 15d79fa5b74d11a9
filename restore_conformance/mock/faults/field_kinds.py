"""Defects around both kinds in one request and the conflict behaviour of a create, from the documents alone."""

from __future__ import annotations

import uuid
from typing import Any

from restore_conformance.mock import rules, session
from restore_conformance.mock.faults.field_places import (
    at_least,
    body,
    crashing,
    exactly,
    granular,
    ruled,
    standard,
    unless,
)
from restore_conformance.mock.faults.seeding import fault, items, made, on_reply, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]
BEHAVIOR = "@microsoft.graph.conflictBehavior"

# ---------------------------------------------------------------- both kinds in one request


def _both(payload: Any) -> bool:
    return isinstance(payload, dict) and bool(sites(payload)) and bool(items(payload))


def _granular_first(payload: Any) -> bool:
    return _both(payload) and list(payload).index(rules.GRANULAR) < list(payload).index(rules.SITE)


def mixed(name: str, shows: str, when: Any) -> None:
    ruled(name, "N12", shows, "kinds", unless(rules.kinds, when))


mixed("field-mixed-granular-first", "Granular items before sites are accepted.", _granular_first)
mixed("field-mixed-one-each", "One site and one item are accepted.", lambda p: _both(p) and exactly(2)(p))
mixed("field-mixed-more-sites", "Two sites and one item are accepted.", lambda p: len(sites(p)) > len(items(p)))
crashing("field-mixed-crash", "N12", "Both kinds: 500.", _both)


def _softly(reply: Reply) -> None:
    reply.status = 200


def on_mixed(name: str, shows: str, change: Any) -> None:
    def seed(service: Service) -> None:
        def alter(reply: Reply, asked: Asked) -> None:
            if reply.status == 400 and _both(asked.payload):
                change(reply)

        on_reply(service, alter)

    made(name, "N12", shows, seed)


on_mixed("field-mixed-soft", "Both kinds: 200 with an error in the body.", _softly)
on_mixed("field-mixed-no-body", "Both kinds: 400 without a body.", body(None))
on_mixed(
    "field-mixed-flat", "Both kinds: code and message without error.", body({"code": "InvalidRequest", "message": "x"})
)


@fault("N12", "field-mixed-refused-but-kept")
def mixed_refused_but_kept(service: Service) -> None:
    """Both kinds: 400, and yet the list shows one session more."""
    create = service.operations["create"][0]

    def keeping(asked: Asked) -> Reply:
        try:
            return create(asked)
        except Refusal:
            if _both(asked.payload):
                service.keep(session.open_session("standard", [], asked.caller))
            raise

    service.operations["create"] = (keeping, True)


# ---------------------------------------------------------------- conflict behaviour


def behavior(payload: Any) -> Any:
    return payload.get(BEHAVIOR) if isinstance(payload, dict) else None


def conflicting(name: str, blames: str, shows: str, when: Any) -> None:
    ruled(name, blames, shows, "conflict", unless(rules.conflict, when))


conflicting("field-conflict-on-sites", "N33", "replace with one site is accepted.", standard)
conflicting(
    "field-conflict-on-empty",
    "N33",
    "fail with no artifacts is accepted.",
    lambda p: not standard(p) and not granular(p),
)
conflicting(
    "field-conflict-overwrite", "N35", "overwrite is accepted.", lambda p: granular(p) and behavior(p) == "overwrite"
)
conflicting("field-conflict-any-value", "N35", "Any behaviour is accepted.", granular)
crashing(
    "field-conflict-rename-crash",
    "N32",
    "rename with three items: 500.",
    lambda p: behavior(p) == "rename" and at_least(3, granular)(p),
)
crashing("field-conflict-replace-crash", "N32", "replace: 500.", lambda p: behavior(p) == "replace" and granular(p))
crashing(
    "field-conflict-sites-crash", "N33", "fail with sites: 500.", lambda p: behavior(p) is not None and standard(p)
)


@fault("N32", "field-conflict-fail-refused")
def conflict_fail_refused(service: Service) -> None:
    """The default, fail, is refused when it is spelt out."""

    def rule(payload: Json) -> None:
        if behavior(payload) == "fail":
            raise Refusal(400, "InvalidRequest")
        rules.conflict(payload)

    service.create_rules["conflict"] = rule


def _item_id_given(payload: Json) -> None:
    for one in items(payload):
        one["id"] = one.get("id") or str(uuid.uuid4())
    rules.items(payload)


ruled("field-item-id-optional", "N31", "An item without id is accepted.", "items", _item_id_given)
