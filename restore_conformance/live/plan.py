"""A plan of a live run: its creates, what the documents say of each, and what all of them cost.

Counts and holds; knows no clause's conditions and not how a plan is made or carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from restore_conformance.campaign.planner import Cell, live_scenarios
from restore_conformance.stimuli import Stimulus
from restore_conformance.stimuli.scenarios import Scenario
from restore_conformance.verdicts import Gap

CREATED, REFUSED, OPEN = "201", "refused", "open"
COST = {CREATED: 3, REFUSED: 1, OPEN: 3}
"""Requests that a create costs: a create that is, or may be, accepted is owed a read and a delete."""


@dataclass(frozen=True, slots=True)
class PlannedCreate:
    """One request to send, what the documents say of it, and the clauses it is sent for.

    `singles` are sent instead where several curiosities in one request were refused and nobody knows which. `listed`
    says whether it names only what the user named.
    """

    stimulus: Stimulus
    expects: str
    serves: frozenset[str]
    sent_for: tuple[str, ...] = ()
    singles: tuple[PlannedCreate, ...] = ()
    listed: bool = True

    @property
    def cost(self) -> int:
        return COST[self.expects]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a live run will send, in order. `reads` counts the requests of the scenarios beside creates and deletes.

    `spare` did not fit beside everything else; it is sent if there is room in the end, because what may be
    accepted and was counted with a read and a delete was refused. `cells` are questions of the permission matrix:
    who asks for which operation. `bound` is the most that is sent so; `kept` requests more are for asking again what
    may have been refused for a passing reason.
    """

    conversation: tuple[PlannedCreate, PlannedCreate] | None
    granular: PlannedCreate | None
    extras: tuple[str, ...]
    creates: tuple[PlannedCreate, ...]
    reads: int
    spare: tuple[PlannedCreate, ...]
    cells: tuple[Cell, ...]
    bound: int
    kept: int
    unreachable: Mapping[str, Gap]
    shared: Mapping[str, frozenset[str]]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios about the sessions that are looked at."""
        pair = tuple(create.stimulus for create in self.conversation or ())
        granular = self.granular.stimulus if self.granular is not None else None
        first = (pair[0], pair[1]) if len(pair) == 2 else None
        return tuple(live_scenarios(first, granular, self.extras, self.cells))

    @property
    def every(self) -> tuple[PlannedCreate, ...]:
        return (*(self.conversation or ()), *((self.granular,) if self.granular else ()), *self.creates)

    @property
    def requests(self) -> int:
        """Requests if everything goes as planned, clean-up included."""
        return sum(create.cost for create in self.every) + self.reads + len(self.cells)

    @property
    def sessions(self) -> int:
        """Sessions at most, if refusals are refused."""
        return sum(create.expects != REFUSED for create in self.every)

    @property
    def reserve(self) -> int:
        """A read and a delete for each refusal, should it be accepted."""
        return sum((COST[CREATED] - 1) * (create.expects == REFUSED) for create in self.every)
