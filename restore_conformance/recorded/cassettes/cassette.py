"""A cassette as data: recorded exchanges with where they come from. Read with suspicion.

The file is vcrpy's YAML with a block of ours, `provenance`; its form is `schemas/cassette.schema.json`. Writes
nothing, and judges nothing.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import vcr.serialize
import yaml

from restore_conformance.contract.documents import Breach, pinned
from restore_conformance.exchange import Request, Response
from restore_conformance.output import files
from restore_conformance.targets.target import is_service
from restore_conformance.verdicts import UsageError

LARGEST = 4 * 1024 * 1024
MOST_VALUES = 400_000
"""Keys, texts, lists and mappings of one cassette, each of which takes some 300 bytes of memory."""
LONGEST = 20
DEEPEST = 40
SCHEMA = "cassette.schema.json"
AGES = {"documentation": (730, 1460), "mock": (365, 730), "live": (60, 180)}
"""Days after which a recording warns, and after which it is not judged any more, by where it comes from."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    story: str = ""
    known: tuple[str, ...] | None = None

    def age(self, today: datetime.date) -> int:
        """Days since it was recorded."""
        return (today - datetime.date.fromisoformat(self.recorded)).days

    def rotten(self, today: datetime.date) -> str:
        """ "warn" or "fail" where it is too old for where it comes from, else ""."""
        warn, fail = AGES[self.origin]
        days = self.age(today)
        return "fail" if days > fail else "warn" if days > warn else ""


@dataclass(frozen=True, slots=True)
class Cassette:
    """Recorded exchanges in order. `provenance` is None for a file that this suite did not write."""

    name: str
    path: Path
    exchanges: tuple[tuple[Request, Response], ...]
    provenance: Provenance | None = None


def load(path: Path, name: str = "", *, ours: bool = True) -> Cassette:
    """Read a cassette. Raises UsageError, in one sentence, for whatever is wrong with it.

    With `ours` the provenance block must be there.
    """
    name = name or path.name
    data = read(path, name, ours=ours)
    requests, responses, *_ = vcr.serialize.deserialize("", _Read(data))
    made = _provenance(data["provenance"]) if "provenance" in data else None
    base = made.base if made else ""
    pairs = tuple(
        (_request(asked, base), _response(came)) for asked, came in zip(requests, responses, strict=True)
    )  # fmt: skip
    if made and len(made.steps) != len(pairs):
        raise UsageError(f"{name} tells {len(made.steps)} steps of {len(pairs)} exchanges; record it again.")
    return Cassette(name, path, pairs, made)


def read(path: Path, name: str, *, ours: bool = True) -> dict[str, Any]:
    """The checked YAML of a cassette: bounded, no tag, no alias, of the published form. Raises UsageError."""
    again = "; record it again" if ours else ""
    try:
        text = files.read(path, LARGEST).decode("utf-8")
        _harmless(text, name)
        data = yaml.load(text, Loader=Loader)  # noqa: S506 - the safe loader, in C where there is one
    except FileNotFoundError:
        raise UsageError(f"There is no cassette {name}.") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is no text in UTF-8, so it is no cassette{again}.") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise UsageError(f"{name} is no YAML that can be read: {first_line(error)}{again}.") from None
    worst = next((one for part in _parts(_textual(data), ours=ours) for one in _breaches(part, ours=ours)), None)
    if worst is not None:
        raise UsageError(f"{name} is no cassette: {worst.pointer or '/'} {worst.message}{again}.")
    checked: dict[str, Any] = data
    if "provenance" in checked:
        _honest(checked, name, again)
    return checked


def _parts(data: Any, *, ours: bool) -> Iterator[Any]:
    """What is held against the published form: the whole, or pieces of what others made as long as they liked."""
    found = data.get("interactions") if isinstance(data, dict) else None
    if ours or not isinstance(found, list) or "provenance" in data or len(found) <= LONGEST:
        yield data
        return
    for at in range(0, len(found), LONGEST):
        yield {**data, "interactions": found[at : at + LONGEST]}


def _breaches(data: Any, *, ours: bool) -> Iterator[Breach]:
    for one in pinned().breaches(SCHEMA, data):
        if ours or "'provenance' is a required" not in one.message:
            yield one


