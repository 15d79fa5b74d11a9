"""Odd but conforming sessions, written from the documents alone: counts, identities, nulls, members."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field_places import Json, on_render, plain
from restore_conformance.mock.variants.shaping import variant

Member = Callable[[Json, Session], Any]


def look(name: str, dimension: str, allowed: str, change: Member) -> None:
    """An odd look of a session wherever it is shown."""
    plain(name, dimension, allowed, lambda service: on_render(service, change))


def always(**members: Any) -> Member:
    return lambda body, _: body.update(deepcopy(members))


# ---------------------------------------------------------------- kind, counts


@variant("evolvable", "field-granular-always-shown")
def granular_shown(service: Service) -> None:
    """C8: without the header `granular` or `unknownFutureValue`; the examples show it without."""
    render = service.render
    service.render = lambda found, **options: render(found, **options | {"all_members": True})


COUNTS = "restoreSessionArtifactCount"


def progress(name: str, part: Callable[[int], int]) -> None:
    def change(body: Json, found: Session) -> None:
        if found.status == "draft":
            total = body[COUNTS]["total"]
            body[COUNTS] = body[COUNTS] | {"inProgress": part(total)}

    look(name, "in-progress", "C5: a fresh draft's inProgress is 2 in one example and 0 in others: 0..total.", change)


progress("field-progress-total", lambda total: total)
progress("field-progress-half", lambda total: total // 2)
progress("field-progress-all-but-one", lambda total: max(total - 1, 0))

# ---------------------------------------------------------------- identities

APP = {"id": "1fec8e78-bce4-4aaf-ab1b-5451cc387264", "displayName": "Microsoft Enhanced Restore"}
WHO = ("createdBy", "lastModifiedBy")


def identity(name: str, allowed: str, *values: Any) -> None:
    def change(body: Json, _: Session) -> None:
        body.update({who: deepcopy(value) for who, value in zip(WHO, values * 2, strict=False)})

    look(name, "identity", allowed, change)


identity("field-app-only", "2.7: application, device and user are optional each.", {"application": APP})
identity(
    "field-app-with-nulls",
    "2.7: identity members are nullable.",
    {"application": {"id": APP["id"], "displayName": None}, "user": None, "device": None},
)
identity(
    "field-user-only",
    "2.7: application, device and user are optional each.",
    {"user": {"id": APP["id"], "displayName": "User1"}},
)
identity("field-nobody", "2.7: an identity set whose children are all optional may be empty.", {})
identity("field-by-null", "2.1: createdBy and lastModifiedBy are nullable.", None)
identity(
    "field-two-users",
    "SEED: the examples show User1 and User2.",
    {"application": APP, "user": {"id": APP["id"], "displayName": "User1"}},
    {"application": APP, "user": {"id": APP["id"], "displayName": "User2"}},
)
identity(
    "field-open-identity",
    "2.7: identity sets and identities are open types.",
    {
        "application": APP | {"tenantId": APP["id"]},
        "site": {"id": "x"},
        "user": {"id": "a b", "displayName": "Zoë 雪", "roles": [1, None]},
    },
)

# ---------------------------------------------------------------- nulls

look(
    "field-null-completed",
    "nulls",
    "N28: completedDateTime is absent or null.",
    lambda body, _: body.setdefault("completedDateTime", None),
)
look(
    "field-null-error",
    "nulls",
    "1.5: `error: null` is present on items; N28: absent or null.",
    lambda body, _: body.setdefault("error", None),
)
look(
    "field-null-both",
    "nulls",
    "N28: completedDateTime and error are absent or null.",
    lambda body, _: body.update({n: body.get(n) for n in ("completedDateTime", "error")}),
)

# ---------------------------------------------------------------- unknown members


def counted(body: Json, _: Session) -> None:
    body[COUNTS] = body[COUNTS] | {"skipped": 0, "@odata.type": "#microsoft.graph.restoreSessionArtifactCount"}


look("field-extra-text", "extra", "N42: a response may hold more members than shown.", always(tenantId="t", labels=[]))
look(
    "field-extra-deep",
    "extra",
    "4.7: unknown extra properties must be tolerated.",
    always(region={"name": "EUR", "nested": [{"status": "x", "id": 5}]}),
)
look(
    "field-extra-lookalikes",
    "extra",
    "4.7: names are case-sensitive: these are other, unknown members.",
    always(Status=7, total="?", ID=None),
)
look(
    "field-extra-annotations",
    "extra",
    "4.7: control information may be present.",
    lambda body, _: body.update(
        {"@microsoft.graph.tips": "Use $select.", "status@odata.type": "#microsoft.graph.restoreSessionStatus"}
    ),
)
look("field-extra-counts", "extra-counts", "N42: unknown members must be tolerated.", counted)


@variant("extra-conflict", "field-behavior-echoed")
def behavior_echoed(service: Service) -> None:
    """N42: unknown members must be tolerated; nothing forbids to echo the annotation."""
    name = "@microsoft.graph.conflictBehavior"
    on_render(service, lambda body, found: body.update({name: found.conflict}) if found.conflict else None)


# ---------------------------------------------------------------- artifacts in the answer to a create


def expanded(name: str, allowed: str, both: bool) -> None:
    def change(body: Json, found: Session) -> None:
        if found.status == "draft" and body.get("@odata.context"):
            body[found.collection] = deepcopy(found.artifacts)
            if both:
                body.setdefault(rules.SITE, [])
                body.setdefault(rules.GRANULAR, [])

    look(name, "expanded", allowed, change)


expanded("field-artifacts-inline", "4.7: a server may expand them; 1.3: inline artifacts must be tolerated.", False)
expanded("field-both-lists-inline", "4.7: a server may expand navigation properties; an empty one is [].", True)
look(
    "field-artifact-links",
    "expanded",
    "4.7: control information may be present.",
    lambda body, found: body.update(
        {f"{n}@odata.navigationLink": f"restoreSessions/{found.id}/{n}" for n in (rules.SITE, rules.GRANULAR)}
    ),
)
