"""Any URL as a target: bounded in time and size, no redirect followed, no cookie kept, every answer returned unchanged.

What goes over the connection is in `wire`; what a body's coding is in `coding`.
"""

from __future__ import annotations

import email.utils
import threading
import time
from typing import Protocol

import httpx

from restore_conformance.clock import Clock
from restore_conformance.contract.paths import climbs
from restore_conformance.contract.routes import line_of
from restore_conformance.exchange import Headers, Request, Response
from restore_conformance.targets.coding import ALL, EACH, LARGE, LARGEST, Broken, Decoder, Unread, coding_of, heft
from restore_conformance.targets.target import NOT_SENT, Answer, is_loopback, is_near, url_of
from restore_conformance.targets.wire import CONNECT, Failed, TooLarge, Wire, trouble_of
from restore_conformance.targets.wire import Clock as Line
from restore_conformance.verdicts import UsageError

PATIENCE = 30.0
LONGEST_PAUSE = 60.0
"""Seconds that Retry-After may cost one request, all its tries together."""
PAUSES = 900.0
"""Seconds that it may cost a run."""
RETRIES = 3
OVERHEAD = 1024 * 1024
"""Bytes of an answer beside its body: headers, interim answers, the framing of chunks."""
UNREAD = "not read: "
ADDED = (
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip, deflate"),
    ("Connection", "keep-alive"),
    ("User-Agent", "restore-conformance"),
)
"""Headers of every request, unless it has its own."""
GIVEN = "(as given)"
"""Stands for the value of a header of the user's in every request that is shown."""
STARTING = frozenset({502, 503, 504})
"""What a gateway answers while the server behind it is starting."""


class Connection(Protocol):
    """What a request goes over: the network, or an application in this process."""

    @property
    def clock(self) -> Line: ...

    def send(self, request: httpx.Request) -> httpx.Response: ...

    def distrust(self) -> None: ...

    def close(self) -> None: ...


