"""The rows of the tables of faults, and the small tables from which rows are made. Knows no single fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from restore_conformance.mock.conditions import When, always
from restore_conformance.mock.edits import Edit
from restore_conformance.mock.hooks import Seed, answers, created, refused


@dataclass(frozen=True, slots=True)
class Fault:
    """One defect: the clause it breaks, the least interaction that shows it, and how a service gets it.

    `blames` is the address of the clause; ".id" is short for the clause of that name under the heading whose table the
    row stands in. Faults that were written from the documents alone name the statement (N2), the row of an error table
    (row:create/InvalidPathType) or the page (page:get) that they break. `newer` says that a fault shows only by a
    member that the pinned edition does not have.
    """

    name: str
    blames: str
    shows: str
    seed: Seed
    newer: bool = False


def rows(seed: Callable[[Any], Seed], *every: tuple[str, str, str, Any]) -> Iterable[Fault]:
    """Faults that one verb makes: name, clause, what shows it, and what the verb is given."""
    return [Fault(name, blames, shows, seed(given)) for name, blames, shows, given in every]


def alike(blames: str, seed: Callable[[Any], Seed], *every: tuple[str, str, Any]) -> Iterable[Fault]:
    """Faults of one clause that one verb makes: name, what shows it, and what the verb is given."""
    return [Fault(name, blames, shows, seed(given)) for name, shows, given in every]


Created = tuple[str, str, Edit] | tuple[str, str, Edit, When]


def on_create(*rows: Created) -> Iterable[Fault]:
    """Faults of the answer to creates that succeed: name, clause, edit, and the condition where there is one."""
    whole = [(*row, always)[:4] for row in rows]
    return [
        Fault(name, blames, f"One create{when.words and ', '}{when.words}: {edit.words}.", created(edit, when))
        for name, blames, edit, when in whole
    ]


def on_refusal(operations: tuple[str, ...], *rows: tuple[str, str, str, Edit]) -> Iterable[Fault]:
    """Faults of refusals: name, clause ("row": that of the service code), the code of the refusal, edit."""
    return [
        Fault(
            name, f"row:{operations[0]}/{code}" if blames == "row" else blames,
            f"{operations[0].capitalize()}, refused with {code or 'any code'}: {edit.words}.",
            refused(code, edit, *operations),
        )
        for name, blames, code, edit in rows
    ]  # fmt: skip


def on_success(operations: tuple[str, ...], *rows: tuple[str, str, Edit]) -> Iterable[Fault]:
    """Faults of the answer of operations that succeed: name, clause, edit."""
    return [
        Fault(name, blames, f"{operations[0].capitalize()}: {edit.words}.", answers(edit, *operations))
        for name, blames, edit in rows
    ]
