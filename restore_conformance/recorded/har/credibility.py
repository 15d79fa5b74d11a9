"""What another tool's recording cannot prove: parts that exporters take out, cut short or blacken.

Everything here errs on the side of *unknown*: a body that may have been changed counts as missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from restore_conformance.contract.workload import KINDS
from restore_conformance.exchange import NOTHING, Headers, Request, header, parse_json
from restore_conformance.recorded.har.blanks import blackened, is_blackened, suspicious
from restore_conformance.scrub.placeholders import PLACEHOLDER

FULL = frozenset({204, 205, 304})
"""Statuses of answers that have no body (RFC 9110, 15)."""

REPLACED = re.compile(rb"\xef\xbf\xbd|\\u[fF]{3}[dD]")
"""U+FFFD, as it is or escaped: what a recorder writes in place of what it could not decode."""

MEDIA = re.compile(r"[\w.+-]+/[\w.+-]+\s*(?:;.*)?", re.ASCII | re.DOTALL)
SHAPING = re.compile(r"\b(?:return|respond-async|odata\.continue-on-error)\b", re.IGNORECASE)
CONDITIONS = ("If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Range")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def believed(headers: Headers) -> Headers:
    """Headers without those whose value may stand in the place of another one.

    A Content-Type that does not have the form of a media type is left out too.
    """
    return tuple(
        (name, value)
        for name, value in headers
        if value.strip()
        and not is_blackened(value)
        and (name.strip().lower() != "content-type" or MEDIA.fullmatch(value.strip()))
    )


def media_type(headers: Headers, beside: str) -> str | None:
    """The Content-Type of a message, None where it is unknown; `beside` is what the recorder says of it elsewhere.

    Where the two contradict each other, one of them was written by the recorder.
    """
    named = header(headers, "content-type")
    essence, other = (_essence(value or "") for value in (named, beside))
    if named is None:
        return beside if other == "application/json" else None
    return None if essence != other == "application/json" else named


def _essence(media: str) -> str:
    return media.partition(";")[0].strip().lower()


def body_sent(raw: bytes | None, size: int, length: int = -1) -> bytes | None:
    """A request's body as far as it can be believed: None where it may be cut, repaired, blackened or made uniform.

    `size` is what the recorder says was sent, `length` what the request's own header says; negative where nothing
    is said. A body that is not JSON is evidence only where one of them shows that it is all of what was sent.
    """
    if not raw:
        return None
    if size > 0 and len(raw) < size:
        return None
    value = parse_json(raw)
    if value is NOTHING:
        whole = len(raw) in {size, length} and not REPLACED.search(raw)
        return raw if whole and not is_blackened(raw.decode("utf-8", "replace")) else None
    return None if blackened(value) or _uniform(value) else raw


def _uniform(value: Any) -> bool:
    """Whether every artifact of a list has the same id: a duplicate, or a tool that writes one id for all."""
    for name, elements in value.items() if isinstance(value, dict) else ():
        if name.removesuffix("@delta") not in KINDS:
            continue
        if not isinstance(elements, list) or len(elements) < 2:
            continue
        ids = {
            json.dumps(element.get("restorePoint", element.get("id")), sort_keys=True)
            if isinstance(element, dict)
            else ""
            for element in elements
        }
        if len(ids) == 1:
            return True
    return False


def blanked_before(sent: bytes | None, status: int, answer: Any) -> bool:
    """Whether a request that was accepted may have held other values than the recording shows.

    Tools write "", null, a number or an empty list in place of a value, and a server that was sent the value accepts
    it. An empty list, or an empty object, is evidence where the answer says that the session holds nothing.
    """
    value = parse_json(sent)
    if value is NOTHING or not 200 <= status < 300:
        return False
    counts = answer.get("restoreSessionArtifactCount") if isinstance(answer, dict) else None
    holds_nothing = isinstance(counts, dict) and counts.get("total") == 0
    return suspicious(value, empty=not holds_nothing)


def may_be_blanked(sent: bytes) -> bool:
    """Whether a request holds what tools write in place of a value."""
    value = parse_json(sent)
    return value is not NOTHING and suspicious(value, empty=True)


def spoilt(raw: bytes | None, declared: Iterable[int]) -> str:
    """Why a body as a whole is not what was transferred, or "". `declared` are the lengths that are named.

    This suite's scrubber changes lengths too, and is recognised by its marks.
    """
    if not raw:
        return ""
    if REPLACED.search(raw):
        return "the recording has replaced characters that it could not decode (U+FFFD)"
    wrong = any(number > 0 and number not in _lengths(raw) for number in declared)
    if wrong and not PLACEHOLDER.search(raw.decode("utf-8", "replace")):
        return "a body is longer or shorter than the recording says"
    return ""


def _lengths(raw: bytes) -> set[int]:
    """How long a body is in bytes, also with a byte order mark; in characters, and in the units of JavaScript."""
    text = raw.decode("utf-8", "replace")
    return {len(raw), len(raw) + 3, len(text), len(text.encode("utf-16-le")) // 2}


def refused_for_its_form(request: Request, status: int) -> str:
    """Why an answer may be about the form of a request rather than about its content, or ""."""
    coded = (header(request.headers, "Content-Encoding") or "identity").strip().lower() != "identity"
    if coded and 400 <= status < 500:
        return "refused, maybe for the content coding of the request"
    if status in {412, 416, 417, 424}:
        return f"status {status}, which is about a condition of the request"
    if shaped(request) and status not in ({201} if request.method == "POST" else {200, 204}):
        return f"the request asks for another form of answer than the documented one, and was answered {status}"
    return ""


def shaped(request: Request) -> bool:
    """Whether a request asks for an undocumented form of answer, so that a missing member proves nothing.

    Query options ($select, $expand, $format, unknown ones) do, preferences, conditions, and an Accept without JSON.
    """
    if request.target.partition("?")[2]:
        return True
    accept = (request.header("Accept") or "*/*").lower()
    if not any(form in accept for form in ("json", "*/*", "application/*")):
        return True
    if any(request.header(name) is not None for name in (*CONDITIONS, *OVERRIDES)):
        return True
    return any(name.lower() == "prefer" and SHAPING.search(value) for name, value in request.headers)


def trouble_of(status: int, body: bytes, size: int) -> str | None:
    """Why a recorded answer cannot be trusted, or None; `size` as above."""
    if status < 100:
        return "no answer in the recording"
    if status not in FULL and 0 < len(body) < size and parse_json(body) is NOTHING:
        return "the recording cuts the answer short"
    return None
