"""Hypothesis's only door: strategies over the families, and seeded draws from them.

A stimulus costs one compact draw of five small integers that a maker expands, which is several times faster
than nested strategies and still shrinks: every number shrinks towards 0, where ids are readable and lists short.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import hypothesis
from hypothesis import strategies as st

import restore_conformance.payloads.protocol  # noqa: F401 - registers its families
from restore_conformance.payloads.families import FAMILIES, VARIANTS, Knobs, is_newer
from restore_conformance.payloads.materials import LONG_BROWSE, ODD_GROUPS, PRETTY, REVERSED, UPPER, Materials
from restore_conformance.payloads.stimulus import Stimulus

STYLES = (0, PRETTY, REVERSED, PRETTY | REVERSED, UPPER, ODD_GROUPS, LONG_BROWSE)
HEAVY = frozenset({"too-many", "very-large", "very-deep"})
"""Families whose bodies are large: planned, and drawn only when named."""


def stimuli(materials: Materials, families: Sequence[str] | None = None, most: int = 49) -> st.SearchStrategy[Stimulus]:
    """Stimuli of some families, with up to `most` artifacts.

    By default of all but the heavy ones and those about members that the edition of the materials lacks.
    """
    names = list(families or (name for name in sorted(set(FAMILIES) - HEAVY) if not is_newer(materials, name)))

    def expand(numbers: tuple[int, int, int, int, int, int]) -> Stimulus:
        which, count, place, variant, seed, style = numbers
        name = names[which]
        knobs = Knobs(1 + count, place, variant % VARIANTS[name], seed, STYLES[style])
        return FAMILIES[name](materials, knobs)

    return st.tuples(
        st.integers(0, len(names) - 1),
        st.integers(0, most - 1),
        st.integers(0, 48),
        st.integers(0, 47),
        st.integers(0, 2**31),
        st.integers(0, len(STYLES) - 1),
    ).map(expand)


def draw(strategy: st.SearchStrategy[Stimulus], number: int, seed: int) -> list[Stimulus]:
    """That many stimuli, the same for the same seed."""
    drawn: list[Stimulus] = []
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
    @hypothesis.given(strategy)
    def collect(stimulus: Stimulus) -> None:
        drawn.append(stimulus)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hypothesis.errors.HypothesisWarning)
        collect()
    return drawn[:number]


def smallest(
    strategy: st.SearchStrategy[Stimulus], condition: Callable[[Stimulus], bool], tries: int = 500
) -> Stimulus:
    """The simplest stimulus that meets a condition, as Hypothesis shrinks it.

    Raises hypothesis.errors.NoSuchExample where none was found.
    """
    settings = hypothesis.settings(
        max_examples=tries,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    return hypothesis.find(strategy, condition, settings=settings)
