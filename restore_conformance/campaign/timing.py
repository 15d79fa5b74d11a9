"""How long answers take, family by family, folded as exchanges come: nothing here grows with their number.

Knows no clause, no target and no report.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.exchange import Exchange

STEP = 1.1
"""Times are counted in classes, each a tenth longer than the one below: medians are right to 5%."""

MOST_FAMILIES = 500
OTHERS = "others"
"""Where further families are counted, since a recording may name any number of them."""


@dataclass(slots=True)
class Family:
    """The exchanges of one family: how many, their seconds in all, and the slowest with its number."""

    requests: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    number: int = 0


@dataclass(slots=True)
class Timing:
    """Takes exchanges in, one by one."""

    families: dict[str, Family] = field(default_factory=dict)
    _classes: dict[int, int] = field(default_factory=dict)

    def take(self, exchange: Exchange) -> None:
        """Count one exchange."""
        name = exchange.family
        if name not in self.families and len(self.families) >= MOST_FAMILIES:
            name = OTHERS
        row = self.families.setdefault(name, Family())
        row.requests += 1
        row.seconds += exchange.seconds
        if exchange.seconds > row.slowest:
            row.slowest, row.number = exchange.seconds, exchange.number
        if exchange.seconds > 0:
            place = math.floor(math.log(exchange.seconds, STEP))
            self._classes[place] = self._classes.get(place, 0) + 1

    def counts(self) -> dict[str, int]:
        """How many exchanges each family has."""
        return {name: row.requests for name, row in self.families.items()}

    def share(self, part: float) -> float:
        """The time in seconds within which that part of the answers came; 0 where no time is known."""
        wanted = part * sum(self._classes.values())
        for place in sorted(self._classes):
            wanted -= self._classes[place]
            if wanted <= 0:
                return float(STEP ** (place + 0.5))
        return 0.0

    def shown(self) -> dict[str, Any]:
        """As the run record has it, in seconds; empty where no time is known, as in recordings without times."""
        if not self._classes:
            return {}
        return {
            "seconds": round(sum(row.seconds for row in self.families.values()), 6),
            "median": round(self.share(0.5), 6),
            "p95": round(self.share(0.95), 6),
            "families": {
                name: {
                    "requests": row.requests, "seconds": round(row.seconds, 6),
                    "slowest": round(row.slowest, 6), "number": row.number,
                }
                for name, row in sorted(self.families.items())
            },
        }  # fmt: skip
