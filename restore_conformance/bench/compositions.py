"""Draws compositions of variants: at most one value of every dimension, in any combination.

One in four has habits on the wire as well, and so is judged over HTTP, which takes several times as long.
"""

from __future__ import annotations

import warnings

import hypothesis
from hypothesis import strategies as st

from restore_conformance.mock.variants import dimensions
from restore_conformance.mock.variants.wire import WIRE

ALONE = "fair-"
"""Dimensions of servers that were built against one clause: judged alone, as several of them hide each other."""


def compositions() -> st.SearchStrategy[list[str]]:
    """Lists of variant names of different dimensions; shrinks towards the conforming service as it is."""
    choices = {name: [None, *values] for name, values in sorted(dimensions().items()) if not name.startswith(ALONE)}
    every = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in choices.items()})

    def listed(drawn: tuple[dict[str, str | None], int]) -> list[str]:
        chosen, wired = drawn
        return [
            value
            for dimension, value in chosen.items()
            if value is not None and (wired == 0 or not dimension.startswith(WIRE))
        ]

    return st.tuples(every, st.sampled_from([1, 2, 3, 0])).map(listed)


def draw(number: int, seed: int) -> list[list[str]]:
    """That many compositions, the same for the same seed."""
    drawn: list[list[str]] = []
    if number < 1:
        return drawn

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(compositions())
    def collect(names: list[str]) -> None:
        drawn.append(names)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hypothesis.errors.HypothesisWarning)
        collect()
    return drawn[:number]
