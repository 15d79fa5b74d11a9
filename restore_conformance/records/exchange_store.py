"""Exchanges as they are stored: in run records, and as they arrive in `exchanges.ndjson`; read back by the bundle.

The form is `#/$defs/exchange` of `schemas/run.schema.json`: scrubbed when every secret is known, and bounded in number
and in bytes, whatever a server sends and however long a run is. Knows no clause and no report.
"""

from __future__ import annotations

import base64
import json
import pickle
import secrets
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from restore_conformance.clock import seconds_of
from restore_conformance.exchange import NOTHING, Exchange, Headers, Observation, Request, Response
from restore_conformance.output.files import Pending
from restore_conformance.recorded.har import Writer
from restore_conformance.records.safe_text import shortened
from restore_conformance.scrub import Scrub

LONGEST_BODY = 8 * 1024
SCRUBBED = 24 * 1024
"""How much of a text is scrubbed: well beyond what is shown of it, so that no secret is cut in half there."""
MOST_HEADERS = 100
ROUTE = "/solutions/"
"""The beginning of the part of an address below the base."""


def scrubbed(text: str, scrub: Scrub, longest: int = LONGEST_BODY) -> str:
    """A text without secrets, of at most that many characters."""
    if len(text) <= longest:
        return scrub.text(text)
    return f"{scrub.text(text[: max(longest, SCRUBBED)])[:longest]}… ({len(text)} characters)"


def body_of(
    raw: bytes | None, scrub: Scrub, longest: int = LONGEST_BODY, size: int | None = None
) -> dict[str, Any] | None:
    """A body as it can be stored: text where it is UTF-8, else base64; long ones cut, with their size.

    `size` is that of the body before it was cut elsewhere.
    """
    if raw is None:
        return None
    size = len(raw) if size is None else size
    # Scrubbed before it is cut, so that no secret is cut in half and missed.
    cut = scrub.bytes(raw[: max(longest, SCRUBBED)])[:longest]
    stored: dict[str, Any] = {"size": size}
    try:
        stored["text"] = cut.decode("utf-8")
    except UnicodeDecodeError as error:
        if size > longest and error.start > len(cut) - 4:  # the cut went through a character
            stored["text"] = cut[: error.start].decode("utf-8")
        else:
            stored["base64"] = base64.b64encode(cut).decode()
    if size > longest:
        stored["cut"] = True
    return stored


def stored(
    exchange: Exchange,
    scrub: Scrub,
    base: str = "",
    longest: int = LONGEST_BODY,
    sizes: tuple[int | None, int | None] = (None, None),
) -> dict[str, Any]:
    """An exchange as JSON, scrubbed and bounded. `sizes` are those of the bodies, where they were cut before."""
    request, response = exchange.request, exchange.response
    row: dict[str, Any] = {
        "number": exchange.number,
        "family": exchange.family,
        "started": exchange.started,
        **({"at": round(exchange.at, 6)} if exchange.at is not None else {}),
        "seconds": round(exchange.seconds, 6),
        "request": {
            "method": request.method,
            "url": scrubbed(base + request.target, scrub),
            "headers": _header_rows(request.headers, scrub),
            "body": body_of(request.body, scrub, longest, sizes[0]),
        },
        "response": response
        and {
            "status": response.status,
            "headers": _header_rows(response.headers, scrub),
            "body": body_of(response.body, scrub, longest, sizes[1]),
        },
    }
    for name in ("step", "trouble", "blame", "note", "conversation"):
        if getattr(exchange, name) not in (None, ""):
            row[name] = scrub.value(getattr(exchange, name))
    if exchange.attempts > 1:
        row["attempts"] = exchange.attempts
    if exchange.failed:
        row["failed"] = sorted(exchange.failed)
    return row


def _header_rows(headers: Headers, scrub: Scrub) -> list[list[str]]:
    return [[shortened(part, LONGEST_BODY) for part in pair] for pair in scrub.headers(headers[:MOST_HEADERS])]


def restored(row: dict[str, Any]) -> Exchange:
    """An exchange from its stored form. Raises ValueError, TypeError, KeyError or AttributeError for anything else."""
    request, response = row["request"], row["response"]
    sent = Request(
        _text(request["method"]), split(_text(request["url"]))[1], _headers(request["headers"]), raw(request["body"])
    )
    answer = None
    if response is not None:
        answer = Response(_int(response["status"]), _headers(response["headers"]), raw(response["body"]) or b"")
    if not isinstance(row["seconds"], int | float) or not isinstance(row.get("failed", []), list):
        raise TypeError(row)
    return Exchange(
        _int(row["number"]), sent, answer, family=_text(row["family"]), step=_text(row.get("step", "")),
        conversation=row.get("conversation"),
        at=seconds_of(row.get("at")), seconds=row["seconds"], started=_text(row["started"]),
        observation=Observation(row.get("trouble"), row.get("blame"), _text(row.get("note", ""))),
    )  # fmt: skip


def split(url: str) -> tuple[str, str]:
    """An address as its base and the part below."""
    at = url.find(ROUTE)
    return (url[:at], url[at:]) if at >= 0 else ("", url)


def raw(body: dict[str, Any] | None) -> bytes | None:
    """The bytes of a stored body, as far as they were kept."""
    if body is None:
        return None
    if "base64" in body:
        return base64.b64decode(body["base64"])
    return _text(body.get("text", "")).encode("utf-8", "replace")


