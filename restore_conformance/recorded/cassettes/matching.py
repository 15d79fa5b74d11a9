"""Whether a request equals the recorded one; if none does, the most similar recording and what differs.

Method, address, every header that the suite chose, and the body as canonical JSON always count. White space and
the order of members do not; how a number is written, repeated members and the type of every value do.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from restore_conformance.exchange import Headers, Request

TRANSPORT = frozenset(
    {"host", "connection", "content-length", "accept-encoding", "user-agent", "accept", "transfer-encoding"}
)
"""Headers that a client library adds on its own: not stored, not compared."""

SUPPORT = "client-request-id"
SHOWN = 60
DEEPEST = 100
"""Bodies that nest deeper are compared byte by byte."""


def chosen(headers: Headers) -> Headers:
    """The headers of a request that its sender chose."""
    return tuple((name, value) for name, value in headers if name.lower() not in TRANSPORT)


@functools.lru_cache(maxsize=32)  # the recordings of a cassette are compared with every request in turn
def canonical(body: bytes | None) -> Any:
    """A body as something to compare: nothing, a JSON value with numbers as written, or the bytes."""
    if not body:
        return ("no body",)
    if _depth(body) > DEEPEST:
        return ("bytes", body)
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=lambda pairs: ("object", tuple(sorted(pairs, key=lambda pair: str(pair[0])))),
            parse_int=lambda text: ("number", text),
            parse_float=lambda text: ("number", text),
            parse_constant=lambda text: ("number", text),
        )
    except (ValueError, RecursionError):
        return ("bytes", body)
    return ("json", value)


def _depth(body: bytes) -> int:
    """How deep brackets nest; those in strings count too, which only makes it larger."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return 0
    deepest = depth = 0
    for mark in re.finditer(rb"[\[{]|[\]}]", body):
        depth += 1 if mark[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def differences(sent: Request, recorded: Request) -> list[str]:
    """What differs, in words; nothing where the two are the same request."""
    return list(_differences(sent, recorded))


def same(sent: Request, recorded: Request) -> bool:
    """Whether the two are the same request."""
    return next(_differences(sent, recorded), None) is None


def _differences(sent: Request, recorded: Request) -> Iterator[str]:
    if sent.method != recorded.method:
        yield _differs("method", sent.method, recorded.method)
    mine, stored = urlsplit(sent.target), urlsplit(recorded.target)
    for name in ("scheme", "netloc", "path", "fragment"):
        if getattr(mine, name) != getattr(stored, name):
            yield _differs({"netloc": "host"}.get(name, name), getattr(mine, name), getattr(stored, name))
    if mine.query != stored.query:
        asked, had = parse_qsl(mine.query, True), parse_qsl(stored.query, True)
        yield _differs("query", mine.query if asked == had else asked, stored.query if asked == had else had)
    yield from _headers(chosen(sent.headers), chosen(recorded.headers))
    if sent.body != recorded.body:
        yield from _body(canonical(sent.body), canonical(recorded.body))


def _headers(sent: Headers, recorded: Headers) -> Iterator[str]:
    mine, stored = (grouped((name.lower(), value) for name, value in part) for part in (sent, recorded))
    for name in sorted(mine.keys() | stored.keys()):
        if mine.get(name) != stored.get(name):
            yield _differs(f"header {name}", mine.get(name), stored.get(name))


def grouped(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by name, those that come several times joined (RFC 9110, 5.3)."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _body(sent: Any, recorded: Any) -> Iterator[str]:
    if sent[0] == recorded[0] == "json":
        yield from _values(sent[1], recorded[1], "")
    elif sent != recorded:
        yield _differs("body", _plain(sent), _plain(recorded))


def _values(sent: Any, recorded: Any, at: str) -> Iterator[str]:
    if sent == recorded and type(sent) is type(recorded):
        return
    if _is_object(sent) and _is_object(recorded):
        mine, stored = dict(sent[1]), dict(recorded[1])
        if len(mine) == len(sent[1]) and len(stored) == len(recorded[1]):
            for name in [*stored, *(name for name in mine if name not in stored)]:
                place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
                if name not in mine:
                    yield _differs(f"body {place}", None, _plain(stored[name]))
                elif name not in stored:
                    yield _differs(f"body {place}", _plain(mine[name]), None)
                else:
                    yield from _values(mine[name], stored[name], place)
            return
    if isinstance(sent, list) and isinstance(recorded, list):
        for number, (element, counterpart) in enumerate(zip(sent, recorded, strict=False)):
            yield from _values(element, counterpart, f"{at}/{number}")
        if len(sent) != len(recorded):
            yield f"body {at or '/'}: sent {len(sent)} elements, recorded {len(recorded)}"
        return
    yield _differs(f"body {at or '/'}", _plain(sent), _plain(recorded))


def _is_object(value: Any) -> bool:
    return isinstance(value, tuple) and value[0] == "object"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        if value[0] == "object":
            return {name: _plain(inner) for name, inner in value[1]}
        return value[1] if len(value) > 1 else "nothing"
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _differs(what: str, sent: Any, recorded: Any) -> str:
    return f"{what}: sent {_shown(sent)}, recorded {_shown(recorded)}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def nearest(sent: Request, recorded: Sequence[Request]) -> tuple[int, list[str]]:
    """The most similar recording, by its index, and what differs; (-1, []) where there is none.

    One with the same client-request-id is the same request, changed; else the fewest differences count.
    """
    own = sent.header(SUPPORT)
    best: tuple[bool, int, int] | None = None
    nearest_differs: list[str] = []
    for number, request in enumerate(recorded):
        differs = differences(sent, request)
        score = (own is None or request.header(SUPPORT) != own, len(differs), number)
        if best is None or score < best:
            best, nearest_differs = score, differs
    return (best[2] if best else -1), nearest_differs
