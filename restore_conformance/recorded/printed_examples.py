"""Types the printed examples of every page into cassettes of their own: what the documents show, as data.

Asks no target, and knows no single clause.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from restore_conformance import __version__
from restore_conformance.clauses import Clause, Register
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.judging import Judge, look
from restore_conformance.recogniser import Recogniser
from restore_conformance.recorded.cassettes import Cassette, Provenance
from restore_conformance.recorded.recorder import BASES, today, touched
from restore_conformance.scrub import RULES_DIGEST

JSON = (("Content-Type", "application/json"),)


def documented(register: Register, folder: Path, wanted: Callable[[Clause], bool]) -> Iterator[Cassette]:
    """The printed examples, as cassettes of the clauses about them."""
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
                body = _compact(documents.json(f"{page}/{row['request']}"))
                request = Request(table["http"]["method"], table["http"]["path"], JSON, body)
                response = Response(row["status"], JSON, _compact(documents.json(f"{page}/{row['response']}")))
                exchange = Exchange(1, request, response, family=f"example-{row['name']}")
                exchange.sent = recogniser(request)
                look(exchange)
                about = Provenance(
                    address=made.address, origin="documentation", service=f"{table['title']}, {table['address']}",
                    recorded=today(), contract=documents.digest, clauses=touched([exchange], judge),
                    scrub=RULES_DIGEST, tool=__version__, base=BASES["documentation"],
                    steps=({"family": exchange.family},),
                )  # fmt: skip
                yield Cassette(made.address, folder / f"{made.address}.yaml", ((request, response),), about)


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
