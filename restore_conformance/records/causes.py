"""The findings of a run grouped by root cause: findings that one defect explains form a group, the gravest first.

A common cause is only reported where the evidence shows it: clauses that follow from another (the judge says
which), and findings with the same message. Two of the claims rest on the whole run: that nothing was refused, and that
no caller was. Pure functions of a record; knows no form of report.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.records.finding import broke
from restore_conformance.spelling import listed

Record = dict[str, Any]

LEVELS = ("must", "should", "observe")
CALLER = frozenset({"401", "403"})
"""The statuses by which a caller is refused, whatever the request holds."""

ACCEPTS = {
    "accepts-all": "Every invalid request",
    "accepts-callers": "Every request of a caller who has to be refused",
    "accepts-requests": "Every invalid request of a caller who may send it",
}
"""What is accepted, where the whole run shows that nothing of the kind is refused."""

_STATUS = re.compile(r"\b([1-5])(\d\d|xx)\b")
_SUBJECT = re.compile(r"^[A-Z]+ /\S+(?: \(after .{1,200}?\)| after .{1,200}? was answered \w+)?: ")
_POINTER = re.compile(r"^(?:/\S*)?(/[^/\s]*): ")


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause: `entries` have a finding of their own, `consequences` are addresses that follow from them."""

    key: str
    says: str
    entries: list[Record]
    consequences: list[str] = field(default_factory=list)

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
        return gravest([entry["level"] for entry in self.entries])

    @property
    def operations(self) -> list[str]:
        """The operations of its clauses."""
        return list(dict.fromkeys(_operation(entry["id"]) for entry in self.entries))

    @property
    def accepted(self) -> bool:
        """Whether the ledger covers all of it."""
        return all("accepted" in entry for entry in self.entries)

    @property
    def gravity(self) -> tuple[int, int, int]:
        """Sorts the gravest first: the level, how many clauses, in how many operations."""
        addresses = [*(entry["id"] for entry in self.entries), *self.consequences]
        return LEVELS.index(self.level), -len(addresses), -len(set(map(_operation, addresses)))


def gravest(levels: list[str]) -> str:
    """The gravest of some levels."""
    return min(levels, key=LEVELS.index)


def causes(run: Record) -> list[Cause]:
    """The broken clauses by root cause, as the record groups them, in the order of every report.

    An error of the suite comes first, and what the ledger accepts last.
    """
    entries = {entry["id"]: entry for entry in run["clauses"] if entry["verdict"] in {"fail", "error"}}
    root_causes = []
    for row in run.get("causes", ()):
        own = [entries.pop(address) for address in row["clauses"] if address in entries]
        if own:
            root_causes.append(Cause(row["key"], _sentence(row["says"], own), own, row["consequences"]))
    for address, entry in entries.items():
        following = [name for finding in entry["findings"] for name in finding.get("consequences", ())]
        root_causes.append(Cause(address, _sentence("", [entry]), [entry], following))
    return sorted(
        root_causes, key=lambda cause: (cause.head["verdict"] != "error", cause.accepted, LEVELS.index(cause.level))
    )


def _sentence(says: str, entries: list[Record]) -> str:
    """What the target does, as a sentence without its full stop."""
    if len(entries) == 1:
        findings = entries[0]["findings"]
        says = str(findings[0]["message"] if findings else entries[0].get("reason", ""))
    return says[:1].upper() + says[1:]


def grouped(run: Record) -> Record:
    """The record with `causes`, and with the key of its cause in every finding of a broken clause."""
    by_gravity = sorted(_groups(run), key=lambda cause: cause.gravity)
    keys = {entry["id"]: cause.key for cause in by_gravity for entry in cause.entries}
    keys |= {address: cause.key for cause in by_gravity for address in cause.consequences if address not in keys}
    clauses = [
        {**entry, "findings": [{**finding, "cause": keys[entry["id"]]} for finding in entry["findings"]]}
        if entry["id"] in keys and entry["findings"]
        else entry
        for entry in run["clauses"]
    ]
    rows = [
        {
            "key": cause.key, "says": cause.says, "level": cause.level,
            "clauses": [entry["id"] for entry in cause.entries], "consequences": cause.consequences,
        }
        for cause in by_gravity
    ]  # fmt: skip
    at = list(run).index("clauses")
    members = [member for member in run.items() if member[0] not in {"clauses", "causes"}]
    return dict([*members[:at], ("causes", rows), ("clauses", clauses), *members[at:]])


