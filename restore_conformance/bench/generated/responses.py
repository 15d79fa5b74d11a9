"""Whole responses that succeed: their status, body, media type and headers, and collections.

Faults are what the page of no operation says, variants other forms of the same. Knows no clause.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from restore_conformance.bench.generated.members import ANSWERS, MORE
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.workload import SESSION_TYPE, type_file
from restore_conformance.exchange import Headers, Response
from restore_conformance.mock import edits, hooks
from restore_conformance.mock.edits import Derived, Edit, Json
from restore_conformance.mock.hooks import Seed
from restore_conformance.mock.protocol import JsonResponse
from restore_conformance.mock.variants.register import also

OPERATIONS: Final = {name: answer.operations for name, answer in ANSWERS.items()} | {"update": hooks.UPDATE}
"""The operations with a body in their response, each with its routes."""
ALL: Final = OPERATIONS | {"delete": hooks.DELETES}
NO_CONTENT: Final = 204

# ---------------------------------------------------------------- faults of what succeeds

SUCCESSES: Final = (200, 201, 202, 204, 206)
ALLOWED: Final[Mapping[str, tuple[int, ...]]] = {"create": (201,), "delete": (200, 202, 204)}
"""The statuses of success of an operation, 200 where none is named; of delete all that say so (RFC 9110, 9.3.5)."""
BODIES: Final[Mapping[str, Edit]] = {
    "in-a-list": edits.body(Derived("in a list", lambda old: [old])),
    "null": edits.raw(lambda _: b"null"),
    "text": edits.body("x"),
    "number": edits.body(5),
    "true": edits.body(True),
    "empty-list": edits.body([]),
    "empty-object": edits.body({}),
    "encoded-twice": edits.body(Derived("a text that holds JSON", json.dumps)),
    "none": edits.raw(lambda _: b""),
    "cut-off": edits.raw(lambda old: json.dumps(old).encode()[:-1]),
    "twice": edits.raw(lambda old: json.dumps(old).encode() * 2),
    "single-quotes": edits.raw(lambda old: repr(old).encode()),
    "in-utf-16": edits.raw(lambda old: json.dumps(old).encode("utf-16")),
}
"""Bodies that are not a JSON object, or hold nothing of what was asked for."""
MEDIA_TYPES: Final = {
    "text": "text/plain; charset=utf-8",
    "html": "text/html",
    "xml": "application/xml",
    "text-json": "text/json",
    "octets": "application/octet-stream",
    "problem": "application/problem+json",
    "none": None,
}
NAMES_MEDIA_TYPE: Final = ("create", "get", "list")
"""The operations whose example prints a media type."""
COLLECTIONS: Final[Mapping[str, Edit]] = {
    "value:missing": edits.remove("value"),
    "value:null": edits.put("value", None),
    "value:text": edits.put("value", "x"),
    "value:number": edits.put("value", 5),
    "value:object": edits.put("value", Derived("an object", lambda old: dict(enumerate(old)))),
    "value:name-capital": edits.rename("value", "Value"),
    "value:name-plural": edits.rename("value", "values"),
    "value:bare": edits.body(Derived("the list alone", lambda old: old["value"])),
    "value:in-a-list": edits.put("value", Derived("in a list", lambda old: [old])),
    "value:with-null": edits.put("value", Derived("with null at its end", lambda old: [*old, None])),
    "value:with-text": edits.put("value", Derived("with a text at its end", lambda old: [*old, "x"])),
    "value:twice": edits.put("value", Derived("every item twice", lambda old: [*old, *old])),
    "value:without-the-last": edits.put("value", Derived("without its last item", lambda old: old[:-1])),
}
"""What is not a collection of objects, or not the whole of it."""
LINKS: Final = {"number": 5, "object": {}, "list": [], "boolean": True}


def _emptied(response: JsonResponse) -> None:
    response.body, response.raw = None, b""


def faults() -> Iterator[tuple[str, str, Seed]]:
    """Operation, name and seed of every success that is not what the page of its operation says."""
    for operation, routes in ALL.items():
        for status in sorted(set(SUCCESSES).difference(ALLOWED.get(operation, (200,)))):
            edit = edits.combined(edits.status(status), _emptied) if status == NO_CONTENT else edits.status(status)
            yield operation, f"status-{status}", hooks.on_success(edit, *routes)
    for operation, routes in OPERATIONS.items():
        for name, change in BODIES.items():
            yield operation, f"body:{name}", hooks.on_success(change, *routes)
        if operation in NAMES_MEDIA_TYPE:
            for name, value in MEDIA_TYPES.items():
                yield operation, f"media-type:{name}", hooks.on_success(edits.media_type(value), *routes)
        if operation in ANSWERS and ANSWERS[operation].listed:
            for name, change in COLLECTIONS.items():
                yield operation, name, hooks.on_success(change, *routes)
    for name, link in LINKS.items():
        yield "list", f"@odata.nextLink:{name}", hooks.on_success(edits.put(edits.LINK, link), *hooks.LISTS)


# ---------------------------------------------------------------- variants

CHARSETS: Final = {
    "bare": "application/json",
    "utf-8": "application/json; charset=utf-8",
    "utf-8-capitals": "application/json;charset=UTF-8",
    "utf-8-quoted": 'application/json; charset="utf-8"',
    "us-ascii": "application/json; charset=us-ascii",
    "iso-8859-1": "application/json; charset=ISO-8859-1",
    "metadata-full": "application/json; odata.metadata=full",
    "metadata-none": "application/json;odata.metadata=none;charset=utf-8",
    "metadata-short": "application/json;metadata=minimal;streaming=true",
    "in-capitals": "APPLICATION/JSON",
    "blanks": "application/json ; charset=utf-8",
    "ieee754": "application/json; IEEE754Compatible=false",
}
"""Media types of the same essence; what the mock writes is ASCII, which reads alike in each of these charsets."""
ANNOTATIONS: Final[Mapping[str, Json]] = {
    "etag": {"@odata.etag": 'W/"JzEtMDA="'},
    "edit-link": {"@odata.editLink": "restoreSessions/x", "@odata.readLink": "restoreSessions/x"},
    "tips": {"@microsoft.graph.tips": "Use $select to choose only the properties your app needs."},
    "own": {"@contoso.example.note": {"value": [None, {"id": 5}]}},
    "warnings": {"@microsoft.graph.warnings": []},
    "action": {"#microsoft.graph.activate": {"title": "microsoft.graph.activate", "target": "activate"}},
    "media": {"@odata.mediaContentType": "application/json", "@odata.mediaEtag": '"1"'},
}
UNKNOWN: Final[Mapping[str, Json]] = {
    "text": {"tenantId": "t"},
    "null": {"nextSyncDateTime": None},
    "object": {"policy": {"id": 5, "status": 7, "error": {"code": 1}}},
    "list": {"labels": [{"id": None}, 5, []]},
    "number": {"etaInMinutes": 1.5},
    "look-alikes": {"ID": 5, "Status": 7, "Error": "x", "Value": {}},
    "empty-name": {"": "", " ": None},
    "other-letters": {"größe": 1, "\u96ea": "\u2028"},
}
"""Members of a later edition."""


def _annotated(body: Json) -> Json:
    """Every member with an annotation of its own before it."""
    return {
        key: value
        for name, member in body.items()
        for key, value in ((() if "@" in name else ((f"{name}@contoso.example.note", "x"),)) + ((name, member),))
    }


def _short(body: Json) -> Json:
    """Annotations as OData 4.01 spells them; the link to the next page stays as the example prints it."""
    return {name if name == edits.LINK else name.replace("@odata.", "@"): value for name, value in body.items()}


def _with_more(more: Json, body: Json) -> Json:
    return body | more


OBJECTS: Final[Mapping[str, Callable[[Json], Json]]] = {
    "reversed": lambda body: dict(reversed(body.items())),
    "sorted": lambda body: dict(sorted(body.items())),
    "annotated": _annotated,
    "short-annotations": _short,
    "without-annotations": lambda body: {n: v for n, v in body.items() if n == edits.LINK or not n.startswith("@")},
    "without-context": lambda body: {name: value for name, value in body.items() if name != "@odata.context"},
    **{f"with-{name}": functools.partial(_with_more, more) for name, more in ANNOTATIONS.items()},
    **{f"with-unknown-{name}": functools.partial(_with_more, more) for name, more in UNKNOWN.items()},
}
"""Other objects of the same meaning."""
SESSIONS: Final = ("create", "get", "activate")


def _links() -> dict[str, Json]:
    """Members about the collections of a session, which are shown only where they are expanded."""
    declared = pinned().members(type_file(SESSION_TYPE))
    names = [name for name, (schema, _) in declared.items() if schema.get("x-navigation")]
    return {
        "navigation-links": {f"{name}@odata.navigationLink": f"x/{name}" for name in names},
        "association-links": {f"{name}@odata.associationLink": f"x/{name}/$ref" for name in names},
        "contexts-of-links": {f"{name}@odata.context": f"$metadata#x/{name}" for name in names},
        "null-collections": dict.fromkeys(names),
        "types-of-members": {
            "createdDateTime@odata.type": "#DateTimeOffset",
            "status@odata.type": "#microsoft.graph.restoreSessionStatus",
            "createdBy@odata.type": "#microsoft.graph.identitySet",
        },
    }


COLLECTION_MORE: Final[Mapping[str, Json]] = {
    "type": {"value@odata.type": "#Collection(microsoft.graph.entity)"},
    "etag-of-value": {"@odata.metadataEtag": 'W/"1"'},
    "null-link": {"@odata.nextLink": None},
}
HEADERS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "date": (("Date", "Sun, 28 Jun 2026 15:05:54 GMT"),),
    "server": (("Server", "Microsoft-IIS/10.0"), ("X-Powered-By", "ASP.NET")),
    "etag": (("ETag", 'W/"1"'),),
    "last-modified": (("Last-Modified", "Sun, 28 Jun 2026 15:05:54 GMT"),),
    "cache-control": (("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1")),
    "expires-zero": (("Expires", "0"),),
    "age": (("Age", "0"),),
    "vary": (("Vary", "Accept-Encoding"), ("Vary", "Prefer")),
    "vary-all": (("Vary", "*"),),
    "via": (("Via", "1.1 gateway.example, 1.1 other"),),
    "warning": (("Warning", '299 - "deprecated"'),),
    "cookies": (("Set-Cookie", "a=b; Path=/; Secure"), ("Set-Cookie", "c=; Max-Age=0")),
    "cors": (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "ETag, Location, request-id")),
    "security": (("Strict-Transport-Security", "max-age=31536000"), ("X-Content-Type-Options", "nosniff")),
    "deprecation": (("Deprecation", "@1688169599"), ("Sunset", "Sun, 28 Jun 2037 15:05:54 GMT")),
    "link": (("Link", '<https://graph.example/docs>; rel="help"'),),
    "language": (("Content-Language", "de-DE"),),
    "odata-version": (("OData-Version", "4.0"),),
    "odata-version-4.01": (("OData-Version", "4.01"),),
    "odata-entity-id": (("OData-EntityId", "restoreSessions('x')"),),
    "rate-limit": (("RateLimit-Limit", "100"), ("RateLimit-Remaining", "0"), ("RateLimit-Reset", "1")),
    "throttle-scope": (("x-ms-throttle-limit-percentage", "0.9"), ("x-ms-resource-unit", "1")),
    "diagnostics": (("x-ms-ags-diagnostic", '{"ServerInfo":{"DataCenter":"West Europe","Ring":"5"}}'),),
    "timing": (
        ("Server-Timing", "db;dur=53"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ),
    "alt-svc": (("Alt-Svc", 'h3=":443"; ma=86400'),),
    "retry-after": (("Retry-After", "0"),),
    "empty-values": (("X-Empty", ""), ("X-Blank", " ")),
    "long-value": (("X-Long", "x" * 4000),),
    "accept": (("Accept-Patch", "application/json"), ("Accept-Ranges", "none")),
    "content-location": (("Content-Location", "/beta/solutions/backupRestore/restoreSessions"),),
    "request-ids-small": (("x-ms-request-id", "1"), ("x-correlation-id", "2")),
}
"""Headers that any response may have."""
ID: Final = "b5a1d9a0-6f43-4e0a-8a43-8b6a9d2f0c55"


def _identity(**kinds: Any) -> Json:
    return {"createdBy": kinds, "lastModifiedBy": kinds}


EVERYWHERE: Final[Mapping[str, Json]] = {
    "identities:with-device": _identity(application={"id": ID}, device={"id": ID, "displayName": "Laptop"}),
    "identities:of-another-kind": _identity(application={"id": ID}, onPremises={"id": ID, "displayName": None}),
    "identities:all-null": _identity(application=None, user=None, device=None),
    "identities:empty-objects": _identity(application={}, user={}),
    "identities:ids-null": _identity(application={"id": None, "displayName": "Client"}),
    "identities:names-empty": _identity(application={"id": ID, "displayName": ""}),
    "identities:names-long": _identity(user={"id": ID, "displayName": "n" * 5000}),
    "identities:names-in-other-letters": _identity(
        user={"id": ID, "displayName": "Zoë \u96ea \U0001f600 \u202e\u0000"}
    ),
    "identities:ids-opaque": _identity(user={"id": "i:0#.f|membership|user@contoso.example"}),
    "identities:with-more": _identity(
        user={"id": ID, "roles": [None], "@odata.type": "#microsoft.graph.identity"}, **MORE
    ),
    "error:empty": {"error": {}},
    "error:nulls": {"error": {"code": None, "message": None, "target": None, "details": None, "innerError": None}},
    "completedDateTime:null": {"completedDateTime": None},
}
"""Members of a session wherever it is shown."""


def variants() -> Iterator[tuple[str, str, Seed]]:
    """Operation, name and seed of every response in another form that the documents admit."""
    for operation, routes in OPERATIONS.items():
        for name, value in CHARSETS.items():
            yield operation, f"media-type:{name}", hooks.on_success(edits.media_type(value), *routes)
        for name, change in _objects(operation, "body"):
            yield operation, f"body:{name}", hooks.on_body(change, *routes)
        more_of = COLLECTION_MORE if operation in ANSWERS and ANSWERS[operation].listed else {}
        for name, change in _objects(operation, "items") if more_of else ():
            yield operation, f"items:{name}", hooks.on_items(functools.partial(_each, change), *routes)
        for name, more in (more_of or (_links() if operation in SESSIONS else {})).items():
            yield operation, f"body:with-{name}", hooks.on_body(functools.partial(_with_more, more), *routes)
    for name, headers in HEADERS.items():
        yield ANY, f"headers:{name}", hooks.after_http(functools.partial(_with_headers, headers))
    for name, more in EVERYWHERE.items():
        yield ANY, name, also(**more)


ANY: Final = "any"
"""Stands for the operation in the names of what concerns all of them."""


BARE_ITEMS: Final = frozenset({"without-context", "without-annotations", "short-annotations"})


def _objects(operation: str, where: str) -> Iterator[tuple[str, Callable[[Json], Json]]]:
    """The other objects that differ from the usual one: not every place has annotations, or members out of order."""
    same: frozenset[str] = frozenset()
    if where == "items":
        same = frozenset({"without-context"}) if operation == "list" else BARE_ITEMS
    elif operation not in SESSIONS:
        same = frozenset({"without-annotations"} | ({"sorted"} if operation.startswith("list-") else set()))
    return ((name, change) for name, change in OBJECTS.items() if name not in same)


def _each(change: Callable[[Json], Json], every: list[Json]) -> list[Json]:
    return [change(item) for item in every]


def _with_headers(more: tuple[tuple[str, str], ...], response: Response, _: Headers) -> Response:
    return Response(response.status, (*response.headers, *more), response.body)
