"""The state of every change after all nights: standing, confirmed, transient, withdrawn or acknowledged.

A change is provisional until a second reading of its source shows it again; one that a single reading showed is a
transient event, not two alarms. Reads the store and judges no change.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from restore_conformance.drift.change import Change
from restore_conformance.history.store import Acknowledgement, Store


class State(enum.StrEnum):
    """The state of a change on a night."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    ACKNOWLEDGED = "acknowledged"
    TRANSIENT = "transient"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the history knows of one change; `confirmations` counts the readings after the first that showed it."""

    state: State
    first_seen: date
    last_seen: date
    confirmations: int
    acknowledged_by: str | None = None
    reason: str | None = None
    until: date | None = None

    def row(self) -> dict[str, str | int]:
        """The value in a report."""
        row: dict[str, str | int] = {
            "state": str(self.state),
            "first_seen": self.first_seen.isoformat(),
            "last_seen": self.last_seen.isoformat(),
            "confirmations": self.confirmations,
        }
        if self.acknowledged_by and self.reason and self.until:
            row |= {"acknowledged_by": self.acknowledged_by, "reason": self.reason, "until": self.until.isoformat()}
        return row


def standing(
    seen: Iterable[date], read: Iterable[date], at: date, acknowledged: Acknowledgement | None = None
) -> Standing | None:
    """The state of a change at the end of a night.

    `seen` are the nights that showed it, `read` those on which its source was read at all: a night without a reading
    neither confirms nor withdraws. None where it had not been seen by then.
    """
    sights = sorted(night for night in seen if night <= at)
    if not sights:
        return None
    shown = set(sights)
    nights = sorted({night for night in read if night <= at} | shown)
    run = 0
    for night in reversed(nights[: nights.index(sights[-1]) + 1]):
        if night not in shown:
            break
        run += 1
    stands = nights[-1] == sights[-1]
    if stands:
        state = State.CONFIRMED if run > 1 else State.PROVISIONAL
    else:
        state = State.WITHDRAWN if run > 1 else State.TRANSIENT
    valid = acknowledged if acknowledged and acknowledged.made <= at <= acknowledged.expires else None
    if stands and valid:
        state = State.ACKNOWLEDGED
    return Standing(
        state,
        sights[0],
        sights[-1],
        len(sights) - 1,
        valid.owner if valid else None,
        valid.reason if valid else None,
        valid.expires if valid else None,
    )


_OPPOSITES = {"added": "removed", "removed": "added"}


def undoes(later: Change, earlier: Mapping[str, Any]) -> bool:
    """Whether a change reverts an earlier one, as the store has it: added and removed, or there and back again."""
    stem, _, end = later.kind.rpartition("_")
    if earlier["path"] != later.path:
        return False
    if end in _OPPOSITES:
        return str(earlier["kind"]) == f"{stem}_{_OPPOSITES[end]}"
    was, now = earlier.get("detail", {}), later.detail
    back = "from" in was and (was.get("from"), was.get("to")) == (now.get("to"), now.get("from"))
    return back and earlier["kind"] == later.kind


def standings(store: Store, at: date) -> dict[str, Standing]:
    """The state of every change that was seen by the end of a night, by its id."""
    nights, acknowledged, bodies = store.nights(), store.acknowledgements(), store.bodies()
    places = _read_by_place(store)
    known: dict[str, Standing] = {}
    for identity, seen in store.sightings().items():
        source, where = bodies[identity]["source"], bodies[identity].get("where", "")
        read = places.get((source, where)) or nights.get(source) or []
        current = standing(seen, read, at, acknowledged.get(identity))
        if current is not None:
            known[identity] = current
    return known


def _read_by_place(store: Store) -> dict[tuple[str, str], list[date]]:
    """The nights on which each of several sources of one kind was read: that one page was neither confirms nor
    withdraws what another page says. Where a night has one source of a kind its address may change, and is ignored.
    """
    nights: dict[tuple[str, str], list[date]] = {}
    together: dict[tuple[date, str], set[str]] = {}
    for taken in store.snapshots():
        nights.setdefault((taken.source, taken.location), []).append(taken.night)
        together.setdefault((taken.night, taken.source), set()).add(taken.location)
    several = {source for (_night, source), places in together.items() if len(places) > 1}
    return {key: dates for key, dates in nights.items() if key[0] in several}


@dataclass(frozen=True, slots=True)
class Event:
    """One change on a time line: when it was first and last seen, its state, and whom it breaks."""

    day: str
    last: str
    kind: str
    path: str
    source: str
    grade: str
    state: str
    identity: str
    clauses: tuple[str, ...]

    @property
    def line(self) -> str:
        """What happened, in one line."""
        return f"{self.kind} {self.path} ({self.grade}, {self.state})"


def events(store: Store) -> list[Event]:
    """Every change that was ever seen, with its state after the last night, oldest first."""
    bodies, nights = store.bodies(), [*store.nights().values(), *store.sightings().values()]
    last = max((night for group in nights for night in group), default=date.min)
    rows = [
        Event(
            str(known.first_seen), str(known.last_seen), body["kind"], body["path"], body["source"],
            body["class_contract"], str(known.state), identity, tuple(body.get("clauses", ())),
        )
        for identity, known in standings(store, last).items()
        if (body := bodies[identity])
    ]  # fmt: skip
    return sorted(rows, key=lambda event: (event.day, event.identity))
