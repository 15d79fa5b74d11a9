"""Unusual but conforming lists, of sessions and of artifacts: pages, order, what an item holds, whose it is."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable

from restore_conformance.mock import session
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks import (
    ARTIFACTS, BOTH, GRANULAR, LISTS, Right, Seed, among, around, bodies, instead_of, keeping, seeds, setting,
)  # fmt: skip
from restore_conformance.mock.service import Service, skipped
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.register import Variant, of_each, without
from restore_conformance.mock.wire import Asked, Refusal, Reply

LINK = "@odata.nextLink"


def _reversed(body: Json) -> Json:
    return body | {"value": body["value"][::-1]}


def next_page(asked: Asked, start: int) -> str:
    path = asked.request.target.partition("?")[0]
    return f"{asked.base}{path}?$skiptoken={start}"


def paged(number: int, *operations: str) -> Seed:
    """Artifacts in pages of so many."""

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        reply = right()
        start = skipped(asked)
        every = reply.body["value"]
        reply.body["value"] = every[start : start + number]
        if start + number < len(every):
            reply.body[LINK] = next_page(asked, start + number)
        return reply

    return around(operations, act)


def _empty_first(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    reply = right()
    if "$skiptoken" not in asked.query and reply.body["value"]:
        reply.body |= {"value": [], LINK: next_page(asked, 0)}
    return reply


def _opaque_token(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if token := asked.query.get("$skiptoken"):
        try:
            asked.query["$skiptoken"] = base64.urlsafe_b64decode(token).decode().removeprefix("start:")
        except ValueError:
            raise Refusal(400, "BadRequest", "The token is none of this service.") from None
    reply = right()
    path, _, number = str(reply.body.get(LINK, "")).rpartition("=")
    if path:
        reply.body[LINK] = path + "=" + base64.urlsafe_b64encode(f"start:{int(number):09}".encode()).decode()
    return reply


def _by_kind(every: dict[str, Session]) -> dict[str, Session]:
    return dict(sorted(every.items(), key=lambda one: (one[1].kind, one[1].modified), reverse=True))


def _count(service: Service) -> None:
    bodies(lambda body: body | {"@odata.count": len(service.sessions)}, *LISTS)(service)


FOREIGN: list[Json] = [
    {
        "@odata.type": "#microsoft.graph.exchangeRestoreSession",
        "status": "completedWithError",
        "restoreJobType": "bulk",
    },
    {
        "@odata.type": "#microsoft.graph.oneDriveForBusinessRestoreSession",
        "status": "active",
        "restoreJobType": "standard",
    },
    {"@odata.type": "#microsoft.graph.exchangeRestoreSession", "status": "draft"},
]


def _mixed_types(service: Service) -> None:
    stamp = session.now()
    others: dict[str, Json] = {
        name: one | {"id": name, "createdDateTime": stamp, "lastModifiedDateTime": stamp, "error": None}
        for one in FOREIGN
        for name in [str(uuid.uuid4())]
    }

    def listing(body: Json) -> None:
        if LINK not in body:
            body["value"] = [*body["value"], *others.values()]

    def getting(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        known = others.get(asked.session)
        return Reply(200, dict(known)) if known else right()

    seeds(bodies(listing, "list"), around(("get",), getting))(service)


def _others_create_too(service: Service, born: Session, keep: Callable[[Session], None]) -> None:
    keep(born)
    other = session.open_session("granular" if len(service.sessions) % 3 else "standard", [], "application")
    other.created_by = {"user": {"id": "e", "displayName": "Somebody else"}}
    keep(other)


# ---------------------------------------------------------------- artifacts

TIMES = ("startDateTime", "completionDateTime", "restorePointDateTime")
TEXTS = ("restoredItemKey", "restoredItemPath", "restoredItemWebUrl", "webUrl", "siteId")
NAMES = {
    "restoredSiteId": "",
    "restoredSiteName": None,
    "restoredSiteWebUrl": None,
    "@odata.type": "#microsoft.graph.siteRestoreArtifact",
}
POINT = {"protectionDateTime": "2025-01-01T00:00:00Z", "expirationDateTime": None, "tags": "none"}


def unset(moment: str | None, text: str | None) -> Callable[[Json], Json]:
    """How times and texts that are not set yet are written."""

    def change(one: Json) -> Json:
        times = {name: moment for name in TIMES if name in one and one[name] is None}
        return one | times | {name: text for name in TEXTS if name in one}

    return of_each(change)


PAGING, GVER = "1.5: server paging by @odata.nextLink.", "GVER: paging on existing collections is compatible"
C15 = "C15: unset values are year-1 times, empty texts or null: accept all three."
# fmt: off
VARIANTS = [
    # ---------------------------------------------------------------- sessions
    Variant("field-page-of-one", "page", PAGING, setting("page", 1)),
    Variant("field-page-of-three", "page", PAGING, setting("page", 3)),
    Variant("field-page-of-1000", "page", "1.5: server paging by @odata.nextLink, of any size.", setting("page", 1000)),
    Variant("field2-list-empty-page", "list-page", "1.5: server paging by @odata.nextLink; OData JSON: a page may be empty.",
            around(LISTS, _empty_first)),
    Variant("field2-list-opaque-token", "list-token", "1.5: paging with $skiptoken, whatever it holds.", around(LISTS, _opaque_token)),
    Variant("field-newest-first", "list-order", "1.5: no order of the collection is documented.", bodies(_reversed, *LISTS)),
    Variant("field2-list-by-kind", "list-order", "1.5: no order of the collection is documented.", among(_by_kind, *LISTS)),
    Variant("field-list-count", "list-count", "4.7: control information may be present.", _count),
    Variant("field-list-no-context", "list-context", "4.7: control information may be absent.", bodies(without("@odata.context"), *LISTS)),
    Variant("field-list-no-error", "list-error", "2.1: error is null in list examples, absent in create examples.",
            bodies(of_each(without("error")), *LISTS)),
    Variant("field2-list-mixed-types", "list-types", "1.5: mixed derived types, each with its @odata.type.", _mixed_types),
    Variant("field2-others-create-too", "others", "1.5: the list holds restore sessions of whoever made them.", keeping(_others_create_too)),
    # ---------------------------------------------------------------- artifacts
    Variant("field-artifact-pages", "artifact-page", GVER + "; 1.9: some OData query parameters are supported.", paged(7, *ARTIFACTS)),
    Variant("field2-item-pages", "item-page", GVER + ".", paged(4, *GRANULAR)),
    Variant("field-artifacts-reversed", "artifact-order", "1.9: no order is documented.", bodies(_reversed, *BOTH)),
    Variant("field-unset-year-one", "unset", C15, bodies(unset("0001-01-01T00:00:00Z", ""), *BOTH)),
    Variant("field-unset-null", "unset", C15, bodies(unset(None, None), *BOTH)),
    Variant("field-unset-absent", "unset", "2.4: only id and status are not nullable; nulls need not be written.",
            bodies(of_each(lambda one: {name: value for name, value in one.items() if value not in (None, "")}), *BOTH)),
    Variant("field-point-not-expanded", "point", "2.3: restorePoint is a navigation property; 4.7: not returned unless expanded.",
            bodies(of_each(without("restorePoint")), *ARTIFACTS)),
    Variant("field-point-whole", "point", "2.5: a restore point has times and tags.",
            bodies(of_each(lambda one: one | {"restorePoint": one["restorePoint"] | POINT}), *ARTIFACTS)),
    Variant("field-site-names", "restored", "2.3: restored names are declared and nullable.", bodies(of_each(lambda one: one | NAMES), *ARTIFACTS)),
    Variant("field2-items-without-destination", "item-shape", "1.11: v1.0 declares neither destinationType nor error on items.",
            bodies(of_each(without("destinationType", "error")), *GRANULAR)),
    Variant("fair-item-status-null", "fair-status", "No page says that the status of a granular artifact is never null.",
            bodies(of_each(lambda one: one | {"status": None}), *GRANULAR), frozenset({"list-granular/response.status-shown"})),
    Variant("fair-any-id-lists-nothing", "fair-stranger", "No row says how the artifacts of an unknown session are refused: where ids are opaque, there are none of them.",
            instead_of("", lambda *_: Reply(200, {"value": []}), *BOTH)),
]
# fmt: on
