"""The one place that waits until a change is seen, with one budget for the whole run.

What may come late, and what never came, is for the state to say; how long to wait for it is said here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from restore_conformance.state import Known
from restore_conformance.state.settling import LONG

BUDGET = 30.0
"""How many seconds a run waits in all, unless the user says otherwise."""
WAITS = (0.3, 0.7, 1.5, 3.0)
"""Seconds before each further reading; long after a change always the first."""
KEPT = WAITS[0] * len(WAITS)
"""Seconds that one view takes which is read again long after a change."""
MOST = 12
"""How often the same is read in a row."""


@dataclass(slots=True)
class Patience:
    """What is left of the budget. `pause` waits; a target with a clock of its own returns from it at once.

    Of the budget `kept` seconds are for readings long after a change: what the end of a run reads again is repeated
    even where every wait before it was in vain.
    """

    pause: Callable[[float], object]
    left: float = BUDGET
    kept: float = 0.0

    def again(self, known: Known, readings: int) -> bool:
        """Wait after so many readings of something, and say whether to read it again: it lacks what may yet come."""
        if not known.lacks or known.settled or known.vain or known.shared or readings >= MOST:
            return False
        late = known.age is not None and known.age >= LONG
        wait = min(WAITS[0 if late else min(readings, len(WAITS)) - 1], self.left - (0.0 if late else self.kept))
        if wait <= 0:
            return False
        self.rest(wait)
        return True

    def wait(self, tries: int) -> bool:
        """Wait after so many tries of something that may need time, and say whether to try it again."""
        if tries > len(WAITS) or self.left - self.kept < WAITS[tries - 1]:
            return False
        self.rest(WAITS[tries - 1])
        return True

    def rest(self, seconds: float) -> None:
        """Wait so long, within what is left of the budget, without reading anything."""
        wait = min(seconds, self.left)
        self.left -= wait
        self.pause(wait)
