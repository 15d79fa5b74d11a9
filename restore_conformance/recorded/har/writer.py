"""Writes HAR 1.2, one entry at a time, scrubbed. What judging needs beyond the standard stands under one name."""

from __future__ import annotations

import base64
import contextlib
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

from restore_conformance import __version__
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.output.files import Pending
from restore_conformance.scrub import Scrub

OURS = "_restoreConformance"
FORMAT = 1
STANDS_FOR = "http://mock.example/beta"
"""The base address of a target that has none: the embedded mock."""

UNKNOWN = "1970-01-01T00:00:00.000+00:00"
"""The time of an entry whose time is unknown: the format wants one in every entry."""
OFFSETS = datetime(1970, 1, 2, tzinfo=UTC)
"""The start of a recording that holds only seconds since its start."""
LARGE = 64 * 1024
MOST_BYTES = 64 * 1024 * 1024
MOST_LARGE = 8 * 1024 * 1024
"""Bytes in one file, and how many of them in exchanges that are large: a few of those are planned in every run, and
a server must not fill the file with them. An exchange is written whole or not at all: half of one would be judged
wrongly."""


class Writer:
    """Writes a HAR file; `callers` maps a token to the kind of caller, `known` the ids the user named (or None).

    The file is opened with the first exchange, or by `close`: callers may become known until then. It appears with
    what else is in `pending`, if that is set before, or when it is closed. `ours` says
    that nothing was taken out before we wrote it, so that a reader may take what is missing for not sent.
    """

    def __init__(
        self,
        path: Path,
        scrub: Scrub,
        base: str,
        callers: Mapping[str, str],
        known: Sequence[str] | None = None,
        *,
        ours: bool = True,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._path = path
        self.pending: Pending | None = None
        self._own = Pending()
        self._opening: AbstractContextManager[IO[str]] | None = None
        self._scrub = scrub
        self._base = base if "://" in base else STANDS_FOR
        self._callers = callers
        self._known = known
        self._ours = ours
        self._file: IO[str] | None = None
        self._left = most_bytes
        self._left_for_large = min(MOST_LARGE, most_bytes)
        self.written = 0

    def takes(self, exchange: Exchange) -> bool:
        """Whether there is room for an exchange; if so, the room is kept for it."""
        asked, answer = exchange.request, exchange.response
        size = len(asked.target) + len(asked.body or b"") + (len(answer.body) if answer else 0)
        if size > self._left or (size > LARGE and size > self._left_for_large):
            return False
        self._left -= size
        if size > LARGE:
            self._left_for_large -= size
        return True

    def __call__(self, exchange: Exchange, scrub: Scrub | None = None) -> None:
        """Write one exchange; `scrub` is another scrubber for this one, where it is clean already."""
        entry = json.dumps(self._entry(exchange, scrub or self._scrub))
        self._opened().write((",\n" if self.written else "\n") + entry)
        self.written += 1

    def drop(self) -> None:
        """Leave the file unwritten, because of the exception that is being handled."""
        opening, self._opening, self._file = self._opening, None, None
        if opening is not None:
            with contextlib.suppress(OSError):
                opening.__exit__(*sys.exc_info())

    def close(self, seen: int | None = None) -> None:
        """End the file; `seen` is how many exchanges there were, those left out for their size included."""
        left = (seen or 0) - self.written
        comment = f', "comment": "{left} exchanges were left out for their size"' if left > 0 else ""
        self._opened().write(f"\n]{comment}}}}}\n")
        opening, self._opening = self._opening, None
        assert opening is not None
        opening.__exit__(None, None, None)
        self._own.commit()

    def _opened(self) -> IO[str]:
        if self._file is None:
            creator = {"name": "graph-restore-conformance", "version": __version__}
            head = '{"log": {"version": "1.2", "creator": ' + json.dumps(creator)
            if self._ours:
                about = {
                    "format": FORMAT,
                    "callers": {
                        self._scrub.stand_in("token-other", token): kind
                        for token, kind in self._callers.items()
                        if token
                    },
                    "known": list(self._known) if self._known is not None else None,
                }
                head += f', "{OURS}": {json.dumps(about)}'
            together = self._own if self.pending is None else self.pending
            self._opening = together.opened(self._path)
            self._file = self._opening.__enter__()
            self._file.write(head + ', "entries": [')
        return self._file

    def _entry(self, exchange: Exchange, scrub: Scrub) -> dict[str, Any]:
        milliseconds = round(exchange.seconds * 1000, 3)
        entry = {
            "startedDateTime": _moment(exchange),
            "time": milliseconds,
            "request": self._request(exchange.request, scrub),
            "response": self._response(exchange.response, exchange.trouble, scrub),
            "cache": {},
            "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        }
        ours = {
            name: getattr(exchange, name)
            for name in ("number", "family", "step", "conversation", "trouble", "blame", "note")
            if getattr(exchange, name) not in (None, "")
        }
        if exchange.silent:
            ours["silent"] = True
        if self._ours:
            entry[OURS] = scrub.value(ours)
        return entry

    def _request(self, request: Request, scrub: Scrub) -> dict[str, Any]:
        url = self._scrub.text(self._base) + scrub.text(request.target)
        headers = scrub.headers(request.headers)
        row: dict[str, Any] = {
            "method": request.method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(headers),
            "queryString": [{"name": n, "value": v} for n, v in parse_qsl(urlsplit(url).query, True)],
            "headersSize": -1,
            "bodySize": 0,
        }
        if request.body:
            raw = scrub.bytes(request.body)
            text, coding = _text(raw)
            row["bodySize"] = len(raw)
            row["postData"] = {"mimeType": request.header("Content-Type") or "", "text": text}
            if coding:
                row["postData"]["_encoding"] = coding
        return row

    def _response(self, response: Response | None, trouble: str | None, scrub: Scrub) -> dict[str, Any]:
        raw = scrub.bytes(response.body) if response else b""
        text, coding = _text(raw)
        content: dict[str, Any] = {
            "size": len(raw),
            "mimeType": (response.header("Content-Type") if response else None) or "",
            "text": text,
        }
        if coding:
            content["encoding"] = coding
        row: dict[str, Any] = {
            "status": response.status if response else 0,
            "statusText": _phrase(response.status) if response else "",
            "httpVersion": "HTTP/1.1" if response else "",
            "cookies": [],
            "headers": _pairs(scrub.headers(response.headers)) if response else [],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(raw) if response else -1,
        }
        if response is None:
            row["_error"] = scrub.text(trouble or "no answer")
        return row


def _pairs(headers: list[list[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _text(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), "base64"


def _moment(exchange: Exchange) -> str:
    """When a request was sent, as the format wants it."""
    try:
        moment = datetime.fromisoformat(exchange.started)
    except ValueError:
        if exchange.at is None:
            return UNKNOWN
        moment = OFFSETS + timedelta(seconds=exchange.at)
    return moment.replace(tzinfo=moment.tzinfo or UTC).isoformat(timespec="milliseconds")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
