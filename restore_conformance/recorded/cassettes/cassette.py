"""A cassette as data: recorded exchanges with where they come from. Nothing in the file is trusted.

The file is vcrpy's YAML with a block of this suite, `provenance`; its form is `schemas/cassette.schema.json`. Writes
nothing, and judges nothing.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import vcr.serialize

from restore_conformance.clauses import Clause
from restore_conformance.clock import today
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Request, Response
from restore_conformance.output import files
from restore_conformance.recorded import lenient
from restore_conformance.recorded.cassettes import plain_yaml
from restore_conformance.targets.target import is_service
from restore_conformance.verdicts import UsageError

LARGEST = 4 * 1024 * 1024
LONGEST = 20
SCHEMA = "cassette.schema.json"
AGES = {"documentation": (730, 1460), "mock": (365, 730), "live": (60, 180)}
"""Days after which a recording warns, and after which it is not judged any more, by where it comes from."""
AGAIN = "; record it again"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a cassette comes from.

    `origin` is documentation, mock or live, and nothing else. `callers` maps the placeholder of a token to the kind
    of caller it stood for; `steps` has one entry for each exchange: its family, its step in a conversation, and `at`,
    the seconds since the first exchange of the cassette, or of the conversation that it is a part of, was sent.
    """

    address: str
    origin: str
    service: str
    recorded: str
    contract: str
    clauses: tuple[str, ...]
    scrub: str
    tool: str
    base: str
    callers: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Mapping[str, Any], ...] = ()
    scenario: str = ""
    known: tuple[str, ...] | None = None

    def records(self, clause: Clause) -> bool:
        """Whether the cassette records a clause: as its own, or as a conversation that the clause was judged on."""
        return clause.address in self.clauses if self.scenario else clause.address == self.address

    def age(self, today: datetime.date) -> int:
        """Days since it was recorded."""
        return (today - datetime.date.fromisoformat(self.recorded)).days

    def stale(self, today: datetime.date) -> str:
        """ "warn" or "fail" where it is too old for where it comes from, else ""."""
        warn, fail = AGES[self.origin]
        days = self.age(today)
        return "fail" if days > fail else "warn" if days > warn else ""


@dataclass(frozen=True, slots=True)
class Cassette:
    """Recorded exchanges in order."""

    name: str
    path: Path
    exchanges: tuple[tuple[Request, Response], ...]
    provenance: Provenance


def load(path: Path, name: str = "", advice: str = AGAIN) -> Cassette:
    """Read a cassette. Raises UsageError, in one sentence, for whatever is wrong with it; `advice` is its end."""
    name = name or path.name
    data = read(path, name, advice)
    requests, responses, *_ = vcr.serialize.deserialize("", _Read(data))
    block = _provenance(data["provenance"])
    pairs = tuple((_request(sent, block.base), _response(row)) for sent, row in zip(requests, responses, strict=True))
    if len(block.steps) != len(pairs):
        raise UsageError(f"{name} has {len(block.steps)} steps of {len(pairs)} exchanges; record it again.")
    return Cassette(name, path, pairs, block)


def read(path: Path, name: str, advice: str = AGAIN) -> dict[str, Any]:
    """The checked YAML of a cassette: bounded, no tag, no alias, of the published form. Raises UsageError."""
    try:
        data = plain_yaml.load(files.read(path, LARGEST).decode("utf-8"), name)
    except FileNotFoundError:
        raise UsageError(f"There is no cassette {name}.") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not text in UTF-8, so it is not a cassette{advice}.") from None
    except plain_yaml.UNREADABLE as error:
        raise UsageError(f"{name} is not YAML that can be read: {plain_yaml.problem_of(error)}{advice}.") from None
    for breach in pinned().breaches(SCHEMA, _textual(data)):
        raise UsageError(f"{name} is not a cassette: {breach.pointer or '/'} {breach.message}{advice}.")
    checked: dict[str, Any] = data
    _check_block(checked, name, advice)
    return checked


def _check_block(data: dict[str, Any], name: str, advice: str) -> None:
    """Refuse a block that contradicts itself or the exchanges. Raises UsageError."""
    block = data["provenance"]
    try:
        recorded = datetime.date.fromisoformat(block["recorded"])
    except ValueError:
        raise UsageError(f"{name} is not a cassette: /provenance/recorded is not a date{advice}.") from None
    # A day of grace, since the other machine may be ahead of this one.
    if recorded > today() + datetime.timedelta(days=1):
        raise UsageError(f"{name} says that it was recorded on {recorded}, which is in the future{advice}.")
    if (block["origin"] == "live") != is_service(block["base"]):
        raise UsageError(f"{name} says it is {block['origin']}, and {block['base']} is not the place for that{advice}.")
    if block["seal"] != seal(data):
        raise UsageError(f"{name} was changed after it was recorded{advice}.")


def seal(data: Mapping[str, Any]) -> str:
    """SHA-256 over all that a cassette holds but the seal itself: it shows a change, though not who made it."""
    block = {name: value for name, value in data["provenance"].items() if name != "seal"}
    text = json.dumps(_ordered({**data, "provenance": block}), separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _ordered(value: Any) -> Any:
    """The same for equal values, whatever YAML may hold: members by name, types distinguished."""
    if isinstance(value, Mapping):
        return sorted([f"{type(name).__name__} {name}", _ordered(inner)] for name, inner in value.items())
    if isinstance(value, list):
        return ["list", *(_ordered(item) for item in value)]
    return value if isinstance(value, str | int | bool | None) else [type(value).__name__, repr(value)]


def _textual(value: Any) -> Any:
    """The same value with bytes as text, for the schema."""
    if isinstance(value, bytes):
        return ""
    if isinstance(value, dict):
        return {name if isinstance(name, str) else repr(name): _textual(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_textual(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(type(value).__name__)


class _Read:
    """vcrpy's serializer, reading what was checked already."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def deserialize(self, _: str) -> dict[str, Any]:
        return self._data


def _provenance(block: dict[str, Any]) -> Provenance:
    """The checked block; the scenario has another name in recordings of before 0.1.0."""
    if "story" in block:
        block = {**block, "scenario": block["story"]}
    names = {member.name for member in fields(Provenance)} & block.keys()
    values: dict[str, Any] = {n: tuple(block[n]) if isinstance(block[n], list) else block[n] for n in names}
    return Provenance(**values)


def request_of(sent: Any) -> Request:
    """A `Request` from vcrpy's, with the whole address as its target."""
    body = sent.body
    raw = body.encode() if isinstance(body, str) else bytes(body) if body else None
    return Request(sent.method, sent.uri, tuple((str(n), str(v)) for n, v in sent.headers.items()), raw or None)


def _request(sent: Any, base: str) -> Request:
    request = request_of(sent)
    return replace(request, target=request.target.removeprefix(base))


def _response(row: dict[str, Any]) -> Response:
    body = (row.get("body") or {}).get("string") or b""
    headers = lenient.headers(row.get("headers"))
    return Response(int(row["status"]["code"]), headers, body.encode() if isinstance(body, str) else body)


def every(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every cassette below a folder, by name (`create/response.created`) and path."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.rglob("*.yaml")):
            yield path.relative_to(folder).with_suffix("").as_posix(), path
