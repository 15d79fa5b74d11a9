"""Odd but conforming answers of the rest of a session's life, written from the documents alone."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.service import Service, skipped
from restore_conformance.mock.variants.field_places import Json, on_body, plain
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Refusal, Reply

LISTS = ("list", "list-typed")
GETS = ("get", "get-typed")

# ---------------------------------------------------------------- list


def paged(number: int) -> Any:
    def seed(service: Service) -> None:
        service.page = number

    return seed


plain("field-page-of-one", "page", "1.5: server paging by @odata.nextLink.", paged(1))
plain("field-page-of-three", "page", "1.5: server paging by @odata.nextLink.", paged(3))
plain("field-page-of-1000", "page", "1.5: server paging by @odata.nextLink, of any size.", paged(1000))


@variant("list-order", "field-newest-first")
def newest_first(service: Service) -> None:
    """1.5: no order of the collection is documented."""
    on_body(service, lambda body: body | {"value": body["value"][::-1]}, *LISTS)


plain(
    "field-list-count",
    "list-count",
    "4.7: control information may be present.",
    lambda service: on_body(service, lambda body: body | {"@odata.count": len(service.sessions)}, *LISTS),
)
plain(
    "field-list-no-context",
    "list-context",
    "4.7: control information may be absent.",
    lambda service: on_body(service, lambda body: {n: v for n, v in body.items() if n != "@odata.context"}, *LISTS),
)


def _without_error(body: Json) -> Json:
    return body | {"value": [{n: v for n, v in one.items() if n != "error"} for one in body["value"]]}


plain(
    "field-list-no-error",
    "list-error",
    "2.1: error is null in list examples, absent in create examples.",
    lambda service: on_body(service, _without_error, *LISTS),
)

# ---------------------------------------------------------------- update

DELTAS = (f"{rules.SITE}@delta", f"{rules.GRANULAR}@delta")


def _bare(body: Json) -> Json:
    return {name: value for name, value in body.items() if name in DELTAS}


def _dated(body: Json) -> Json:
    more = {"createdDateTime": "2025-06-28T15:05:54.1352557Z"}
    return body | {n: [one | more if "status" in one else one for one in body[n]] for n in DELTAS if n in body}


@variant("update-answer", "field-update-whole-session")
def update_whole(service: Service) -> None:
    """1.6: 200 with the updated sharePointRestoreSession."""
    act, write = service.operations["update"]

    def whole(asked: Asked) -> Reply:
        reply = act(asked)
        reply.body = service.render(service.sessions[asked.session.lower()], all_members=asked.all_members) | reply.body
        return reply

    service.operations["update"] = (whole, write)


plain(
    "field-update-bare",
    "update-answer",
    "1.6: the standard example is a bare object that holds the delta only.",
    lambda service: on_body(service, _bare, "update"),
)
plain(
    "field-update-dated",
    "update-dates",
    "C13: added items carry createdDateTime in the samples.",
    lambda service: on_body(service, _dated, "update"),
)

# ---------------------------------------------------------------- artifacts

YEAR_ONE = "0001-01-01T00:00:00Z"
TIMES = ("startDateTime", "completionDateTime", "restorePointDateTime")
TEXTS = ("restoredItemKey", "restoredItemPath", "restoredItemWebUrl", "webUrl", "siteId")
BOTH = ("list-artifacts", "list-granular")


def _unset(moment: str | None, text: str | None) -> Any:
    def change(one: Json) -> Json:
        new = {n: moment for n in TIMES if n in one and one[n] is None}
        return one | new | {n: text for n in TEXTS if n in one}

    return change


def _trimmed(one: Json) -> Json:
    return {n: v for n, v in one.items() if v not in (None, "")}


def artifacts(name: str, dimension: str, allowed: str, change: Any, *operations: str) -> None:
    def each(body: Json) -> Json:
        return body | {"value": [change(deepcopy(one)) for one in body["value"]]}

    plain(name, dimension, allowed, lambda service: on_body(service, each, *(operations or BOTH)))


C15 = "C15: unset values are year-1 times, empty texts or null: accept all three."
artifacts("field-unset-year-one", "unset", C15, _unset(YEAR_ONE, ""))
artifacts("field-unset-null", "unset", C15, _unset(None, None))
artifacts(
    "field-unset-absent", "unset", "2.4: only id and status are not nullable; nulls need not be written.", _trimmed
)
artifacts(
    "field-point-not-expanded",
    "point",
    "2.3: restorePoint is a navigation property; 4.7: not returned unless expanded.",
    lambda one: {n: v for n, v in one.items() if n != "restorePoint"},
    "list-artifacts",
)
artifacts(
    "field-point-whole",
    "point",
    "2.5: a restore point has times and tags.",
    lambda one: (
        one
        | {
            "restorePoint": one["restorePoint"]
            | {"protectionDateTime": "2025-01-01T00:00:00Z", "expirationDateTime": None, "tags": "none"}
        }
    ),
    "list-artifacts",
)
artifacts(
    "field-site-names",
    "restored",
    "2.3: restored names are declared and nullable.",
    lambda one: (
        one
        | {
            "restoredSiteId": "",
            "restoredSiteName": None,
            "restoredSiteWebUrl": None,
            "@odata.type": "#microsoft.graph.siteRestoreArtifact",
        }
    ),
    "list-artifacts",
)
plain(
    "field-artifacts-reversed",
    "artifact-order",
    "1.9: no order is documented.",
    lambda service: on_body(service, lambda body: body | {"value": body["value"][::-1]}, *BOTH),
)


@variant("artifact-page", "field-artifact-pages")
def artifact_pages(service: Service) -> None:
    """GVER: paging on existing collections is compatible; 1.9: some OData query parameters are supported."""
    act, write = service.operations["list-artifacts"]

    def page(asked: Asked) -> Reply:
        reply = act(asked)
        start = skipped(asked)
        every = reply.body["value"]
        reply.body["value"] = every[start : start + 7]
        if start + 7 < len(every):
            path = asked.request.target.partition("?")[0]
            reply.body["@odata.nextLink"] = f"{asked.base}{path}?$skiptoken={start + 7}"
        return reply

    service.operations["list-artifacts"] = (page, write)


# ---------------------------------------------------------------- pace


@variant("pace", "field-slow-start")
def slow_start(service: Service) -> None:
    """2.9: a session is activating while all is scheduled; no page says for how long."""
    reads: dict[str, int] = {}
    for name in GETS:
        _held(service, name, reads)


def _held(service: Service, name: str, reads: dict[str, int]) -> None:
    act, write = service.operations[name]

    def held(asked: Asked) -> Reply:
        found = service.find(asked)
        reads[found.id] = reads.get(found.id, 0) + 1
        if found.status == "draft" or reads[found.id] % 3 == 0:
            return act(asked)
        return Reply(200, service.render(found, all_members=asked.all_members))

    service.operations[name] = (held, write)


# ---------------------------------------------------------------- activate

plain(
    "field-always-crowded",
    "activation",
    "1.8: sessions of somebody else may be active already, as many as there may be.",
    lambda service: setattr(service, "activation_limit", 0),
)

# ---------------------------------------------------------------- create

plain(
    "field-extra-alike",
    "extra-alike",
    "N42: there may be members that are not shown, however they are named.",
    lambda service: on_body(service, lambda body: body | {"error_": "", "completed_date_time": None}, "create"),
)


@variant("create-limit", "field-limit-of-a-thousand")
def limit_of_a_thousand(service: Service) -> None:
    """C4, C22: no limit is stated for create; the largest that any page names is a thousand."""

    def rule(payload: Json) -> None:
        if any(len(payload.get(name) or []) > 1000 for name in (rules.SITE, rules.GRANULAR)):
            raise Refusal(413, "RestoreArtifactsLimitBreached", "Too many artifacts in one request.")

    service.create_rules["limit"] = rule