def _groups(run: Record) -> list[Cause]:
    groups: dict[str, list[Record]] = {}
    for entry in run["clauses"]:
        if entry["verdict"] == "fail" and entry["findings"]:
            groups.setdefault(_key(entry, run), []).append(entry)
    root_causes = []
    for key, entries in groups.items():
        entries.sort(key=lambda entry: (LEVELS.index(entry["level"]), -len(_following(entry))))
        own = {entry["id"] for entry in entries}
        following = dict.fromkeys(address for entry in entries for address in _following(entry))
        alone = len(entries) == 1
        says = str(entries[0]["findings"][0]["message"]) if alone else _says(key, entries)
        consequences = [address for address in following if address not in own]
        root_causes.append(Cause(entries[0]["id"] if alone else key, says, entries, consequences))
    return root_causes


def _following(entry: Record) -> list[str]:
    return list(entry["findings"][0].get("consequences", ()))


def _operation(address: str) -> str:
    return address.partition("/")[0]


def _key(entry: Record, run: Record) -> str:
    """What findings with the same cause have in common."""
    finding = entry["findings"][0]
    operation = _operation(entry["id"])
    answer = broke(finding)["response"]
    status = str(answer["status"]) if answer else "none"
    if not answer or status[0] == "5":
        return f"{operation} {status}"
    if finding["pointer"] or str(finding["observed"]).partition(" ")[0] != status:
        return f"alike {_shown(finding)} {json.dumps(finding['observed'], sort_keys=True)}"
    statuses = [first + rest for first, rest in _STATUS.findall(finding["expected"])]
    wanted = {expected[0] for expected in statuses}
    if status[0] == "2" and wanted == {"4"}:
        return _accepting(operation, run, callers=set(statuses) <= CALLER) or entry["id"]
    return f"answered {operation} {'|'.join(sorted(wanted))} {finding['observed']}"


def _shown(finding: Record) -> str:
    """What a finding shows, without its request and without the place of the member."""
    return _POINTER.sub(lambda match: f"{match[1]}: ", _SUBJECT.sub("", finding["message"]))


def _accepting(operation: str, run: Record, *, callers: bool) -> str:
    """The key of accepting what has to be refused, where the whole run shows that nothing of the kind is refused.

    A server that refuses some of it is taken to have a defect for each kind that it accepts.
    """
    answers = run.get("answers", {}).get(operation)
    if answers is None:
        return ""
    refused = {status for status in answers if status[0] == "4"}
    if not refused:
        return "accepts-all"
    if callers:
        return "" if refused & CALLER else "accepts-callers"
    return "" if refused - CALLER else "accepts-requests"


def _says(key: str, entries: list[Record]) -> str:
    """What the target does, for a cause of several clauses."""
    first = entries[0]["findings"][0]
    operations = list(dict.fromkeys(_operation(entry["id"]) for entry in entries))
    kind, _, rest = key.partition(" ")
    if kind in ACCEPTS:
        statuses = listed(
            sorted({str(broke(entry["findings"][0])["response"]["status"]) for entry in entries}), "or", most=0
        )
        return f"{ACCEPTS[kind]} to {listed(operations, most=0)} is accepted (answered {statuses})"
    if kind == "alike":
        return f"{listed(operations, most=0)}: {_shown(first)}"
    if kind == "answered":
        wanted = " or ".join(dict.fromkeys(entry["findings"][0]["expected"] for entry in entries[:3]))
        return f"{operations[0]}: {len(entries)} kinds of requests are answered {first['observed']}, expected {wanted}"
    answered = "not answered" if rest == "none" else f"answered {rest}"
    return f"{kind}: {len(entries)} kinds of requests are {answered}"
