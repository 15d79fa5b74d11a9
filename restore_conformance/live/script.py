"""What a live run does, in order: its scenarios, then the creates of the plan; it cleans up as it goes.

Runs inside a campaign, which judges. Several requests may be under way at once; they are judged in their order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.campaign.sender import BudgetSpent
from restore_conformance.contract.paths import session_path
from restore_conformance.exchange import Exchange
from restore_conformance.live.plan import Plan, PlannedCreate
from restore_conformance.live.routes import NeverLive
from restore_conformance.state import session_of
from restore_conformance.stimuli.scenarios import Scenario
from restore_conformance.verdicts import Gap, Unready, Why

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
                _observe(campaign, create, exchange)
                if campaign.hopeless():
                    return
            _ask_again(campaign, release)
            for create in plan.spare:
                if campaign.sender.requests + create.cost > plan.bound:
                    break
                _observe(campaign, create, campaign.sender.stimulus(create.stimulus))
        except Unready as error:
            campaign.give_up(str(error))
        except BudgetSpent:
            _ask_again(campaign, release)
            raise

    return run


def _ask_again(campaign: Campaign, release: Callable[[], object]) -> None:
    """Ask again what may have been refused for a passing reason, before what is left goes to anything else."""
    release()
    campaign.ask_again(lambda exchange: _delete_made(campaign, exchange))


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


def _observe(campaign: Campaign, create: PlannedCreate, exchange: Exchange) -> None:
    """Judge an exchange, and delete what it made."""
    if create.singles and exchange.status != 201:
        # Which of several curiosities was refused? Nobody can say, so each is sent alone.
        campaign.observe_unjudged(exchange)
        for single in create.singles:
            with contextlib.suppress(BudgetSpent):
                _observe(campaign, single, campaign.sender.stimulus(single.stimulus))
        return
    campaign.observe(exchange)
    _delete_made(campaign, exchange)


def _delete_made(campaign: Campaign, exchange: Exchange) -> None:
    """Delete what a create made, if it made anything."""
    session = session_of(exchange)
    if session:
        delete(campaign, session)


def delete(campaign: Campaign, session: str, *, read: bool = False) -> None:
    """Read a session that was just made, unless that was done, and delete it.

    What does not succeed, or does not show that it is ours, is left to the clean-up at the end: the guard says no.
    """
    path = session_path(session)
    with contextlib.suppress(NeverLive):
        for method in ("DELETE",) if read else ("GET", "DELETE"):
            campaign.observe(campaign.sender.send(campaign.sender.plain(method, path), family="clean-up"))


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
