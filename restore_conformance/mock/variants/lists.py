"""Unusual but conforming lists, of sessions and of artifacts: pages, order, what an item holds, whose it is."""

from __future__ import annotations

import base64
import uuid

from restore_conformance.mock.edits import LINK, Json, each_with, each_without, without
from restore_conformance.mock.hooks import (
    ARTIFACT_READS, LISTS, LIST_ARTIFACTS, LIST_GRANULAR, Call, Seed, Store, around_operation, around_store,
    instead_of_refusal, on_body, on_items, seeds, set_limit, with_sessions,
)  # fmt: skip
from restore_conformance.mock.service import Service, skipped
from restore_conformance.mock.session import Session, now, open_session
from restore_conformance.mock.variants.register import Variant
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal


def _reversed(every: list[Json]) -> list[Json]:
    return every[::-1]


def _next_page(request: ParsedRequest, start: int) -> str:
    path = request.http.target.partition("?")[0]
    return f"{request.base}{path}?$skiptoken={start}"


def paged(number: int, *operations: str) -> Seed:
    """Artifacts in pages of so many."""

    def act(call: Call) -> JsonResponse:
        response = call.proceed()
        start, every = skipped(call.request), response.body["value"]
        response.body["value"] = every[start : start + number]
        if start + number < len(every):
            response.body[LINK] = _next_page(call.request, start + number)
        return response

    return around_operation(operations, act)


def _empty_first(call: Call) -> JsonResponse:
    response = call.proceed()
    if "$skiptoken" not in call.request.query and response.body["value"]:
        response.body |= {"value": [], LINK: _next_page(call.request, 0)}
    return response


def _opaque_token(call: Call) -> JsonResponse:
    if token := call.request.query.get("$skiptoken"):
        try:
            call.request.query["$skiptoken"] = base64.urlsafe_b64decode(token).decode().removeprefix("start:")
        except ValueError:
            raise Refusal(400, "BadRequest", "The token is not of this service.") from None
    response = call.proceed()
    path, _, number = str(response.body.get(LINK, "")).rpartition("=")
    if path:
        response.body[LINK] = path + "=" + base64.urlsafe_b64encode(f"start:{int(number):09}".encode()).decode()
    return response


def _by_kind(every: dict[str, Session]) -> dict[str, Session]:
    return dict(sorted(every.items(), key=lambda pair: (pair[1].kind, pair[1].modified), reverse=True))


def _count(service: Service) -> None:
    on_body(lambda body: body | {"@odata.count": len(service.sessions)}, *LISTS)(service)


GRAPH = "#microsoft.graph."
FOREIGN: list[Json] = [
    {"@odata.type": GRAPH + "exchangeRestoreSession", "status": "completedWithError", "restoreJobType": "bulk"},
    {"@odata.type": GRAPH + "oneDriveForBusinessRestoreSession", "status": "active", "restoreJobType": "standard"},
    {"@odata.type": GRAPH + "exchangeRestoreSession", "status": "draft"},
]


def _mixed_types(service: Service) -> None:
    stamp = now()
    others: dict[str, Json] = {
        name: session | {"id": name, "createdDateTime": stamp, "lastModifiedDateTime": stamp, "error": None}
        for session in FOREIGN
        for name in [str(uuid.uuid4())]
    }

    def listing(body: Json) -> None:
        if LINK not in body:
            body["value"] = [*body["value"], *others.values()]

    def getting(call: Call) -> JsonResponse:
        known = others.get(call.request.session)
        return JsonResponse(200, dict(known)) if known else call.proceed()

    seeds(on_body(listing, "list"), around_operation(("get",), getting))(service)


def _others_create_too(service: Service, created: Session, keep: Store) -> None:
    keep(created)
    other = open_session("granular" if len(service.sessions) % 3 else "standard", [], "application")
    other.created_by = {"user": {"id": "e", "displayName": "Somebody else"}}
    keep(other)


# ---------------------------------------------------------------- artifacts

TIMES = ("startDateTime", "completionDateTime", "restorePointDateTime")
TEXTS = ("restoredItemKey", "restoredItemPath", "restoredItemWebUrl", "webUrl", "siteId")
NAMES = {
    "restoredSiteId": "",
    "restoredSiteName": None,
    "restoredSiteWebUrl": None,
    "@odata.type": GRAPH + "siteRestoreArtifact",
}
POINT = {"protectionDateTime": "2025-01-01T00:00:00Z", "expirationDateTime": None, "tags": "none"}


