"""From a run to cassettes: the smallest exchanges that touch each clause, and each conversation whole.

Also the printed examples of every page, as the documents show them. Runs nothing and writes nothing; knows no single
clause.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from restore_conformance import __version__
from restore_conformance.clauses import Clause, Register
from restore_conformance.clock import today
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Exchange, Headers, Request, Response
from restore_conformance.judging import Judge, look, tags_of
from restore_conformance.recogniser import Recogniser
from restore_conformance.recogniser.answers import id_key
from restore_conformance.recorded.cassettes import LARGEST, LONGEST, Cassette, Provenance
from restore_conformance.recorded.provenance import Place, origin_of, service_of
from restore_conformance.scrub import RULES_DIGEST, Scrub
from restore_conformance.state import session_of
from restore_conformance.stimuli.scenarios import WALK

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
    """Candidates for cassettes: by address, the smallest exchange of each family, answer and verdict."""

    judge: Judge
    by_clause: dict[str, dict[tuple[str, int | None, bool], Exchange]] = field(default_factory=dict)
    by_scenario: dict[str, dict[int, list[Exchange]]] = field(default_factory=dict)
    last: Exchange | None = None
    created: dict[int, Exchange] = field(default_factory=dict)
    sessions: dict[str, Exchange] = field(default_factory=dict)

    def take(self, exchange: Exchange) -> None:
        """Consider one exchange; the same one may come again once its trouble is attributed."""
        self.last = exchange
        if exchange.family == WALK and not exchange.failed:
            return  # a walk of the next version takes another path; only its deviations are worth recording
        if exchange.conversation is not None and exchange.family != WALK:
            whole = self.by_scenario.setdefault(exchange.family, {}).setdefault(exchange.conversation, [])
            if not any(earlier is exchange for earlier in whole):
                whole.append(exchange)
        if exchange.response is None or exchange.silent or (exchange.trouble and exchange.blame != "target"):
            return
        if max(len(exchange.request.body or b""), len(exchange.response.body)) > LARGEST_BODY:
            return
        if exchange.status == 201 and len(self.created) < MOST_CREATED:
            self.created[exchange.number] = exchange
            self.sessions.setdefault(id_key(session_of(exchange)), exchange)
        for clause in self.judge.applicable(tags_of(exchange)):
            smallest = self.by_clause.setdefault(clause.address, {})
            key = (exchange.family, exchange.status, clause.address in exchange.failed)
            if key not in smallest or exchange.weight < smallest[key].weight:
                smallest[key] = exchange

    def beginning(self, exchanges: list[Exchange], scenario: str) -> float:
        """When the first exchange of a cassette was sent; all parts of a conversation count from its own first."""
        number = exchanges[0].conversation
        whole = self.by_scenario[scenario][number] if scenario and number is not None else exchanges
        return min((exchange.at for exchange in whole if exchange.at is not None), default=0.0)

    def cassettes(self, clause: Clause) -> Iterator[tuple[str, str, list[Exchange]]]:
        """What records a clause: address, scenario and exchanges of each cassette, in the order of sending.

        Exchanges that broke it come first, so that a replay gives the run's verdict.
        """
        whole = [part for scenario in self.by_scenario for part in self._conversations(clause, scenario)]
        if whole:
            yield from whole
            return
        exchanges = self.by_clause.get(clause.address, {}).values()
        by_weight = sorted(exchanges, key=lambda exchange: (clause.address not in exchange.failed, exchange.weight))
        smallest = by_weight[:EACH]
        # A repeated id shows only together with the exchange that it was first used in.
        before = [self.created[exchange.same_id_as] for exchange in smallest if exchange.same_id_as in self.created]
        before += self._creates(smallest) if clause.stateful else []
        if smallest:
            both = {exchange.number: exchange for exchange in (*smallest, *before)}
            yield clause.address, "", sorted(both.values(), key=lambda exchange: exchange.number)

    def _conversations(self, clause: Clause, scenario: str) -> Iterator[tuple[str, str, list[Exchange]]]:
        """The first conversations of a scenario that judge a clause, each with the creates of its sessions."""
        if not clause.stateful:
            return
        whole = [exchanges for exchanges in self.by_scenario.get(scenario, {}).values() if _is_whole(exchanges)]
        whole.sort(key=lambda exchanges: not _breaks(clause, exchanges))
        for place, conversation in enumerate(whole[:EACH], 1):
            if not any(clause in self.judge.applicable(tags_of(exchange)) for exchange in conversation):
                continue
            exchanges = [*self._creates(conversation), *conversation]
            parts = [exchanges[at : at + LONGEST] for at in range(0, len(exchanges), LONGEST)]
            for number, part in enumerate(parts, 1):
                yield f"scenarios/{scenario}-{place}" + (f".{number}" if len(parts) > 1 else ""), scenario, part

    def _creates(self, exchanges: list[Exchange]) -> list[Exchange]:
        """The creates of sessions that exchanges are about and that were made before them, in order."""
        own = {id_key(session_of(exchange)) for exchange in exchanges if exchange.sent.operation == "create"}
        named = {id_key(exchange.sent.session) for exchange in exchanges} - own
        return sorted(
            (self.sessions[name] for name in named & self.sessions.keys()), key=lambda exchange: exchange.number
        )


def _breaks(clause: Clause, exchanges: Iterable[Exchange]) -> bool:
    """Whether the clause was found broken in one of these."""
    return any(clause.address in exchange.failed for exchange in exchanges)


def _is_whole(exchanges: list[Exchange]) -> bool:
    if len(exchanges) > LONGEST_CONVERSATION or any(exchange.response is None for exchange in exchanges):
        return False
    sizes = [
        len(exchange.request.body or b"") + len(exchange.response.body if exchange.response else b"")
        for exchange in exchanges
    ]
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
        """Observe one exchange."""
        self.scrub.learn(exchange)
        self.candidates.take(exchange)

    def cut(self) -> None:
        """Drop the conversation that was under way when the run was ended: it may lack its last steps."""
        last = self.candidates.last
        if last is not None and last.family in self.candidates.by_scenario and last.conversation is not None:
            self.candidates.by_scenario[last.family].pop(last.conversation, None)

    def cassettes(self, folder: Path, wanted: Callable[[Clause], bool]) -> list[Cassette]:
        """The cassettes of the clauses that are wanted, scrubbed, now that all secrets are known."""
        by_address: dict[str, tuple[str, list[Exchange]]] = {}
        for clause in self.register.clauses:
            if clause.judge is not None and wanted(clause):
                for address, scenario, exchanges in self.candidates.cassettes(clause):
                    by_address.setdefault(address, (scenario, exchanges))
        return [self._cassette(address, *by_address[address], folder) for address in by_address]

    def _cassette(self, address: str, scenario: str, exchanges: list[Exchange], folder: Path) -> Cassette:
        scrub, answers = self.scrub, [exchange.response for exchange in exchanges if exchange.response is not None]
        pairs = tuple(
            (
                replace(
                    exchange.request,
                    target=scrub.text(exchange.request.target),
                    headers=_pairs(scrub.headers(exchange.request.headers)),
                    body=scrub.bytes(exchange.request.body) if exchange.request.body else None,
                ),
                replace(answer, headers=_pairs(scrub.headers(answer.headers)), body=scrub.bytes(answer.body)),
            )
            for exchange, answer in zip(exchanges, answers, strict=True)
        )
        origin = origin_of(self.place, answers)
        since = self.candidates.beginning(exchanges, scenario)
        about = Provenance(
            address=address, origin=origin, service=scrub.text(service_of(self.place, answers)),
            recorded=today().isoformat(), contract=pinned().digest,
            clauses=touched(exchanges, self.candidates.judge), scrub=RULES_DIGEST, tool=__version__,
            base=BASES.get(origin, scrub.text(self.place.base.rstrip("/"))),
            callers=self._callers(exchanges), scenario=scenario,
            known=tuple(self.known) if self.known is not None else None,
            steps=tuple(_step(exchange, since) for exchange in exchanges),
        )  # fmt: skip
        return Cassette(address, folder / f"{address}.yaml", pairs, about)

    def _callers(self, exchanges: list[Exchange]) -> dict[str, str]:
        """Placeholders of tokens and their kinds, those used in these exchanges first.

        Others are named too: a token is altered only where others are known to be good. Those of a long run that
        renewed its token again and again are too many.
        """
        sent = " ".join(exchange.request.header("Authorization") or "" for exchange in exchanges)
        tokens = sorted((token for token in self.callers if token), key=lambda token: token not in sent)
        return {self.scrub.stand_in("token-other", token): self.callers[token] for token in tokens[:MOST_CALLERS]}


def _step(exchange: Exchange, since: float) -> dict[str, str | bool | float]:
    step = {
        name: getattr(exchange, name)
        for name in ("family", "step", "blame", "note", "silent")
        if getattr(exchange, name)
    }
    return step if exchange.at is None else {**step, "at": round(max(0.0, exchange.at - since), 3)}


def touched(exchanges: Iterable[Exchange], judge: Judge) -> tuple[str, ...]:
    """The addresses of the clauses that exchanges touch."""
    clauses = (
        clause for exchange in exchanges if not exchange.silent for clause in judge.applicable(tags_of(exchange))
    )
    return tuple(sorted({clause.address for clause in clauses}))


def _pairs(headers: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in headers)


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
            exchange.observation.sent = recogniser(request)
            look(exchange)
            about = Provenance(
                address=clause.address, origin="documentation", service=f"{table['title']}, {table['address']}",
                recorded=today().isoformat(), contract=documents.digest, clauses=touched([exchange], judge),
                scrub=RULES_DIGEST, tool=__version__, base=BASES["documentation"],
                steps=({"family": exchange.family},),
            )  # fmt: skip
            yield Cassette(clause.address, folder / f"{clause.address}.yaml", ((request, response),), about)


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
