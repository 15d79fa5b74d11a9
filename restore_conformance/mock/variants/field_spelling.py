"""Odd but conforming error bodies, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock.variants.field_places import Json, inner_of, on_error, plain
from restore_conformance.mock.wire import Reply

# ---------------------------------------------------------------- the envelope

PHRASES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "notFound",
    405: "methodNotAllowed",
    409: "conflict",
    413: "requestEntityTooLarge",
    415: "unsupportedMediaType",
    422: "unprocessableEntity",
    500: "internalServerError",
}


def _inside(depth: int) -> Callable[[Json, Reply], None]:
    def change(error: Json, reply: Reply) -> None:
        holder, code = inner_of(error), error["code"]
        for level in range(depth):
            holder["code"] = "invalidRequest" if level else "generalException"
            holder = inner_of(holder)
        holder["code"] = code
        error["code"] = PHRASES.get(reply.status, "generalException")

    return change


def _details(error: Json, reply: Reply) -> None:
    error["details"] = [{"code": error["code"], "message": "See the code.", "target": "body"}]
    error["code"] = PHRASES.get(reply.status, "generalException")


def _case(error: Json, _: Reply) -> None:
    error["code"] = error["code"][:1].lower() + error["code"][1:]


def envelope(name: str, dimension: str, allowed: str, change: Callable[[Json, Reply], Any]) -> None:
    plain(name, dimension, allowed, lambda service: on_error(service, change))


C19 = "C19: search error.code, then every nested inner error, then details."
envelope("field-code-inside", "code-place", C19, _inside(0))
envelope("field-code-inside-twice", "code-place", C19, _inside(1))
envelope("field-code-four-deep", "code-place", C19, _inside(3))
envelope("field-code-in-details", "code-place", C19, _details)
envelope("field-code-small-first", "code-place", "C19: compare case-insensitively.", _case)

envelope(
    "field-message-long",
    "message",
    "C26: message texts are unreliable; never judge them.",
    lambda error, _: error.update(message="Fehler: " + "ü雪 " * 400),
)
envelope(
    "field-message-misleading",
    "message",
    "4.1: message must not be branched on.",
    lambda error, _: error.update(message="DuplicateArtifactInList: OK"),
)
envelope("field-target-null", "target", "4.1: target is optional.", lambda error, _: error.update(target=None))
envelope(
    "field-target-text",
    "target",
    "4.1: target is optional.",
    lambda error, _: error.update(target="siteRestoreArtifacts"),
)
envelope(
    "field-error-extra",
    "error-extra",
    "4.7: unknown extra properties must be tolerated.",
    lambda error, _: error.update({"localizedMessage": None, "@error.cause": ["x"]}),
)

IDS = ("date", "request-id", "client-request-id")


def _support(change: Callable[[Json], Any]) -> Callable[[Json, Reply], None]:
    return lambda error, _: change(inner_of(error))


envelope(
    "field-inner-zone",
    "inner-ids",
    "4.1: the schema types the date with a zone, live ones have none.",
    _support(lambda inner: inner.update(date="2026-09-11T11:21:34.1234567Z")),
)
envelope(
    "field-inner-old-name",
    "inner-ids",
    "4.1: older pages called it requestId.",
    _support(lambda inner: inner.update(requestId=inner.pop("request-id", ""))),
)
envelope(
    "field-inner-no-ids",
    "inner-ids",
    "4.9 g: samples without; nothing of it is required.",
    _support(lambda inner: [inner.pop(name, None) for name in IDS]),
)


def _renamed(error: Json, _: Reply) -> None:
    if "innerError" in error:
        inner = error["innererror"] = error.pop("innerError")
        _renamed(inner, _)


envelope(
    "field-innererror", "inner-name", "4.1: innerError in samples, innererror in the table: accept both.", _renamed
)
