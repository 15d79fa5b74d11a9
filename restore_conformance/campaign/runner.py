"""Runs scenarios: finds out whose trouble it is while a session is as it was, and hands the exchanges on.

Knows scenes and controls; what becomes of an exchange is for the campaign, what it means for the clauses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from restore_conformance.campaign.controls import ROUNDS, Control, again, confirm
from restore_conformance.campaign.doubts import TIMES, Doubts
from restore_conformance.campaign.patience import Patience
from restore_conformance.campaign.scene import Scene
from restore_conformance.campaign.sender import Sender
from restore_conformance.checks.responses import NO_ROUTE, is_refusal
from restore_conformance.exchange import Exchange
from restore_conformance.judging import Outcome
from restore_conformance.judging.trouble import never_sent
from restore_conformance.recogniser.answers import codes
from restore_conformance.recogniser.statuses import ABSENT, CALLER, meaning
from restore_conformance.state.facts import CHANGES
from restore_conformance.stimuli import Materials, Stimulus
from restore_conformance.stimuli.scenarios import WALK, Scenario

KEPT = 50
"""How many walks are kept of those in which something was found broken."""


class Observer(Protocol):
    """Takes the exchanges of a scenario."""

    materials: Materials

    def observe(self, exchange: Exchange) -> Outcome: ...
    def observe_unjudged(self, exchange: Exchange) -> None: ...


@dataclass(slots=True)
class Runner:
    """Runs scenarios one after the other.

    `sent` are the stimuli of the scenarios so far, `deleted` the sessions that were deleted, and looked for in vain;
    `walks` the first drawn ones in which something was found broken, by the number of their conversation.
    """

    sender: Sender
    control: Control
    observer: Observer
    doubts: Doubts
    patience: Patience
    scenes: int = 0
    sent: list[Stimulus] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    walks: dict[int, Scenario] = field(default_factory=dict)
    _answers: dict[str, set[tuple[int | None, tuple[str, ...]]]] = field(default_factory=dict)

    def run(self, scenarios: Iterable[Scenario]) -> None:
        """Run scenarios. What was exchanged before an interruption is judged as well."""
        for scenario in scenarios:
            outcome, ended = self._run(scenario)
            number, judge = self.scenes, self.doubts.judge
            doubtful = {address for address in outcome.doubtful if not judge.binds(address)}
            try:
                for _ in range(TIMES):
                    if not doubtful and not ended:
                        break
                    outcome, ended = self._run(scenario)
                    for address in doubtful.intersection(outcome.failed):
                        judge.bind(address)
                        doubtful.remove(address)
            finally:
                for address in doubtful:
                    self.doubts.passed(address, number)

    def _run(self, scenario: Scenario) -> tuple[Outcome, bool]:
        """Run a scenario once. What was broken, and whether it ended early for what may be otherwise the next time.

        Either its valid create was refused, or the target put it off before anybody had seen the session.
        """
        scene, last = self.scene(scenario), None
        try:
            last = scene.run()
            self._again(scene)
        finally:
            outcome = self.observe(scene)
        first = scene.exchanges[0] if scene.exchanges else None
        created = first is not None and first.sent.operation == "create" and "valid" in first.sent.tags
        put_off = last is not None and last.blame != "target" and meaning(last.status).busy
        ended = created and first is not None and last is not None and (is_refusal(first) or put_off)
        return outcome, ended and self.control.created is not None

    def scene(self, scenario: Scenario) -> Scene:
        """The next scenario, about to begin."""
        self.scenes += 1
        return self._scene(scenario, self.scenes, self.check)

    def _scene(self, scenario: Scenario, number: int, check: Callable[[Exchange], None]) -> Scene:
        return Scene(scenario, self.sender, self.observer.materials, number, check, self.patience)

    def _again(self, scene: Scene) -> None:
        """Find out whose trouble it is where sending the same request again would be another request.

        The whole scenario is run again, with sessions of its own, and between each two runs a control.
        """
        known = self.control.best("")
        stuck = [
            e
            for e in scene.exchanges
            if e.trouble and not e.blame and e.sent.operation in CHANGES
            if not self._no_route(e) and not never_sent(e)
        ]
        for exchange in stuck[:2] if known is not None else []:
            assert known is not None
            place = scene.places[exchange.number]
            for turn in range(ROUNDS):
                repeated = self._scene(scene.scenario, scene.number, _nothing)
                repeated.run()
                same = any(
                    repeated.places[e.number] == place and e.trouble == exchange.trouble for e in repeated.exchanges
                )
                # One control more each time, so that trouble that comes by the clock falls out of step.
                if not same or any(again(known, self.sender).trouble for _ in range(turn + 1)):
                    break
            else:
                exchange.observation.blame = "target"
                exchange.observation.note = (
                    f"{exchange.trouble}, the same in {ROUNDS + 1} sessions while a control was answered"
                )

    def check(self, exchange: Exchange) -> None:
        """Find out whose trouble it is while the session is still as it was."""
        if self._no_route(exchange):
            return
        if exchange.sent.operation in CHANGES and (exchange.status or 0) < 300 and exchange.response is not None:
            return
        confirm(exchange, self.control, self.sender, _nothing)

    def observe(self, scene: Scene) -> Outcome:
        """Hand on the exchanges of a scenario one by one.

        Returns what they broke, less what creates did: each of those can be sent again by itself.
        """
        self.sent += scene.sent
        self.deleted += scene.gone
        outcomes: list[Outcome] = []
        for exchange in scene.exchanges:
            if exchange.status not in {None, *CALLER} and not meaning(exchange.status).trouble:
                said = exchange.status, tuple(code for _, code in codes(exchange.answer))
                self._answers.setdefault(exchange.sent.operation, set()).add(said)
        for exchange in scene.exchanges:
            if self._no_route(exchange):
                self.observer.observe_unjudged(exchange)
                continue
            outcome = self.observer.observe(exchange)
            if exchange.sent.operation != "create":
                outcomes.append(outcome)
        if (
            scene.scenario.name == WALK
            and len(self.walks) < KEPT
            and any(exchange.failed for exchange in scene.exchanges)
        ):
            self.walks[scene.number] = scene.scenario
        return Outcome(
            [address for outcome in outcomes for address in outcome.failed],
            [address for outcome in outcomes for address in outcome.doubtful],
        )

    def facts(self) -> Iterator[str]:
        """The operations that the target seems to lack, since it answers everything that asks for one alike.

        Whoever has an operation answers differently to the id of no session. A token may be looked at before a path.
        """
        for operation, said in self._answers.items():
            if operation not in self.sender.state.routes and len(said) == 1:
                yield f"{NO_ROUTE}{operation}"

    def _no_route(self, exchange: Exchange) -> bool:
        """Whether an answer says no more than that the target lacks the operation, or keeps it from this caller."""
        lacking = exchange.sent.operation not in exchange.known.routes and not exchange.known.continues
        return exchange.status in ABSENT | CALLER and lacking


def _nothing(_: Exchange) -> None:
    """Takes no note."""
