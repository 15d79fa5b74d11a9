"""What can have changed about a clause between two runs: the kinds, one change, and changes that are one defect.

A change that several clauses share, or that follows from another one, is reported once. Compares nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Any

Entry = dict[str, Any]
"""A clause in a run record."""


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
    Kind.REGRESSED: "passed before, failed now",
    Kind.APPEARED: "no verdict before, failed now",
    Kind.LOST: "passed before, no verdict now",
    Kind.EVIDENCE: "failed in both, in another way",
    Kind.READING: "where the documents leave it open, the target does something else now",
    Kind.FIXED: "failed before, passed now",
    Kind.VANISHED: "failed before, no verdict now",
    Kind.GAINED: "no verdict before, passed now",
    Kind.UNDECIDED: "no verdict, for another reason than before",
    Kind.NEW: "in the newer register only: no change of the target",
    Kind.RETIRED: "in the older register only: no change of the target",
    Kind.RESTATED: "the clause itself has another level or wording",
}
"""Each kind in words."""

BROKEN = frozenset({Kind.REGRESSED, Kind.APPEARED})
"""Kinds that fail a comparison where the clause is a *must* and it is not accepted.

A clause without a verdict before gives no ground to say that it was broken then, so its breach counts as a regression:
else one throttled run between a good one and a bad one would hide it.
"""
MENDED = frozenset({Kind.FIXED, Kind.VANISHED})
FOLLOWS_FROM = {
    **dict.fromkeys(BROKEN, BROKEN | {Kind.LOST, Kind.UNDECIDED}),
    **dict.fromkeys(MENDED, MENDED | {Kind.GAINED, Kind.UNDECIDED}),
}
"""Which kinds may be consequences of a change from or to broken; others stand by themselves."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of which clause, and the clause's entry in either run (None where it has none there).

    `parts` names what differs: parts of the evidence, fields of the clause, or readings. `also` are further clauses
    of which the same is true; `consequences` are changes that follow from this one and are not counted apart.
    """

    kind: Kind
    clause: str
    old: Entry | None
    new: Entry | None
    note: str = ""
    parts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    consequences: tuple[Change, ...] = ()

    @property
    def entry(self) -> Entry:
        """The clause as the newer run that has it states it."""
        entry = self.new if self.new is not None else self.old
        assert entry is not None
        return entry

    @property
    def broken(self) -> Entry:
        """The entry of the run in which the clause is broken, of a change from or to that."""
        entry = self.old if self.kind in MENDED else self.new
        assert entry is not None
        return entry

    @property
    def weighs(self) -> bool:
        """Whether a *must* clause became broken or whole, and was not accepted as broken."""
        if self.kind not in BROKEN | MENDED:
            return False
        return self.broken["level"] == "must" and "accepted" not in self.broken

    @property
    def fails(self) -> bool:
        """Whether this change by itself makes the comparison fail."""
        return self.kind in BROKEN and self.weighs

    @property
    def reading(self) -> tuple[Any, ...] | None:
        """The key by which equal changes of a reading are grouped; None for any other kind."""
        if self.kind is not Kind.READING or not self.entry.get("reading") or self.old is None or self.new is None:
            return None
        return self.entry["reading"], frozenset(self.old["seen"]), frozenset(self.new["seen"])

    def may_follow_from(self, root: Change) -> bool:
        """Whether this change is one that a finding of another one names as its consequence.

        Nothing that fails a comparison is listed under something that does not.
        """
        return (
            self.kind in FOLLOWS_FROM[root.kind]
            and self.clause != root.clause
            and (root.weighs or not self.weighs)
            and any(self.clause in finding.get("consequences", ()) for finding in root.broken["findings"])
        )


def readings_joined(changes: list[Change]) -> list[Change]:
    """One change for all clauses that show the same change of the same reading."""
    joined: list[Change] = []
    first: dict[tuple[Any, ...], int] = {}
    for change in changes:
        key = change.reading
        if key is not None and key in first:
            at = first[key]
            joined[at] = replace(joined[at], also=(*joined[at].also, change.clause))
            continue
        if key is not None:
            first[key] = len(joined)
        joined.append(change)
    return joined


def folded(changes: list[Change]) -> list[Change]:
    """Changes with what follows from another listed under that one, so that a defect is counted once.

    The finding of a breach names its consequences: the newer finding for a new breach, the older for one that is fixed.
    """
    roots = [change for change in changes if change.kind in FOLLOWS_FROM]
    over: dict[str, str] = {}

    def top(clause: str) -> str:
        while clause in over:
            clause = over[clause]
        return clause

    may_follow = frozenset[Kind]().union(*FOLLOWS_FROM.values())
    for change in changes:
        if change.kind in may_follow:
            # Two findings may name each other: the one that comes first is the root.
            under = (r for r in roots if change.may_follow_from(r) and top(r.clause) != change.clause)
            if (root := next(under, None)) is not None:
                over[change.clause] = root.clause
    below: dict[str, list[Change]] = {}
    remaining = []
    for change in changes:
        if change.kind in may_follow and change.clause in over:
            below.setdefault(top(change.clause), []).append(change)
        else:
            remaining.append(change)
    return [
        replace(change, consequences=tuple(below[change.clause]))
        if change.kind in FOLLOWS_FROM and change.clause in below
        else change
        for change in remaining
    ]
