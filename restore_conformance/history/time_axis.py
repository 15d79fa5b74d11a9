"""The time axis that every chart shares: a column for each of the last nights, wider steps before that.

Columns follow the calendar, so that a night without a run shows as a gap. Knows dates and no verdicts.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta

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
