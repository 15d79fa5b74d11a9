"""Sums a run up: the result, the exit code with one sentence why, and why a clause was not judged.

Knows kinds of reasons and never their words; knows no target and sends nothing.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.campaign.timing import Timing
from restore_conformance.clauses import Clause
from restore_conformance.settings import Settings
from restore_conformance.spelling import counted
from restore_conformance.verdicts import ClauseVerdict, Exit, Gap, Level, Verdict, Why

ENOUGH = 0.6

NEEDED = {
    "sole:no-permission": "no-permission",
    "sole:read-only-permission": "read-only",
    "sole:personal-account": "personal",
    "sole:token-expired": "expired",
    "caller:delegated": "delegated",
    "caller:application": "application",
}
"""Tags that only another caller brings, and the identity that makes them."""


class Stop(enum.Enum):
    """How a run ended."""

    PLAN = "its plan was carried out"
    BOUND = "a bound on requests was reached, as the settings say"
    INTERRUPTED = "somebody stopped it"
    HOPELESS = "the target could not be asked"


Answers = Mapping[str, Mapping[str, int]]
"""How many answers there were, by operation and status ("none" for no answer)."""

NO_REQUEST = "nothing that this profile sends tests them"
NO_ANSWER = "no exchange of this run tests them, perhaps because of what failed"

CREATED = frozenset({"session:draft", "session:started", "session:gone"})
"""Tags of what is known of a session that was created."""
OPERATIONS = frozenset(
    {"create", "get", "get-typed", "list", "update", "delete", "activate", "list-artifacts", "list-granular"}
)


@dataclass(slots=True)
class Result:
    """A finished run: what was judged, and everything a report needs.

    `stop` is how it ended; `stopped` says it in words, and is empty where the plan was carried out. `answers` has the
    number of answers by operation and status.
    """

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
    stop: Stop = Stop.PLAN
    timing: Timing = field(default_factory=Timing)
    answers: dict[str, Counter[str]] = field(default_factory=dict)


def conclude(verdicts: list[ClauseVerdict], stop: Stop = Stop.PLAN, stopped: str = "") -> tuple[Exit, str, list[str]]:
    """The exit code of a set of verdicts, one sentence why, and the must clauses that have no verdict.

    A run that somebody interrupted is never called conformant; one that reached its bound is, as far as it went.
    """
    broken = [v for v in verdicts if v.verdict is Verdict.FAIL and v.clause.level is Level.MUST]
    errors = [v for v in verdicts if v.verdict is Verdict.ERROR]
    musts = [v for v in verdicts if v.clause.level is Level.MUST and not _out_of_reach(v)]
    judged = [v for v in musts if v.verdict in {Verdict.PASS, Verdict.FAIL}]
    unjudged = [v.clause.address for v in musts if v.verdict not in {Verdict.PASS, Verdict.FAIL}]
    if broken:
        rest = f" (and not everything was sent: {stopped})" if stopped else ""
        return Exit.BROKEN, f"{counted(len(broken), 'must clause')} failed{rest}", unjudged
    if errors:
        return (
            Exit.INTERNAL,
            f"the suite failed to judge {errors[0].clause.address}: {errors[0].reason}",
            unjudged,
        )
    if stop is Stop.HOPELESS:
        return Exit.UNJUDGED, stopped, unjudged
    if stop is Stop.INTERRUPTED:
        return (
            Exit.UNJUDGED,
            f"interrupted with {len(judged):,} of {counted(len(musts), 'must clause')} judged",
            unjudged,
        )
    for verdict in musts:
        if verdict.clause.essential and verdict.clause.address in unjudged:
            return Exit.UNJUDGED, f"no verdict on {verdict.clause.address}: {verdict.reason}", unjudged
    if not judged and any(verdict.clause.level is Level.MUST for verdict in verdicts):
        return Exit.UNJUDGED, "no must clause was tested", unjudged
    if not any(verdict.verdict in {Verdict.PASS, Verdict.FAIL} for verdict in verdicts):
        return Exit.UNJUDGED, "no clause was tested", unjudged
    if len(judged) < ENOUGH * len(musts):
        return Exit.UNJUDGED, f"only {len(judged):,} of {counted(len(musts), 'must clause')} could be judged", unjudged
    summary = passed(verdicts)
    return Exit.CONFORMANT, f"{summary}, until {stopped}" if stop is Stop.BOUND else summary, unjudged


def passed(verdicts: list[ClauseVerdict]) -> str:
    """How many must clauses of the register passed, and how many did not come to a verdict."""
    counts = Counter(verdict.verdict for verdict in verdicts if verdict.clause.level is Level.MUST)
    number = counts[Verdict.PASS]
    named = {"inconclusive": counts[Verdict.INCONCLUSIVE], "not tested": counts[Verdict.NONE]}
    rest = "".join(f", {count:,} {name}" for name, count in named.items() if count)
    return f"{counted(number, 'must clause')} passed{rest}"


def _out_of_reach(verdict: ClauseVerdict) -> bool:
    return verdict.verdict is Verdict.NONE and verdict.why is not None and verdict.why.beyond


def needs_caller(kind: str) -> Gap:
    """What a clause lacks that takes another caller."""
    return Gap(
        Why.CALLER, f"needs another caller: --identity {kind}=TOKEN, or [live.identity.{kind}] in the configuration"
    )


def untouched(
    clause: Clause,
    routes: Collection[str],
    callers: Collection[str],
    stopped: str,
    answers: Answers | None = None,
    *,
    followed: bool = True,
    broken: bool = False,
) -> Gap:
    """Why no exchange of a run touched a clause, as far as the run alone says.

    `answers` has the number of answers by operation and status; where it shows what was missing, that is the reason.
    `followed` says whether anything was judged of a session that was created in it, `broken` whether the target broke
    a clause, since what it answers then can be why another has nothing to judge.
    """
    for tag, kind in NEEDED.items():
        if kind not in callers and (tag in clause.when.every or tag in clause.when.either):
            return needs_caller(kind)
    for operation in (clause.operation, *sorted(clause.when.every & OPERATIONS)):
        if operation in routes:
            continue
        if stopped and not (answers or {}).get(operation):
            return Gap(Why.UNTOUCHED, stopped)  # Nothing was sent to it yet, so nothing is known of its route.
        return Gap(Why.ROUTE, f"the target seems to have no route for {operation}")
    if clause.heading == "permissions" and not callers:
        return Gap(Why.CALLER, "needs another caller: --identity read-only=TOKEN and --identity no-permission=TOKEN")
    if "session:foreign" in clause.when.every and not callers:
        return needs_caller("delegated")
    return Gap(
        Why.UNTOUCHED,
        stopped or missing(clause, answers or {}, followed=followed) or (NO_ANSWER if broken else NO_REQUEST),
    )


def follows_sessions(clause: Clause) -> bool:
    """Whether a clause is about a session that was created before, and about nothing else."""
    tags = clause.when.every | clause.when.either
    return "session:unknown" not in tags and any(tag in CREATED or tag.startswith("since:") for tag in tags)


def missing(clause: Clause, answers: Answers, *, followed: bool = True) -> str:
    """Which answers a clause waits for that a run did not get; "" where the answers alone do not say."""
    if not answers:
        return ""
    if follows_sessions(clause):
        if not answers.get("create", {}).get("201"):
            return "no create was answered 201, so there was no session to look at"
        if not followed:
            return "no session that was created could be followed"
    for operation in sorted(clause.when.every & OPERATIONS):
        statuses = answers.get(operation, {})
        good = [tag for tag in ("200", "201") if tag in clause.when.every]
        if not statuses:
            return f"no {operation} request was sent"
        if "4xx" in clause.when.every and not any(status[0] == "4" for status in statuses):
            return f"{operation} was never refused"
        if good and not any(statuses.get(status) for status in good):
            return f"no {operation} was answered {good[0]}"
    return ""
