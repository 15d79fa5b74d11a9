"""What a recording made elsewhere can prove: less than it shows, since exporters remove, cut short and blacken, tools
write over, and other clients are at work.

Everything here errs on the side of *unknown*: a body that may have been changed counts as missing. Knows no single
clause, and not what a file looked like.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.clauses import Clause
from restore_conformance.contract.workload import KINDS
from restore_conformance.exchange import NOTHING, Exchange, Headers, Request, header, parse_json
from restore_conformance.recogniser.answers import id_key
from restore_conformance.recorded.blanks import blackened, is_blackened, suspicious
from restore_conformance.scrub.placeholders import PLACEHOLDER
from restore_conformance.state import session_of
from restore_conformance.state.facts import CHANGES

# ------------------------------------------------------------------ one message

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
    if is_coded(request.headers) and 400 <= status < 500:
        return "refused, maybe for the content coding of the request"
    if status in {412, 416, 417, 424}:
        return f"status {status}, which is about a condition of the request"
    if shaped(request) and status not in ({201} if request.method == "POST" else {200, 204}):
        return f"the request asks for another form of answer than the documented one, and was answered {status}"
    return ""


def is_coded(headers: Headers) -> bool:
    """Whether a message names a content coding."""
    return (header(headers, "content-encoding") or "identity").strip().lower() != "identity"


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


# ------------------------------------------------------------------ the exchanges of a recording

REMOVABLE = frozenset(
    {
        "sole:no-token", "sole:token-malformed", "sole:token-altered", "sole:token-expired", "sole:no-media-type",
        "no-payload", "open:no-payload-media-type",
        "sole:no-permission", "sole:read-only-permission", "sole:personal-account", "caller:delegated",
        "caller:application",
    }
)  # fmt: skip
"""What only a header or a body that exporters remove could show."""

REMOVED = "may have been removed: a recording made elsewhere does not show whether a header or a body was sent"
ABOUT_THE_TOKEN = (b"authent", b"token", b"unauthor", b"credential")
MOST_IDS = 100_000
WINDOW = 256
"""Exchanges that are looked at together: clients seldom have more requests under way."""
ROUNDED = 0.002
"""Recorders write milliseconds, so that a request may seem to begin before the one before it has ended."""


def is_removable(clause: Clause) -> bool:
    """Whether a clause is about something that exporters remove."""
    return not REMOVABLE.isdisjoint({*clause.when.every, *clause.when.either})


@dataclass(slots=True)
class Doubts:
    """Weighs the exchanges of one recording, in their order. `callers` says that it shows every token that was sent."""

    callers: bool = False
    _ids: dict[str, tuple[int, int]] = field(default_factory=dict)

    def weigh(self, exchange: Exchange) -> bool:
        """Note why an answer cannot be trusted; returns whether it created a session."""
        removed = not self.callers and exchange.request.header("Authorization") is None
        if removed and exchange.status == 400 and _about_token(exchange):
            exchange.observation.trouble = "refused, maybe for the token that was removed from the recording"
        session = id_key(session_of(exchange)) if exchange.sent.operation == "create" else ""
        if session:
            answer = hash(exchange.response.body if exchange.response else b"")
            first, before = self._ids.get(session, (0, 0))
            # Two responses with one id count against a server only where other ids differ: else a tool may write them.
            if first and len(self._ids) > 2 and before != answer:
                exchange.observation.same_id_as = first
            elif not first and len(self._ids) < MOST_IDS:
                self._ids[session] = (exchange.number, answer)
        return bool(session)


def _about_token(exchange: Exchange) -> bool:
    low = exchange.response.body.lower() if exchange.response else b""
    return any(word in low for word in ABOUT_THE_TOKEN)


def in_order(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Labelled exchanges by the time they were sent, within a window; one without a time stays where it is.

    Those that were under way during a change are marked: what a reading shows then may be from before or after it,
    and two changes at once leave both uncertain.
    """
    waiting: list[tuple[float, int, Exchange]] = []
    last = float("-inf")
    for place, exchange in enumerate(exchanges):
        last = last if exchange.at is None else exchange.at
        for _, _, other in waiting:
            _mark_overlap(exchange, other)
        heapq.heappush(waiting, (last, place, exchange))
        if len(waiting) > WINDOW:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _mark_overlap(exchange: Exchange, other: Exchange) -> None:
    if exchange.at is None or other.at is None:
        return
    if exchange.at + ROUNDED >= other.at + other.seconds or other.at + ROUNDED >= exchange.at + exchange.seconds:
        return
    changes = [each for each in (exchange, other) if each.sent.operation in CHANGES]
    if not changes or (exchange.sent.session and other.sent.session and exchange.sent.session != other.sent.session):
        return
    for each in (exchange, other):
        each.observation.overlaps = each.overlaps or each not in changes or len(changes) == 2
