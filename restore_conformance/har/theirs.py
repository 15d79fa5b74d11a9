"""An exchange of a recording that is not ours, with everything in doubt left out.

Knows neither HAR nor cassettes: `Shown` is what any recording may show of one exchange.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from restore_conformance.exchange import Exchange, Headers, Request, Response, header
from restore_conformance.har import doubt
from restore_conformance.har.addresses import Heard

LARGEST = 32 * 1024 * 1024
"""Bytes that a compressed body may grow to."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One exchange as a recording shows it; sizes are what the recorder says, -1 where it does not say.

    `has_answer` says whether the recording has the body of the answer at all; media types are those it tells
    beside the headers.
    """

    method: str
    url: str
    asked: Headers
    sent: bytes | None
    status: int
    answered: Headers
    body: bytes
    sent_size: int = -1
    body_size: int = -1
    has_answer: bool = True
    sent_media: str = ""
    body_media: str = ""


def heard(pairs: Iterable[tuple[Request, Response]], found: Heard) -> Iterator[Exchange]:
    """The exchanges of this API among those of a cassette of others; each request has its whole address."""
    for asked, came in pairs:
        target = found.target(asked.method.upper(), asked.target)
        if target:
            shown = Shown(
                asked.method.upper(), asked.target, asked.headers, asked.body, came.status, came.headers, came.body
            )
            yield doubted(shown, target)


def doubted(shown: Shown, target: str) -> Exchange:
    """What can be believed of an exchange; `target` is its address below the service root."""
    body = doubt.body_sent(_decoded(shown.sent, shown.asked), shown.sent_size, _length(shown.asked))
    headers = tuple((n, v) for n, v in shown.asked if not doubt.is_blackened(v))
    if header(headers, "content-type") is None and _is_json(shown.sent_media):
        headers = (*headers, ("Content-Type", shown.sent_media))
    answered, lost = shown.answered, frozenset[str]()
    if header(answered, "content-type") is None:
        if _is_json(shown.body_media):
            answered = (*answered, ("Content-Type", shown.body_media))
        else:
            lost = frozenset({"media type"})
    request = Request(shown.method, target, headers, body)
    made = Exchange(0, request, None, family="recorded", origin="elsewhere", lost=lost)
    plain = _decoded(shown.body, shown.answered)
    if plain is None:
        made.trouble = "the recording shows the answer in a content coding that cannot be undone"
        plain = b""
    else:
        made.trouble = doubt.trouble_of(shown.status, plain, shown.body_size, shown=shown.has_answer)
    if 100 <= shown.status <= 599:
        made.response = Response(shown.status, answered, plain)
    return made


def _decoded(raw: bytes | None, headers: Headers) -> bytes | None:
    """A body without its content coding; most recorders have undone it already, and leave the header."""
    if not raw or raw.lstrip()[:1] in {b"{", b"["}:
        return raw
    coding = (header(headers, "content-encoding") or "").strip().lower()
    if coding in {"", "identity"}:
        return raw
    try:
        if raw[:2] == b"\x1f\x8b":
            undone = zlib.decompressobj(wbits=31)
        elif coding == "deflate":
            undone = zlib.decompressobj()
        else:
            return raw if _is_text(raw) else None
        plain = undone.decompress(raw, LARGEST)
        return plain if undone.eof else None
    except zlib.error:
        return raw if _is_text(raw) else None


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _length(headers: Headers) -> int:
    """What Content-Length says of a body as it was sent, -1 where that says nothing of the body as it is shown."""
    if (header(headers, "content-encoding") or "identity").strip().lower() != "identity":
        return -1
    said = (header(headers, "content-length") or "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else -1


def _is_json(media: str) -> bool:
    return media.lower().startswith("application/json")
