"""The planned part of every profile, and the whole of `quick`: each clause once, each request with as much as it bears.

Where the larger profiles draw what else there is, `quick` sends one more request of its own, or puts into one request
what the others send apart.

A request that has to be accepted carries several things that a server may stumble over: a style, an order, a number, a
header. One that has to be refused breaks one rule, and its one unusual element stands where and as a careless check may
overlook it: the last of many, in another order of members, beside a type at the top. A server that overlooks it for
any of these reasons accepts the request. What is most common stands in a small one as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from restore_conformance.stimuli.broken_rules import EACH_MEMBER, EVERY_MEMBER
from restore_conformance.stimuli.families import Knobs
from restore_conformance.stimuli.materials import (
    FALLING,
    LENGTHS,
    LONG_BROWSE,
    OPTIONAL,
    PRETTY,
    REVERSED,
    RISING,
    SAME_SITE,
    TYPED,
    UNUSUAL_GUIDS,
    UPPER,
)

MANY_SITES, MANY_ITEMS = 33, 33
"""How many artifacts the sessions have that are activated and deleted: numbers that leave one over, counted in batches
of four, eight or sixteen."""

PROTOCOL = (
    "no-token", "token-malformed", "token-altered", "no-media-type", "other-media-type", "not-json", "not-an-object",
    "not-utf8",
)  # fmt: skip
"""The protocol acts that must be refused."""

ONCE = (
    "annotations", "big-number", "conflict-spelling", "conflict-value", "enum-letter-case", "id-letter-case",
    "null-payload", "one-kind-empty", "opaque-values", "read-only-members", "trailing-text", "unknown-members",
    "unusual-json", "very-deep", "very-large",
)  # fmt: skip
"""Families that the short plan lacks, each planned once, so that no clause rests on what is drawn."""
SITES_OF_SCENARIOS = {2: 0, 9: UPPER, 24: 0, 27: UPPER | UNUSUAL_GUIDS, 30: 0}
ITEMS_OF_SCENARIOS = {2: 0, 3: 0, 7: LENGTHS, 10: 0}
"""The sessions that scenarios take from the plan: numbers of artifacts, and the style of each."""

Entry = tuple[str, Knobs]


def entries(s: int, *, whole: bool) -> Iterator[Entry]:
    """Families and knobs in order; `s` is where the seeds of the ids begin. `whole` says that more is sent besides."""
    yield from _accepted(s, whole)
    yield from _rows(s, whole)
    yield from _rules(s, whole)
    yield from _protocol(s, whole)
    if whole:
        yield from _further(s)


def _accepted(s: int, whole: bool) -> Iterator[Entry]:
    yield "standard", Knobs(50, 0, 0, s + 50, FALLING)
    if whole:
        yield "standard", Knobs(MANY_SITES, 0, 0, s + 33, PRETTY | REVERSED | RISING)
        yield "standard", Knobs(3, 0, 1, s + 34, TYPED)
    else:
        yield "standard", Knobs(3, 0, 1, 0, TYPED)  # ids that differ in their last digit alone
    yield "granular-destination", Knobs(10, 0, 0, s + 170, SAME_SITE | UPPER | LONG_BROWSE)
    for variant, count in enumerate((25, 8, 12)):
        yield "conflict-behavior", Knobs(count, 0, variant, s + 180)
    yield "no-payload", Knobs(variant=0)
    yield "no-payload", Knobs(variant=3)
    yield "empty-object", Knobs(variant=0)
    if whole:
        yield "prefer", Knobs(MANY_ITEMS, 0, 0, s + 190, FALLING | LENGTHS | REVERSED)
        yield "prefer", Knobs(41, 1, 0, s + 191, UPPER | UNUSUAL_GUIDS)
    else:
        items = FALLING | LENGTHS | REVERSED | SAME_SITE | UPPER | LONG_BROWSE
        yield "prefer", Knobs(MANY_ITEMS, 0, 0, s + 190, items)
        yield "prefer", Knobs(41, 1, 0, s + 191, UPPER | UNUSUAL_GUIDS | PRETTY | REVERSED | RISING)


def _rows(s: int, whole: bool) -> Iterator[Entry]:
    """Refusals by the rows of the error table."""
    yield "path-type", Knobs(1, 0, 3, s + 203)
    yield "path-type", Knobs(50, 49, 0, s + 210, TYPED | REVERSED)
    if not whole:
        yield "path-type", Knobs(2, 1, 1, s + 204)
    yield "empty-list", Knobs(variant=0)
    yield "null-list", Knobs(variant=1)
    yield "restore-point", Knobs(2, 1, 0, s + 230, TYPED)
    yield "restore-point", Knobs(50, 49, 6, s + 231, TYPED | REVERSED)
    if not whole:
        yield "restore-point", Knobs(2, 0, 4, s + 232)
    size, place, variant = (30, 16, 3) if whole else (50, 49, 0)
    yield "different-destination", Knobs(size, place, variant, s + 280, TYPED | REVERSED)
    yield "duplicate", Knobs(50, 49, 2, s + 302, 48)
    yield "duplicate", Knobs(30, 0, 7 if whole else 9, s + 275)
    yield "too-many", Knobs(0, 0, 0, s + 270)
    if not whole:
        yield "too-many", Knobs(0, 0, 1, s + 271)
    yield "mixed", Knobs(1, 0, 2, s + 281, TYPED)
    each = 8 if whole else 12
    yield "mixed", Knobs(each, each - 1, 1, s + 282, OPTIONAL)
    yield "several", Knobs(4, 0 if whole else 1, 0, s + 290)


def _rules(s: int, whole: bool) -> Iterator[Entry]:
    """Refusals by other sentences, and what the documents leave open."""
    for variant, count in ((0, 1), (1, 2), (5, 1)):
        yield "conflict-on-standard", Knobs(count, 0, variant, s + 300)
    yield "future-value", Knobs(1, 0, 0, s + 320)
    yield "granular-members", Knobs(3, 1, 0, s + 325)
    yield "granular-members", Knobs(1, 1, 1, s + 325)
    for variant in sorted(EACH_MEMBER if whole else EACH_MEMBER - {EVERY_MEMBER}):
        yield "wrong-type", Knobs(1 + variant % 3, variant, variant, s + 330)
    yield "collection-form", Knobs(1, 0, 0, s + 335)
    yield "curiosities", Knobs(18, 1, 0, s + 342)
    if not whole:
        yield "unusual-letters", Knobs(23, 1, 0, s + 899)  # of the browse session of another create
        yield "unusual-values", Knobs(1, 0, 0, s + 899)
        yield "conflict-value", Knobs(2, 1, 0, s + 340)


def _protocol(s: int, whole: bool) -> Iterator[Entry]:
    yield "media-type-spelling", Knobs(1, 0, 0 if whole else 6, s + 899)
    for name in PROTOCOL:
        yield name, Knobs(1, 0, 0, s + 899)  # the same artifact as other callers send: another session


def _further(s: int) -> Iterator[Entry]:
    """What `standard` plans beyond the short plan."""
    for count, style in SITES_OF_SCENARIOS.items():
        yield "standard", Knobs(count, 0, count % 2, s + count, style)
    yield "standard", Knobs(22, 0, 0, s + 22, TYPED)
    yield "standard", Knobs(4, 0, 0, 0)  # ids that differ in their last digit alone
    yield "too-many", Knobs(0, 0, 1, s + 271)
    for count, style in ITEMS_OF_SCENARIOS.items():
        yield "granular", Knobs(count, 0, 0, s + 100 + count, style)
    for variant in (1, 2):
        yield "no-payload", Knobs(variant=variant)
        yield "empty-object", Knobs(variant=variant)
    for name in ONCE:
        yield name, Knobs(2, 1, 0, s + 340)
    yield "unusual-json", Knobs(2, 1, 1, s + 340)  # a duplicate name, of which nobody can predict what comes
