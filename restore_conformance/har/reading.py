"""Reads HAR 1.2 as a stream: which entries are of this API, and what of them can be believed.

Raises UsageError, in one sentence, for a file that is none.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ijson

from restore_conformance.exchange import Exchange, Headers, Request, Response
from restore_conformance.har import doubt
from restore_conformance.har.writing import FORMAT, OURS
from restore_conformance.verdicts import UsageError

DEEPEST = 100
STARTS = frozenset({"start_map", "start_array"})
ENDS = frozenset({"end_map", "end_array"})
LARGEST = 2 * 1024**3
ROUTE = re.compile(
    r"^(?P<before>.*?)(?P<target>/solutions/backupRestore/(?:sharePointRestoreSessions|restoreSessions)(?:[/?].*)?)$"
)
OTHER_VERSION = re.compile(r"/v\d[\d.]*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange of this API, and when it began ("" where the recording does not say)."""

    exchange: Exchange
    started: str = ""


@dataclass(slots=True)
class Archive:
    """A HAR file. `ours` says that this suite wrote it; counts fill while `entries` is consumed."""

    path: Path
    name: str
    creator: str = ""
    ours: bool = False
    callers: dict[str, str] = field(default_factory=dict)
    known: list[str] | None = None
    seen: int = 0
    taken: int = 0
    other_version: int = 0

    def _events(self, file: Any) -> Any:
        """ijson's events, as long as nothing nests too deep: the deeper a place, the more memory its name takes."""
        return ijson.parse(self._bounded(ijson.basic_parse(file, use_float=True)))

    def _bounded(self, events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        depth = 0
        for event in events:
            if event[0] in STARTS:
                depth += 1
                if depth > DEEPEST:
                    raise UsageError(f"{self.name} is no HAR file: it nests more than {DEEPEST} levels.")
            elif event[0] in ENDS:
                depth -= 1
            yield event

    def entries(self) -> Iterator[Entry]:
        """The exchanges of this API, in the order of the file."""
        try:
            with self.path.open("rb") as file:
                for raw in ijson.items(self._events(file), "log.entries.item"):
                    self.seen += 1
                    made = self._entry(raw) if isinstance(raw, dict) else None
                    if made is not None:
                        self.taken += 1
                        yield made
        except (ijson.JSONError, UnicodeDecodeError, ValueError, OverflowError, RecursionError) as error:
            raise UsageError(
                f"{self.name} is no HAR file: after {self.seen} entries its JSON breaks off or is wrong "
                f"({_first_line(error)})."
            ) from None
        except OSError as error:
            raise UsageError(f"{self.name} cannot be read: {error.strerror}.") from None

    def _entry(self, raw: dict[str, Any]) -> Entry | None:
        asked, came = _dict(raw.get("request")), _dict(raw.get("response"))
        url, method = str(asked.get("url", "")), str(asked.get("method", ""))
        if "/solutions/backupRestore/" not in url or method in {"OPTIONS", "HEAD", ""}:
            return None
        parts = urlsplit(url)
        found = ROUTE.match(parts.path + (f"?{parts.query}" if parts.query else ""))
        if not found:
            return None
        if OTHER_VERSION.search(found["before"]):
            self.other_version += 1
            return None
        target = found["target"]
        made = self._own(raw, asked, came, method, target) if self.ours else _stranger(asked, came, method, target)
        made.number = self.taken + 1
        started = str(raw.get("startedDateTime") or "")
        made.started = started
        time = raw.get("time")
        made.seconds = max(time, 0) / 1000 if isinstance(time, int | float) else 0.0
        return Entry(made, started)

    def _own(
        self, raw: dict[str, Any], asked: dict[str, Any], came: dict[str, Any], method: str, target: str
    ) -> Exchange:
        request = Request(method, target, _headers(asked), _sent(asked))
        status = _int(came.get("status"), 0)
        answer = Response(status, _headers(came), _content(came)[0]) if status >= 100 else None
        ours = _dict(raw.get(OURS))
        made = Exchange(
            0, request, answer, family=str(ours.get("family", "")), step=str(ours.get("step", "")),
            trouble=_text(ours.get("trouble")), blame=_text(ours.get("blame")), note=str(ours.get("note", "")),
        )  # fmt: skip
        talk = ours.get("conversation")
        made.conversation = talk if isinstance(talk, int) else None
        return made


def archive(path: Path, name: str) -> Archive:
    """Look at the head of a HAR file. Raises UsageError for what is none."""
    made = Archive(path, name)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{name} has more than {LARGEST // 1024**3} GiB; split it and judge the parts.")
        with path.open("rb") as file:
            _head(file, made)
    except (ijson.JSONError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no HAR file: it is no JSON ({_first_line(error)}).") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    return made


def _head(file: Any, made: Archive) -> None:
    about: dict[str, Any] = {}
    callers: dict[str, str] = {}
    for prefix, event, value in made._events(file):
        if prefix == "log.entries":
            if event != "start_array":
                raise UsageError(f"{made.name} is no HAR file: log.entries is no list.")
            break
        if prefix in {"log.creator.name", "log.creator.version"} and isinstance(value, str):
            about[prefix] = value[:80]
        elif prefix.startswith(f"log.{OURS}.callers.") and isinstance(value, str):
            callers[prefix.removeprefix(f"log.{OURS}.callers.")] = value
        elif prefix == f"log.{OURS}.known.item" and isinstance(value, str):
            made.known = [*(made.known or []), value]
        elif prefix == f"log.{OURS}.format":
            made.ours = value == FORMAT
    else:
        raise UsageError(f"{made.name} is no HAR file: it has no log.entries.")
    made.creator = " ".join(about.values())
    made.callers = callers if made.ours else {}


def _stranger(asked: dict[str, Any], came: dict[str, Any], method: str, target: str) -> Exchange:
    """An exchange of a recording that is not ours, with everything in doubt left out."""
    post = _dict(asked.get("postData"))
    body = doubt.body_sent(_sent(asked), _int(asked.get("bodySize"), -1))
    headers = tuple((n, v) for n, v in _headers(asked) if not doubt.is_blackened(v))
    media = str(post.get("mimeType") or "")
    if _named(headers, "content-type") is None and media.lower().startswith("application/json"):
        headers = (*headers, ("Content-Type", media))
    status = _int(came.get("status"), 0)
    raw, size, shown = _content(came)
    answer_headers = _headers(came)
    lost: frozenset[str] = frozenset()
    if _named(answer_headers, "content-type") is None:
        shown_as = str(_dict(came.get("content")).get("mimeType") or "")
        if shown_as.lower().startswith("application/json"):
            answer_headers = (*answer_headers, ("Content-Type", shown_as))
        else:
            lost = frozenset({"media type"})
    made = Exchange(0, Request(method, target, headers, body), None, family="recorded", origin="elsewhere", lost=lost)
    made.trouble = doubt.trouble_of(status, raw, size, shown=shown)
    if status >= 100:
        made.response = Response(status, answer_headers, raw)
    return made


def _sent(asked: dict[str, Any]) -> bytes | None:
    post = _dict(asked.get("postData"))
    text = post.get("text")
    if not isinstance(text, str) or not text:
        return None
    return _bytes(text, post.get("_encoding") or post.get("encoding"))


def _content(came: dict[str, Any]) -> tuple[bytes, int, bool]:
    """The bytes of an answer, how many the recorder says there were (-1: it does not say), and whether it has any."""
    content = _dict(came.get("content"))
    text = content.get("text")
    size = _int(content.get("size"), -1)
    if not isinstance(text, str):
        return b"", size, size == 0
    return _bytes(text, content.get("encoding")), size, True


def _bytes(text: str, coding: Any) -> bytes:
    if coding == "base64":
        try:
            return base64.b64decode(text, validate=False)
        except (binascii.Error, ValueError):
            return b""
    return text.encode("utf-8", "surrogatepass")


def _headers(part: dict[str, Any]) -> Headers:
    rows = part.get("headers")
    return tuple(
        (str(row.get("name", "")), str(row.get("value", "")))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and not str(row.get("name", "")).startswith(":")
    )


def _named(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: Any, otherwise: int) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _first_line(error: Exception) -> str:
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:120]
