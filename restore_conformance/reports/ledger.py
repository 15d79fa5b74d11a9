"""The ledger of accepted deviations, `deviations.toml`: deviations that are known, owned and due for review.

Reads the file and refuses what is not a ledger in one sentence; knows no run.
"""

from __future__ import annotations

import re
import tomllib
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
