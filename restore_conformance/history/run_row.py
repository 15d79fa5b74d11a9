"""A run as the history keeps it: one short row to read by the thousand, and the rest packed beside it.

The examples of clauses that were kept are left out, for they are most of a record and tell no story. Knows the run
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
from restore_conformance.records.formats import upgraded
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
        """What a person calls it by, and what its page is called."""
        return self.started[:19].replace("-", "").replace(":", "") + "-" + self.digest[:10]


@dataclass(frozen=True, slots=True)
class Packed:
    """A run and what lies beside it, by digest."""

    kept: RunRow
    contents: dict[str, bytes]


def pack(record: dict[str, Any], label: str = "") -> Packed:
    """A run record of any format as it is kept; the label is the target where none is given.

    Raises UsageError for a start that is no date or a clause that occurs twice.
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
    shape_digest, body_digest = (_content(one)[0] for one in (shape, rest))
    kept = RunRow(
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
    return Packed(kept, contents)


def _notes(record: dict[str, Any]) -> dict[str, Any]:
    """Findings as [key, message], readings as counts, both by the number of the clause; and the run's own figures."""
    found: dict[str, Any] = {"findings": {}, "seen": {}, "reason": record.get("reason", "")[:LONGEST]}
    found |= {name: record.get(name, 0) for name in ("requests", "seconds")}
    if record.get("stopped"):
        found["stopped"] = record["stopped"][:LONGEST]
    for number, entry in enumerate(record["clauses"]):
        if entry["findings"]:
            found["findings"][str(number)] = [
                [identity(one).key, one["message"][:LONGEST]] for one in entry["findings"]
            ]
        if entry.get("seen"):
            found["seen"][str(number)] = {name[:LONGEST]: count for name, count in entry["seen"].items()}
    return found


def notes_of(kept: RunRow) -> dict[str, Any]:
    """The short notes of a run: `findings`, `seen`, `reason`, `requests`, `seconds`, `stopped`. Raises Damaged."""
    of = f"the notes of the run {kept.name}"
    found = table(read(kept.notes), of, ("reason",))
    numbers = [*table(found.get("findings"), of), *table(found.get("seen"), of)]
    if not all(number.isdecimal() and int(number) < len(kept.marks) for number in numbers):
        raise Damaged(f"{of} name a clause that the run does not have")
    for rows in found["findings"].values():
        if not isinstance(rows, list) or not all(_is_pair(row) for row in rows):
            raise Damaged(f"{of} hold a finding that is not one")
    for counts in found["seen"].values():
        if not all(isinstance(count, int) for count in table(counts, of).values()):
            raise Damaged(f"{of} hold a count that is not a number")
    for name in ("requests", "seconds"):
        if not isinstance(found.get(name), int | float) or not abs(found[name]) < _MOST:
            raise Damaged(f"{of} hold {name} that are not a number")
    return found


def _is_pair(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row)


def read(payload: bytes) -> Any:
    """What was packed. Raises Damaged for bytes that `pack` did not write."""
    return parsed(inflated(payload), "packed content")


def sound(kept: RunRow) -> RunRow:
    """The same run. Raises Damaged where its row is none that `pack` makes."""
    try:
        same = datetime.fromisoformat(kept.started).astimezone(UTC).isoformat(timespec="microseconds") == kept.started
    except (ValueError, OverflowError):
        same = False
    if not same:
        raise Damaged(f"a run started at {kept.started[:40]!r}")
    if set(kept.marks) - set(VERDICTS) or kept.verdict not in _VERDICTS:
        raise Damaged(f"the run {kept.name} has a verdict that there is not")
    return kept


def moment(text: str) -> str:
    """A start as UTC in one width, so that texts sort as moments do. Raises UsageError for what is no date."""
    try:
        found = datetime.fromisoformat(text)
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"The run record started at {text!r}, which is no date and time.") from None
    return found.isoformat(timespec="microseconds")


def column(text: str) -> str:
    """Text that every database takes: without NUL and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:LONGEST]


def _content(value: Any) -> tuple[str, bytes]:
    text = json.dumps(value, separators=(",", ":")).encode()
    return hashlib.sha256(text).hexdigest(), zlib.compress(text, 6)


def _squeezed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 6)
