"""What a run says in a terminal at its end: verdicts by heading, findings, what was not judged, where the reports are.

Every text of a server is shown in one line, without escapes. Rich's door, beside `progress`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

from restore_conformance.reporting import telling
from restore_conformance.reporting.shown import line

MARKS = {"pass": "green", "fail": "red", "error": "red", "inconclusive": "yellow", "none": "dim"}
COLUMNS = ("pass", "fail", "inconclusive", "none")
NONE = "·"
"""Stands for no clause, so that the numbers stand out."""


def table(run: dict[str, Any], written: dict[str, Path], *, quiet: bool, out: TextIO, plain: bool = False) -> None:
    """The verdicts by heading, the findings, what was not judged, and where the reports are."""
    if not quiet:
        _headings(run, out, plain=plain)
        _findings(run, out)
        _passing(run, out)
        _unjudged(run, out)
    if said := telling.partial(run):
        print(line(said), file=out)
    print(f"{run['verdict'].upper()}: {line(run['reason'])}.", file=out)
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
        left = sum("accepted" not in entry for entry in telling.broken(run))
        rest = f"; {left} broken must {'clause is' if left == 1 else 'clauses are'} not" if left else ""
        print(f"Accepted by the ledger: {', '.join(marked)}{rest}.", file=out)
    for said in run["ledger"]["errors"]:
        print(f"Error in the ledger: {line(said)}", file=out)
    for said in run["ledger"].get("notes", ()):
        print(f"Ledger: {line(said)}", file=out)


def _recordings(run: dict[str, Any], out: TextIO) -> None:
    notes: dict[str, list[str]] = {}
    for one in run.get("recordings", []):
        if one.get("note"):
            notes.setdefault(one["note"], []).append(one["name"])
    for note, names in notes.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        print(f"Recording {', '.join(line(name, 100) for name in names[:3])}{more}: {line(note)}", file=out)


def _headings(run: dict[str, Any], out: TextIO, *, plain: bool = False) -> None:
    rows = telling.tallies(run)
    if plain or not out.isatty():
        _plain(rows, out)
    else:
        _coloured(rows, out)
    print(file=out)


def _plain(rows: list[dict[str, Any]], out: TextIO) -> None:
    """The table for a file or a CI log, which needs no colours: the library that draws them is not even loaded."""
    lines = [["Heading", *COLUMNS, "exchanges"]]
    lines += [[row["heading"], *(str(row[name] or NONE) for name in COLUMNS), str(row["exchanges"])] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for heading, *cells in lines:
        right = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        print("  ".join([heading.ljust(widths[0]), *right]), file=out)


def _coloured(rows: list[dict[str, Any]], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("Heading")
    for name in (*COLUMNS, "exchanges"):
        made.add_column(name, justify="right")
    for row in rows:
        made.add_row(row["heading"], *(_cell(row[name], MARKS[name]) for name in COLUMNS), str(row["exchanges"]))
    Console(file=out, highlight=False).print(made)


def _cell(number: int, style: str) -> str:
    return f"[{style}]{number}[/]" if number else f"[dim]{NONE}[/]"


def _findings(run: dict[str, Any], out: TextIO) -> None:
    failing = [entry for entry in telling.findings(run) if entry["findings"]]
    for entry in failing:
        finding = entry["findings"][0]
        mark = f" (accepted until {entry['accepted']['review']})" if "accepted" in entry else ""
        print(f"{entry['level']:6} {entry['id']}{mark}", file=out)
        print(f"       {entry['says']}", file=out)
        print(f"       came: {line(finding['message'])} (seen {finding['seen']} of {finding['of']})", file=out)
        if "history" in entry:
            print(f"       first seen: {telling.first_seen(entry, run)}", file=out)
        if "accepted" in entry:
            print(f"       accepted: {line(telling.accepted(entry))}", file=out)
        if finding["consequences"]:
            print(f"       with it: {_listed(finding['consequences'])}", file=out)
    if failing:
        print(file=out)


def _passing(run: dict[str, Any], out: TextIO) -> None:
    for entry in telling.passing(run):
        print(f"passing {entry['id']}", file=out)
        print(f"       does not bind: {line(entry['reason'])}", file=out)


def _unjudged(run: dict[str, Any], out: TextIO) -> None:
    """What has no verdict: a line for each kind of reason, and one for each reason where a verdict was missed."""
    reasons: dict[str, list[dict[str, Any]]] = {}
    for entry in run["clauses"]:
        if entry["verdict"] in {"error", "inconclusive"}:
            reasons.setdefault(entry.get("reason", ""), []).append(entry)
    for reason, entries in reasons.items():
        names = [entry["id"] for entry in entries]
        print(f"Not judged: {_listed(names)}\n       {line(reason)}", file=out)
    groups = telling.untested(run)
    for kind, entries in groups:
        musts = sum(entry["level"] == "must" for entry in entries)
        names = [entry["id"] for entry in entries]
        print(
            f"Not tested: {telling.counted(len(entries), 'clause')} ({musts} must), {line(kind)}: {_listed(names, 2)}",
            file=out,
        )
    if reasons or groups:
        print(file=out)


def _listed(names: list[str], most: int = 4) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
