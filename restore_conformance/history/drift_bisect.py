"""Finds the first bad night among the stored ones, by comparing their facts anew with today's rules.

Nights whose facts are the same are judged once. Knows snapshots and a predicate; opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from restore_conformance.history.store import Snapshot

EXACT = 1000
"""Up to so many different states every one is judged; beyond, the search halves and trusts that bad stays bad."""

Judge = Callable[[Snapshot], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """The first bad night, the last good one before it (None where there is none), and how many were judged."""

    bad: date
    good: date | None
    judged: int
    exact: bool


def first_bad(snapshots: Sequence[Snapshot], is_bad: Judge) -> Found | None:
    """The first night with a bad snapshot, or None where all of them are good."""
    nights: dict[date, list[Snapshot]] = {}
    for snapshot in snapshots:
        if snapshot.digest:
            nights.setdefault(snapshot.night, []).append(snapshot)
    order = sorted(nights)
    known: dict[tuple[str, str], bool] = {}

    def bad(index: int) -> bool:
        answer = False
        for snapshot in nights[order[index]]:
            key = (snapshot.source, snapshot.digest or "")
            if key not in known:
                known[key] = is_bad(snapshot)
            answer = answer or known[key]
        return answer

    states = {tuple((s.source, s.digest) for s in group) for group in nights.values()}
    exact = len(states) <= EXACT
    low = _scan(len(order), bad) if exact else _halve(len(order), bad)
    if low is None:
        return None
    return Found(order[low], order[low - 1] if low else None, len(known), exact)


def _scan(count: int, bad: Callable[[int], bool]) -> int | None:
    return next((index for index in range(count) if bad(index)), None)


def _halve(count: int, bad: Callable[[int], bool]) -> int | None:
    if not bad(count - 1):
        return None
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if bad(middle):
            high = middle
        else:
            low = middle + 1
    return low
