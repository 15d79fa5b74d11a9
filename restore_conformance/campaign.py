"""The campaign: from stimuli to exchanges to verdicts.

Order: the printed requests, the plan with its families interleaved, conversations, then controls for whatever
went wrong. Stops early where the target cannot be reached or asked. Knows no single clause.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from restore_conformance import stories
from restore_conformance.checks.talks import ABSENT
from restore_conformance.clauses import Register
from restore_conformance.controls import ROUNDS, Control, Trouble, again, confirm
from restore_conformance.conversing import Stories, shows_route
from restore_conformance.exchange import Exchange
from restore_conformance.judging import Judge, Told
from restore_conformance.payloads import PROFILES, Materials, Stimulus, drawn, plan
from restore_conformance.recogniser import Recogniser
from restore_conformance.sending import BudgetSpent, Sender
from restore_conformance.settings import Settings
from restore_conformance.shrinking import Shrinker
from restore_conformance.targets import Target
from restore_conformance.timing import Timing
from restore_conformance.trouble import is_page
from restore_conformance.verdicts import ClauseVerdict, Exit, Level, Verdict

PILLARS = (
    "create/response.created",
    "create/response.job-type-standard",
    "create/introduction.exclusive-artifacts",
)
"""Without a verdict on these a run has not judged the contract, whatever else it saw."""

CHANGING = frozenset({"update", "activate", "delete"})
"""Operations that leave a session otherwise than they found it."""

ENOUGH = 0.6
BEYOND = (
    "untested", "left out", "needs another caller", "the target seems to have no route",
    "the conversation never came", "no conversation came", "the step",
)  # fmt: skip
"""Reasons that say a clause is beyond what these settings and this target can touch."""

INTERRUPTED = "interrupted"
SILENCE = 12
GIVE_UP = 30
EARLY = 24
BATCH = 5000


@dataclass(slots=True)
class Result:
    """A finished run: what was judged, and everything a report needs."""

    settings: Settings
    verdicts: list[ClauseVerdict]
    exit: Exit
    summary: dict[str, int]
    reason: str
    started: str
    seconds: float
    requests: int
    exchanges: int
    judgements: int
    families: dict[str, int]
    target: str
    base: str
    stopped: str = ""
    swept: int = 0
    shrinking: int = 0
    unjudged: list[str] = field(default_factory=list)
    recordings: list[dict[str, Any]] = field(default_factory=list)
    evidence: dict[str, dict[str, int]] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)


Watch = Callable[[Exchange, int, int], None]


class Campaign:
    """One run against one target.

    `watch` is told of every exchange with its number and the number planned; `keep` stores it; `expect` is told how
    many of each family are planned, `told` of a clause when it is first found broken. `script` sends something else
    than the plan of the profile, through `sender` if that is given.
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
        told: Told | None = None,
        materials: Materials | None = None,
        sender: Sender | None = None,
        script: Callable[[Campaign], None] | None = None,
    ) -> None:
        self.settings = settings
        self.target = target
        self.profile = PROFILES[settings.profile]
        self.register = register
        self.judge = Judge(register, settings.readings, settings.as_of, told)
        self.materials = materials or Materials(restore_points=settings.restore_points, items=settings.granular_items)
        tokens = {"good": settings.token, **settings.identities}
        recogniser = Recogniser(callers={t: kind for kind, t in tokens.items() if t}, known=settings.known_ids())
        self.sender = sender or Sender(target, recogniser, tokens, seed=settings.seed, budget=settings.max_requests)
        self.control = Control()
        self.trouble = Trouble()
        self._draws = settings.drawn if settings.drawn >= 0 else self.profile.drawn
        self.stopped = ""
        self.untouched: dict[str, str] = {}
        self._script = script
        self._watch = watch or _nothing
        self._keep = keep or _nothing
        self._expect = expect or _nothing
        self._ids: dict[str, int] = {}
        self._made_up = {"standard": False, "granular": False}
        self._flaky = False
        self._talks = 0
        self._routes: set[str] = {"create"}
        self._kept: list[str] = []  # the first sessions of the run that no story deletes
        self._stories = Stories(
            self.materials, settings.seed, list(settings.identities), activate=target.loopback, brief=self.profile.brief
        )
        self._silent = 0
        self.timing = Timing()
        self._planned = 0
        self.swept = 0
        self.shrinking = 0

    def run(self) -> Result:
        """Send, judge, and sum up. A keyboard interrupt ends the sending, not the summing up."""
        started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
        try:
            self._send()
        except BudgetSpent as spent:
            self.stopped = (
                self.stopped or str(spent) or f"the bound of {self.settings.max_requests} requests was reached"
            )
        except KeyboardInterrupt:
            self.stopped = INTERRUPTED
        return self._result(started, time.perf_counter() - clock)

    def _send(self) -> None:
        if self._script is not None:
            self._script(self)
            self._confirm_all()
            return
        planned = plan(self.materials, self.profile, self.settings.seed, frozenset(self.settings.identities))
        self._planned = len(planned) + self._draws + 8 * self.profile.conversations
        self._expect(Counter(stimulus.family for stimulus in planned))
        early = self._stories.early(self.profile.conversations, loopback=self.target.loopback)
        for number, stimulus in enumerate(interleaved(planned)):
            if number == EARLY:
                self._tell_stories(early)
            self.hear(self.sender.stimulus(stimulus))
            if self._hopeless():
                return
        self._tell_stories(early)
        for stimulus in self._drawn():
            self.hear(self.sender.stimulus(stimulus))
            if self._hopeless():
                return
        if self.profile.sweep and self._draws and self.target.loopback and not self.stopped:
            self._sweep()
        self._tell_stories(self._stories.last(self._kept, crowd=self.profile.crowd))
        self._confirm_all()

    def _drawn(self) -> Iterator[Stimulus]:
        """What Hypothesis adds to the plan, drawn in batches so that memory does not grow with their number."""
        left, batch = self._draws, 0
        while left > 0:
            batch += 1
            yield from drawn(self.materials, min(left, BATCH), self.settings.seed + batch)
            left -= BATCH

    # ------------------------------------------------------------------ one exchange

    def hear(self, exchange: Exchange) -> None:
        """Take an exchange in: judge it, remember what it proves, and keep trouble for later."""
        if exchange.sent.operation == "create":
            self._remember(exchange)
        outcome = self.judge.exchange(exchange)
        if exchange.trouble:
            if not exchange.blame:
                self.trouble.note(exchange)
            self._silent += 1
        else:
            self._silent = 0
            if not outcome.failed:
                self.control.note(exchange)
        self.hear_silently(exchange)

    def overhear(self, exchange: Exchange) -> None:
        """Take in an exchange that is no create: judge it and keep it."""
        self.judge.exchange(exchange)
        self.hear_silently(exchange)

    def hear_silently(self, exchange: Exchange) -> None:
        """Keep an exchange that no clause may be judged by."""
        self.timing.take(exchange)
        self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        self._watch(exchange, exchange.number, self._planned)
        self._keep(exchange)

    def _remember(self, exchange: Exchange) -> None:
        session = stories.session_of(exchange)
        if not session:
            return
        exchange.same_id_as = self._ids.get(session.lower())
        if exchange.same_id_as is None and len(self._ids) < 500_000:
            self._ids[session.lower()] = exchange.number
        if exchange.conversation is None and len(self._kept) < 3:
            self._kept.append(session)
        sent = exchange.sent
        if sent.kind in self._made_up and not sent.defects and not any(t.startswith("example:") for t in sent.tags):
            self._made_up[sent.kind] = True

    def _hopeless(self) -> bool:
        """Whether there is no point in going on: nothing but trouble, and a control that fails as well."""
        if self._silent < 3:
            return False
        last = self._last_trouble()
        unreachable = last is not None and (last.trouble or "").startswith(("unreachable", "time-out"))
        fresh = self.control.created is None and self.control.refused is None
        if fresh and (unreachable or self._silent >= GIVE_UP or (self._silent >= 6 and self._same_page())):
            self.stopped = self._why(last)
            return True
        if fresh or self._silent < SILENCE:
            return False
        known = self.control.best("")
        assert known is not None
        if again(known, self.sender).trouble is None:
            self._silent = 0
            return False
        self.target.pause(2.0)
        if again(known, self.sender).trouble is None:
            self._silent = 0
            return False
        self.stopped = self._why(last)
        return True

    def _last_trouble(self) -> Exchange | None:
        return max(self.trouble.groups.values(), key=lambda e: e.number, default=None)

    def _same_page(self) -> bool:
        found = list(self.trouble.groups.values())
        return all(
            e.trouble in {"refused as not authorised", "a page instead of JSON"} or is_page(e) or e.status == 404
            for e in found
        )

    def _why(self, last: Exchange | None) -> str:
        if last is None:
            return "the target stopped answering"
        if last.trouble == "refused as not authorised" and not is_page(last):
            return f"not authorised: the target answers {last.status} to the token given (--token)"
        if is_page(last):
            seen = f"the target answers {last.status} with an HTML page instead of JSON"
            return f"{seen}: a proxy, a sign-in page or another service"
        if last.status == 404:
            return "the target answers 404 to every create request: does the base URL end in /beta?"
        return f"the target could not be asked: {last.trouble}"

    # ------------------------------------------------------------------ conversations

    def _tell_stories(self, told: Iterator[tuple[str, Callable[[stories.Talk], None]]]) -> None:
        for name, act in told:
            self._talks += 1
            talk = stories.Talk(self.sender, self._talks, name, self._check)
            try:
                act(talk)
                self._tell_again(talk, act)
            finally:
                self._heard(talk)

    def _tell_again(self, talk: stories.Talk, act: Callable[[stories.Talk], None]) -> None:
        """Find out whose trouble it is where sending the same request again would be another request.

        The whole story is told again, with sessions of its own, and between each two tellings a control.
        """
        known = self.control.best("")
        stuck = [
            e
            for e in talk.exchanges
            if e.trouble and not e.blame and e.sent.operation in CHANGING and not self._no_route(e)
        ]
        for exchange in stuck[:2] if known is not None else []:
            assert known is not None
            for telling in range(ROUNDS):
                repeated = stories.Talk(self.sender, talk.number, talk.story, _nothing)
                act(repeated)
                same = any(e.step == exchange.step and e.trouble == exchange.trouble for e in repeated.exchanges)
                # One control more each time, so that trouble that comes by the clock falls out of step.
                if not same or any(again(known, self.sender).trouble for _ in range(telling + 1)):
                    break
            else:
                exchange.blame = "target"
                exchange.note = f"{exchange.trouble}, the same in {ROUNDS + 1} sessions while a control was answered"

    def _no_route(self, exchange: Exchange) -> bool:
        """Whether an answer says no more than that the target lacks the operation, or keeps it from this caller."""
        return exchange.status in {*ABSENT, 401, 403} and exchange.sent.operation not in self._routes

    def _check(self, exchange: Exchange) -> None:
        """Find out whose trouble it is while the session is still as it was."""
        if self._no_route(exchange):
            return
        if exchange.sent.operation in CHANGING and (exchange.status or 0) < 300 and exchange.response is not None:
            return
        if confirm(exchange, self.control, self.sender, _nothing, flaky=self._flaky) == "environment":
            self._flaky = True

    def _heard(self, talk: stories.Talk) -> None:
        self._routes.update(e.sent.operation for e in talk.exchanges if shows_route(e))
        for exchange in talk.exchanges:
            if exchange.sent.operation == "create":
                self.hear(exchange)
            elif self._no_route(exchange):
                self.hear_silently(exchange)
            else:
                self.overhear(exchange)
        if talk.exchanges:
            self.judge.conversation(talk.done(frozenset(self._routes)))

    def _sweep(self) -> None:
        from restore_conformance.sweep import sweep

        for exchange in sweep(self.sender, self.profile.sweep, self.settings.seed):
            self.swept += 1
            self.hear(exchange)

    # ------------------------------------------------------------------ trouble

    def _confirm_all(self) -> None:
        for exchange in sorted(self.trouble.groups.values(), key=lambda e: e.weight):
            whose = confirm(exchange, self.control, self.sender, self._again, flaky=self._flaky)
            if whose == "environment":
                self._flaky = True
            if whose == "target":
                self.judge.exchange(exchange)
                self._keep(exchange)

    def _again(self, exchange: Exchange) -> None:
        if exchange.sent.operation == "create":
            self._remember(exchange)
        self.judge.exchange(exchange)
        self._tell(exchange)

    # ------------------------------------------------------------------ summing up

    def _facts(self) -> Iterator[str]:
        if not self.settings.restore_points and not self._made_up["standard"]:
            yield "restore-points-checked"
        if not self.settings.granular_items and not self._made_up["granular"]:
            yield "items-checked"

    def _result(self, started: str, seconds: float) -> Result:
        verdicts = self.judge.verdicts(self._facts())
        if self.target.loopback and not self.stopped:
            self._shrink(verdicts)
        for found in verdicts:
            if found.verdict is Verdict.NONE:
                found.reason = self._reason(found)
        summary = {verdict.value: 0 for verdict in Verdict}
        for found in verdicts:
            summary[found.verdict.value] += 1
        code, reason, unjudged = conclude(verdicts, self.stopped)
        return Result(
            self.settings, verdicts, code, summary, reason, started, seconds, self.sender.requests,
            self.judge.exchanges, self.judge.judgements, self.timing.counts(), self.target.name,
            self.target.base, self.stopped, self.swept, self.shrinking, unjudged, timing=self.timing,
        )  # fmt: skip

    def _shrink(self, verdicts: list[ClauseVerdict]) -> None:
        shrinker, before = Shrinker(self.sender), self.sender.requests
        for found in verdicts:
            try:
                found.findings = [shrinker(found.clause, finding) for finding in found.findings]
            except (BudgetSpent, KeyboardInterrupt):
                break
        self.shrinking = self.sender.requests - before

    def _reason(self, found: ClauseVerdict) -> str:
        if found.clause.address in self.untouched:
            return self.untouched[found.clause.address]
        if found.reason != "not touched":
            return found.reason
        for caller, hint in NEEDED.items():
            if any(caller == tag for tag in (*found.clause.when.every, *found.clause.when.either)):
                return f"needs another caller: --identity {hint}=TOKEN, or [live.identity.{hint}] in the configuration"
        if found.clause.operation not in self._routes:
            return f"the target seems to have no route for {found.clause.operation}"
        if found.clause.heading == "permissions" and not self.settings.identities:
            return "needs another caller: --identity read-only=TOKEN and --identity no-permission=TOKEN"
        return self.stopped or "not touched by this profile"


