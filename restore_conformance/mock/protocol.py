"""The protocol of Graph: bearer tokens, media types, error bodies, support ids, and the base URL of links.

Knows no session and no operation.
"""

from __future__ import annotations

import json
import re
import secrets
import uuid
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from restore_conformance.exchange import Headers, Request, Response, header

CALLERS = ("good", "delegated", "application", "read-only", "no-permission", "personal", "expired")
MAY_WRITE = frozenset({"good", "delegated", "application"})
MAY_READ = MAY_WRITE | {"read-only"}
LARGEST_BODY = 4 * 1024 * 1024
"""Bytes to which a compressed request body may grow."""
ENCODER = json.JSONEncoder(separators=(",", ":"))
JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

VERSIONS = ("/beta", "/v1.0")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+\Z")


class Refusal(Exception):
    """An error response: HTTP status, service code, message."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message or f"The request was refused: {code}."


@dataclass(slots=True)
class JsonResponse:
    """A response before it is serialised. `body` is a JSON value, None for no body; `raw` takes its place."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass(slots=True)
class ParsedRequest:
    """A request as the service reads it: operation, session id, caller, payload, query.

    `http` is the request as it arrived, `base` the base URL that the caller used, for links in the response, and
    `all_members` says that the caller asked for enumeration members behind the sentinel.
    """

    http: Request
    operation: str = ""
    session: str = ""
    caller: str = ""
    payload: Any = None
    all_members: bool = False
    query: dict[str, str] = field(default_factory=dict)
    base: str = ""


def make_tokens() -> dict[str, str]:
    """A fresh opaque token for every kind of caller: token to kind."""
    return {f"mock-{kind}-{secrets.token_urlsafe(24)}": kind for kind in CALLERS}


def authenticate(headers: Headers, tokens: dict[str, str]) -> str:
    """The kind of caller. Raises Refusal 401."""
    value = header(headers, "Authorization")
    if value is None:
        raise Refusal(401, "InvalidAuthenticationToken", "Access token is empty.")
    scheme, _, token = value.strip().partition(" ")
    kind = tokens.get(token.strip())
    if scheme.lower() != "bearer" or kind is None:
        raise Refusal(401, "InvalidAuthenticationToken", "The access token is malformed or was not issued here.")
    if kind == "expired":
        raise Refusal(401, "InvalidAuthenticationToken", "The access token has expired.")
    return kind


def authorise(kind: str, *, write: bool) -> None:
    """Raises Refusal 403 where the caller lacks the permission."""
    if kind not in (MAY_WRITE if write else MAY_READ):
        raise Refusal(403, "Forbidden", "The token lacks the permission this operation needs.")


def decoded_body(request: Request) -> bytes:
    """The body of a request without its content coding. Raises Refusal 400, 413 or 415.

    Middleware of the SDKs compresses bodies, and sends them plainly after a 415.
    """
    body = request.body or b""
    coding = (header(request.headers, "Content-Encoding") or "identity").strip().lower()
    if coding in {"identity", ""} or not body:
        return body
    if coding not in {"gzip", "x-gzip"}:
        raise Refusal(415, "UnsupportedMediaType", "The content coding of the payload is not supported.")
    unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = unpack.decompress(body, LARGEST_BODY)
    except zlib.error:
        raise Refusal(400, "BadRequest", "The payload is not valid gzip.") from None
    if unpack.unconsumed_tail:
        raise Refusal(413, "RequestEntityTooLarge", "The payload is too large.")
    if not unpack.eof or unpack.unused_data:
        raise Refusal(400, "BadRequest", "The payload is not valid gzip.")
    return plain


def is_json(headers: Headers) -> bool:
    """Whether the payload is declared as JSON, in any letter case and with any parameters."""
    value = header(headers, "Content-Type") or ""
    return value.partition(";")[0].strip().lower() == "application/json"


def wants_all_members(headers: Headers) -> bool:
    """Whether a Prefer header asks for enumeration members after the sentinel."""
    return any(name.lower() == "prefer" and "include-unknown-enum-members" in value.lower() for name, value in headers)


def error_body(refusal: Refusal, request_id: str, client_id: str) -> dict[str, Any]:
    """Graph's error body; the date of the inner error has no zone, as in live answers."""
    return {
        "error": {
            "code": refusal.code,
            "message": refusal.message,
            "innerError": {
                "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
                "request-id": request_id,
                "client-request-id": client_id,
            },
        }
    }


def serialised(request: ParsedRequest, response: JsonResponse) -> Response:
    """The response as bytes and headers."""
    raw = response.raw
    if raw is None:
        raw = b"" if response.body is None else ENCODER.encode(response.body).encode()
    names = {name.lower() for name in response.headers}
    headers = list(response.headers.items())
    if raw and "content-type" not in names:
        headers.append(("Content-Type", JSON_TYPE))
    return Response(response.status, tuple((n, v) for n, v in headers if v is not None), raw)


def support_ids(headers: Headers) -> tuple[str, str]:
    """The ids that support asks for: one of the service, and the caller's own or the same again."""
    own = str(uuid.uuid4())
    return own, header(headers, "client-request-id") or own


def versioned(target: str) -> tuple[str, str]:
    """A request target as its version segment ("" where there is none) and the rest."""
    for version in VERSIONS:
        if target.startswith(version + "/"):
            return version, target.removeprefix(version)
    return "", target


def base_of(request: Request, address: str) -> str:
    """The base URL under which a request was sent: scheme, host, a proxy's prefix, and the version that was asked for.

    `address` is where the service listens; without one it is not served, and links are relative. What a proxy says in
    X-Forwarded-Proto, -Host and -Prefix goes first; a value that cannot be part of an address is passed over.
    """
    if not address:
        return ""
    own = urlsplit(address)
    scheme = _forwarded(request, "Proto").lower()
    if scheme not in {"http", "https"}:
        scheme = own.scheme
    hosts = (_forwarded(request, "Host"), header(request.headers, "Host") or "", own.netloc)
    host = next(name for name in hosts if _HOST.match(name))
    prefix = _forwarded(request, "Prefix").rstrip("/")
    version = versioned(request.target)[0] or own.path
    return f"{scheme}://{host}{prefix if _PREFIX.match(prefix) else ''}{version}"


def _forwarded(request: Request, name: str) -> str:
    """What the proxy nearest to the caller says: the first of a list."""
    return (header(request.headers, f"X-Forwarded-{name}") or "").partition(",")[0].strip()
