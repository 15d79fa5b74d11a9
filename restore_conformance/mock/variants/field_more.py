"""More odd but conforming services, written from the documents alone: ids, times, more in the answers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from restore_conformance.exchange import Headers, Response
from restore_conformance.mock import session
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field_places import (
    Json,
    on_body,
    on_render,
    on_response,
    plain,
    walked,
)
from restore_conformance.mock.wire import Asked, Refusal

OPAQUE = "4.8: ids are opaque text, format and length may change; 2.1: do not require a GUID."
ORDER = "1.1: the tables have no order; a request that breaks two rules may be refused by either."
MORE = "N42: a response may hold more members than shown."
GETS = ("get", "get-typed")

# ---------------------------------------------------------------- ids


def ids(name: str, allowed: str, make: Callable[[Session, int], str], pattern: str) -> None:
    """Session ids of another shape; a text of no such shape is an id that is none."""

    def seed(service: Service) -> None:
        keep, numbers = service.keep, itertools.count(1)

        def keeping(born: Session) -> None:
            born.id = make(born, next(numbers))
            keep(born)

        def find(asked: Asked) -> Session:
            if not re.fullmatch(pattern, asked.session):
                raise Refusal(400, "InvalidRestoreSessionId", "The session id is not valid.")
            if asked.session not in service.sessions:
                raise Refusal(404, "RestoreSessionNotFound", "There is no such session.")
            return service.sessions[asked.session]

        service.keep = keeping  # type: ignore[assignment]
        service.find = find  # type: ignore[method-assign]

    plain(name, "id-shape", allowed, seed)


ids("field2-id-hex", OPAQUE, lambda born, _: born.id.replace("-", ""), "[0-9a-f]{32}")
ids("field2-id-number", OPAQUE, lambda _, number: str(100_000 + number), "[0-9]{1,18}")
ids("field2-id-compound", OPAQUE, lambda born, n: f"sp_{n}.{born.id}", r"sp_[0-9]+\.[0-9a-f-]{36}")
ids("field2-id-long", OPAQUE, lambda born, _: f"{born.id}," * 3 + born.id, "[0-9a-f,-]{147}")
ids("field2-id-any-text", OPAQUE, lambda born, _: "rs-" + born.id, r"[A-Za-z0-9._~-]{3,64}")


def artifact_ids(name: str, allowed: str, make: Callable[[Json, int], str]) -> None:
    def seed(service: Service) -> None:
        keep = service.keep

        def keeping(born: Session) -> None:
            if born.kind == "standard":
                for number, one in enumerate(born.artifacts, 1):
                    one["id"] = make(one, number)
            keep(born)

        service.keep = keeping  # type: ignore[assignment]

    plain(name, "artifact-id", allowed, seed)


artifact_ids(
    "field2-artifact-id-number",
    "2.3: the service assigns it; contained, so its session makes it one.",
    lambda _, n: str(n),
)
artifact_ids(
    "field2-artifact-id-is-point",
    "2.3: the service assigns it, as opaque text.",
    lambda one, _: one["restorePoint"]["id"],
)
artifact_ids("field2-artifact-id-path", "2.3: the service assigns it, as opaque text.",
             lambda one, n: f"{one['restorePoint']['id']};{one['destinationType']};{n}")  # fmt: skip

# ---------------------------------------------------------------- times and people


def timed(name: str, dimension: str, allowed: str, change: Callable[[datetime], str]) -> None:
    def alter(holder: Json) -> Json:
        return {one: _time(value, change) if one.endswith("DateTime") else value for one, value in holder.items()}

    plain(name, dimension, allowed, lambda service: on_body(service, lambda body: walked(body, alter)))


def _time(value: Any, change: Callable[[datetime], str]) -> Any:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return value
    return change(found.astimezone(UTC)) if found and found.tzinfo and found.year > 1 else value


def _by(**apart: int) -> Callable[[datetime], str]:
    return lambda moment: (moment + timedelta(**apart)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


CLOCK = "2.1: server-set times; no page says that the clocks of both agree."
timed("field2-clock-behind", "modified-when", CLOCK, _by(hours=-3))
timed("field2-clock-ahead", "modified-when", CLOCK, _by(hours=7, minutes=11))
timed(
    "field2-clock-of-minutes",
    "modified-when",
    "4.8: zero digits of fraction; no page says how fine a clock is.",
    lambda moment: moment.strftime("%Y-%m-%dT%H:%M:00Z"),
)
plain(
    "field2-modified-touched",
    "modified-when",
    "No page says that reading leaves lastModifiedDateTime alone.",
    lambda service: on_body(service, lambda body: body | {"lastModifiedDateTime": session.now()}, *GETS),
)
plain("field2-modified-stays", "modified-when", "No page says that a change moves lastModifiedDateTime.",
      lambda service: on_render(service, lambda body, found: body.update(lastModifiedDateTime=found.created)))  # fmt: skip

SERVICE = {"application": {"id": "00000003-0000-0ff1-ce00-000000000000", "displayName": "Backup service"}}


def _by_service(body: Json, found: Session) -> None:
    if found.status != "draft":
        body["lastModifiedBy"] = deepcopy(SERVICE)


def _names_later(body: Json) -> Json:
    who = {one: dict(value, displayName=None) if value else value for one, value in (body["createdBy"] or {}).items()}
    return body | {"createdBy": who, "lastModifiedBy": who}


plain(
    "field2-modified-by-service",
    "modified-by",
    "2.1: set by the server; the service itself may be the last to modify.",
    lambda service: on_render(service, _by_service),
)
plain("field2-names-resolved-later", "names", "2.7: displayName is nullable; a directory is asked later.",
      lambda service: on_body(service, _names_later, "create"))  # fmt: skip

# ---------------------------------------------------------------- more in the answers


def more(name: str, dimension: str, allowed: str, **members: Any) -> None:
    plain(name, dimension, allowed, lambda service: on_render(service, lambda body, _: body.update(deepcopy(members))))


more("field2-tips", "tips", "4.7: control information may be present.", **{"@microsoft.graph.tips": "Use $select."})
more("field2-etag-member", "etag-member", "4.7: control information may be present.", **{"@odata.etag": 'W/"1"'})
more(
    "field2-action-shown",
    "action",
    "4.7: control information by metadata level; OData JSON 14: bound actions.",
    **{"#microsoft.graph.activate": {"title": "activate", "target": "activate"}},
)
more(
    "field2-bulk-inline",
    "bulk",
    "4.7: a server may expand navigation properties.",
    siteRestoreArtifactsBulkAdditionRequests=[],
)
more("field2-express-members", "stack", MORE, _id="665f", __v=0, links=[{"rel": "self", "href": "/x"}])
more("field2-spring-members", "stack", MORE, _links={"self": {"href": "/x"}}, version=None, page={"size": 20})


def _no_progress(body: Json, found: Session) -> None:
    if found.status == "draft":
        body["restoreSessionArtifactCount"] = body["restoreSessionArtifactCount"] | {"inProgress": None}


plain("field2-progress-null", "in-progress", "2.6: each count is nullable, and a draft's inProgress is not settled (C5).",
      lambda service: on_render(service, _no_progress))  # fmt: skip


def headed(name: str, dimension: str, allowed: str, *new: tuple[str, str]) -> None:
    def change(response: Response, _: Headers) -> Response:
        return Response(response.status, (*response.headers, *new), response.body)

    plain(name, dimension, allowed, lambda service: on_response(service, change))


headed(
    "field2-express-headers",
    "stack-headers",
    "RFC 9110 section 5.1: unknown fields may be passed over.",
    ("X-Powered-By", "Express"),
    ("ETag", 'W/"9-abc"'),
    ("Keep-Alive", "timeout=5"),
)
headed(
    "field2-spring-headers",
    "stack-headers",
    "RFC 9110 section 5.3: a field may come several times.",
    ("Vary", "Origin"),
    ("Vary", "Access-Control-Request-Method"),
    ("X-Content-Type-Options", "nosniff"),
)
headed("field2-azure-headers", "stack-headers", "4.4: x-ms-ags-diagnostic, timestamp or Date.",
       ("x-ms-ags-diagnostic", '{"ServerInfo":{"Ring":"4"}}'), ("timestamp", "2025-06-28T15:05:54"), ("Set-Cookie", "a=b; Path=/"),
       ("Link", '</beta>; rel="deprecation"'), ("Deprecation", "@1688169599"))  # fmt: skip
