"""A comparison to read: its JSON document, by `schemas/compare.schema.json`, and text, Markdown and HTML made from it.

Compares nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance import __version__
from restore_conformance.output.formats import Formats
from restore_conformance.records.finding import observed_text, status_of
from restore_conformance.records.safe_text import code, line, words
from restore_conformance.reports import wording
from restore_conformance.reports.comparison import BROKEN, SAYS, Change, Comparison, Kind
from restore_conformance.reports.exchange_view import Bounds
from restore_conformance.reports.html import inline, rendered, when
from restore_conformance.spelling import counted

FORMAT = 1


def document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON, by `schemas/compare.schema.json`; every report is made from it."""
    counts = Counter(change.kind for change in comparison.changes)
    row: dict[str, Any] = {
        "format": FORMAT,
        "suite": {"version": __version__},
        "old": _side(comparison.old),
        "new": _side(comparison.new),
        "caveats": list(comparison.caveats),
        "verdict": "regression" if comparison.failing else "no regression",
        "says": _says(comparison),
        "exit": comparison.exit,
        "summary": {kind.value: counts[kind] for kind in Kind},
        "changes": [_change(change) for change in comparison.changes],
        "still_broken": list(comparison.still),
    }
    if "ledger" in comparison.new:
        row["ledger"] = comparison.new["ledger"]
    return row


def _says(comparison: Comparison) -> str:
    failing = len(comparison.failing)
    if failing:
        return f"{counted(failing, 'must clause')} regressed"
    if not comparison.changes:
        return "nothing changed"
    if any(change.kind in BROKEN and change.entry["level"] == "must" for change in comparison.changes):
        return "every must clause that regressed is accepted"
    return "no must clause regressed"


def _side(run: dict[str, Any]) -> dict[str, Any]:
    return {
        "target": run["target"],
        "started": run["started"],
        "profile": run.get("profile", ""),
        "seed": run["seed"],
        "requests": run["requests"],
        "suite": {"version": run["suite"]["version"], "contract": run["suite"]["contract"]},
        "verdict": run["verdict"],
        "summary": dict(run["summary"]),
    }


def _change(change: Change) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": change.kind.value,
        "clause": change.clause,
        "level": change.entry["level"],
        "says": change.entry["says"],
        "fails": change.fails,
        "old": _entry(change.old),
        "new": _entry(change.new),
    }
    if change.note:
        row["note"] = change.note
    row |= {name: list(names) for name in ("parts", "also") if (names := getattr(change, name))}
    if change.kind is Kind.READING and change.entry.get("reading"):
        row["reading"] = change.entry["reading"]
    if "accepted" in change.entry:
        row["accepted"] = change.entry["accepted"]
    if change.consequences:
        row["consequences"] = [_change(consequence) for consequence in change.consequences]
    return row


def _entry(entry: dict[str, Any] | None) -> dict[str, Any] | None:
    """What one run says of a clause."""
    if entry is None:
        return None
    row: dict[str, Any] = {
        "verdict": entry["verdict"],
        "level": entry["level"],
        "says": entry["says"],
        "exchanges": entry["exchanges"],
        "findings": [_finding(finding) for finding in entry["findings"]],
    }
    for name in ("since", "reading", "reason"):
        if entry.get(name):
            row[name] = entry[name]
    if entry.get("seen"):
        row["seen"] = sorted(entry["seen"])
    return row


def _finding(finding: dict[str, Any]) -> dict[str, Any]:
    return {
        "message": finding["message"],
        "expected": finding["expected"],
        "observed": observed_text(finding),
        "pointer": finding["pointer"],
        "status": status_of(finding),
        "seen": finding["seen"],
        "of": finding["of"],
    }


BOUNDS = Bounds(0, 0, 400)
GROUPED = frozenset({Kind.LOST, Kind.GAINED, Kind.UNDECIDED})
"""Kinds shown as lists of clauses under one reason: a target that refuses every create has dozens of them."""

TONES = {Kind.REGRESSED: "bad", Kind.APPEARED: "bad", Kind.FIXED: "good", Kind.VANISHED: "good"}
"""The colour of a number of changes on the page."""


