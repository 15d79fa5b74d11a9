"""The findings of a run by root cause: what one defect of the target explains stands together, the gravest first.

A common cause is only claimed where the evidence has it: clauses that follow from another (the judge says which), and
findings that show the same thing alike. Two of the claims rest on the whole run: that nothing was refused, and that
no caller was. Pure functions of a record; knows no form of report.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.records.finding import broke

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
_SUBJECT = re.compile(r"^[A-Z]+ /\S+(?: after .{1,200}? was answered \w+)?: ")
_POINTER = re.compile(r"^(?:/\S*)?(/[^/\s]*): ")


@dataclass(slots=True)
class Cause:
    """One root cause: `entries` have a finding of their own, `consequences` are addresses that follow from them."""

    key: str
    says: str
    entries: list[Record] = field(default_factory=list)
    consequences: list[str] = field(default_factory=list)

    @property
    def level(self) -> str:
        """The gravest level among its clauses."""
        return gravest(self.entries)

    @property
    def gravity(self) -> tuple[int, int, int]:
        """Sorts the gravest first: the level, how many clauses, in how many operations."""
        addresses = [*(entry["id"] for entry in self.entries), *self.consequences]
        breadth = len({address.partition("/")[0] for address in addresses})
        return LEVELS.index(self.level), -len(addresses), -breadth


def gravest(entries: list[Record]) -> str:
    """The gravest level among some clauses."""
    return min((str(entry["level"]) for entry in entries), key=LEVELS.index)


def grouped(run: Record) -> Record:
    """The record with `causes`, and with the key of its cause in every finding of a broken clause."""
    found = sorted(_causes(run), key=lambda cause: cause.gravity)
    keys = {entry["id"]: cause.key for cause in found for entry in cause.entries}
    keys |= {address: cause.key for cause in found for address in cause.consequences if address not in keys}
    clauses = [
        {**entry, "findings": [{**one, "cause": keys[entry["id"]]} for one in entry["findings"]]}
        if entry["id"] in keys and entry["findings"]
        else entry
        for entry in run["clauses"]
    ]
    causes = [
        {
            "key": cause.key, "says": cause.says, "level": cause.level,
            "clauses": [entry["id"] for entry in cause.entries], "consequences": cause.consequences,
        }
        for cause in found
    ]  # fmt: skip
    at = list(run).index("clauses")
    items = [item for item in run.items() if item[0] not in {"clauses", "causes"}]
    return dict([*items[:at], ("causes", causes), ("clauses", clauses), *items[at:]])


def _causes(run: Record) -> list[Cause]:
    broken = [entry for entry in run["clauses"] if entry["verdict"] == "fail" and entry["findings"]]
    groups: dict[str, list[Record]] = {}
    for entry in broken:
        groups.setdefault(_key(entry, run), []).append(entry)
    made = []
    for key, entries in groups.items():
        alone = len(entries) == 1
        ordered = sorted(entries, key=lambda entry: (LEVELS.index(entry["level"]), -len(_following(entry))))
        says = str(entries[0]["findings"][0]["message"]) if alone else _says(key, ordered)
        cause = Cause(entries[0]["id"] if alone else key, says, ordered)
        own = {entry["id"] for entry in entries}
        following = (address for entry in ordered for address in _following(entry))
        cause.consequences = [address for address in dict.fromkeys(following) if address not in own]
        made.append(cause)
    return made


def _following(entry: Record) -> list[str]:
    return list(entry["findings"][0].get("consequences", ()))


def _key(entry: Record, run: Record) -> str:
    """What findings with the same cause have in common."""
    finding = entry["findings"][0]
    operation = entry["id"].partition("/")[0]
    answer = broke(finding)["response"]
    status = str(answer["status"]) if answer else "none"
    if not answer or status[0] == "5":
        return f"{operation} {status}"
    if finding["pointer"] or str(finding["observed"]).partition(" ")[0] != status:
        return f"alike {_shown(finding)} {json.dumps(finding['observed'], sort_keys=True)}"
    wanted = _wanted(finding["expected"])
    if status[0] == "2" and wanted <= {"4"} and wanted:
        callers = set(_statuses(finding["expected"])) <= CALLER
        return _accepting(operation, run, callers=callers) or entry["id"]
    return f"answered {operation} {'|'.join(sorted(wanted))} {finding['observed']}"


def _shown(finding: Record) -> str:
    """What a finding shows, whatever was asked and wherever the member stands that it is about."""
    return _POINTER.sub(lambda found: f"{found[1]}: ", _SUBJECT.sub("", finding["message"]))


def _accepting(operation: str, run: Record, *, callers: bool) -> str:
    """The key of accepting what has to be refused, where the whole run shows that nothing of the kind is refused.

    A server that refuses some of it has a defect for each kind that it accepts, as far as anybody can tell.
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
    operations = list(dict.fromkeys(entry["id"].partition("/")[0] for entry in entries))
    kind, _, rest = key.partition(" ")
    if kind in ACCEPTS:
        statuses = _listed(sorted({str(broke(entry["findings"][0])["response"]["status"]) for entry in entries}), "or")
        return f"{ACCEPTS[kind]} to {_listed(operations)} is accepted (answered {statuses})"
    if kind == "alike":
        return f"{_listed(operations)}: {_shown(first)}"
    if kind == "answered":
        wanted = " or ".join(dict.fromkeys(entry["findings"][0]["expected"] for entry in entries[:3]))
        return f"{operations[0]}: {len(entries)} kinds of requests are answered {first['observed']}, expected {wanted}"
    came = "not answered" if rest == "none" else f"answered {rest}"
    return f"{kind}: {len(entries)} kinds of requests are {came}"


def _statuses(expected: str) -> list[str]:
    return [first + rest for first, rest in _STATUS.findall(expected)]


def _wanted(expected: str) -> set[str]:
    """The classes of the statuses that were expected, as the first figures of them."""
    return {status[0] for status in _statuses(expected)}


def _listed(names: list[str], word: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
