"""What the nights add up to: which changes stand, which are confirmed, which came and went, which are acknowledged.

A change is provisional until a second reading of its source shows it again; one that a single reading showed is a
transient event, not two alarms. Knows dates and changes; the store keeps them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from restore_conformance.drift.change import Change
from restore_conformance.history.store import Acknowledgement


class State(enum.StrEnum):
    """Where a change stands on a night."""

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
        """As it stands in a report."""
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
    """Where a change stands at the end of a night.

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


def undoes(later: Change, kind: str, path: str, detail: Mapping[str, object]) -> bool:
    """Whether a change takes an earlier one back: added and removed, or changed there and back again."""
    stem, _, end = later.kind.rpartition("_")
    if later.path != path:
        return False
    if end in _OPPOSITES:
        return kind == f"{stem}_{_OPPOSITES[end]}"
    return (
        kind == later.kind
        and "from" in detail
        and detail.get("from") == later.detail.get("to")
        and detail.get("to") == later.detail.get("from")
    )
