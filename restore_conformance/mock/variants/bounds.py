"""Unusual but conforming services: bounds of their own on numbers and levels, bare Locations, times not set."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import session
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Refusal, Reply

LEVELS = 64


def _reading(service: Service, look: Callable[[bytes], object]) -> None:
    """Look at every payload before it is parsed."""
    parse = service.parse

    def bounded(body: bytes) -> dict[str, Any]:
        look(body)
        return parse(body)

    service.parse = bounded  # type: ignore[method-assign]


def _replying(service: Service, change: Callable[[Reply, Asked], None]) -> None:
    answer = service.answer

    def changed(asked: Asked) -> Reply:
        reply = answer(asked)
        change(reply, asked)
        return reply

    service.answer = changed  # type: ignore[method-assign]


@variant("bounds")
def numbers_of_64_bits(service: Service) -> None:
    """RFC 8259, 9: a reader may set limits on the range of numbers; what lies beyond is refused."""

    def narrow(digits: str) -> int:
        if not -(1 << 63) <= int(digits) < 1 << 63:
            raise Refusal(400, "BadRequest", "A number is out of range.")
        return int(digits)

    def look(body: bytes) -> None:
        try:
            json.loads(body, parse_int=narrow)
        except (ValueError, RecursionError):
            return

    _reading(service, look)


@variant("bounds")
def no_more_than_64_levels(service: Service) -> None:
    """RFC 8259, 9: a reader may set limits on the depth of nesting; what lies beyond is refused."""

    def look(body: bytes) -> None:
        if b"[" * LEVELS in body or b'{"a":' * LEVELS in body:
            raise Refusal(400, "BadRequest", "The payload is nested too deep.")

    _reading(service, look)


@variant("location")
def location_of_the_collection(service: Service) -> None:
    """1.1: a Location header is not documented, nor forbidden; this one names no session."""

    def change(reply: Reply, asked: Asked) -> None:
        if asked.operation == "create" and reply.status == 201:
            reply.headers["Location"] = "/beta/solutions/backupRestore/restoreSessions?$orderby=createdDateTime"

    _replying(service, change)


@variant("created")
def created_in_the_year_one(service: Service) -> None:
    """C15: unset values are times of the year 1; no sentence says when createdDateTime is set."""
    render = service.render

    def unset(found: session.Session, **how: Any) -> dict[str, Any]:
        return {**render(found, **how), "createdDateTime": "0001-01-01T00:00:00Z"}

    service.render = unset
