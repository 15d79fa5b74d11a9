"""Request and response of an exchange as text, with the place marked that a finding is about.

Bounded by `Bounds`: a server may send a line of a megabyte. Knows no markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance.contract.workload import AREA
from restore_conformance.records.safe_text import line
from restore_conformance.reports.highlight import Piece, marked
from restore_conformance.spelling import counted


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
    pieces = [Piece(f"{line(sent['method'], 40)} "), *_url(line(sent["url"], bounds.text), named["url"]), Piece("\n")]
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
        return [Piece(f"no answer: {line(exchange.get('trouble', ''), bounds.text)}", "mark" if finding else "plain")]
    pointer = finding["pointer"] if finding else ""
    observed = finding["observed"] if finding and not pointer and isinstance(finding["observed"], str) else ""
    expected = finding["expected"] if finding else ""
    status = str(response["status"])
    at_status = observed.split(" ")[0] == status
    note = f"  ← expected {line(expected, 160)}" if expected else ""
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
        yield Piece(f"{line(name, min(200, bounds.text))}: ")
        yield Piece(line(value, bounds.text), "mark" if hit else "plain")
        yield Piece(f"{note}\n" if hit else "\n", "note" if hit and note else "plain")
    if len(headers) > bounds.headers:
        yield Piece(f"… {counted(len(headers) - bounds.headers, 'more header')}\n")


def in_a_line(exchange: dict[str, Any]) -> str:
    """An exchange in one line: the request and its answer."""
    response = exchange["response"]
    path = exchange["request"]["url"].partition(f"{AREA}/")[2]
    sent = f"{exchange['request']['method']} {path or exchange['request']['url']}"
    answered = f"answered {response['status']}" if response else "no answer"
    return line(f"{sent}: {answered}", 160)


def as_text(pieces: list[Piece]) -> str:
    """The pieces as one text, a mark between guillemets: for formats that cannot colour."""
    return "".join(piece.text if piece.kind in {"plain", "note"} else _between(piece.text) for piece in pieces)


def _between(text: str) -> str:
    return f"»{text.removesuffix(chr(10))}«" + ("\n" if text.endswith("\n") else "")
