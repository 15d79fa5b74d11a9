"""Tells two run records apart: what the target does otherwise, and what only the register says otherwise.

A pure function of two records; what a clause means is unknown here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from restore_conformance.records.finding_identity import sight
from restore_conformance.reports.comparison.changes import Change, Kind
from restore_conformance.reports.comparison.comparability import caveats
from restore_conformance.reports.comparison.grouping import folded, joined
from restore_conformance.settings import EVERY

UNSETTLED = frozenset({"none", "inconclusive", "error"})
LEFT_OUT = "left out: "
"""How the reason of a clause begins that a run left out on purpose, since it began after `--as-of`."""

STATED = ("level", "says", "since", "reading")
"""Fields of an entry that say what the clause is."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two run records, and everything that changed from one to the other, the gravest first.

    `still` are the clauses broken in both; `ledger` is what the newer record says of accepted deviations.
    """

    old: dict[str, Any]
    new: dict[str, Any]
    caveats: tuple[str, ...]
    changes: tuple[Change, ...]
    still: tuple[str, ...]

    @property
    def failing(self) -> list[Change]:
        """The changes that make the comparison fail, consequences among them."""
        return [one for change in self.changes for one in (change, *change.consequences) if one.fails]

    @property
    def exit(self) -> int:
        """1 for a regression of a *must* clause that nobody accepted, or an error in the ledger; else 0."""
        return int(bool(self.failing or self.new.get("ledger", {}).get("errors")))


def compare(old: dict[str, Any], new: dict[str, Any]) -> Comparison:
    """What changed between two runs. Both records keep the schema of run records."""
    before = {entry["id"]: entry for entry in old["clauses"] if not _left_out(entry)}
    after = {entry["id"]: entry for entry in new["clauses"] if not _left_out(entry)}
    found: list[Change] = []
    for address in dict.fromkeys([*before, *after]):
        was, now = before.get(address), after.get(address)
        if was is None or now is None:
            if _of_some(new if now is None else old):
                continue  # the run was about other clauses, which says nothing of the register
            kind = Kind.NEW if was is None else Kind.RETIRED
            found.append(Change(kind, address, was, now, _why_absent(address, old if was is None else new)))
            continue
        found += _of_clause(address, was, now)
    order = list(Kind)
    changes = sorted(folded(joined(found)), key=lambda change: order.index(change.kind))
    still = tuple(
        address
        for address, was in before.items()
        if was["verdict"] == "fail" and address in after and after[address]["verdict"] == "fail"
    )
    return Comparison(old, new, tuple(caveats(old, new)), tuple(changes), still)


def _of_some(run: dict[str, Any]) -> bool:
    """Whether a run was about some clauses only."""
    return bool(run.get("settings", {}).get("only", EVERY) != EVERY)


def _left_out(entry: dict[str, Any]) -> bool:
    return entry["verdict"] == "none" and str(entry.get("reason", "")).startswith(LEFT_OUT)


def _why_absent(address: str, run: dict[str, Any]) -> str:
    return next((str(entry["reason"]) for entry in run["clauses"] if entry["id"] == address), "")


def _of_clause(address: str, was: dict[str, Any], now: dict[str, Any]) -> list[Change]:
    found = []
    stated = tuple(name for name in STATED if was.get(name, "") != now.get(name, ""))
    note = f"the clause has another {' and '.join(stated)} than before" if stated else ""
    kind = kind_of(was["verdict"], now["verdict"])
    if kind is Kind.EVIDENCE:
        parts = _differences(was["findings"], now["findings"])
        if parts:
            found.append(Change(kind, address, was, now, note, parts))
    elif kind is not None:
        found.append(Change(kind, address, was, now, note))
    if stated:
        found.append(Change(Kind.RESTATED, address, was, now, parts=stated))
    readings = (frozenset(was.get("seen", ())), frozenset(now.get("seen", ())))
    if all(readings) and readings[0] != readings[1]:
        found.append(Change(Kind.READING, address, was, now, parts=tuple(sorted(readings[0] ^ readings[1]))))
    return found


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


def _differences(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> tuple[str, ...]:
    """Which parts of the evidence differ, findings taken in their order; another number of them is a part too."""
    if len(old) != len(new):
        return ("findings",)
    pairs = zip(map(sight, old), map(sight, new), strict=True)
    return tuple(dict.fromkeys(name for one, other in pairs for name in one.differences(other)))
