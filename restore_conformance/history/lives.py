"""What the runs add up to: the life of each clause under each label. Knows runs and marks; draws and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.history.kept import VERDICTS, Kept


@dataclass(frozen=True, slots=True)
class Spell:
    """Runs in a row with the same verdict."""

    verdict: str
    first: Kept
    last: Kept
    runs: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The present row of failures; `last_good` is the start of the last run that kept the clause, before the row."""

    first: Kept
    last_good: Kept | None
    runs: int

    def entry(self) -> dict[str, Any]:
        """As run.json has it under `history`."""
        return {
            "first_seen": self.first.when,
            "last_good": self.last_good.when if self.last_good else None,
            "runs": self.runs,
        }


@dataclass(slots=True)
class Life:
    """One clause under one label, oldest run first."""

    row: list[tuple[Kept, str]] = field(default_factory=list)

    @property
    def now(self) -> str:
        """The verdict of the last run."""
        return VERDICTS[self.row[-1][1]]

    @property
    def eventful(self) -> bool:
        """Whether it was ever anything but kept or untouched."""
        return any(mark in "fei" for _, mark in self.row)

    def count(self, verdict: str) -> int:
        """How many runs gave that verdict."""
        return sum(VERDICTS[mark] == verdict for _, mark in self.row)

    def broken(self) -> Broken | None:
        """The row of failures that stands at the end, or None."""
        return broken(self.row)

    def last_good(self) -> Kept | None:
        """The last run that kept the clause."""
        return next((run for run, mark in reversed(self.row) if mark == "p"), None)

    def spells(self) -> list[Spell]:
        """Runs in a row with the same verdict, oldest first."""
        made: list[Spell] = []
        for run, mark in self.row:
            verdict = VERDICTS[mark]
            if made and made[-1].verdict == verdict:
                made[-1] = Spell(verdict, made[-1].first, run, made[-1].runs + 1)
            else:
                made.append(Spell(verdict, run, run, 1))
        return made


def broken(row: Iterable[tuple[Kept, str]]) -> Broken | None:
    """The row of failures that stands at the end of a life, or None where the clause is not known to be broken.

    Only a pass ends a row. A run that could not tell (inconclusive, error) or did not touch the clause (none) neither
    ends it nor counts in it.
    """
    first: Kept | None = None
    good: Kept | None = None
    runs = 0
    for run, mark in row:
        if mark == "p":
            first, good, runs = None, run, 0
        elif mark == "f":
            first, runs = first or run, runs + 1
    return Broken(first, good, runs) if first else None


@dataclass(slots=True)
class Chronicle:
    """All runs of a store, by label and by clause.

    `clauses` are the words of the latest run that names each, in the order of the latest register.
    """

    runs: list[Kept]
    labels: list[str]
    clauses: dict[str, dict[str, Any]]
    lives: dict[str, dict[str, Life]]
    shapes: Mapping[str, list[dict[str, Any]]]

    def of(self, label: str) -> list[Kept]:
        """The runs of a label, oldest first."""
        return [run for run in self.runs if run.label == label]


def chronicle(runs: list[Kept], shapes: Mapping[str, list[dict[str, Any]]]) -> Chronicle:
    """Sort marks into lives: label to clause to life."""
    clauses: dict[str, dict[str, Any]] = {}
    lives: dict[str, dict[str, Life]] = {}
    names = {digest: [words["id"] for words in shape] for digest, shape in shapes.items()}
    for shape in dict.fromkeys(run.shape for run in reversed(runs)):
        for words in shapes[shape]:
            clauses.setdefault(words["id"], words)
    for run in runs:
        of_label = lives.setdefault(run.label, {})
        for name, mark in zip(names[run.shape], run.marks, strict=True):
            life = of_label.get(name)
            if life is None:
                life = of_label[name] = Life()
            life.row.append((run, mark))
    return Chronicle(runs, sorted(lives), clauses, lives, shapes)
