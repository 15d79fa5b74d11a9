"""What a recording made elsewhere shows of an exchange, and the exchange that can be believed of it.

Knows neither HAR nor cassettes: `Shown` is what any recording may show.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from restore_conformance.exchange import NOTHING, Exchange, Headers, Observation, Request, Response, header, parse_json
from restore_conformance.recorded import batches, credibility
from restore_conformance.recorded.addresses import OTHER_VERSION, SPELLED, Address, Intake
from restore_conformance.recorded.blanks import WHOLE, is_blackened, pruned
from restore_conformance.targets.coding import LARGEST, is_heavy
from restore_conformance.targets.target import plain_path

TOO_LARGE = "the recording shows a body larger than is read"

VERSION_NAMED = re.compile(rb"/v1\.0/+\$metadata#")
"""What an answer of v1.0 says of itself, which counts where the address names no version."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One exchange as a recording shows it; sizes are what the recorder says, -1 where it does not say.

    Media types are those that it names outside the headers. `partial` says that the request is not shown whole.
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
    sent_media: str = ""
    body_media: str = ""
    partial: bool = False


def exchanges_of(shown: Shown, intake: Intake, *, whole: bool = False) -> Iterator[Exchange]:
    """The exchanges of this API that one entry of a recording shows: none, one, or those inside a batch.

    With `whole` nothing was removed: the entry is from the client that had the exchange.
    """
    read = witnessed if whole else doubted
    address = intake.address(shown.method, shown.url)
    if address is None:
        return
    if address.batch:
        yield from _inside(shown, intake, read)
        return
    heavy = is_heavy(shown.body) or is_heavy(shown.sent)
    if heavy:
        shown = replace(shown, body=b"", sent=None, body_size=-1, sent_size=-1)
    if not address.versioned and VERSION_NAMED.search(shown.body[:2000]):
        intake.leave_out(f"{OTHER_VERSION} (v1.0)")
        return
    exchange = read(shown, address.target)
    if heavy:
        exchange.observation.trouble = TOO_LARGE
    yield _taken(exchange, address, shown.url, intake)


def _taken(exchange: Exchange, address: Address, url: str, intake: Intake) -> Exchange:
    """An exchange that is judged, unless it only shows that a server does not know another spelling."""
    if address.respelled and not 200 <= (exchange.status or 0) < 300:
        exchange.observation.trouble = exchange.trouble or SPELLED
    intake.take(url)
    return exchange


def _inside(shown: Shown, intake: Intake, read: Callable[[Shown, str], Exchange]) -> Iterator[Exchange]:
    """The exchanges inside a batch."""
    if is_heavy(shown.sent) or is_heavy(shown.body):
        intake.leave_out("with $batch, which is larger than is read,")
        return
    try:
        parts = batches.parts(
            _decoded(shown.sent, shown.asked), _decoded(shown.body, shown.answered), shown.url, shown.asked
        )
    except ValueError as why:
        intake.leave_out(f"with $batch, which could not be read since {why},")
        return
    intake.seen -= 1  # Its parts are counted instead.
    for request, response in parts:
        intake.seen += 1
        address = intake.inner(request.method, request.target)
        if address is None or address.batch:
            continue
        answer = response or Response(0)
        part = Shown(
            request.method, request.target, request.headers, request.body,
            answer.status, answer.headers, answer.body,
        )  # fmt: skip
        yield _taken(read(part, address.target), address, shown.url, intake)


def doubted(shown: Shown, target: str) -> Exchange:
    """What can be believed of an exchange; `target` is its address below the service root."""
    plain_sent = _decoded(shown.sent, shown.asked)
    answered = credibility.believed(shown.answered)
    plain = _decoded(shown.body, shown.answered)
    value, lost = pruned(parsed) if (parsed := parse_json(plain)) is not NOTHING else (NOTHING, frozenset())
    body = credibility.body_sent(plain_sent, shown.sent_size, _length(shown.asked))
    if body is not None and credibility.blanked_before(body, shown.status, value):
        body = None
    elif body is not None and credibility.may_be_blanked(body):
        lost |= {"request"}
    accepted = body is not None and 200 <= shown.status < 300
    asked = _with_media_type(credibility.believed(shown.asked), shown.sent_media, accepted=accepted)
    request = Request(shown.method, target, asked, body)
    if (
        shown.status not in credibility.FULL
        and plain is not None
        and (not plain or (value is NOTHING and _is_mark(plain)))
    ):
        lost |= WHOLE
    trouble = _trouble(shown, request, plain_sent if body else None, plain, blanked=bool(lost - {"request"}))
    media = credibility.media_type(answered, shown.body_media)
    if media is None:
        lost |= {"media type"}
    if credibility.shaped(Request(shown.method, target, shown.asked)):
        lost |= {"members", "media type"}
    observation, response = Observation(trouble, lost=lost), None
    if 100 <= shown.status <= 599:
        response = Response(shown.status, _with(answered, media), plain or b"")
        if value is not NOTHING:
            observation.believe(value)
    return _recorded(request, response, observation)


