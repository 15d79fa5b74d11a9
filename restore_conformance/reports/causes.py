"""What is broken by root cause, and what was not tested by what the run lacked for it: the order of every report.

Pure functions of a record. Knows no form of report, and marks nothing up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from restore_conformance.records.causes import LEVELS, gravest
from restore_conformance.reports.wording import Record


def findings(run: Record) -> list[Record]:
    """Clauses that were broken or could not be judged for an error of ours, the gravest first."""
    return [entry for cause in causes(run) for entry in cause.entries]


@dataclass(frozen=True, slots=True)
class Shown:
    """One root cause: the clauses with a finding of their own, and the addresses of those that follow from them."""

    says: str
    entries: list[Record]
    consequences: list[str]

    @property
    def head(self) -> Record:
        """The clause that shows it best."""
        return self.entries[0]

    @property
    def alone(self) -> bool:
        """Whether one clause has the finding."""
        return len(self.entries) == 1

    @property
    def level(self) -> str:
        """The gravest level among its clauses."""
        return gravest(self.entries)

    @property
    def operations(self) -> list[str]:
        """The operations of its clauses."""
        return list(dict.fromkeys(entry["id"].partition("/")[0] for entry in self.entries))

    @property
    def accepted(self) -> bool:
        """Whether the ledger covers all of it."""
        return all("accepted" in entry for entry in self.entries)


def causes(run: Record) -> list[Shown]:
    """What is broken by root cause, an error of the suite first; what the ledger accepts comes last."""
    entries = {entry["id"]: entry for entry in run["clauses"] if entry["verdict"] in {"fail", "error"}}
    made = []
    for cause in run.get("causes", ()):
        own = [entries.pop(address) for address in cause["clauses"] if address in entries]
        if own:
            made.append(Shown(_says(cause["says"], own), own, cause["consequences"]))
    made += [Shown(_says("", [entry]), [entry], _consequences(entry)) for entry in entries.values()]
    return sorted(made, key=_gravity)


def _gravity(cause: Shown) -> tuple[bool, bool, int]:
    return cause.head["verdict"] != "error", cause.accepted, LEVELS.index(cause.level)


def _consequences(entry: Record) -> list[str]:
    return [address for finding in entry["findings"] for address in finding.get("consequences", ())]


def _says(text: str, entries: list[Record]) -> str:
    """What the target does, as a sentence without its full stop."""
    if len(entries) == 1:
        findings = entries[0]["findings"]
        text = str(findings[0]["message"] if findings else entries[0].get("reason", ""))
    return text[:1].upper() + text[1:]


def fresh(finding: Record) -> list[tuple[str, Any]]:
    """Expectation and observation of a finding, as far as its message does not say them already."""
    rows: list[tuple[str, Any]] = []
    message = finding["message"]
    if finding["expected"] and finding["expected"] not in message:
        rows.append(("Expected", finding["expected"]))
    observed = finding["observed"]
    if observed is not None and (observed if isinstance(observed, str) else repr(observed)) not in message:
        rows.append(("Observed", observed))
    if finding["pointer"] and not message.startswith(f"{finding['pointer']}:"):
        rows.append(("At", finding["pointer"]))
    return rows


def often(finding: Record) -> str:
    """How often it was seen."""
    seen, of = finding["seen"], finding["of"]
    return "once" if of == 1 else f"{seen} of {of} times"


KINDS = {
    "caller": "they need another caller (--identity)",
    "ids": "they need ids that exist on the target (--restore-points, --granular-items)",
    "left-out": "left out, as the settings say",
    "room": "there was no room for them",
    "untested": "no exchange can show them",
}
"""Why clauses are not tested, for the kinds of reasons that are the same for all of their clauses."""


def untested(run: Record) -> list[tuple[str, list[Record]]]:
    """The clauses that nothing tested, by what this run lacked for them, the largest group first."""
    groups: dict[str, list[Record]] = {}
    found = [entry for entry in run["clauses"] if entry["verdict"] == "none" and "root" not in entry]
    lacking = dict.fromkeys(entry["id"].partition("/")[0] for entry in found if entry.get("why") == "route")
    for entry in found:
        if entry.get("why") == "route":
            groups.setdefault(f"the target seems to have no route for {', '.join(lacking)}", []).append(entry)
        else:
            groups.setdefault(_lacking(entry, run), []).append(entry)
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def _lacking(entry: Record, run: Record) -> str:
    kind = entry.get("why", "untouched")
    if kind in KINDS:
        return KINDS[kind]
    refused = any(status[0] == "4" for statuses in run.get("answers", {}).values() for status in statuses)
    reason = entry.get("reason") or "nothing that was sent tests them"
    if "answers" in run and not refused and _REFUSED.search(reason):
        return "the target never refused anything"
    return reason


_REFUSED = re.compile(r"was never refused$|^no refusal of |was refused between")
