"""Odd but conforming bytes and headers, written from the documents alone."""

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
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.field_places import Json, on_answer, on_response, plain, walked
from restore_conformance.mock.wire import Asked, Reply

# ---------------------------------------------------------------- order of members


def order(name: str, change: Callable[[list[Any]], list[Any]]) -> None:
    def each(value: Json) -> Json:
        return dict(change(list(value.items())))

    def all_of(reply: Reply, _: Asked) -> None:
        reply.body = walked(reply.body, each)

    plain(name, "order", "4.7: the order of properties is insignificant.", lambda service: on_answer(service, all_of))


def _shuffled(every: list[Any]) -> list[Any]:
    random.Random(len(every)).shuffle(every)  # noqa: S311 - an order, not a secret
    return every


order("field-members-reversed", lambda every: every[::-1])
order("field-members-by-name", lambda every: sorted(every, key=lambda one: one[0].lower()))
order("field-members-shuffled", _shuffled)

# ---------------------------------------------------------------- text of the JSON


def written(name: str, allowed: str, write: Callable[[Any], str]) -> None:
    def change(reply: Reply, _: Asked) -> None:
        if reply.raw is None and reply.body is not None:
            reply.raw = write(reply.body).encode()

    plain(name, "json-text", allowed, lambda service: on_answer(service, change))


def _escaped(value: Any) -> str:
    return "".join(f"\\u{ord(c):04X}" if c in "<>&'+" else "\\/" if c == "/" else c for c in json.dumps(value))


written(
    "field-json-indented",
    "RFC 8259 section 2: blanks between tokens are insignificant.",
    lambda value: json.dumps(value, indent=2),
)
written(
    "field-json-padded",
    "RFC 8259 section 2: blanks around the value too.",
    lambda value: "\r\n " + json.dumps(value) + "\r\n",
)
written(
    "field-json-raw-text",
    "RFC 8259 section 8.1: UTF-8, nothing but controls need be escaped.",
    lambda value: json.dumps(value, ensure_ascii=False),
)
written("field-json-escaped", "RFC 8259 section 7: any character may be escaped.", _escaped)

# ---------------------------------------------------------------- media type


def media(name: str, value: str) -> None:
    def change(reply: Reply, _: Asked) -> None:
        if reply.body is not None or reply.raw:
            reply.headers["Content-Type"] = value

    plain(
        name,
        "media-type",
        "N3 and 4.6: compare the media type alone; parameters in any order.",
        lambda service: on_answer(service, change),
    )


media("field-media-bare", "application/json")
media("field-media-charset", "application/json; charset=utf-8")
media("field-media-quoted", 'application/json;charset="UTF-8"')
media("field-media-capitals", "Application/JSON; Charset=UTF-8")
media(
    "field-media-parameters",
    "application/json; charset=utf-8; IEEE754Compatible=false; odata.streaming=true; odata.metadata=minimal",
)

# ---------------------------------------------------------------- headers


def more(name: str, dimension: str, allowed: str, **headers: str) -> None:
    def change(response: Response, _: Headers) -> Response:
        added = tuple((key.replace("_", "-"), value) for key, value in headers.items())
        return Response(response.status, response.headers + added, response.body)

    plain(name, dimension, allowed, lambda service: on_response(service, change))


def located(name: str, path: str) -> None:
    def change(reply: Reply, asked: Asked) -> None:
        if asked.operation == "create" and reply.status == 201:
            reply.headers["Location"] = path.format(reply.body["id"])

    plain(
        name,
        "location",
        "1.1: a Location header is not documented, nor forbidden.",
        lambda service: on_answer(service, change),
    )


located(
    "field-location-absolute", "https://graph.microsoft.com/beta/solutions/backupRestore/sharePointRestoreSessions/{}"
)
located("field-location-relative", "/beta/solutions/backupRestore/restoreSessions/{}")
located("field-location-quoted", "sharePointRestoreSessions('{}')")

