"""The report for machines: one JSON object, described by `schemas/drift.schema.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from restore_conformance import __version__
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.joining import Fact
from restore_conformance.drift.night import Night
from restore_conformance.drift.rules import RULES
from restore_conformance.sources.broken import SourceBroken

FORMAT = 1


def change_row(change: Change, standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One change as it stands in the report; `standing` is what the history knows of it."""
    row: dict[str, Any] = {
        "id": change.id,
        "kind": change.kind,
        "path": change.path,
        "class_create_client": str(change.create),
        "class_contract": str(change.contract),
        "rule": change.rule,
        "link": RULES[change.rule].link,
        "source": change.source,
        "where": change.where,
        "direction": str(change.direction),
        "detail": change.detail,
    }
    if change.scope_rule:
        row["scope_rule"] = change.scope_rule
    if change.why:
        row["why" if change.grade is not Grade.UNDECIDABLE else "settle"] = change.why
    if change.clauses:
        row["clauses"] = list(change.clauses)
    return row | dict(standing or {})


def document(
    night: Night,
    changes: Iterable[Change],
    facts: Iterable[Fact],
    standing: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The whole report."""
    shown = list(changes)
    return {
        "format": FORMAT,
        "suite": __version__,
        "from": [_reading(reading.where, str(reading.kind), reading.checksum) for reading in night.before],
        "to": [_reading(reading.where, str(reading.kind), reading.checksum) for reading in night.readings],
        "summary": {
            "create_client": _count(change.create for change in shown),
            "contract": _count(change.contract for change in shown),
        },
        "changes": [change_row(change, (standing or {}).get(change.id)) for change in shown],
        "facts": [fact_row(fact) for fact in facts],
        "broken": [broken_row(error) for error in night.broken],
    }


def _reading(where: str, kind: str, checksum: str) -> dict[str, str]:
    return {"where": where, "kind": kind, "sha256": checksum}


def _count(grades: Iterable[Grade]) -> dict[str, int]:
    counted = Counter(str(grade) for grade in grades)
    return {str(grade): counted.get(str(grade), 0) for grade in Grade}


def fact_row(fact: Fact) -> dict[str, Any]:
    """One joined fact."""
    return {
        "path": fact.path,
        "meaning": fact.meaning,
        "changes": {source: list(ids) for source, ids in fact.changes.items()},
        "only": fact.only,
        "first": fact.first,
        "days": fact.days,
    }


def broken_row(error: SourceBroken) -> dict[str, str]:
    """One source that could not be believed."""
    return {"where": error.where, "found": error.found, "expected": error.expected, "advice": error.advice}
