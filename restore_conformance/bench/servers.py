"""Which servers the bench judges: one of two fixed halves of the faults, and random compositions of variants.

Requests are chosen by one half, and the figure that is reported comes from the other. Which half a fault belongs to is
decided by its name alone, so that a new fault moves no other one.

A composition has at most one value of every dimension, in any combination. One in four sends its responses in an
unusual way as well, and so is judged over HTTP, which takes several times as long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from hypothesis import strategies as st

from restore_conformance.mock.variants import dimensions
from restore_conformance.mock.variants.transport import OVER_HTTP
from restore_conformance.stimuli import drawing

CHOOSING: Final = "choosing"
REPORTING: Final = "reporting"
HALVES: Final = (CHOOSING, REPORTING)
ALONE = "fair-"
"""Dimensions of servers that were built against one clause: judged alone, as several of them hide each other."""
WIRED = 3
"""Which of four sends its responses in an unusual way."""


def half_of(name: str) -> str:
    """The half that a fault belongs to, the same on every machine."""
    return HALVES[hashlib.sha256(name.encode()).digest()[0] % 2]


def only(names: Iterable[str], half: str) -> list[str]:
    """The names of one half, or all of them where `half` is empty."""
    return [name for name in names if not half or half_of(name) == half]


def compositions() -> st.SearchStrategy[list[str]]:
    """Lists of variant names of different dimensions; shrinks towards the conforming service as it is."""
    choices = {name: [None, *values] for name, values in sorted(dimensions().items()) if not name.startswith(ALONE)}
    numbers = st.tuples(*(drawing.below(len(values)) for values in choices.values()))

    def listed(drawn: tuple[tuple[int, ...], int]) -> list[str]:
        chosen, wired = drawn
        named = ((name, values[number]) for (name, values), number in zip(choices.items(), chosen, strict=True))
        return [
            value
            for dimension, value in named
            if value is not None and (wired == WIRED or not dimension.startswith(OVER_HTTP))
        ]

    return st.tuples(numbers, drawing.below(4)).map(listed)


def draw(number: int, seed: int) -> list[list[str]]:
    """That many compositions, the same for the same seed, whatever else is imported."""
    return drawing.draw(compositions(), number, seed)
