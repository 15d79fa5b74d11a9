"""Where recorded exchanges come from: the service itself, or something that stands in for it. In doubt, a stand-in.

Looks at addresses, certificates and the service's own diagnostics, and knows no clause. Only `live` ever counts as
evidence about the service.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from restore_conformance import __version__
from restore_conformance.exchange import Response
from restore_conformance.recorded.cassettes import Provenance
from restore_conformance.targets.target import is_service

DIAGNOSTIC = "x-ms-ags-diagnostic"
"""What the service's gateway says about itself in every answer: data centre, slice, ring, unit."""
SHOWN = {"DataCenter": "", "Slice": "slice ", "Ring": "ring ", "ScaleUnit": "unit "}
OWN_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Environment variables that make a machine trust other authorities than the public ones."""
RECORDED_FROM = {
    "mock": "the mock", "documentation": "the documentation", "run": "another run",
    "elsewhere": "recorders that name no origin",
}  # fmt: skip


@dataclass(slots=True)
class Source:
    """A recording that was judged: where it comes from, and how much of it; `note` says what was left out, and why."""

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
        names = ("name", "origin", "made_by", "recorded", "service", "exchanges", "entries", "note")
        row = {name: getattr(self, name) for name in names if getattr(self, name)}
        if (block := self.provenance) is not None:
            row |= {
                "contract": block.contract, "scrub": block.scrub, "tool": block.tool, "clauses": len(block.clauses),
                "callers": sorted(set(block.callers.values())),
            }  # fmt: skip
        return row


def origins(sources: Iterable[Source]) -> str:
    """Where exchanges were recorded, in words; the service is always named, since the others prove nothing about it."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.origin] = counts.get(source.origin, 0) + source.exchanges
    live = counts.pop("live", 0)
    parts = [f"{number} exchanges of {RECORDED_FROM[origin]}" for origin, number in counts.items() if number]
    return ", ".join([*parts, f"{live} of the service" if live else "none of them of the service"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording is made: the base URL, "" for the mock in this process.

    `trust` says what else than the public authorities vouches for the server; "" for nothing else.
    """

    base: str = ""
    trust: str = ""


def place_of(base: str, ca_bundle: str, environment: Mapping[str, str] | None = None) -> Place:
    """The place at a base URL. With certificates of the user's own any server may answer in the service's name."""
    environment = os.environ if environment is None else environment
    return Place(base, (ca_bundle and "--ca-bundle") or next((name for name in OWN_TRUST if environment.get(name)), ""))


def origin_of(place: Place, answers: Sequence[Response]) -> str:
    """ "live" where the service, and nothing else, can have sent every answer; else "mock"."""
    proven = is_service(place.base) and not place.trust and all(_gateway(answer) for answer in answers)
    return "live" if proven else "mock"


def service_of(place: Place, answers: Sequence[Response]) -> str:
    """The service and its version, as far as the answers say."""
    if not place.base:
        return f"mock {__version__}"
    if origin_of(place, answers) == "live":
        version = place.base.rstrip("/").rpartition("/")[2]
        return ", ".join([version, *(SHOWN[key] + value for key, value in _gateway(answers[0]).items())])[:200]
    if is_service(place.base):
        why = f"its certificate was checked by {place.trust}" if place.trust else f"it sent no {DIAGNOSTIC}"
        return f"a server in the name of the service, not proven to be it: {why}"
    server = next((value for answer in answers if (value := answer.header("Server"))), "")
    return f"a stand-in that calls itself {server[:100]}" if server else "a stand-in that names no version"


def _gateway(answer: Response) -> dict[str, str]:
    """What the service's gateway says of itself, or nothing."""
    try:
        info = json.loads(answer.header(DIAGNOSTIC) or "")["ServerInfo"]
        return {key: str(info[key]) for key in SHOWN if info.get(key)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