class Http:
    """A base URL. Retries 429 and 503 at most `retries` times, as Retry-After says; returns other answers unchanged.

    With `retries` 0 every answer is returned unchanged: the caller waits and repeats. `clock` is the one
    that the target goes by, where that is another than the real one. `near` says that
    the host is trusted for its place, as an emulator is: then its address has to be near as well (`is_near`), or one
    of `addresses`. Loopback always has to be loopback. `headers` are the user's own: sent with every request, and
    never shown, since their values are secrets. `wire` takes the place of the network.

    Raises UsageError for an invalid URL and for a CA bundle that cannot be read.
    """

    def __init__(
        self,
        base: str,
        ca_bundle: str = "",
        patience: float = PATIENCE,
        retries: int = RETRIES,
        *,
        clock: Clock | None = None,
        near: bool = False,
        addresses: frozenset[str] = frozenset(),
        headers: Headers = (),
        wire: Connection | None = None,
    ) -> None:
        parts = url_of(base)
        if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"--target {base!r} is not a URL; give one like http://127.0.0.1:8080/beta.")
        if parts.query or parts.fragment:
            raise UsageError(f"--target {base!r} has a query or fragment; give the base URL only.")
        if climbs(parts.path):
            raise UsageError(f"--target {base!r} has . or .. in its path; give the base URL as it is meant.")
        if "@" in parts.netloc:
            raise UsageError("--target holds a user name or password; give the URL without, and the token by --token.")
        self.name = base
        self.base = base.rstrip("/")
        self.host = parts.hostname
        self.loopback = is_loopback(parts.hostname)
        self.patience = patience
        self.retries = retries
        self.clock = clock or Clock()
        accept = is_loopback if self.loopback else (lambda ip: is_near(ip) or ip in addresses) if near else None
        self._wire: Connection = wire or Wire(self.base, ca_bundle, accept=accept, proxies=accept is None)
        self._headers = headers
        self._given = frozenset(name.lower() for name, _ in headers)
        self._lock = threading.Lock()
        self._paused = 0.0
        self._large = 0

    def send(self, request: Request, patience: float | None = None) -> Answer:
        """Send a request and wait for its answer, at most `patience` seconds a try.

        Retry-After is obeyed as long as it asks for no more than LONGEST_PAUSE seconds in all.
        """
        wait = patience or self.patience
        room = LONGEST_PAUSE
        for attempt in range(1, self.retries + 2):
            answer = self.once(request, wait, attempt)
            pause = retry_after(answer.response) if attempt <= self.retries else None
            if pause is None or pause > room or not self._may_pause(pause):
                return answer
            room -= pause
            self.clock.wait(pause)
        return answer

    def _may_pause(self, seconds: float) -> bool:
        with self._lock:
            if self._paused + seconds > PAUSES:
                return False
            self._paused += seconds
        return True

    def once(self, request: Request, wait: float, attempt: int = 1) -> Answer:
        """Send a request a single time."""
        at = self.now()
        response, trouble = None, None
        try:
            built = self._built(request)
        except (httpx.InvalidURL, ValueError) as error:
            return Answer(request, None, f"{NOT_SENT}: {error}", self.now() - at, attempt, at)
        shown = tuple((n, GIVEN if n.lower() in self._given else v) for n, v in _pairs(built.headers))
        sent = Request(request.method, request.target, shown, request.body)
        try:
            with self._wire.clock.running(wait, LARGEST + OVERHEAD):
                response = self._answer(built, wait)
        except (TooLarge, Unread) as error:
            trouble = UNREAD + (str(error) or f"more than {LARGEST >> 20} MiB")
        except Broken:
            trouble = "no answer: its content coding cannot be undone"
        except Failed as error:
            trouble = trouble_of(error)
        return Answer(sent, response, trouble, self.now() - at, attempt, at)

    def _built(self, request: Request) -> httpx.Request:
        """The request as it is sent. Raises ValueError for a path that leaves the service root."""
        if request.target[:1] not in {"", "/", "?"} or climbs(request.target.partition("?")[0]):
            raise ValueError("the path leaves the service root, so the request was not sent")
        url = httpx.URL(self.base + request.target)
        own = [(name, value) for name, value in request.headers if name.lower() not in self._given]
        given = {name.lower() for name, _ in own} | self._given
        added = [(name, value) for name, value in ADDED if name.lower() not in given]
        return httpx.Request(request.method, url, headers=[*added, *self._headers, *own], content=request.body)

    def _answer(self, built: httpx.Request, wait: float) -> Response:
        """The whole answer. Raises Unread, Broken, TooLarge and what `Failed` lists."""
        built.extensions = {"timeout": {"connect": min(CONNECT, wait), "read": wait, "write": wait, "pool": wait}}
        response = self._wire.send(built)
        try:
            decoder = Decoder(coding_of(response.headers.get_list("Content-Encoding")))
            for piece in response.iter_raw():
                decoder.take(piece)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            self._wire.distrust()
            raise
        finally:
            response.close()
        self._weigh(decoder.body)
        return Response(response.status_code, _pairs(response.headers), bytes(decoder.body))

    def _weigh(self, body: bytearray) -> None:
        """Keep what all large answers of a run take in memory within a bound. Raises Unread."""
        weight = heft(body)
        if weight > EACH:
            raise Unread(f"a body of {len(body) >> 10} KiB with so many values that it would take {weight >> 20} MiB")
        if weight > LARGE:
            with self._lock:
                if self._large + weight > ALL:
                    raise Unread(f"the large answers of this run take more than {ALL >> 20} MiB together")
                self._large += weight

    def now(self) -> float:
        return self.clock.now()

    def pause(self, seconds: float) -> None:
        self.clock.wait(seconds)

    def close(self) -> None:
        self._wire.close()


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in headers.raw)


def retry_after(response: Response | None) -> float | None:
    """Seconds to wait before the next try, or None where there is none: integer, decimal or HTTP date."""
    if response is None or response.status not in {429, 503}:
        return None
    value = (response.header("Retry-After") or "").strip()
    if not value:
        return 1.0 if response.status == 429 else None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 1.0


def answers(target: Http, seconds: float, each: float = 0.25) -> bool:
    """Whether a target that may be starting answers within so many seconds; polls it without a token."""
    request, end = Request(*line_of("list")), time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        answer = target.once(request, max(0.1, min(left, 5.0)))
        if answer.response is not None and answer.response.status not in STARTING:
            return True
        if end - time.monotonic() <= each:
            return False
        target.pause(each)
