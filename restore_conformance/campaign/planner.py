"""Plans the scenarios of every run: which of them a profile sends, and which sessions take part in them.

Knows scenarios and stimuli; sends nothing, and knows no clause.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from restore_conformance.contract.workload import LISTS
from restore_conformance.stimuli import FAMILIES, Knobs, Materials, Profile, Stimulus, Supply
from restore_conformance.stimuli.families import is_newer
from restore_conformance.stimuli.scenarios import (
    ARTIFACTS,
    EARLY,
    FIRST,
    LAST,
    LIFE,
    NOBODY,
    ON_NOTHING,
    OTHER,
    READ_BACK,
    REFUSALS,
    Cast,
    Scenario,
    Step,
)
from restore_conformance.stimuli.walks import drawn_walks

IN_PLACE = {"prefer": "granular", "granular-destination": "granular", "caller-application": "standard"}
"""What is made where the plan has no such stimulus, since the user named few ids or no such caller."""
GROWING = {"add", "swap"}
"""The changes that add artifacts to a session."""
ROOM = 2
"""How many ids are left for artifacts that are added, where the user named few."""
LIVE_OPERATIONS = frozenset(step.operation for step in (*LIFE, *ON_NOTHING) if step.live is not None) - {ARTIFACTS}
"""The operations that a live target is asked for."""


@dataclass(slots=True)
class Planner:
    """Plans for one run. `callers` are those it may ask as; `activate` says whether it may start a session,
    `alone` whether nobody else creates any."""

    materials: Materials
    profile: Profile
    seed: int
    callers: Collection[str]
    activate: bool
    alone: bool
    _next: int = 0

    def __post_init__(self) -> None:
        self._next = self.seed * 1000 + 950

    def early(self, supply: Supply) -> list[Scenario]:
        """What comes before the bulk of the plan. What it sends is taken from the supply, where it has it."""
        return [self._with_sessions(scenario, supply) for scenario in EARLY if self._is_sent(scenario)]

    def walks(self, drawn: list[Stimulus]) -> list[Scenario]:
        """The drawn walks. Their sessions are taken out of what was drawn besides, where that has such ones."""
        profile = self.profile
        walks = drawn_walks(self.materials, profile.walks, profile.steps, self.seed, activate=self.activate)
        return [replace(walk, sessions=_taken(walk.sessions, drawn)) for walk in walks]

    def last(self, sessions: list[str], deleted: list[str]) -> list[Scenario]:
        """What comes at the end, about sessions that were created and deleted early."""
        known = {FIRST: sessions[0]} if sessions else {}
        known |= {f"kept-{number}": name for number, name in enumerate(sessions)}
        known |= {"gone": deleted[0]} if deleted else {}
        planned = [self._with_sessions(scenario, Supply([])) for scenario in LAST if self._is_sent(scenario)]
        return [replace(scenario, known=known) for scenario in planned if known or scenario.cast]

    def _is_sent(self, scenario: Scenario) -> bool:
        tier = self.profile.tier
        return (
            scenario.tier <= tier <= scenario.last
            and (self.activate or not scenario.activates)
            and (self.alone or not scenario.undisturbed)
        )

    def _steps(self, scenario: Scenario) -> tuple[Step, ...]:
        asked_as = {"good", NOBODY, *self.callers}
        return tuple(
            step
            for step in scenario.steps
            if step.tier <= self.profile.tier and step.caller in asked_as
            if self.activate or step.operation != "activate"
        )

    def _with_sessions(self, scenario: Scenario, supply: Supply) -> Scenario:
        steps = self._steps(scenario)
        refuses = self.alone and any(step.operation == REFUSALS for step in steps)
        sessions: dict[str, Stimulus] = {}
        for role, cast in scenario.cast.items():
            sessions[role] = sessions[cast] if isinstance(cast, str) else self.take(supply, cast)
        for role in {step.session for step in steps if step.change in GROWING}:
            self._make_room(sessions, role)
        return replace(
            scenario,
            steps=steps,
            sessions=sessions,
            refusals=tuple(supply.refusals()) if refuses else (),
            seed=self._next + scenario.seed,
        )

    def _make_room(self, sessions: dict[str, Stimulus], role: str) -> None:
        """See that artifacts can be added to a session."""
        grown = sessions[role]
        if grown.kind in LISTS and self.materials.most(grown.kind) <= grown.artifacts:
            size = max(1, self.materials.most(grown.kind) - ROOM)
            less = self._make(Cast(grown.kind, size))
            sessions |= {other: less for other, session in sessions.items() if session is grown}

    def take(self, supply: Supply, cast: Cast) -> Stimulus:
        """A stimulus of the plan, or one that is made for the scenario."""
        family = "granular" if is_newer(self.materials, cast.family) else cast.family
        plain = IN_PLACE.get(family, family)
        if cast.own or (plain in LISTS and cast.size > self.materials.most(plain)):
            return self._make(replace(cast, family=plain))
        return supply.take(family, cast.size) or self._make(replace(cast, family=plain))

    def _make(self, cast: Cast) -> Stimulus:
        self._next += 1
        size = min(cast.size, self.materials.most(cast.family)) if cast.family in LISTS else cast.size
        return FAMILIES[cast.family](self.materials, Knobs(size, 0, cast.choice, self._next, cast.style))


def _taken(sessions: Mapping[str, Stimulus], drawn: list[Stimulus]) -> dict[str, Stimulus]:
    """The same sessions, each with the next stimulus of its family, which is taken out of `drawn`."""
    taken = {}
    for role, stimulus in sessions.items():
        match = next((candidate for candidate in drawn if candidate.family == stimulus.family), stimulus)
        taken[role] = match
        if match is not stimulus:
            drawn[:] = [candidate for candidate in drawn if candidate is not match]
    return taken


Cell = tuple[str, str]
"""A caller and the operation it asks for, as one cell of the permission matrix."""


def live_scenarios(
    pair: tuple[Stimulus, Stimulus] | None, granular: Stimulus | None, extras: Collection[str], cells: Iterable[Cell]
) -> Iterator[Scenario]:
    """The scenarios of a live run: the same data, less what a live target is not sent and what there is no room for.

    `pair` are the two sessions that are read back, of which the other serves the permission matrix in the end;
    `granular` is one that is read for its items. A tenant may have many sessions: lists are read for one page.
    """
    if pair is not None:
        steps = _live(LIFE, extras)
        asked = [Step(operation, "" if operation == "list" else OTHER, caller=caller) for caller, operation in cells]
        if asked and not any((step.operation, step.session) == ("get", OTHER) for step in steps):
            steps.append(Step("get", OTHER))
        yield Scenario("life", _one_page([*steps, *asked]), sessions=dict(zip((FIRST, OTHER), pair, strict=True)))
    if granular is not None:
        yield Scenario("life", _one_page(_live(READ_BACK, {*extras, "artifacts"})), sessions={FIRST: granular})
    if "unknown-ids" in extras:
        yield Scenario("unknown-ids", _one_page(_live(ON_NOTHING, extras)))


def _live(steps: Iterable[Step], extras: Collection[str]) -> list[Step]:
    return [step for step in steps if step.live is not None and step.live in {"", *extras}]


def _one_page(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(replace(step, pages=1, again=0) for step in steps)
