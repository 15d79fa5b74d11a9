"""What a run shows in a terminal: a progress line while it runs, a table at the end. Plain text in a CI log."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, TextIO

from restore_conformance.exchange import Exchange
from restore_conformance.reporting.shown import visible
from restore_conformance.settings import Settings

MARKS = {"pass": "green", "fail": "red", "error": "red", "inconclusive": "yellow", "none": "dim"}
COLUMNS = ("pass", "fail", "inconclusive", "none")
NONE = "·"
"""Stands for no clause, so that the numbers stand out."""


class Progress:
    """A line that says how far a run is; on a terminal it is redrawn, elsewhere it is written every ten seconds."""

    def __init__(self, settings: Settings, target: str, *, quiet: bool, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._quiet = quiet
        self._live = self._out.isatty()
        self._target = target
        self._settings = settings
        self._start = self._last = time.monotonic()
        self._failed = 0

    def __enter__(self) -> Progress:
        if not self._quiet:
            s = self._settings
            print(f"Judging {self._target}: profile {s.profile}, seed {s.seed}", file=self._out, flush=True)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._live and not self._quiet:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def __call__(self, exchange: Exchange, number: int, planned: int) -> None:
        self._failed += bool(exchange.failed)
        now = time.monotonic()
        if self._quiet or now - self._last < (0.1 if self._live else 10.0):
            return
        self._last = now
        rate = number / max(now - self._start, 0.001)
        left = max(planned - number, 0) / max(rate, 0.001)
        said = f"{number} of about {max(planned, number)} requests, {rate:.0f}/s, {left:.0f} s left"
        said += f", {self._failed} with a deviation, now {exchange.family}"
        self._out.write(f"\r\x1b[K{said}" if self._live else said + "\n")
        self._out.flush()


def table(run: dict[str, Any], written: dict[str, Path], *, quiet: bool, out: TextIO) -> None:
    """The verdicts by heading, the findings, what was not judged, and where the reports are."""
    if not quiet:
        _headings(run, out)
        _findings(run, out)
        _unjudged(run, out)
    print(f"{run['verdict'].upper()}: {visible(run['reason'])}.", file=out)
    counts = ", ".join(f"{number} {name}" for name, number in run["summary"].items() if number)
    print(
        f"{counts}; {run['requests']} requests, {run['judgements']} judgements, {run['seconds']:.1f} s",
        file=out,
    )
    _ledger(run, out)
    if not quiet:
        _recordings(run, out)
        print(f"Report: {written['html']}", file=out)


def _ledger(run: dict[str, Any], out: TextIO) -> None:
    """What the ledger says; also in the quiet mode, for it decides the exit code."""
    if "ledger" not in run:
        return
    marked = run["ledger"]["accepted"]
    if marked:
        broken = [entry for entry in run["clauses"] if entry["verdict"] == "fail" and entry["level"] == "must"]
        left = sum("accepted" not in entry for entry in broken)
        rest = f"; {left} broken must {'clause is' if left == 1 else 'clauses are'} not" if left else ""
        print(f"Accepted by the ledger: {', '.join(marked)}{rest}.", file=out)
    for said in run["ledger"]["errors"]:
        print(f"Error in the ledger: {visible(said)}", file=out)
    for said in run["ledger"].get("notes", ()):
        print(f"Ledger: {visible(said)}", file=out)


def _recordings(run: dict[str, Any], out: TextIO) -> None:
    notes: dict[str, list[str]] = {}
    for one in run.get("recordings", []):
        if one.get("note"):
            notes.setdefault(one["note"], []).append(one["name"])
    for note, names in notes.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        print(f"Recording {', '.join(visible(name) for name in names[:3])}{more}: {visible(note)}", file=out)


def _headings(run: dict[str, Any], out: TextIO) -> None:
    rows: dict[str, dict[str, int]] = {}
    for entry in run["clauses"]:
        row = rows.setdefault(entry["id"].rpartition(".")[0], {})
        row[entry["verdict"]] = row.get(entry["verdict"], 0) + 1
        row["exchanges"] = row.get("exchanges", 0) + entry["exchanges"]
    shown = [
        (heading, [row.get(name, 0) for name in COLUMNS], row.get("exchanges", 0)) for heading, row in rows.items()
    ]
    if out.isatty():
        _coloured(shown, out)
    else:
        _plain(shown, out)
    print(file=out)


def _plain(rows: list[tuple[str, list[int], int]], out: TextIO) -> None:
    """The table for a file or a CI log, which needs no colours: the library that draws them is not even loaded."""
    lines = [["Heading", *COLUMNS, "exchanges"]]
    lines += [[heading, *(str(n) if n else NONE for n in counts), str(total)] for heading, counts, total in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for heading, *cells in lines:
        right = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        print("  ".join([heading.ljust(widths[0]), *right]), file=out)


def _coloured(rows: list[tuple[str, list[int], int]], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("Heading")
    for name in (*COLUMNS, "exchanges"):
        made.add_column(name, justify="right")
    for heading, counts, total in rows:
        cells = [_cell(number, MARKS[name]) for number, name in zip(counts, COLUMNS, strict=True)]
        made.add_row(heading, *cells, str(total))
    Console(file=out, highlight=False).print(made)


def _cell(number: int, style: str) -> str:
    return f"[{style}]{number}[/]" if number else f"[dim]{NONE}[/]"


def _findings(run: dict[str, Any], out: TextIO) -> None:
    failing = [entry for entry in run["clauses"] if entry["findings"]]
    for entry in sorted(failing, key=lambda e: ("must", "should", "observe").index(e["level"])):
        finding = entry["findings"][0]
        mark = f" (accepted until {entry['accepted']['review']})" if "accepted" in entry else ""
        print(f"{entry['level']:6} {entry['id']}{mark}", file=out)
        print(f"       {entry['says']}", file=out)
        print(f"       {visible(finding['message'])} (seen {finding['seen']} of {finding['of']})", file=out)
        if finding["consequences"]:
            print(f"       with it: {', '.join(finding['consequences'])}", file=out)
    if failing:
        print(file=out)


def _unjudged(run: dict[str, Any], out: TextIO) -> None:
    reasons: dict[str, list[str]] = {}
    for entry in run["clauses"]:
        if entry["verdict"] in {"none", "inconclusive", "error"}:
            reasons.setdefault(entry.get("reason", ""), []).append(entry["id"])
    for reason, names in reasons.items():
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        print(f"Not judged: {shown}\n       {visible(reason)}", file=out)
    if reasons:
        print(file=out)