def _honest(data: dict[str, Any], name: str, again: str) -> None:
    """Refuse a block that contradicts itself, or what it stands over. Raises UsageError."""
    block = data["provenance"]
    try:
        recorded = datetime.date.fromisoformat(block["recorded"])
    except ValueError:
        raise UsageError(f"{name} is no cassette: /provenance/recorded is no date{again}.") from None
    # A day of grace, since the other machine may be ahead of this one.
    if recorded > datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1):
        raise UsageError(f"{name} says that it was recorded on {recorded}, which has not come yet{again}.")
    if (block["origin"] == "live") != is_service(block["base"]):
        raise UsageError(f"{name} says it is {block['origin']}, and {block['base']} is not the place for that{again}.")
    if block["seal"] != seal(data):
        raise UsageError(f"{name} was changed after it was recorded{again}.")


def seal(data: Mapping[str, Any]) -> str:
    """SHA-256 over all that a cassette holds but the seal itself: it shows a change, though not who made it."""
    block = {one: value for one, value in data["provenance"].items() if one != "seal"}
    text = json.dumps(_ordered({**data, "provenance": block}), separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _ordered(value: Any) -> Any:
    """The same for equal values, whatever YAML may hold: members by name, types distinguished."""
    if isinstance(value, Mapping):
        return sorted([f"{type(one).__name__} {one}", _ordered(inner)] for one, inner in value.items())
    if isinstance(value, list):
        return ["list", *(_ordered(one) for one in value)]
    return value if isinstance(value, str | int | bool | None) else [type(value).__name__, repr(value)]


def _harmless(text: str, name: str) -> None:
    """Refuse what a cassette of ours never has: tags that make objects, aliases that multiply, endless depth."""
    for event in safe_depth(text, name):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UsageError(f"{name} has an anchor or alias (&, *), which a cassette never has; it was not read.")
        tag = getattr(event, "tag", None)
        if tag and tag not in {"!", "tag:yaml.org,2002:binary", "tag:yaml.org,2002:str"}:
            raise UsageError(f"{name} has the tag {tag[:60]}, which a cassette never has; it was not read.")


def safe_depth(text: str, name: str) -> Iterator[Any]:
    """The events of a text in YAML, as long as it does not nest too deep. Raises UsageError."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=Loader)):
        if count > MOST_VALUES:
            raise UsageError(f"{name} has more than {MOST_VALUES} values; split it and judge the parts.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise UsageError(f"{name} nests more than {DEEPEST} levels, which a cassette never does; it was not read.")
        yield event


def _textual(value: Any) -> Any:
    """The same value with bytes as text, for the schema."""
    if isinstance(value, bytes):
        return ""
    if isinstance(value, dict):
        return {name if isinstance(name, str) else repr(name): _textual(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_textual(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(type(value).__name__)


def first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" in line {mark.line + 1}" if mark is not None else ""
    return (getattr(error, "problem", None) or str(error).split("\n")[0] or type(error).__name__)[:120] + where


class _Read:
    """vcrpy's serializer, reading what was checked already."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def deserialize(self, _: str) -> dict[str, Any]:
        return self._data


def _provenance(block: dict[str, Any]) -> Provenance:
    known = {one.name for one in fields(Provenance)}
    made: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in block.items() if name in known
    }
    return Provenance(**made)


def request_of(asked: Any) -> Request:
    """vcrpy's request as ours, with its whole address for target."""
    body = asked.body
    raw = body.encode() if isinstance(body, str) else bytes(body) if body else None
    return Request(asked.method, asked.uri, tuple((str(n), str(v)) for n, v in asked.headers.items()), raw or None)


def _request(asked: Any, base: str) -> Request:
    made = request_of(asked)
    return Request(made.method, made.target.removeprefix(base), made.headers, made.body)


def _response(came: dict[str, Any]) -> Response:
    headers = tuple(
        (str(name), str(value))
        for name, values in (came.get("headers") or {}).items()
        for value in (values if isinstance(values, list) else [values])
    )
    body = (came.get("body") or {}).get("string") or b""
    return Response(int(came["status"]["code"]), headers, body.encode() if isinstance(body, str) else body)


def every(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every cassette below a folder, by name (`create/response.created`) and path."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.rglob("*.yaml")):
            yield path.relative_to(folder).with_suffix("").as_posix(), path