def witnessed(shown: Shown, target: str) -> Exchange:
    """An exchange as the client that had it shows it; `target` is its address below the service root.

    Only the form of the request is in doubt: an answer of another form than documented may be what it asked for.
    """
    asked, answered, plain = shown.asked, shown.answered, _decoded(shown.body, shown.answered)
    request = Request(shown.method, target, asked, _decoded(shown.sent, asked) or None)
    trouble = credibility.refused_for_its_form(request, shown.status) or None
    if plain is None:
        trouble = "the answer is in a content coding that cannot be undone, or larger than is read"
    lost = {"payload"} if shown.partial else set()
    if not answered:  # no server answers without any header
        lost.add("media type")
    if credibility.shaped(request):
        lost |= {"members", "media type"}
    response = Response(shown.status, answered, plain or b"")
    return _recorded(request, response, Observation(trouble, lost=frozenset(lost)))


def _recorded(request: Request, response: Response | None, observation: Observation) -> Exchange:
    return Exchange(0, request, response, family="recorded", origin="elsewhere", observation=observation)


def _ids(target: str) -> list[str]:
    """What an address names below the collection."""
    return [part for part in plain_path(target.partition("?")[0]).split("/")[4:] if part]


def _trouble(shown: Shown, request: Request, sent: bytes | None, plain: bytes | None, *, blanked: bool) -> str | None:
    """Why an exchange as a whole cannot be trusted, or None."""
    if plain is None:
        return "the recording shows the answer in a content coding that cannot be undone, or larger than is read"
    if any(is_blackened(part) for part in _ids(request.target)):
        return "the recording has taken an id out of the address"
    return (
        credibility.trouble_of(shown.status, plain, -1 if blanked else shown.body_size)
        or credibility.spoilt(sent, _lengths(shown.sent_size, shown.asked))
        # A value that a tool replaced explains another length.
        or credibility.spoilt(plain, [] if blanked else _lengths(shown.body_size, shown.answered))
        or credibility.refused_for_its_form(Request(request.method, request.target, shown.asked), shown.status)
        or None
    )


def _with_media_type(headers: Headers, beside: str, *, accepted: bool) -> Headers:
    """Headers with the media type that was sent, as far as it is known.

    A payload that was accepted is taken for JSON: a server that accepts it as anything else would accept it as JSON.
    """
    media = credibility.media_type(headers, beside) or ("application/json" if accepted else None)
    return _with(headers, media)


def _with(headers: Headers, media: str | None) -> Headers:
    """Headers with this Content-Type and no other."""
    if media is not None and header(headers, "content-type") == media:
        return headers
    rest = tuple((name, value) for name, value in headers if name.strip().lower() != "content-type")
    return rest if media is None else (*rest, ("Content-Type", media))


def _is_mark(body: bytes) -> bool:
    """Whether a body that is not JSON is the mark of a tool."""
    return len(body) < 500 and is_blackened(body.decode("utf-8", "replace"))


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
        plain = undone.decompress(raw, LARGEST + 1)
        return plain if undone.eof and not is_heavy(plain) else None
    except zlib.error:
        return raw if _is_text(raw) else None


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lengths(size: int, headers: Headers) -> list[int]:
    """What a recording says of the length of a body that was sent as it is shown."""
    return [] if credibility.is_coded(headers) else [size, _length(headers)]


def _length(headers: Headers) -> int:
    """What Content-Length says of a body as it was sent, -1 where that says nothing of the body as it is shown."""
    if credibility.is_coded(headers):
        return -1
    digits = (header(headers, "content-length") or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else -1
