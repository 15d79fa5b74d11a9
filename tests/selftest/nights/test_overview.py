"""The top of the site: what got worse and since when, and notices with one cause told once."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from restore_conformance.history.charts import DATE, axis
from restore_conformance.history.notices import Notice
from restore_conformance.history.overview import groups_of, moved
from restore_conformance.history.run_row import RunRow

RUN = RunRow("d", "2026-11-20T02:00:00.000000+00:00", "x", "x", "", "1", "0" * 64, "non-conformant", "", b"", "", "")


def runs(*failed, verdict="non-conformant", first=20):
    """Runs of one night after another with so many failed clauses."""
    return [
        replace(
            RUN,
            digest=str(n),
            started=f"2026-11-{first + n:02}T02:00:00.000000+00:00",
            marks="f" * one,
            verdict=verdict,
        )
        for n, one in enumerate(failed)
    ]


@pytest.mark.parametrize(
    ("failed", "says"),
    [
        ((1, 1, 1, 17, 17), "1 → 17 failed since 23 Nov: worse"),
        ((17, 3), "17 → 3 failed since 21 Nov: better"),
        ((2, 5, 2, 2), "5 → 2 failed since 22 Nov: better"),
        ((4, 4), None),
        ((4,), None),
        ((), None),
    ],
)
def test_the_last_change_of_the_number_of_failed_clauses(failed, says):
    found = moved(runs(*failed))
    assert (found and found.says) == says
    assert found is None or found.worse == says.endswith("worse")


def test_a_night_that_could_not_tell_changes_nothing():
    """An inconclusive night between two with the same findings is neither better nor worse."""
    listed = runs(3, 3, 3)
    assert moved([listed[0], replace(listed[1], marks="", verdict="inconclusive"), listed[2]]) is None


def notice(clause, kind="broken", run=RUN):
    return Notice(kind, "x", clause, "must", "It is so.", run, run, "got 201", newer=False)


def test_notices_of_one_cause_are_one_row():
    """Clauses of one cause in one run are told once, in the words of the cause; others each by themselves."""
    causes = [
        {
            "key": "accepts-all",
            "says": "Every invalid request is accepted",
            "clauses": ["a/b.c", "a/b.d"],
            "consequences": ["a/b.e"],
        }
    ]
    now = {"a/b.c": "fail", "a/b.d": "fail", "a/b.e": "fail", "a/b.f": "pass"}
    story = SimpleNamespace(now=lambda label, clause: now[clause])
    made = groups_of([notice(f"a/b.{one}") for one in "cdef"], story, lambda run: causes)
    assert [(len(one.notices), one.says, one.now) for one in made] == [
        (3, "Every invalid request is accepted", "fail"),
        (1, "", "pass"),
    ]


def test_what_passes_again_stands_together():
    story = SimpleNamespace(now=lambda label, clause: "pass")
    (group,) = groups_of([notice("a/b.c", "kept-again"), notice("a/b.d", "kept-again")], story, lambda run: [])
    assert (len(group.notices), group.says, group.now) == (2, "Pass again", "pass")


@pytest.mark.parametrize("nights", [1, 2, 3, 7, 28, 40, 400])
def test_the_last_column_is_labelled_and_whole(nights):
    """The date of the last night ends where the picture ends, and no other label comes near it."""
    from datetime import date, timedelta

    last = date(2026, 11, 28)
    line = axis(last - timedelta(days=nights - 1), last)
    assert line.end == (line.width, "2026-11-28")
    assert line.width >= DATE
    assert all(x + 46 <= line.width - DATE for x, _ in line.ticks)
