"""A finding of a run record: its evidence, and the identity by which comparisons, the history and SARIF know it again.

Two runs that see the same defect make other ids at another time, so ids, dates, placeholders, ports and numbers that
were sent are left out of the identity. Knows the present format alone; older ones are read by `formats`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields
from typing import Any

from restore_conformance.scrub.placeholders import GUID, PLACEHOLDER

BROKE = "broke"
"""The part of the exchange that broke the clause; it is the last one."""
BEFORE = "before"
"""The part of an earlier exchange that set the expectation."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?")
_HTTP_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT")
_SECONDS = re.compile(r"\b\d+(?:\.\d+)? ?(?:s|ms|seconds)\b")
_LOOPBACK = re.compile(r"(?<=://)(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?", re.IGNORECASE)
_EXCHANGE = re.compile(r"\bexchange \d+")
_OPAQUE = re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]*[0-9])(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{20,}={0,2}")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])-?\d+(?:\.\d+)?(?![A-Za-z0-9_])")
_BEFORE = re.compile(r" \(after (?P<done>\w+)(?P<of>[^()]*?)(?:, answered (?P<status>\w+))?\)")
METHODS = {"create": "POST", "update": "PATCH", "delete": "DELETE", "activate": "POST"}
"""The methods of what is done to a session."""
_PLACE = re.compile(r"(?<=/)\d+(?=/|\Z)")


def exchanges(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """Every exchange of the evidence, in the order of sending."""
    return [item["exchange"] for item in finding["evidence"]]


def broke(finding: dict[str, Any]) -> dict[str, Any]:
    """The exchange that broke the clause."""
    return exchanges(finding)[-1]


def earlier(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """The exchanges that set the expectation."""
    return exchanges(finding)[:-1]


def evidence(stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored exchanges as evidence: the last one broke the clause."""
    last = len(stored) - 1
    return [{"role": BROKE if at == last else BEFORE, "exchange": exchange} for at, exchange in enumerate(stored)]


def normalised(text: str) -> str:
    """A text with every id, date, placeholder and length of time replaced by a word for it.

    The form of a date stays as far as its zone goes: a date without a zone is a defect that some clauses are about.
    """
    text = PLACEHOLDER.sub("<scrubbed>", text)
    text = GUID.sub("<id>", text)
    text = _TIME.sub(lambda match: f"<time>{_zone(match['zone'] or '')}", text)
    text = _HTTP_DATE.sub("<date>", text)
    text = _LOOPBACK.sub("<here>", text)
    text = _EXCHANGE.sub("exchange <n>", text)
    text = _SECONDS.sub("<seconds>", text)
    return _OPAQUE.sub("<id>", text)


def _zone(text: str) -> str:
    return text if text in {"", "Z", "z"} else "+hh:mm"


def without_numbers(text: str) -> str:
    """A normalised text with its numbers replaced, HTTP statuses apart."""
    return _NUMBER.sub(lambda match: match[0] if re.fullmatch(r"[1-5]\d\d", match[0]) else "<n>", text)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a finding shows, as far as it can be compared with what another run shows of the same clause.

    Numbers are left out, HTTP statuses apart: how many artifacts were sent decides them.
    """

    message: str
    expected: str
    observed: str
    pointer: str
    status: str

    def differences(self, other: Identity) -> tuple[str, ...]:
        """The names of the parts that differ; empty where both are one finding."""
        return tuple(part.name for part in fields(self) if getattr(self, part.name) != getattr(other, part.name))

    @property
    def key(self) -> str:
        """Equal for findings without differences, and short; the history's key of a finding."""
        text = "\0".join(getattr(self, part.name) for part in fields(self))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def identity(finding: dict[str, Any]) -> Identity:
    """The one identity of a finding."""
    message, expected, observed = (
        without_numbers(normalised(text))
        for text in (_as_first_worded(finding["message"]), finding["expected"], observed_text(finding))
    )
    # Which of several elements shows it first depends on what else the target holds.
    return Identity(message, expected, observed, _PLACE.sub("*", normalised(finding["pointer"])), status_of(finding))


def _as_first_worded(message: str) -> str:
    """A message as suites wrote it at first, so that histories know their findings again.

    `(after delete, answered 204)` was `after DELETE was answered 204`.
    """

    def first(match: re.Match[str]) -> str:
        method = METHODS.get(match["done"], match["done"]) if match["status"] else match["done"]
        return f" after {method}{match['of']}" + (f" was answered {match['status']}" if match["status"] else "")

    return _BEFORE.sub(first, message).replace(" after create answered with it", " after create answered it")


def status_of(finding: dict[str, Any]) -> str:
    """The status of the answer that shows a finding, or the trouble that replaced it."""
    exchange = broke(finding)
    if exchange["response"] is None:
        return normalised(exchange.get("trouble", "no answer"))
    return str(exchange["response"]["status"])


def observed_text(finding: dict[str, Any]) -> str:
    """What was observed, as one text."""
    observed = finding["observed"]
    return observed if isinstance(observed, str) else json.dumps(observed, sort_keys=True, ensure_ascii=False)
