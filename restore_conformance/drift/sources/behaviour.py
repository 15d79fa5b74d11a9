"""Reads what went over the wire: the exchanges of a run (JSON lines), a HAR file, or a vcrpy cassette.

All three become `restore_conformance.exchange` nouns. Judges nothing; keeps only the restore area's addresses.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance.drift.sources.broken import SourceBroken, shown
from restore_conformance.drift.sources.page import decode
from restore_conformance.drift.sources.yaml_stream import load
from restore_conformance.exchange import Exchange, Request, Response

AREA = re.compile(r"/solutions/backupRestore(/|\?|$)", re.IGNORECASE)
_SERVICE = re.compile(r"^(?:https?://[^/]+)?(?:/(?:beta|v1\.0)(?=/))?", re.IGNORECASE)
MAX_EXCHANGES = 200_000
_STORED = frozenset({"size", "text", "base64", "cut"})
"""How `restore_conformance.records.run_record` stores a body."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Exchanges with the restore area, in order; `format` says what they were read from."""

    exchanges: tuple[Exchange, ...]
    format: str


def read_behaviour(data: bytes, where: str) -> Behaviour:
    """The exchanges of a recording.

    Raises SourceBroken for text that breaks off, has none of the three formats, or holds no exchange with the area.
    """
    text = decode(data, where)
    name, raw = _raw(text, where)
    exchanges: list[Exchange] = []
    total = 0
    for total, entry in enumerate(raw, 1):
        if total > MAX_EXCHANGES:
            raise SourceBroken(where, f"more than {MAX_EXCHANGES} exchanges", "fewer in one file")
        try:
            exchange = _exchange(len(exchanges) + 1, entry, name)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise SourceBroken(
                where,
                f"exchange {total} without {error}"
                if isinstance(error, KeyError)
                else f"exchange {total} that cannot be read ({error})",
                "a request and its answer in each",
            ) from None
        if exchange is not None:
            exchanges.append(exchange)
    if not exchanges:
        raise SourceBroken(
            where, f"{total} exchanges and none with /solutions/backupRestore", "at least one with the restore area"
        )
    return Behaviour(tuple(exchanges), name)


def _raw(text: str, where: str) -> tuple[str, Iterable[Any]]:
    start = text.lstrip()
    if re.match(r"interactions\s*:|version\s*:", start):
        value = load(text.encode(), where)
    else:
        try:
            value = json.loads(text)
        except RecursionError:
            raise SourceBroken(where, "nesting beyond any recording", "less") from None
        except ValueError as error:
            if "\n" in start.rstrip() and start.startswith("{"):
                return "exchanges", _lines(start, where)
            raise SourceBroken(where, f"JSON that breaks off or is malformed ({error})", "a whole recording") from None
    name, entries = _entries(value)
    if not isinstance(entries, list):
        raise SourceBroken(where, f"no recording ({shown(text)!r})", "HAR, a cassette, or exchanges")
    return name, entries


def _entries(value: Any) -> tuple[str, Any]:
    """The format of a recording and its list of entries, if it has one."""
    if not isinstance(value, dict):
        return "exchanges", value
    if isinstance(value.get("log"), dict):
        return "har", value["log"].get("entries")
    if "interactions" in value:
        return "cassette", value["interactions"]
    return "exchanges", value.get("exchanges", [value] if "request" in value else None)


def _lines(text: str, where: str) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SourceBroken(
                    where, f"line {number} that breaks off or is not JSON ({error})", "one exchange a line"
                ) from None


def _exchange(number: int, entry: Any, name: str) -> Exchange | None:
    """One exchange, or None for an address outside of the area."""
    sent, answer = entry["request"], entry.get("response")
    target = str(sent.get("url") or sent.get("uri") or sent.get("target") or "")
    if not target:
        raise KeyError("an address")
    if not AREA.search(target):
        return None
    body = sent.get("postData", {}).get("text") if name == "har" else sent.get("body")
    request = Request(
        str(sent["method"]).upper(), _SERVICE.sub("", target), _headers(sent.get("headers")), _bytes(body)
    )
    response = _response(answer, name) if answer else None
    return Exchange(number, request, response, origin=name)


def _response(answer: Any, name: str) -> Response | None:
    status = answer["status"]
    status = int(status["code"] if isinstance(status, dict) else status)
    if not 100 <= status <= 599:
        if status == 0:
            return None
        raise ValueError(f"the status {status}")
    if name == "har":
        content = answer.get("content") or {}
        body = content.get("text")
        if body is not None and content.get("encoding") == "base64":
            body = base64.b64decode(body)
    else:
        body = answer.get("body")
        body = body.get("string") if isinstance(body, dict) and "string" in body else body
    return Response(status, _headers(answer.get("headers")), _bytes(body) or b"")


def _headers(raw: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(raw, dict):
        return tuple((str(k), str(v[0] if isinstance(v, list) and v else v)) for k, v in raw.items())
    return tuple(
        (str(item["name"]), str(item["value"])) if isinstance(item, dict) else (str(item[0]), str(item[1]))
        for item in raw or ()
    )


def _bytes(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, dict) and {"size", "text", "base64"} & set(body) and set(body) <= _STORED:
        if "base64" not in body:
            return str(body.get("text", "")).encode()
        try:
            return base64.b64decode(body["base64"], validate=True)
        except binascii.Error as error:
            raise ValueError(str(error)) from None
    return json.dumps(body).encode()
