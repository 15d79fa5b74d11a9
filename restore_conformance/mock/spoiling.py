"""Answers that break the protocol for one kind of request: what the framing, the coding or the character set can get wrong.

The same trouble for everybody would be the network's; tied to what was asked it is the server's.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

from restore_conformance.exchange import Headers, Request, Response, parse_json
from restore_conformance.mock.framing import Spoilt
from restore_conformance.mock.hooks import Seed, spoils
from restore_conformance.mock.rules import GRANULAR, SITE

Which = Callable[[Request, Response], bool]
How = Callable[[Response], Spoilt]


def spoilt(how: How, which: Which, status: int = 201) -> Seed:
    """Put the answers with this status to some requests on the wire as they must not be."""
    return spoils(lambda sent, came: how(came) if came.status == status and which(sent, came) else None)


def named(request: Request) -> tuple[int, int]:
    """How many full-site and granular artifacts a create request names."""
    payload = parse_json(request.body)
    if request.method != "POST" or not request.target.endswith("RestoreSessions") or not isinstance(payload, dict):
        return (0, 0)
    numbers = [len(value) if isinstance(value := payload.get(name), list) else 0 for name in (SITE, GRANULAR)]
    return (numbers[0], numbers[1])


def with_length(response: Response, length: int, body: bytes) -> Spoilt:
    """A body behind a Content-Length that is not its own."""
    return Spoilt((*response.headers, ("Content-Length", str(length))), body)


def cut(response: Response) -> Spoilt:
    """Half of the body, and the line is cut."""
    return with_length(response, len(response.body), response.body[: len(response.body) // 2])


def length_too_small(response: Response) -> Spoilt:
    """A Content-Length that is smaller than the body, so that the JSON breaks off."""
    return with_length(response, len(response.body) - 9, response.body)


def no_body(response: Response) -> Spoilt:
    """No body at all."""
    return with_length(response, 0, b"")


def no_answer(response: Response) -> Spoilt:
    """The line is cut before the answer."""
    return Spoilt((("Content-Length", "2"),), b"")


def not_gzip(response: Response) -> Spoilt:
    """An answer that says gzip and is not."""
    return with_length(_coded(response), len(response.body), response.body)


def gzip_cut(response: Response) -> Spoilt:
    """Gzip data that lack their end."""
    packed = gzip.compress(response.body)
    return with_length(_coded(response), len(packed) // 2, packed[: len(packed) // 2])


def _coded(response: Response) -> Response:
    return Response(response.status, (*response.headers, ("Content-Encoding", "gzip")))


def in_charset(name: str, encoding: str, text: Callable[[str], str] = str) -> How:
    """JSON in another character set, and a media type that names it."""

    def how(response: Response) -> Spoilt:
        body = text(response.body.decode()).encode(encoding)
        return with_length(Response(response.status, _typed(response.headers, name)), len(body), body)

    return how


def _typed(headers: Headers, charset: str) -> Headers:
    kept = tuple(one for one in headers if one[0].lower() != "content-type")
    return (*kept, ("Content-Type", f"application/json; charset={charset}"))


def no_last_chunk(response: Response) -> Spoilt:
    """Chunks that end without the last one."""
    chunk = f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n"
    return not_chunked(Response(response.status, response.headers, chunk))


def not_chunked(response: Response) -> Spoilt:
    """A body that says chunked and is not."""
    return Spoilt((*response.headers, ("Transfer-Encoding", "chunked")), response.body)
