"""The only module that draws with Hypothesis: strategies over the families, and seeded draws from them.

Public, for a test of your own as for this suite's runs:

`stimuli(materials, families, most)` is a strategy of stimuli: any of some families, any knobs.
`knobs(slot)` is a strategy of the knobs of one slot, of which some are fixed (see `slots`).
`draw(strategy, number, seed)` gives so many values, the same for the same seed and the same version of Hypothesis.
`below(end)` is a strategy of integers from 0 on that does not depend on what is imported.
`fill(slots, seed)` gives the knobs of each of some slots, drawn together.

A stimulus costs one compact draw of a few small integers that a maker expands, which is several times faster
than nested strategies and still shrinks: every number shrinks towards 0, where ids are readable and lists short.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TypeVar

import hypothesis
from hypothesis import strategies as st

import restore_conformance.stimuli.protocol  # noqa: F401 - registers its families
from restore_conformance.stimuli.families import FAMILIES, Knobs, is_newer
from restore_conformance.stimuli.materials import LONG_BROWSE, PRETTY, REVERSED, UNUSUAL_GUIDS, UPPER, Materials
from restore_conformance.stimuli.slots import Slot
from restore_conformance.stimuli.stimulus import Stimulus

__all__ = ["HEAVY", "STYLES", "Strategy", "below", "draw", "fill", "knobs", "stimuli"]

T = TypeVar("T")
Strategy = st.SearchStrategy
"""What all of them are."""

STYLES = (0, PRETTY, REVERSED, PRETTY | REVERSED, UPPER, UNUSUAL_GUIDS, LONG_BROWSE)
HEAVY = frozenset({"too-many", "very-large", "very-deep"})
"""Families whose bodies are large: planned, and drawn only when named."""
FAR = 1 << 67
"""Where the integers that are drawn begin. Hypothesis mixes constants of the modules that happen to be imported, and
some of its own below 2^66, into the integers of a range that holds them; one seed would then draw other stimuli in
another process. No such constant is that large."""
SEEDS = 1 << 31
TOGETHER = 40
"""Slots that are filled in one draw: Hypothesis bounds how much one value may take."""


def below(end: int) -> st.SearchStrategy[int]:
    """An integer from 0 on; shrinks towards 0."""
    return st.integers(FAR, FAR + end - 1).map(lambda drawn: drawn - FAR)


def stimuli(materials: Materials, families: Sequence[str] | None = None, most: int = 49) -> st.SearchStrategy[Stimulus]:
    """Stimuli of some families, with up to `most` artifacts.

    By default of all but the heavy ones and those about members that the edition of the materials lacks.
    """
    names = list(families or (name for name in sorted(set(FAMILIES) - HEAVY) if not is_newer(materials, name)))

    def expand(numbers: tuple[int, int, int, int, int, int]) -> Stimulus:
        which, count, place, variant, seed, style = numbers
        name = names[which]
        return FAMILIES[name](
            materials, Knobs(1 + count, place, variant % FAMILIES[name].variants, seed, STYLES[style])
        )

    return st.tuples(
        below(len(names)),
        below(most),
        below(49),
        below(48),
        below(SEEDS + 1),
        below(len(STYLES)),
    ).map(expand)


def knobs(slot: Slot) -> st.SearchStrategy[Knobs]:
    """What a slot leaves open: shrinks towards one artifact, the first place, the first variant and plain writing."""

    def expand(numbers: tuple[int, int, int, int, int]) -> Knobs:
        size, place, variant, seed, chosen = numbers
        style = sum(bit for number, bit in enumerate(slot.writing) if chosen >> number & 1)
        return Knobs(size, place, variant, seed, slot.style | style)

    return st.tuples(
        below(slot.most).map(lambda number: number + 1) if slot.size is None else st.just(slot.size),
        below(slot.size or slot.most) if slot.place is None else st.just(slot.place),
        below(FAMILIES[slot.family].variants) if slot.variant is None else st.just(slot.variant),
        below(SEEDS),
        below(1 << len(slot.writing)) if slot.writing else st.just(0),
    ).map(expand)


def fill(slots: Sequence[Slot], seed: int) -> list[Knobs]:
    """Knobs for each slot in order, the same for the same seed."""
    filled: list[Knobs] = []
    for first in range(0, len(slots), TOGETHER):
        some = slots[first : first + TOGETHER]
        # The first value that Hypothesis draws is always the simplest.
        filled += draw(st.tuples(*map(knobs, some)), 2, seed * 1000 + first)[-1]
    return filled


def draw(strategy: st.SearchStrategy[T], number: int, seed: int) -> list[T]:
    """That many values, the same for the same seed."""
    drawn: list[T] = []
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
    def collect(value: T) -> None:
        drawn.append(value)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hypothesis.errors.HypothesisWarning)
        collect()
    return drawn[:number]
