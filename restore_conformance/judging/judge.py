"""The judge: asks every clause that applies to an exchange, and keeps a tally of each.

Knows which clauses apply and in which order; not what a tally amounts to, nor which breach is told of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from restore_conformance.checks.responses import may_pass
from restore_conformance.clauses import Clause, Register
from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.exchange import Exchange
from restore_conformance.judging.attribution import explain, generalise, localise
from restore_conformance.judging.lost_parts import unknown
from restore_conformance.judging.tags import stimulus_of, tags_of
from restore_conformance.judging.tally import Tally, count_breach, verdict_of
from restore_conformance.judging.trouble import never_sent, trouble
from restore_conformance.verdicts import ClauseVerdict, Deviation, Inconclusive, Level, Untouched


@dataclass(slots=True)
class Outcome:
    """What judging one exchange brought: the addresses that failed, and those that may yet pass.

    A clause is in `doubtful` where the breach shows in a refusal.
    """

    failed: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)


Told = Callable[[Clause, Deviation, Sequence[Exchange]], None]
"""Is told of a clause found broken, with the evidence."""


class Judge:
    """Judges exchanges one after the other; `verdicts` sums up.

    `readings` narrows interpretations (key to the allowed readings). `edition` is the one that binds (the pinned
    one, if none is given): what a later edition adds is judged without binding, and a request with a member that
    only a later edition has is judged by nothing else. `told` hears of each clause when it is first found broken,
    unless that may yet be excused or follows from what was told before.
    """

    def __init__(
        self,
        register: Register,
        readings: Mapping[str, frozenset[str]] | None = None,
        edition: Chosen | None = None,
        told: Told | None = None,
    ) -> None:
        self.register = register
        self._told = told
        self.exchanges = 0
        self.judgements = 0
        self.answers: dict[str, Counter[str]] = {}
        self._readings = dict(readings or {})
        self.edition = edition or chosen()
        self._tallies = {made.address: Tally() for made in register.clauses}
        later = {made.address: self.edition.newer(made.since) for made in register.clauses}
        self._newer = {address: found for address, found in later.items() if found is not None}
        active = [made for made in register.clauses if made.judge and (self._binds(made) or self._is_newer(made))]
        self._active = _needs_first(active)
        self._cache: dict[frozenset[str], list[Clause]] = {}
        self.consequences: dict[str, set[str]] = {}
        self._because: dict[str, str] = {}

    def _binds(self, made: Clause) -> bool:
        return self.edition.binds(made.since)

    def _is_newer(self, made: Clause) -> bool:
        return made.address in self._newer

    def applicable(self, tags: frozenset[str]) -> list[Clause]:
        """The clauses that apply to something with these tags, those that others need first."""
        found = self._cache.get(tags)
        if found is None:
            found = [made for made in self._active if made.when.matches(tags) and self.edition.judges(made.since, tags)]
            if len(self._cache) < 20_000:
                self._cache[tags] = found
        return found

    def exchange(self, exchange: Exchange) -> Outcome:
        """Judge one exchange by every clause that applies to it."""
        self.exchanges += 1
        if (
            not exchange.trouble or exchange.blame
        ):  # an exchange in trouble is judged again, once somebody has the blame
            status = "none" if exchange.status is None else str(exchange.status)
            self.answers.setdefault(exchange.sent.operation or "other", Counter())[status] += 1
        outcome = self._judge(exchange, self.applicable(tags_of(exchange)))
        exchange.failed = frozenset(outcome.failed)
        if exchange.known is not None:
            exchange.known.broken.update(outcome.failed)
            if not exchange.trouble:  # that may be judged again, once it is known whose it is
                exchange.known = exchange.known.bare()
        return outcome

    def judged(self) -> dict[str, int]:
        """How often each clause was judged so far."""
        return {address: tally.judged for address, tally in self._tallies.items()}

    def broken(self, among: Container[str] | None = None, *, sure: bool = False) -> list[str]:
        """The must clauses that are broken so far and follow from no other; `sure` leaves out what may yet pass."""
        return [
            made.address
            for made in self._active
            if made.level is Level.MUST and not self._is_newer(made) and (among is None or made.address in among)
            if (tally := self._tallies[made.address]).failed and (tally.binds or not sure) and not self._follows(made)
        ]

    def binds(self, address: str) -> bool:
        """Whether the breaches of a clause are more than refusals that may pass."""
        return self._tallies[address].binds

    def bind(self, address: str) -> None:
        """What a clause was broken by came again."""
        self._tallies[address].firm += 1

    def forgive(self, address: str, why: str) -> None:
        """What a clause was broken by does not bind: it `why`, such as "did not come again"."""
        self._tallies[address].passing = why

    def forgive_exceptions(self, why: str) -> None:
        """As `forgive`, for every clause that was kept elsewhere and broken only by refusals that may pass."""
        for address, tally in self._tallies.items():
            if tally.failed and tally.judged and not tally.binds:
                self.forgive(address, why)

    def _judge(self, subject: Exchange, clauses: Iterable[Clause]) -> Outcome:
        outcome = Outcome()
        failed: set[str] = set()
        stuck = bool(subject.trouble) and subject.blame != "target"
        for made in clauses:
            known = subject.known if made.stateful else None
            gone = failed.union(known.broken, *(page.failed for page in known.pages)) if known is not None else failed
            root = next((need for need in made.needs if need in gone), None) if gone else None
            if root is not None:
                failed.add(made.address)
                self.consequences.setdefault(root, set()).add(made.address)
                self._because.setdefault(made.address, root)
                continue
            tally = self._tallies[made.address]
            if stuck:
                _unanswered(tally, subject)
                continue
            self.judgements += 1
            try:
                assert made.judge is not None
                reading = made.judge(subject)
                if reading:
                    self._saw(made, tally, str(reading))
            except Untouched as why:
                tally.untouched = tally.untouched or why.gap
            except Inconclusive as why:
                tally.inconclusive += 1
                tally.reason = tally.reason or str(why)
            except Deviation as deviation:
                shown = evidence_of(made, deviation, subject)
                if doubt := unknown(deviation, shown):
                    tally.inconclusive += 1
                    tally.reason = tally.reason or doubt
                    continue
                if made.level is Level.OBSERVE and made.reading not in self._readings:
                    tally.judged += 1
                    tally.seen["neither reading"] = tally.seen.get("neither reading", 0) + 1
                    continue
                if self._is_newer(made):
                    count_breach(tally, deviation, subject.weight, shown)
                    continue
                failed.add(made.address)
                outcome.failed.append(made.address)
                self._broken(made, deviation, subject, shown, outcome)
            except Exception as broken:  # noqa: BLE001 - a broken judgement is a verdict of its own
                failed.add(made.address)
                tally.error = tally.error or f"{type(broken).__name__}: {broken}"
            else:
                tally.judged += 1
                if tally.sample is None or subject.weight < tally.lightest:
                    tally.sample, tally.lightest = subject, subject.weight
        return outcome

    def _broken(
        self, made: Clause, deviation: Deviation, subject: Exchange, evidence: list[Exchange], outcome: Outcome
    ) -> None:
        tally, stimulus = self._tallies[made.address], ""
        if deviation.refusal or (not made.stateful and may_pass(subject)):
            outcome.doubtful.append(made.address)
            stimulus = _stimulus(subject)
        count_breach(tally, deviation, subject.weight, evidence, stimulus)
        if self._told is not None and tally.binds and not tally.announced and not deviation.unless:
            tally.announced = True
            if not self._follows(made):
                self._told(made, deviation, evidence)

    def _saw(self, made: Clause, tally: Tally, reading: str) -> None:
        if len(tally.seen) < 50 or reading in tally.seen:
            tally.seen[reading] = tally.seen.get(reading, 0) + 1
        known = self.register.interpretations.get(made.reading)
        if known is None or reading not in known.readings:
            return
        allowed = self._readings.get(made.reading, known.allowed)
        if reading not in allowed:
            wanted = " or ".join(sorted(allowed))
            raise Deviation(
                f"the reading {made.reading} is {wanted} ({'; '.join(known.readings[a] for a in sorted(allowed))}), "
                f"got {reading} ({known.readings[reading]})",
                expected=known.readings[sorted(allowed)[0]],
                observed=known.readings[reading],
            )

    def _follows(self, made: Clause) -> bool:
        causes = (self._tallies.get(address) for address in (*made.follows, *made.after))
        return any(cause is not None and cause.failed for cause in causes)

    def verdicts(self, facts: Iterable[str] = ()) -> list[ClauseVerdict]:
        """One verdict for every clause of the register; `facts` are what excuses conditional deviations."""
        known = set(facts)
        found = [
            verdict_of(
                made, self._tallies[made.address], known, self.consequences.get(made.address, ()),
                began=self._binds(made), newer=self._newer.get(made.address),
            )
            for made in self.register.clauses
        ]  # fmt: skip
        localise(found, self.consequences)
        generalise(found)
        explain(found, self._because)
        return found


def evidence_of(made: Clause, deviation: Deviation, subject: Exchange) -> list[Exchange]:
    """What shows a breach: the exchange that broke the clause last, after those that set the expectation."""
    if not made.stateful:
        return [subject]
    if deviation.because:
        first = {one.number: one for one in deviation.because if one is not subject}
        return [*(first[number] for number in sorted(first)), subject][-3:]
    shown: list[Exchange] = subject.known.evidence(subject)
    return shown


def _unanswered(tally: Tally, stuck: Exchange) -> None:
    """Count an exchange that proves nothing: trouble on the way, or a request that our own client refused."""
    if never_sent(stuck):
        tally.error = tally.error or _why(stuck)
        return
    tally.inconclusive += 1
    tally.reason = tally.reason or _why(stuck)


def _stimulus(last: Exchange) -> str:
    """What tells the stimulus of an exchange from others: its content, or the number of its conversation."""
    if last.sent.operation != "create":
        return f"conversation {last.conversation}"
    return stimulus_of(last)


def look(exchange: Exchange) -> Exchange:
    """Name the trouble of an exchange, if there is any."""
    exchange.trouble = trouble(exchange)
    return exchange


def _why(exchange: Exchange) -> str:
    return f"{exchange.trouble} (exchange {exchange.number})"


def _needs_first(clauses: list[Clause]) -> list[Clause]:
    by_address = {made.address: made for made in clauses}
    ordered: dict[str, Clause] = {}

    def visit(made: Clause, above: tuple[str, ...]) -> None:
        if made.address in ordered or made.address in above:
            return
        for need in made.needs:
            if need in by_address:
                visit(by_address[need], (*above, made.address))
        ordered[made.address] = made

    for made in clauses:
        visit(made, ())
    return list(ordered.values())
