"""Puts recorded exchanges in the order of sending, and marks those that were under way beside a change.

What a reading shows while a change is being made may be from before it or after it, so that it is no evidence; two
changes at once leave nobody sure of either. Looks at times and at what requests name; judges nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from restore_conformance.exchange import Exchange
from restore_conformance.state.facts import CHANGES

WINDOW = 256
"""Exchanges that are looked at together: clients seldom have more requests under way."""
ROUNDED = 0.002


def in_order(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Labelled exchanges by the time they were sent, within a window; one without a time stays where it is."""
    waiting: list[tuple[float, int, Exchange]] = []
    last = float("-inf")
    for place, one in enumerate(exchanges):
        last = last if one.at is None else one.at
        for _, _, other in waiting:
            _mark(one, other)
        heapq.heappush(waiting, (last, place, one))
        if len(waiting) > WINDOW:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _mark(one: Exchange, other: Exchange) -> None:
    if one.at is None or other.at is None:
        return
    # Recorders write milliseconds, so that one may seem to begin before the other has ended.
    if one.at + ROUNDED >= other.at + other.seconds or other.at + ROUNDED >= one.at + one.seconds:
        return
    changes = [changed for changed in (one, other) if changed.sent.operation in CHANGES]
    if not changes or (one.sent.session and other.sent.session and one.sent.session != other.sent.session):
        return
    for found in (one, other):
        found.overlaps = found.overlaps or found not in changes or len(changes) == 2
