"""How a response is sent: its framing, its coding, the pieces it is written in, the interim responses before it.

All options are what RFC 9110 and RFC 9112 allow; only a fault sets `corrupt`, and the end of this module has the ways in
which a response breaks the protocol. The same trouble for everybody would be the network's; tied to what was asked it is
the server's. Knows no socket.
"""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from restore_conformance.exchange import Headers, Request, Response

Corrupt = Callable[[Request, Response], "MalformedResponse | None"]
Piece = bytes | float
"""What is written next, or how many seconds pass before it."""

CODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class MalformedResponse:
    """A response that breaks the protocol: its headers and the bytes behind them as they are; then the connection is closed."""

    headers: Headers
    body: bytes


@dataclass(slots=True)
class TransportOptions:
    """How one server sends its responses.

    `framing` says how the end of a body is shown: "length", "chunked", "extended" (chunks with extensions and a
    trailer), "close". `closing` is "" for a connection that is kept, "said" where Connection: close announces the end,
    "unsaid" where the server just closes it. `first` bytes are written one by one, `size` is the size of the pieces
    after them (0: all at once), `pause` the seconds between these. `interim` are interim responses (1xx).
    """

    version: str = "1.1"
    coding: str = ""
    framing: str = "length"
    closing: str = ""
    first: int = 0
    size: int = 0
    pause: float = 0.0
    interim: tuple[bytes, ...] = ()
    reason: bool = True
    spell: Callable[[str], str] = str
    spacing: tuple[str, str] = (" ", "")
    corrupt: Corrupt | None = None

    @property
    def closes_always(self) -> bool:
        """Whether the connection is closed behind the response."""
        return bool(self.closing) or self.framing == "close" or self.version == "1.0"


def serialised(options: TransportOptions, request: Request, response: Response) -> Iterator[Piece]:
    """The response to a request, piece by piece."""
    malformed = options.corrupt(request, response) if options.corrupt else None
    yield from (b"HTTP/1.1 " + line + b"\r\n\r\n" for line in options.interim)
    if malformed is not None:
        yield _head(options, response.status, list(malformed.headers)) + malformed.body
        return
    headers = list(response.headers)
    body = b"" if response.status in BODILESS else response.body
    if body and options.coding and options.coding in (request.header("Accept-Encoding") or ""):
        body = CODINGS[options.coding](body)
        headers += [("Content-Encoding", options.coding), ("Vary", "Accept-Encoding")]
    if options.closing == "said" or options.framing == "close" or options.version == "1.0":
        headers.append(("Connection", "close"))
    if response.status not in BODILESS:
        headers += _framing(options, body)
    framed = body if options.framing in {"length", "close"} else _chunks(body, extended=options.framing == "extended")
    if response.status in BODILESS:
        framed = b""
    yield from _pieces(options, _head(options, response.status, headers) + framed)


def closes_connection(options: TransportOptions, request: Request, response: Response) -> bool:
    """Whether the server closes the connection after this response."""
    return options.closes_always or (options.corrupt is not None and options.corrupt(request, response) is not None)


def _head(options: TransportOptions, status: int, headers: list[tuple[str, str]]) -> bytes:
    phrase = HTTPStatus(status).phrase if options.reason else ""
    before, after = options.spacing
    lines = [f"HTTP/{options.version} {status} {phrase}"]
    lines += [f"{options.spell(name)}:{before}{value}{after}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _framing(options: TransportOptions, body: bytes) -> list[tuple[str, str]]:
    if options.framing == "length":
        return [("Content-Length", str(len(body)))]
    if options.framing == "close":
        return []
    return [
        ("Transfer-Encoding", "chunked"),
        *([("Trailer", "Server-Timing")] if options.framing == "extended" else []),
    ]


def _chunks(body: bytes, *, extended: bool) -> bytes:
    """A body in chunks of unequal sizes, the last of them empty."""
    chunks, at = bytearray(), 0
    for size in itertools.cycle((1, 7, 64, 300, 4096)):
        if at >= len(body):
            break
        chunk = body[at : at + size]
        at += size
        chunks += (
            f"{len(chunk):{'04X' if extended else 'x'}}{';part=1' if extended else ''}\r\n".encode() + chunk + b"\r\n"
        )
    return bytes(chunks) + (b"0\r\nServer-Timing: total\r\n\r\n" if extended else b"0\r\n\r\n")


def _pieces(options: TransportOptions, raw: bytes) -> Iterator[Piece]:
    for at in range(min(options.first, len(raw))):
        yield raw[at : at + 1]
    rest = raw[options.first :]
    size = options.size or len(rest)
    for at in range(0, len(rest), size or 1):
        if options.pause and at:
            yield options.pause
        yield rest[at : at + size]


# ---------------------------------------------------------------- responses that break the protocol


def _with_length(response: Response, length: int, body: bytes) -> MalformedResponse:
    """A body behind a Content-Length that is not its own."""
    return MalformedResponse((*response.headers, ("Content-Length", str(length))), body)


def truncated(response: Response) -> MalformedResponse:
    """Half of the body, and the connection is closed."""
    return _with_length(response, len(response.body), response.body[: len(response.body) // 2])


def length_too_small(response: Response) -> MalformedResponse:
    """A Content-Length that is smaller than the body, so that the JSON breaks off."""
    return _with_length(response, len(response.body) - 9, response.body)


def no_body(response: Response) -> MalformedResponse:
    """No body at all."""
    return _with_length(response, 0, b"")


def no_answer(response: Response) -> MalformedResponse:
    """The connection is closed before the response."""
    return MalformedResponse((("Content-Length", "2"),), b"")


def not_gzip(response: Response) -> MalformedResponse:
    """A response that says gzip and is not."""
    return _with_length(_coded(response), len(response.body), response.body)


def gzip_cut(response: Response) -> MalformedResponse:
    """Gzip data that lack their end."""
    packed = gzip.compress(response.body)
    return _with_length(_coded(response), len(packed) // 2, packed[: len(packed) // 2])


def _coded(response: Response) -> Response:
    return Response(response.status, (*response.headers, ("Content-Encoding", "gzip")))


def in_charset(name: str, encoding: str, text: Callable[[str], str] = str) -> Callable[[Response], MalformedResponse]:
    """JSON in another character set, and a media type that names it."""

    def write(response: Response) -> MalformedResponse:
        body = text(response.body.decode()).encode(encoding)
        return _with_length(Response(response.status, _typed(response.headers, name)), len(body), body)

    return write


def _typed(headers: Headers, charset: str) -> Headers:
    others = tuple((name, value) for name, value in headers if name.lower() != "content-type")
    return (*others, ("Content-Type", f"application/json; charset={charset}"))


def no_last_chunk(response: Response) -> MalformedResponse:
    """Chunks that end without the last one."""
    chunk = f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n"
    return not_chunked(Response(response.status, response.headers, chunk))


def not_chunked(response: Response) -> MalformedResponse:
    """A body that says chunked and is not."""
    return MalformedResponse((*response.headers, ("Transfer-Encoding", "chunked")), response.body)
