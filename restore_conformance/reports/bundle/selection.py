"""Which clause a bundle is about, and which of the stored exchanges. Reads `exchanges.ndjson` a line at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restore_conformance.records.finding import exchanges
from restore_conformance.records.safe_text import line
from restore_conformance.records.stored_exchange import restored
from restore_conformance.reports.wording import WORDS
from restore_conformance.spelling import addresses_near
from restore_conformance.targets.coding import heft
from restore_conformance.verdicts import UsageError

LONGEST_LINE = 4 * 1024 * 1024
HEAVIEST = 24 * 1024 * 1024
"""Bytes of memory, roughly, that the exchanges of one bundle take."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The stored exchanges about a clause, in the order of sending, and how many more there are."""

    exchanges: tuple[dict[str, Any], ...]
    left_out: int


def failed_clause(run: dict[str, Any], address: str) -> dict[str, Any]:
    """The entry of a clause that failed in a run. Raises UsageError for any other address."""
    entries = {entry["id"]: entry for entry in run["clauses"]}
    failed = [name for name, entry in entries.items() if entry["verdict"] == "fail" and entry["findings"]]
    if address not in entries:
        raise UsageError(
            f"This run has no clause {line(address)!r}.{line(addresses_near(address, [*failed, *entries]))}"
        )
    if address not in failed:
        shown = ", ".join(line(name) for name in failed[:5])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        others = f"Failed clauses: {shown}{more}." if failed else "No clause failed."
        raise UsageError(
            f"{line(address)} did not fail in this run: it is {WORDS[entries[address]['verdict']]}. {others}"
        )
    entry: dict[str, Any] = entries[address]
    return entry


def select(path: Path, clause: dict[str, Any], most: int) -> Selection:
    """The exchanges about a clause: its evidence first, then its conversation, then others that break it.

    Raises UsageError where the file is missing or holds a line that is not an exchange.
    """
    evidence = exchanges(clause["findings"][0])
    numbers = {exchange["number"] for exchange in evidence}
    conversations = {exchange["conversation"] for exchange in evidence if "conversation" in exchange}
    ranked = []
    for place, weight, exchange in _lines(path):
        reasons = (
            exchange["number"] in numbers,
            exchange.get("conversation") in conversations,
            clause["id"] in exchange.get("failed", ()),
        )
        if any(reasons):
            ranked.append((reasons.index(True), exchange["number"], place, weight))
    room = HEAVIEST
    places: set[int] = set()
    for _, _, place, weight in sorted(ranked):
        if len(places) < most and weight <= room:
            places.add(place)
            room -= weight
    selected = [exchange for place, _, exchange in _lines(path, places)]
    return Selection(tuple(sorted(selected, key=lambda exchange: int(exchange["number"]))), len(ranked) - len(selected))


def _lines(path: Path, places: set[int] | None = None) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Where in the file each exchange stands, its size in memory, and the exchange; those at places only."""
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
                    restored(value)
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    raise UsageError(f"{shown}: line {number} is not an exchange.") from None
                yield at, heft(raw), value
    except FileNotFoundError:
        raise UsageError(
            f"There is no {shown}, so there are no exchanges to bundle; keep it beside run.json."
        ) from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror or error}.") from None
