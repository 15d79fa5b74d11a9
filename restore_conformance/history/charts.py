"""The charts, as rectangles with a title each. Knows timelines and columns; the templates write the SVG.

Every verdict has a height beside its colour, so that the map can be read in grey: failed and error are full and
strong, passed is full and quiet, inconclusive is half, none is a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from restore_conformance.history.run_row import VERDICTS, RunRow
from restore_conformance.history.time_axis import Axis
from restore_conformance.history.timelines import Chronicle
from restore_conformance.reports.wording import WORDS
from restore_conformance.spelling import counted

RUN_MARKS = {"conformant": "p", "non-conformant": "f", "inconclusive": "i", "error": "e"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle: `shade` 1 to 3 by how many of its runs broke the clause, `run` the last one that did."""

    x: int
    width: int
    verdict: str
    shade: int
    columns: int
    title: str
    run: RunRow | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """The most broken clauses of a column: numbers by verdict, and a title."""

    x: int
    width: int
    counts: Mapping[str, int]
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Drift that was first seen in a column."""

    x: int
    breaking: bool
    number: int
    title: str


def cells(row: Iterable[tuple[RunRow, str]], axis: Axis) -> list[Cell]:
    """A timeline as cells: one for each column that broke, one for each stretch of columns that did not."""
    by_column: dict[int, str] = {}
    last: dict[tuple[int, str], RunRow] = {}
    for run, mark in row:
        number = axis.place(run.day)
        by_column[number] = by_column.get(number, "") + mark
        if mark in "fe":
            last[number, mark] = run
    drawn: list[Cell] = []
    before = -2
    for number in sorted(by_column):
        column, marks = axis.columns[number], by_column[number]
        mark = next(sign for sign in "fepin" if sign in marks)
        if mark in "fe":
            broke = marks.count(mark)
            shade = 3 if broke == len(marks) else 2 if 2 * broke >= len(marks) else 1
            title = f"{column.name}: {summary(marks)}"
            drawn.append(Cell(column.x, column.width - 1, VERDICTS[mark], shade, 1, title, last[number, mark]))
        elif drawn and before == number - 1 and drawn[-1].verdict == VERDICTS[mark]:
            past = drawn[-1]
            title = f"{past.title[:10]} to {column.last}: {WORDS[VERDICTS[mark]]}"
            width = column.x + column.width - 1 - past.x
            drawn[-1] = Cell(past.x, width, past.verdict, 3, past.columns + 1, title)
        else:
            drawn.append(Cell(column.x, column.width - 1, VERDICTS[mark], 3, 1, f"{column.name}: {summary(marks)}"))
        before = number
    return drawn


def drawer(chronicle: Chronicle, axis: Axis) -> Callable[[str, str], list[Cell]]:
    """Draws the timeline of (label, clause); timelines that are alike are drawn once, and most are."""
    homes = {
        address: frozenset(shape for shape, places in chronicle.places.items() if address in places)
        for address in chronicle.clauses
    }
    known: dict[tuple[str, frozenset[str], str], list[Cell]] = {}

    def drawn(label: str, address: str) -> list[Cell]:
        timeline = chronicle.timelines[label][address]
        key = (label, homes[address], timeline.marks)
        if key not in known:
            known[key] = cells(timeline.row, axis)
        return known[key]

    return drawn


def summary(marks: str) -> str:
    """Marks in words: the verdict where there is one run, else how many of each."""
    if len(marks) == 1:
        return WORDS[VERDICTS[marks]]
    return ", ".join(
        f"{number:,} of {len(marks):,} {WORDS[VERDICTS[mark]]}" for mark in "fepin" if (number := marks.count(mark))
    )


def strip(runs: list[RunRow], axis: Axis) -> list[Cell]:
    """The verdicts of whole runs as cells."""
    return cells(((run, RUN_MARKS[run.verdict]) for run in runs), axis)


def bars(runs: list[RunRow], axis: Axis) -> list[Bar]:
    """For each column its worst run: how many clauses were broken, in error, and inconclusive."""
    worst: dict[int, RunRow] = {}
    for run in runs:
        number = axis.place(run.day)
        if number not in worst or _weight(run) >= _weight(worst[number]):
            worst[number] = run
    drawn = []
    for number, run in sorted(worst.items()):
        counts = {verdict: run.marks.count(mark) for mark, verdict in VERDICTS.items() if mark in "fei"}
        if any(counts.values()):
            text = ", ".join(f"{count:,} {WORDS[verdict]}" for verdict, count in counts.items() if count)
            column = axis.columns[number]
            drawn.append(
                Bar(column.x, column.width - 1, counts, f"{run.day}: {text} of {counted(len(run.marks), 'clause')}")
            )
    return drawn


def _weight(run: RunRow) -> tuple[int, int, int]:
    return (run.marks.count("f"), run.marks.count("e"), run.marks.count("i"))


def drift_marks(events: Iterable[tuple[str, bool, str]], axis: Axis) -> list[Mark]:
    """Drift by column; events are (day, breaking, description in one line)."""
    by_column: dict[int, list[tuple[str, bool, str]]] = {}
    for event in events:
        by_column.setdefault(axis.place(event[0]), []).append(event)
    marks = []
    for number, here in sorted(by_column.items()):
        column = axis.columns[number]
        lines = [f"{day}: {what}" for day, _, what in here[:5]]
        lines += [f"and {len(here) - 5} more"] if len(here) > 5 else []
        marks.append(
            Mark(column.x + column.width // 2, any(breaking for _, breaking, _ in here), len(here), "\n".join(lines))
        )
    return marks
