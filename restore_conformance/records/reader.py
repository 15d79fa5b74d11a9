"""Reads a run record of any format from a file, as the present format, and refuses anything else in one sentence.

    1   a finding has `exchange`, and `conversation` where it takes several
    2   a finding has `evidence` with roles, `root` and `cause`; the record has `causes` and `answers`

What an older format does not say is left out, never guessed. Every command reads through it. Knows the records' schemas
and nothing of what is done with a record.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import editions
from restore_conformance.exchange import paired
from restore_conformance.output import files
from restore_conformance.recogniser.defects import says
from restore_conformance.records.causes import grouped
from restore_conformance.records.finding import evidence
from restore_conformance.records.safe_text import line
from restore_conformance.targets.coding import heft
from restore_conformance.verdicts import UsageError

LARGEST = 12 * 1024 * 1024
"""Bytes of a run record; a deep run with a finding in every clause has about five million."""

HEAVIEST = 128 * 1024 * 1024
"""Bytes of memory that reading it takes, roughly."""

_RUN_ID = re.compile(rb'\{"run_id":"([0-9a-f]{32})"')
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


def path_of(name: str) -> Path:
    """The file that a name means: a `run.json`, or the one in a folder. Raises UsageError where there is none."""
    path = Path(name)
    try:
        if path.is_dir():
            if not (path / "run.json").is_file():
                raise UsageError(f"The folder {line(name, 120)} holds no run.json.")
            return path / "run.json"
        if not path.exists():
            raise UsageError(f"There is no run record {line(name, 120)}; name a run.json or a folder that holds one.")
    except (OSError, ValueError) as error:
        raise UsageError(f"{line(name, 120)} cannot be read: {_why(error)}.") from None
    return path


def read_record(name: str) -> dict[str, Any]:
    """The run record of a file or a folder in the present format. Raises UsageError."""
    return upgraded(read_stored(name))


def read_stored(name: str) -> dict[str, Any]:
    """The run record of a file or a folder as it stands there, checked by its published schema. Raises UsageError."""
    path = path_of(name)
    shown = line(str(path), 120)
    try:
        text = files.read(path, LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {_why(error)}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not a run record: it is not text in UTF-8.") from None
    if heft(text.encode()) > HEAVIEST:
        raise UsageError(f"{shown} is not a run record: it holds more values than any run has.")
    run = checked(_parsed(text, shown), shown)
    _of_one_run(path.with_name("exchanges.ndjson"), run.get("run_id"), shown)
    return run


def _of_one_run(path: Path, run_id: Any, shown: str) -> None:
    """Refuse a record beside the exchanges of another run, as a run that was killed may leave it."""
    try:
        with path.open("rb") as file:
            first = _RUN_ID.match(file.read(80))
    except OSError:
        return  # a record may be copied without its exchanges
    if first is not None and run_id is not None and first[1].decode() != run_id:
        raise UsageError(f"{shown} and the exchanges.ndjson beside it are of two runs; run again.")


def _parsed(text: str, shown: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_no_constant)
        if _HALF_PAIR.search(text):
            # Half a surrogate pair is legal in JSON and in no encoding: replaced, so that every text can be written.
            value = json.loads(paired(json.dumps(value, ensure_ascii=False)))
    except json.JSONDecodeError as error:
        raise UsageError(f"{shown} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{shown} is not a run record: it holds a value that no JSON reader accepts.") from None
    return value


def checked(value: Any, shown: str) -> dict[str, Any]:
    """A value that keeps the schema of its format. Raises UsageError naming the first place that does not."""
    if not isinstance(value, dict) or "format" not in value:
        raise UsageError(f"{shown} is not a run record: it has no member format.")
    number = value["format"]
    if isinstance(number, int) and not isinstance(number, bool) and number > FORMAT:
        raise UsageError(
            f"{shown} was written by a newer version: its format is {line(str(number), 20)}, this reads {FORMAT}."
        )
    try:
        # A format that is not a known number is checked by the present schema, which reports it.
        breaches = pinned().breaches(_schema(number), value)
    except (ValueError, OverflowError, RecursionError):
        raise UsageError(f"{shown} is not a run record: it holds a value that no JSON reader accepts.") from None
    if breaches:
        first = breaches[0]
        raise UsageError(
            f"{shown} is not a run record: {line(first.pointer, 120) or 'it'}: {line(first.message, 120)}."
        )
    seen: set[str] = set()
    for entry in value["clauses"]:
        if entry["id"] in seen:
            raise UsageError(f"{shown} is not a run record: it names the clause {line(entry['id'], 120)} twice.")
        seen.add(entry["id"])
    return value


def _schema(number: Any) -> str:
    known = isinstance(number, int) and not isinstance(number, bool) and number in SCHEMAS
    return SCHEMAS[number if known else FORMAT]


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error)


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
