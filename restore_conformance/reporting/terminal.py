"""What a run says in a terminal at its end: verdicts by heading, findings, what was not judged, where the reports are.

Every text of a server is shown in one line, without escapes. Rich's door, beside `progress`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

from restore_conformance.reporting import telling
from restore_conformance.reporting.shown import line

MARKS = {"pass": "green", "fail": "red", "error": "red", "inconclusive": "yellow", "none": "dim"}


def table(run: dict[str, Any], written: dict[str, Path], *, quiet: bool, out: TextIO, plain: bool = False) -> None:
    """The verdicts by heading, the findings, what was not judged, and where the reports are."""
    if not quiet:
        _headings(run, out, plain=plain)
        _findings(run, out)
        _unjudged(run, out)
    for error in run.get("ledger", {}).get("errors", []):
        print(f"Ledger: {line(error)}", file=out)
    if said := telling.partial(run):
        print(line(said), file=out)
    print(f"{run['verdict'].upper()}: {line(run['reason'])}.", file=out)
    counts = ", ".join(f"{number} {name}" for name, number in run["summary"].items() if number)
    print(
        f"{counts}; {run['requests']} requests, {run['judgements']} judgements, {run['seconds']:.1f} s",
        file=out,
    )
    if not quiet:
        _recordings(run, out)
        print(f"Report: {written['html']}", file=out)


def _recordings(run: dict[str, Any], out: TextIO) -> None:
    for one in run.get("recordings", []):
        if one.get("note"):
            print(f"Recording {line(one['name'])}: {line(one['note'])}", file=out)


def _headings(run: dict[str, Any], out: TextIO, *, plain: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("Heading")
    names = ("pass", "fail", "inconclusive", "none")
    for name in names:
        made.add_column(name, justify="right")
    made.add_column("exchanges", justify="right")
    for row in telling.tallies(run):
        made.add_row(row["heading"], *(_cell(row[name], MARKS[name]) for name in names), str(row["exchanges"]))
    plain = plain or not out.isatty()
    Console(file=out, width=100 if plain else None, force_terminal=False if plain else None, highlight=False).print(
        made
    )
    print(file=out)


def _cell(number: int, style: str) -> str:
    return f"[{style}]{number}[/]" if number else "[dim]·[/]"


def _findings(run: dict[str, Any], out: TextIO) -> None:
    failing = [entry for entry in telling.findings(run) if entry["findings"]]
    for entry in failing:
        finding = entry["findings"][0]
        print(f"{entry['level']:6} {entry['id']}", file=out)
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


def _unjudged(run: dict[str, Any], out: TextIO) -> None:
    reasons = telling.unjudged(run)
    for entry in run["clauses"]:
        if entry["verdict"] == "error":
            reasons.setdefault(entry.get("reason", ""), []).append(entry)
    for reason, entries in reasons.items():
        names = [entry["id"] for entry in entries]
        print(f"Not judged: {_listed(names)}\n       because: {line(reason)}", file=out)
    if reasons:
        print(file=out)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
