"""Refusals: their status, service code and envelope, and what is accepted in their place.

Faults are refusals that no page documents, variants other forms of Graph's error object. Knows no clause.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from restore_conformance.bench.generated.members import MORE
from restore_conformance.bench.generated.responses import ALL, CHARSETS, MEDIA_TYPES
from restore_conformance.contract.documents import pinned
from restore_conformance.mock import conditions, edits, hooks
from restore_conformance.mock.edits import Derived, Edit, Json
from restore_conformance.mock.hooks import Call, Seed
from restore_conformance.mock.protocol import JsonResponse, Refusal
from restore_conformance.mock.session import open_session

ELSEWHERE: Final = frozenset(
    {
        "body-none", "body-null", "body-text", "no-envelope", "problem-details", "error-capital", "error-null",
        "error-empty", "code-missing", "code-object", "code-blank", "message-missing", "message-null", "message-object",
        "inner-missing", "inner-in-small-letters", "details-given", "message-empty", "code-small-first", "code-inside",
        "error-with-more", "error-reversed", "body-with-more", "no-media-type", "media-type-bare",
    }
)  # fmt: skip
"""The forms that other operations than create are tried with: one schema and one judgement serve all of them."""
LEAST_TROUBLE: Final = 429
"""From this status on a refusal says nothing of the request, and the mock gives none."""

REFUSALS: Final[Mapping[str, Edit]] = {
    "status-418": edits.status(418),
    "status-200": edits.status(200),
    "code-other": edits.code("UnknownError"),
    "code-null": edits.code(None),
    "code-number": edits.code(7),
    "error-text": edits.put("error", "x"),
    "error-list": edits.put("error", []),
    "body-list": edits.body(Derived("in a list", lambda old: [old])),
    "body-empty": edits.body({}),
    "plain-text": edits.text("Bad request"),
}
"""What can be done to a refusal whose status, code and form are documented."""
CREATE_STATUSES: Final = (404, 409, 410, 412, 422, 451)
"""Refusals that no row of the table of create names; on other routes any 4xx binds, and these are advice."""


def _error(name: str, change: Callable[[Json], Any]) -> Edit:
    """Another error object, made of the right one."""
    return edits.put("error", Derived(name, change))


def _with(**members: Any) -> Edit:
    return _error("with other members", lambda old: old | members)


def _body(name: str, change: Callable[[Json], Any]) -> Edit:
    """Another body, made of the error of the right one."""
    return edits.body(Derived(name, lambda old: change(old["error"])))


ENVELOPES: Final[Mapping[str, Edit]] = {
    "body-none": edits.raw(lambda _: b""),
    "body-null": edits.raw(lambda _: b"null"),
    "body-text": _body("the message", lambda error: error["message"]),
    "body-number": edits.body(5),
    "body-list": edits.body(Derived("in a list", lambda old: [old])),
    "body-empty": edits.body({}),
    "body-encoded-twice": edits.body(Derived("a text that holds JSON", json.dumps)),
    "body-cut-off": edits.raw(lambda old: json.dumps(old).encode()[:-2]),
    "body-single-quotes": edits.raw(lambda old: repr(old).encode()),
    "no-envelope": _body("the error alone", lambda error: error),
    "code-and-message-alone": _body("no envelope", lambda e: {"code": e["code"], "message": e["message"]}),
    "message-alone": _body("a message alone", lambda error: {"message": error["message"]}),
    "problem-details": _body(
        "of RFC 9457", lambda e: {"type": "about:blank", "title": e["code"], "status": 400, "detail": e["message"]}
    ),
    "of-odata-3": _body(
        "of OData 3", lambda e: {"odata.error": {"code": e["code"], "message": {"lang": "en", "value": e["message"]}}}
    ),
    "of-oauth": _body("of OAuth", lambda e: {"error": e["code"], "error_description": e["message"]}),
    "of-soap": _body("of SOAP", lambda e: {"Fault": {"faultcode": e["code"], "faultstring": e["message"]}}),
    "of-json-api": _body("of JSON:API", lambda e: {"errors": [{"code": e["code"], "detail": e["message"]}]}),
    "of-graphql": _body("of GraphQL", lambda e: {"data": None, "errors": [{"message": e["message"]}]}),
    "of-spring": _body(
        "of Spring", lambda e: {"status": 400, "error": "Bad Request", "message": e["message"], "path": "/"}
    ),
    "of-express": _body("of Express", lambda error: {"statusCode": 400, "message": [error["message"]]}),
    "of-fastapi": _body("of FastAPI", lambda error: {"detail": [{"msg": error["message"], "type": error["code"]}]}),
    "of-aws": _body("of AWS", lambda error: {"__type": error["code"], "Message": error["message"]}),
    "of-google": _body("of Google", lambda e: {"error": {"code": 400, "message": e["message"], "status": e["code"]}}),
    "error-capital": edits.rename("error", "Error"),
    "error-plural": edits.rename("error", "errors"),
    "error-null": edits.put("error", None),
    "error-text": _error("its code", lambda old: old["code"]),
    "error-number": edits.put("error", 400),
    "error-true": edits.put("error", True),
    "error-list": _error("in a list", lambda old: [old]),
    "error-empty": edits.put("error", {}),
    "error-encoded-twice": _error("a text that holds JSON", json.dumps),
    "code-missing": edits.remove("error/code"),
    "code-null": edits.code(None),
    "code-number": edits.code(400),
    "code-true": edits.code(True),
    "code-list": edits.code(Derived("in a list", lambda old: [old])),
    "code-object": edits.code(Derived("an object", lambda old: {"value": old})),
    "code-blank": edits.code(""),
    "code-capital": edits.rename("error/code", "Code"),
    "code-plural": edits.rename("error/code", "codes"),
    "code-called-type": edits.rename("error/code", "type"),
    "message-missing": edits.remove("error/message"),
    "message-null": edits.put("error/message", None),
    "message-number": edits.put("error/message", 400),
    "message-list": edits.put("error/message", Derived("in a list", lambda old: [old])),
    "message-object": edits.put("error/message", Derived("of OData 3", lambda old: {"lang": "en", "value": old})),
    "message-capital": edits.rename("error/message", "Message"),
    "message-plural": edits.rename("error/message", "messages"),
    "message-called-description": edits.rename("error/message", "description"),
}
"""Forms of a refusal that are not Graph's error object: every framework has one of its own."""
ENVELOPE_MEDIA: Final = ("text", "html", "xml", "text-json", "octets")


