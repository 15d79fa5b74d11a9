"""From recordings to verdicts: cassettes and HAR files are judged like a run, and no request is sent.

What a stranger's recording does not show is unknown; trouble in a recording is inconclusive, since nothing can be
asked again. Knows no single clause.
"""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from restore_conformance import places
from restore_conformance.campaign import Result, conclude
from restore_conformance.clauses import Clause, Register
from restore_conformance.conversing import shows_route
from restore_conformance.exchange import Conversation, Exchange
from restore_conformance.har import archive
from restore_conformance.judging import Judge, look, tags_of
from restore_conformance.rebuilt import Rebuilder
from restore_conformance.recogniser import Recogniser
from restore_conformance.settings import Settings
from restore_conformance.stories import session_of
from restore_conformance.tape import Cassette, Player, Provenance, every, load
from restore_conformance.timing import Timing
from restore_conformance.verdicts import ClauseVerdict, Exit, Level, UsageError, Verdict

REMOVABLE = frozenset(
    {
        "sole:no-token", "sole:token-malformed", "sole:token-altered", "sole:token-expired", "sole:no-media-type",
        "no-payload", "open:no-payload-media-type",
        "sole:no-permission", "sole:read-only-permission", "sole:personal-account", "caller:delegated",
        "caller:application",
    }
)  # fmt: skip
"""What only a header or a body that exporters remove could show."""

REMOVED = "may have been removed: a recording made elsewhere does not show whether a header or a body was sent"
ABOUT_THE_TOKEN = ("authent", "token", "unauthor", "credential")

BASE = "http://recording.example/beta"
"""What stands before the path of a recorded request in reports."""

Keep = Callable[[Exchange], None]


@dataclass(slots=True)
class Source:
    """Where recorded exchanges come from, and what was found there; `note` says what was left out, and why."""

    name: str
    origin: str
    made_by: str
    recorded: str = ""
    service: str = ""
    exchanges: int = 0
    entries: int = 0
    note: str = ""
    provenance: Provenance | None = None

    def shown(self) -> dict[str, Any]:
        """As the run record has it."""
        made = {
            name: getattr(self, name)
            for name in ("name", "origin", "made_by", "recorded", "service", "exchanges", "entries", "note")
            if getattr(self, name)
        }
        if self.provenance is not None:
            block = self.provenance
            made |= {
                "contract": block.contract, "scrub": block.scrub, "tool": block.tool, "clauses": len(block.clauses),
                "callers": sorted(set(block.callers.values())),
            }  # fmt: skip
        return made


