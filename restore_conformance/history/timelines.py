"""The timeline of each clause under each label. Knows runs and marks; draws and writes nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from restore_conformance.history.run_row import MARKS, VERDICTS, RunRow, notes_of
from restore_conformance.history.soundness import Damaged


@dataclass(frozen=True, slots=True)
class Streak:
    """Runs in a row with the same verdict."""

    verdict: str
    first: RunRow
    last: RunRow
    runs: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The present row of failures; `last_good` is the start of the last run that passed the clause, before the row."""

    first: RunRow
    last_good: RunRow | None
    runs: int

    def entry(self) -> dict[str, Any]:
        """The value of `history` in run.json."""
        return {
            "first_seen": self.first.when,
            "last_good": self.last_good.when if self.last_good else None,
            "runs": self.runs,
        }


@dataclass(slots=True)
class Timeline:
    """One clause under one label, oldest run first; `marks` are the verdicts alone, as letters."""

    row: list[tuple[RunRow, str]] = field(default_factory=list)
    marks: str = ""

    @property
    def now(self) -> str:
        """The verdict of the last run."""
        return VERDICTS[self.row[-1][1]]

    @property
    def eventful(self) -> bool:
        """Whether it was ever broken, inconclusive or in error, in a run that is not inconclusive as a whole."""
        return any(mark in "fe" or (mark == "i" and run.verdict != "inconclusive") for run, mark in self.row)

    def count(self, verdict: str) -> int:
        """How many runs gave that verdict."""
        return self.marks.count(MARKS[verdict])

    def broken(self) -> Broken | None:
        """The row of failures that stands at the end, or None."""
        return broken(self.row)

    def last_good(self) -> RunRow | None:
        """The last run that passed the clause."""
        return next((run for run, mark in reversed(self.row) if mark == "p"), None)

    def streaks(self) -> list[Streak]:
        """Runs in a row with the same verdict, oldest first."""
        streaks: list[Streak] = []
        begin = 0
        for mark, stretch in groupby(self.marks):
            number = len(list(stretch))
            streaks.append(Streak(VERDICTS[mark], self.row[begin][0], self.row[begin + number - 1][0], number))
            begin += number
        return streaks


def broken(row: Iterable[tuple[RunRow, str]]) -> Broken | None:
    """The row of failures that stands at the end of a timeline, or None where the clause is not known to be broken.

    Only a pass ends a row. A run that could not decide (inconclusive, error) or did not touch the clause (none) neither
    ends it nor counts in it.
    """
    last = deque(standings(row), maxlen=1)
    return last[0][1] if last else None


def standings(row: Iterable[tuple[RunRow, str]]) -> Iterator[tuple[RunRow, Broken | None]]:
    """For each run that passed or broke the clause, the row of failures up to it: None after a pass."""
    standing: Broken | None = None
    good: RunRow | None = None
    for run, mark in row:
        if mark == "p":
            standing, good = None, run
        elif mark == "f":
            standing = Broken(standing.first if standing else run, good, standing.runs + 1 if standing else 1)
        if mark in "pf":
            yield run, standing


@dataclass(slots=True)
class Chronicle:
    """All runs of a store, by label and by clause.

    `clauses` are the words of the latest run that names each, in the order of the latest register; `places` has the
    number of each clause in a shape, `latest` the last run of each label.
    """

    runs: list[RunRow]
    labels: list[str]
    clauses: dict[str, dict[str, Any]]
    timelines: dict[str, dict[str, Timeline]]
    shapes: Mapping[str, list[dict[str, Any]]]
    places: dict[str, dict[str, int]]
    latest: dict[str, RunRow]
    _noted: dict[tuple[str, str, str], list[tuple[RunRow, Any]]] = field(default_factory=dict)

    def noted(self, kind: str, label: str, clause: str) -> list[tuple[RunRow, Any]]:
        """The short notes about a clause, oldest run first: `findings` as [key, message], `seen` as counts."""
        if not self._noted:
            self._noted["", "", ""] = []
            names = {shape: list(places) for shape, places in self.places.items()}
            for run in self.runs:
                notes = notes_of(run)
                for each in ("findings", "seen"):
                    for number, value in notes[each].items():
                        self._noted.setdefault((each, run.label, names[run.shape][int(number)]), []).append(
                            (run, value)
                        )
        return self._noted.get((kind, label, clause), [])

    def now(self, label: str, clause: str) -> str:
        """The verdict of a label's last run, or nothing where that run no longer knew the clause."""
        timeline, last = self.timelines[label].get(clause), self.latest[label]
        return timeline.now if timeline and clause in self.places[last.shape] else ""

    def of(self, label: str) -> list[RunRow]:
        """The runs of a label, oldest first."""
        return [run for run in self.runs if run.label == label]


def chronicle(runs: list[RunRow], shapes: Mapping[str, list[dict[str, Any]]]) -> Chronicle:
    """Sort marks into timelines: label to clause to timeline. Raises Damaged for a run whose clauses are not there."""
    for run in runs:
        if len(shapes.get(run.shape, ())) != len(run.marks):
            raise Damaged(f"the clauses of the run {run.name} are not there")
    clauses: dict[str, dict[str, Any]] = {}
    timelines: dict[str, dict[str, Timeline]] = {}
    names = {digest: [words["id"] for words in shape] for digest, shape in shapes.items()}
    for shape in dict.fromkeys(run.shape for run in reversed(runs)):
        for words in shapes[shape]:
            clauses.setdefault(words["id"], words)
    for run in runs:
        of_label = timelines.setdefault(run.label, {})
        for name, mark in zip(names[run.shape], run.marks, strict=True):
            timeline = of_label.get(name)
            if timeline is None:
                timeline = of_label[name] = Timeline()
            timeline.row.append((run, mark))
    for of_label in timelines.values():
        for timeline in of_label.values():
            timeline.marks = "".join(mark for _, mark in timeline.row)
    places = {digest: {name: number for number, name in enumerate(listed)} for digest, listed in names.items()}
    return Chronicle(runs, sorted(timelines), clauses, timelines, shapes, places, {run.label: run for run in runs})
