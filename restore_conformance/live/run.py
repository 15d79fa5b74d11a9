"""A live run from its plan to its end: shown first, sent only with leave, judged as any other, cleaned up as it goes.

Several requests may be under way at once; they are judged in their order. Knows no single clause.
"""

from __future__ import annotations

import contextlib
import json
import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, Any

from restore_conformance.campaign.campaign import Campaign, Watch
from restore_conformance.campaign.coverage import REFUSED, Plan, PlannedCreate, make_plan
from restore_conformance.campaign.result import Result
from restore_conformance.campaign.selection import planned_for
from restore_conformance.campaign.sender import BudgetSpent, Sender
from restore_conformance.clauses import Register
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.routes import line_of
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.judging import OnFinding
from restore_conformance.live.cleanup import Leftover
from restore_conformance.live.guard import Support
from restore_conformance.live.ownership import enough, items_of, points_of
from restore_conformance.live.permissions import JudgedCell, matrix
from restore_conformance.live.routes import NeverLive
from restore_conformance.live.settings import Live
from restore_conformance.live.signin import method_of
from restore_conformance.live.tenant import LiveTarget, has_leave, logins, opened
from restore_conformance.live.tokens import Claims
from restore_conformance.output import gate
from restore_conformance.recogniser import Recogniser
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.state import session_of
from restore_conformance.stimuli import PROFILES, Stimulus
from restore_conformance.stimuli.pool import Pool
from restore_conformance.stimuli.scenarios import Scenario
from restore_conformance.targets import Embedded, Target
from restore_conformance.verdicts import Exit, Gap, Unready, Verdict, Why

USERS = frozenset({"azure-cli", "token", "default"})
"""Ways of signing in that may stand for a user as well as for an application."""


class LiveRun:
    """One run against a live target: `planned` is what it would send, and `run` sends it, if it has leave."""

    def __init__(self, settings: Settings, live: Live, register: Register, *, yes: bool) -> None:
        self.settings = settings
        self.live = live
        self.register = register
        self.yes = yes
        self.requests = settings.max_requests or PROFILES[settings.profile].requests
        self.recovered: list[Leftover] = []
        self.left: list[Leftover] = []
        self.unanswered = 0
        self.cells: list[JudgedCell] = []

    # ------------------------------------------------------------------ before

    @property
    def leave(self) -> bool:
        """Whether anything may be sent, as far as that is known before signing in."""
        return has_leave(self.live, yes=self.yes)

    def planned(self) -> Plan:
        """The plan as far as it can be known without signing in."""
        kinds = logins(self.settings, self.live)
        callers = set(kinds) - {"good"}
        if method_of(kinds["good"]) not in USERS:
            callers.add("application")
        tokens = {kind: f"token-of-{kind}" for kind in {"good", *callers}}
        recogniser = Recogniser(callers={t: k for k, t in tokens.items()}, known=self.settings.known_ids())
        sender = Sender(Embedded(_Nobody()), recogniser, tokens)
        return self._plan(sender, callers)

    def _plan(self, sender: Sender, callers: set[str]) -> Plan:
        chance = random.Random(secrets.randbits(128))  # noqa: S311 - ids nobody else uses, not secrets
        return _plan_of(self.settings, self.register, sender, callers, chance, made_up=False)

    # ------------------------------------------------------------------ the run

    def run(
        self,
        *,
        watch: Watch | None = None,
        keep: Callable[[Exchange], None] | None = None,
        support: Callable[[Support], None] | None = None,
        on_token: Callable[[str, str], None] | None = None,
        begin: Callable[[], object] | None = None,
        on_finding: OnFinding | None = None,
    ) -> Result:
        """Send, judge, clean up. `on_token` gets every token before it is used, with its kind of caller; `begin` is
        called once something can be sent; `on_finding` gets each clause that is found broken.

        Raises UsageError and Unready.
        """
        exchanges: list[Exchange] = []

        def collect(exchange: Exchange) -> None:
            exchanges.append(exchange)
            if keep is not None:
                keep(exchange)

        target = None
        try:
            with opened(
                self.settings, self.live, yes=self.yes, requests=self.requests, pool=_names(self.settings),
                support=support, on_token=on_token,
            ) as target:  # fmt: skip
                self.recovered = target.recovered
                if begin is not None:
                    begin()
                callers = {kind: target.identities.claims(kind) for kind in target.identities}
                result = self._campaign(target, watch, collect, on_finding).run()
        finally:
            if target is not None:
                self.left, self.unanswered = target.left, target.unanswered
        # What was cleaned up after the judging, and requests sent twice, count as well.
        result.requests = target.guard.budget.used
        return self._permissions(result, exchanges, callers)

    def _campaign(
        self, target: LiveTarget, watch: Watch | None, keep: Callable[[Exchange], None], on_finding: OnFinding | None
    ) -> Campaign:
        """The campaign with the plan for the callers that are really there, and the bounds that follow from it."""
        sender = Sender(target.guard, target.recogniser, target.identities)
        plan = self._plan(sender, set(target.identities) - {"good"})
        most = plan.sessions + sum(create.expects == REFUSED for create in plan.every) + len(plan.spare) + plan.kept
        budget = target.guard.budget
        budget.allow(sessions=self.live.max_sessions or most, reserve=plan.reserve, kept=plan.kept)
        return Campaign(
            self.settings, target.guard, self.register, watch=watch, keep=keep, on_finding=on_finding, sender=sender,
            script=script(plan, self.live.workers, budget.release),
        )  # fmt: skip

    def _permissions(self, result: Result, exchanges: list[Exchange], callers: dict[str, Claims]) -> Result:
        """Judge the permission matrix; a caller that was served against the table breaks the contract."""
        self.cells = matrix(pinned(), exchanges, callers)
        broken = [cell for cell in self.cells if cell.verdict is Verdict.FAIL]
        if broken and result.exit is not Exit.BROKEN:
            first = broken[0]
            result.exit = Exit.BROKEN
            result.reason = f"the caller {first.caller} may not {first.operation} and was answered {first.seen}"
        return result


