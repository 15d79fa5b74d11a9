"""What a live run does, in order: read back a pair of sessions, send the plan, clean up as it goes.

Runs inside a campaign, which judges. Several requests may be under way at once; they are heard in their order.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from restore_conformance import stories
from restore_conformance.campaign import Campaign
from restore_conformance.exchange import Exchange
from restore_conformance.live.plan import Plan, Step
from restore_conformance.live.routes import NeverLive
from restore_conformance.paths import session_path
from restore_conformance.payloads.materials import GRANULAR, SITE
from restore_conformance.sending import BudgetSpent
from restore_conformance.state import session_of
from restore_conformance.stories.talk import artifacts_of
from restore_conformance.verdicts import Gap, Unready, Why

SHARED_TENANT = Gap(Why.LEFT_OUT, "needs a target that nobody else uses: sessions of others come and go in the list")


def script(plan: Plan, workers: int = 1, release: Callable[[], object] = lambda: None) -> Callable[[Campaign], None]:
    """The script of a plan, for `Campaign`. `release` frees the requests that are kept to ask again."""

    def run(campaign: Campaign) -> None:
        campaign.untouched["create/read-back.nothing-of-refused"] = SHARED_TENANT
        campaign.untouched |= {address: gap for address, gap in plan.unreachable.items() if gap.says}
        campaign.planned = plan.requests
        try:
            if plan.conversation is not None:
                _life(campaign, *plan.conversation, plan)
            if plan.granular is not None:
                _granular_life(campaign, plan.granular, plan)
            if "strangers" in plan.extras:
                _strangers(campaign, plan)
            for step, exchange in _sent(campaign, plan.steps, workers):
                _hear(campaign, step, exchange)
                if campaign.hopeless():
                    return
            _ask_again(campaign, release)
            for step in plan.spare:
                if campaign.sender.requests + step.cost > plan.bound:
                    break
                _hear(campaign, step, campaign.sender.stimulus(step.stimulus))
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


def _sent(campaign: Campaign, steps: tuple[Step, ...], workers: int) -> Iterator[tuple[Step, Exchange]]:
    """Every step with its exchange, in order; with several workers the next few are under way meanwhile."""
    if workers == 1:
        for step in steps:
            yield step, campaign.sender.stimulus(step.stimulus)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="live")
    try:
        left = iter(steps)
        waiting = [(s, pool.submit(campaign.sender.stimulus, s.stimulus)) for s in islice(left, workers)]
        while waiting:
            step, coming = waiting.pop(0)
            exchange = coming.result()
            waiting += [(s, pool.submit(campaign.sender.stimulus, s.stimulus)) for s in islice(left, 1)]
            yield step, exchange
    finally:
        # What is under way is waited for: its answer says whether there is something to delete.
        pool.shutdown(wait=True, cancel_futures=True)


def _hear(campaign: Campaign, step: Step, exchange: Exchange) -> None:
    """Judge an exchange, and delete what it made."""
    if step.singles and exchange.status != 201:
        # Which of several curiosities was refused? Nobody can say, so each is sent alone.
        campaign.hear_silently(exchange)
        for single in step.singles:
            with contextlib.suppress(BudgetSpent):
                _hear(campaign, single, campaign.sender.stimulus(single.stimulus))
        return
    campaign.hear(exchange)
    _delete_made(campaign, exchange)


def _delete_made(campaign: Campaign, exchange: Exchange) -> None:
    """Delete what a create made, if it made anything."""
    made = session_of(exchange)
    if made:
        delete(campaign, made)


def delete(campaign: Campaign, session: str, *, read: bool = False) -> None:
    """Read a session that was just made, unless that was done, and delete it.

    What does not succeed, or does not show that it is ours, is left to the clean-up at the end: the door says no.
    """
    path = session_path(session)
    with contextlib.suppress(NeverLive):
        for method in ("DELETE",) if read else ("GET", "DELETE"):
            campaign.overhear(campaign.sender.send(campaign.sender.plain(method, path), family="clean-up"))


@contextlib.contextmanager
def _told(campaign: Campaign, number: int, story: str) -> Iterator[stories.Talk]:
    """A conversation that is heard however it ends.

    An id that cannot be part of a path, or is not ours, ends it where it is: the door says no.
    """
    talk = stories.Talk(campaign.sender, number, story, campaign.teller.check, campaign.teller.patience)
    try:
        with contextlib.suppress(NeverLive):
            yield talk
    finally:
        campaign.teller.heard(talk)


def _life(campaign: Campaign, first: Step, second: Step, plan: Plan) -> None:
    """Create, read in every way there is room for, create another, delete the first, look again.

    The other serves the permission matrix, every caller asking about it, and is deleted outside of the story.
    """
    other, read = "", False
    with _told(campaign, 1, "life") as talk:
        made = talk.create("create", first.stimulus)
        if made:
            talk.poll("get", made)
            if "artifacts" in plan.extras:
                _list(talk, "artifacts", artifacts_of(made, "standard"))
            if "items" in plan.extras:
                talk.one("items", "GET", made, f"/{GRANULAR}")
            if "list" in plan.extras:
                _list(talk, "list", stories.SESSIONS)
            other = talk.create("create-other", second.stimulus)
            talk.poll("get-again", made)
            if other and "get-other" in plan.extras:
                talk.poll("get-other", other)
            gone = talk.one("delete", "DELETE", made)
            if gone.status == 204 and "get-deleted" in plan.extras:
                talk.poll("get-deleted", made)
                if "artifacts-deleted" in plan.extras:
                    _list(talk, "artifacts-deleted", artifacts_of(made, "standard"))
                talk.one("delete-again", "DELETE", made)
            if gone.status == 204 and "list-after" in plan.extras:
                _list(talk, "list-after", stories.SESSIONS)
            if other and "get-kept" in plan.extras:
                talk.poll("get-kept", other)
            read = bool({"get-other", "get-kept"} & set(plan.extras))
    if other and plan.cells:
        with _told(campaign, 2, "callers") as talk:
            if not read:
                talk.poll("get", other)
                read = True
            for caller, operation in plan.cells:
                _ask(talk, caller, operation, other)
    if other:
        delete(campaign, other, read=read)


def _list(talk: stories.Talk, step: str, target: str) -> None:
    """Read the first page of a list, again while it is behind; a tenant may have many pages."""
    talk.list(step, target=target, pages_at_most=1)


def _granular_life(campaign: Campaign, step: Step, plan: Plan) -> None:
    """A granular session, what it holds, and its end."""
    made = ""
    with _told(campaign, 3, "life") as talk:
        made = talk.create("create", step.stimulus)
        if made:
            talk.poll("get", made)
            _list(talk, "artifacts", artifacts_of(made, "granular"))
            if "get-all-members" in plan.extras:
                talk.poll("get-all-members", made, headers=stories.ALL_MEMBERS)
    if made:
        delete(campaign, made, read=True)


def _strangers(campaign: Campaign, plan: Plan) -> None:
    """Ids that are none and that name nothing, for reading only: nothing is deleted or changed by a made-up id."""
    with _told(campaign, 4, "strangers") as talk:
        talk.one("get-malformed", "GET", stories.MALFORMED)
        talk.one("get-unknown", "GET", str(uuid.uuid4()))
        talk.one("artifacts-malformed", "GET", stories.MALFORMED, f"/{SITE}")
        if "artifacts-unknown" in plan.extras:
            talk.one("artifacts-unknown", "GET", str(uuid.uuid4()), f"/{SITE}")


def _ask(talk: stories.Talk, caller: str, operation: str, session: str) -> None:
    """One cell of the permission matrix: a caller asks for an operation on a draft of ours."""
    if operation == "list":
        talk.say(f"list-as-{caller}", talk.sender.plain("GET", stories.SESSIONS, caller))
        return
    step, method, below = {
        "get": ("get", "GET", ""),
        "list-artifacts": ("artifacts", "GET", f"/{SITE}"),
        "list-granular": ("granular", "GET", f"/{GRANULAR}"),
        "delete": ("delete", "DELETE", ""),
    }[operation]
    if caller == "read-only" and method == "GET":
        talk.poll(f"{step}-as-{caller}", session, below=below, caller=caller)  # one who may read may see it late
    else:
        talk.one(f"{step}-as-{caller}", method, session, below, caller=caller)
