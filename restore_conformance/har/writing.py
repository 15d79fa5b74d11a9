"""Writes HAR 1.2, one entry at a time, scrubbed. What judging needs beyond the standard stands under one name."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

from restore_conformance import __version__
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.scrub import Scrub

OURS = "_restoreConformance"
FORMAT = 1
STANDS_FOR = "http://mock.example/beta"
"""The base address of a target that has none: the embedded mock."""


class Writer:
    """Writes a HAR file; `callers` maps a token to the kind of caller, `known` the ids the user named (or None)."""

    def __init__(
        self,
        path: Path,
        scrub: Scrub,
        base: str,
        callers: Mapping[str, str],
        known: Sequence[str] | None = None,
    ) -> None:
        self._scrub = scrub
        self._base = base if "://" in base else STANDS_FOR
        self._file: IO[str] = path.open("w", encoding="utf-8")
        self._first = True
        about = {
            "format": FORMAT,
            "callers": {scrub.stand_in("token-other", token): kind for token, kind in callers.items() if token},
            "known": list(known) if known is not None else None,
        }
        self._file.write(
            '{"log": {"version": "1.2", "creator": '
            + json.dumps({"name": "graph-restore-conformance", "version": __version__})
            + f', "{OURS}": {json.dumps(about)}, "entries": ['
        )

    def __call__(self, exchange: Exchange) -> None:
        """Write one exchange."""
        self._file.write(("\n" if self._first else ",\n") + json.dumps(self._entry(exchange)))
        self._first = False

    def close(self) -> None:
        self._file.write("\n]}}\n")
        self._file.close()

    def _entry(self, exchange: Exchange) -> dict[str, Any]:
        milliseconds = round(exchange.seconds * 1000, 3)
        made = {
            "startedDateTime": exchange.started,
            "time": milliseconds,
            "request": self._request(exchange.request),
            "response": self._response(exchange.response, exchange.trouble),
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
        made[OURS] = self._scrub.value(ours)
        return made

    def _request(self, request: Request) -> dict[str, Any]:
        url = self._scrub.text(self._base + request.target)
        headers = self._scrub.headers(request.headers)
        made: dict[str, Any] = {
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
            raw = self._scrub.bytes(request.body)
            text, coding = _text(raw)
            made["bodySize"] = len(raw)
            made["postData"] = {"mimeType": request.header("Content-Type") or "", "text": text}
            if coding:
                made["postData"]["_encoding"] = coding
        return made

    def _response(self, response: Response | None, trouble: str | None) -> dict[str, Any]:
        raw = self._scrub.bytes(response.body) if response else b""
        text, coding = _text(raw)
        content: dict[str, Any] = {
            "size": len(raw),
            "mimeType": (response.header("Content-Type") if response else None) or "",
            "text": text,
        }
        if coding:
            content["encoding"] = coding
        made: dict[str, Any] = {
            "status": response.status if response else 0,
            "statusText": _phrase(response.status) if response else "",
            "httpVersion": "HTTP/1.1" if response else "",
            "cookies": [],
            "headers": _pairs(self._scrub.headers(response.headers)) if response else [],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(raw) if response else -1,
        }
        if response is None:
            made["_error"] = self._scrub.text(trouble or "no answer")
        return made


def _pairs(headers: list[list[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _text(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), "base64"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
