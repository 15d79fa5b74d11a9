"""From a run to cassettes: the smallest exchanges that touch each clause, and each conversation whole.

Also types the printed examples into cassettes of their own. Knows no single clause.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from restore_conformance import __version__
from restore_conformance.campaign import Campaign
from restore_conformance.clauses import Clause, Register
from restore_conformance.documents import pinned
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.judging import Judge, look, tags_of
from restore_conformance.recogniser import Recogniser
from restore_conformance.recordings import stories_of
from restore_conformance.scrub import RULES_DIGEST, Scrub
from restore_conformance.settings import Settings
from restore_conformance.tape import LONGEST, Cassette, Provenance
from restore_conformance.targets import Target

EACH = 3
LARGEST_BODY = 160 * 1024
TALK = 5 * LONGEST
"""The longest conversation that is recorded, over several cassettes."""
BASES = {"mock": "http://mock.example/beta", "documentation": "http://documentation.example/beta"}


@dataclass(slots=True)
class Chosen:
    """What a run has to offer for cassettes: by address, the smallest exchange of each family and answer."""

    judge: Judge
    by_clause: dict[str, dict[tuple[str, int | None], Exchange]] = field(default_factory=dict)
    by_story: dict[str, dict[int, list[Exchange]]] = field(default_factory=dict)

    def take(self, exchange: Exchange) -> None:
        """Consider one exchange."""
        if exchange.conversation is not None:
            self.by_story.setdefault(exchange.family, {}).setdefault(exchange.conversation, []).append(exchange)
        if exchange.response is None or exchange.trouble or len(exchange.request.body or b"") > LARGEST_BODY:
            return
        for made in self.judge.applicable(tags_of(exchange)):
            mine = self.by_clause.setdefault(made.address, {})
            key = (exchange.family, exchange.status)
            known = mine.get(key)
            if known is None or exchange.weight < known.weight:
                mine[key] = exchange

    def cassettes(self, made: Clause) -> Iterator[tuple[str, str, list[Exchange]]]:
        """What records a clause: address, story and exchanges of each cassette, in the order of sending."""
        for story in stories_of(made):
            whole = [
                told
                for told in self.by_story.get(story, {}).values()
                if len(told) <= TALK and all(one.response is not None for one in told)
            ]
            for number, told in enumerate(whole[:EACH], 1):
                parts = [told[at : at + LONGEST] for at in range(0, len(told), LONGEST)]
                for place, part in enumerate(parts, 1):
                    yield f"stories/{story}-{number}" + (f".{place}" if len(parts) > 1 else ""), story, part
        smallest = sorted(self.by_clause.get(made.address, {}).values(), key=lambda one: one.weight)[:EACH]
        if smallest and made.scope == "exchange":
            yield made.address, "", sorted(smallest, key=lambda one: one.number)


def recorded(
    register: Register,
    settings: Settings,
    target: Target,
    *,
    origin: str,
    folder: Path,
    scrub: Scrub,
    wanted: Callable[[Clause], bool],
) -> Iterator[Cassette]:
    """Run against a target and give the cassettes of the clauses that are wanted, scrubbed."""
    chosen = Chosen(Judge(register))
    exchanges: list[Exchange] = []

    def keep(exchange: Exchange) -> None:
        scrub.learn(exchange)
        chosen.take(exchange)
        if exchange.response is not None and not exchanges:
            exchanges.append(exchange)

    Campaign(settings, target, register, keep=keep).run()
    service = _service(origin, exchanges[0].response if exchanges else None)
    callers = {token: kind for kind, token in {**settings.identities, "good": settings.token}.items() if token}
    known = settings.known_ids()
    done = set()
    for made in register.clauses:
        if made.judge is None or not wanted(made):
            continue
        for address, story, found in chosen.cassettes(made):
            if address in done:
                continue
            done.add(address)
            about = Provenance(
                address=address, origin=origin, service=service, recorded=today(), contract=pinned().digest,
                clauses=(), scrub=RULES_DIGEST, tool=__version__, base=BASES.get(origin, settings.target.rstrip("/")),
                callers={}, story=story, known=tuple(known) if known is not None else None,
            )  # fmt: skip
            yield _scrubbed(about, found, folder, scrub, callers, chosen.judge)


def documented(register: Register, folder: Path, wanted: Callable[[Clause], bool]) -> Iterator[Cassette]:
    """The printed examples of every page, as cassettes of the clauses about them."""
    documents, judge = pinned(), Judge(register)
    recogniser = Recogniser(strict=False)
    for page in sorted({made.operation for made in register.clauses}):
        table = documents.toml(f"{page}/page.toml")
        for row in table.get("example", []):
            if row.get("origin") != "printed":
                continue
            tag = f"example:{row['name']}"
            for made in register.clauses:
                if made.operation != page or tag not in made.when.every or not wanted(made):
                    continue
                request = Request(
                    table["http"]["method"], table["http"]["path"], (("Content-Type", "application/json"),),
                    _compact(documents.json(f"{page}/{row['request']}")),
                )  # fmt: skip
                answer = _compact(documents.json(f"{page}/{row['response']}"))
                response = Response(row["status"], (("Content-Type", "application/json"),), answer)
                exchange = look(Exchange(1, request, response, family=f"example-{row['name']}"))
                exchange.sent = recogniser(request)
                about = Provenance(
                    address=made.address, origin="documentation", service=f"{table['title']}, {table['address']}",
                    recorded=today(), contract=documents.digest, clauses=_clauses([exchange], judge, ""),
                    scrub=RULES_DIGEST, tool=__version__, base=BASES["documentation"],
                    steps=({"family": exchange.family},),
                )  # fmt: skip
                yield Cassette(made.address, folder / f"{made.address}.yaml", ((request, response),), about)


def _scrubbed(
    about: Provenance,
    found: list[Exchange],
    folder: Path,
    scrub: Scrub,
    callers: dict[str, str],
    judge: Judge,
) -> Cassette:
    pairs = []
    for one in found:
        asked, came = one.request, one.response
        assert came is not None
        pairs.append(
            (
                replace(
                    asked,
                    target=scrub.text(asked.target),
                    headers=_pairs(scrub.headers(asked.headers)),
                    body=scrub.bytes(asked.body) if asked.body else None,
                ),
                replace(came, headers=_pairs(scrub.headers(came.headers)), body=scrub.bytes(came.body)),
            )
        )
    # Every caller is told, also those not met here: a token is altered only where others are known to be good.
    made = replace(
        about,
        base=scrub.text(about.base),
        clauses=_clauses(found, judge, about.story),
        callers={scrub.stand_in("token-other", token): kind for token, kind in callers.items()},
        steps=tuple(
            {name: getattr(one, name) for name in ("family", "step", "blame", "note") if getattr(one, name)}
            for one in found
        ),
    )
    return Cassette(made.address, folder / f"{made.address}.yaml", tuple(pairs), made)


def _clauses(found: Iterable[Exchange], judge: Judge, story: str) -> tuple[str, ...]:
    touched = {made.address for one in found for made in judge.applicable(tags_of(one))}
    if story:
        touched |= {made.address for made in judge.applicable(frozenset({f"story:{story}"}), "conversation")}
    return tuple(sorted(touched))


def _pairs(headers: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers)


def _service(origin: str, answer: Response | None) -> str:
    if origin == "mock":
        return f"mock {__version__}"
    said = answer.header("Server") if answer else None
    return f"beta, server {said}" if said else "beta, no version told"


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def today() -> str:
    """The date of a recording, UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()
