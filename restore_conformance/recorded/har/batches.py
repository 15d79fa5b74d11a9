"""The requests inside a JSON batch, each with its answer (OData JSON format 4.01, 19).

Judges nothing; what of a part can be believed is for `theirs`.
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

MOST = 200
"""Requests in one batch; the service takes 20."""

ROOTED = re.compile(r"/(?:solutions|beta|v\d)", re.IGNORECASE)


def parts(
    sent: bytes | None, body: bytes | None, url: str, asked: Headers
) -> Iterator[tuple[Request, Response | None]]:
    """The requests of a batch that was sent to an address, with whole addresses. Raises ValueError, in words."""
    requests = _rows(sent, "requests", "its request")
    answers = {str(row.get("id")): row for row in _rows(body, "responses", "its answer")}
    root = url[: url.lower().rindex("$batch")] if "$batch" in url.lower() else url
    token = header(asked, "authorization")
    return _pairs(requests, answers, root, token)


def _pairs(
    requests: list[dict[str, Any]], answers: dict[str, dict[str, Any]], root: str, token: str | None
) -> Iterator[tuple[Request, Response | None]]:
    for row in requests:
        headers = _headers(row.get("headers"))
        if token is not None and header(headers, "authorization") is None:
            headers = (*headers, ("Authorization", token))
        method, address = row.get("method"), row.get("url")
        if not isinstance(method, str) or not isinstance(address, str):
            method = address = ""
        whole = _address(root, paired(address))
        yield (
            Request(paired(method).strip().upper(), whole, headers, _body(row.get("body"), headers)),
            _response(answers.get(str(row.get("id")))),
        )


def _rows(raw: bytes | None, name: str, what: str) -> list[dict[str, Any]]:
    if not raw:
        raise ValueError(f"{what} is not in the recording")
    value = parse_json(raw)
    if value is NOTHING:
        raise ValueError(f"{what} is not JSON")
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise ValueError(f"{what} has no list of {name}")
    if len(found) > MOST:
        raise ValueError(f"{what} has more than {MOST} {name}")
    return [row for row in found if isinstance(row, dict)]


def _address(root: str, address: str) -> str:
    """A part's whole address: it is relative to the service root, with or without a slash (OData JSON 4.01, 19.1)."""
    if "://" in address:
        return address
    if address.startswith("/") and not re.match(r"/solutions\b", address, re.IGNORECASE) and ROOTED.match(address):
        parts = urlsplit(root)
        return f"{parts.scheme}://{parts.netloc}{address}"
    return root + address.lstrip("/")


def _response(row: dict[str, Any] | None) -> Response | None:
    status = row.get("status") if row else None
    if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) == 3:
        status = int(status)
    if row is None or not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        return None
    headers = _headers(row.get("headers"))
    return Response(status, headers, _body(row.get("body"), headers) or b"")


def _headers(value: Any) -> Headers:
    rows = value.items() if isinstance(value, dict) else ()
    return tuple((paired(str(name)), paired(one)) for name, one in rows if isinstance(one, str))


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
