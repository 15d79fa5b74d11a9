"""Sums a run up: the result, and the exit code with one sentence why.

Knows kinds of reasons and never their words; knows no target and sends nothing.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.campaign.timing import Timing
from restore_conformance.settings import Settings
from restore_conformance.spelling import counted
from restore_conformance.verdicts import ClauseVerdict, Exit, Level, Verdict, Why

ENOUGH = 0.6


class Stop(enum.Enum):
    """How a run ended."""

    PLAN = "its plan was carried out"
    BOUND = "a bound on requests was reached, as the settings say"
    INTERRUPTED = "somebody stopped it"
    HOPELESS = "the target could not be asked"


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


Conclusion = tuple[Exit, str, list[str]]
"""The exit code of a set of verdicts, one sentence why, and the must clauses that have no verdict."""


def conclude(verdicts: list[ClauseVerdict], stop: Stop = Stop.PLAN, stopped: str = "") -> Conclusion:
    """What a set of verdicts comes to.

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
    if lacking := [v for v in musts if v.clause.essential and v.clause.address in unjudged]:
        # Of several the one whose reason says what to do: that nothing tested a clause may follow from it.
        first = min(lacking, key=lambda v: v.why is Why.UNTOUCHED)
        return Exit.UNJUDGED, f"no verdict on {first.clause.address}: {first.reason}", unjudged
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
