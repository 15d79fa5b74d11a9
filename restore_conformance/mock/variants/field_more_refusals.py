"""More odd but conforming refusals, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.exchange import header
from restore_conformance.mock import rules, wire
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.field_places import Json, on_error, plain, stricter, translated
from restore_conformance.mock.wire import Asked, Refusal, Reply

ORDER = "1.1: the tables have no order; a request that breaks two rules may be refused by either."

# ---------------------------------------------------------------- refusals


def _by_element(service: Service) -> None:
    def check(payload: Json) -> None:
        for rule in (rules.shape, rules.kinds, rules.conflict, rules.empty_list, rules.limit):
            rule(payload)
        for name in (rules.SITE, rules.GRANULAR):
            for one in payload.get(name) or []:
                for rule in (rules.path_types, rules.items, rules.restore_points):
                    rule({name: [one]})
        rules.duplicates(payload)
        rules.same_destination(payload)

    service.check = check  # type: ignore[method-assign]


plain("field2-rules-by-element", "rule-order", ORDER, _by_element)


def _every_problem(service: Service) -> None:
    problems: list[Refusal] = []

    def check(payload: Json) -> None:
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

    def detail(error: Json, _: Reply) -> None:
        if error["message"].endswith(" problems."):
            error["details"] = [{"code": one.code, "message": one.message} for one in problems]

    service.check = check  # type: ignore[method-assign]
    on_error(service, detail)


plain(
    "field2-every-problem-in-details",
    "code-place",
    "C19: search error.code, then inner errors, then details.",
    _every_problem,
)


def _typed_inner(error: Json, _: Reply) -> None:
    error["innerError"] |= {"@odata.type": "#microsoft.graph.innerError", "type": "ODataException", "stacktrace": ""}


plain(
    "field2-inner-typed",
    "inner-more",
    "4.1: the model of the inner error has @odata.type; it is open.",
    lambda service: on_error(service, _typed_inner),
)
plain(
    "field2-details-empty",
    "code-place",
    "4.1: details is an optional array.",
    lambda service: on_error(service, lambda error, _: error.update(details=[], target=None)),
)
plain(
    "field2-mixed-409",
    "mixed-code",
    "C3: no status and no code is given for both kinds: 4xx with an envelope.",
    lambda service: _mixed_as(service, 409, "Conflict"),
)
plain("field2-mixed-403", "mixed-code", "C3: no status and no code is given for both kinds: 4xx with an envelope.",
      lambda service: _mixed_as(service, 403, "RestoreSessionActionNotAllowed"))  # fmt: skip


def _mixed_as(service: Service, status: int, code: str) -> None:
    def wrong(refused: Refusal, asked: Asked) -> Refusal | None:
        return Refusal(status, code) if "mixed" in refused.message else None

    translated(service, wrong)


def early(name: str, dimension: str, allowed: str, when: Callable[[Asked], Refusal | None]) -> None:
    """Something is refused before the token is looked at."""

    def seed(service: Service) -> None:
        answer = service.answer

        def odd(asked: Asked) -> Reply:
            refused = when(asked)
            if refused is None:
                return answer(asked)
            made, client = wire.support_ids(asked.request.headers)
            return Reply(refused.status, wire.envelope(refused, made, client), {"request-id": made})

        service.answer = odd  # type: ignore[method-assign]

    plain(name, dimension, allowed, seed)


def _media_first(asked: Asked) -> Refusal | None:
    bad = asked.operation in {"create", "update"} and asked.request.body and not wire.is_json(asked.request.headers)
    return Refusal(415, "UnsupportedMediaType") if bad else None


def _acceptable(asked: Asked) -> Refusal | None:
    accepted = (header(asked.request.headers, "Accept") or "*/*").lower()
    fits = any(one in accepted for one in ("*/*", "application/*", "json"))
    return None if fits else Refusal(406, "NotAcceptable")


early("field2-media-before-token", "early", ORDER, _media_first)
early("field2-accept-checked", "accept", "4.2: 406 where the format that is asked for is not supported.", _acceptable)


def _plain_behavior(payload: Json) -> bool:
    return "conflictBehavior" in payload


plain("field2-plain-behavior-refused", "plain-behavior", "C6: the plain name is in a table only and declared nowhere; N39.",
      lambda service: stricter(service, _plain_behavior, "BadRequest"))  # fmt: skip


def _limited(service: Service) -> None:
    def rule(payload: Json) -> None:
        if len(payload.get(rules.SITE) or []) > 100 or len(payload.get(rules.GRANULAR) or []) > 500:
            raise Refusal(413, "RestoreArtifactsLimitBreached", "Too many artifacts in one request.")

    service.create_rules["limit"] = rule


plain("field2-limits-of-each-kind", "create-limit", "C4, C22: no limit is stated for create.", _limited)


def _distinct(key: Callable[[Json], str]) -> Callable[[Service], None]:
    def rule(payload: Json) -> None:
        for name in (rules.SITE, rules.GRANULAR):
            every = [key(one) for one in payload.get(name) or []]
            if len(set(every)) < len(every):
                raise Refusal(400, "DuplicateArtifactInList", "The list names an artifact twice.")

    def seed(service: Service) -> None:
        service.create_rules["duplicates"] = rule

    return seed


def _exact(one: Json) -> str:
    return str(one["restorePoint"]["id"]) if "restorePoint" in one else f"{one['browseSessionId']} {one['id']}"


def _item_alone(one: Json) -> str:
    return str(one["restorePoint"]["id"]).lower() if "restorePoint" in one else str(one["id"]).lower()


plain(
    "field2-duplicates-exact",
    "duplicate-key",
    "4.8: ids are opaque text, so letter case may matter.",
    _distinct(_exact),
)
plain("field2-duplicates-by-item", "duplicate-key", "1.1: the same granular id twice.", _distinct(_item_alone))
