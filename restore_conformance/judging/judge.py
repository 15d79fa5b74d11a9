"""The judge: asks every clause that applies to an exchange, and counts the results of each.

Knows which clauses apply and in which order; not what a tally amounts to, nor which finding is listed under another.
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


OnFinding = Callable[[Clause, Deviation, Sequence[Exchange]], None]
"""Called with a broken clause, the deviation and its evidence."""


class Judge:
    """Judges exchanges one after the other; `verdicts` sums up.

    `readings` narrows interpretations (key to the allowed readings). `edition` is the one that binds (the pinned
    one, if none is given): what a later edition adds is judged without binding, and a request with a member that
    only a later edition has is judged by nothing else. `on_finding` is called when a clause is first found broken,
    unless that may yet be excused or follows from a clause reported before. Every clause is judged; with `only` no
    other one counts as found broken.
    """

    def __init__(
        self,
        register: Register,
        readings: Mapping[str, frozenset[str]] | None = None,
        edition: Chosen | None = None,
        on_finding: OnFinding | None = None,
        only: Container[str] | None = None,
    ) -> None:
        self.register = register
        self._only = only
        self._on_finding = on_finding
        self.exchanges = 0
        self.judgements = 0
        self.answers: dict[str, Counter[str]] = {}
        self._readings = dict(readings or {})
        self.edition = edition or chosen()
        self._tallies = {clause.address: Tally() for clause in register.clauses}
        later = {clause.address: self.edition.newer(clause.since) for clause in register.clauses}
        self._newer = {address: newer for address, newer in later.items() if newer is not None}
        active = [
            clause for clause in register.clauses if clause.judge and (self._binds(clause) or self._is_newer(clause))
        ]
        self._active = _needs_first(active)
        self._cache: dict[frozenset[str], list[Clause]] = {}
        self.consequences: dict[str, set[str]] = {}
        self._because: dict[str, str] = {}

    def _counts(self, clause: Clause) -> bool:
        return self._only is None or clause.address in self._only

    def _binds(self, clause: Clause) -> bool:
        return self.edition.binds(clause.since)

    def _is_newer(self, clause: Clause) -> bool:
        return clause.address in self._newer

    def applicable(self, tags: frozenset[str]) -> list[Clause]:
        """The clauses that apply to something with these tags, those that others need first."""
        clauses = self._cache.get(tags)
        if clauses is None:
            clauses = [
                clause
                for clause in self._active
                if clause.when.matches(tags) and self.edition.judges(clause.since, tags)
            ]
            if len(self._cache) < 20_000:
                self._cache[tags] = clauses
        return clauses

    def exchange(self, exchange: Exchange) -> Outcome:
        """Judge one exchange by every clause that applies to it."""
        self.exchanges += 1
        if not exchange.trouble or exchange.blame:  # one in trouble is judged again, once somebody has the blame
            status = "none" if exchange.status is None else str(exchange.status)
            self.answers.setdefault(exchange.sent.operation or "other", Counter())[status] += 1
        outcome = self._judge(exchange, self.applicable(tags_of(exchange)))
        exchange.observation.failed = frozenset(outcome.failed)
        if exchange.known is not None:
            exchange.known.broken.update(outcome.failed)
            if not exchange.trouble:  # that may be judged again, once it is known whose it is
                exchange.observation.known = exchange.known.bare()
        return outcome

    def judged(self) -> dict[str, int]:
        """How often each clause was judged so far."""
        return {address: tally.judged for address, tally in self._tallies.items()}

    def broken(self, *, sure: bool = False) -> list[str]:
        """The must clauses that are broken so far and follow from no other; `sure` leaves out what may yet pass."""
        return [
            clause.address
            for clause in self._active
            if clause.level is Level.MUST and not self._is_newer(clause) and self._counts(clause)
            if (tally := self._tallies[clause.address]).failed
            and (tally.binds or not sure)
            and not self._follows(clause)
        ]

    def binds(self, address: str) -> bool:
        """Whether the breaches of a clause are more than refusals that may pass."""
        return self._tallies[address].binds

    def bind(self, address: str) -> None:
        """A refusal that broke a clause was seen again: it binds."""
        self._tallies[address].firm += 1

    def forgive(self, address: str, why: str) -> None:
        """The refusals that broke a clause do not bind, for the reason `why`, such as "did not come again"."""
        self._tallies[address].passing = why

    def forgive_exceptions(self, why: str) -> None:
        """As `forgive`, for every clause that passed elsewhere and was broken only by refusals that may pass."""
        for address, tally in self._tallies.items():
            if tally.failed and tally.judged and not tally.binds:
                self.forgive(address, why)

    def _judge(self, subject: Exchange, clauses: Iterable[Clause]) -> Outcome:
        outcome = Outcome()
        failed: set[str] = set()
        stuck = bool(subject.trouble) and subject.blame != "target"
        for clause in clauses:
            known = subject.known if clause.stateful else None
            gone = failed.union(known.broken, *(page.failed for page in known.pages)) if known is not None else failed
            root = next((need for need in clause.needs if need in gone), None) if gone else None
            if root is not None:
                failed.add(clause.address)
                self.consequences.setdefault(root, set()).add(clause.address)
                self._because.setdefault(clause.address, root)
                continue
            tally = self._tallies[clause.address]
            if stuck:
                _unanswered(tally, subject)
                continue
            self.judgements += 1
            try:
                assert clause.judge is not None
                reading = clause.judge(subject)
                if reading:
                    self._saw(clause, tally, str(reading))
            except Untouched as why:
                tally.untouched = tally.untouched or why.gap
            except Inconclusive as why:
                tally.inconclusive += 1
                tally.reason = tally.reason or str(why)
            except Deviation as deviation:
                evidence = evidence_of(clause, deviation, subject)
                if doubt := unknown(deviation, evidence):
                    tally.inconclusive += 1
                    tally.reason = tally.reason or doubt
                    continue
                if clause.level is Level.OBSERVE and clause.reading not in self._readings:
                    tally.judged += 1
                    tally.seen["neither reading"] = tally.seen.get("neither reading", 0) + 1
                    continue
                if self._is_newer(clause):
                    count_breach(tally, deviation, subject.weight, evidence)
                    continue
                failed.add(clause.address)
                outcome.failed.append(clause.address)
                self._broken(clause, deviation, subject, evidence, outcome)
            except Exception as broken:  # noqa: BLE001 - a broken judgement is a verdict of its own
                failed.add(clause.address)
                tally.error = tally.error or f"{type(broken).__name__}: {broken}"
            else:
                tally.judged += 1
                if tally.sample is None or subject.weight < tally.lightest:
                    tally.sample, tally.lightest = subject, subject.weight
        return outcome

    def _broken(
        self, clause: Clause, deviation: Deviation, subject: Exchange, evidence: list[Exchange], outcome: Outcome
    ) -> None:
        tally, stimulus = self._tallies[clause.address], ""
        if deviation.refusal or (not clause.stateful and may_pass(subject)):
            outcome.doubtful.append(clause.address)
            stimulus = _stimulus(subject)
        count_breach(tally, deviation, subject.weight, evidence, stimulus)
        if self._on_finding is not None and tally.binds and not tally.announced and not deviation.unless:
            tally.announced = True
            if self._counts(clause) and not self._follows(clause):
                self._on_finding(clause, deviation, evidence)

    def _saw(self, clause: Clause, tally: Tally, reading: str) -> None:
        if len(tally.seen) < 50 or reading in tally.seen:
            tally.seen[reading] = tally.seen.get(reading, 0) + 1
        known = self.register.interpretations.get(clause.reading)
        if known is None or reading not in known.readings:
            return
        allowed = self._readings.get(clause.reading, known.allowed)
        if reading not in allowed:
            wanted = " or ".join(sorted(allowed))
            raise Deviation(
                f"the reading {clause.reading} is {wanted} ({'; '.join(known.readings[a] for a in sorted(allowed))}), "
                f"got {reading} ({known.readings[reading]})",
                expected=known.readings[sorted(allowed)[0]],
                observed=known.readings[reading],
            )

    def _follows(self, clause: Clause) -> bool:
        causes = (self._tallies.get(address) for address in (*clause.follows, *clause.after))
        return any(cause is not None and cause.failed for cause in causes)

    def verdicts(self, facts: Iterable[str] = ()) -> list[ClauseVerdict]:
        """One verdict for every clause of the register; `facts` are what excuses conditional deviations."""
        known = set(facts)
        verdicts = [
            verdict_of(
                clause, self._tallies[clause.address], known, self.consequences.get(clause.address, ()),
                began=self._binds(clause), newer=self._newer.get(clause.address),
            )
            for clause in self.register.clauses
        ]  # fmt: skip
        localise(verdicts, self.consequences)
        generalise(verdicts)
        explain(verdicts, self._because)
        return verdicts


def evidence_of(clause: Clause, deviation: Deviation, subject: Exchange) -> list[Exchange]:
    """What shows a breach: the exchange that broke the clause last, after those that set the expectation."""
    if not clause.stateful:
        return [subject]
    if deviation.because:
        earlier = {exchange.number: exchange for exchange in deviation.because if exchange is not subject}
        return [*(earlier[number] for number in sorted(earlier)), subject][-3:]
    shown: list[Exchange] = subject.known.evidence(subject)
    return shown


def _unanswered(tally: Tally, stuck: Exchange) -> None:
    """Count an exchange that proves nothing: trouble on the way, or a request that our own client refused."""
    if never_sent(stuck):
        tally.error = tally.error or _why(stuck)
        return
    tally.inconclusive += 1
    tally.reason = tally.reason or _why(stuck)


def _stimulus(exchange: Exchange) -> str:
    """What distinguishes the stimulus of an exchange: its content, or the number of its conversation."""
    if exchange.sent.operation != "create":
        return f"conversation {exchange.conversation}"
    return stimulus_of(exchange)


def look(exchange: Exchange) -> Exchange:
    """Name the trouble of an exchange, if there is any."""
    exchange.observation.trouble = trouble(exchange)
    return exchange


def _why(exchange: Exchange) -> str:
    return f"{exchange.trouble} (exchange {exchange.number})"


def _needs_first(clauses: list[Clause]) -> list[Clause]:
    by_address = {clause.address: clause for clause in clauses}
    ordered: dict[str, Clause] = {}

    def visit(clause: Clause, above: tuple[str, ...]) -> None:
        if clause.address in ordered or clause.address in above:
            return
        for need in clause.needs:
            if need in by_address:
                visit(by_address[need], (*above, clause.address))
        ordered[clause.address] = clause

    for clause in clauses:
        visit(clause, ())
    return list(ordered.values())