def _headers(pairs: Any) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in pairs)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _int(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value


IN_MEMORY = 32 * 1024 * 1024
MOST_BYTES = 512 * 1024 * 1024
"""Bytes that may wait for being written; exchanges after that are left out."""


class _Clean(Scrub):
    """Replaces the scrubber where the input is scrubbed: scrubbing is expensive, and two files hold the same."""

    def text(self, value: str) -> str:
        return value

    def headers(self, headers: Headers) -> list[list[str]]:
        return [list(pair) for pair in headers]

    def bytes(self, raw: bytes) -> bytes:
        return raw

    def value(self, value: Any, depth: int = 0) -> Any:  # noqa: ARG002 - the signature of what it stands for
        return value


class Store:
    """Keeps exchanges and writes them scrubbed at the end, when every name that must not be shown is known.

    All of the first `most`, then as many again that have a finding or trouble; the rest is counted. Until `close`
    they wait in memory, beyond a bound in a file without a name; tokens are not even written there. `har`, if given, is
    written the same exchanges, as long as its own bound allows.
    """

    def __init__(
        self,
        path: Path,
        scrub: Scrub,
        base: str,
        most: int = 5_000,
        har: Writer | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._path = path
        self._scrub = scrub
        self._base = base
        self._most = most
        self._left = most_bytes
        self._har = har
        self._waiting = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by close
        self._last: dict[int, int] = {}
        self.run_id = secrets.token_hex(16)
        self.kept = 0
        self.seen = 0
        self.problem = ""

    def __call__(self, exchange: Exchange) -> None:
        """Keep an exchange, or count it where there is no more room."""
        again = exchange.number in self._last
        self.seen += not again
        self._scrub.learn(exchange)
        worth_more = exchange.failed or exchange.trouble
        if self._left <= 0 or self.kept >= 2 * self._most or (self.kept >= self._most and not worth_more):
            return
        whole = self._har is not None and self._har.takes(exchange)
        packed = pickle.dumps((*self._small(exchange, whole=whole), whole))
        try:
            self._waiting.write(packed)
        except OSError as error:  # no more room for temporary files: what was kept so far is written
            self._left, self.problem = 0, f"no more exchanges could be kept: {error.strerror or error}"
            return
        self._left -= len(packed)
        self.kept += 1
        self._last[exchange.number] = self.kept

    def _small(self, exchange: Exchange, *, whole: bool) -> tuple[Exchange, tuple[int, int]]:
        """The exchange without what is not written, its bodies cut unless they are written whole, and their sizes."""
        request, response = exchange.request, exchange.response
        sizes = len(request.body or b""), len(response.body if response else b"")
        headers = _pairs(self._scrub, request.headers)
        body = request.body if whole or request.body is None else request.body[:SCRUBBED]
        if response is not None and not whole:
            response = replace(response, body=response.body[:SCRUBBED])
        small = replace(
            exchange, request=replace(request, headers=headers, body=body), response=response,
            observation=replace(
                exchange.observation, sent=None, known=None, _answer=NOTHING, _parsed=False, _cache={}
            ),
        )  # fmt: skip
        return small, sizes

    def _scrubbed(self, exchange: Exchange) -> Exchange:
        """An exchange as it is written."""
        scrub, request, response = self._scrub, exchange.request, exchange.response
        body = None if request.body is None else scrub.bytes(request.body)
        request = Request(request.method, scrub.text(request.target[:SCRUBBED]), _pairs(scrub, request.headers), body)
        response = response and Response(response.status, _pairs(scrub, response.headers), scrub.bytes(response.body))
        observation = replace(
            exchange.observation, trouble=exchange.trouble and scrub.text(exchange.trouble),
            note=scrub.text(exchange.note),
        )  # fmt: skip
        return replace(
            exchange, request=request, response=response, step=scrub.text(exchange.step), observation=observation
        )  # fmt: skip

    def shown(self) -> dict[str, int]:
        """How much was written and how much left out, as the run record has it; after `close`."""
        counts = {"exchanges": len(self._last), "left_out": self.seen - len(self._last)}
        if self._har is not None:
            counts["har_left_out"] = self.seen - self._har.written
        return counts

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write the exchanges, except after KeyboardInterrupt: then leave at once."""
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self._waiting.close()
        self.close()

    def close(self, pending: Pending | None = None) -> None:
        """Write everything, to appear with what else is in `pending`, or at once where none is given.

        An exchange stored again once its trouble is attributed is written once, in its last state.
        Raises OSError, and Withheld.
        """
        if self._waiting.closed:
            return
        together = Pending() if pending is None else pending
        clean, base = _Clean(), self._scrub.text(self._base)
        if self._har is not None:
            self._har.pending = together
        try:
            self._write(together, clean, base)
        except BaseException:
            if self._har is not None:
                self._har.drop()
            raise
        if pending is None:
            together.commit()

    def _write(self, together: Pending, clean: _Clean, base: str) -> None:
        with self._waiting, together.opened(self._path) as file:
            self._waiting.seek(0)
            for place in range(1, self.kept + 1):
                exchange, sizes, whole = pickle.load(self._waiting)  # noqa: S301 - written above, by this process
                if self._last[exchange.number] != place:
                    continue
                exchange = self._scrubbed(exchange)
                file.write(_line({"run_id": self.run_id, **stored(exchange, clean, base, sizes=sizes)}))
                if self._har is not None and whole:
                    self._har(exchange, clean)
        if self._har is not None:
            self._har.close(self.seen)


def _pairs(scrub: Scrub, headers: Headers) -> Headers:
    return tuple((name, value) for name, value in scrub.headers(headers))


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"
