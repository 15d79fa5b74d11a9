"""What went over the wire: the exchanges of a run (JSON lines), a HAR file, or a cassette.

The readers of recordings read it, and choose the addresses; a file that they refuse is a broken source. Judges nothing.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.page import decode
from restore_conformance.exchange import Exchange
from restore_conformance.output import files
from restore_conformance.recorded.cassettes import LARGEST, Foreign, foreign, of_interactions
from restore_conformance.recorded.formats import Kind, kind_of
from restore_conformance.recorded.har import Archive, archive
from restore_conformance.records.exchange_store import restored
from restore_conformance.targets.coding import ALL, heft
from restore_conformance.verdicts import UsageError

AREA = re.compile(r"/solutions/backupRestore(/|\?|$)", re.IGNORECASE)
MAX_EXCHANGES = 200_000
MOST_REASONS = 3
"""So many reasons for leaving exchanges out are named where nothing is left."""
_ROW = re.compile(rb'\s*\{\s*"(?:run_id|number|request)"')
"""How a line of `exchanges.ndjson` begins."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Exchanges with the restore area, in order; `notes` say what else the recording holds, and was left out."""

    exchanges: tuple[Exchange, ...]
    notes: tuple[str, ...] = ()


def read_behaviour(path: Path, where: str) -> Behaviour:
    """The exchanges of a recording.

    Raises SourceBroken for a file that breaks off, has none of the formats, or shows no answer of the restore area.
    """
    notes: list[str] = []
    try:
        with path.open("rb") as file:
            stored = _ROW.match(file.read(1024)) is not None
        try:
            recording = None if stored else _recorded(path)
            exchanges = _answered(recording.exchanges(whole=True) if recording else _stored(path, where))
        except (UsageError, SourceBroken):
            recording = _plain(path, where)
            if recording is None:
                raise
            exchanges = _answered(recording.exchanges(whole=True))
        notes += recording.intake.lines() if recording else ()
    except UsageError as error:
        what = f"a recording that cannot be read ({str(error).rstrip('.')})"
        raise SourceBroken(where, what, "exchanges.ndjson of a run, a HAR file or a cassette") from None
    if len(exchanges) > MAX_EXCHANGES:
        raise SourceBroken(where, f"more than {MAX_EXCHANGES} exchanges", "fewer in one file")
    if not exchanges:
        left = f" ({'; '.join(notes[:MOST_REASONS])})" if notes else ""
        raise SourceBroken(
            where, f"no answer of /solutions/backupRestore{left}", "at least one exchange with the restore area"
        )
    return Behaviour(tuple(replace(each, number=n) for n, each in enumerate(exchanges, 1)), tuple(notes))


def _recorded(path: Path) -> Archive | Foreign:
    """A HAR file, or a cassette of whichever tool."""
    return archive(path, "it") if kind_of(path, "it") is Kind.HAR else foreign(path, "it")


def _answered(exchanges: Iterator[Exchange]) -> tuple[Exchange, ...]:
    return tuple(itertools.islice((each for each in exchanges if each.status), MAX_EXCHANGES + 1))


def _plain(path: Path, where: str) -> Foreign | None:
    """Requests with their responses as somebody wrote them down: one, a list, under `exchanges`, or one in each line.

    In UTF-8 or UTF-16, as some shells redirect. None for anything else, and where one of them cannot be used.
    """
    try:
        text = decode(files.read(path, LARGEST), where)
        rows = _rows(text)
    except (OSError, ValueError, RecursionError, SourceBroken):
        return None
    if not rows or len(rows) > MAX_EXCHANGES:
        return None
    try:
        found = of_interactions(rows, where)
    except UsageError:
        return None
    return found if len(found.shown) == len(rows) else None


def _rows(text: str) -> list[Any]:
    if heft(text.encode("utf-8", "surrogatepass")) > ALL:
        return []
    try:
        value = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(value, dict):
        value = value.get("exchanges", [value])
    return value if isinstance(value, list) else []


def _stored(path: Path, where: str) -> Iterator[Exchange]:
    """The exchanges that a run stored; when they were sent and how long they took may be missing, and is not used."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                if heft(line) > ALL:
                    raise ValueError("more values than any exchange has")
                row = {"number": number, "family": "", "started": "", "seconds": 0.0, **json.loads(line)}
                exchange = restored(row)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                what = f"line {number} that breaks off or is not an exchange ({type(error).__name__}: {error})"
                raise SourceBroken(where, what[:200], "one exchange in each line") from None
            if AREA.search(exchange.request.target):
                yield exchange