@dataclass(frozen=True, slots=True)
class Item:
    """One change to show: its clause, and rows of details."""

    clause: str
    level: str
    says: str
    marks: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All changes of one kind: items, or clauses grouped by the reason why they have no verdict."""

    kind: str
    says: str
    count: int
    items: tuple[Item, ...]
    groups: dict[str, list[str]]


def sections(document: dict[str, Any]) -> Iterator[Section]:
    """The changes to show, the gravest kind first."""
    for kind in Kind:
        changes = [change for change in document["changes"] if change["kind"] == kind]
        groups: dict[str, list[str]] = {}
        for change in changes if kind in GROUPED else ():
            reasons = [side["reason"] for side in (change["old"], change["new"]) if side and side.get("reason")]
            groups.setdefault(", then ".join(reasons) or "no reason recorded", []).append(change["clause"])
        if changes:
            items = () if groups else tuple(map(_item, changes))
            yield Section(kind.value, SAYS[kind], len(changes), items, groups)


def _item(change: dict[str, Any]) -> Item:
    failed = change["kind"] == Kind.NEW and change["new"]["verdict"] == "fail"
    marks = (*(["accepted"] if "accepted" in change else []), *(["failed"] if failed else []))
    return Item(change["clause"], change["level"], change["says"], marks, tuple(_rows(change)))


def _rows(change: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind, old, new = change["kind"], change["old"], change["new"]
    if kind == Kind.READING:
        yield "reading", change.get("reading", "")
        yield "was", ", ".join(old["seen"])
        yield "now", ", ".join(new["seen"])
    elif kind == Kind.RESTATED:
        for part in change["parts"]:
            yield f"{part} was", old.get(part, "(none)")
            yield f"{part} is", new.get(part, "(none)")
    else:
        for name, side in (("was", old), ("now", new)):
            if side is not None:
                yield from _verdict(name, side)
        if kind == Kind.EVIDENCE:
            yield "differs in", ", ".join(change["parts"])
    if change.get("note"):
        yield "note", change["note"]
    if "accepted" in change:
        yield "accepted", wording.accepted(change)
    if change.get("also"):
        yield "the same in", ", ".join(change["also"])
    if change.get("consequences"):
        yield "also affected", ", ".join(following["clause"] for following in change["consequences"])


def _verdict(name: str, side: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not side["findings"]:
        reason = f": {side['reason']}" if side.get("reason") else f" on {counted(side['exchanges'], 'exchange')}"
        yield name, wording.WORDS[side["verdict"]] + reason
    for finding in side["findings"]:
        yield name, f"{finding['message']} (status {finding['status']}, seen {wording.often(finding)})"


def heading(document: dict[str, Any]) -> str:
    """The comparison in one sentence."""
    says, summary = document["says"], document["summary"]
    counts = ", ".join(f"{summary[kind]} {kind.replace('-', ' ')}" for kind in Kind if summary[kind])
    return f"{says[0].upper()}{says[1:]}{'; ' if counts else ''}{counts}."


def runs(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Each run in a line."""
    return [("Old", _run(document["old"])), ("New", _run(document["new"]))]


def _run(run: dict[str, Any]) -> str:
    return (
        f"{run['verdict']}: {run['target']}, {when(run['started'])}, profile {run['profile'] or 'unknown'}, "
        f"seed {run['seed']}, {counted(run['requests'], 'request')}, suite {run['suite']['version']}, "
        f"contract {run['suite']['contract'][:12]}"
    )


def warnings(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Warnings about the comparison: what makes the runs hard to compare, and errors and notes of the ledger."""
    ledger = document.get("ledger", {})
    notes = (*ledger.get("errors", ()), *ledger.get("notes", ()))
    return [*(("Note", text) for text in document["caveats"]), *(("Ledger", text) for text in notes)]


def as_json(document: dict[str, Any]) -> str:
    """The document itself."""
    return json.dumps(document, indent=1) + "\n"


def as_text(document: dict[str, Any]) -> str:
    """Plain text for a terminal or a log: no escapes, a line for each item."""
    lines = [f"{document['verdict'].upper()}: {heading(document)}"]
    lines += [f"{name}: {line(text)}" for name, text in (*runs(document), *warnings(document))]
    for section in sections(document):
        lines += ["", f"{section.kind} ({section.count}): {section.says}"]
        for item in section.items:
            marks = "".join(f" [{mark}]" for mark in item.marks)
            lines += [f"  {item.level:7} {line(item.clause)}{marks}", f"          {line(item.says)}"]
            lines += [f"          {label}: {line(text)}" for label, text in item.rows]
        for reason, names in section.groups.items():
            lines += [f"  {line(reason)}", *(f"          {line(name)}" for name in names)]
    if document["still_broken"]:
        lines += ["", f"Failed in both ({len(document['still_broken'])}):"]
        lines += [f"  {line(name)}" for name in document["still_broken"]]
    return "\n".join(lines) + "\n"


def as_markdown(document: dict[str, Any]) -> str:
    """Markdown for an issue, a pull request or a step summary."""
    lines = [f"# Two runs: {document['verdict']}", "", words(heading(document)), "", "| run | |", "|---|---|"]
    lines += [*(f"| {name} | {code(text, table=True)} |" for name, text in runs(document)), ""]
    lines += [f"> **{name}:** {code(text)}\n" for name, text in warnings(document)]
    for section in sections(document):
        lines += [f"## {section.kind} ({section.count})", "", f"{section.says[0].upper()}{section.says[1:]}.", ""]
        for item in section.items:
            marks = "".join(f", **{mark}**" for mark in item.marks)
            lines.append(f"- {code(item.clause)} ({item.level}{marks}): {words(item.says)}")
            lines += [f"  - {label}: {code(text)}" for label, text in item.rows]
        for reason, names in section.groups.items():
            lines += [f"- {code(reason)}", *(f"  - {code(name)}" for name in names)]
        lines.append("")
    if document["still_broken"]:
        lines += [f"## Failed in both ({len(document['still_broken'])})", ""]
        lines += [f"- {code(name)}" for name in document["still_broken"]]
    return "\n".join(lines).rstrip() + "\n"


def as_html(document: dict[str, Any]) -> str:
    """One page: no network, no script, light and dark."""
    return rendered(
        "compare.html", BOUNDS, document=document, tones=TONES, runs=runs(document), warnings=warnings(document),
        sections=list(sections(document)), line=line, style=inline("compare.css"),
    )  # fmt: skip


FORMATS: Formats[dict[str, Any]] = Formats(
    "compare", {"text": as_text, "json": as_json, "markdown": as_markdown, "html": as_html}
)
"""How a comparison is written, from its document."""
