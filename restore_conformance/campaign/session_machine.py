"""A Hypothesis state machine over sessions: every exchange is judged, and a broken *must* fails the test.

For a test of your own: `TestSessions = on(lambda: Http("http://127.0.0.1:8080/beta")).TestCase`. Hypothesis shrinks
to the shortest series of operations that shows a breach, and sends hundreds of requests on the way: not for a live
tenant, which is refused. Knows no single clause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from restore_conformance.campaign.controls import Control
from restore_conformance.campaign.doubts import Doubts
from restore_conformance.campaign.patience import Patience
from restore_conformance.campaign.runner import Runner
from restore_conformance.campaign.sender import Sender
from restore_conformance.clauses import Clause, load
from restore_conformance.contract.workload import LISTS
from restore_conformance.exchange import Exchange
from restore_conformance.judging import Judge, Outcome
from restore_conformance.recogniser import Recogniser
from restore_conformance.settings import STAND_IN
from restore_conformance.stimuli import Materials, Stimulus, made_up, stimuli
from restore_conformance.stimuli.changes import REFUSED
from restore_conformance.stimuli.drawing import below
from restore_conformance.stimuli.scenarios import ARTIFACTS, MALFORMED, UNKNOWN, WALK, Scenario, Step
from restore_conformance.stimuli.walks import ACCEPTED, LARGEST, NOT_MADE
from restore_conformance.targets import Target
from restore_conformance.verdicts import Deviation, Level, UsageError

MATERIALS = made_up()
NEAR = 3
"""How many of the latest sessions are asked about."""


class Sessions(RuleBasedStateMachine):
    """Creates sessions, reads, lists, changes, activates and deletes them, in any order.

    `target` makes the target of one series, which is closed after it; `token` is shown to it. Each rule takes a small
    integer for the session it is about, the latest one being 0.
    """

    target: ClassVar[Callable[[], Target] | None] = None
    token: ClassVar[str] = STAND_IN
    materials: Materials = MATERIALS

    def __init__(self) -> None:
        super().__init__()
        make = type(self).target
        if make is None:
            raise UsageError("Sessions has no target: name one with session_machine.on(lambda: ...).")
        self._target = make()
        if not self._target.loopback:
            raise UsageError(f"{self._target.base} is not loopback: a state machine is for the mock and for emulators.")
        tokens = {"good": self.token}
        sender = Sender(self._target, Recogniser(callers={self.token: "good"}), tokens)
        self._judge = Judge(load(), on_finding=self._on_finding)
        self._runner = Runner(sender, Control(), self, Doubts(self._judge), Patience(self._target.pause))
        self._stimuli: dict[str, Stimulus] = {}
        self._scene = self._runner.scene(Scenario(WALK, (Step("create", "s0"),), sessions=self._stimuli))
        self._steps = 0
        self._broken: list[tuple[Clause, Deviation]] = []

    # ------------------------------------------------------------------ rules

    @initialize(stimulus=stimuli(MATERIALS, ACCEPTED, LARGEST))
    def first(self, stimulus: Stimulus) -> None:
        """Create the session that the other rules need."""
        self.create(stimulus)

    @rule(stimulus=stimuli(MATERIALS, ACCEPTED, LARGEST))
    def create(self, stimulus: Stimulus) -> None:
        role = f"s{len(self._stimuli)}"
        self._stimuli[role] = stimulus
        self._take(Step("create", role))

    @rule(stimulus=stimuli(MATERIALS, NOT_MADE, LARGEST))
    def create_refused(self, stimulus: Stimulus) -> None:
        self._stimuli[f"x{len(self._stimuli)}"] = stimulus
        self._take(Step("create", f"x{len(self._stimuli) - 1}"))

    @rule(session=below(NEAR))
    def get(self, session: int) -> None:
        self._take(Step("get", self._role(session)))

    @rule(session=below(NEAR))
    def list_artifacts(self, session: int) -> None:
        self._take(Step(ARTIFACTS, self._role(session)))

    @rule()
    def list_sessions(self) -> None:
        self._take(Step("list"))

    @rule(session=below(NEAR), size=below(LARGEST))
    def add(self, session: int, size: int) -> None:
        self._change(session, "add", 1 + size)

    @rule(session=below(NEAR))
    def remove(self, session: int) -> None:
        self._take(Step(ARTIFACTS, self._role(session)))
        self._change(session, "remove", 0)

    @rule(session=below(NEAR), which=below(12))
    def update_refused(self, session: int, which: int) -> None:
        kind = self._stimuli[self._role(session)].kind
        names = REFUSED[kind if kind in LISTS else "standard"]
        self._change(session, names[which % len(names)], 0)

    @rule(session=below(NEAR))
    def delete(self, session: int) -> None:
        self._take(Step("delete", self._role(session)))

    @rule(session=below(NEAR))
    def activate(self, session: int) -> None:
        self._take(Step("activate", self._role(session)))

    @rule(operation=below(5), malformed=below(2))
    def ask_for_nothing(self, operation: int, malformed: int) -> None:
        """Ask for an id that names no session, or is malformed."""
        name = ("get", "list-artifacts", "delete", "activate", "update")[operation]
        change = "remove-malformed" if name == "update" else ""
        self._take(Step(name, (UNKNOWN, MALFORMED)[malformed], change=change))

    # ------------------------------------------------------------------ carrying out

    def _role(self, number: int) -> str:
        roles = [role for role in self._stimuli if role.startswith("s")]
        return roles[-1 - number % len(roles)]

    def _change(self, session: int, change: str, size: int) -> None:
        self._take(Step("update", self._role(session), change=change, size=size, seed=1000 + 7 * self._steps))

    def _take(self, step: Step) -> None:
        """Take a step, and judge its exchange. Raises Deviation for the first clause that is broken."""
        self._steps += 1
        if step.session and step.operation != "create" and step.session not in self._scene.parts:
            return  # it was not created
        self._scene.take(step)
        self._runner.observe(self._scene)
        self._forget()
        if self._broken:
            clause, deviation = self._broken[0]
            raise Deviation(
                f"{clause.address}: {deviation.message}", expected=deviation.expected, observed=deviation.observed
            )

    def _forget(self) -> None:
        self._scene.exchanges.clear()
        self._scene.sent.clear()
        self._scene.gone.clear()

    def _on_finding(self, clause: Clause, deviation: Deviation, _: Sequence[Exchange]) -> None:
        if clause.level is Level.MUST:
            self._broken.append((clause, deviation))

    def teardown(self) -> None:
        """Delete the drafts that were made, and close the target."""
        for role in self._stimuli:
            part = self._scene.parts.get(role)
            if part is not None and part.done.isdisjoint({"delete", "activate"}):
                self._scene.take(Step("delete", role))
        self._forget()
        self._target.close()

    # ------------------------------------------------------------------ what a runner observes

    def observe(self, exchange: Exchange) -> Outcome:
        return self._judge.exchange(exchange)

    def observe_unjudged(self, exchange: Exchange) -> None:
        exchange.observation.silent = True


def on(target: Callable[[], Target], token: str = STAND_IN) -> type[Sessions]:
    """The state machine for a target, which is made anew for each series of operations."""
    return type("SessionsOnTarget", (Sessions,), {"target": staticmethod(target), "token": token})
