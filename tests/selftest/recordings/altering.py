"""Alters recorded requests, one field at a time: (what was altered, the altered request)."""

import json
from urllib.parse import quote

from restore_conformance.exchange import Request
from restore_conformance.recorded.cassettes.matching import canonical

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
OTHER_VALUES = ("", "altered", 0, 1, -1.5, True, False, None, [], {}, ["altered"], {"altered": 1})


def alterations(request):
    """Every field of a request altered in turn, several ways each; none of them is the same request."""
    yield from methods(request)
    yield from addresses(request)
    yield from headers(request)
    yield from bodies(request)


def changed(request, **changes):
    fields = {name: getattr(request, name) for name in ("method", "target", "headers", "body")}
    return Request(**{**fields, **changes})


def methods(request):
    for method in METHODS:
        if method != request.method:
            yield "method", changed(request, method=method)


def addresses(request):
    path, mark, query = request.target.partition("?")
    parts = path.split("/")
    for at, part in enumerate(parts):
        if not part:
            continue
        for other in (part + "x", part[:-1], part.swapcase(), quote(f"{part}/x", safe=""), "altered"):
            if other != part:
                yield "path", changed(request, target="/".join([*parts[:at], other, *parts[at + 1 :]]) + mark + query)
        yield "path", changed(request, target="/".join([*parts[:at], *parts[at + 1 :]]) + mark + query)
    for more in ("altered=1", "$top=1", "altered"):
        yield "query", changed(request, target=f"{path}?{query}{'&' if query else ''}{more}")
    if query:
        yield "query", changed(request, target=path)
        yield "query", changed(request, target=f"{path}?{query}x")


def headers(request):
    kept = list(request.headers)
    for at, (name, value) in enumerate(kept):
        where = f"header {name.lower()}"
        for other in (value + "x", value[:-1], value.swapcase(), f"{value}, altered", "altered", ""):
            if other != value:
                yield where, changed(request, headers=(*kept[:at], (name, other), *kept[at + 1 :]))
        yield where, changed(request, headers=(*kept[:at], *kept[at + 1 :]))
        yield where, changed(request, headers=(*kept[:at], (name + "x", value), *kept[at + 1 :]))
        yield where, changed(request, headers=(*kept, (name, "again")))
    for name in ("Prefer", "If-Match", "X-Altered", "Authorization", "Content-Type", "ConsistencyLevel"):
        if request_header(request, name) is None:
            yield f"header {name.lower()}", changed(request, headers=(*kept, (name, "altered")))


def request_header(request, name):
    return request.header(name)


def bodies(request):
    raw = request.body
    if not raw:
        for body in (b"{}", b"null", b"[]", b"altered", b" "):
            yield "body", changed(request, body=body)
        return
    cut = raw.rstrip()[:-1]  # without the white space behind it a body is still the same JSON
    for body in (None, raw + b"x", cut, b"[" + raw + b"]", b"\xef\xbb\xbf" + raw, raw + b"{}"):
        yield "body", changed(request, body=body)
    if canonical(raw)[0] != "json":
        return
    value = json.loads(raw)
    for where, other in values(value, ""):
        altered = json.dumps(other, separators=(",", ":")).encode()
        yield f"body {where or '/'}", changed(request, body=altered)


def values(value, at):
    """A JSON value with one thing in it altered: (its place, the altered value)."""
    for other in OTHER_VALUES:
        if (type(other), other) != (type(value), value):
            yield at, other
    if isinstance(value, str):
        for other in (value + "x", value[:-1], value.swapcase(), f" {value}", "x" + value[1:], value[::-1]):
            if other != value:
                yield at, other
    elif isinstance(value, dict):
        for name, inner in value.items():
            place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
            rest = {key: one for key, one in value.items() if key != name}
            yield place, rest
            yield place, {**rest, name + "x": inner}
            if name.swapcase() not in value and name.swapcase() != name:
                yield place, {**rest, name.swapcase(): inner}
            for where, other in values(inner, place):
                yield where, {**value, name: other}
        yield f"{at}/altered", {**value, "altered": 1}
    elif isinstance(value, list):
        for number in sorted({0, 1, len(value) // 2, len(value) - 1} & set(range(len(value)))):
            inner = value[number]
            yield at, [*value[:number], *value[number + 1 :]]
            yield at, [*value[: number + 1], inner, *value[number + 1 :]]
            for where, other in values(inner, f"{at}/{number}"):
                yield where, [*value[:number], other, *value[number + 1 :]]
        if len(value) > 1 and value[0] != value[-1]:
            yield at, [value[-1], *value[1:-1], value[0]]
