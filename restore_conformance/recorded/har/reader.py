"""Reads HAR 1.2 as a stream, one entry at a time, whatever wrote it and however broken single entries are.

Raises UsageError, in one sentence, for any other file. What can be believed of an entry is for `theirs`.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from restore_conformance.clock import moment_of
from restore_conformance.exchange import Exchange, Headers, Request, Response, paired
from restore_conformance.recorded.har.addresses import Heard, is_about
from restore_conformance.recorded.har.attached import attached
from restore_conformance.recorded.har.other_recorders import TOO_LARGE, Shown, exchanges_of
from restore_conformance.recorded.har.stream import JSONError, Stream, first_line, opened
from restore_conformance.recorded.har.writer import FORMAT, OURS
from restore_conformance.targets.coding import ALL, heft, is_heavy
from restore_conformance.verdicts import UsageError

LARGEST = 2 * 1024**3
LONGEST = 365 * 86_400.0
"""Seconds that an exchange may be said to have taken."""


@dataclass(slots=True)
class Archive:
    """A HAR file. `ours` says that this suite wrote it; `heard` fills while `exchanges` is consumed."""

    path: Path
    name: str
    creator: str = ""
    ours: bool = False
    callers: dict[str, str] = field(default_factory=dict)
    known: list[str] | None = None
    heard: Heard = field(default_factory=Heard)

    def exchanges(self) -> Iterator[Exchange]:
        """The exchanges of this API, in the order of the file."""
        try:
            with opened(self.path) as file:
                for raw in Stream(self.path).items(file, "log.entries.item"):
                    yield from self._entry(_dict(raw))
        except (JSONError, ValueError, OverflowError, RecursionError) as error:
            raise UsageError(
                f"{self.name} is no HAR file: after {self.heard.seen} entries its JSON breaks off or is wrong "
                f"({first_line(error)})."
            ) from None
        except OSError as error:
            raise UsageError(f"{self.name} cannot be read: {error.strerror}.") from None

    def _entry(self, raw: dict[str, Any]) -> Iterator[Exchange]:
        asked, came = _dict(raw.get("request")), _dict(raw.get("response"))
        url, method = _text(asked.get("url")), _text(asked.get("method")).strip().upper()
        if self.ours:
            target = self.heard.own(method, url)
            exchanges: Iterable[Exchange] = [self._own(raw, asked, came, method, target)] if target else []
        else:
            exchanges = exchanges_of(self._shown(asked, came, method, url), self.heard)
        at, started = moment_of(_text(raw.get("startedDateTime")))
        for made in exchanges:
            made.number = self.heard.taken
            made.at, made.started = at, started
            made.seconds = min(max(_number(raw.get("time"), 0.0), 0.0) / 1000, LONGEST)
            yield made

    def _shown(self, asked: dict[str, Any], came: dict[str, Any], method: str, url: str) -> Shown:
        post, content = _dict(asked.get("postData")), _dict(came.get("content"))
        sent = _sent(asked)
        ours = is_about(url)
        if sent is None and post.get("_file") and ours:
            sent = attached(self.path, _text(post.get("_file")))
        raw, size = _content(came)
        if not raw and content.get("_file") and ours:
            kept = attached(self.path, _text(content.get("_file")))
            raw, self.heard.outside = kept or b"", self.heard.outside + (kept is None)
        return Shown(
            method, url, _headers(asked), sent, _int(came.get("status"), 0), _headers(came), raw,
            sent_size=_int(asked.get("bodySize"), -1), body_size=size,
            sent_media=_text(post.get("mimeType")), body_media=_text(content.get("mimeType")),
        )  # fmt: skip

    def _own(
        self, raw: dict[str, Any], asked: dict[str, Any], came: dict[str, Any], method: str, target: str
    ) -> Exchange:
        request = Request(method, target, _headers(asked), _sent(asked))
        status = _int(came.get("status"), 0)
        answer = Response(status, _headers(came), _content(came)[0]) if 100 <= status <= 599 else None
        ours = _dict(raw.get(OURS))
        made = Exchange(
            0, request, answer, family=_text(ours.get("family")), step=_text(ours.get("step")),
            trouble=_text(ours.get("trouble")) or None, blame=_text(ours.get("blame")) or None,
            note=_text(ours.get("note")), silent=ours.get("silent") is True,
        )  # fmt: skip
        if heft(request.body or b"") > ALL or (answer and is_heavy(answer.body)):
            made.trouble, made.response = TOO_LARGE, None
        talk = ours.get("conversation")
        made.conversation = talk if isinstance(talk, int) else None
        return made


def archive(path: Path, name: str) -> Archive:
    """Look at the head of a HAR file. Raises UsageError for anything else."""
    made = Archive(path, name)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{name} has more than {LARGEST // 1024**3} GiB; split it and judge the parts.")
        with opened(path) as file:
            _head(file, made)
    except (JSONError, ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no HAR file: its JSON cannot be read ({first_line(error)}).") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    return made


def _head(file: Any, made: Archive) -> None:
    about: dict[str, Any] = {}
    callers: dict[str, str] = {}
    for prefix, event, value in Stream(made.path).events(file):
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


def _sent(asked: dict[str, Any]) -> bytes | None:
    post = _dict(asked.get("postData"))
    text = _text(post.get("text"))
    if not text:
        return None
    return _bytes(text, post.get("_encoding") or post.get("encoding"))


def _content(came: dict[str, Any]) -> tuple[bytes, int]:
    """The bytes of an answer, and how many the recorder says there were (-1: it does not say)."""
    content = _dict(came.get("content"))
    return _bytes(_text(content.get("text")), content.get("encoding")), _int(content.get("size"), -1)


def _bytes(text: str, coding: Any) -> bytes:
    """The bytes of a text; one that is said to be in base64 and is not is taken as it is."""
    if _text(coding).lower() == "base64":
        plain = "".join(text.split()).rstrip("=").translate(_URL_SAFE)
        if _BASE64.fullmatch(plain) and len(plain) % 4 != 1:
            return base64.b64decode(plain + "=" * (-len(plain) % 4))
    return text.encode()


_BASE64 = re.compile(r"[A-Za-z0-9+/]*")
_URL_SAFE = str.maketrans("-_", "+/")


def _headers(part: dict[str, Any]) -> Headers:
    rows = part.get("headers")
    return tuple(
        (_text(row.get("name")), _text(row.get("value")))
        for row in (rows if isinstance(rows, list) else [])
        # What begins with a colon is HTTP/2's way to write method and address (RFC 9113, 8.3) and no header.
        if isinstance(row, dict) and _text(row.get("name")).strip() and not _text(row.get("name")).startswith(":")
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: Any, otherwise: int) -> int:
    if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 12:
        return int(value)
    found = _number(value, math.nan)
    return otherwise if math.isnan(found) or abs(found) > 2**53 else int(found)


def _number(value: Any, otherwise: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return otherwise
    return float(value)


def _text(value: Any) -> str:
    """A text as UTF-8 can have it, or "": `doubt` looks for what was replaced."""
    return paired(value) if isinstance(value, str) else ""
