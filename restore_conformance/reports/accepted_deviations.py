"""Applies a ledger to a run: which failed clauses are accepted, and which entries no longer hold.

Pure functions. Nothing is removed from a record: a clause stays failed, and is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from restore_conformance.campaign.result import Conclusion, Result, Stop, conclude
from restore_conformance.reports.ledger import Entry, Ledger
from restore_conformance.reports.wording import WORDS
from restore_conformance.spelling import counted
from restore_conformance.verdicts import ClauseVerdict, Exit, Verdict

Conclude = Callable[[list[ClauseVerdict], Stop, str], Conclusion]


def accepted(
    run: dict[str, Any], ledger: Ledger, targets: Sequence[str], today: date, shown: Callable[[str], str]
) -> dict[str, Any]:
    """The record with every accepted clause marked, and with what is wrong about the ledger.

    `targets` are the names the target goes by. An entry about another target is ignored. One that is overdue accepts
    nothing. One whose clause has no verdict here is noted. Hosts and people in the ledger go through `shown`, since
    records are scrubbed.
    """
    entries = [entry for entry in ledger.entries if entry.is_for(list(targets))]
    by_address = {clause["id"]: clause for clause in run["clauses"]}
    covers: dict[str, Entry] = {}
    errors: list[str] = []
    notes: list[str] = []
    for entry in entries:
        verdict = by_address.get(entry.clause, {}).get("verdict", "none")
        if entry.review < today:
            errors.append(f"{_the(entry)} is overdue: it was to be reviewed by {entry.review.isoformat()}.")
            continue
        if verdict == "pass":
            errors.append(f"{_the(entry)} no longer happens: the clause passes. Remove the entry.")
        elif verdict != "fail":
            notes.append(f"{_the(entry)} could not be checked: the clause is {WORDS[verdict]} here.")
        elif entry.clause in covers:
            other = covers[entry.clause].number
            errors.append(f"{_the(entry)} is a duplicate: entry {other} is about the same clause on this target.")
        else:
            covers[entry.clause] = entry
    elsewhere = len(ledger.entries) - len(entries)
    if elsewhere:
        notes.append(f"{counted(elsewhere, 'entry is', 'entries are')} about other targets.")
    clauses = [
        {**clause, "accepted": _shown(covers[clause["id"]], shown)} if clause["id"] in covers else _unmarked(clause)
        for clause in run["clauses"]
    ]
    marked = [clause["id"] for clause in clauses if "accepted" in clause]
    return {
        **run,
        "clauses": clauses,
        "ledger": {"accepted": marked, "errors": [*map(shown, errors)], "notes": [*map(shown, notes)]},
    }


def _shown(entry: Entry, shown: Callable[[str], str]) -> dict[str, str]:
    """An entry as the run record holds it with the clause."""
    texts = {"reason": entry.reason, "owner": entry.owner, "case": entry.case, "review": entry.review.isoformat()}
    return {name: shown(text) for name, text in texts.items()}


def _unmarked(clause: dict[str, Any]) -> dict[str, Any]:
    """A clause without the mark of an earlier ledger."""
    return {name: value for name, value in clause.items() if name != "accepted"}


def _the(entry: Entry) -> str:
    return f"E{str(entry)[1:]}"


def exit_of(run: dict[str, Any], rest: Callable[[], int]) -> int:
    """The exit code of a run that a ledger was read against.

    An error in the ledger is 1. Where every failed *must* clause is accepted, `rest` decides: what the exit code is
    if those clauses are left aside. A run that failed for something that is not a clause stays failed.
    """
    if run["ledger"]["errors"]:
        return int(Exit.BROKEN)
    broken = [clause for clause in run["clauses"] if clause["verdict"] == "fail" and clause["level"] == "must"]
    if run["exit"] != Exit.BROKEN:
        return int(run["exit"])
    if not broken or any("accepted" not in clause for clause in broken):
        return int(Exit.BROKEN)
    return rest()


def settled(
    run: dict[str, Any],
    result: Result,
    ledger: Ledger | None,
    targets: Sequence[str],
    today: date,
    shown: Callable[[str], str],
    *,
    concluded: Conclude = conclude,
    held: bool = False,
) -> dict[str, Any]:
    """The record of a run as its ledger has it, with the exit code that follows; the same record without a ledger.

    `held` says that something besides the clauses failed, which no ledger can accept.
    """
    if ledger is None:
        return run
    marked = accepted(run, ledger, targets, today, shown)
    aside = frozenset(marked["ledger"]["accepted"])

    def rest() -> int:
        if held:
            return int(Exit.BROKEN)
        verdicts = [
            replace(verdict, verdict=Verdict.PASS) if verdict.clause.address in aside else verdict
            for verdict in result.verdicts
        ]
        return int(concluded(verdicts, result.stop, result.stopped)[0])

    return {**marked, "exit": exit_of(marked, rest)}