more("field-odata-version", "odata-version", "OData 4.0 protocol 8.1.5: OData-Version.", OData_Version="4.0")
more(
    "field-diagnostics",
    "diagnostics",
    "4.4: x-ms-ags-diagnostic is JSON text.",
    x_ms_ags_diagnostic='{"ServerInfo":{"Ring":"5"}}',
)
more(
    "field-cache-headers",
    "cache",
    "RFC 9111: caching headers on any response.",
    Cache_Control="no-store, private",
    Vary="Accept-Encoding, Prefer",
    Strict_Transport_Security="max-age=1",
)


def without(name: str, dimension: str, allowed: str, *names: str) -> None:
    def change(response: Response, _: Headers) -> Response:
        kept = tuple(one for one in response.headers if one[0].lower() not in names)
        return Response(response.status, kept, response.body)

    plain(name, dimension, allowed, lambda service: on_response(service, change))


without(
    "field-no-support-ids",
    "support-ids",
    "4.4: the echo has no normative text: warn only.",
    "request-id",
    "client-request-id",
)
without("field-own-client-id", "support-ids", "4.4: the echo has no normative text: warn only.", "client-request-id")
without("field-preference-silent", "preference", "4.5: Preference-Applied is a should.", "preference-applied")


def challenge(response: Response, _: Headers) -> Response:
    if response.status != 401:
        return response
    value = 'Bearer realm="", authorization_uri="https://login.example/authorize", error="invalid_token"'
    return Response(response.status, (*response.headers, ("WWW-Authenticate", value)), response.body)


plain(
    "field-challenge",
    "challenge",
    "RFC 9110 section 15.5.2: a 401 carries WWW-Authenticate.",
    lambda service: on_response(service, challenge),
)


def cased(name: str, case: Callable[[str], str]) -> None:
    def change(response: Response, _: Headers) -> Response:
        return Response(response.status, tuple((case(n), v) for n, v in response.headers), response.body)

    plain(
        name,
        "header-case",
        "RFC 9110 section 5.1: field names are compared without case.",
        lambda service: on_response(service, change),
    )


cased("field-headers-small", str.lower)
cased("field-headers-capitals", str.upper)

# ---------------------------------------------------------------- throttling, slowness


def now_and_then(name: str, allowed: str, status: int, every: int, after: Callable[[], str | None]) -> None:
    """One request in so many is put off before anything is done."""

    def seed(service: Service) -> None:
        handle, number, lock = service.handle, itertools.count(1), threading.Lock()

        def odd(request: Request) -> Response:
            with lock:
                turn = next(number)
            return _put_off(status, after()) if turn % every == 0 else handle(request)

        service.handle = odd  # type: ignore[method-assign]

    plain(name, "throttle", allowed, seed)


def _put_off(status: int, after: str | None) -> Response:
    code = "TooManyRequests" if status == 429 else "ServiceNotAvailable"
    error = {"code": code, "message": "Please retry.", "innerError": {"code": str(status), "status": str(status)}}
    headers = [("Content-Type", "application/json")] + ([("Retry-After", after)] if after is not None else [])
    return Response(status, tuple(headers), json.dumps({"error": error}).encode())


RETRY = "4.3: throttling is answered with Retry-After, decimal in the sample; "
now_and_then("field-429-seconds", RETRY + "RFC 9110: seconds.", 429, 17, lambda: "0")
now_and_then("field-429-decimal", RETRY + "parse leniently.", 429, 13, lambda: "0.05")
now_and_then("field-429-date", RETRY + "RFC 9110: or a date.", 429, 23, lambda: formatdate(time.time(), usegmt=True))
now_and_then("field-429-silent", "4.3: no Retry-After: back off.", 429, 41, lambda: None)
now_and_then("field-503-seconds", "4.3: 503 is handled like 429.", 503, 19, lambda: "0")
now_and_then("field-503-silent", "4.2: 503 may carry Retry-After.", 503, 43, lambda: None)


def slow(service: Service) -> None:
    handle = service.handle

    def late(request: Request) -> Response:
        time.sleep(0.001)
        return handle(request)

    service.handle = late  # type: ignore[method-assign]


plain("field-slow", "slow", "No page promises a time.", slow)
