"""The campaign: from stimuli to exchanges to verdicts.

Order: the printed requests, the plan with its families interleaved, conversations, then controls for whatever
went wrong. Stops early where the target cannot be reached or asked. Knows no single clause.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from restore_conformance.campaign.controls import Control, confirm
from restore_conformance.campaign.created_ids import CreatedIds
from restore_conformance.campaign.doubts import Doubts
from restore_conformance.campaign.gaps import follows_sessions, untouched
from restore_conformance.campaign.patience import KEPT, Patience
from restore_conformance.campaign.planner import Planner
from restore_conformance.campaign.result import Result, Stop, conclude
from restore_conformance.campaign.runner import Runner
from restore_conformance.campaign.selection import Choice, Rehearsal, selected
from restore_conformance.campaign.sender import BudgetSpent, Sender
from restore_conformance.campaign.shrinker import Shrinker
from restore_conformance.campaign.timing import Timing
from restore_conformance.campaign.watchdog import Watchdog
from restore_conformance.clauses import Register
from restore_conformance.clock import beginning
from restore_conformance.exchange import Exchange
from restore_conformance.judging import Judge, OnFinding, Outcome
from restore_conformance.recogniser import Recogniser
from restore_conformance.settings import Settings
from restore_conformance.spelling import counted, noun
from restore_conformance.stimuli import FAMILIES, PROFILES, Knobs, Materials, Stimulus, Supply, drawn, made_up, plan
from restore_conformance.stimuli.scenarios import Scenario
from restore_conformance.targets import Target
from restore_conformance.verdicts import ClauseVerdict, Gap, Verdict, Why, counts_of

__all__ = ["Campaign", "Watch"]

EARLY = 24
BATCH = 5000

Watch = Callable[[Exchange, int, int], None]


class Campaign:
    """One run against one target.

    `watch` gets every exchange with its number and the number planned; `keep` stores it; `expect` gets how many of
    each family are planned; `on_finding` is called when a clause is first found broken. `script` sends something else
    than the plan of the profile, through `sender` if that is given. `choice` says what of the plan is sent, `rehearsal`
    learns what each scenario touches.
    """

    def __init__(
        self,
        settings: Settings,
        target: Target,
        register: Register,
        *,
        watch: Watch | None = None,
        keep: Callable[[Exchange], None] | None = None,
        expect: Callable[[Mapping[str, int]], None] | None = None,
        on_finding: OnFinding | None = None,
        materials: Materials | None = None,
        sender: Sender | None = None,
        script: Callable[[Campaign], None] | None = None,
        choice: Choice | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self.settings = settings
        self.target = target
        self.profile = PROFILES[settings.profile]
        self.edition = settings.chosen()
        self._only = selected(register, settings.only) if settings.only else None
        self.judge = Judge(register, settings.readings, self.edition, on_finding, self._only)
        self.materials = materials or _materials(settings)
        recogniser = Recogniser(callers=settings.callers(), known=settings.known_ids())
        self.sender = sender or Sender(
            target, recogniser, settings.tokens(), seed=settings.seed, budget=settings.max_requests
        )
        self.control = Control()
        self.doubts = Doubts(self.judge)
        patience = Patience(target.pause, settings.patience, kept=min(KEPT, settings.patience / 10))
        self.runner = Runner(self.sender, self.control, self, self.doubts, patience)
        self.untouched: dict[str, Gap] = {}
        self.stopped = ""
        self.planned = 0
        self.swept = 0
        self.shrinking = 0
        self._watchdog = Watchdog(self.sender, self.control)
        self._stop = Stop.PLAN
        self._draws = settings.drawn if settings.drawn >= 0 else self.profile.drawn
        self._script = script
        self._watch = watch or _nothing
        self._keep = keep or _nothing
        self._expect = expect or _nothing
        self._choice = choice
        self._rehearsal = rehearsal
        self._doubted = 0  # the must clauses that were broken when doubts were last asked again
        self._created_ids = CreatedIds()
        self._undeleted: list[str] = []  # the first sessions of the run that no scenario deletes
        self.timing = Timing()

    def run(self) -> Result:
        """Send, judge, and sum up. A keyboard interrupt ends the sending, not the summing up."""
        started, before = beginning()
        try:
            self._send()
            if self._stop is Stop.PLAN and (gone := self._watchdog.gone()):
                self.give_up(gone)
        except BudgetSpent as spent:
            if self._stop is Stop.PLAN:
                self._stop = Stop.BOUND
                most = self.settings.max_requests
                self.stopped = str(spent) or f"the bound of {counted(most, 'request')} was reached"
        except KeyboardInterrupt:
            self._stop, self.stopped = Stop.INTERRUPTED, "interrupted"
        return self._result(started, time.perf_counter() - before)

    def give_up(self, why: str) -> None:
        """The target cannot be asked, and the run says why."""
        self._stop, self.stopped = Stop.HOPELESS, why

    def hopeless(self) -> bool:
        """Whether there is no point in going on: enough is broken, or nothing but trouble, and a failing control."""
        if self._enough():
            return True
        why = self._watchdog.hopeless()
        if why:
            self.give_up(why)
        return bool(why)

    def _enough(self) -> bool:
        """Whether as many must clauses are broken as are to be found; what may pass is asked again before."""
        most = self.settings.max_failures
        if not most:
            return False
        broken = self.judge.broken()
        if len(broken) >= most and self._doubted < len(broken):
            self._doubted = len(broken)
            self.ask_again()
        broken = self.judge.broken(sure=True)
        if len(broken) < most:
            return False
        self._stop = Stop.BOUND
        self.stopped = f"{counted(len(broken), 'must clause')} failed, and {most:,} {noun(most, 'was', 'were')} enough"
        return True

    def _wanted(self, stimuli: Iterable[Stimulus], *, drawn: bool = False) -> Iterator[Stimulus]:
        """What of a plan is sent."""
        return (stimulus for stimulus in stimuli if self._choice is None or self._choice.sends(stimulus, drawn=drawn))

    def _scenarios(self, planned: Iterable[Scenario], *, led: bool = False) -> Iterator[Scenario]:
        """The scenarios that are wanted, until enough is known. With `led` each depends on the first."""
        leader = None
        for scenario in planned:
            if self._enough():
                return
            scene = self._choice.takes(scenario.name) if self._choice is not None else (scenario.name, 0)
            if scene is None:
                continue
            if self._rehearsal is not None:
                leader = (leader or scene) if led else None
                self._rehearsal.begin(scene, self.judge.judged(), leader)
            yield scenario
            if self._rehearsal is not None:
                self._rehearsal.end(self.judge.judged())

    def _send(self) -> None:
        if self._script is not None:
            self._script(self)
            self._confirm_all()
            return
        self._probe()
        planner = Planner(
            self.materials, self.profile, self.settings.seed, list(self.settings.identities),
            activate=self.target.loopback, alone=self.target.loopback,
        )  # fmt: skip
        planned = plan(self.materials, self.profile, self.settings.seed, frozenset(self.settings.identities))
        supply = Supply(planned)
        early = planner.early(supply)
        self.planned = (
            sum(1 for _ in self._wanted(planned)) + self._draws + sum(len(scenario.steps) for scenario in early)
        )
        self._expect(Counter(stimulus.family for stimulus in self._wanted(supply.left())))
        for stimulus in itertools.islice(self._wanted(supply), EARLY):
            self._ask(stimulus)
            if self.hopeless():
                return
        self.runner.run(self._scenarios(early))
        supply.give_back(self.runner.sent)
        first = self._draw(1)
        walks = planner.walks(first) if first and (self._choice is None or self._choice.everything) else []
        self.runner.run(self._scenarios(walks))
        for stimulus in self._wanted(supply):
            self._ask(stimulus)
            if self.hopeless():
                return
        for stimulus in self._wanted(itertools.chain(first, self._further()), drawn=True):
            self.observe(self.sender.stimulus(stimulus))
            if self.hopeless():
                return
        sweeps = self.profile.sweep and (self._choice is None or self._choice.sweeps)
        if sweeps and self._draws and self.target.loopback and not self.stopped:
            self._sweep()
        self.runner.run(self._scenarios(planner.last(self._undeleted, self.runner.deleted), led=True))
        if self.stopped:
            return
        self._confirm_all()

    def _probe(self) -> None:
        """Find out whether the target takes ids that nobody named: where it does, named ones bound nothing."""
        points, items = self.materials.restore_points, self.materials.items
        kinds = [kind for kind, ids in (("standard", points), ("granular", items)) if ids]
        knobs = Knobs(1, 0, 0, self.settings.seed * 1000 + 990)
        for stimulus in [FAMILIES[kind](made_up(), knobs) for kind in kinds]:
            self.observe(self.sender.stimulus(stimulus))
        if kinds:
            checked = [kind for kind in kinds if kind not in self._created_ids.made_up]
            self.materials = Materials(
                self.materials.documents, points, items, edition=self.materials.edition, checked=checked
            )

    def _ask(self, stimulus: Stimulus) -> None:
        """Send a stimulus; several curiosities in one are sent one by one where they are not accepted together.

        That a server breaks on them is judged where it breaks on none of them alone.
        """
        exchange = self.sender.stimulus(stimulus)
        if not stimulus.singles or exchange.status == 201:
            self.observe(exchange)
            return
        alone: list[Exchange] = []
        try:
            for single in stimulus.singles:
                alone.append(self.sender.stimulus(single))  # noqa: PERF401 - what was sent before an interruption counts
        finally:
            broken = (
                exchange.trouble
                and len(alone) == len(stimulus.singles)
                and not any(single_exchange.trouble for single_exchange in alone)
            )
            (self.observe if broken else self.observe_unjudged)(exchange)
            for single_exchange in alone:
                self.observe(single_exchange)

    def _draw(self, batch: int) -> list[Stimulus]:
        """What Hypothesis adds to the plan, in batches from 1 on, so that memory does not grow with their number."""
        number = min(BATCH, self._draws - (batch - 1) * BATCH)
        return drawn(self.materials, number, self.settings.seed + batch)

    def _further(self) -> Iterator[Stimulus]:
        for batch in range(2, -(-self._draws // BATCH) + 1):
            yield from self._draw(batch)

    def _sweep(self) -> None:
        from restore_conformance.campaign.sweep import sweep

        for exchange in sweep(self.sender, self.profile.sweep, self.settings.seed, self.edition):
            self.swept += 1
            self.observe(exchange)

    # ------------------------------------------------------------------ one exchange

    def observe(self, exchange: Exchange) -> Outcome:
        """Take an exchange in: judge it, and of a create remember what it proves, its trouble and what may pass."""
        create = exchange.sent.operation == "create"
        if create:
            self._remember(exchange)
        outcome = self.judge.exchange(exchange)
        if create:
            self._watchdog.observe(exchange)
            self.doubts.note(exchange, outcome)
            # What was created shows that the target answers, whatever else is wrong with it or missing from it.
            well = exchange.status == 201 or not outcome.failed
            if well and not exchange.trouble and not self.edition.is_newer(exchange.sent.tags):
                self.control.note(exchange)
        self._record(exchange)
        return outcome

    def observe_unjudged(self, exchange: Exchange) -> None:
        """Keep an exchange that no clause may be judged by."""
        exchange.observation.silent = True
        self._record(exchange)

    def _record(self, exchange: Exchange) -> None:
        self._watchdog.note_answer(exchange)
        self.timing.take(exchange)
        self._report(exchange)

    def _report(self, exchange: Exchange) -> None:
        self._watch(exchange, exchange.number, self.planned)
        self._keep(exchange)

    def _remember(self, exchange: Exchange) -> None:
        session = self._created_ids.take(exchange)
        if session:
            alone = exchange.conversation is None and not self.edition.is_newer(exchange.sent.tags)
            if alone and len(self._undeleted) < 3:
                self._undeleted.append(session)

    # ------------------------------------------------------------------ trouble

    def _confirm_all(self) -> None:
        for exchange in sorted(self._watchdog.trouble.values(), key=lambda e: e.weight):
            if confirm(exchange, self.control, self.sender, self._again):
                self.judge.exchange(exchange)
                self._keep(exchange)
        self.ask_again()

    def ask_again(self, done: Callable[[Exchange], object] = lambda _: None) -> None:
        """Ask again what may have been refused for a passing reason; `done` gets each answer after it was judged."""

        def observe(exchange: Exchange) -> Outcome:
            outcome = self._again(exchange)
            done(exchange)
            return outcome

        with contextlib.suppress(BudgetSpent):  # what cannot be asked again does not bind
            self.doubts.ask_again(self.sender, observe)

    def _again(self, exchange: Exchange) -> Outcome:
        if exchange.sent.operation == "create":
            self._remember(exchange)
        outcome = self.judge.exchange(exchange)
        self._report(exchange)
        return outcome

    # ------------------------------------------------------------------ summing up

    def _result(self, started: str, seconds: float) -> Result:
        self.doubts.settle()
        named = self.settings.restore_points, self.settings.granular_items
        accepted = self._created_ids.facts(points=bool(named[0]), items=bool(named[1]))
        verdicts = self.judge.verdicts([*accepted, *self.runner.facts()])
        if self._only is not None:
            verdicts = [verdict for verdict in verdicts if verdict.clause.address in self._only]
        if self.target.loopback and not self.stopped:
            self._shrink(verdicts)
        followed = any(verdict.exchanges and follows_sessions(verdict.clause) for verdict in verdicts)
        broken = any(verdict.verdict is Verdict.FAIL for verdict in verdicts)
        for verdict in verdicts:
            if verdict.verdict is Verdict.NONE:
                self._explain(verdict, followed=followed, broken=broken)
        code, reason, unjudged = conclude(verdicts, self._stop, self.stopped)
        return Result(
            self.settings, verdicts, code, counts_of(verdicts), reason, started, seconds, self.sender.requests,
            self.judge.exchanges, self.judge.judgements, self.timing.counts(), self.target.name,
            self.target.base, self.stopped, self.swept, self.shrinking, unjudged, stop=self._stop, timing=self.timing,
            answers=self.judge.answers,
        )  # fmt: skip

    def _shrink(self, verdicts: list[ClauseVerdict]) -> None:
        shrinker, before = Shrinker(self.sender, self.materials, self.runner.walks), self.sender.requests
        for verdict in verdicts:
            try:
                verdict.findings = [shrinker(verdict.clause, finding) for finding in verdict.findings]
            except (BudgetSpent, KeyboardInterrupt):
                break
            except Exception as error:  # noqa: BLE001 - a judgement that breaks is a verdict of its own, as in the judge
                verdict.in_error(error)
        self.shrinking = self.sender.requests - before

    def _explain(self, verdict: ClauseVerdict, *, followed: bool, broken: bool) -> None:
        """Say why a clause has no verdict, where the judge could not."""
        gap = self.untouched.get(verdict.clause.address)
        if gap is None and verdict.why is Why.UNTOUCHED and not verdict.root:
            gap = untouched(
                verdict.clause,
                self.sender.state.routes,
                self.settings.identities,
                self.stopped,
                self.judge.answers,
                followed=followed,
                broken=broken,
            )
        if gap is not None:
            verdict.why, verdict.reason = gap.why, gap.says


def _materials(settings: Settings) -> Materials:
    if not settings.restore_points and not settings.granular_items:
        return made_up(settings.edition, settings.as_of)
    return Materials(restore_points=settings.restore_points, items=settings.granular_items, edition=settings.chosen())


def _nothing(*_: object) -> None:
    """The observer of a campaign that has none."""
