"""A run as the history stores it: one short row to read by the thousand, and the rest packed in another table.

The examples of clauses that passed are left out: they are most of a record. Knows the run
record and no database.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from restore_conformance.history.soundness import Damaged, inflated, parsed, table
from restore_conformance.records.finding import identity
from restore_conformance.records.reader import upgraded
from restore_conformance.verdicts import UsageError

MARKS = {"none": "n", "pass": "p", "inconclusive": "i", "fail": "f", "error": "e"}
"""Verdicts as letters, so that a run is one short text."""
VERDICTS = {letter: verdict for verdict, letter in MARKS.items()}

LONGEST = 400
"""Characters of a message that the short row keeps; the packed record has all of it."""
_VERDICTS = frozenset({"conformant", "non-conformant", "inconclusive", "error"})
_MOST = 1e12
"""More seconds or requests than any run has."""
_WORDS = ("id", "level", "says", "heading", "statements", "row", "source", "since", "reading")
_LEFT_OUT = ("example", "history", "accepted")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run; `started` is UTC in one width, `marks` has a letter of MARKS for each clause of the shape."""

    digest: str
    started: str
    label: str
    target: str
    profile: str
    suite: str
    contract: str
    verdict: str
    marks: str
    notes: bytes
    shape: str
    body: str

    @property
    def day(self) -> str:
        """The date of its start, UTC, as YYYY-MM-DD."""
        return self.started[:10]

    @property
    def when(self) -> str:
        """Its start to the second, as run.json writes it."""
        return self.started[:19] + "+00:00"

    @property
    def name(self) -> str:
        """The name for people, and of its page."""
        return self.started[:19].replace("-", "").replace(":", "") + "-" + self.digest[:10]


@dataclass(frozen=True, slots=True)
class Packed:
    """A run's row, and its packed contents by digest."""

    row: RunRow
    contents: dict[str, bytes]


def pack(record: dict[str, Any], label: str = "") -> Packed:
    """A run record of any format as it is stored; the label is the target where none is given.

    Raises UsageError for a start that is not a date or a clause that occurs twice.
    """
    names = [entry["id"] for entry in record["clauses"]]
    if len(set(names)) != len(names):
        raise UsageError("The run record names a clause twice.")
    bare = {key: value for key, value in record.items() if key != "ledger"}
    bare["clauses"] = [{k: v for k, v in c.items() if k not in ("history", "accepted")} for c in record["clauses"]]
    digest = hashlib.sha256(json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    shape = [{word: entry[word] for word in _WORDS if word in entry} for entry in record["clauses"]]
    rest = {key: value for key, value in bare.items() if key != "clauses"}
    rest["clauses"] = [
        {key: value for key, value in entry.items() if key not in (*_WORDS, *_LEFT_OUT)} for entry in record["clauses"]
    ]
    contents = dict(map(_content, (shape, rest)))
    shape_digest, body_digest = (_content(part)[0] for part in (shape, rest))
    row = RunRow(
        digest,
        moment(record["started"]),
        column(label or record["target"]),
        column(record["target"]),
        column(record.get("profile", "")),
        column(record["suite"]["version"]),
        record["suite"]["contract"],
        record["verdict"],
        "".join(MARKS[entry["verdict"]] for entry in record["clauses"]),
        _squeezed(_notes(upgraded(record))),
        shape_digest,
        body_digest,
    )
    return Packed(row, contents)


def _notes(record: dict[str, Any]) -> dict[str, Any]:
    """Findings as [key, message], readings as counts, both by the number of the clause; and the run's own figures."""
    notes: dict[str, Any] = {"findings": {}, "seen": {}, "reason": record.get("reason", "")[:LONGEST]}
    notes |= {name: record.get(name, 0) for name in ("requests", "seconds")}
    if record.get("stopped"):
        notes["stopped"] = record["stopped"][:LONGEST]
    for number, entry in enumerate(record["clauses"]):
        if entry["findings"]:
            notes["findings"][str(number)] = [
                [identity(finding).key, finding["message"][:LONGEST]] for finding in entry["findings"]
            ]
        if entry.get("seen"):
            notes["seen"][str(number)] = {name[:LONGEST]: count for name, count in entry["seen"].items()}
    return notes


def notes_of(run: RunRow) -> dict[str, Any]:
    """The short notes of a run: `findings`, `seen`, `reason`, `requests`, `seconds`, `stopped`. Raises Damaged."""
    of = f"the notes of the run {run.name}"
    notes = table(read(run.notes), of, ("reason",))
    numbers = [*table(notes.get("findings"), of), *table(notes.get("seen"), of)]
    if not all(number.isdecimal() and int(number) < len(run.marks) for number in numbers):
        raise Damaged(f"{of} name a clause that the run does not have")
    for rows in notes["findings"].values():
        if not isinstance(rows, list) or not all(_is_pair(row) for row in rows):
            raise Damaged(f"{of} hold a finding that is not one")
    for counts in notes["seen"].values():
        if not all(isinstance(count, int) for count in table(counts, of).values()):
            raise Damaged(f"{of} hold a count that is not a number")
    for name in ("requests", "seconds"):
        if not isinstance(notes.get(name), int | float) or not abs(notes[name]) < _MOST:
            raise Damaged(f"{of} hold {name} that are not a number")
    return notes


def _is_pair(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(text, str) for text in row)


def read(payload: bytes) -> Any:
    """What was packed. Raises Damaged for bytes that `pack` did not write."""
    return parsed(inflated(payload), "packed content")


def sound(run: RunRow) -> RunRow:
    """The same run. Raises Damaged for a row that `pack` cannot have made."""
    try:
        same = datetime.fromisoformat(run.started).astimezone(UTC).isoformat(timespec="microseconds") == run.started
    except (ValueError, OverflowError):
        same = False
    if not same:
        raise Damaged(f"a run started at {run.started[:40]!r}")
    if set(run.marks) - set(VERDICTS) or run.verdict not in _VERDICTS:
        raise Damaged(f"the run {run.name} has a verdict that there is not")
    return run


def moment(text: str) -> str:
    """A start as UTC in one width, so that texts sort as moments do. Raises UsageError for anything else."""
    try:
        start = datetime.fromisoformat(text)
        start = (start if start.tzinfo else start.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"The run record started at {text!r}, which is not a date and time.") from None
    return start.isoformat(timespec="microseconds")


def column(text: str) -> str:
    """Text that every database takes: without NUL and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:LONGEST]


def _content(value: Any) -> tuple[str, bytes]:
    text = json.dumps(value, separators=(",", ":")).encode()
    return hashlib.sha256(text).hexdigest(), zlib.compress(text, 6)


def _squeezed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 6)
