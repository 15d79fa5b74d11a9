"""The report for machines: one JSON object, described by `schemas/drift.schema.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from restore_conformance import __version__
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.comparison import Comparison
from restore_conformance.drift.facts import Fact
from restore_conformance.drift.lines import Line
from restore_conformance.drift.phrases import Texts, subject, what
from restore_conformance.drift.report_text import Report, headline
from restore_conformance.drift.rules import RULES
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.reading import Reading

FORMAT = 2
"""1 had changes and facts alone; since 2 there are the lines that all formats share, and what surrounds them."""


def change_row(change: Change, standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One change as it stands in the report; `standing` is its state in the history."""
    row: dict[str, Any] = {
        "id": change.id,
        "kind": change.kind,
        "path": change.path,
        "says": f"{subject(change)}: {what(change, Texts())}.",
        "class_create_client": str(change.create),
        "class_contract": str(change.contract),
        "rule": change.rule,
        "link": RULES[change.rule].link,
        "source": change.source,
        "where": change.where,
        "direction": str(change.direction),
        "detail": change.detail,
    }
    if change.subject:
        row["subject"] = change.subject
    if change.scope_rule:
        row["scope_rule"] = change.scope_rule
    if change.why:
        row["why" if change.grade is not Grade.UNDECIDABLE else "settle"] = change.why
    if change.clauses:
        row["clauses"] = list(change.clauses)
    return row | dict(standing or {})


def document(
    comparison: Comparison,
    changes: Iterable[Change],
    facts: Iterable[Fact],
    standing: Mapping[str, Mapping[str, Any]] | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """The whole report; `report` is what text and Markdown are written from."""
    shown = list(changes)
    report = report or Report([], [], [])
    return {
        "format": FORMAT,
        "suite": __version__,
        "from": [_reading(reading) for reading in comparison.before],
        "to": [_reading(reading) for reading in comparison.readings],
        "summary": {
            "create_client": _count(change.create for change in shown),
            "contract": _count(change.contract for change in shown),
        },
        "headline": headline(report),
        "lines": [line_row(line) for line in report.lines],
        "digest": list(report.digest),
        "editions": [
            {"where": nearest.where, "edition": nearest.edition, "known": nearest.known}
            for nearest in comparison.editions
        ],
        "not_compared": [{"where": where, "says": says} for where, says in comparison.notes],
        "changes": [change_row(change, (standing or {}).get(change.id)) for change in shown],
        "facts": [fact_row(fact) for fact in facts],
        "broken": [broken_row(error) for error in comparison.broken],
    }


def line_row(line: Line) -> dict[str, Any]:
    """One line of the report: what text and Markdown print, with the changes it stands for."""
    row: dict[str, Any] = {
        "class": str(line.grade),
        "class_create_client": str(line.create),
        "says": line.says,
        "whom": line.whom,
        "todo": line.todo,
        "rule": line.rule,
        "link": line.link,
        "count": line.count,
        "changes": list(line.changes),
    }
    row |= {"since": line.since} if line.since else {}
    row |= {"clauses": list(line.clauses)} if line.clauses else {}
    return row | ({"state": line.state} if line.state else {})


def _reading(reading: Reading) -> dict[str, str]:
    return {"where": reading.where, "kind": str(reading.kind), "sha256": reading.checksum}


def _count(grades: Iterable[Grade]) -> dict[str, int]:
    counted = Counter(grades)
    return {str(grade): counted[grade] for grade in Grade}


def fact_row(fact: Fact) -> dict[str, Any]:
    """One joined fact."""
    changes = {source: list(ids) for source, ids in fact.changes.items()}
    row: dict[str, Any] = {"path": fact.path, "meaning": fact.meaning, "changes": changes}
    row |= {"only": fact.only, "first": fact.first, "days": fact.days}
    return row | ({"order": fact.order} if fact.order else {})


def broken_row(error: SourceBroken) -> dict[str, str]:
    """One source that was implausible or unreadable."""
    return {"where": error.where, "found": error.found, "expected": error.expected, "advice": error.advice}
