"""What can have changed about a clause between two runs: the kinds, and one change. Compares nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any


class Kind(enum.StrEnum):
    """The kinds of change, the gravest first."""

    REGRESSED = "regressed"
    APPEARED = "appeared"
    LOST = "lost-verdict"
    EVIDENCE = "changed-evidence"
    READING = "changed-reading"
    FIXED = "fixed"
    VANISHED = "vanished"
    GAINED = "gained-verdict"
    UNDECIDED = "undecided"
    NEW = "new-clause"
    RETIRED = "retired-clause"
    RESTATED = "restated"


SAYS = {
    Kind.REGRESSED: "kept before, broken now",
    Kind.APPEARED: "not judged before, broken now",
    Kind.LOST: "kept before, not judged now",
    Kind.EVIDENCE: "still broken, in another way",
    Kind.READING: "where the documents leave it open, the target does something else now",
    Kind.FIXED: "broken before, kept now",
    Kind.VANISHED: "broken before, not judged now",
    Kind.GAINED: "not judged before, kept now",
    Kind.UNDECIDED: "not judged, for another reason than before",
    Kind.NEW: "in the newer register only: no change of the target",
    Kind.RETIRED: "in the older register only: no change of the target",
    Kind.RESTATED: "the clause itself has another level or wording",
}
"""Each kind in words."""

MIRROR = {
    Kind.REGRESSED: Kind.FIXED, Kind.FIXED: Kind.REGRESSED,
    Kind.APPEARED: Kind.VANISHED, Kind.VANISHED: Kind.APPEARED,
    Kind.LOST: Kind.GAINED, Kind.GAINED: Kind.LOST,
    Kind.NEW: Kind.RETIRED, Kind.RETIRED: Kind.NEW,
    Kind.EVIDENCE: Kind.EVIDENCE, Kind.READING: Kind.READING,
    Kind.UNDECIDED: Kind.UNDECIDED, Kind.RESTATED: Kind.RESTATED,
}  # fmt: skip
"""What each kind is when the two runs change places."""

BROKEN = frozenset({Kind.REGRESSED, Kind.APPEARED})
"""Kinds that fail a comparison where the clause is a *must* and nobody accepted it.

A clause without a verdict before gives no ground to say that it was broken then, so its breach counts as a regression:
else one throttled night between a good one and a bad one would hide it.
"""

MENDED = frozenset({Kind.FIXED, Kind.VANISHED})


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of which clause, and the clause's entry in either run (None where it has none there).

    `parts` names what differs: parts of the evidence, fields of the clause, or readings. `also` are further clauses
    of which the same is true; `consequences` are changes that follow from this one and are not counted apart.
    """

    kind: Kind
    clause: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    note: str = ""
    parts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    consequences: tuple[Change, ...] = ()

    @property
    def entry(self) -> dict[str, Any]:
        """The clause as the newer run that has it states it."""
        found = self.new if self.new is not None else self.old
        assert found is not None
        return found

    @property
    def broken(self) -> dict[str, Any]:
        """The entry of the run in which the clause is broken, of a change from or to that."""
        found = self.old if self.kind in MENDED else self.new
        assert found is not None
        return found

    @property
    def weighs(self) -> bool:
        """Whether a *must* clause became broken or whole, and nobody had accepted that it is broken."""
        if self.kind not in BROKEN | MENDED:
            return False
        return self.broken["level"] == "must" and "accepted" not in self.broken

    @property
    def fails(self) -> bool:
        """Whether this change by itself makes the comparison fail."""
        return self.kind in BROKEN and self.weighs
