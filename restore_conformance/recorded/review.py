"""Judges recordings one after the other, cassettes and HAR files alike, and sums up.

Sends nothing, writes nothing, and knows no single clause; what a stranger's recording can prove is for `strangers`.
"""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from restore_conformance.campaign.created_ids import CreatedIds
from restore_conformance.campaign.result import Result
from restore_conformance.campaign.selection import selected
from restore_conformance.campaign.timing import Timing
from restore_conformance.clauses import Clause, Register
from restore_conformance.clock import seconds_of
from restore_conformance.exchange import Exchange
from restore_conformance.judging import Judge, look, tags_of
from restore_conformance.recogniser import Recogniser, Sent, Tokens
from restore_conformance.recorded.cassette_index import again, is_recorded_in
from restore_conformance.recorded.cassettes import Cassette, Foreign, Player, Provenance, foreign, load
from restore_conformance.recorded.conversations import Parts
from restore_conformance.recorded.har import Heard, Shown, archive, exchanges_of
from restore_conformance.recorded.kinds import Kind, kind_of
from restore_conformance.recorded.origin import Source
from restore_conformance.recorded.other_clients import REMOVED, Doubts, is_removable
from restore_conformance.recorded.overlaps import in_order
from restore_conformance.settings import Settings
from restore_conformance.state import State
from restore_conformance.verdicts import ClauseVerdict, Exit, UsageError, Why, counted

POINT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
BASE = "http://recording.example/beta"
"""What stands before the path of a recorded request in reports."""

Keep = Callable[[Exchange], None]
Label = Callable[[Exchange], Sent]
"""Says what the request of an exchange is."""