def codes(operation: str) -> list[str]:
    """The service codes that the error table of an operation has for a request that is wrong."""
    rows = pinned().pages[operation].get("error", ())
    return sorted({row["code"] for row in rows if "code" in row and max(row["status"]) < LEAST_TROUBLE})


def faults() -> Iterator[tuple[str, str, Seed]]:
    """Operation, name and seed of every refusal that is not as documented."""
    for operation in pinned().pages:
        for code in codes(operation):
            for name, edit in REFUSALS.items():
                yield operation, f"{code}:{name}", hooks.on_refusal(code, edit, operation)
            for status in CREATE_STATUSES if operation == "create" else ():
                yield operation, f"{code}:status-{status}", hooks.on_refusal(code, edits.status(status), operation)
            if (operation, code) not in MAY_ACCEPT:
                yield operation, f"{code}:accepted", accepted(operation, code)
    for operation, routes in ALL.items():
        for name, edit in ENVELOPES.items():
            if operation == "create" or name in ELSEWHERE:
                yield operation, f"refused:{name}", hooks.on_refusal("", edit, *routes)
        for name in ENVELOPE_MEDIA if operation == "create" else ():
            edit = edits.media_type(MEDIA_TYPES[name])
            yield operation, f"refused:media-type-{name}", hooks.on_refusal("", edit, *routes)


MAY_ACCEPT: Final = frozenset(
    {
        ("create", "InvalidArtifactRequest"),  # an empty list may count as no payload
        ("list-artifacts", "InvalidRestoreSessionId"),  # a session that is not there has no artifacts
    }
)
"""Refusals in whose place the documents allow a success."""


