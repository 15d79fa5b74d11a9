"""Unusual but conforming bytes: JSON text, media types, headers, throttling, and how a response is sent.

Those whose dimension begins with `OVER_HTTP` show over HTTP only: their services are served over plain sockets.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from restore_conformance.exchange import Headers, Request, Response
from restore_conformance.mock.hooks import Seed, after_http, around_http, on_response, set_transport
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.register import Variant, walked
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest

OVER_HTTP = "wire-"
"""How the dimensions begin that show over HTTP only."""

# ---------------------------------------------------------------- JSON text, media type


def order_members(change: Callable[[list[Any]], list[Any]]) -> Seed:
    """The members of every object in another order."""

    def all_of(response: JsonResponse, _: ParsedRequest) -> None:
        response.body = walked(response.body, lambda value: dict(change(list(value.items()))))

    return on_response(all_of)


def _shuffled(every: list[Any]) -> list[Any]:
    random.Random(len(every)).shuffle(every)  # noqa: S311 - an order, not a secret
    return every


def write_json(write: Callable[[Any], str]) -> Seed:
    """The same JSON value as another text."""

    def change(response: JsonResponse, _: ParsedRequest) -> None:
        if response.raw is None and response.body is not None:
            response.raw = write(response.body).encode()

    return on_response(change)


def set_media_type(value: str) -> Seed:
    """Another spelling of the media type."""

    def change(response: JsonResponse, _: ParsedRequest) -> None:
        if response.body is not None or response.raw:
            response.headers["Content-Type"] = value

    return on_response(change)


# ---------------------------------------------------------------- headers


def add_location(path: str) -> Seed:
    """A Location in the answer to a create."""

    def change(response: JsonResponse, _: ParsedRequest) -> None:
        if response.status == 201:
            response.headers["Location"] = path.format(response.body["id"])

    return on_response(change, "create")


def change_headers(change: Callable[[Headers], Headers], status: int = 0) -> Seed:
    """Other headers on every answer, or on those with a status."""

    def act(response: Response, _: Headers) -> Response:
        if status not in {0, response.status}:
            return response
        return Response(response.status, tuple(change(response.headers)), response.body)

    return after_http(act)


def add_headers(*new: tuple[str, str], status: int = 0) -> Seed:
    """More headers."""
    return change_headers(lambda had: (*had, *new), status)


def remove_headers(*names: str) -> Seed:
    """Without some headers."""
    return change_headers(lambda had: tuple(header for header in had if header[0].lower() not in names))


def change_header_case(case: Callable[[str], str]) -> Seed:
    """The names of headers in another letter case."""
    return change_headers(lambda had: tuple((case(name), value) for name, value in had))


# ---------------------------------------------------------------- throttling, slowness


def put_off(status: int, every: int, after: Callable[[], str | None]) -> Seed:
    """One request in so many is put off before anything is done."""

    def seed(service: Service) -> None:
        number, lock = itertools.count(1), threading.Lock()

        def act(respond: Callable[[Request], Response], request: Request) -> Response:
            with lock:
                turn = next(number)
            return _put_off(status, after()) if turn % every == 0 else respond(request)

        around_http(act)(service)

    return seed


def _put_off(status: int, after: str | None) -> Response:
    code = "TooManyRequests" if status == 429 else "ServiceNotAvailable"
    error = {"code": code, "message": "Please retry.", "innerError": {"code": str(status), "status": str(status)}}
    named = [("Content-Type", "application/json")] + ([("Retry-After", after)] if after is not None else [])
    return Response(status, tuple(named), json.dumps({"error": error}).encode())


def _slow(respond: Callable[[Request], Response], request: Request) -> Response:
    time.sleep(0.001)
    return respond(request)


def _mixed_case(name: str) -> str:
    dice = random.Random(name)  # noqa: S311 - which letters, not a secret
    return "".join(dice.choice((letter.lower(), letter.upper())) for letter in name)


ORDER = "4.7: the order of properties is insignificant."
N3 = "N3 and 4.6: compare the media type alone; parameters in any order."
LOCATION = "1.1: a Location header is not documented, nor forbidden."
ECHO = "4.4: the echo has no normative text: warn only."
CASE = "RFC 9110 section 5.1: field names are compared without case."
RETRY = "4.3: throttling is answered with Retry-After, decimal in the sample; "
BEARER = 'Bearer realm="", authorization_uri="https://login.example/authorize", error="invalid_token"'
MINIMAL = "application/json; charset=utf-8; IEEE754Compatible=false; odata.streaming=true; odata.metadata=minimal"
GRAPH = "https://graph.microsoft.com/beta/solutions/backupRestore/sharePointRestoreSessions/{}"
# fmt: off
VARIANTS = [
    # ---------------------------------------------------------------- JSON text, media type
    Variant("field-members-reversed", "order", ORDER, order_members(lambda every: every[::-1])),
    Variant("field-members-by-name", "order", ORDER, order_members(lambda every: sorted(every, key=lambda member: member[0].lower()))),
    Variant("field-members-shuffled", "order", ORDER, order_members(_shuffled)),
    Variant("field-json-indented", "json-text", "RFC 8259 section 2: blanks between tokens are insignificant.",
            write_json(lambda value: json.dumps(value, indent=2))),
    Variant("field-json-padded", "json-text", "RFC 8259 section 2: blanks around the value too.",
            write_json(lambda value: "\r\n " + json.dumps(value) + "\r\n")),
    Variant("field-json-raw-text", "json-text", "RFC 8259 section 8.1: UTF-8, nothing but controls need be escaped.",
            write_json(lambda value: json.dumps(value, ensure_ascii=False))),
    Variant("field-json-escaped", "json-text", "RFC 8259 section 7: any character may be escaped.",
            write_json(lambda value: "".join(f"\\u{ord(c):04X}" if c in "<>&'+" else "\\/" if c == "/" else c for c in json.dumps(value)))),
    Variant("field-media-bare", "media-type", N3, set_media_type("application/json")),
    Variant("field-media-charset", "media-type", N3, set_media_type("application/json; charset=utf-8")),
    Variant("field-media-quoted", "media-type", N3, set_media_type('application/json;charset="UTF-8"')),
    Variant("field-media-capitals", "media-type", N3, set_media_type("Application/JSON; Charset=UTF-8")),
    Variant("field-media-parameters", "media-type", N3, set_media_type(MINIMAL)),
    # ---------------------------------------------------------------- headers
    Variant("field-location-absolute", "location", LOCATION, add_location(GRAPH)),
    Variant("field-location-relative", "location", LOCATION, add_location("/beta/solutions/backupRestore/restoreSessions/{}")),
    Variant("field-location-quoted", "location", LOCATION, add_location("sharePointRestoreSessions('{}')")),
    Variant("location-of-the-collection", "location", "1.1: a Location header is not documented, nor forbidden; this one names no session.",
            add_location("/beta/solutions/backupRestore/restoreSessions?$orderby=createdDateTime")),
    Variant("field-odata-version", "odata-version", "OData 4.0 protocol 8.1.5: OData-Version.", add_headers(("OData-Version", "4.0"))),
    Variant("field-diagnostics", "diagnostics", "4.4: x-ms-ags-diagnostic is JSON text.",
            add_headers(("x-ms-ags-diagnostic", '{"ServerInfo":{"Ring":"5"}}'))),
    Variant("field-cache-headers", "cache", "RFC 9111: caching headers on any response.",
            add_headers(("Cache-Control", "no-store, private"), ("Vary", "Accept-Encoding, Prefer"), ("Strict-Transport-Security", "max-age=1"))),
    Variant("field2-express-headers", "stack-headers", "RFC 9110 section 5.1: unknown fields may be passed over.",
            add_headers(("X-Powered-By", "Express"), ("ETag", 'W/"9-abc"'), ("Keep-Alive", "timeout=5"))),
    Variant("field2-spring-headers", "stack-headers", "RFC 9110 section 5.3: a field may come several times.",
            add_headers(("Vary", "Origin"), ("Vary", "Access-Control-Request-Method"), ("X-Content-Type-Options", "nosniff"))),
    Variant("field2-azure-headers", "stack-headers", "4.4: x-ms-ags-diagnostic, timestamp or Date.",
            add_headers(("x-ms-ags-diagnostic", '{"ServerInfo":{"Ring":"4"}}'), ("timestamp", "2025-06-28T15:05:54"), ("Set-Cookie", "a=b; Path=/"),
                 ("Link", '</beta>; rel="deprecation"'), ("Deprecation", "@1688169599"))),
    Variant("field-no-support-ids", "support-ids", ECHO, remove_headers("request-id", "client-request-id")),
    Variant("field-own-client-id", "support-ids", ECHO, remove_headers("client-request-id")),
    Variant("field-preference-silent", "preference", "4.5: Preference-Applied is a should.", remove_headers("preference-applied")),
    Variant("field-challenge", "challenge", "RFC 9110 section 15.5.2: a 401 carries WWW-Authenticate.",
            add_headers(("WWW-Authenticate", BEARER), status=401)),
    Variant("field-headers-small", "header-case", CASE, change_header_case(str.lower)),
    Variant("field-headers-capitals", "header-case", CASE, change_header_case(str.upper)),
    # ---------------------------------------------------------------- throttling, slowness
    Variant("field-429-seconds", "throttle", RETRY + "RFC 9110: seconds.", put_off(429, 17, lambda: "0")),
    Variant("field-429-decimal", "throttle", RETRY + "parse leniently.", put_off(429, 13, lambda: "0.05")),
    Variant("field-429-date", "throttle", RETRY + "RFC 9110: or a date.", put_off(429, 23, lambda: formatdate(time.time(), usegmt=True))),
    Variant("field-429-silent", "throttle", "4.3: no Retry-After: back off.", put_off(429, 41, lambda: None)),
    Variant("field-503-seconds", "throttle", "4.3: 503 is handled like 429.", put_off(503, 19, lambda: "0")),
    Variant("field-503-silent", "throttle", "4.2: 503 may carry Retry-After.", put_off(503, 43, lambda: None)),
    Variant("field-slow", "slow", "No page promises a time.", around_http(_slow)),
    # ---------------------------------------------------------------- over HTTP only
    *(Variant(OVER_HTTP + name, OVER_HTTP + dimension, allowed, set_transport(**habits)) for name, dimension, allowed, habits in (
        ("gzip", "coding", "RFC 9110 section 8.4: a coding that the caller accepts.", {"coding": "gzip"}),
        ("deflate", "coding", "RFC 9110 section 8.4.1.2: deflate is the zlib format.", {"coding": "deflate"}),
        ("chunked", "framing", "RFC 9112 section 7.1: chunks of any size.", {"framing": "chunked"}),
        ("chunked-extended", "framing", "RFC 9112 sections 7.1.1 and 7.1.2: chunk extensions and trailers may be passed over.", {"framing": "extended"}),
        ("until-close", "framing", "RFC 9112 section 6.3: a body may end with the connection.", {"framing": "close"}),
        ("http-1.0", "framing", "RFC 9112 section 2.3: an answer in the older version, which ends with the connection.", {"version": "1.0", "framing": "close"}),
        ("closed", "connection", "RFC 9112 section 9.6: Connection: close after each answer.", {"closing": "said"}),
        ("dropped", "connection", "RFC 9112 section 9.5: a server may close an idle connection.", {"closing": "unsaid"}),
        ("split", "writes", "RFC 9293: TCP has no messages; a head may come byte by byte.", {"first": 120, "size": 512}),
        ("dribble", "writes", "No page promises a time.", {"size": 160, "pause": 0.0004}),
        ("continue", "interim", "RFC 9110 section 15.2.1: any number of 100s.", {"interim": (b"100 Continue",) * 2}),
        ("early-hints", "interim", "RFC 9110 section 15.2 and RFC 8297: an interim answer may be passed over.",
         {"interim": (b"103 Early Hints\r\nLink: </style.css>; rel=preload",)}),
        ("no-reason", "head", "RFC 9112 section 4: the reason phrase may be empty.", {"reason": False}),
        ("odd-spacing", "head", "RFC 9112 section 5.1: white space around a value is optional and no part of it.", {"spacing": ("", " \t ")}),
        ("mixed-case", "head", CASE, {"spell": _mixed_case}),
    )),
]
# fmt: on
