"""What went over the wire: one request and its answer.

Nothing here knows a clause, a schema or a library outside the standard one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

Headers = tuple[tuple[str, str], ...]

NOTHING: Final = object()
"""Stands for "no JSON here": `None` is a JSON value, so it cannot."""


def header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first value of a header, its name compared without case (RFC 9110, 5.1), or None."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None


def paired(text: str) -> str:
    """A text as UTF-8 can have it: half of a surrogate pair becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_json(raw: bytes | None) -> Any:
    """The JSON value of a body, or NOTHING where the bytes are not JSON text in UTF-8.

    A byte order mark is passed over: RFC 8259 (8.1) lets a reader do so. NaN and Infinity are not JSON.
    """
    if not raw:
        return NOTHING
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant, parse_int=whole)
    except (ValueError, RecursionError):
        return NOTHING


def whole(digits: str) -> int | float:
    """A JSON integer; one of so many digits that Python refuses to convert it is as good as infinite."""
    return int(digits) if len(digits) < 400 else float("-inf" if digits[0] == "-" else "inf")


def _no_constant(name: str) -> Any:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as sent: `target` is the path and query below the base URL, `body` None where none was sent."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """One complete answer; `body` is decoded from any content coding."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return header(self.headers, name)


@dataclass(slots=True, eq=False)
class Observation:
    """What is recognised and concluded about an exchange, by the recogniser, the judge, and whoever controls trouble.

    `trouble` names why the answer cannot be judged (see `restore_conformance.judging.trouble`);
    `blame` says whom a control found responsible: "target", "environment" or None where none was made.
    `sent` is what the recogniser saw in the request's bytes, `known` what the exchanges before had shown; `failed` the
    clauses found broken here. `silent` says that no clause may be judged by this exchange alone. `lost` names parts of
    the answer that a recording may not show as they were, so that neither their absence nor their form proves anything:
    "media type", "body", places in it as JSON pointers, "members" where only those are missing that the request did
    not ask for, "request" where values of the request may have been written over, and "payload" where nobody knows
    what was sent. `overlaps` says that another request was under way at the same time which changes what this one is
    about.
    """

    trouble: str | None = None
    blame: str | None = None
    note: str = ""
    sent: Any = None
    known: Any = None
    same_id_as: int | None = None
    silent: bool = False
    failed: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    overlaps: bool = False
    _answer: Any = field(default=NOTHING, repr=False)
    _parsed: bool = field(default=False, repr=False)
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def believe(self, answer: Any) -> None:
        """Let this be the JSON value of the answer, where a recording shows another one than was sent."""
        self._answer, self._parsed = answer, True

    def answer(self, response: Response | None) -> Any:
        """The JSON value that the answer is taken to have; the body is parsed once."""
        if not self._parsed:
            self.believe(parse_json(response.body) if response else NOTHING)
        return self._answer

    def remember(self, key: str, value: Any) -> Any:
        """Keep something computed from the exchange, so that the next judgement need not compute it."""
        self._cache[key] = value
        return value

    def remembered(self, key: str) -> Any:
        """What `remember` stored, or None."""
        return self._cache.get(key)


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """A request with its answer, or without one, and what is concluded about it, which alone may change.

    `at` is when the request was sent, in seconds on a clock that only moves forward within one source (a run, one
    recording), None where nobody knows; the answer came at `at + seconds`. `started` is the same moment as a date and
    time in UTC, "" where nobody knows. `family`, `conversation` and `step` are what it was sent for; `attempts` counts
    the requests that it took.
    """

    number: int
    request: Request
    response: Response | None
    family: str = ""
    conversation: int | None = None
    step: str = ""
    at: float | None = None
    seconds: float = 0.0
    started: str = ""
    attempts: int = 1
    origin: str = "run"
    observation: Observation = field(default_factory=Observation, repr=False)

    @property
    def status(self) -> int | None:
        """The status code of the answer, None where there is no answer."""
        return self.response.status if self.response else None

    @property
    def answer(self) -> Any:
        """The JSON value of the answer's body, or NOTHING."""
        return self.observation.answer(self.response)

    @property
    def weight(self) -> tuple[int, int]:
        """Orders exchanges from the smallest: bytes of the body sent, then the order of sending."""
        return (len(self.request.body or b""), self.number)

    # ------------------------------------------------------------------ what is concluded about it

    @property
    def trouble(self) -> str | None:
        return self.observation.trouble

    @property
    def blame(self) -> str | None:
        return self.observation.blame

    @property
    def note(self) -> str:
        return self.observation.note

    @property
    def sent(self) -> Any:
        return self.observation.sent

    @property
    def known(self) -> Any:
        return self.observation.known

    @property
    def same_id_as(self) -> int | None:
        return self.observation.same_id_as

    @property
    def silent(self) -> bool:
        return self.observation.silent

    @property
    def failed(self) -> frozenset[str]:
        return self.observation.failed

    @property
    def lost(self) -> frozenset[str]:
        return self.observation.lost

    @property
    def overlaps(self) -> bool:
        return self.observation.overlaps