def accepted(operation: str, code: str) -> Seed:
    """Requests that must be refused with a code are answered as if they were good."""
    if operation == "update" and code not in OF_IDS:
        return hooks.carry_out_refused_update(lambda _, __, refused: refused == code)

    def act(call: Call, _: Refusal) -> JsonResponse:
        service, request = call.service, call.request
        if operation == "delete":
            service.sessions.pop(request.session.lower(), None)
            return JsonResponse(204)
        session = call.session
        if session is None:
            payload = request.payload if operation == "create" else {}
            hooks.complete_payload(payload)
            elements = conditions.items(payload) or conditions.sites(payload)
            session = open_session(conditions.kind_of(payload), elements, request.caller)
        if operation == "create":
            service.store(session)
        body = service.render(session, all_members=request.all_members)
        return JsonResponse(201 if operation == "create" else 200, body)

    return hooks.instead_of_refusal(code, act, operation)


OF_IDS: Final = {hooks.INVALID_SESSION_ID, hooks.SESSION_NOT_FOUND}


INNER: Final = ("innerError", "innererror")


def _inner(change: Callable[[Json], Any], name: str = INNER[0]) -> Edit:
    def edit(error: Json) -> Json:
        others = {key: value for key, value in error.items() if key not in INNER}
        return others | {name: change(error.get(INNER[0]) or {})}

    return _error("with another inner error", edit)


def _code_inside(error: Json) -> Json:
    return error | {"code": "generalException", "innerError": {"code": error["code"], "innerError": {}}}


ERRORS: Final[Mapping[str, Edit]] = {
    "inner-missing": edits.remove("error/innerError"),
    "inner-null": edits.put("error/innerError", None),
    "inner-empty": edits.put("error/innerError", {}),
    "inner-in-small-letters": _inner(lambda inner: inner, INNER[1]),
    "inner-with-more": _inner(lambda inner: inner | MORE | {"message": None}),
    "inner-in-inner": _inner(lambda inner: inner | {"innerError": {"innererror": {"code": None}}}),
    "inner-with-zone": _inner(lambda inner: inner | {"date": "2026-09-11T11:21:34.1234567Z"}),
    "inner-with-old-names": edits.put("error/innerError", {"requestId": "1", "clientRequestId": "2", "dateTime": ""}),
    "inner-with-trace": edits.put(
        "error/innerError", {"message": "x", "type": "System.Exception", "stacktrace": "at x"}
    ),
    "details-null": edits.put("error/details", None),
    "details-empty": edits.put("error/details", []),
    "details-given": edits.put("error/details", [{"code": "BadArgument", "message": "", "target": "restorePoint"}]),
    "details-with-more": edits.put("error/details", [{"code": "x", "message": "y", "target": None, **MORE}]),
    "target-null": edits.put("error/target", None),
    "target-given": edits.put("error/target", "restorePoint"),
    "message-empty": edits.put("error/message", ""),
    "message-long": edits.put("error/message", "no " * 5000),
    "message-in-other-letters": edits.put("error/message", "Die Anforderung ist ungültig \u2013 雪\u0000\n"),
    "message-of-json": edits.put("error/message", '{"error": {"code": "x"}}'),
    "code-small-first": edits.code(Derived("small first", lambda old: old[:1].lower() + old[1:])),
    "code-inside": _error("its code inside", _code_inside),
    "code-in-details": _error(
        "its code in details", lambda e: e | {"code": "badRequest", "details": [{"code": e["code"], "message": ""}]}
    ),
    "error-with-more": _error("with more", lambda error: error | MORE),
    "error-reversed": _error("in another order", lambda error: dict(reversed(error.items()))),
    "body-with-more": edits.body(
        Derived("with more", lambda old: old | {"@odata.context": "$metadata#x", "status": 7})
    ),
    "body-with-value": edits.body(Derived("with a value", lambda old: {"value": [], "id": None} | old)),
    "no-media-type": edits.media_type(None),
    **{f"media-type-{name}": edits.media_type(value) for name, value in CHARSETS.items()},
}
"""Other forms of Graph's error object, all of its optional members among them."""


def variants() -> Iterator[tuple[str, str, Seed]]:
    """Operation, name and seed of every refusal in another form that the documents admit."""
    for operation, routes in ALL.items():
        for name, edit in ERRORS.items():
            if operation == "create" or name in ELSEWHERE:
                yield operation, f"refused:{name}", hooks.on_refusal("", edit, *routes)