@dataclass(slots=True)
class _Told:
    story: str
    source: Source
    exchanges: list[Exchange] = field(default_factory=list)


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
    _talks: int = 0
    _timing: Timing = field(default_factory=Timing)
    _made_up: set[str] = field(default_factory=set)
    _elsewhere: bool = False
    _named: bool = False
    _told: dict[str, _Told] = field(default_factory=dict)
    _old: dict[str, str] = field(default_factory=dict)
    _player: Player | None = None

    def __post_init__(self) -> None:
        self.judge = Judge(self.register, self.settings.readings, self.settings.as_of)

    # ------------------------------------------------------------------ what is reviewed

    def file(self, path: Path) -> Source:
        """Judge a cassette or a HAR file. Raises UsageError for what is neither."""
        if path.suffix.lower() in {".yaml", ".yml"}:
            return self.cassette(load(path, str(path), ours=False), replay=False)
        return self.har(path)

    def cassette(self, cassette: Cassette, *, replay: bool) -> Source:
        """Judge a cassette; with `replay` its requests are sent through vcrpy first, and its answers are those."""
        block = cassette.provenance
        if block is None:
            made = Source(cassette.name, "elsewhere", "another recorder")
            self._strangers(_pairs(cassette), made)
            return self._done(made)
        made = Source(
            cassette.name, block.origin, f"record {block.tool}", block.recorded, block.service, provenance=block
        )
        age = block.rotten(self.today)
        if age:
            made.note = f"recorded {block.age(self.today)} days ago, too long for {block.origin}"
        if age == "fail":
            made.note += ": not judged"
            self._old[block.address] = made.note
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
                blame=step.get("blame"), note=str(step.get("note", "")),
            )
            for (asked, came), step in zip(pairs, block.steps, strict=True)
        ]  # fmt: skip
        known = list(block.known) if block.known is not None else None
        strict = block.origin != "documentation"
        self._ours(exchanges, made, Recogniser(callers=block.callers, known=known, strict=strict))
        return self._done(made)

    def har(self, path: Path) -> Source:
        """Judge a HAR file."""
        found = archive(path, str(path))
        origin = "run" if found.ours else "elsewhere"
        made = Source(found.name, origin, found.creator or "an unnamed recorder")
        exchanges = (entry.exchange for entry in found.entries())
        if found.ours:
            self._named = self._named or found.known is not None
            self._ours(exchanges, made, Recogniser(callers=found.callers, known=found.known))
        else:
            self._strangers(exchanges, made)
        made.entries = found.seen
        left = found.other_version
        made.note = f"{left} exchanges with another version than beta were left out" if left else ""
        return self._done(made)

    def _done(self, source: Source) -> Source:
        self.sources.append(source)
        return source

    # ------------------------------------------------------------------ judging

    def _ours(self, exchanges: Iterable[Exchange], source: Source, recogniser: Recogniser) -> None:
        ids: dict[str, int] = {}
        for one in exchanges:
            self._label(one, source, recogniser)
            made = session_of(one) if one.sent.operation == "create" else ""
            if made:
                one.same_id_as = ids.get(made.lower())
                ids.setdefault(made.lower(), one.number)
                self._remember(one)
            block = source.provenance
            if block is not None and block.story:
                self._told.setdefault(block.address.partition(".")[0], _Told(block.story, source)).exchanges.append(one)
            elif one.conversation is not None:
                key = f"{source.name} {one.conversation}"
                self._told.setdefault(key, _Told(one.family, source)).exchanges.append(one)
            elif one.blame:  # a run judges it twice: when it came, and when a control had found whose fault it is
                blame, one.blame = one.blame, None
                self._judge(one, source)
                one.blame = blame
            self._judge(one, source)

    def _tell(self) -> None:
        """Judge the conversations of our own recordings, now that all their parts were read."""
        routes = {"create"}
        if any(told.source.provenance for told in self._told.values()):
            routes.update(e.sent.operation for told in self._told.values() for e in told.exchanges if shows_route(e))
        for told in self._told.values():
            routes.update(one.sent.operation for one in told.exchanges if shows_route(one))
            made = Conversation(self._next_talk(), told.story, tuple(told.exchanges), frozenset(routes))
            self._talk(made, told.source)
        self._told.clear()

    def _strangers(self, exchanges: Iterable[Exchange], source: Source) -> None:
        self._elsewhere = True
        recogniser = Recogniser(strict=False)
        rebuilder = Rebuilder()
        ids: dict[str, tuple[int, int]] = {}
        for one in exchanges:
            self._label(one, source, recogniser)
            if one.request.header("Authorization") is None and one.status == 400 and _about_token(one):
                one.trouble = "refused, maybe for the token that was removed from the recording"
            made = session_of(one).lower() if one.sent.operation == "create" else ""
            if made:
                answer = hash(one.response.body if one.response else b"")
                first, told = ids.get(made, (0, 0))
                # Two answers with one id accuse a server only where ids differ otherwise: else a tool wrote them.
                if first and len(ids) > 2 and told != answer:
                    one.same_id_as = first
                elif not first and len(ids) < 100_000:
                    ids[made] = (one.number, answer)
                self._remember(one)
            for conversation in rebuilder.take(one):
                self._talk(_with_routes(conversation), source)
            self._judge(one, source)
        for conversation in rebuilder.rest():
            self._talk(_with_routes(conversation), source)

    def _label(self, exchange: Exchange, source: Source, recogniser: Recogniser) -> None:
        self._number += 1
        source.exchanges += 1
        exchange.number = self._number
        exchange.origin = source.origin
        exchange.sent = recogniser(exchange.request)
        if exchange.trouble is None or exchange.blame:
            told = exchange.trouble
            look(exchange)
            exchange.trouble = exchange.trouble or told

    def _remember(self, exchange: Exchange) -> None:
        sent = exchange.sent
        if not sent.defects and not any(tag.startswith("example:") for tag in sent.tags):
            self._made_up.add(sent.kind)

    def _judge(self, exchange: Exchange, source: Source) -> None:
        self._timing.take(exchange)
        self.judge.exchange(exchange)
        self._count(self.judge.applicable(tags_of(exchange)), source)
        self.keep(exchange)

    def _talk(self, conversation: Conversation, source: Source) -> None:
        self.judge.conversation(conversation)
        tags = frozenset({f"story:{conversation.story}"})
        self._count(self.judge.applicable(tags, "conversation"), source)

    def _next_talk(self) -> int:
        self._talks += 1
        return self._talks

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
        if self._elsewhere or not (self._named or "standard" in self._made_up):
            yield "restore-points-checked"
        if self._elsewhere or not (self._named or "granular" in self._made_up):
            yield "items-checked"

    def result(
        self,
        target: str,
        started: str,
        seconds: float,
        missing: Callable[[Clause], str],
        sum_up: Callable[[list[ClauseVerdict]], tuple[Exit, str, list[str]]],
    ) -> Result:
        """The finished review. `missing` says why a clause was not touched; `sum_up` concludes from the verdicts."""
        self._tell()
        verdicts = self.judge.verdicts(self._facts())
        for found in verdicts:
            if found.verdict is Verdict.NONE and found.reason == "not touched":
                found.reason = self._untouched(found.clause) or missing(found.clause)
        summary = {verdict.value: 0 for verdict in Verdict}
        for found in verdicts:
            summary[found.verdict.value] += 1
        code, reason, unjudged = sum_up(verdicts)
        return Result(
            self.settings, verdicts, code, summary, reason, started, seconds, 0, self.judge.exchanges,
            self.judge.judgements, self._timing.counts(), target, BASE, unjudged=unjudged,
            recordings=[source.shown() for source in self.sources], evidence=self.evidence, timing=self._timing,
        )  # fmt: skip

    def _untouched(self, made: Clause) -> str:
        for address, note in self._old.items():
            if is_recorded_in(made, address):
                return f"its recording is too old: {note}; record it again with {again(made)}"
        if self._elsewhere and not REMOVABLE.isdisjoint({*made.when.every, *made.when.either}):
            return REMOVED
        return ""


