"""A comparison as JSON, by `schemas/compare.schema.json`. Every report of a comparison is made from it alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from restore_conformance import __version__
from restore_conformance.records.finding_identity import observed_text, status_of
from restore_conformance.reports.comparison.changes import BROKEN, Change, Kind
from restore_conformance.reports.comparison.compare import Comparison

FORMAT = 1


def document(found: Comparison) -> dict[str, Any]:
    """The comparison as JSON, by `schemas/compare.schema.json`; every report is made from it."""
    counts = Counter(change.kind for change in found.changes)
    made: dict[str, Any] = {
        "format": FORMAT,
        "suite": {"version": __version__},
        "old": _side(found.old),
        "new": _side(found.new),
        "caveats": list(found.caveats),
        "verdict": "regression" if found.failing else "no regression",
        "says": _says(found),
        "exit": found.exit,
        "summary": {kind.value: counts[kind] for kind in Kind},
        "changes": [_change(change) for change in found.changes],
        "still_broken": list(found.still),
    }
    if "ledger" in found.new:
        made["ledger"] = found.new["ledger"]
    return made


def _says(found: Comparison) -> str:
    failing = [change for change in found.changes if any(one.fails for one in (change, *change.consequences))]
    if failing:
        return f"{len(failing)} must {'clause' if len(failing) == 1 else 'clauses'} regressed"
    if not found.changes:
        return "nothing changed"
    if any(change.kind in BROKEN and change.entry["level"] == "must" for change in found.changes):
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
    made: dict[str, Any] = {
        "kind": change.kind.value,
        "clause": change.clause,
        "level": change.entry["level"],
        "says": change.entry["says"],
        "fails": change.fails,
        "old": _entry(change.old),
        "new": _entry(change.new),
    }
    if change.note:
        made["note"] = change.note
    if change.parts:
        made["parts"] = list(change.parts)
    if change.also:
        made["also"] = list(change.also)
    if change.kind is Kind.READING and change.entry.get("reading"):
        made["reading"] = change.entry["reading"]
    if "accepted" in change.entry:
        made["accepted"] = change.entry["accepted"]
    if change.consequences:
        made["consequences"] = [_change(one) for one in change.consequences]
    return made


def _entry(entry: dict[str, Any] | None) -> dict[str, Any] | None:
    """What one run says of a clause."""
    if entry is None:
        return None
    made: dict[str, Any] = {
        "verdict": entry["verdict"],
        "level": entry["level"],
        "says": entry["says"],
        "exchanges": entry["exchanges"],
        "findings": [_finding(one) for one in entry["findings"]],
    }
    for name in ("since", "reading", "reason"):
        if entry.get(name):
            made[name] = entry[name]
    if entry.get("seen"):
        made["seen"] = sorted(entry["seen"])
    return made


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
