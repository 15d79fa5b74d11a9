"""A comparison as JSON, by `schemas/compare.schema.json`. Every report of a comparison is made from it alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from restore_conformance import __version__
from restore_conformance.records.finding import observed_text, status_of
from restore_conformance.reports.comparison.changes import BROKEN, Change, Kind
from restore_conformance.reports.comparison.compare import Comparison
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
