"""Where recorded exchanges come from: as the run record has it, and in words.

Knows no exchange and no verdict; only `live` ever counts as evidence about the service.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from restore_conformance.recorded.cassettes import Provenance

OF = {
    "mock": "the mock", "documentation": "the documentation", "run": "another run",
    "elsewhere": "recorders that tell no origin",
}  # fmt: skip


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


def origins(sources: Iterable[Source]) -> str:
    """Where exchanges were recorded, in words; the service always among them, since the others prove nothing of it."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.origin] = counts.get(source.origin, 0) + source.exchanges
    live = counts.pop("live", 0)
    told = [f"{number} exchanges of {OF[origin]}" for origin, number in counts.items() if number]
    told.append(f"{live} of the service" if live else "none of them of the service")
    return ", ".join(told)
