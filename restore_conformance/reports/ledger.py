"""The ledger of accepted deviations, `deviations.toml`: deviations that are known, owned and due for review.

Reads the file, refuses what is not a ledger in one sentence, and drafts entries for what failed in a run, for its
owners to fill in. Accepts nothing itself.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restore_conformance.clauses import Register
from restore_conformance.output import files
from restore_conformance.records.safe_text import line
from restore_conformance.spelling import addresses_near
from restore_conformance.verdicts import UsageError

MEMBERS = ("clause", "target", "reason", "case", "owner", "review")
NAMES = ("mock", "replay", "live", "recordings")
"""Targets that have a name and no address. `recordings` is what `judge` judges."""

LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted deviation. `number` is its place in the file, from 1; `target` a name, an address or a pattern."""

    number: int
    clause: str
    target: str
    reason: str
    case: str
    owner: str
    review: date

    def is_for(self, targets: list[str]) -> bool:
        """Whether it is about a target with one of these names. A `*` stands for any text."""
        return is_about(self.target, targets)

    def __str__(self) -> str:
        return f"entry {self.number} ({self.clause} on {self.target})"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries of a file, in its order."""

    entries: tuple[Entry, ...]


def is_about(pattern: str, targets: list[str]) -> bool:
    """Whether the target of an entry matches one of the target's names. A `*` stands for any text."""
    form = re.compile(".*".join(map(re.escape, _plain(pattern).split("*"))), re.DOTALL)
    return any(form.fullmatch(_plain(target)) for target in targets)


def read_ledger(name: str, register: Register, where: str = "--deviations") -> Ledger:
    """The ledger of a file; `where` says how it was named.

    Raises UsageError for what is not one, and for an entry that could never apply.
    """
    shown = f"{where} {line(name, 120)}"
    path = Path(name)
    try:
        tables = tomllib.loads(files.read(path, LARGEST).decode())
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not a TOML file in UTF-8: {line(str(error), 120)}.") from None
    unknown = sorted(set(tables) - {"deviation"})
    if unknown:
        raise UsageError(f"{shown} has the unknown key {line(unknown[0], 60)}; every entry is a [[deviation]].")
    rows = tables.get("deviation", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{shown}: write every entry as [[deviation]], with two brackets.")
    known = [clause.address for clause in register.clauses]
    entries = tuple(_entry(number, table, known, shown) for number, table in enumerate(rows, 1))
    first: dict[tuple[str, str], int] = {}
    for entry in entries:
        key = (entry.clause, _plain(entry.target))
        if key in first:
            raise UsageError(f"{shown}: entries {first[key]} and {entry.number} are about the same clause and target.")
        first[key] = entry.number
    return Ledger(entries)


def _entry(number: int, table: dict[str, Any], known: list[str], shown: str) -> Entry:
    where = f"{shown}, entry {number}"
    unknown = sorted(set(table) - set(MEMBERS))
    if unknown:
        raise UsageError(f"{where} has the unknown key {line(unknown[0], 60)}; there are: {', '.join(MEMBERS)}.")
    missing = [member for member in MEMBERS if member not in table]
    if missing:
        raise UsageError(f"{where} lacks {', '.join(missing)}.")
    for member in MEMBERS[:-1]:
        if not isinstance(table[member], str) or not table[member].strip():
            raise UsageError(f"{where}: {member} must be a text that is not empty{_of(table)}.")
    clause, target = table["clause"].strip(), table["target"].strip()
    if clause not in known:
        raise UsageError(f"{where} names no clause: {line(clause, 80)}.{addresses_near(clause, known)}")
    if not may_match(target):
        raise UsageError(
            f"{where} matches nothing: {line(target, 80)} is not a base address (https://host/beta), a pattern with *, "
            f"and none of {', '.join(NAMES)}."
        )
    return Entry(
        number, clause, target, table["reason"].strip(), table["case"].strip(), table["owner"].strip(),
        _day(table["review"], where, _of(table)),
    )  # fmt: skip


def _of(table: dict[str, Any]) -> str:
    """The clause of an entry that is not filled in yet; "" where it names none."""
    clause = table.get("clause")
    drafted = isinstance(clause, str) and any(table.get(member) == "" for member in MEMBERS)
    return f"; the entry about {line(str(clause), 80)} is not filled in yet" if drafted else ""


def _day(value: Any, where: str, more: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise UsageError(f"{where}: review must be a date, such as 2027-01-31{more}.")


def may_match(target: str) -> bool:
    """Whether any target could have that name."""
    if target in NAMES or "*" in target:
        return True
    try:
        parts = urlsplit(target)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _plain(target: str) -> str:
    return target.lower().rstrip("/")


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
    added = "".join(_drafted(clause, target, run["started"][:10]) for clause in failed)
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


def _drafted(clause: dict[str, Any], target: str, day: str) -> str:
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
