"""The drawn part of the standard profile: what is fixed of each stimulus that Hypothesis draws.

A slot fixes what is met every night: each number of artifacts, each way to break a rule, each place of a few. Ids,
the other places and numbers, and the way of writing are drawn. No clause rests on a slot: the planned part touches
each that a slot touches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from restore_conformance.stimuli.broken_rules import EVERY, WRONG_TYPES
from restore_conformance.stimuli.materials import (
    FALLING,
    LENGTHS,
    LONG_BROWSE,
    PRETTY,
    REVERSED,
    RISING,
    SAME_SITE,
    TYPED,
    UNUSUAL_GUIDS,
    UPPER,
)

REFUSED = (REVERSED, TYPED)
"""What is written otherwise in a request that has to be refused."""
SITES = (REVERSED, UPPER, UNUSUAL_GUIDS, FALLING, RISING)
ITEMS = (REVERSED, UPPER, LONG_BROWSE, SAME_SITE, LENGTHS, FALLING)
"""The same for those that have to be accepted: nothing that a clause of its own is about, since that one would be
blamed for whatever else a server stumbles over there."""
PLANNED = frozenset({2, 4, 9, 22, 24, 27, 30, 33, 50})
"""Numbers of sites that the planned part has: scenarios take them, or they come with other unusual features."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A stimulus of a family, of which some knobs are fixed and what is None is drawn: a size up to `most`, any place
    and any variant. The bits of `style` are set, and each of `writing` is or is not."""

    family: str
    size: int | None = None
    place: int | None = None
    variant: int | None = None
    style: int = 0
    writing: tuple[int, ...] = ()
    most: int = 5


def _accepted() -> Iterator[Slot]:
    for count in range(1, 52):
        if count not in PLANNED:
            apart = {6: PRETTY, 18: PRETTY, 43: TYPED}.get(count, 0)
            yield Slot("standard", count, style=apart, writing=SITES)
    for count in (1, 5, 11, 14, 17, 21, 23, 26, 31, 37, 42, 49, 50, 51):
        yield Slot("granular", count, style=TYPED if count == 37 else 0, writing=ITEMS)
    yield Slot("granular-destination", variant=1, most=30, writing=ITEMS)
    yield Slot("prefer", place=1, writing=SITES)
    for variant in range(1, 5):
        yield Slot("media-type-spelling", variant=variant, most=31)


def _rows() -> Iterator[Slot]:
    """Refusals by the rows of the error table."""
    for place, variant in enumerate((4, 1, 2, 3, 5)):
        yield Slot("path-type", 5, place, variant, writing=REFUSED)
    for variant in (0, 1):
        yield Slot("path-type", variant=variant, writing=REFUSED)
    for variant in (6, 7):
        yield Slot("path-type", 3, variant=variant, writing=REFUSED)
    yield Slot("empty-list", variant=1)
    yield Slot("null-list", variant=0)
    for place, variant in enumerate((4, 2, 3, 5, 7)):
        yield Slot("restore-point", 5, place, variant, writing=REFUSED)
    for variant in (0, 1, 3, 8):
        yield Slot("restore-point", variant=variant, writing=REFUSED)
    for size, place in ((2, 1), (3, 0), (3, 2), (10, 5), (50, 49)):
        yield Slot("different-destination", size, place, writing=REFUSED)
    for size, back in ((2, 0), (10, 0), (10, 8), (50, 48)):
        yield Slot("duplicate", size, size - 1, 0, back)
    for size, back in ((2, 0), (3, 1), (40, 38)):
        yield Slot("duplicate", size, size - 1, 1, back)
    for variant in (3, 4, 5, 6):
        yield Slot("duplicate", variant=variant)
    for size, others in ((1, 1), (1, 8), (20, 2)):
        yield Slot("mixed", size, others - 1, writing=REFUSED)
    for variant in (1, 2, 4):
        yield Slot("several", variant=variant)


def _rules() -> Iterator[Slot]:
    """Refusals by other sentences, and what the documents leave open."""
    for variant in (2, 3, 4):
        yield Slot("conflict-on-standard", variant=variant)
    for variant in (2, 3, 4):
        yield Slot("conflict-value", variant=variant)
    for size in (3, 10):
        yield Slot("future-value", size)
    for variant in (2, 5):
        yield Slot("granular-members", 3, 1, variant)
    for variant, (_, path, _) in enumerate(WRONG_TYPES):
        if path != EVERY:
            yield Slot("wrong-type", variant=variant)
    for variant in (1, 2):
        yield Slot("collection-form", variant=variant)
    for variant in (1, 3, 4):
        yield Slot("annotations", variant=variant)
    for variant in (1, 2, 3):
        yield Slot("opaque-values", variant=variant)
    yield Slot("one-kind-empty", variant=3)
    yield Slot("id-letter-case", variant=1)


def _protocol() -> Iterator[Slot]:
    for name, variants in (
        ("no-token", (1, 2)), ("token-malformed", (1, 2, 3)), ("token-altered", (1, 2, 3)),
        ("other-media-type", (1, 2, 3)), ("not-json", (1, 2, 3)), ("trailing-text", (1,)),
        ("not-an-object", (1, 2, 3)), ("not-utf8", (1,)), ("unusual-json", (1, 2, 3, 4)),
    ):  # fmt: skip
        for variant in variants:
            yield Slot(name, variant=variant)


SLOTS = (*_accepted(), *_rows(), *_rules(), *_protocol())
