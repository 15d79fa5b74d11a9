"""Which clause a bundle is about, and which of the stored exchanges. Reads `exchanges.ndjson` a line at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restore_conformance.clock import seconds_of
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.records import exchanges
from restore_conformance.records.markdown_text import line
from restore_conformance.spelling import addresses_near
from restore_conformance.targets.coding import heft
from restore_conformance.verdicts import UsageError

LONGEST_LINE = 4 * 1024 * 1024
HEAVIEST = 24 * 1024 * 1024
"""Bytes of memory, roughly, that the exchanges of one bundle take."""
ROUTE = "/solutions/"
"""Where the part of an address begins that is below the base."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The stored exchanges about a clause, in the order of sending, and how many there are beside them."""

    exchanges: tuple[dict[str, Any], ...]
    left_out: int


def broken_clause(run: dict[str, Any], address: str) -> dict[str, Any]:
    """The entry of a clause that is broken in a run. Raises UsageError where it is none, or was not broken."""
    entries = {entry["id"]: entry for entry in run["clauses"]}
    broken = [name for name, entry in entries.items() if entry["verdict"] == "fail" and entry["findings"]]
    if address not in entries:
        raise UsageError(
            f"This run has no clause {line(address)!r}.{line(addresses_near(address, [*broken, *entries]))}"
        )
    if address not in broken:
        shown = ", ".join(line(name) for name in broken[:5]) or "none"
        more = f" and {len(broken) - 5} more" if len(broken) > 5 else ""
        raise UsageError(
            f"{line(address)} is not broken in this run: its verdict is {entries[address]['verdict']}. "
            f"Broken are: {shown}{more}."
        )
    found: dict[str, Any] = entries[address]
    return found


def chosen(path: Path, clause: dict[str, Any], most: int) -> Chosen:
    """The exchanges about a clause: its evidence first, then its conversation, then others that break it.

    Raises UsageError where the file is missing or holds a line that is no exchange.
    """
    finding = clause["findings"][0]
    evidence = exchanges(finding)
    numbers = {one["number"] for one in evidence}
    talks = {one["conversation"] for one in evidence if "conversation" in one}
    found = []
    for place, weight, exchange in _stored(path):
        if exchange["number"] in numbers:
            rank = 0
        elif exchange.get("conversation") in talks:
            rank = 1
        elif clause["id"] in exchange.get("failed", ()):
            rank = 2
        else:
            continue
        found.append((rank, exchange["number"], place, weight))
    room = HEAVIEST
    places: set[int] = set()
    for _, _, place, weight in sorted(found):
        if len(places) < most and weight <= room:
            places.add(place)
            room -= weight
    kept = [exchange for place, _, exchange in _stored(path, places)]
    return Chosen(tuple(sorted(kept, key=lambda exchange: int(exchange["number"]))), len(found) - len(kept))


def _stored(path: Path, places: set[int] | None = None) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Where in the file each exchange stands, what it weighs in memory, and the exchange; those at places only."""
    shown = line(str(path))
    try:
        with path.open("rb") as file:
            number = place = 0
            while raw := file.readline(LONGEST_LINE + 1):
                number, at, place = number + 1, place, place + len(raw)
                if places is not None and at not in places:
                    continue
                if len(raw) > LONGEST_LINE:
                    raise UsageError(f"{shown}: line {number} has more than {LONGEST_LINE} bytes.")
                try:
                    value = json.loads(raw)
                    exchange_from(value)
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    raise UsageError(f"{shown}: line {number} is no exchange.") from None
                yield at, heft(raw), value
    except FileNotFoundError:
        raise UsageError(
            f"There is no {shown}, so there are no exchanges to bundle; keep it beside run.json."
        ) from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror or error}.") from None


def split(url: str) -> tuple[str, str]:
    """An address as its base and the part below."""
    at = url.find(ROUTE)
    return (url[:at], url[at:]) if at >= 0 else ("", url)


def exchange_from(stored: dict[str, Any]) -> Exchange:
    """An exchange as it was stored. Raises ValueError, TypeError, KeyError or AttributeError for what is none."""
    request, response = stored["request"], stored["response"]
    asked = Request(
        _text(request["method"]), split(_text(request["url"]))[1], _headers(request["headers"]), raw(request["body"])
    )
    came = None
    if response is not None:
        status = response["status"]
        if not isinstance(status, int):
            raise TypeError(status)
        came = Response(status, _headers(response["headers"]), raw(response["body"]) or b"")
    number, seconds = stored["number"], stored["seconds"]
    if not isinstance(number, int) or not isinstance(seconds, int | float):
        raise TypeError(number)
    failed = stored.get("failed", [])
    if not isinstance(failed, list):
        raise TypeError(failed)
    return Exchange(
        number, asked, came, family=_text(stored["family"]), step=_text(stored.get("step", "")),
        conversation=stored.get("conversation"), trouble=stored.get("trouble"), blame=stored.get("blame"),
        at=seconds_of(stored.get("at")), seconds=seconds, started=_text(stored["started"]),
        note=_text(stored.get("note", "")),
    )  # fmt: skip


def raw(body: dict[str, Any] | None) -> bytes | None:
    """The bytes of a stored body, as far as they were kept."""
    if body is None:
        return None
    if "base64" in body:
        return base64.b64decode(body["base64"])
    return _text(body.get("text", "")).encode("utf-8", "replace")


def _headers(pairs: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_text(name), _text(value)) for name, value in pairs)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
