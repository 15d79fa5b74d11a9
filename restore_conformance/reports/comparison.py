"""Compares two run records: what changed in the target, and what differs in the register alone.

A change that several clauses share, or that follows from another one, is reported once. A pure function of two records;
what a clause means is unknown here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Any

from restore_conformance.records.finding import identity
from restore_conformance.settings.settings import EVERY

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


UNSETTLED = frozenset({"none", "inconclusive", "error"})
LEFT_OUT = "left out: "
"""The beginning of the reason of a clause that was left out on purpose, in records that do not say so as `why`."""

STATED = ("level", "says", "since", "reading")
"""Fields of an entry that say what the clause is."""

ELSEWHERE = frozenset(
    {
        "target", "profile", "seed", "report", "deviations", "max_requests", "max_failures", "wait", "token",
        "ca_bundle",
    }
)  # fmt: skip
"""Settings that are compared elsewhere, or that do not affect judging."""
LATER = {"only": EVERY, "headers": "unset"}
"""Settings that older suites did not have, and what they did."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two run records, and everything that changed from one to the other, the gravest first.

    `still` are the clauses broken in both; the newer record holds the accepted deviations.
    """

    old: dict[str, Any]
    new: dict[str, Any]
    caveats: tuple[str, ...]
    changes: tuple[Change, ...]
    still: tuple[str, ...]

    @property
    def failing(self) -> list[Change]:
        """The changes that make the comparison fail, by themselves or by what follows from them."""
        return [change for change in self.changes if any(part.fails for part in (change, *change.consequences))]

    @property
    def exit(self) -> int:
        """1 for a regression of a *must* clause that is not accepted, or an error in the ledger; else 0."""
        return int(bool(self.failing or self.new.get("ledger", {}).get("errors")))


def compare(old: dict[str, Any], new: dict[str, Any]) -> Comparison:
    """What changed between two runs. Both records keep the schema of run records."""
    before, after = ({entry["id"]: entry for entry in run["clauses"] if not _left_out(entry)} for run in (old, new))
    changes: list[Change] = []
    for address in dict.fromkeys([*before, *after]):
        was, now = before.get(address), after.get(address)
        if was is not None and now is not None:
            changes += _of_clause(address, was, now)
            continue
        without = old if was is None else new
        if without.get("settings", {}).get("only", EVERY) != EVERY:
            continue  # the run was about other clauses, which says nothing of the register
        kind = Kind.NEW if was is None else Kind.RETIRED
        note = next((str(entry["reason"]) for entry in without["clauses"] if entry["id"] == address), "")
        changes.append(Change(kind, address, was, now, note))
    order = list(Kind)
    changes = sorted(folded(readings_joined(changes)), key=lambda change: order.index(change.kind))
    still = (
        address
        for address, was in before.items()
        if was["verdict"] == "fail" and address in after and after[address]["verdict"] == "fail"
    )
    return Comparison(old, new, tuple(caveats(old, new)), tuple(changes), tuple(still))


def _left_out(entry: Entry) -> bool:
    """Whether a run left a clause out on purpose, as one that is newer than the edition that bound."""
    if entry["verdict"] != "none":
        return False
    return str(entry["why"]) == "left-out" if "why" in entry else str(entry.get("reason", "")).startswith(LEFT_OUT)


def _of_clause(address: str, was: Entry, now: Entry) -> list[Change]:
    changes = []
    stated = tuple(name for name in STATED if was.get(name, "") != now.get(name, ""))
    note = f"the clause has another {' and '.join(stated)} than before" if stated else ""
    kind = kind_of(was["verdict"], now["verdict"])
    parts = _differences(was["findings"], now["findings"]) if kind is Kind.EVIDENCE else ()
    if kind is not None and (parts or kind is not Kind.EVIDENCE):
        changes.append(Change(kind, address, was, now, note, parts))
    if stated:
        changes.append(Change(Kind.RESTATED, address, was, now, parts=stated))
    readings = (frozenset(was.get("seen", ())), frozenset(now.get("seen", ())))
    if all(readings) and readings[0] != readings[1]:
        changes.append(Change(Kind.READING, address, was, now, parts=tuple(sorted(readings[0] ^ readings[1]))))
    return changes


def kind_of(old: str, new: str) -> Kind | None:
    """The kind of change between two verdicts; a clause broken in both may show other evidence."""
    if old == new:
        return Kind.EVIDENCE if old == "fail" else None
    if old in UNSETTLED and new in UNSETTLED:
        return Kind.UNDECIDED
    return {
        ("pass", "fail"): Kind.REGRESSED,
        ("fail", "pass"): Kind.FIXED,
        ("", "fail"): Kind.APPEARED,
        ("fail", ""): Kind.VANISHED,
        ("pass", ""): Kind.LOST,
        ("", "pass"): Kind.GAINED,
    }["" if old in UNSETTLED else old, "" if new in UNSETTLED else new]


def _differences(old: list[Entry], new: list[Entry]) -> tuple[str, ...]:
    """Which parts of the evidence differ, findings taken in their order; another number of them is a part too."""
    if len(old) != len(new):
        return ("findings",)
    pairs = zip(map(identity, old), map(identity, new), strict=True)
    return tuple(dict.fromkeys(part for before, after in pairs for part in before.differences(after)))


def caveats(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What makes two runs hard to compare: every difference between them that is not the target's doing."""
    suites, profiles = (old["suite"], new["suite"]), [run.get("profile", "unknown") for run in (old, new)]
    rows = [
        ("The runs are of different targets: {}, then {}.", old["target"], new["target"]),
        ("The contract differs: {:.12}, then {:.12}. Clauses may be judged differently.",
         *(suite["contract"] for suite in suites)),
        ("The suite differs: {}, then {}.", *(suite["version"] for suite in suites)),
        ("The profiles differ: {}, then {}. What one did not send, it could not judge.", *profiles),
        ("The seeds differ: {}, then {}. Other requests were sent.", old["seed"], new["seed"]),
    ]  # fmt: skip
    settings = old.get("settings", {}), new.get("settings", {})
    for name in sorted({*settings[0], *settings[1]} - ELSEWHERE):
        was, now = (values.get(name, LATER.get(name, "not recorded")) for values in settings)
        rows.append((f"The setting {name} differs: {{}}, then {{}}.", was, now))
    sentences = [sentence.format(was, now) for sentence, was, now in rows if was != now]
    if ("recordings" in old) != ("recordings" in new):
        which = "older" if "recordings" in old else "newer"
        sentences.append(f"The {which} run judged recordings, the other sent its requests itself.")
    for name, run in (("older", old), ("newer", new)):
        if run.get("stopped"):
            sentences.append(f"The {name} run ended early: {run['stopped']}.")
        if run["verdict"] == "error":
            sentences.append(f"In the {name} run the suite itself failed.")
    if old["started"] > new["started"]:
        sentences.append("The run called older started after the newer one.")
    return sentences
