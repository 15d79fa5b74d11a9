"""Odd but conforming refusals, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import header
from restore_conformance.mock import rules
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.field_places import Json, on_error, plain, stricter, translated
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Refusal, Reply

# ---------------------------------------------------------------- what is refused


def media_type(name: str, allowed: str, status: int, code: str, missing: int = 0) -> None:
    def wrong(refused: Refusal, asked: Asked) -> Refusal | None:
        absent = header(asked.request.headers, "Content-Type") is None
        return Refusal(missing if absent and missing else status, code) if refused.status == 415 else None

    plain(name, "media-refusal", allowed, lambda service: translated(service, wrong))


media_type("field-media-400", "C20: 415 in the table, 400 BadRequest observed.", 400, "BadRequest")
media_type("field-media-415-bad-request", "C20: accept 400 or 415; the code is not documented.", 415, "RequestBodyRead")
media_type("field-media-missing-400", "C20: accept 400 or 415.", 415, "UnsupportedMediaType", 400)


def refused_object(code: str) -> Callable[[Service], None]:
    def seed(service: Service) -> None:
        parse = service.parse

        def strict(body: bytes) -> Json:
            found = parse(body)
            if not found:
                raise Refusal(400, code)
            return found

        service.parse = strict  # type: ignore[method-assign]

    return seed


plain(
    "field-object-refused",
    "empty-object",
    "N14 and C2: is {} no payload? Refused as an empty list.",
    refused_object("InvalidArtifactRequest"),
)


def no_empty_list(when: Callable[[Any], bool]) -> Callable[[Service], None]:
    def rule(payload: Json) -> None:
        named = [payload[name] for name in (rules.SITE, rules.GRANULAR) if name in payload]
        if any(when(one) for one in named):
            rules.empty_list(payload)

    def seed(service: Service) -> None:
        service.create_rules["empty-list"] = rule

    return seed


C2 = "C2: [] and null are 400 InvalidArtifactRequest or 201 and empty."

plain(
    "field-half-mixed-refused",
    "half-mixed",
    "C3: both kinds present but one empty is unspecified.",
    lambda service: stricter(
        service, lambda payload: rules.SITE in payload and rules.GRANULAR in payload, "InvalidRequest"
    ),
)

READ_ONLY = frozenset(
    {
        "id",
        "status",
        "restoreJobType",
        "restoreSessionArtifactCount",
        "createdBy",
        "lastModifiedBy",
        "createdDateTime",
        "lastModifiedDateTime",
        "completedDateTime",
        "error",
    }
)
KNOWN = READ_ONLY | {rules.SITE, rules.GRANULAR, "siteRestoreArtifactsBulkAdditionRequests", "conflictBehavior"}


def _unknown(payload: Json) -> bool:
    return any("@" not in name and name not in KNOWN for name in payload)


plain(
    "field-read-only-refused",
    "read-only",
    "N38: read-only members: ignore or 400.",
    lambda service: stricter(service, lambda payload: bool(READ_ONLY & set(payload)), "BadRequest"),
)
plain(
    "field-unknown-refused",
    "unknown",
    "N39: the type is not open: 400 is expected, not documented.",
    lambda service: stricter(service, _unknown, "BadRequest"),
)


@variant("enum-case", "field-any-case-taken")
def any_case(service: Service) -> None:
    """N41: another letter case of a destination type is undocumented; do not fail either way."""
    check = service.check
    right = {"inplace": "inPlace", "new": "new"}

    def lax(payload: Json) -> None:
        rules.shape(payload)
        for name in (rules.SITE, rules.GRANULAR):
            for one in payload.get(name) or []:
                value = one.get("destinationType")
                one.update({"destinationType": right.get(value.lower(), value)} if isinstance(value, str) else {})
        check(payload)

    service.check = lax  # type: ignore[method-assign]


# ---------------------------------------------------------------- in which order it is checked


FIRST = {"duplicates": (rules.restore_points, rules.items), "same-destination": (rules.path_types,)}


def _tolerant(name: str, rule: rules.Rule) -> rules.Rule:
    """A rule that leaves to others what it cannot compare."""

    def ask(payload: Json) -> None:
        try:
            for other in FIRST.get(name, ()):
                other(payload)
        except Refusal:
            return
        rule(payload)

    return ask


def order(name: str, key: Callable[[int, str], Any]) -> None:
    def seed(service: Service) -> None:
        every = list(service.create_rules.items())
        ranks = {rule: key(number, rule) for number, (rule, _) in enumerate(every)}
        every.sort(key=lambda one: (one[0] != "shape", ranks[one[0]]))
        service.create_rules = {rule: _tolerant(rule, ask) for rule, ask in every}

    plain(
        name,
        "rule-order",
        "1.1: the table has no order; a request that breaks two rules may be refused by either.",
        seed,
    )


order("field-rules-reversed", lambda number, _: -number)
order("field-rules-by-name", lambda _, rule: rule)
order("field-limit-last", lambda number, rule: (rule == "limit", number))
order("field-duplicates-first", lambda number, rule: (rule != "duplicates", number))
order("field-kinds-last", lambda number, rule: (rule == "kinds", number))

# ---------------------------------------------------------------- codes that are free


def recoded(name: str, dimension: str, allowed: str, rule: str, status: int, code: str) -> None:
    """Another refusal where one rule of a create refuses."""

    def seed(service: Service) -> None:
        ask = service.create_rules[rule]

        def other(payload: Json) -> None:
            try:
                ask(payload)
            except Refusal:
                raise Refusal(status, code) from None

        service.create_rules[rule] = other

    plain(name, dimension, allowed, seed)


C3 = "C3: no status and no code is given for both kinds: 4xx with an envelope, the code is free."
recoded("field-mixed-artifact-code", "mixed-code", C3, "kinds", 400, "InvalidArtifactRequest")
recoded("field-mixed-bad-request", "mixed-code", C3, "kinds", 400, "BadRequest")
recoded("field-mixed-unheard-code", "mixed-code", C3, "kinds", 400, "CannotMixRestoreKinds")
recoded("field-mixed-422", "mixed-code", C3, "kinds", 422, "UnprocessableEntity")
recoded("field-items-bad-request", "items-code", "N31: which code is undocumented.", "items", 400, "BadRequest")
recoded("field-items-point-code", "items-code", "N31: which code is undocumented.", "items", 400, "InvalidRestorePoint")
recoded("field-conflict-bad-request", "conflict-code", "1.1: 400 without a code.", "conflict", 400, "BadRequest")
recoded(
    "field-conflict-artifact-code",
    "conflict-code",
    "1.1: 400 without a code.",
    "conflict",
    400,
    "InvalidArtifactRequest",
)


@variant("personal", "field-personal-401")
def personal_401(service: Service) -> None:
    """N7: a personal account is rejected with 401 or 403."""
    answer = service.answer

    def other(asked: Asked) -> Reply:
        reply = answer(asked)
        if asked.caller == "personal" and reply.status == 403:
            reply.status = 401
            reply.body["error"]["code"] = "InvalidAuthenticationToken"
        return reply

    service.answer = other  # type: ignore[method-assign]


def general(name: str, dimension: str, allowed: str, status: int, old: str, new: str) -> None:
    def change(error: Json, reply: Reply) -> None:
        if reply.status == status and error["code"] == old:
            error["code"] = new

    plain(name, dimension, allowed, lambda service: on_error(service, change))


general(
    "field-401-unauthenticated",
    "401-code",
    "4.2: 401 where authentication is missing or invalid; the code is free.",
    401,
    "InvalidAuthenticationToken",
    "unauthenticated",
)
general(
    "field-403-access-denied",
    "403-code",
    "4.2: 403 where access is denied; the code is free.",
    403,
    "Forbidden",
    "accessDenied",
)
general(
    "field-403-authorization",
    "403-code",
    "4.2: 403 where access is denied; the code is free.",
    403,
    "Forbidden",
    "Authorization_RequestDenied",
)
