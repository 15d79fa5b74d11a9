"""From a run to cassettes: the smallest exchanges that touch each clause, and each conversation whole.

Also the printed examples of every page, as the documents show them. Runs nothing and writes nothing; knows no single
clause.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from restore_conformance import __version__
from restore_conformance.campaign.result import Result
from restore_conformance.clauses import Clause, Register
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Exchange, Headers, Request, Response
from restore_conformance.judging import Judge, look, tags_of
from restore_conformance.recogniser import Recogniser
from restore_conformance.recorded.cassettes import LARGEST, LONGEST, Cassette, Provenance
from restore_conformance.recorded.provenance import Place, origin_of, service_of
from restore_conformance.scrub import RULES_DIGEST, Scrub
from restore_conformance.state import session_of
from restore_conformance.stimuli.scenario import WALK
from restore_conformance.verdicts import Verdict

EACH = 3
LARGEST_BODY = 160 * 1024
LARGEST_PART = LARGEST // 4
"""Bytes of bodies in one cassette: YAML may take several characters for one."""
LONGEST_CONVERSATION = 5 * LONGEST
"""The longest conversation that is recorded, over several cassettes."""
MOST_CALLERS = 40
MOST_CREATED = 5000
JSON = (("Content-Type", "application/json"),)
BASES = {"mock": "http://mock.example/beta", "documentation": "http://documentation.example/beta"}


@dataclass(slots=True)
class Candidates:
    """What a run has to offer for cassettes: by address, the smallest exchange of each family, answer and verdict."""

    judge: Judge
    by_clause: dict[str, dict[tuple[str, int | None, bool], Exchange]] = field(default_factory=dict)
    by_story: dict[str, dict[int, list[Exchange]]] = field(default_factory=dict)
    last: Exchange | None = None
    created: dict[int, Exchange] = field(default_factory=dict)
    sessions: dict[str, Exchange] = field(default_factory=dict)

    def take(self, exchange: Exchange) -> None:
        """Consider one exchange; one that was kept already may come again, with somebody to blame."""
        self.last = exchange
        if exchange.family == WALK and not exchange.failed:
            return  # a walk of the next version takes another way; only what it found broken is worth keeping
        if exchange.conversation is not None and exchange.family != WALK:
            whole = self.by_story.setdefault(exchange.family, {}).setdefault(exchange.conversation, [])
            if not any(kept is exchange for kept in whole):
                whole.append(exchange)
        if exchange.response is None or exchange.silent or (exchange.trouble and exchange.blame != "target"):
            return
        if max(len(exchange.request.body or b""), len(exchange.response.body)) > LARGEST_BODY:
            return
        if exchange.status == 201 and len(self.created) < MOST_CREATED:
            self.created[exchange.number] = exchange
            self.sessions.setdefault(session_of(exchange).lower(), exchange)
        for clause in self.judge.applicable(tags_of(exchange)):
            smallest = self.by_clause.setdefault(clause.address, {})
            key = (exchange.family, exchange.status, clause.address in exchange.failed)
            if key not in smallest or exchange.weight < smallest[key].weight:
                smallest[key] = exchange

    def beginning(self, exchanges: list[Exchange], story: str) -> float:
        """When the first exchange of a cassette was sent; all parts of a conversation count from its own first."""
        number = exchanges[0].conversation
        whole = self.by_story[story][number] if story and number is not None else exchanges
        return min((one.at for one in whole if one.at is not None), default=0.0)

    def cassettes(self, clause: Clause, broken: frozenset[int]) -> Iterator[tuple[str, str, list[Exchange]]]:
        """What records a clause: address, story and exchanges of each cassette, in the order of sending.

        What broke it comes first, so that a replay says what the run said; `broken` are such conversations.
        """
        if clause.stateful:
            whole = [one for story in self.by_story for one in self._conversations(clause, story, broken)]
            if whole:
                yield from whole
                return
        found = self.by_clause.get(clause.address, {}).values()
        smallest = sorted(found, key=lambda one: (clause.address not in one.failed, one.weight))[:EACH]
        # An id that was given twice shows only beside the exchange that it was given in before.
        before = [self.created[one.same_id_as] for one in smallest if one.same_id_as in self.created]
        before += self._creates(smallest) if clause.stateful else []
        if smallest:
            both = {one.number: one for one in (*smallest, *before)}
            yield clause.address, "", sorted(both.values(), key=lambda one: one.number)

    def _conversations(
        self, clause: Clause, story: str, broken: frozenset[int]
    ) -> Iterator[tuple[str, str, list[Exchange]]]:
        """The first conversations of a story that judge a clause, each with the creates of the sessions it is about."""
        whole = [item for item in self.by_story.get(story, {}).items() if _is_whole(item[1])]
        whole.sort(key=lambda item: item[0] not in broken)
        for place, (_, conversation) in enumerate(whole[:EACH], 1):
            if not any(clause in self.judge.applicable(tags_of(one)) for one in conversation):
                continue
            exchanges = [*self._creates(conversation), *conversation]
            parts = [exchanges[at : at + LONGEST] for at in range(0, len(exchanges), LONGEST)]
            for number, part in enumerate(parts, 1):
                yield f"stories/{story}-{place}" + (f".{number}" if len(parts) > 1 else ""), story, part

    def _creates(self, exchanges: list[Exchange]) -> list[Exchange]:
        """The creates of sessions that exchanges are about and that were made before them, in order."""
        own = {session_of(one).lower() for one in exchanges if one.sent.operation == "create"}
        named = {one.sent.session.lower() for one in exchanges} - own
        return sorted((self.sessions[name] for name in named & self.sessions.keys()), key=lambda one: one.number)


def _is_whole(exchanges: list[Exchange]) -> bool:
    if len(exchanges) > LONGEST_CONVERSATION or any(one.response is None for one in exchanges):
        return False
    sizes = [len(one.request.body or b"") + len(one.response.body if one.response else b"") for one in exchanges]
    return all(sum(sizes[at : at + LONGEST]) <= LARGEST_PART for at in range(0, len(sizes), LONGEST))


@dataclass(slots=True)
class Recorder:
    """Observes a run with `keep`, and makes cassettes of it with `cassettes`.

    `callers` maps tokens to kinds of caller and may fill while the run lasts; `known` are the ids that a user named.
    """

    register: Register
    place: Place
    scrub: Scrub
    callers: Mapping[str, str]
    known: Sequence[str] | None
    candidates: Candidates = field(init=False)

    def __post_init__(self) -> None:
        self.candidates = Candidates(Judge(self.register))

    def keep(self, exchange: Exchange) -> None:
        """Take one exchange in."""
        self.scrub.learn(exchange)
        self.candidates.take(exchange)

    def cut(self) -> None:
        """Drop the conversation that was under way when the run was ended: it may lack its last steps."""
        last = self.candidates.last
        if last is not None and last.family in self.candidates.by_story and last.conversation is not None:
            self.candidates.by_story[last.family].pop(last.conversation, None)

    def cassettes(self, result: Result, folder: Path, wanted: Callable[[Clause], bool]) -> list[Cassette]:
        """The cassettes of the clauses that are wanted, scrubbed, now that all is known that must not be shown."""
        broken = frozenset(
            one.conversation
            for verdict in result.verdicts
            if verdict.verdict is Verdict.FAIL
            for finding in verdict.findings
            for one in finding.evidence
            if one.conversation is not None
        )
        found: dict[str, tuple[str, list[Exchange]]] = {}
        for clause in self.register.clauses:
            if clause.judge is not None and wanted(clause):
                for address, story, exchanges in self.candidates.cassettes(clause, broken):
                    found.setdefault(address, (story, exchanges))
        return [self._cassette(address, *found[address], folder) for address in found]

    def _cassette(self, address: str, story: str, found: list[Exchange], folder: Path) -> Cassette:
        scrub, answers = self.scrub, [one.response for one in found if one.response is not None]
        pairs = tuple(
            (
                replace(
                    one.request,
                    target=scrub.text(one.request.target),
                    headers=_pairs(scrub.headers(one.request.headers)),
                    body=scrub.bytes(one.request.body) if one.request.body else None,
                ),
                replace(answer, headers=_pairs(scrub.headers(answer.headers)), body=scrub.bytes(answer.body)),
            )
            for one, answer in zip(found, answers, strict=True)
        )
        origin = origin_of(self.place, answers)
        since = self.candidates.beginning(found, story)
        about = Provenance(
            address=address, origin=origin, service=scrub.text(service_of(self.place, answers)), recorded=today(),
            contract=pinned().digest, clauses=touched(found, self.candidates.judge), scrub=RULES_DIGEST,
            tool=__version__, base=BASES.get(origin, scrub.text(self.place.base.rstrip("/"))),
            callers=self._callers(found), story=story,
            known=tuple(self.known) if self.known is not None else None,
            steps=tuple(_step(one, since) for one in found),
        )  # fmt: skip
        return Cassette(address, folder / f"{address}.yaml", pairs, about)

    def _callers(self, found: list[Exchange]) -> dict[str, str]:
        """Placeholders of tokens and their kinds, those that are met here first.

        Others are named too: a token is altered only where others are known to be good. Those of a long run that
        renewed its token again and again are too many.
        """
        met = " ".join(one.request.header("Authorization") or "" for one in found)
        tokens = sorted((token for token in self.callers if token), key=lambda token: token not in met)
        return {self.scrub.stand_in("token-other", token): self.callers[token] for token in tokens[:MOST_CALLERS]}


def _step(one: Exchange, since: float) -> dict[str, str | bool | float]:
    step = {name: getattr(one, name) for name in ("family", "step", "blame", "note", "silent") if getattr(one, name)}
    return step if one.at is None else {**step, "at": round(max(0.0, one.at - since), 3)}


def touched(exchanges: Iterable[Exchange], judge: Judge) -> tuple[str, ...]:
    """The addresses of the clauses that exchanges touch."""
    clauses = (clause for one in exchanges if not one.silent for clause in judge.applicable(tags_of(one)))
    return tuple(sorted({clause.address for clause in clauses}))


def _pairs(headers: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in headers)


def today() -> str:
    """The date of a recording, UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def documented(register: Register, folder: Path, wanted: Callable[[Clause], bool]) -> Iterator[Cassette]:
    """The printed examples of every page, as cassettes of the clauses about them."""
    documents, judge = pinned(), Judge(register)
    recogniser = Recogniser(strict=False)
    for clause in filter(wanted, register.clauses):
        page = clause.operation
        table = documents.toml(f"{page}/page.toml")
        for row in table.get("example", []):
            if row.get("origin") != "printed" or f"example:{row['name']}" not in clause.when.every:
                continue
            body = _compact(documents.json(f"{page}/{row['request']}"))
            request = Request(table["http"]["method"], table["http"]["path"], JSON, body)
            response = Response(row["status"], JSON, _compact(documents.json(f"{page}/{row['response']}")))
            exchange = Exchange(1, request, response, family=f"example-{row['name']}")
            exchange.sent = recogniser(request)
            look(exchange)
            about = Provenance(
                address=clause.address, origin="documentation", service=f"{table['title']}, {table['address']}",
                recorded=today(), contract=documents.digest, clauses=touched([exchange], judge),
                scrub=RULES_DIGEST, tool=__version__, base=BASES["documentation"],
                steps=({"family": exchange.family},),
            )  # fmt: skip
            yield Cassette(clause.address, folder / f"{clause.address}.yaml", ((request, response),), about)


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
