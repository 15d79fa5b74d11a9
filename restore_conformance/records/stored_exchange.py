"""An exchange as it is stored in run records and in `exchanges.ndjson`: written scrubbed and bounded, and read back.

The form is `#/$defs/exchange` of `schemas/run.schema.json`. Knows no clause.
"""

from __future__ import annotations

import base64
from typing import Any

from restore_conformance.clock import seconds_of
from restore_conformance.exchange import Exchange, Headers, Observation, Request, Response
from restore_conformance.records.safe_text import shortened
from restore_conformance.scrub import Scrub

LONGEST_BODY = 8 * 1024
SCRUBBED = 24 * 1024
"""How much of a text is scrubbed: well beyond what is shown of it, so that no secret is cut in half there."""
MOST_HEADERS = 100
ROUTE = "/solutions/"
"""The beginning of the part of an address below the base."""


def scrubbed(text: str, scrub: Scrub, longest: int = LONGEST_BODY) -> str:
    """A text without secrets, of at most that many characters."""
    if len(text) <= longest:
        return scrub.text(text)
    return f"{scrub.text(text[: max(longest, SCRUBBED)])[:longest]}… ({len(text)} characters)"


def body_of(
    raw: bytes | None, scrub: Scrub, longest: int = LONGEST_BODY, size: int | None = None
) -> dict[str, Any] | None:
    """A body as it can be stored: text where it is UTF-8, else base64; long ones cut, with their size.

    `size` is that of the body before it was cut elsewhere.
    """
    if raw is None:
        return None
    size = len(raw) if size is None else size
    # Scrubbed before it is cut, so that no secret is cut in half and missed.
    cut = scrub.bytes(raw[: max(longest, SCRUBBED)])[:longest]
    stored: dict[str, Any] = {"size": size}
    try:
        stored["text"] = cut.decode("utf-8")
    except UnicodeDecodeError as error:
        if size > longest and error.start > len(cut) - 4:  # the cut went through a character
            stored["text"] = cut[: error.start].decode("utf-8")
        else:
            stored["base64"] = base64.b64encode(cut).decode()
    if size > longest:
        stored["cut"] = True
    return stored


def stored(
    exchange: Exchange,
    scrub: Scrub,
    base: str = "",
    longest: int = LONGEST_BODY,
    sizes: tuple[int | None, int | None] = (None, None),
) -> dict[str, Any]:
    """An exchange as JSON, scrubbed and bounded. `sizes` are those of the bodies, where they were cut before."""
    request, response = exchange.request, exchange.response
    row: dict[str, Any] = {
        "number": exchange.number,
        "family": exchange.family,
        "started": exchange.started,
        **({"at": round(exchange.at, 6)} if exchange.at is not None else {}),
        "seconds": round(exchange.seconds, 6),
        "request": {
            "method": request.method,
            "url": scrubbed(base + request.target, scrub),
            "headers": _header_rows(request.headers, scrub),
            "body": body_of(request.body, scrub, longest, sizes[0]),
        },
        "response": response
        and {
            "status": response.status,
            "headers": _header_rows(response.headers, scrub),
            "body": body_of(response.body, scrub, longest, sizes[1]),
        },
    }
    for name in ("step", "trouble", "blame", "note", "conversation"):
        if getattr(exchange, name) not in (None, ""):
            row[name] = scrub.value(getattr(exchange, name))
    if exchange.attempts > 1:
        row["attempts"] = exchange.attempts
    if exchange.failed:
        row["failed"] = sorted(exchange.failed)
    return row


def _header_rows(headers: Headers, scrub: Scrub) -> list[list[str]]:
    return [[shortened(part, LONGEST_BODY) for part in pair] for pair in scrub.headers(headers[:MOST_HEADERS])]


def restored(row: dict[str, Any]) -> Exchange:
    """An exchange from its stored form. Raises ValueError, TypeError, KeyError or AttributeError for anything else."""
    request, response = row["request"], row["response"]
    sent = Request(
        _text(request["method"]), split(_text(request["url"]))[1], _headers(request["headers"]), raw(request["body"])
    )
    answer = None
    if response is not None:
        answer = Response(_int(response["status"]), _headers(response["headers"]), raw(response["body"]) or b"")
    if not isinstance(row["seconds"], int | float) or not isinstance(row.get("failed", []), list):
        raise TypeError(row)
    return Exchange(
        _int(row["number"]), sent, answer, family=_text(row["family"]), step=_text(row.get("step", "")),
        conversation=row.get("conversation"),
        at=seconds_of(row.get("at")), seconds=row["seconds"], started=_text(row["started"]),
        observation=Observation(row.get("trouble"), row.get("blame"), _text(row.get("note", ""))),
    )  # fmt: skip


def split(url: str) -> tuple[str, str]:
    """An address as its base and the part below."""
    at = url.find(ROUTE)
    return (url[:at], url[at:]) if at >= 0 else ("", url)


def raw(body: dict[str, Any] | None) -> bytes | None:
    """The bytes of a stored body, as far as they were kept."""
    if body is None:
        return None
    if "base64" in body:
        return base64.b64decode(body["base64"])
    return _text(body.get("text", "")).encode("utf-8", "replace")


def _headers(pairs: Any) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in pairs)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _int(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
