"""Unusual but conforming readers of requests: what is taken, what is refused, in which order it is checked, who may ask."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import (
    ARTIFACT_LISTS,
    CONFLICT_BEHAVIOR,
    items,
    media_type_of,
    has_duplicates,
    sites,
)
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks import (
    ARTIFACTS_LIMIT, DUPLICATE_ARTIFACT, INVALID_ARTIFACT_REQUEST, LIST_GRANULAR, Call, Parser, Seed, after_parse,
    around_parse, before_check, before_parse, change_rules, instead_of_check, on_error, refuse, refuse_after_shape,
    refuse_calls, replace_rule, require_write_permission, rule_refusing, seeds, skip_rule,
)  # fmt: skip
from restore_conformance.mock.rules import Rule
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.register import Variant
from restore_conformance.mock.protocol import JsonResponse, Refusal

LEVELS = 64

# ---------------------------------------------------------------- what is read


def _narrow(digits: str) -> int:
    number = int(digits)
    return number if -(1 << 63) <= number < 1 << 63 else refuse(400, "BadRequest", "A number is out of range.")


def _numbers(raw: bytes) -> None:
    with contextlib.suppress(ValueError, RecursionError):
        json.loads(raw, parse_int=_narrow)


def _levels(raw: bytes) -> None:
    if b"[" * LEVELS in raw or b'{"a":' * LEVELS in raw:
        refuse(400, "BadRequest", "The payload is nested too deep.")


def _converted(payload: Json) -> None:
    payload.update(
        {name: [payload[name]] for name in ARTIFACT_LISTS if payload.get(name) and isinstance(payload[name], dict)}
    )
    for item in items(payload):
        for name in ("browseSessionId", "id"):
            if isinstance(item.get(name), (int, dict)):
                item[name] = json.dumps(item[name])


def _whole_pairs(payload: Json) -> None:
    try:
        json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Refusal(500, "InternalServerError", "An error occurred.") from None


def unparsed(status: int, code: str) -> Seed:
    """What cannot be read is refused another way."""

    def act(raw: bytes, parse: Parser) -> Json:
        try:
            return parse(raw)
        except Refusal as refusal:
            raise Refusal(status, code, refusal.message) from None

    return around_parse(act)


# ---------------------------------------------------------------- which members a request may hold

OWN = {rules.SITE: {"restorePoint", "destinationType"}, rules.GRANULAR: {"browseSessionId", "id", "destinationType"}}
READ_ONLY = {
    "id", "status", "restoreJobType", "restoreSessionArtifactCount", "createdBy", "lastModifiedBy",
    "createdDateTime", "lastModifiedDateTime", "completedDateTime", "error",
}  # fmt: skip
KNOWN = READ_ONLY | {*ARTIFACT_LISTS, "siteRestoreArtifactsBulkAdditionRequests", "conflictBehavior"}


def _not_specified(payload: Json) -> bool:
    if (
        set(payload) - set(OWN) - {CONFLICT_BEHAVIOR}
    ):  # another edition of the page lets a request specify the behaviour
        return True
    every = [(artifact, members) for name, members in OWN.items() for artifact in payload.get(name) or []]
    return any(
        set(artifact) - members or set(artifact.get("restorePoint") or ()) - {"id"} for artifact, members in every
    )


def _future_is_new(payload: Json) -> Json:
    if any(site.get("destinationType") == "unknownFutureValue" for site in sites(payload)):
        return payload | {rules.SITE: [{**site, "destinationType": "new"} for site in payload[rules.SITE]]}
    return payload


def _any_case(payload: Json) -> None:
    right = {"inplace": "inPlace", "new": "new"}
    rules.shape(payload)
    for artifact in [*sites(payload), *items(payload)]:
        value = artifact.get("destinationType")
        if isinstance(value, str):
            artifact["destinationType"] = right.get(value.lower(), value)


def _sentinel_possible(service: Service) -> None:
    check = service.check
    instead_of_check(lambda _, payload: check(_future_is_new(payload)))(service)


def _names_nothing(call: Call) -> bool:
    return bool((call.request.http.body or b"").strip()) and not call.service.payload(call.request)


def limited(to_sites: int, to_items: int) -> Seed:
    """Another limit of artifacts in a create."""
    most = {rules.SITE: to_sites, rules.GRANULAR: to_items}
    crowded = rule_refusing(
        lambda payload: any(len(payload.get(name) or []) > most[name] for name in ARTIFACT_LISTS),
        ARTIFACTS_LIMIT, 413, "Too many artifacts in one request.",
    )  # fmt: skip
    return replace_rule("limit", crowded)


def distinct(key: Callable[[Json], str]) -> Seed:
    """Another idea of what the same artifact is."""
    twice = rule_refusing(
        lambda payload: any(has_duplicates([key(artifact) for artifact in payload.get(name) or []]) for name in ARTIFACT_LISTS),
        DUPLICATE_ARTIFACT, message="The list names an artifact twice.",
    )  # fmt: skip
    return replace_rule("duplicates", twice)


# ---------------------------------------------------------------- in which order it is checked

FIRST = {"duplicates": (rules.restore_points, rules.items), "same-destination": (rules.path_types,)}


def _tolerant(name: str, rule: Rule) -> Rule:
    """A rule that leaves to others what it cannot compare."""

    def ask(payload: Json) -> None:
        try:
            for other in FIRST.get(name, ()):
                other(payload)
        except Refusal:
            return
        rule(payload)

    return ask


def ordered(key: Callable[[int, str], Any]) -> Seed:
    """The rules in another order, that on shapes first."""

    def order(every: dict[str, Rule]) -> dict[str, Rule]:
        ranks = {rule: (rule != "shape", key(number, rule)) for number, rule in enumerate(every)}
        return {name: _tolerant(name, every[name]) for name in sorted(every, key=lambda name: ranks[name])}

    return change_rules(order)


def _by_element(service: Service, payload: Json) -> None:
    for rule in (rules.shape, rules.kinds, rules.conflict, rules.empty_list, rules.limit):
        rule(payload)
    for name in ARTIFACT_LISTS:
        for element in payload.get(name) or []:
            for rule in (rules.path_types, rules.items, rules.restore_points):
                rule({name: [element]})
    rules.duplicates(payload)
    rules.same_destination(payload)


def _every_problem(service: Service) -> None:
    problems: list[Refusal] = []

    def check(service: Service, payload: Json) -> None:
        problems.clear()
        rules.shape(payload)
        for name, rule in service.create_rules.items():
            if name == "duplicates" and problems:
                continue
            try:
                rule(payload)
            except Refusal as refused:
                problems.append(refused)
        if problems:
            raise Refusal(problems[0].status, "BadRequest", f"{len(problems)} problems.")

    def detail(error: Json, _: JsonResponse) -> None:
        if problems:
            error["details"] = [{"code": problem.code, "message": problem.message} for problem in problems]
            problems.clear()

    seeds(instead_of_check(check), on_error(detail))(service)


NO_LIST = "The request names no list of artifacts."
ORDER = "1.1: the table has no order; a request that breaks two rules may be refused by either."
ORDERS = "1.1: the tables have no order; a request that breaks two rules may be refused by either."
GATEWAY = "C2, C20, 4.9 e: a POST with neither payload nor Content-Type may die in the gateway."
LOOKUP = "N31 and section 8: which code an unknown item or an expired browse session has is unknown."
B = "create/request-body."
# fmt: off
VARIANTS = [
    # ---------------------------------------------------------------- other ways to check, which know nothing of those below
    Variant("field2-rules-by-element", "rule-order", ORDERS, instead_of_check(_by_element)),
    Variant("field2-every-problem-in-details", "code-place", "C19: search error.code, then inner errors, then details.", _every_problem),
    # ---------------------------------------------------------------- what is read
    Variant("numbers-of-64-bits", "bounds", "RFC 8259, 9: a reader may set limits on the range of numbers; what exceeds them is refused.",
            before_parse(_numbers)),
    Variant("no-more-than-64-levels", "bounds", "RFC 8259, 9: a reader may set limits on the depth of nesting; what exceeds them is refused.",
            before_parse(_levels)),
    Variant("fair-types-converted", "fair-types", 'No row says how an item is refused: a reader that converts takes one object for a list, and 5 for "5".',
            after_parse(_converted), frozenset({B + "converted-types", B + "collection-form"})),
    Variant("fair-half-pairs-are-fatal", "fair-half-pairs", "RFC 8259, 8.2: receivers of half a surrogate pair may even suffer fatal runtime exceptions.",
            after_parse(_whole_pairs), frozenset({B + "unpredictable-json"})),
    Variant("fair-broken-json-422", "fair-unparsed", "Graph's status table: 422 for what cannot be processed.",
            unparsed(422, "UnprocessableEntity"), frozenset({"update/errors.codes"})),
    Variant("fair-broken-json-415", "fair-unparsed", "RFC 9110, 15.5.16: content that was looked at, too.",
            unparsed(415, "UnsupportedMediaType"), frozenset({"update/errors.codes"})),
    Variant("field-object-refused", "empty-object", "N14 and C2: is {} no payload? Refused as an empty list.", after_parse(lambda payload: None if payload else refuse(400, INVALID_ARTIFACT_REQUEST))),
    *(Variant(f"field2-untyped-empty-{status}", "untyped-empty", GATEWAY, refuse_calls(("create",), lambda call: not call.request.http.body and media_type_of(call.request) is None, status, code)) for status, code in (
        (400, "BadRequest"), (411, "LengthRequired"), (415, "UnsupportedMediaType"),
    )),
    # ---------------------------------------------------------------- what a request may hold
    Variant("fair-specified-members-only", "fair-members", "The page lists the properties that can be specified: every other member is refused, @odata.type too.",
            refuse_after_shape(_not_specified), frozenset({B + "control-information"})),
    Variant("fair-sentinel-possible", "fair-sentinel", "The type's page lists unknownFutureValue among the possible values of destinationType.",
            _sentinel_possible, frozenset({B + "unknown-future-value"})),
    Variant("fair-empty-list-is-no-payload", "fair-empty-list", "Introduction: what names nothing makes an empty session, which is where the bulk workflow starts from.",
            skip_rule("empty-list"), frozenset({"create/errors.empty-list-refused"})),
    Variant("fair-empty-object-lacks-members", "fair-empty-object", "The property table calls both lists Required, and no code is named for a request with neither.",
            seeds(before_check(rule_refusing(lambda payload: payload and not any(name in payload for name in ARTIFACT_LISTS), "BadRequest", message=NO_LIST)),
                  refuse_calls(("create",), _names_nothing, 422, "UnprocessableEntity", NO_LIST))),
    Variant("field-half-mixed-refused", "half-mixed", "C3: both kinds present but one empty is unspecified.",
            refuse_after_shape(lambda payload: all(name in payload for name in ARTIFACT_LISTS), "InvalidRequest")),
    Variant("field-read-only-refused", "read-only", "N38: read-only members: ignore or 400.", refuse_after_shape(lambda payload: READ_ONLY & set(payload))),
    Variant("field-unknown-refused", "unknown", "N39: the type is not open: 400 is expected, not documented.",
            refuse_after_shape(lambda payload: any("@" not in name and name not in KNOWN for name in payload))),
    Variant("field2-plain-behavior-refused", "plain-behavior", "C6: the plain name is in a table only and declared nowhere; N39.",
            refuse_after_shape(lambda payload: "conflictBehavior" in payload)),
    Variant("field-any-case-taken", "enum-case", "N41: another letter case of a destination type is undocumented; do not fail either way.",
            before_check(_any_case)),
    *(Variant(f"field2-items-looked-up-{name}", "item-lookup", LOOKUP, replace_rule("lookup", rule_refusing(lambda payload: payload.get(rules.GRANULAR), code, status, "There is no such browse session."))) for name, status, code in (
        ("artifact", 400, "InvalidArtifactRequest"), ("point", 400, "InvalidRestorePoint"), ("browse", 400, "InvalidBrowseSessionId"),
        ("404", 404, "BrowseSessionNotFound"), ("410", 410, "BrowseSessionExpired"),
    )),
    Variant("field2-limits-of-each-kind", "create-limit", "C4, C22: no limit is stated for create.", limited(100, 500)),
    Variant("field-limit-of-a-thousand", "create-limit", "C4, C22: no limit is stated for create; the largest that any page names is a thousand.",
            limited(1000, 1000)),
    Variant("field2-duplicates-exact", "duplicate-key", "4.8: ids are opaque text, so letter case may matter.",
            distinct(lambda artifact: str(artifact["restorePoint"]["id"]) if "restorePoint" in artifact else f"{artifact['browseSessionId']} {artifact['id']}")),
    Variant("field2-duplicates-by-item", "duplicate-key", "1.1: the same granular id twice.",
            distinct(lambda artifact: str(artifact["restorePoint"]["id"] if "restorePoint" in artifact else artifact["id"]).lower())),
    # ---------------------------------------------------------------- in which order it is checked
    Variant("field-rules-reversed", "rule-order", ORDER, ordered(lambda number, _: -number)),
    Variant("field-rules-by-name", "rule-order", ORDER, ordered(lambda _, rule: rule)),
    Variant("field-limit-last", "rule-order", ORDER, ordered(lambda number, rule: (rule == "limit", number))),
    Variant("field-duplicates-first", "rule-order", ORDER, ordered(lambda number, rule: (rule != "duplicates", number))),
    Variant("field-kinds-last", "rule-order", ORDER, ordered(lambda number, rule: (rule == "kinds", number))),
    # ---------------------------------------------------------------- who may ask
    Variant("fair-one-permission", "fair-permission", "The pinned page knows one permission, with nothing higher or lower, so that every route asks for it.",
            require_write_permission, frozenset(f"{operation}/permissions.read-permission-suffices" for operation in ("get", "list", "list-artifacts"))),
    Variant("field2-items-need-a-role", "role", "1.9: delegated callers need a directory role to list items.",
            refuse_calls(LIST_GRANULAR, lambda call: call.request.caller != "application", 403, "Forbidden", "The caller lacks the role of a SharePoint Backup Administrator.")),
]
# fmt: on
