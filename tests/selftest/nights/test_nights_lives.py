"""Since when a clause is broken, and which changes of a verdict are worth a notice."""

import json

import pytest
from nights import simulated

from restore_conformance.contract.documents import pinned
from restore_conformance.history.notices import _events, as_markdown, as_text
from restore_conformance.history.run_row import RunRow
from restore_conformance.history.runs import keep
from restore_conformance.history.timelines import Timeline, broken


def row(marks):
    """A life: one run a night."""
    return [
        (
            RunRow(f"{n:064d}", f"2025-01-{n + 1:02d}T02:00:00.000000+00:00", "x", "", "", "", "", "", "", b"", "", ""),
            mark,
        )
        for n, mark in enumerate(marks)
    ]


@pytest.mark.parametrize(
    ("marks", "first", "good", "number"),
    [
        ("f", 0, None, 1),
        ("pf", 1, 0, 1),
        ("pffpf", 4, 3, 1),
        ("pfff", 1, 0, 3),
        ("pfifnef", 1, 0, 3),
        ("pfi", 1, 0, 1),
        ("ppinf", 4, 1, 1),
        ("fp", None, None, 0),
        ("ini", None, None, 0),
        ("", None, None, 0),
    ],
)
def test_the_row_of_failures(marks, first, good, number):
    """Only a pass ends a row of failures; what could not tell neither ends it nor counts in it."""
    nights = row(marks)
    found = broken(nights)
    if first is None:
        assert found is None
        return
    assert (found.first, found.runs) == (nights[first][0], number)
    assert found.last_good == (None if good is None else nights[good][0])


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ("pppp", []),
        ("ffff", []),
        ("pif", [("broken", 2)]),
        ("pipnpep", []),
        ("ifff", [("broken", 1)]),
        ("nnf", [("broken", 2)]),
        ("pf", [("broken", 1)]),
        ("pfp", [("broken", 1)]),
        ("pfpp", [("broken", 1)]),
        ("pfppp", [("broken", 1), ("kept-again", 4)]),
        ("pfpipnp", [("broken", 1), ("kept-again", 6)]),
        ("pfifif", [("broken", 1)]),
        ("pfpf", [("broken", 1), ("unsteady", 3)]),
        ("pfpfpfppfpf", [("broken", 1), ("unsteady", 3)]),
        ("pfpfppp", [("broken", 1), ("unsteady", 3), ("kept-again", 6)]),
        ("pfpfpppfpf", [("broken", 1), ("unsteady", 3), ("kept-again", 6), ("broken", 7), ("unsteady", 9)]),
        ("fppp", [("kept-again", 3)]),
    ],
)
def test_notices(marks, told):
    """A failure is told at once, its flapping once, its end when three passes confirm it; noise never."""
    nights = row(marks)
    found = list(_events(Timeline(nights, marks), nights[0][0]))
    assert [(kind, nights.index((run, marks[int(run.digest)]))) for kind, run, _ in found] == told


def test_spells():
    """A life as stretches of the same verdict."""
    nights = row("ppfffi")
    spells = Timeline(nights, "ppfffi").streaks()
    assert [(one.verdict, one.runs) for one in spells] == [("pass", 2), ("fail", 3), ("inconclusive", 1)]
    assert (spells[1].first, spells[1].last) == (nights[2][0], nights[4][0])


def test_the_record_learns_since_when(tmp_path):
    """A kept run says of each broken clause since when it is broken and when it was last good, of its label alone."""
    place = str(tmp_path / "h.sqlite")
    nights = [(), ("total-always-one",), ("total-always-one", "status-activating")]
    for number, faults in enumerate(nights):
        record = simulated.record(simulated.at(number), faults, target="x")
        keep(place, record, "service")
        keep(place, simulated.record(simulated.at(number), target="y"), "emulator")
    known = {entry["id"]: entry["history"] for entry in record["clauses"] if "history" in entry}
    starts = [simulated.at(number).isoformat() for number in range(3)]
    assert known == {
        "create/response.counts-total": {"first_seen": starts[1], "last_good": starts[0], "runs": 2},
        "create/response.status-draft": {"first_seen": starts[2], "last_good": starts[1], "runs": 1},
    }
    assert pinned().accepts("run.schema.json", json.loads(json.dumps(record)))


def test_a_run_brought_in_late_knows_only_what_was_before_it(tmp_path):
    """The history of an older record is told as of its own night."""
    place = str(tmp_path / "h.sqlite")
    fault = ("total-always-one",)
    keep(place, simulated.record(simulated.at(9), fault), "x")
    late = simulated.record(simulated.at(4), fault)
    keep(place, late, "x")
    (known,) = (entry["history"] for entry in late["clauses"] if "history" in entry)
    assert known == {"first_seen": simulated.at(4).isoformat(), "last_good": None, "runs": 1}


def test_no_notice_is_a_sentence():
    """Where nothing changed, text and Markdown say so."""
    assert as_text([]) == as_markdown([]) == "No verdict changed.\n"
