"""report.sarif: SARIF 2.1.0, one result for each finding, for what shows results beside code.

A result points to the line of the clause's table, since the defect itself is in a server whose source is not
here; a deviation that the ledger accepts is suppressed, and still there. Text of a server is shown in one line.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.records.causes import causes
from restore_conformance.records.finding import broke, identity
from restore_conformance.records.safe_text import line
from restore_conformance.reports import wording

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "SRCROOT"
LEVELS = {"must": "error", "should": "warning", "observe": "note"}
LONGEST = 1000
_TABLE = re.compile(r"\[([a-z0-9-]+\.[a-z0-9-]+)\]\s*(?:#.*)?")


def render(run: dict[str, Any]) -> str:
    """The run as a SARIF log, in ASCII alone."""
    return json.dumps(log(run), indent=1) + "\n"


def log(run: dict[str, Any]) -> dict[str, Any]:
    """The run as a SARIF log."""
    entries = [entry for cause in causes(run) for entry in cause.entries if entry["findings"]]
    names = [entry["id"] for entry in entries]
    ledger = run.get("ledger", {}).get("errors", ())
    rules = [_rule(entry) for entry in entries]
    results = [_result(entry, number, run) for number, entry in enumerate(entries)]
    if ledger:
        rules.append({"id": "ledger", "shortDescription": {"text": "The ledger of accepted deviations is up to date."}})
        results += [_of_ledger(error, len(names), run) for error in ledger]
    driver = {"name": "graph-restore-conformance", "version": run["suite"]["version"], "rules": rules}
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": driver},
                "automationDetails": {"id": f"restore-conformance/{run.get('profile', '')}/"},
                "invocations": [_invocation(run)],
                "columnKind": "utf16CodeUnits",
                "results": results,
            }
        ],
    }


def _rule(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "shortDescription": {"text": entry["says"]},
        "defaultConfiguration": {"level": LEVELS[entry["level"]]},
        "properties": {"level": entry["level"], "statedAt": [place.text for place in wording.places(entry)]},
    }


def _result(entry: dict[str, Any], number: int, run: dict[str, Any]) -> dict[str, Any]:
    finding = entry["findings"][0]
    result: dict[str, Any] = {
        "ruleId": entry["id"],
        "ruleIndex": number,
        "level": LEVELS[entry["level"]],
        "kind": "fail",
        "message": {"text": line(f"{finding['message']} (seen {wording.often(finding)})", LONGEST)},
        "locations": [_location(entry["id"])],
        "partialFingerprints": {"finding/v1": identity(finding).key},
        "occurrenceCount": finding["seen"],
        "properties": {
            "cause": finding.get("cause", entry["id"]),
            "request": line(wording.request(broke(finding)), LONGEST),
            "target": line(run["target"], LONGEST),
        },
    }
    if "accepted" in entry:
        result["suppressions"] = [{"kind": "external", "justification": line(wording.accepted(entry), LONGEST)}]
    return result


def _of_ledger(error: str, number: int, run: dict[str, Any]) -> dict[str, Any]:
    """An error of the ledger, at the file that the run was given."""
    path = str(run.get("settings", {}).get("deviations", "")).replace("\\", "/")
    plain = re.fullmatch(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*", path) is not None
    physical = {"artifactLocation": {"uri": path, "uriBaseId": ROOT}, "region": {"startLine": 1}}
    return {
        "ruleId": "ledger",
        "ruleIndex": number,
        "level": "error",
        "kind": "fail",
        "message": {"text": line(error, LONGEST)},
        "locations": [{"physicalLocation": physical}] if plain else [],
    }


def _location(address: str) -> dict[str, Any]:
    operation, _, rest = address.partition("/")
    lines = _lines(operation)
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": address, "kind": "member"}]}
    if rest in lines:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": f"schemas/{operation}/clauses.toml", "uriBaseId": ROOT},
            "region": {"startLine": lines[rest]},
        }
    return location


@functools.cache
def _lines(operation: str) -> dict[str, int]:
    """The line of each clause's table in the file of an operation; none for an operation that is not there."""
    path = pinned().root / operation / "clauses.toml"
    if not re.fullmatch(r"[a-z-]+", operation) or not path.is_file():
        return {}
    numbered = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return {match[1]: number for number, text in numbered if (match := _TABLE.fullmatch(text.strip()))}


def _invocation(run: dict[str, Any]) -> dict[str, Any]:
    """How the run ended; an error of the suite is not a result about the target."""
    broken = [entry for entry in run["clauses"] if entry["verdict"] == "error"]
    invocation: dict[str, Any] = {
        "executionSuccessful": run["verdict"] != "error",
        "startTimeUtc": _utc(run["started"]),
    }
    if "exit" in run:
        invocation["exitCode"] = run["exit"]
    if broken:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": line(entry.get("reason", ""), LONGEST) or "error"},
                "associatedRule": {"id": entry["id"]},
            }
            for entry in broken
        ]
    return invocation


def _utc(moment: str) -> str:
    """A moment as SARIF writes it: UTC, with a Z."""
    return f"{moment.removesuffix('Z').removesuffix('+00:00')}Z"
