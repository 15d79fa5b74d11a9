"""The report for people: a terminal's plain text, and Markdown fit for an issue. Judges and reads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.joining import Fact
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.rules import RULES
from restore_conformance.sources.broken import SourceBroken

_ORDER = (Grade.BREAKING, Grade.UNDECIDABLE, Grade.ADDITIVE, Grade.INFORMATIONAL)
MAX_ROWS = 200
Standing = Mapping[str, Mapping[str, Any]]


def terminal(
    changes: list[Change],
    broken: Iterable[SourceBroken],
    facts: Iterable[Fact],
    standing: Standing | None = None,
) -> str:
    """Plain text: the gravest first, one line each, what is broken at the end."""
    lines: list[str] = []
    for grade in _ORDER:
        group = [change for change in changes if change.grade is grade]
        if group:
            lines.append(f"{grade} ({len(group)})")
        for change in group[:MAX_ROWS]:
            state = (standing or {}).get(change.id, {}).get("state", "")
            lines.append(
                f"  {change.kind}  {change.path}  "
                f"[create {change.create}, contract {change.contract}, {change.rule}, {change.source}"
                f"{', ' + state if state else ''}]"
            )
            lines.append(f"    {_what(change)}")
            if change.why:
                lines.append(f"    {change.why}")
            if change.clauses:
                lines.append(f"    rests on it: {', '.join(change.clauses)}")
        if len(group) > MAX_ROWS:
            lines.append(f"  and {len(group) - MAX_ROWS} more; --format json lists all")
    lines += [
        f"{fact.path}: {fact.meaning}, seen first by {fact.first}, {fact.days} days ahead"
        for fact in facts
        if fact.days
    ]
    unread = [str(error) for error in broken]
    if not changes:
        lines.append("No drift in what could be read." if unread else "No drift.")
    lines += unread
    return "\n".join(lines) + "\n"


def _what(change: Change) -> str:
    detail = change.detail
    if "from" in detail and "to" in detail:
        return f"{KINDS[change.kind].says}: {detail['from']} -> {detail['to']}"
    if "now_text" in detail or "was_text" in detail:
        return f"{KINDS[change.kind].says}: {detail.get('now_text') or detail.get('was_text')}"
    shown = ", ".join(f"{key} {value}" for key, value in detail.items() if value not in (None, [], ""))
    return f"{KINDS[change.kind].says}" + (f": {shown}" if shown else "")


def markdown(
    changes: list[Change], broken: list[SourceBroken], facts: list[Fact], standing: Standing | None = None
) -> str:
    """Markdown for an issue: a table per grade, the rules with their links, and the broken sources."""
    lines = ["# Drift of the restore contract", ""]
    counted = ", ".join(f"{sum(c.grade is grade for c in changes)} {grade}" for grade in _ORDER)
    lines += [
        f"{len(changes)} changes: {counted}."
        if changes
        else ("No drift in what could be read." if broken else "No drift."),
        "",
    ]
    for error in broken:
        lines += [f"**A source could not be read.** {_cell(str(error))}", ""]
    for grade in _ORDER:
        group = [change for change in changes if change.grade is grade]
        if not group:
            continue
        lines += [
            f"## {str(grade).capitalize()}",
            "",
            "| change | where | what | create client | any client | rule |",
        ]
        lines += ["|---|---|---|---|---|---|"]
        for change in group[:MAX_ROWS]:
            state = (standing or {}).get(change.id, {}).get("state", "")
            what = _what(change) + (f" ({change.why})" if change.why else "")
            what += f"; rests on it: {', '.join(change.clauses)}" if change.clauses else ""
            rule = f"[{change.rule}]({RULES[change.rule].link})"
            lines.append(
                f"| {change.kind}{' *' + state + '*' if state else ''} | `{_code(change.path)}` | {_cell(what)} "
                f"| {change.create} | {change.contract} | {rule} |"
            )
        if len(group) > MAX_ROWS:
            lines += ["", f"And {len(group) - MAX_ROWS} more in the JSON report."]
        lines.append("")
    told = [fact for fact in facts if fact.only or fact.days is not None]
    if told:
        lines += ["## Who says so", ""]
        for fact in told[:MAX_ROWS]:
            ahead = f", {fact.first} {fact.days} days ahead" if fact.days else ""
            by = f"{fact.only} only" if fact.only else ", ".join(fact.changes)
            lines.append(f"- `{_code(fact.path)}`: {fact.meaning} ({by}{ahead})")
        lines.append("")
    return "\n".join(lines)


def _cell(text: str, limit: int = 400) -> str:
    """Text inside a table: one line, no markup of its own, no mention of anybody."""
    line = " ".join(text.split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    line = re.sub(r"([\\`*_\[\]|#~])", r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;"))
    return line.replace("@", "&#64;")


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").replace("|", "¦").split())
