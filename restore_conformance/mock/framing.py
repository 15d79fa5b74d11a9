"""How an answer is put on the wire: its framing, its coding, the pieces it is written in, what stands before it.

Every manner is one that RFC 9110 and RFC 9112 allow; only a fault sets `spoil`, and the end of this module has the ways in
which an answer breaks the protocol. The same trouble for everybody would be the network's; tied to what was asked it is
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

Spoil = Callable[[Request, Response], "Spoilt | None"]
Piece = bytes | float
"""What is written next, or how many seconds pass before it."""

CODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Spoilt:
    """An answer that breaks the protocol: its headers and the bytes behind them as they are; then the line is cut."""

    headers: Headers
    body: bytes


@dataclass(slots=True)
class Manner:
    """The habits of one server.

    `framing` says how the end of a body is shown: "length", "chunked", "extended" (chunks with extensions and a
    trailer), "close". `closing` is "" for a line that is kept, "said" where Connection: close announces the end,
    "unsaid" where the server just hangs up. `first` bytes are written one by one, `size` is the size of the pieces
    after them (0: all at once), `pause` the seconds between these. `interim` are answers before the answer.
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
    spoil: Spoil | None = None

    @property
    def hangs_up(self) -> bool:
        """Whether the line ends with the answer."""
        return bool(self.closing) or self.framing == "close" or self.version == "1.0"


def written(manner: Manner, request: Request, response: Response) -> Iterator[Piece]:
    """The answer to a request, piece by piece."""
    spoilt = manner.spoil(request, response) if manner.spoil else None
    yield from (b"HTTP/1.1 " + line + b"\r\n\r\n" for line in manner.interim)
    if spoilt is not None:
        yield _head(manner, response.status, list(spoilt.headers)) + spoilt.body
        return
    headers = list(response.headers)
    body = b"" if response.status in BODILESS else response.body
    if body and manner.coding and manner.coding in (request.header("Accept-Encoding") or ""):
        body = CODINGS[manner.coding](body)
        headers += [("Content-Encoding", manner.coding), ("Vary", "Accept-Encoding")]
    if manner.closing == "said" or manner.framing == "close" or manner.version == "1.0":
        headers.append(("Connection", "close"))
    if response.status not in BODILESS:
        headers += _framing(manner, body)
    framed = body if manner.framing in {"length", "close"} else _chunks(body, extended=manner.framing == "extended")
    if response.status in BODILESS:
        framed = b""
    yield from _pieces(manner, _head(manner, response.status, headers) + framed)


def ends_line(manner: Manner, request: Request, response: Response) -> bool:
    """Whether the server hangs up after this answer."""
    return manner.hangs_up or (manner.spoil is not None and manner.spoil(request, response) is not None)


def _head(manner: Manner, status: int, headers: list[tuple[str, str]]) -> bytes:
    phrase = HTTPStatus(status).phrase if manner.reason else ""
    before, after = manner.spacing
    lines = [f"HTTP/{manner.version} {status} {phrase}"]
    lines += [f"{manner.spell(name)}:{before}{value}{after}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _framing(manner: Manner, body: bytes) -> list[tuple[str, str]]:
    if manner.framing == "length":
        return [("Content-Length", str(len(body)))]
    if manner.framing == "close":
        return []
    return [("Transfer-Encoding", "chunked"), *([("Trailer", "Server-Timing")] if manner.framing == "extended" else [])]


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


def _pieces(manner: Manner, raw: bytes) -> Iterator[Piece]:
    for at in range(min(manner.first, len(raw))):
        yield raw[at : at + 1]
    rest = raw[manner.first :]
    size = manner.size or len(rest)
    for at in range(0, len(rest), size or 1):
        if manner.pause and at:
            yield manner.pause
        yield rest[at : at + size]


# ---------------------------------------------------------------- answers that break the protocol


def _with_length(response: Response, length: int, body: bytes) -> Spoilt:
    """A body behind a Content-Length that is not its own."""
    return Spoilt((*response.headers, ("Content-Length", str(length))), body)


def cut(response: Response) -> Spoilt:
    """Half of the body, and the line is cut."""
    return _with_length(response, len(response.body), response.body[: len(response.body) // 2])


def length_too_small(response: Response) -> Spoilt:
    """A Content-Length that is smaller than the body, so that the JSON breaks off."""
    return _with_length(response, len(response.body) - 9, response.body)


def no_body(response: Response) -> Spoilt:
    """No body at all."""
    return _with_length(response, 0, b"")


def no_answer(response: Response) -> Spoilt:
    """The line is cut before the answer."""
    return Spoilt((("Content-Length", "2"),), b"")


def not_gzip(response: Response) -> Spoilt:
    """An answer that says gzip and is not."""
    return _with_length(_coded(response), len(response.body), response.body)


def gzip_cut(response: Response) -> Spoilt:
    """Gzip data that lack their end."""
    packed = gzip.compress(response.body)
    return _with_length(_coded(response), len(packed) // 2, packed[: len(packed) // 2])


def _coded(response: Response) -> Response:
    return Response(response.status, (*response.headers, ("Content-Encoding", "gzip")))


def in_charset(name: str, encoding: str, text: Callable[[str], str] = str) -> Callable[[Response], Spoilt]:
    """JSON in another character set, and a media type that names it."""

    def write(response: Response) -> Spoilt:
        body = text(response.body.decode()).encode(encoding)
        return _with_length(Response(response.status, _typed(response.headers, name)), len(body), body)

    return write


def _typed(headers: Headers, charset: str) -> Headers:
    others = tuple((name, value) for name, value in headers if name.lower() != "content-type")
    return (*others, ("Content-Type", f"application/json; charset={charset}"))


def no_last_chunk(response: Response) -> Spoilt:
    """Chunks that end without the last one."""
    chunk = f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n"
    return not_chunked(Response(response.status, response.headers, chunk))


def not_chunked(response: Response) -> Spoilt:
    """A body that says chunked and is not."""
    return Spoilt((*response.headers, ("Transfer-Encoding", "chunked")), response.body)