def stories_of(made: Clause) -> list[str]:
    """The stories a clause is about; none for a clause about single exchanges."""
    tags = sorted({*made.when.every, *made.when.either})
    return [tag.removeprefix("story:") for tag in tags if tag.startswith("story:")]


def is_recorded_in(made: Clause, address: str) -> bool:
    """Whether a cassette is the one of a clause: its own, or a conversation of one of its stories."""
    told = re.fullmatch(r"stories/(.+)-\d+(?:\.\d+)?", address)
    return told[1] in stories_of(made) if told else address == made.address


def again(made: Clause) -> str:
    """The command that records a clause."""
    return f"restore-conformance record {made.address}"


def kept(verdicts: list[ClauseVerdict]) -> tuple[Exit, str, list[str]]:
    """What a pile of recordings says: broken, kept as far as they go, or nothing."""
    code, reason, unjudged = conclude(verdicts, "")
    if code in {Exit.BROKEN, Exit.INTERNAL}:
        return code, reason, unjudged
    judged = [v for v in verdicts if v.clause.level is Level.MUST and v.verdict is Verdict.PASS]
    if not judged:
        return Exit.UNJUDGED, "the recordings touch no must clause", unjudged
    return Exit.CONFORMANT, f"{len(judged)} must clauses were judged and kept, as far as the recordings go", unjudged


def replay(register: Register, settings: Settings, keep: Keep | None = None, folder: Path | None = None) -> Result:
    """Play every cassette and judge what comes. Raises UsageError where there is none, or one is broken."""
    started, before = clock()
    folder = folder or places.CASSETTES
    review = Review(register, settings, keep or _nothing)
    names = set()
    try:
        for name, path in every(folder):
            names.add(name)
            review.cassette(load(path, f"cassettes/{name}.yaml"), replay=True)
    finally:
        review.close()
    if not names:
        raise UsageError("There are no cassettes to replay; record some with restore-conformance record.")

    def missing(made: Clause) -> str:
        if any(is_recorded_in(made, name) for name in names):
            return f"its recording does not touch it any more; record it again with {again(made)}"
        return f"no recording; make one with {again(made)}"

    def sum_up(verdicts: list[ClauseVerdict]) -> tuple[Exit, str, list[str]]:
        code, reason, unjudged = conclude(verdicts, "")
        return code, f"{reason}, on recordings: {origins(review.sources)}", unjudged

    return review.result("replay", started, time.perf_counter() - before, missing, sum_up)


def origins(sources: Iterable[Source]) -> str:
    """Where exchanges were recorded, in words; the service always among them, since the others prove nothing of it."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.origin] = counts.get(source.origin, 0) + source.exchanges
    live = counts.pop("live", 0)
    told = [f"{number} exchanges of {OF[origin]}" for origin, number in counts.items() if number]
    told.append(f"{live} of the service" if live else "none of them of the service")
    return ", ".join(told)


OF = {
    "mock": "the mock", "documentation": "the documentation", "run": "another run",
    "elsewhere": "recorders that tell no origin",
}  # fmt: skip


def _nothing(_: Exchange) -> None:
    """Nobody keeps them."""


def clock() -> tuple[str, float]:
    """When a review begins: for people, and for measuring."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), time.perf_counter()


def _pairs(cassette: Cassette) -> Iterator[Exchange]:
    for asked, came in cassette.exchanges:
        at = asked.target.find("/solutions/backupRestore/")
        if at >= 0:
            yield Exchange(0, replace(asked, target=asked.target[at:]), came, family="recorded")


def _about_token(exchange: Exchange) -> bool:
    low = exchange.response.body.lower() if exchange.response else b""
    return any(word.encode() in low for word in ABOUT_THE_TOKEN)


def _with_routes(conversation: Conversation) -> Conversation:
    answered = {one.sent.operation for one in conversation.exchanges if shows_route(one)}
    return replace(conversation, routes=frozenset({"create", *answered}))
