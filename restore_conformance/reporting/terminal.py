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
    for one in run.get("recordings", []):
        if one.get("note"):
            print(f"Recording {visible(one['name'])}: {visible(one['note'])}", file=out)


def _headings(run: dict[str, Any], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("Heading")
    for name in ("pass", "fail", "inconclusive", "none"):
        made.add_column(name, justify="right")
    made.add_column("exchanges", justify="right")
    rows: dict[str, dict[str, int]] = {}
    for entry in run["clauses"]:
        row = rows.setdefault(entry["id"].rpartition(".")[0], {})
        row[entry["verdict"]] = row.get(entry["verdict"], 0) + 1
        row["exchanges"] = row.get("exchanges", 0) + entry["exchanges"]
    for heading, row in rows.items():
        shown = [_cell(row.get(name, 0), MARKS[name]) for name in ("pass", "fail", "inconclusive", "none")]
        made.add_row(heading, *shown, str(row.get("exchanges", 0)))
    Console(file=out, width=None if out.isatty() else 100, highlight=False).print(made)
    print(file=out)


def _cell(number: int, style: str) -> str:
    return f"[{style}]{number}[/]" if number else "[dim]·[/]"


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
