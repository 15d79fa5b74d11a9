"""Judges recordings one after the other, cassettes and HAR files alike, and sums up.

Sends nothing, writes nothing, and knows no single clause; what another tool's recording can prove is decided by
`credibility`.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from restore_conformance.campaign.created_ids import CreatedIds
from restore_conformance.campaign.result import Conclusion, Result, conclude, passed
from restore_conformance.campaign.selection import selected
from restore_conformance.campaign.timing import Timing
from restore_conformance.clauses import Clause, Register
from restore_conformance.clock import beginning, seconds_of, today
from restore_conformance.exchange import Exchange, Observation
from restore_conformance.judging import Judge, look, tags_of
from restore_conformance.recogniser import Recogniser, Sent, Tokens
from restore_conformance.recogniser.vocabulary import GUID
from restore_conformance.recorded.addresses import Intake
from restore_conformance.recorded.cassettes import Cassette, Foreign, Player, Provenance, foreign, load
from restore_conformance.recorded.conversations import Conversations, command_for
from restore_conformance.recorded.credibility import REMOVED, Doubts, in_order, is_removable
from restore_conformance.recorded.formats import Kind, kind_of
from restore_conformance.recorded.har import Archive, archive
from restore_conformance.recorded.provenance import Source, origins
from restore_conformance.recorded.shown import Shown, exchanges_of
from restore_conformance.settings import Settings
from restore_conformance.state import State
from restore_conformance.verdicts import ClauseVerdict, Exit, Level, UsageError, Verdict, Why, counts_of

BASE = "http://recording.example/beta"
"""What stands before the path of a recorded request in reports."""

Keep = Callable[[Exchange], None]
Label = Callable[[Exchange], Sent]
"""Recognises the request of an exchange."""


def conclude_recorded(verdicts: list[ClauseVerdict], *_: object) -> Conclusion:
    """Exit code, reason and unjudged clauses from verdicts on recordings: broken, conformant, or nothing judged."""
    code, reason, unjudged = conclude(verdicts)
    if code in {Exit.BROKEN, Exit.INTERNAL}:
        return code, reason, unjudged
    judged = [v for v in verdicts if v.clause.level is Level.MUST and v.verdict is Verdict.PASS]
    if not judged:
        return Exit.UNJUDGED, "the recordings touch no must clause", unjudged
    return Exit.CONFORMANT, f"{passed(verdicts)}, as far as the recordings go", unjudged


@dataclass(slots=True)
class Review:
    """Judges recordings one after the other; `result` sums up."""

    register: Register
    settings: Settings
    keep: Keep | None = None
    today: datetime.date = field(default_factory=today)
    sources: list[Source] = field(default_factory=list)
    evidence: dict[str, dict[str, int]] = field(default_factory=dict)
    judge: Judge = field(init=False)
    _began: tuple[str, float] = field(default_factory=beginning)
    _number: int = 0
    _timing: Timing = field(default_factory=Timing)
    _created_ids: CreatedIds = field(default_factory=CreatedIds)
    _elsewhere: bool = False
    _exported: bool = False
    _named: set[str] = field(default_factory=set)
    _conversations: Conversations = field(default_factory=Conversations)
    _too_old: list[tuple[Provenance, str]] = field(default_factory=list)
    _player: Player | None = None

    def __post_init__(self) -> None:
        self.judge = Judge(self.register, self.settings.readings, self.settings.chosen())

    # ------------------------------------------------------------------ what is reviewed

    def file(self, path: Path) -> Source:
        """Judge a cassette or a HAR file, whatever its name ends in. Raises UsageError for what is neither."""
        match kind_of(path, str(path)):
            case Kind.HAR:
                return self._recording(archive(path, str(path)))
            case Kind.OWN:
                return self.cassette(load(path, str(path), advice=""), replay=False)
            case Kind.CASSETTE:
                return self._recording(foreign(path, str(path)))

    def cassette(self, cassette: Cassette, *, replay: bool) -> Source:
        """Judge a cassette; with `replay` its requests are sent through vcrpy first, whose answers are judged."""
        block = cassette.provenance
        source = Source(
            cassette.name, block.origin, f"record {block.tool}", block.recorded, block.service, provenance=block
        )
        stale = block.stale(self.today)
        if stale:
            source.note = f"recorded {block.age(self.today)} days ago, too long for {block.origin}"
        if stale == "fail":
            source.note += ": not judged"
            self._too_old.append((block, source.note))
            return self._done(source)
        pairs = cassette.exchanges
        if replay:
            self._player = self._player or Player()
            answers = self._player.play(cassette)
            pairs = tuple((answer.request, answer.response) for answer in answers if answer.response is not None)
            if len(pairs) != len(answers):
                raise UsageError(f"{cassette.name} could not be played to its end; record it again.")
        exchanges = [
            Exchange(
                0, request, response, family=str(step.get("family", "")), step=str(step.get("step", "")),
                at=seconds_of(step.get("at")),
                observation=Observation(
                    blame=step.get("blame"), note=str(step.get("note", "")), silent=bool(step.get("silent"))
                ),
            )
            for (request, response), step in zip(pairs, block.steps, strict=True)
        ]  # fmt: skip
        strict = block.origin != "documentation"
        known = self._names(block.known)
        self._ours(exchanges, source, Recogniser(callers=block.callers, known=known, strict=strict))
        return self._done(source)

    def _recording(self, recording: Archive | Foreign) -> Source:
        """Judge a HAR file, or a cassette that another tool wrote."""
        source = Source(recording.name, "elsewhere", recording.creator or "an unnamed recorder")
        if isinstance(recording, Archive) and recording.ours:
            source.origin = "run"
            recogniser = Recogniser(callers=recording.callers, known=self._names(recording.known))
            self._ours(recording.exchanges(), source, recogniser)
        else:
            self._exported = True
            label = _by_request(Recogniser(strict=False))
            self._others(recording.exchanges(), source, recording.intake, label, Doubts())
        return self._done(source, recording.intake)

    def responses(self, shown: Iterable[Shown], callers: Mapping[str, str], name: str) -> Source:
        """Judge exchanges as the client that had them shows them, in the order of sending.

        `callers` maps tokens to their kinds; where it is empty, a request without a token proves nothing either.
        """
        source, intake, known = Source(name, "elsewhere", name), Intake(), bool(callers)
        tokens: Tokens = "shown" if known else "hidden"
        exact = Recogniser(callers=callers, tokens=tokens)
        unsent = Recogniser(callers=callers, strict=False, tokens=tokens)

        def label(exchange: Exchange) -> Sent:
            return (unsent if "payload" in exchange.lost else exact)(exchange.request)

        exchanges = (exchange for entry in shown for exchange in exchanges_of(entry, intake, whole=True))
        self._others(exchanges, source, intake, label, Doubts(callers=known))
        return self._done(source, intake)

    def _done(self, source: Source, intake: Intake | None = None) -> Source:
        if intake is not None:
            source.entries = intake.seen
            source.note = "; ".join(intake.lines())
        self.sources.append(source)
        return source

    # ------------------------------------------------------------------ judging

    def _ours(self, exchanges: Iterable[Exchange], source: Source, recogniser: Recogniser) -> None:
        self._created_ids.forget_ids()
        # Exchanges of a cassette were selected from a run: what else was done to their sessions is unknown.
        state = State(alone=source.provenance is None)
        for exchange in map(self._numbered, self._labelled(exchanges, source, _by_request(recogniser))):
            if exchange.sent.operation == "create":
                self._created_ids.take(exchange)
            if self._conversations.take(exchange, source):
                continue  # its other parts may be in other files
            observation = exchange.observation
            observation.known = state.take(exchange)
            if exchange.blame and exchange.conversation is None:
                # A run judges trouble twice: when it occurs, and when a control has attributed it.
                blame, observation.blame = exchange.blame, None
                self._judge(exchange, source)
                observation.blame = blame
            self._judge(exchange, source)

    def _others(
        self, exchanges: Iterable[Exchange], source: Source, intake: Intake, label: Label, doubts: Doubts
    ) -> None:
        self._elsewhere = True
        state = State(alone=False)
        for exchange in map(self._numbered, in_order(self._labelled(exchanges, source, label))):
            if doubts.weigh(exchange):
                self._created_ids.remember(exchange)
            if exchange.trouble:
                intake.unclear[exchange.trouble] += 1
            intake.by_status += not exchange.trouble and "body" in exchange.lost
            exchange.observation.known = state.take(exchange)
            self._judge(exchange, source)

    def _names(self, known: Iterable[str] | None) -> list[str] | None:
        """Ids that the user of a recording named: GUIDs are restore points, anything else is an item."""
        if known is None:
            return None
        names = list(known)
        self._named.update("points" if GUID.fullmatch(name) else "items" for name in names)
        return names

    def _numbered(self, exchange: Exchange) -> Exchange:
        """The exchange with its number in the order of judging."""
        self._number += 1
        return replace(exchange, number=self._number)

    def _labelled(self, exchanges: Iterable[Exchange], source: Source, label: Label) -> Iterator[Exchange]:
        for exchange in exchanges:
            source.exchanges += 1
            exchange.observation.sent = label(exchange)
            if exchange.trouble is None or exchange.blame:
                recorded = exchange.trouble
                look(exchange)
                exchange.observation.trouble = exchange.trouble or recorded
            yield replace(exchange, origin=source.origin)

    def _judge(self, exchange: Exchange, source: Source) -> None:
        self._timing.take(exchange)
        if not exchange.silent:
            self.judge.exchange(exchange)
            for clause in self.judge.applicable(tags_of(exchange)):
                counts = self.evidence.setdefault(clause.address, {})
                counts[source.origin] = counts.get(source.origin, 0) + 1
        if self.keep is not None:
            self.keep(exchange)

    # ------------------------------------------------------------------ summing up

    def close(self) -> None:
        if self._player is not None:
            self._player.close()
            self._player = None

    def _facts(self) -> Iterator[str]:
        if self._elsewhere:
            return CreatedIds().facts(points=False, items=False)
        return self._created_ids.facts(points="points" in self._named, items="items" in self._named)

    def result(
        self,
        target: str,
        missing: Callable[[Clause], str],
        conclude: Callable[[list[ClauseVerdict]], Conclusion] = conclude_recorded,
        named: str = "",
    ) -> Result:
        """The finished review. `missing` says why a clause was not touched; `named` stands before the origins."""
        for exchanges, state, source in self._conversations.whole():
            for exchange in map(self._numbered, exchanges):
                exchange.observation.known = state.take(exchange)
                self._judge(exchange, source)
        if self._elsewhere:
            self.judge.forgive_exceptions("cannot be asked again in a recording")
        verdicts = self.judge.verdicts(self._facts())
        for verdict in verdicts:
            if verdict.why is Why.UNTOUCHED and not verdict.root:
                verdict.reason = self._untouched(verdict.clause) or missing(verdict.clause)
        if self.settings.only:
            wanted = selected(self.judge.register, self.settings.only)
            verdicts = [verdict for verdict in verdicts if verdict.clause.address in wanted]
        code, reason, unjudged = conclude(verdicts)
        reason += f"{named}{origins(self.sources)}" if named else ""
        started, before = self._began
        return Result(
            self.settings, verdicts, code, counts_of(verdicts), reason, started, time.perf_counter() - before, 0,
            self.judge.exchanges, self.judge.judgements, self._timing.counts(), target, BASE,
            unjudged=unjudged, timing=self._timing,
            recordings=[source.shown() for source in self.sources], evidence=self.evidence,
            answers=self.judge.answers,
        )  # fmt: skip

    def _untouched(self, clause: Clause) -> str:
        for block, note in self._too_old:
            if block.records(clause):
                return f"its recording is too old: {note}; record it again with {command_for(clause)}"
        return REMOVED if self._exported and is_removable(clause) else ""


def _by_request(recogniser: Recogniser) -> Label:
    """Recognises by the request alone."""
    return lambda exchange: recogniser(exchange.request)