def unset(moment: str | None, text: str | None) -> Seed:
    """How times and texts that are not set yet are written."""

    def change(every: list[Json]) -> None:
        for item in every:
            item.update({name: moment for name in TIMES if name in item and item[name] is None})
            item.update({name: text for name in TEXTS if name in item})

    return on_items(change, *ARTIFACT_READS)


PAGING, GVER = "1.5: server paging by @odata.nextLink.", "GVER: paging on existing collections is compatible"
C15 = "C15: unset values are year-1 times, empty texts or null: accept all three."
# fmt: off
VARIANTS = [
    # ---------------------------------------------------------------- sessions
    Variant("field-page-of-one", "page", PAGING, set_limit("page", 1)),
    Variant("field-page-of-three", "page", PAGING, set_limit("page", 3)),
    Variant("field-page-of-1000", "page", "1.5: server paging by @odata.nextLink, of any size.", set_limit("page", 1000)),
    Variant("field2-list-empty-page", "list-page", "1.5: server paging by @odata.nextLink; OData JSON: a page may be empty.",
            around_operation(LISTS, _empty_first)),
    Variant("field2-list-opaque-token", "list-token", "1.5: paging with $skiptoken, whatever it holds.", around_operation(LISTS, _opaque_token)),
    Variant("field-newest-first", "list-order", "1.5: no order of the collection is documented.", on_items(_reversed, *LISTS)),
    Variant("field2-list-by-kind", "list-order", "1.5: no order of the collection is documented.", with_sessions(_by_kind, *LISTS)),
    Variant("field-list-count", "list-count", "4.7: control information may be present.", _count),
    Variant("field-list-no-context", "list-context", "4.7: control information may be absent.", on_body(without("@odata.context"), *LISTS)),
    Variant("field-list-no-error", "list-error", "2.1: error is null in list examples, absent in create examples.",
            on_items(each_without("error"), *LISTS)),
    Variant("field2-list-mixed-types", "list-types", "1.5: mixed derived types, each with its @odata.type.", _mixed_types),
    Variant("field2-others-create-too", "others", "1.5: the list holds restore sessions of whoever made them.", around_store(_others_create_too)),
    # ---------------------------------------------------------------- artifacts
    Variant("field-artifact-pages", "artifact-page", GVER + "; 1.9: some OData query parameters are supported.", paged(7, *LIST_ARTIFACTS)),
    Variant("field2-item-pages", "item-page", GVER + ".", paged(4, *LIST_GRANULAR)),
    Variant("field-artifacts-reversed", "artifact-order", "1.9: no order is documented.", on_items(_reversed, *ARTIFACT_READS)),
    Variant("field-unset-year-one", "unset", C15, unset("0001-01-01T00:00:00Z", "")),
    Variant("field-unset-null", "unset", C15, unset(None, None)),
    Variant("field-unset-absent", "unset", "2.4: only id and status are not nullable; nulls need not be written.",
            on_items(lambda every: [{name: value for name, value in item.items() if value not in (None, "")} for item in every], *ARTIFACT_READS)),
    Variant("field-point-not-expanded", "point", "2.3: restorePoint is a navigation property; 4.7: not returned unless expanded.",
            on_items(each_without("restorePoint"), *LIST_ARTIFACTS)),
    Variant("field-point-whole", "point", "2.5: a restore point has times and tags.",
            on_items(each_with({"restorePoint": lambda old: old | POINT}), *LIST_ARTIFACTS)),
    Variant("field-site-names", "restored", "2.3: restored names are declared and nullable.", on_items(each_with(NAMES), *LIST_ARTIFACTS)),
    Variant("field2-items-without-destination", "item-shape", "1.11: v1.0 declares neither destinationType nor error on items.",
            on_items(each_without("destinationType", "error"), *LIST_GRANULAR)),
    Variant("fair-item-status-null", "fair-status", "No page says that the status of a granular artifact is never null.",
            on_items(each_with({"status": None}), *LIST_GRANULAR), frozenset({"list-granular/response.status-shown"})),
    Variant("fair-any-id-lists-nothing", "fair-stranger", "No row says how the artifacts of an unknown session are refused: where ids are opaque, there are none of them.",
            instead_of_refusal("", lambda *_: JsonResponse(200, {"value": []}), *ARTIFACT_READS)),
]
# fmt: on