@dataclass(slots=True)
class Review:
    """Judges recordings one after the other; `result` sums up."""

    register: Register
    settings: Settings
    keep: Keep
    today: datetime.date = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).date())
    sources: list[Source] = field(default_factory=list)
    evidence: dict[str, dict[str, int]] = field(default_factory=dict)
    judge: Judge = field(init=False)
    _number: int = 0
    _timing: Timing = field(default_factory=Timing)
    _created_ids: CreatedIds = field(default_factory=CreatedIds)
    _elsewhere: bool = False
    _exported: bool = False
    _named: set[str] = field(default_factory=set)
    _parts: Parts = field(default_factory=Parts)
    _old: list[tuple[Provenance, str]] = field(default_factory=list)
    _player: Player | None = None

    def __post_init__(self) -> None:
        self.judge = Judge(self.register, self.settings.readings, self.settings.chosen())

    # ------------------------------------------------------------------ what is reviewed

    def file(self, path: Path) -> Source:
        """Judge a cassette or a HAR file, whatever its name ends in. Raises UsageError for what is neither."""
        match kind_of(path, str(path)):
            case Kind.HAR:
                return self.har(path)
            case Kind.OWN:
                return self.cassette(load(path, str(path), ours=False), replay=False)
            case Kind.CASSETTE:
                return self._theirs(foreign(path, str(path)))

    def cassette(self, cassette: Cassette, *, replay: bool) -> Source:
        """Judge a cassette; with `replay` its requests are sent through vcrpy first, and its answers are those."""
        block = cassette.provenance
        assert block is not None
        made = Source(
            cassette.name, block.origin, f"record {block.tool}", block.recorded, block.service, provenance=block
        )
        age = block.rotten(self.today)
        if age:
            made.note = f"recorded {block.age(self.today)} days ago, too long for {block.origin}"
        if age == "fail":
            made.note += ": not judged"
            self._old.append((block, made.note))
            return self._done(made)
        pairs = cassette.exchanges
        if replay:
            self._player = self._player or Player()
            answers = self._player.play(cassette)
            pairs = tuple((a.request, a.response) for a in answers if a.response is not None)
            if len(pairs) != len(answers):
                raise UsageError(f"{cassette.name} could not be played to its end; record it again.")
        exchanges = [
            Exchange(
                0, asked, came, family=str(step.get("family", "")), step=str(step.get("step", "")),
                blame=step.get("blame"), note=str(step.get("note", "")), silent=bool(step.get("silent")),
                at=seconds_of(step.get("at")),
            )
            for (asked, came), step in zip(pairs, block.steps, strict=True)
        ]  # fmt: skip
        strict = block.origin != "documentation"
        known = self._names(block.known)
        self._ours(exchanges, made, Recogniser(callers=block.callers, known=known, strict=strict))
        return self._done(made)

    def _theirs(self, cassette: Foreign) -> Source:
        """Judge a cassette that another tool wrote."""
        made, found = Source(cassette.name, "elsewhere", "another recorder"), Heard()
        found.seen = len(cassette.unusable)
        for why in cassette.unusable:
            found.leave_out(f"that cannot be used ({why})")
        self._strangers(_exchanges(cassette, found), made, found)
        return self._finished(made, found)

    def har(self, path: Path) -> Source:
        """Judge a HAR file."""
        found = archive(path, str(path))
        origin = "run" if found.ours else "elsewhere"
        made = Source(found.name, origin, found.creator or "an unnamed recorder")
        if found.ours:
            self._ours(found.exchanges(), made, Recogniser(callers=found.callers, known=self._names(found.known)))
        else:
            self._strangers(found.exchanges(), made, found.heard)
        return self._finished(made, found.heard)

    def responses(self, shown: Iterable[Shown], callers: Mapping[str, str], name: str) -> Source:
        """Judge what a program shows that had the exchanges itself, in the order of sending.

        `callers` maps tokens to their kinds; where there is none, a request without a token says nothing either.
        """
        made, found, known = Source(name, "elsewhere", name), Heard(), bool(callers)
        tokens: Tokens = "shown" if known else "hidden"
        exact = Recogniser(callers=callers, tokens=tokens)
        unsent = Recogniser(callers=callers, strict=False, tokens=tokens)

        def label(one: Exchange) -> Sent:
            return (unsent if "payload" in one.lost else exact)(one.request)

        exchanges = (exchange for one in shown for exchange in exchanges_of(one, found, whole=True))
        self._others(exchanges, made, found, label, Doubts(callers=known))
        return self._finished(made, found)

    def _finished(self, source: Source, found: Heard) -> Source:
        source.entries = found.seen
        source.note = "; ".join(found.lines())
        return self._done(source)

    def _done(self, source: Source) -> Source:
        self.sources.append(source)
        return source

    # ------------------------------------------------------------------ judging

    def _ours(self, exchanges: Iterable[Exchange], source: Source, recogniser: Recogniser) -> None:
        self._created_ids.forget_ids()
        # What stands alone in a cassette was chosen from a run: nobody knows what else was done to its sessions.
        state = State(alone=source.provenance is None)
        for one in exchanges:
            self._label(one, source, _requests(recogniser))
            self._count_off(one)
            if one.sent.operation == "create":
                self._created_ids.take(one)
            if self._parts.take(one, source):
                continue  # its other parts may be in other files
            one.known = state.take(one)
            self._judge_as_run(one, source)

    def _judge_as_run(self, one: Exchange, source: Source) -> None:
        """A run judges trouble twice: when it came, and when a control had found whose fault it is."""
        if one.blame and one.conversation is None:
            blame, one.blame = one.blame, None
            self._judge(one, source)
            one.blame = blame
        self._judge(one, source)

    def _strangers(self, exchanges: Iterable[Exchange], source: Source, found: Heard) -> None:
        self._exported = True
        self._others(exchanges, source, found, _requests(Recogniser(strict=False)), Doubts())

    def _others(
        self, exchanges: Iterable[Exchange], source: Source, found: Heard, label: Label, doubts: Doubts
    ) -> None:
        self._elsewhere = True
        state = State(alone=False)
        for one in in_order(self._labelled(exchanges, source, label)):
            self._count_off(one)
            if doubts.weigh(one):
                self._created_ids.remember(one)
            if one.trouble:
                found.unclear[one.trouble] += 1
            found.by_status += not one.trouble and "body" in one.lost
            one.known = state.take(one)
            self._judge(one, source)

    def _labelled(self, exchanges: Iterable[Exchange], source: Source, label: Label) -> Iterator[Exchange]:
        for one in exchanges:
            self._label(one, source, label)
            yield one

    def _names(self, known: Iterable[str] | None) -> list[str] | None:
        """Ids that the user of a recording named: GUIDs are restore points, anything else is an item."""
        if known is None:
            return None
        found = list(known)
        self._named.update("points" if POINT.fullmatch(one) else "items" for one in found)
        return found

    def _count_off(self, exchange: Exchange) -> None:
        """Number an exchange in the order of judging."""
        self._number += 1
        exchange.number = self._number

    def _label(self, exchange: Exchange, source: Source, label: Label) -> None:
        source.exchanges += 1
        exchange.origin = source.origin
        exchange.sent = label(exchange)
        if exchange.trouble is None or exchange.blame:
            told = exchange.trouble
            look(exchange)
            exchange.trouble = exchange.trouble or told

    def _judge(self, exchange: Exchange, source: Source) -> None:
        self._timing.take(exchange)
        if not exchange.silent:
            self.judge.exchange(exchange)
            self._count(self.judge.applicable(tags_of(exchange)), source)
        self.keep(exchange)

    def _whole(self, exchanges: Iterable[Exchange], state: State, source: Source) -> None:
        """Judge the exchanges of a conversation whose parts were in several cassettes."""
        for one in exchanges:
            self._number += 1
            one.number = self._number
            one.known = state.take(one)
            self._judge(one, source)

    def _count(self, clauses: Iterable[Clause], source: Source) -> None:
        for made in clauses:
            counts = self.evidence.setdefault(made.address, {})
            counts[source.origin] = counts.get(source.origin, 0) + 1

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
        started: str,
        seconds: float,
        missing: Callable[[Clause], str],
        sum_up: Callable[[list[ClauseVerdict]], tuple[Exit, str, list[str]]],
    ) -> Result:
        """The finished review. `missing` says why a clause was not touched; `sum_up` concludes from the verdicts."""
        for exchanges, state, source in self._parts.whole():
            self._whole(exchanges, state, source)
        if self._elsewhere:
            self.judge.forgive_exceptions("cannot be asked again in a recording")
        verdicts = self.judge.verdicts(self._facts())
        for found in verdicts:
            if found.why is Why.UNTOUCHED and not found.root:
                found.reason = self._untouched(found.clause) or missing(found.clause)
        if self.settings.only:
            wanted = selected(self.judge.register, self.settings.only)
            verdicts = [found for found in verdicts if found.clause.address in wanted]
        code, reason, unjudged = sum_up(verdicts)
        return Result(
            self.settings, verdicts, code, counted(verdicts), reason, started, seconds, 0, self.judge.exchanges,
            self.judge.judgements, self._timing.counts(), target, BASE, unjudged=unjudged, timing=self._timing,
            recordings=[source.shown() for source in self.sources], evidence=self.evidence,
            answers=self.judge.answers,
        )  # fmt: skip

    def _untouched(self, made: Clause) -> str:
        for block, note in self._old:
            if is_recorded_in(made, block):
                return f"its recording is too old: {note}; record it again with {again(made)}"
        return REMOVED if self._exported and is_removable(made) else ""


def _requests(recogniser: Recogniser) -> Label:
    """Looks at nothing but the request."""
    return lambda exchange: recogniser(exchange.request)


def _exchanges(cassette: Foreign, found: Heard) -> Iterator[Exchange]:
    """What a cassette of another tool shows, in its order."""
    for (asked, came), (at, started) in zip(cassette.exchanges, cassette.times, strict=True):
        shown = Shown(
            asked.method.upper(), asked.target, asked.headers, asked.body, came.status, came.headers, came.body
        )
        for exchange in exchanges_of(shown, found):
            exchange.at, exchange.started = at, started
            yield exchange


def clock() -> tuple[str, float]:
    """When a review begins: for people, and for measuring."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), time.perf_counter()