def rehearsal(settings: Settings, target: Target, register: Register, **watchers: Any) -> Campaign:
    """The same plan for a target that is not a tenant: the mock, loopback, or an emulator. Ids may be made up."""
    recogniser = Recogniser(callers=settings.callers(), known=settings.known_ids())
    sender = Sender(target, recogniser, settings.tokens(), seed=settings.seed, budget=settings.max_requests)
    chance = random.Random(settings.seed)  # noqa: S311 - the same each time
    plan = _plan_of(settings, register, sender, settings.identities, chance, made_up=True)
    return Campaign(settings, target, register, sender=sender, script=script(plan), **watchers)


def _plan_of(
    settings: Settings, register: Register, sender: Sender, callers: Iterable[str], chance: random.Random, *,
    made_up: bool,
) -> Plan:  # fmt: skip
    """The plan of a profile for some callers; `made_up` says whether what may be accepted may name ids that are."""
    profile = PROFILES[settings.profile]
    pool = Pool(
        settings.restore_points, settings.granular_items, chance, made_up=made_up, distinct=enough,
        edition=settings.chosen(),
    )  # fmt: skip
    return make_plan(
        planned_for(register, settings.only), lambda stimulus: sender.recogniser(sender.request(stimulus)), pool,
        callers, requests=settings.max_requests or profile.requests, all_pairs=profile.pairs,
    )  # fmt: skip


class _Nobody:
    """A target to which nothing is sent."""

    def handle(self, request: Request) -> Response:
        raise AssertionError(request)


def _names(settings: Settings) -> frozenset[str]:
    points = points_of([{"restorePoint": {"id": point}} for point in settings.restore_points])
    return frozenset(points | items_of(list(settings.granular_items)))


class SupportFile:
    """Keeps the ids of every request that vendor support asks for, one JSON object a line."""

    def __init__(self, path: Path, scrub: Scrub) -> None:
        path.unlink(missing_ok=True)  # a link is removed rather than followed
        self._file: IO[str] = path.open("x", encoding="utf-8")
        self._scrub = scrub

    def __call__(self, support: Support) -> None:
        line = json.dumps(self._scrub.value(asdict(support)), separators=(",", ":"))
        self._file.write(gate.current().text(line).rstrip("\n") + "\n")
        self._file.flush()

    def __enter__(self) -> SupportFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


# ---------------------------------------------------------------- what is sent, in order

