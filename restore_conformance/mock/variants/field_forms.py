"""Odd but conforming ids, times and annotations, written from the documents alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field import COUNTS, look
from restore_conformance.mock.variants.field_places import Json, on_answer, on_body, on_render, plain, walked
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Reply

# ---------------------------------------------------------------- ids

_SESSION_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


def ids(service: Service, outward: Callable[[str], str]) -> None:
    """Session ids in another form, in every body that is a session or holds some."""

    def session_id(body: Json) -> None:
        if isinstance(body.get("id"), str) and _SESSION_ID.match(body["id"]):
            body["id"] = outward(body["id"])

    def change(body: Json) -> None:
        session_id(body)
        for one in body.get("value") or []:
            if COUNTS in one:
                session_id(one)

    on_body(service, change, "create", "get", "get-typed", "list", "list-typed", "update", "activate")


plain(
    "field-id-capitals", "id-form", "4.8: GUID text is compared without case.", lambda service: ids(service, str.upper)
)


@variant("id-form", "field-id-opaque")
def id_opaque(service: Service) -> None:
    """4.8: ids are opaque text, format and length may change; 2.1: do not require a GUID."""
    ids(service, lambda old: "rs_" + old.replace("-", ""))
    route = service.route

    def routed(request: Any) -> Asked:
        asked = route(request)
        if re.fullmatch("rs_[0-9a-f]{32}", asked.session):
            bare = asked.session[3:]
            asked.session = "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
        return asked

    service.route = routed  # type: ignore[method-assign]


# ---------------------------------------------------------------- timestamps

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def times(service: Service, change: Callable[[str], str]) -> None:
    """Every time of an answer that succeeds in another form."""

    def each(value: Json) -> Json:
        return {
            n: change(v) if isinstance(v, str) and n.endswith("DateTime") and MOMENT.match(v) else v
            for n, v in value.items()
        }

    on_body(service, lambda body: walked(body, each))


def fraction(number: int) -> Callable[[str], str]:
    def change(old: str) -> str:
        zone_at = len(old) - (1 if old.endswith("Z") else 6)
        digits = (old[20:zone_at] + "0" * 12)[:number]
        return old[:19] + ("." + digits if digits else "") + old[zone_at:]

    return change


def timed(name: str, dimension: str, allowed: str, change: Callable[[str], str]) -> None:
    plain(name, dimension, allowed, lambda service: times(service, change))


for _digits in (0, 1, 2, 3, 6, 9, 12):
    timed(f"field-fraction-{_digits}", "fraction", "4.8: accept 0-12 digits of a fraction.", fraction(_digits))


def zone(hours: float) -> Callable[[str], str]:
    def change(old: str) -> str:
        if not old.endswith("Z") or old.startswith("0001"):
            return old
        moved = datetime.fromisoformat(old[:19] + "+00:00").astimezone(timezone(timedelta(hours=hours))).isoformat()
        return moved[:19] + old[19:-1] + moved[19:]

    return change


for _name, _hours in (("field-zone-zero", 0.0), ("field-zone-east", 5.75), ("field-zone-west", -8.0)):
    timed(_name, "zone", "4.8: accept numeric offsets.", zone(_hours))


@variant("zone", "field-zone-mixed")
def zone_mixed(service: Service) -> None:
    """4.8: accept numeric offsets; two times are ordered as moments, not as texts."""
    on_render(service, lambda body, _: body.update(createdDateTime=zone(12.0)(body["createdDateTime"])))


look(
    "field-modified-later",
    "modified",
    "SEED example 2: modified a third of a second after created.",
    lambda body, found: body.update(lastModifiedDateTime=_later(found.modified)),
)


def _later(stamp: str) -> str:
    moment = datetime.fromisoformat(stamp[:26] + "+00:00") + timedelta(milliseconds=350)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


# ---------------------------------------------------------------- annotations

TYPE, CONTEXT = "@odata.type", "@odata.context"


def _without(*names: str) -> Callable[[Json], Json]:
    return lambda body: {name: value for name, value in body.items() if name not in names}


def _full(body: Json) -> Json:
    at = f"solutions/backupRestore/sharePointRestoreSessions('{body.get('id')}')"
    return body | {
        "@odata.id": at,
        "@odata.editLink": at,
        "@odata.etag": 'W/"1"',
        "createdDateTime@odata.type": "#DateTimeOffset",
    }


def _unquoted(body: Json) -> Json:
    return {"@odata.id": f"/solutions/backupRestore/sharepointRestoreSessions({body.get('id')})"} | body


def _short(body: Json) -> Json:
    return {name.replace("@odata.", "@"): value for name, value in body.items()}


SHOWN = ("create", "activate")
ABSENT = "4.7: annotations may be present or absent by metadata level; never require them."
plain("field-no-annotations", "annotations", ABSENT, lambda service: on_body(service, _without(TYPE, CONTEXT), *SHOWN))
plain("field-no-type", "annotations", ABSENT, lambda service: on_body(service, _without(TYPE), *SHOWN))
plain(
    "field-no-context",
    "annotations",
    "1.4: the example of get lacks it. " + ABSENT,
    lambda service: on_body(service, _without(CONTEXT), *SHOWN, "get", "get-typed"),
)
plain("field-full-annotations", "annotations", ABSENT, lambda service: on_body(service, _full, *SHOWN))
plain(
    "field-odata-id-unquoted",
    "annotations",
    "C11: `@odata.id` without quotes around the key.",
    lambda service: on_body(service, _unquoted, *SHOWN),
)
plain(
    "field-short-annotations",
    "annotations",
    "4.7 and C17: 4.01 short names are possible.",
    lambda service: on_body(service, _short, *SHOWN),
)


def _type(value: str) -> Callable[[Json, Session], None]:
    return lambda body, _: body.update({TYPE: value})


look(
    "field-type-small-p",
    "type-case",
    "C11: the examples spell the type with a small p.",
    _type("#microsoft.graph.sharepointRestoreSession"),
)


def contextual(name: str, value: str) -> None:
    def change(reply: Reply, asked: Asked) -> None:
        if asked.operation == "create" and reply.status == 201:
            reply.body.update({key: value for key in (CONTEXT, "@context") if key in reply.body})

    plain(
        name,
        "context",
        "C17: six spellings; a text that contains $metadata#. N30: ends with /$entity.",
        lambda service: on_answer(service, change),
    )


ROOT = "solutions/backupRestore"
contextual("field-context-blank", f" /{ROOT}/$metadata#restoreSessions/$entity")
contextual("field-context-base", f"/{ROOT}/$metadata#restoreSessions/$entity")
contextual("field-context-type-name", f"/{ROOT}/$metadata#sharepointRestoreSession/$entity")
contextual(
    "field-context-absolute", f"https://graph.microsoft.com/beta/$metadata#{ROOT}/sharePointRestoreSessions/$entity"
)
contextual(
    "field-context-old-version", f"https://graph.microsoft.com/v1.0/$metadata#{ROOT}/sharePointRestoreSessions/$entity"
)
contextual("field-context-small", f"/{ROOT}/$metadata#sharepointRestoreSessions/$entity")
