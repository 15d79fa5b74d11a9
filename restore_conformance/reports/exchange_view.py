"""Request and response of an exchange as text, with the place marked that a finding is about, or where one is missing.

Gives pieces of text, each marked or not, and knows no markup. Bounded: a server may send a line of a megabyte, and what
is far from the mark is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance.contract.workload import AREA
from restore_conformance.exchange import NOTHING, parse_json
from restore_conformance.records.safe_text import DEEPEST, shortened, visible
from restore_conformance.records.safe_text import body as plain
from restore_conformance.records.safe_text import line as one_line
from restore_conformance.spelling import counted

Ways = tuple[tuple[str, ...], ...]
"""The steps of the pointers that are marked."""
BEFORE = 12
"""Lines kept before a mark where not all fit."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `kind` is plain, mark (the place itself), missing (where it belongs) or note."""

    text: str
    kind: str = "plain"


def marked(
    stored: dict[str, Any] | None, pointer: str | Iterable[str], longest: int, expected: str = ""
) -> list[Piece]:
    """A stored body in at most about `longest` characters, the places of JSON pointers (RFC 6901) marked in it.

    `expected` is written beside the first place. A body that is not JSON, was cut, or nests too deep is shown as it is.
    """
    value = NOTHING if stored is None or "text" not in stored or stored.get("cut") else _parsed(stored["text"])
    if value is NOTHING:
        return [Piece(shortened(plain(stored), longest))]
    if _depth(value) > DEEPEST:
        return [Piece(shortened(visible(stored["text"]), longest)) if stored else Piece("")]
    ways = tuple(filter(None, map(_way, [pointer] if isinstance(pointer, str) else pointer)))
    lines = list(_lines(value, ways, (), ""))
    lines[-1].pop()  # the comma after the whole
    at = next((line for line in lines if any(piece.kind != "plain" for piece in line)), None)
    if at is not None and expected:
        at.append(Piece(f"  ← expected {shortened(one_line(expected), 160)}", "note"))
    return _fitted(lines, longest)


def _parsed(text: str) -> Any:
    # Numbers are not converted: 1e400 and a hundred digits are shown as they were sent, or not as JSON.
    value = parse_json(text.encode("utf-8", "replace"))
    try:
        json.dumps(value if value is not NOTHING else None, allow_nan=False)
    except (ValueError, RecursionError):
        return NOTHING
    return value


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        inner: list[Any] = []
        for item in level:
            inner += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        level, depth = inner, depth + 1
    return depth


def _way(pointer: str) -> tuple[str, ...] | None:
    """The steps of a pointer; None where it is not a pointer."""
    if not pointer.startswith("/"):
        return None
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _lines(value: Any, ways: Ways, at: tuple[str, ...], label: str) -> Iterator[list[Piece]]:
    """The lines of a value; each ends with the piece that is its comma."""
    kind = "mark" if at in ways else "plain"
    indent = Piece("  " * len(at))
    head = [indent, Piece(label, kind)] if label else [indent]
    if not isinstance(value, dict | list) or not value:
        gap = _gap(value, ways, at)
        shown = visible(json.dumps(value, ensure_ascii=False))
        yield [*head, Piece(shown, kind), *([Piece(f"  ← missing: {gap}", "missing")] if gap else []), Piece(",")]
        return
    opens, closes = "{}" if isinstance(value, dict) else "[]"
    yield [*head, Piece(opens, kind)]
    members = value.items() if isinstance(value, dict) else ((str(n), item) for n, item in enumerate(value))
    last: list[Piece] = []
    for name, inner in members:
        if last:
            yield last
        shown = f"{visible(json.dumps(name, ensure_ascii=False))}: " if isinstance(value, dict) else ""
        *before, last = _lines(inner, ways, (*at, name), shown)
        yield from before
    gap = _gap(value, ways, at)
    if not gap:
        last = last[:-1]
    yield last
    if gap:
        yield [Piece("  " * (len(at) + 1)), Piece(f"← missing: {gap}", "missing")]
    yield [indent, Piece(closes, kind), Piece(",")]


def _gap(value: Any, ways: Ways, at: tuple[str, ...]) -> str:
    """The name of the member that a pointer names and this value lacks."""
    for way in ways:
        if len(way) <= len(at) or way[: len(at)] != at:
            continue
        step = way[len(at)]
        there = step in value if isinstance(value, dict) else isinstance(value, list) and _index(step) < len(value)
        if not there:
            return visible("/".join(way[len(at) :]))[:200]
    return ""


def _index(step: str) -> float:
    return int(step) if step.isascii() and step.isdigit() and len(step) < 9 else float("inf")


def _fitted(lines: list[list[Piece]], longest: int) -> list[Piece]:
    """The lines, or a window around the mark where not all fit."""
    lines = [_narrow(line, longest) for line in lines]
    sizes = [sum(len(piece.text) for piece in line) + 1 for line in lines]
    first, last = 0, len(lines)
    marks = [n for n, line in enumerate(lines) if any(piece.kind != "plain" for piece in line)]
    if sum(sizes) > longest and len(marks) > 1:
        return _around(lines, sizes, marks, longest)
    if sum(sizes) > longest:
        mark = next(iter(marks), 0)
        first = mark if mark < BEFORE else mark - BEFORE
        room, last = longest, first
        while last < len(lines) and (room > sizes[last] or last <= mark):
            room -= sizes[last]
            last += 1
    pieces = [Piece(f"… {counted(first, 'line')} before\n")] if first else []
    for line in lines[first:last]:
        pieces += [*line, Piece("\n")]
    if last < len(lines):
        pieces.append(Piece(f"… {counted(len(lines) - last, 'more line')}\n"))
    return _joined(pieces)


