"""The requests inside a JSON batch, each with its answer (OData JSON format 4.01, 19).

Judges nothing; what a part can prove is decided by `credibility`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from restore_conformance.exchange import NOTHING, Headers, Request, Response, header, paired, parse_json
from restore_conformance.recorded import lenient

MOST = 200
"""Requests in one batch; the service takes 20."""

ROOTED = re.compile(r"/(?!solutions\b)(?:solutions|beta|v\d)", re.IGNORECASE)


def parts(
    sent: bytes | None, body: bytes | None, url: str, sent_headers: Headers
) -> Iterator[tuple[Request, Response | None]]:
    """The requests of a batch that was sent to an address, with whole addresses. Raises ValueError, in words."""
    requests = _rows(sent, "requests", "its request")
    answers = {str(row.get("id")): row for row in _rows(body, "responses", "its answer")}
    root = url[: url.lower().rindex("$batch")] if "$batch" in url.lower() else url
    return _pairs(requests, answers, root, header(sent_headers, "authorization"))


def _pairs(
    requests: list[dict[str, Any]], answers: dict[str, dict[str, Any]], root: str, token: str | None
) -> Iterator[tuple[Request, Response | None]]:
    for row in requests:
        headers = lenient.headers(row.get("headers"))
        if token is not None and header(headers, "authorization") is None:
            headers = (*headers, ("Authorization", token))
        method, address = row.get("method"), row.get("url")
        if not isinstance(method, str) or not isinstance(address, str):
            method = address = ""
        whole = _address(root, paired(address))
        request = Request(paired(method).strip().upper(), whole, headers, _body(row.get("body"), headers))
        yield request, _response(answers.get(str(row.get("id")), {}))


def _rows(raw: bytes | None, name: str, what: str) -> list[dict[str, Any]]:
    if not raw:
        raise ValueError(f"{what} is not in the recording")
    value = parse_json(raw)
    if value is NOTHING:
        raise ValueError(f"{what} is not JSON")
    rows = lenient.table(value).get(name)
    if not isinstance(rows, list):
        raise ValueError(f"{what} has no list of {name}")
    if len(rows) > MOST:
        raise ValueError(f"{what} has more than {MOST} {name}")
    return [row for row in rows if isinstance(row, dict)]


def _address(root: str, address: str) -> str:
    """A part's whole address: it is relative to the service root, with or without a slash (OData JSON 4.01, 19.1)."""
    if "://" in address:
        return address
    if ROOTED.match(address):
        host = urlsplit(root)
        return f"{host.scheme}://{host.netloc}{address}"
    return root + address.lstrip("/")


def _response(row: dict[str, Any]) -> Response | None:
    status, headers = lenient.status(row.get("status")), lenient.headers(row.get("headers"))
    return Response(status, headers, _body(row.get("body"), headers) or b"") if status else None


def _body(value: Any, headers: Headers) -> bytes | None:
    """The bytes of a part: JSON stands there as it is, anything else as text or in base64."""
    if value is None:
        return None
    if not isinstance(value, str):
        return json.dumps(value, separators=(",", ":")).encode()
    try:
        undone = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        undone = b""
    if undone and ("json" not in (header(headers, "content-type") or "json") or parse_json(undone) is not NOTHING):
        return undone
    return paired(value).encode()