NEEDED = {
    "sole:no-permission": "no-permission",
    "sole:read-only-permission": "read-only",
    "sole:personal-account": "personal",
    "sole:token-expired": "expired",
    "caller:delegated": "delegated",
    "caller:application": "application",
}
"""Tags that only another caller brings, and the identity that makes them."""


def conclude(verdicts: list[ClauseVerdict], stopped: str) -> tuple[Exit, str, list[str]]:
    """The exit code of a set of verdicts, one sentence why, and the must clauses that have no verdict."""
    by_address = {v.clause.address: v for v in verdicts}
    broken = [v for v in verdicts if v.verdict is Verdict.FAIL and v.clause.level is Level.MUST]
    errors = [v for v in verdicts if v.verdict is Verdict.ERROR]
    musts = [v for v in verdicts if v.clause.level is Level.MUST and not _out_of_reach(v)]
    judged = [v for v in musts if v.verdict in {Verdict.PASS, Verdict.FAIL}]
    unjudged = [v.clause.address for v in musts if v.verdict not in {Verdict.PASS, Verdict.FAIL}]
    if broken:
        several = f"{len(broken)} clauses are" if len(broken) > 1 else "1 clause is"
        return Exit.BROKEN, f"{several} broken" + (f" (and not all was asked: {stopped})" if stopped else ""), unjudged
    if errors:
        return (
            Exit.INTERNAL,
            f"the suite failed to judge {errors[0].clause.address}: {errors[0].reason}",
            unjudged,
        )
    if stopped == INTERRUPTED:
        return Exit.UNJUDGED, f"interrupted with {len(judged)} of {len(musts)} must clauses judged", unjudged
    bounded = stopped.startswith("the bound")
    if stopped and not bounded:
        return Exit.UNJUDGED, stopped, unjudged
    for pillar in PILLARS:
        found = by_address.get(pillar)
        if found is not None and found.verdict not in {Verdict.PASS, Verdict.FAIL} and not _out_of_reach(found):
            return Exit.UNJUDGED, f"no verdict on {pillar}: {found.reason}", unjudged
    if len(judged) < ENOUGH * len(musts):
        return Exit.UNJUDGED, f"only {len(judged)} of {len(musts)} must clauses could be judged", unjudged
    kept = f"{len(judged)} of {len(musts)} must clauses were judged and kept"
    return Exit.CONFORMANT, f"{kept} until {stopped}" if bounded else kept, unjudged


def _out_of_reach(found: ClauseVerdict) -> bool:
    return found.verdict is Verdict.NONE and found.reason.startswith(BEYOND)


def _nothing(*_: object) -> None:
    """Nobody is watching."""


def interleaved(stimuli: list[Stimulus]) -> Iterator[Stimulus]:
    """The printed requests first, then one of each family in turn, so that no family hides what ails another."""
    waiting: dict[str, list[Stimulus]] = {}
    for stimulus in stimuli:
        if stimulus.family.startswith("example-"):
            yield stimulus
        else:
            waiting.setdefault(stimulus.family, []).append(stimulus)
    lines = [iter(line) for line in waiting.values()]
    while lines:
        left = []
        for line in lines:
            following = next(line, None)
            if following is not None:
                yield following
                left.append(line)
        lines = left