def _around(lines: list[list[Piece]], sizes: list[int], marks: list[int], longest: int) -> list[Piece]:
    """The lines nearest to any of several marks, and how many are left out between them."""
    near: set[int] = set()
    for _, number in sorted((min(abs(number - mark) for mark in marks), number) for number in range(len(lines))):
        longest -= sizes[number]
        if longest < 0 and number not in marks:
            break
        near.add(number)
    pieces: list[Piece] = []
    skipped = 0
    for number, line in enumerate([*lines, []]):
        if number in near or number == len(lines):
            pieces += [Piece(f"… {counted(skipped, 'line')}\n")] if skipped else []
            pieces += [*line, Piece("\n")] if line else []
            skipped = 0
        else:
            skipped += 1
    return _joined(pieces)


def _narrow(line: list[Piece], longest: int) -> list[Piece]:
    return [Piece(shortened(piece.text, max(longest // 2, 80)), piece.kind) for piece in line]


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.kind)
        elif piece.text:
            joined.append(piece)
    return joined


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is shown: characters of a body in evidence, in an example, and of any other text; headers of a
    message; exchanges of a conversation, its last ones.
    """

    evidence: int
    example: int
    text: int
    headers: int = 40
    steps: int = 10


def request(
    exchange: dict[str, Any], longest: int, bounds: Bounds, finding: dict[str, Any] | None = None
) -> list[Piece]:
    """The request: its line, its headers, its body; what is wrong with it is marked where the finding says."""
    sent = exchange["request"]
    places = (finding or {}).get("sent", {}).get("places", ())
    named = {kind: _named(places, kind) for kind in ("url", "header")}
    pieces = [
        Piece(f"{one_line(sent['method'], 40)} "),
        *_url(one_line(sent["url"], bounds.text), named["url"]),
        Piece("\n"),
    ]
    there = {name.lower() for name, _ in sent["headers"]}
    pieces += _headers(sent["headers"], bounds, "", named=frozenset(name.lower() for name in named["header"]))
    for name in named["header"]:
        if name.lower() not in there:
            pieces.append(Piece(f"← no {name} header\n", "missing"))
    return [*pieces, Piece("\n"), *marked(sent["body"], [place for place in places if place.startswith("/")], longest)]


def _named(places: Iterable[str], kind: str) -> list[str]:
    return [place.removeprefix(f"{kind}:") for place in places if place.startswith(f"{kind}:")]


def _url(url: str, parts: list[str]) -> list[Piece]:
    """A URL with the first of these parts that it holds marked."""
    for part in parts:
        before, matched, after = url.rpartition(part)
        if matched:
            return [Piece(before), Piece(part, "mark"), Piece(after)]
    return [Piece(url)]


def answer(
    exchange: dict[str, Any], longest: int, bounds: Bounds, finding: dict[str, Any] | None = None
) -> list[Piece]:
    """The answer: its status, its headers, its body; or the error that replaced it.

    What a finding is about is marked: the place its pointer names, else the status or the header it observed.
    """
    response = exchange["response"]
    if response is None:
        return [
            Piece(f"no answer: {one_line(exchange.get('trouble', ''), bounds.text)}", "mark" if finding else "plain")
        ]
    pointer = finding["pointer"] if finding else ""
    observed = finding["observed"] if finding and not pointer and isinstance(finding["observed"], str) else ""
    expected = finding["expected"] if finding else ""
    status = str(response["status"])
    at_status = observed.split(" ")[0] == status
    note = f"  ← expected {one_line(expected, 160)}" if expected else ""
    pieces = [Piece("HTTP "), Piece(status, "mark" if at_status else "plain")]
    pieces += [Piece(note, "note"), Piece("\n")] if at_status else [Piece("\n")]
    pieces += _headers(response["headers"], bounds, "" if at_status else observed, note)
    return [*pieces, Piece("\n"), *marked(response["body"], pointer, longest, expected)]


def _headers(
    headers: list[list[str]], bounds: Bounds, observed: str, note: str = "", named: frozenset[str] = frozenset()
) -> Iterator[Piece]:
    """The lines of the headers; one is marked that is named, or whose value was observed."""
    for name, value in headers[: bounds.headers]:
        hit = (bool(observed) and value.startswith(observed)) or name.lower() in named
        yield Piece(f"{one_line(name, min(200, bounds.text))}: ")
        yield Piece(one_line(value, bounds.text), "mark" if hit else "plain")
        yield Piece(f"{note}\n" if hit else "\n", "note" if hit and note else "plain")
    if len(headers) > bounds.headers:
        yield Piece(f"… {counted(len(headers) - bounds.headers, 'more header')}\n")


def in_a_line(exchange: dict[str, Any]) -> str:
    """An exchange in one line: the request and its answer."""
    response = exchange["response"]
    path = exchange["request"]["url"].partition(f"{AREA}/")[2]
    sent = f"{exchange['request']['method']} {path or exchange['request']['url']}"
    answered = f"answered {response['status']}" if response else "no answer"
    return one_line(f"{sent}: {answered}", 160)


def as_text(pieces: list[Piece]) -> str:
    """The pieces as one text, a mark between guillemets: for formats that cannot colour."""
    return "".join(piece.text if piece.kind in {"plain", "note"} else _between(piece.text) for piece in pieces)


def _between(text: str) -> str:
    return f"»{text.removesuffix(chr(10))}«" + ("\n" if text.endswith("\n") else "")