SHARED_TENANT = Gap(Why.LEFT_OUT, "needs a target that nobody else uses: sessions of others come and go in the list")


def script(plan: Plan, workers: int = 1, release: Callable[[], object] = lambda: None) -> Callable[[Campaign], None]:
    """The script of a plan, for `Campaign`. `release` frees the requests that are kept to ask again."""

    def run(campaign: Campaign) -> None:
        clauses = campaign.judge.register.clauses
        campaign.untouched |= {clause.address: SHARED_TENANT for clause in clauses if clause.alone}
        campaign.untouched |= {address: gap for address, gap in plan.unreachable.items() if gap.says}
        campaign.planned = plan.requests
        try:
            for scenario in plan.scenarios:
                _run(campaign, scenario)
            for create, exchange in _sent(campaign, plan.creates, workers):
                _observe(campaign, create.stimulus, exchange)
                if campaign.hopeless():
                    return
            _ask_again(campaign, release)
            for create in plan.spare:
                if campaign.sender.requests + create.cost > plan.bound:
                    break
                _observe(campaign, create.stimulus, campaign.sender.stimulus(create.stimulus))
        except Unready as error:
            campaign.give_up(str(error))
        except BudgetSpent:
            _ask_again(campaign, release)
            raise

    return run


def _ask_again(campaign: Campaign, release: Callable[[], object]) -> None:
    """Ask again what may have been refused for a passing reason, before what is left goes to anything else."""
    release()
    campaign.ask_again(lambda exchange: _delete_created(campaign, exchange))


def _sent(
    campaign: Campaign, creates: tuple[PlannedCreate, ...], workers: int
) -> Iterator[tuple[PlannedCreate, Exchange]]:
    """Every create with its exchange, in order; with several workers the next few are under way meanwhile."""
    if workers == 1:
        for create in creates:
            yield create, campaign.sender.stimulus(create.stimulus)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="live")
    try:
        left = iter(creates)
        waiting = [(s, pool.submit(campaign.sender.stimulus, s.stimulus)) for s in islice(left, workers)]
        while waiting:
            create, coming = waiting.pop(0)
            exchange = coming.result()
            waiting += [(s, pool.submit(campaign.sender.stimulus, s.stimulus)) for s in islice(left, 1)]
            yield create, exchange
    finally:
        # What is under way is waited for: its answer says whether there is something to delete.
        pool.shutdown(wait=True, cancel_futures=True)


def _observe(campaign: Campaign, stimulus: Stimulus, exchange: Exchange) -> None:
    """Judge an exchange, and delete what it made."""
    if stimulus.singles and exchange.status != 201:
        # Which of several curiosities was refused? Nobody can say, so each is sent alone.
        campaign.observe_unjudged(exchange)
        for single in stimulus.singles:
            with contextlib.suppress(BudgetSpent):
                _observe(campaign, single, campaign.sender.stimulus(single))
        return
    campaign.observe(exchange)
    _delete_created(campaign, exchange)


def _delete_created(campaign: Campaign, exchange: Exchange) -> None:
    """Delete what a create made, if it made anything."""
    session = session_of(exchange)
    if session:
        delete(campaign, session)


def delete(campaign: Campaign, session: str, *, read: bool = False) -> None:
    """Read a session that was just made, unless that was done, and delete it.

    What does not succeed, or does not show that it is ours, is left to the clean-up at the end: the guard says no.
    """
    with contextlib.suppress(NeverLive):
        for operation in ("delete",) if read else ("get", "delete"):
            request = campaign.sender.plain(*line_of(operation, session))
            campaign.observe(campaign.sender.send(request, family="clean-up"))


def _run(campaign: Campaign, scenario: Scenario) -> None:
    """Run a scenario, record its exchanges however it ends, and delete what it created and does not delete itself.

    An id that cannot be part of a path, or is not ours, ends it where it is: the guard says no.
    """
    scene = campaign.runner.scene(scenario)
    try:
        with contextlib.suppress(NeverLive):
            scene.run()
    finally:
        campaign.runner.observe(scene)
    deleted = {step.session for step in scenario.steps if step.operation == "delete" and step.caller == "good"}
    for role in scenario.sessions.keys() - deleted:
        if role in scene.parts:
            delete(campaign, scene.parts[role].name, read="get" in scene.parts[role].done)
