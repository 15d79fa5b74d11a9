"""Drafts entries of a ledger for what failed in a run; whoever owns them fills in the rest.

Pure functions: text in, text out. The present text of a ledger stays as it is.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from typing import Any

from restore_conformance.records.safe_text import line
from restore_conformance.reports.ledger import is_about, may_match
from restore_conformance.verdicts import UsageError

HEAD = """# Accepted deviations: clauses that a target is known to fail, who owns them, and when they are reviewed.
#
# The ledger is read where it is named with --deviations. It hides nothing: an accepted clause stays failed in every
# report, and only does not fail the run. An entry in which something is not filled in yet is an error.
"""


def drafted(text: str, run: dict[str, Any], target: str, shown: str) -> tuple[str, list[str], list[str]]:
    """The ledger with an entry for every failed must clause that lacks one: its text, what was added, what passes now.

    `target` is the name that the entries have; `shown` names the file in messages. Raises UsageError for what is not a
    ledger, and for a target that no entry could match.
    """
    if not may_match(target):
        raise UsageError(
            f"--target {line(target, 80)} is neither a base address (https://host/beta) nor a pattern with *."
        )
    there = _entries(text, shown)
    verdicts = {clause["id"]: clause for clause in run["clauses"]}
    own = {clause for clause, name in there if is_about(name, [target])}
    failed = [c for c in run["clauses"] if c["verdict"] == "fail" and c["level"] == "must" and c["id"] not in own]
    added = "".join(_entry(clause, target, run["started"][:10]) for clause in failed)
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    draft = f"{text}{gap}{added.removeprefix(chr(10))}" if added else text
    passing = sorted(address for address in own if verdicts.get(address, {}).get("verdict") == "pass")
    return draft, [clause["id"] for clause in failed], passing


def _entries(text: str, shown: str) -> list[tuple[str, str]]:
    """Clause and target of every entry, filled in or not. Raises UsageError."""
    try:
        rows = tomllib.loads(text).get("deviation", [])
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not a TOML file: {line(str(error), 120)}.") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{shown}: write every entry as [[deviation]], with two brackets.")
    return [(str(row.get("clause", "")).strip(), str(row.get("target", "")).strip()) for row in rows]


def _entry(clause: dict[str, Any], target: str, day: str) -> str:
    rows: Sequence[tuple[str, str, str]] = (
        ("clause", clause["id"], ""),
        ("target", target, ""),
        ("reason", "", "why it is accepted for now"),
        ("case", "", "the case with the team that can fix it"),
        ("owner", "", "who is responsible: the name of a team, since it stands in reports"),
        ("review", "", "the last day on which it holds without a review, such as 2027-01-31"),
    )
    return "\n".join(["", "[[deviation]]", f"# {line(clause['says'])} Failed on {day}.", *_lines(rows), ""])


def _lines(rows: Iterable[tuple[str, str, str]]) -> Iterable[str]:
    for name, value, note in rows:
        text = json.dumps(value, ensure_ascii=False)
        yield f"{name:6} = {text}" + (f"  # {note}" if note else "")
