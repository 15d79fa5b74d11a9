"""What a judge keeps of one clause: counts and the smallest evidence, and the verdict that they amount to.

Looks at one clause at a time; knows nothing of how exchanges are judged and of the other clauses.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange
from restore_conformance.verdicts import ClauseVerdict, Deviation, Finding, Gap, Verdict, Why

SEVERAL = 3
"""Different stimuli that are refused so, after which nobody calls it passing."""
NAME_IDS = "name existing ones with --restore-points and --granular-items"


@dataclass(slots=True)
class Tally:
    """The counts of one clause. `excused` are breaches that a fact may yet excuse: fact to count, smallest, weight.

    `firm` are the breaches that bind by themselves, `doubts` the stimuli that were refused in a way that may pass;
    `passing` why they do not bind, where they do not.
    """

    judged: int = 0
    failed: int = 0
    inconclusive: int = 0
    reason: str = ""
    untouched: Gap | None = None
    smallest: tuple[int, int] = (0, 0)
    finding: Finding | None = None
    seen: dict[str, int] = field(default_factory=dict)
    excused: dict[str, tuple[int, Finding, tuple[int, int]]] = field(default_factory=dict)
    firm: int = 0
    doubts: set[str] = field(default_factory=set)
    passing: str = ""
    announced: bool = False
    error: str = ""
    sample: Exchange | None = None
    lightest: tuple[int, int] = (0, 0)

    @property
    def binds(self) -> bool:
        """Whether the breaches are more than refusals that may pass."""
        return self.firm > 0 or len(self.doubts) >= SEVERAL


def count_breach(
    tally: Tally, deviation: Deviation, weight: tuple[int, int], evidence: list[Exchange], stimulus: str = ""
) -> None:
    """Count one breach of a clause, and keep its evidence where it is the smallest so far.

    `stimulus` tells what was refused from other stimuli; "" where the breach binds by itself.
    """
    if not stimulus:
        tally.firm += 1
    elif len(tally.doubts) < SEVERAL:
        tally.doubts.add(stimulus)
    made = Finding(deviation.message, deviation.expected, deviation.observed, deviation.pointer, evidence)
    if deviation.unless:
        count, best, least = tally.excused.get(deviation.unless, (0, made, weight))
        if weight < least:
            best, least = made, weight
        tally.excused[deviation.unless] = (count + 1, best, least)
        return
    tally.failed += 1
    if tally.finding is None or weight < tally.smallest:
        tally.finding, tally.smallest = made, weight


def verdict_of(
    made: Clause, tally: Tally, facts: Container[str], consequences: Iterable[str], *, began: bool
) -> ClauseVerdict:
    """The verdict that the counts of a clause amount to; `facts` are what excuses conditional breaches.

    `consequences` are the clauses that were not judged because this one was broken. `began` says whether the clause
    had begun on the day that is asked about.
    """
    found = ClauseVerdict(made, seen=dict(tally.seen), sample=tally.sample)
    failed, finding, least = tally.failed, tally.finding, tally.smallest
    excused = 0
    for fact, (count, best, weight) in tally.excused.items():
        if fact in facts:
            excused += count
        else:
            failed += count
            if finding is None or weight < least:
                finding, least = best, weight
    found.exchanges = tally.judged + failed
    if tally.error:
        found.verdict, found.reason = Verdict.ERROR, tally.error
    elif failed and finding is not None:
        finding.seen, finding.of = failed, found.exchanges
        finding.consequences = sorted(consequences)
        if tally.passing and not tally.binds:
            found.passing = finding
            found.verdict = Verdict.PASS if tally.judged else Verdict.INCONCLUSIVE
            found.reason = (
                f"a passing refusal, seen {failed} of {found.exchanges}, which {tally.passing}: {finding.message}"
            )
            return found
        found.verdict, found.findings = Verdict.FAIL, [finding]
    elif tally.judged:
        found.verdict = Verdict.PASS
    elif tally.inconclusive:
        found.verdict, found.reason = Verdict.INCONCLUSIVE, tally.reason
    else:
        gap = _untouched(made, tally, excused, began=began)
        found.why, found.reason = gap.why, gap.says
    return found


def _untouched(made: Clause, tally: Tally, excused: int, *, began: bool) -> Gap:
    if made.untested:
        return Gap(Why.UNTESTED, f"untested: {made.untested}")
    if not began:
        return Gap(Why.LEFT_OUT, f"left out: began {made.since}")
    if excused:
        return Gap(Why.IDS, f"needs restore points: the target refused every id that was made up ({NAME_IDS})")
    return tally.untouched or Gap(Why.UNTOUCHED, "not touched")
