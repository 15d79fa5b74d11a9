"""Remembers which ids were given, within a bound, so that one given twice is noticed and memory stays flat.

The first ones of a run are kept to its end, the latest ones for a while: an id is given again soon, or from the start.
"""

from __future__ import annotations

GENERATION = 20_000
"""How many ids are kept of the beginning, how many are recent, and how many lie just behind those."""


class Memory:
    """Ask it of every id with the number of the exchange that brought it."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._first: dict[str, int] = {}
        self._recent: dict[str, int] = {}
        self._older: dict[str, int] = {}

    def __call__(self, name: str, number: int) -> int | None:
        """The exchange that brought this id before, as far as it is remembered; None for a new one, now known."""
        for known in (self._first, self._recent, self._older):
            if name in known:
                return known[name]
        if len(self._first) < self._generation:
            self._first[name] = number
            return None
        if len(self._recent) >= self._generation:
            self._older, self._recent = self._recent, {}
        self._recent[name] = number
        return None
