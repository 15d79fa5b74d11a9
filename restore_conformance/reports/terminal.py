"""What a run prints at its end: verdicts by heading, findings, what was not tested, where the reports are.

Every text of a server is shown in one line, without escapes. Rich is imported here and in `progress`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

from restore_conformance.records.causes import causes
from restore_conformance.records.safe_text import line
from restore_conformance.reports import wording
from restore_conformance.spelling import counted, listed

MARKS = {"pass": "green", "fail": "red", "error": "red", "inconclusive": "yellow", "none": "dim"}
COLUMNS = {"pass": "passed", "fail": "failed", "inconclusive": "inconclusive", "none": "not tested"}
"""The verdicts in the order of the table, and what they are called there."""
NONE = "·"
"""Shown instead of 0, so that the numbers stand out."""

MOST_CLAUSES = 8
"""Clauses of one cause that are named with what they require."""
MOST_REASONS = 15
"""Lines about what is inconclusive or was not tested."""

BETWEEN = "; "
"""Separates the groups of exchanges left out of a recording."""


def table(run: dict[str, Any], written: dict[str, Path], *, quiet: bool, out: TextIO, plain: bool = False) -> None:
    """The verdicts by heading, what failed, the verdict, what was not tested, and where the reports are."""
    if not quiet:
        _headings(run, out, plain=plain)
        _causes(run, out)
        for entry in wording.passing(run):
            print(f"does not bind: {entry['id']}: {line(entry['reason'])}", file=out)
    if text := wording.partial(run):
        print(line(text), file=out)
    print(f"{run['verdict'].upper()}{wording.edition(run)}: {line(run['reason'])}.", file=out)
    for text in wording.newer(run):
        print(text, file=out)
    counts = ", ".join(
        f"{run['summary'][name]} {words}" for name, words in wording.WORDS.items() if run["summary"].get(name)
    )
    sent, judged = counted(run["requests"], "request"), counted(run["judgements"], "judgement")
    clauses = counted(sum(run["summary"].values()), "clause")
    print(f"Of {clauses}: {counts}; {sent}, {judged}, {run['seconds']:.1f} s", file=out)
    _ledger(run, out)
    if not quiet:
        _unjudged(run, out)
        _recordings(run, out)
        print(f"Report: {written['html'] if written else 'not written, see below'}", file=out)


def _ledger(run: dict[str, Any], out: TextIO) -> None:
    """Errors and notes of the ledger; also in the quiet mode, since they decide the exit code."""
    if "ledger" not in run:
        return
    marked = run["ledger"]["accepted"]
    if marked:
        left = sum("accepted" not in entry for entry in wording.failed(run))
        rest = f"; {counted(left, 'other must clause')} failed" if left else ""
        print(f"Accepted by the ledger: {', '.join(marked)}{rest}.", file=out)
    for message in run["ledger"]["errors"]:
        print(f"Error in the ledger: {line(message)}", file=out)
    for message in run["ledger"].get("notes", ()):
        print(f"Ledger: {line(message)}", file=out)


def _recordings(run: dict[str, Any], out: TextIO) -> None:
    """What was judged of each recording, and what was left out and why, one line a group."""
    notes: dict[tuple[str, str], list[str]] = {}
    for recording in run.get("recordings", []):
        judged, entries = recording.get("exchanges", 0), recording.get("entries", 0)
        # This suite's cassettes have no entries that are left out one by one.
        first = f"{judged:,} judged of {counted(entries, 'entry', 'entries')}" if entries else ""
        if first or recording.get("note"):
            notes.setdefault((first, recording.get("note", "")), []).append(recording["name"])
    for (first, note), names in notes.items():
        lines = [part for part in (first, *note.split(BETWEEN)) if part]
        print(f"Recording {listed([line(name, 100) for name in names], most=3)}: {line(lines[0])}", file=out)
        for part in lines[1:]:
            print(f"  {line(part)}", file=out)


def _headings(run: dict[str, Any], out: TextIO, *, plain: bool = False) -> None:
    """The verdicts of each heading; nothing where none was reached, since the sentence on the whole run says so."""
    rows = wording.tallies(run)
    if not any(row["pass"] or row["fail"] for row in rows):
        return
    if plain or not out.isatty():
        _plain(rows, out)
    else:
        _coloured(rows, out)
    print(file=out)


def _plain(rows: list[dict[str, Any]], out: TextIO) -> None:
    """The table for a file or a CI log, which needs no colours, so that Rich is not loaded."""
    lines = [["Heading", *COLUMNS.values(), "judgements"]]
    lines += [[row["heading"], *(str(row[name] or NONE) for name in COLUMNS), f"{row['judgements']:,}"] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for heading, *cells in lines:
        right = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        print("  ".join([heading.ljust(widths[0]), *right]), file=out)


def _coloured(rows: list[dict[str, Any]], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("Heading")
    for name in (*COLUMNS.values(), "judgements"):
        grid.add_column(name, justify="right")
    for row in rows:
        grid.add_row(row["heading"], *(_cell(row[name], MARKS[name]) for name in COLUMNS), f"{row['judgements']:,}")
    Console(file=out, highlight=False).print(grid)


def _cell(number: int, style: str) -> str:
    return f"[{style}]{number}[/]" if number else f"[dim]{NONE}[/]"


def _causes(run: dict[str, Any], out: TextIO) -> None:
    """What failed, a paragraph a cause: what the target does, the clauses, and which others are affected."""
    root_causes = causes(run)
    for number, cause in enumerate(root_causes, 1):
        place = f"{number}. " if len(root_causes) > 1 else ""
        kind = cause.level if cause.head["findings"] else wording.WORDS["error"]
        often = f" (seen {wording.often(cause.head['findings'][0])})" if cause.alone and cause.head["findings"] else ""
        print(f"{place}{kind}: {line(cause.says)}{often}", file=out)
        for entry in cause.entries[:MOST_CLAUSES]:
            mark = f" (accepted until {entry['accepted']['review']})" if "accepted" in entry else ""
            level = "" if entry["level"] == cause.level else f" ({entry['level']})"
            print(f"   {entry['id']}{level}{mark}: {entry['says']}", file=out)
            if "history" in entry:
                print(f"      first seen: {wording.first_seen(entry, run)}", file=out)
            if "accepted" in entry:
                print(f"      accepted: {line(wording.accepted(entry))}", file=out)
        if len(cause.entries) > MOST_CLAUSES:
            print(f"   and {len(cause.entries) - MOST_CLAUSES} more clauses: see the report", file=out)
        if cause.consequences:
            print(f"   also affected: {listed(cause.consequences, most=4)}", file=out)
    if root_causes:
        print(file=out)


def _unjudged(run: dict[str, Any], out: TextIO) -> None:
    """What neither passed nor failed, a line for each reason, at most MOST_REASONS."""
    lines = [
        f"{wording.WORDS[verdict].capitalize()}: {counted(len(entries), 'clause')}{_musts(entries)}, {line(why, 200)}: "
        f"{listed([entry['id'] for entry in entries], most=2)}"
        for verdict, reasons in wording.unjudged(run).items()
        for why, entries in reasons.items()
    ]
    if len(lines) > MOST_REASONS:
        lines[MOST_REASONS - 1 :] = [f"{len(lines) - MOST_REASONS + 1} other reasons are in the report."]
    for text in lines:
        print(text, file=out)


def _musts(entries: list[dict[str, Any]]) -> str:
    number = sum(entry["level"] == "must" for entry in entries)
    return f" ({number} must)" if number else ""
