"""Compares two run records: what differs in the target, and what differs in the register alone.

A pure function of two records; what a clause means is unknown here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from restore_conformance.records.finding import identity
from restore_conformance.reports.comparison.changes import Change, Entry, Kind, folded, readings_joined
from restore_conformance.settings.settings import EVERY

UNSETTLED = frozenset({"none", "inconclusive", "error"})
LEFT_OUT = "left out: "
"""The beginning of the reason of a clause that a run left out on purpose, since it began after `--as-of`."""

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
    return entry["verdict"] == "none" and str(entry.get("reason", "")).startswith(LEFT_OUT)


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
