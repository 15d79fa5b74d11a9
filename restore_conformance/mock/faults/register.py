"""The rows of the tables of faults, and the small tables from which rows are made. Knows no single fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from restore_conformance.mock.conditions import Condition, always
from restore_conformance.mock.edits import Edit
from restore_conformance.mock.hooks import Seed, on_created, on_refusal, on_success


@dataclass(frozen=True, slots=True)
class Fault:
    """One defect: the clause it breaks, the least interaction that shows it, and how a service gets it.

    `breaks` is the address of the clause; ".id" is short for the clause of that name under the heading whose table the
    row stands in. Faults that were written from the documents alone name the statement (N2), the row of an error table
    (row:create/InvalidPathType) or the page (page:get) that they break. `newer` says that a fault shows only by a
    member that the pinned edition does not have.
    """

    name: str
    breaks: str
    shows: str
    seed: Seed
    newer: bool = False


def faults_from(seed: Callable[[Any], Seed], *every: tuple[str, str, str, Any]) -> Iterable[Fault]:
    """Faults that one verb makes: name, clause, what shows it, and what the verb is given."""
    return [Fault(name, breaks, shows, seed(given)) for name, breaks, shows, given in every]


def faults_of_clause(breaks: str, seed: Callable[[Any], Seed], *every: tuple[str, str, Any]) -> Iterable[Fault]:
    """Faults of one clause that one verb makes: name, what shows it, and what the verb is given."""
    return [Fault(name, breaks, shows, seed(given)) for name, shows, given in every]


Created = tuple[str, str, Edit] | tuple[str, str, Edit, Condition]


def create_faults(*rows: Created) -> Iterable[Fault]:
    """Faults of the answer to creates that succeed: name, clause, edit, and the condition where there is one."""
    whole = [(*row, always)[:4] for row in rows]
    return [
        Fault(name, breaks, f"One create{when.words and ', '}{when.words}: {edit.words}.", on_created(edit, when))
        for name, breaks, edit, when in whole
    ]


def refusal_faults(operations: tuple[str, ...], *rows: tuple[str, str, str, Edit]) -> Iterable[Fault]:
    """Faults of refusals: name, clause ("row": that of the service code), the code of the refusal, edit."""
    return [
        Fault(
            name, f"row:{operations[0]}/{code}" if breaks == "row" else breaks,
            f"{operations[0].capitalize()}, refused with {code or 'any code'}: {edit.words}.",
            on_refusal(code, edit, *operations),
        )
        for name, breaks, code, edit in rows
    ]  # fmt: skip


def success_faults(operations: tuple[str, ...], *rows: tuple[str, str, Edit]) -> Iterable[Fault]:
    """Faults of the answer of operations that succeed: name, clause, edit."""
    return [
        Fault(name, breaks, f"{operations[0].capitalize()}: {edit.words}.", on_success(edit, *operations))
        for name, breaks, edit in rows
    ]
