"""The report: plain text for a terminal, Markdown fit for an issue, and JSON by `schemas/drift.schema.json`.

All three say the same: they write the lines of `restore_conformance.drift.lines`. Judges and reads nothing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from restore_conformance import __version__
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.comparison import Comparison
from restore_conformance.drift.facts import Fact, join
from restore_conformance.drift.lines import ORDER, Line, Standing, lines
from restore_conformance.drift.rules import RULES
from restore_conformance.drift.sentences import Texts, subject, what
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.reading import Reading
from restore_conformance.output.formats import Formats
from restore_conformance.spelling import counted

MAX_LINES = 200
_HEADS = {
    Grade.BREAKING: "Breaking",
    Grade.UNDECIDABLE: "To be decided",
    Grade.ADDITIVE: "Additive",
    Grade.INFORMATIONAL: "For information",
}
_MEANING = {
    Grade.BREAKING: "a client that did nothing wrong can fail",
    Grade.UNDECIDABLE: "the source does not say enough; somebody has to read or try",
    Grade.ADDITIVE: "something new that nobody needs to use; pin accepts it",
    Grade.INFORMATIONAL: "nothing on the wire changes; there is nothing to do",
}
_STATES = {
    "provisional": "Seen once so far, so it does not fail the job yet.",
    "confirmed": "Confirmed by a later night.",
    "acknowledged": "Acknowledged.",
    "transient": "It takes back what one night had shown.",
}


@dataclass(frozen=True, slots=True)
class Report:
    """A comparison as every format shows it: `changes` with the grades that the user gave them, joined into `facts`.

    `lines` are these changes as events, and `standing` what the history knows of each by its id. `whole` asks for the
    sentences about broken sources, which otherwise stand on standard error alone.
    """

    comparison: Comparison
    lines: Sequence[Line]
    changes: Sequence[Change] = ()
    facts: Sequence[Fact] = ()
    standing: Standing = field(default_factory=dict)
    whole: bool = True

    @property
    def older(self) -> list[str]:
        """The names of the sources of the older side."""
        return [reading.where for reading in self.comparison.before]

    @property
    def newer(self) -> list[str]:
        """The names of the newer sources that were compared."""
        broken = {error.where for error in self.broken}
        return [reading.where for reading in self.comparison.readings if reading.where not in broken]

    @property
    def broken(self) -> tuple[SourceBroken, ...]:
        """The sources that are implausible or unreadable."""
        return self.comparison.broken

    @property
    def digest(self) -> list[str]:
        """A sentence for each fact that sources report one after the other."""
        return [fact.sentence for fact in self.facts if fact.order]


def reported(
    comparison: Comparison,
    changes: Sequence[Change],
    standing: Standing | None = None,
    seen: Mapping[str, date] | None = None,
    texts: Texts | None = None,
    *,
    whole: bool = True,
) -> Report:
    """The report of a comparison. `seen` says when each change was first seen, `texts` what sentences said before."""
    readings = (*comparison.readings, *comparison.before)
    metadata = next((reading.metadata for reading in readings if reading.metadata), None)
    facts = join(changes, metadata, seen, {str(reading.kind) for reading in comparison.readings})
    known = standing or {}
    return Report(comparison, lines(changes, facts, known, texts), changes, facts, known, whole=whole)


def headline(report: Report) -> str:
    """The comparison in one sentence."""
    count = {grade: sum(line.grade is grade for line in report.lines) for grade in ORDER}
    unread = f"{len(report.broken)} of {len(report.newer) + len(report.broken)} sources could not be believed"
    if not report.newer or not report.older:
        return f"Nothing was compared: {unread}."
    end = f" {unread}; nothing is said about {'it' if len(report.broken) == 1 else 'them'}." if report.broken else ""
    if not report.lines:
        return f"Undecided: no change in what could be read.{end}" if report.broken else "No drift in any source."
    first, number = "Nothing breaks", count[Grade.BREAKING]
    if number:
        in_create = sum(line.create is Grade.BREAKING for line in report.lines)
        reach = f"{in_create} of them in the create call" if in_create else "the create call is not touched"
        reach = f"{'all ' if number > 1 else ''}in the create call" if number == in_create else reach
        first = f"{counted(number, 'breaking change')}, {reach}"
    rest = [f"{count[grade]} {_HEADS[grade].lower()}" for grade in ORDER[1:] if count[grade]]
    return f"{'; '.join([first, ', '.join(rest)]) if rest else first}.{end}"


def _older(report: Report) -> str:
    return ", ".join("the pinned contract" if name == "pinned" else name for name in report.older)


def _known(report: Report) -> Iterator[str]:
    for nearest in report.comparison.editions:
        aside = f": {counted(nearest.known, 'known difference')} from the pinned one" if nearest.known else ""
        yield f"{nearest.where} follows edition {nearest.edition}{aside}{', not listed' if aside else ''}."


def _parts(line: Line) -> Iterator[str]:
    """The details under the sentence of a line, in this order, in every format."""
    since = f" {line.since[0].upper()}{line.since[1:]}." if line.since else ""
    state = f" {_STATES[line.state]}" if line.state in _STATES else ""
    yield f"{line.whom}{since}{state}"
    if line.grade in (Grade.BREAKING, Grade.UNDECIDABLE):
        yield f"To do: {line.todo}."


def _groups(report: Report) -> Iterator[tuple[Grade, list[Line]]]:
    """The lines by grade, the gravest first."""
    for grade in ORDER:
        group = [line for line in report.lines if line.grade is grade]
        if group:
            yield grade, group


def _above(report: Report) -> list[str]:
    """The text above the lines: what was compared, and which edition it follows."""
    return [f"Compared {', '.join(report.newer)} with {_older(report)}."] * bool(report.newer) + [*_known(report)]


def _more(line: Line) -> str:
    return f" and {line.count - 1} more" if line.count > 1 else ""


def terminal(report: Report) -> str:
    """Plain text: the comparison in a sentence, then its lines, the gravest first."""
    out = [headline(report), *_above(report), *report.digest]
    for grade, group in _groups(report):
        out += ["", f"{_HEADS[grade]} ({len(group)})"]
        for line in group[:MAX_LINES]:
            out += [f"  * {line.says}", *(f"    {part}" for part in _parts(line))]
            out.append(f"    {line.rule} {line.link}  [{line.changes[0]}{_more(line)}]")
        if len(group) > MAX_LINES:
            out.append(f"  and {len(group) - MAX_LINES} more; --format json lists all")
    out += ["", *_uncompared(report)] if report.comparison.notes else []
    out += ["", *_explained(report)] if report.lines else []
    out += [str(error) for error in report.broken] if report.whole else []
    return "\n".join(out) + "\n"


def _uncompared(report: Report) -> Iterator[str]:
    """What was not compared, a sentence a source."""
    notes = report.comparison.notes
    for where in dict.fromkeys(where for where, _ in notes):
        yield f"Not compared in {where}: {'; '.join(note for place, note in notes if place == where)}."


def _explained(report: Report) -> Iterator[str]:
    """What the grades of this report mean, and what can be done about any change."""
    yield from (f"{_HEADS[grade]}: {_MEANING[grade]}." for grade, _ in _groups(report))
    if any(line.grade in (Grade.BREAKING, Grade.UNDECIDABLE) for line in report.lines):
        yield "Once looked at: `pin SOURCE` accepts it, `drift acknowledge --change ID` silences it until a date."


def markdown(report: Report) -> str:
    """Markdown for an issue: the same lines as a list, and the broken sources first."""
    out = ["# Drift of the restore contract", "", f"**{_text(headline(report))}**", ""]
    for error in report.broken:
        out += [f"**A source could not be read.** {_text(str(error))}", ""]
    out += [f"{_text(sentence)}  " for sentence in _above(report)]
    if report.digest:
        out += ["", "## Who moved first", "", *(f"- {_text(sentence)}" for sentence in report.digest)]
    for grade, group in _groups(report):
        out += ["", f"## {_HEADS[grade]} ({len(group)})", ""]
        for line in group[:MAX_LINES]:
            out += [f"- **{_text(line.says)}**", *(f"  {_text(part)}" for part in _parts(line))]
            out.append(f"  [{line.rule}]({line.link}), `{line.changes[0]}`{_more(line)}")
        if len(group) > MAX_LINES:
            out.append(f"- And {len(group) - MAX_LINES} more in the JSON report.")
    out += ["", *(f"{_text(sentence)}  " for sentence in _uncompared(report))] if report.comparison.notes else []
    out += ["", "---", "", *(f"{_text(sentence)}  " for sentence in _explained(report))] if report.lines else []
    return "\n".join(out) + "\n"


def _text(text: str, limit: int = 700) -> str:
    """Text inside Markdown: one line, no markup of its own, no mention of anybody."""
    line = " ".join(text.split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    line = re.sub(r"([\\`*_\[\]|#~])", r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;"))
    return line.replace("@", "&#64;")


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


def as_json(report: Report) -> str:
    """The whole report, every single change in it, by `schemas/drift.schema.json`."""
    comparison, changes = report.comparison, report.changes
    return _dumped({
        "format": FORMAT,
        "suite": __version__,
        "from": [_reading(reading) for reading in comparison.before],
        "to": [_reading(reading) for reading in comparison.readings],
        "summary": {
            "create_client": _count(change.create for change in changes),
            "contract": _count(change.contract for change in changes),
        },
        "headline": headline(report),
        "lines": [_line(line) for line in report.lines],
        "digest": report.digest,
        "editions": [
            {"where": nearest.where, "edition": nearest.edition, "known": nearest.known}
            for nearest in comparison.editions
        ],
        "not_compared": [{"where": where, "says": says} for where, says in comparison.notes],
        "changes": [change_row(change, report.standing.get(change.id)) for change in changes],
        "facts": [_fact(fact) for fact in report.facts],
        "broken": [
            {"where": error.where, "found": error.found, "expected": error.expected, "advice": error.advice}
            for error in comparison.broken
        ],
    })  # fmt: skip


def _dumped(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def _line(line: Line) -> dict[str, Any]:
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


def _fact(fact: Fact) -> dict[str, Any]:
    """One joined fact."""
    changes = {source: list(ids) for source, ids in fact.changes.items()}
    row: dict[str, Any] = {"path": fact.path, "meaning": fact.meaning, "changes": changes}
    row |= {"only": fact.only, "first": fact.first, "days": fact.days}
    return row | ({"order": fact.order} if fact.order else {})


FORMATS: Formats[Report] = Formats("drift", {"text": terminal, "json": as_json, "markdown": markdown})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other actions of drift say: as lines for people, and as a document for programs."""

    lines: list[str]
    document: dict[str, Any]


def _plain(answer: Answer) -> str:
    return "\n".join(answer.lines) + "\n"


ANSWERS: Formats[Answer] = Formats(
    "drift", {"text": _plain, "json": lambda answer: _dumped(answer.document), "markdown": _plain}
)
