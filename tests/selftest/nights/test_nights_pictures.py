"""The time line and the cells on it: as many as there are columns with runs, each with a title that says what it is."""

from datetime import date, timedelta

import pytest
from nights import simulated

from restore_conformance.history.charts import MOST, NEAR, axis, bars, cells, drift_marks, strip, summary
from restore_conformance.history.run_row import RunRow

FIRST = date(2025, 1, 1)


def run(night, marks="", verdict="conformant"):
    """A kept run of a night."""
    started = simulated.at(night).isoformat(timespec="microseconds")
    return RunRow(f"{night:064d}", started, "x", "", "", "", "", verdict, marks, b"", "", "")


def line(nights):
    """The time line of that many nights."""
    return axis(FIRST, FIRST + timedelta(days=nights - 1))


@pytest.mark.parametrize("nights", [1, 2, 28, 29, 36, 365, 762, 1000, 5000, 700_000])
def test_columns_cover_every_night_once(nights):
    """Columns follow each other without a gap, the last nights one by one, and never more than can be read."""
    made = line(nights)
    assert made.columns[0].first <= FIRST <= made.columns[0].last
    assert made.columns[-1].last == FIRST + timedelta(days=nights - 1)
    for before, after in zip(made.columns, made.columns[1:], strict=False):
        assert after.first == before.last + timedelta(days=1)
        assert after.x >= before.x + before.width
    single = [column for column in made.columns if column.first == column.last]
    assert len(single) >= min(nights, NEAR)
    assert len(made.columns) - len(single) <= MOST
    assert made.width < 1500
    for column in made.columns:
        assert made.columns[made.place(str(column.first))] == made.columns[made.place(str(column.last))] == column
    for x, _ in made.ticks:
        assert x < made.width


def test_the_ends_of_time_have_a_column():
    """A start at the ends of the calendar is a place like any other."""
    assert len(axis(date.min, date.max).columns) <= MOST + NEAR + 7


def test_each_broken_night_has_its_cell():
    """Broken nights are single cells that lead to their run; stretches of the same verdict are one cell."""
    marks = "ppffpiinnpfe"
    nights = [(run(number), mark) for number, mark in enumerate(marks)]
    made = cells(nights, line(len(marks)))
    assert [(one.verdict, one.columns) for one in made] == [
        ("pass", 2), ("fail", 1), ("fail", 1), ("pass", 1), ("inconclusive", 2), ("none", 2), ("pass", 1),
        ("fail", 1), ("error", 1),
    ]  # fmt: skip
    assert sum(one.columns for one in made) == len(marks)
    assert [one.run for one in made if one.run] == [nights[n][0] for n in (2, 3, 10, 11)]
    assert made[0].title == "2025-01-01 to 2025-01-02: passed"
    assert made[1].title == "2025-01-03: failed"


def test_a_night_without_a_run_is_a_gap():
    """What was not run is not drawn over."""
    made = cells([(run(0), "p"), (run(2), "p")], line(3))
    assert [(one.columns, one.title) for one in made] == [(1, "2025-01-01: passed"), (1, "2025-01-03: passed")]


def test_a_week_with_a_broken_night_is_broken():
    """An older column shows the worst of its runs, paler where only some were broken, and counts them in its title."""
    made_of = line(365)
    nights = [(run(number), "f" if number in {8, 9} else "p") for number in range(365)]
    column = made_of.columns[made_of.place("2025-01-09")]
    (cell,) = [one for one in cells(nights, made_of) if one.verdict == "fail"]
    assert (cell.x, cell.shade) == (column.x, 1)
    assert cell.title == f"{column.name}: 2 of 7 failed, 5 of 7 passed"
    assert cell.run == nights[9][0]


def test_bars_are_of_the_worst_run():
    """A column of the trend is its worst run; one with nothing broken has no bar."""
    made = bars([run(0, "ppp"), run(1, "pff"), run(1, "pfi"), run(2, "ipe")], line(3))
    assert [dict(one.counts) for one in made] == [
        {"inconclusive": 0, "fail": 2, "error": 0},
        {"inconclusive": 1, "fail": 0, "error": 1},
    ]
    assert made[0].title == "2025-01-02: 2 failed of 3 clauses"


def test_whole_runs_have_a_strip():
    """The verdict of a run is drawn like that of a clause."""
    made = strip([run(0, verdict="conformant"), run(1, verdict="non-conformant")], line(2))
    assert [one.verdict for one in made] == ["pass", "fail"]


def test_drift_of_one_column_is_one_mark():
    """Events of a column share a mark, which counts them and is breaking where one is."""
    (mark,) = drift_marks([(str(FIRST), n == 6, f"change {n}") for n in range(7)], line(1))
    assert (mark.number, mark.breaking) == (7, True)
    assert mark.title.endswith("change 4\nand 2 more")


def test_summary():
    """Marks in words."""
    assert summary("f") == "failed"
    assert summary("ffpn") == "2 of 4 failed, 1 of 4 passed, 1 of 4 not tested"
