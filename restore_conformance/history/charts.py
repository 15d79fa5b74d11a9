"""The time axis of the charts, and the charts as rectangles with a title each; the templates write the SVG.

A column for each of the last nights, wider steps before that: columns follow the calendar, so that a night without
a run shows as a gap. Every verdict has a height beside its colour, so that the map can be read in grey: failed and
error are full and strong, passed is full and quiet, inconclusive is half, not tested is a line. Knows timelines and
no page.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from restore_conformance.history.run_row import VERDICTS, RunRow
from restore_conformance.history.timelines import Chronicle
from restore_conformance.reports.wording import WORDS
from restore_conformance.spelling import counted

NEAR = 28
"""Nights that always have a column of their own, give or take the rest of a week."""
MOST = 104
"""Columns before them at the most: two years in weeks; a longer past gets longer steps."""
STEPS = (7, 28, 91, 364)
_GAP = 6
DATE = 64
"""Pixels that a whole date takes as a label."""


@dataclass(frozen=True, slots=True)
class Column:
    """Consecutive days; `x` and `width` in pixels."""

    first: date
    last: date
    x: int
    width: int

    @property
    def name(self) -> str:
        """The days as text."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Axis:
    """The columns from left to right, and where they are labelled."""

    columns: tuple[Column, ...]
    ticks: tuple[tuple[int, str], ...]
    _known: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def width(self) -> int:
        """Pixels of the whole."""
        return max(self.columns[-1].x + self.columns[-1].width, DATE)

    @property
    def end(self) -> tuple[int, str]:
        """Where the label of the last column ends, and its date."""
        return max(self.columns[-1].x + self.columns[-1].width, DATE), str(self.columns[-1].last)

    @property
    def step(self) -> int:
        """Days of the widest column."""
        return (self.columns[0].last - self.columns[0].first).days + 1

    def place(self, day: str) -> int:
        """The number of the column of a day (YYYY-MM-DD); days before and after go to the ends."""
        number = self._known.get(day)
        if number is None:
            number = bisect_right(self.columns, date.fromisoformat(day), key=lambda column: column.first) - 1
            number = self._known[day] = max(number, 0)
        return number


def axis(first: date, last: date) -> Axis:
    """The time axis of a history."""
    near = max(first, last - timedelta(days=NEAR - 1))
    if near > first:
        near = max(first, near - timedelta(days=near.weekday()))
    spans = [(near + timedelta(days=n), near + timedelta(days=n)) for n in range((last - near).days + 1)]
    older = (near - first).days
    step = next((days for days in STEPS if older <= days * MOST), 7 * (-(-older // (7 * MOST))))
    start = near
    while start > first:
        # The years before the first are not asked for: a step may begin before the first run, but not before time.
        begin = max(start.toordinal() - step, date.min.toordinal())
        spans.insert(0, (date.fromordinal(begin), start - timedelta(days=1)))
        start = date.fromordinal(begin)
    columns: list[Column] = []
    far = sum(begins != ends for begins, ends in spans)
    far_width, near_width = (9, 13) if far > 53 else (11, 16) if far else (11, 22)
    x = 0
    for begins, ends in spans:
        single = begins == ends
        if columns and single and columns[-1].first != columns[-1].last:
            x += _GAP
        width = near_width if single else far_width
        columns.append(Column(begins, ends, x, width))
        x += width
    return Axis(tuple(columns), tuple(_ticks(columns)))


def _ticks(columns: list[Column]) -> list[tuple[int, str]]:
    """A label where a month begins, none closer to the one before, or to that of the last day, than can be read."""
    ticks: list[tuple[int, str]] = []
    shown = ""
    end = columns[-1].x + columns[-1].width
    for column in columns:
        month = column.last.strftime("%Y-%m")
        if month != shown and (not ticks or column.x - ticks[-1][0] >= 52) and column.x <= end - DATE - 46:
            ticks.append((column.x, month))
            shown = month
    return ticks


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
