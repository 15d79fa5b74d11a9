"""The formats of a run record, and how an older one is read as the present one.

    1   a finding has `exchange`, and `conversation` where it takes several
    2   a finding has `evidence` with roles, `root` and `cause`; the record has `causes` and `answers`

What an older format does not say is left out, never guessed. Knows no file.
"""

from __future__ import annotations

import re
from typing import Any

from restore_conformance.contract.editions import editions
from restore_conformance.recogniser.defects import says
from restore_conformance.records.causes import grouped
from restore_conformance.records.finding import evidence

FORMAT = 2
SCHEMAS = {1: "run.1.schema.json", 2: "run.schema.json"}
"""The published schema of each format."""

_DEFECT = re.compile(r" for a request whose one defect is ([a-z0-9-]+), got")


def upgraded(run: dict[str, Any]) -> dict[str, Any]:
    """A record of any format in the present one. The record itself stays as it is."""
    if run["format"] != 1:
        return run
    roots = {
        address: entry["id"]
        for entry in run["clauses"]
        for finding in entry["findings"]
        if entry["verdict"] == "fail"
        for address in finding.get("consequences", ())
    }
    upgrade = {**run, "format": FORMAT, "clauses": [_clause(entry, roots) for entry in run["clauses"]]}
    if "edition" in run:
        since = {edition.name: {"since": edition.since} for edition in editions()}
        upgrade["edition"] = {**run["edition"], **since.get(run["edition"]["name"], {})}
    return grouped(upgrade)


def _clause(entry: dict[str, Any], roots: dict[str, str]) -> dict[str, Any]:
    root = roots.get(entry["id"]) if entry["verdict"] in {"inconclusive", "none"} else None
    clause = {**entry, "findings": [_finding(finding, root) for finding in entry["findings"]]}
    if root:
        clause["root"] = root
    if "passing" in entry:
        clause["passing"] = _finding(entry["passing"], None)
    if "newer" in entry:
        clause["newer"] = {
            **entry["newer"],
            "findings": [_finding(finding, None) for finding in entry["newer"]["findings"]],
        }
    return clause


def _finding(finding: dict[str, Any], root: str | None) -> dict[str, Any]:
    """A finding of format 1; its conversation, where there is one, ends with its exchange."""
    rest = {name: value for name, value in finding.items() if name not in {"exchange", "conversation"}}
    # The present words, so that an earlier finding is recognised as the same one.
    rest["message"] = _DEFECT.sub(lambda match: f", since {says(match[1])}; got", finding["message"])
    shown = [*finding.get("conversation", [])[:-1], finding["exchange"]]
    return {**rest, "evidence": evidence(shown), "root": root}
