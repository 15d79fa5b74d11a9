"""One HTTP exchange of somebody's own test, from whatever client had it: httpx, requests, aiohttp, or by hand.

Knows what those clients call the parts of a response, and imports none of them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.exchange import Headers
from restore_conformance.recorded.shown import Shown
from restore_conformance.verdicts import UsageError


class _Unknown:
    """Stands for a body of which nobody knows what it was."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = _Unknown()


@dataclass(frozen=True, slots=True, init=False)
class HttpExchange:
    """A request and its answer, for clients that `judge` does not know.

    `sent` and `answer` are the bodies: bytes, text, or a value that is sent as JSON; `sent` is None where no body was
    sent, and UNKNOWN where nobody knows. Headers that are not given are unknown as well. `url` may be a path alone, as
    long as it holds the whole route.
    """

    method: str
    url: str
    status: int
    headers: Headers | None
    sent: bytes | None
    answer_headers: Headers
    answer: bytes

    def __init__(
        self,
        *,
        method: str,
        url: str,
        status: int,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        sent: Any = UNKNOWN,
        answer_headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        answer: Any = b"",
    ) -> None:
        if not isinstance(status, int) or not 100 <= status <= 599:
            raise UsageError(f"The status of an exchange is a number from 100 to 599; got {status!r}.")
        values = {
            "method": str(method).upper(), "url": str(url), "status": int(status),
            "headers": None if headers is None else _pairs(headers),
            "sent": sent if sent is UNKNOWN or sent is None else _bytes(sent) or None,
            "answer_headers": _pairs(answer_headers), "answer": _bytes(answer),
        }  # fmt: skip
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, response: Any, sent: Any = UNKNOWN) -> HttpExchange:
        """The exchange that a response of httpx, requests or aiohttp ends.

        `sent` is the body of the request, for clients that do not keep it (aiohttp). Raises UsageError for a response
        whose body was not read, and TypeError for an unknown response type.
        """
        if isinstance(response, cls):
            return response
        if hasattr(response, "request_info"):
            return _of_aiohttp(response, sent)
        if hasattr(response, "status_code") and hasattr(response, "headers"):
            return _of_requests(response, sent)
        raise TypeError(
            f"judge takes responses of httpx, requests or aiohttp, or an HttpExchange; got {type(response).__name__}"
        )

    def shown(self) -> Shown:
        """As recordings have it. Both bodies are without content coding, so no header says that they have one."""
        known = self.sent is not UNKNOWN
        return Shown(
            self.method, self.url, self.headers or (), self.sent if known else None, self.status,
            self.answer_headers, self.answer, partial=self.headers is None or not known,
        )  # fmt: skip


def _of_requests(response: Any, sent: Any) -> HttpExchange:
    """Of httpx and requests, and what is made like them."""
    try:
        request = response.request
        method, url = request.method, str(request.url)
    except (RuntimeError, AttributeError):
        raise UsageError("A response without its request cannot be judged; give an HttpExchange instead.") from None
    return HttpExchange(
        method=method, url=url, status=response.status_code, headers=request.headers,
        sent=_sent(request) if sent is UNKNOWN else sent,
        answer_headers=_plain(response.headers), answer=_read(response),
    )  # fmt: skip


def _read(response: Any) -> bytes:
    """The body of an answer. Raises UsageError where it was not read."""
    try:
        return bytes(response.content)
    except RuntimeError:  # httpx: ResponseNotRead, StreamClosed; requests: content that was consumed
        raise UsageError("The body of the response was not read; call response.read() before judging it.") from None
    except (AttributeError, TypeError):
        raise TypeError(f"{type(response).__name__} has no content that can be judged; give an HttpExchange") from None


def _sent(request: Any) -> Any:
    """The body of a request, UNKNOWN where it was streamed."""
    with contextlib.suppress(RuntimeError):  # httpx: RequestNotRead
        body = request.content if hasattr(request, "content") else request.body
        if body is None or isinstance(body, bytes | str):
            return body
    return UNKNOWN


def _of_aiohttp(response: Any, sent: Any) -> HttpExchange:
    """Of aiohttp, which keeps the body of an answer once it was read, and that of a request never."""
    asked = response.request_info
    answer = getattr(response, "_body", None)  # read() gives the same, to who can await it
    if answer is None:
        raise UsageError("The body of the response was not read; await response.read() before judging it.")
    return HttpExchange(
        method=asked.method, url=str(asked.url), status=response.status, headers=asked.headers, sent=sent,
        answer_headers=_plain(response.headers), answer=answer,
    )  # fmt: skip


def _plain(headers: Any) -> Headers:
    """The headers of an answer whose content coding the client has undone."""
    pairs = _pairs(headers)
    coded = any(name.lower() == "content-encoding" for name, _ in pairs)
    return tuple(
        (name, value)
        for name, value in pairs
        if not coded or name.lower() not in {"content-encoding", "content-length"}
    )


def _pairs(headers: Any) -> Headers:
    """Headers as pairs, each line of its own where the client keeps them apart."""
    if hasattr(headers, "multi_items"):
        headers = headers.multi_items()
    elif hasattr(headers, "items"):
        headers = headers.items()
    return tuple((_text(name), _text(value)) for name, value in headers)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
