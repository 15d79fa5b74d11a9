"""What a judge counts of one clause: numbers and the smallest evidence, and the verdict that they amount to.

Looks at one clause at a time; knows nothing of how exchanges are judged and of the other clauses.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from restore_conformance.checks.responses import ANY_TOKEN, NO_ROUTE, UNLISTED
from restore_conformance.clauses import Clause
from restore_conformance.contract.editions import Edition
from restore_conformance.exchange import Exchange
from restore_conformance.verdicts import ClauseVerdict, Deviation, Finding, Gap, Newer, Verdict, Why

SEVERAL = 3
"""Different stimuli that are refused so, after which nobody calls it passing."""
MORE_IDS = "needs more ids that exist: the target refused those that were made up beside the named ones"
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

    `stimulus` distinguishes what was refused from other stimuli; "" where the breach binds by itself.
    """
    if not stimulus:
        tally.firm += 1
    elif len(tally.doubts) < SEVERAL:
        tally.doubts.add(stimulus)
    finding = Finding(deviation.message, deviation.expected, deviation.observed, deviation.pointer, evidence)
    if deviation.unless:
        count, best, least = tally.excused.get(deviation.unless, (0, finding, weight))
        if weight < least:
            best, least = finding, weight
        tally.excused[deviation.unless] = (count + 1, best, least)
        return
    tally.failed += 1
    if tally.finding is None or weight < tally.smallest:
        tally.finding, tally.smallest = finding, weight


def verdict_of(
    clause: Clause,
    tally: Tally,
    facts: Container[str],
    consequences: Iterable[str],
    *,
    began: bool,
    newer: Edition | None = None,
) -> ClauseVerdict:
    """The verdict that the counts of a clause amount to; `facts` are what excuses conditional breaches.

    `consequences` are the clauses that were not judged because this one was broken. `began` says whether the clause
    binds in the chosen edition; one of a `newer` edition has no verdict, and says separately what was observed.
    """
    verdict = _verdict_of(clause, tally, facts, consequences, began=began)
    if newer is None or clause.untested:
        return verdict
    seen = Newer(newer.name, verdict.verdict, verdict.findings[0] if verdict.findings else None, verdict.exchanges)
    return ClauseVerdict(
        clause, reason=seen.reason, why=Why.LEFT_OUT, seen=verdict.seen, sample=verdict.sample, newer=seen
    )


def _verdict_of(
    clause: Clause, tally: Tally, facts: Container[str], consequences: Iterable[str], *, began: bool
) -> ClauseVerdict:
    verdict = ClauseVerdict(clause, seen=dict(tally.seen), sample=tally.sample)
    failed, finding, least = tally.failed, tally.finding, tally.smallest
    excused: list[str] = []
    for fact, (count, best, weight) in tally.excused.items():
        if fact in facts:
            excused.append(fact)
        else:
            failed += count
            if finding is None or weight < least:
                finding, least = best, weight
    verdict.exchanges = tally.judged + failed
    if tally.error:
        verdict.verdict, verdict.reason = Verdict.ERROR, tally.error
    elif failed and finding is not None:
        finding.seen, finding.of = failed, verdict.exchanges
        finding.consequences = sorted(consequences)
        if tally.passing and not tally.binds:
            verdict.passing = finding
            verdict.verdict = Verdict.PASS if tally.judged else Verdict.INCONCLUSIVE
            verdict.reason = (
                f"a passing refusal, seen {failed} of {verdict.exchanges}, which {tally.passing}: {finding.message}"
            )
            return verdict
        verdict.verdict, verdict.findings = Verdict.FAIL, [finding]
    elif tally.judged:
        verdict.verdict = Verdict.PASS
    elif tally.inconclusive:
        verdict.verdict, verdict.reason = Verdict.INCONCLUSIVE, tally.reason
    else:
        gap = _untouched(clause, tally, excused, began=began)
        verdict.why, verdict.reason = gap.why, gap.says
    return verdict


def _untouched(clause: Clause, tally: Tally, excused: list[str], *, began: bool) -> Gap:
    if clause.untested:
        return Gap(Why.UNTESTED, f"cannot be tested: {clause.untested}")
    if not began:
        return Gap(Why.LEFT_OUT, f"stated since {clause.since} only, later than the edition that binds in this run")
    if excused and set(tally.excused) == {ANY_TOKEN}:
        return Gap(Why.STEP, "the target takes any bearer token, and no page says which ones are issued")
    if excused and set(tally.excused) == {"control-information-refused"}:
        return Gap(Why.STEP, "the target refused every request that names its own @odata.type")
    lacking = [fact.removeprefix(NO_ROUTE) for fact in excused if fact.startswith(NO_ROUTE)]
    if lacking:
        return Gap(Why.ROUTE, f"the target seems to have no route for {lacking[0]}: it answers everything alike")
    if excused and all(fact.startswith(UNLISTED) for fact in excused):
        return Gap(Why.IDS, MORE_IDS)
    if excused:
        return Gap(Why.IDS, f"needs restore points: the target refused every id that was made up ({NAME_IDS})")
    return tally.untouched or Gap(Why.UNTOUCHED, "not touched")
