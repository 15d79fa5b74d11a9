"""httpx's only door: any URL as a target, with bounded waits, bounded sizes and no redirect followed."""

from __future__ import annotations

import email.utils
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from restore_conformance.exchange import Request, Response
from restore_conformance.targets.door import NOT_SENT, Answer, is_loopback
from restore_conformance.verdicts import UsageError

PATIENCE = 30.0
LONGEST_PAUSE = 60.0
RETRIES = 3
LARGEST_ANSWER = 32 * 1024 * 1024


class Http:
    """A base URL. Retries 429 and 503 at most `retries` times, as Retry-After says; anything else is told as it came.

    With `retries` 0 every answer is told as it came: somebody above waits and repeats. `sleep` waits.

    Raises UsageError for a URL that is none and a CA bundle that cannot be read.
    """

    def __init__(
        self,
        base: str,
        ca_bundle: str = "",
        patience: float = PATIENCE,
        retries: int = RETRIES,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"--target {base!r} is no URL; give one like http://127.0.0.1:8080/beta.")
        if parts.query or parts.fragment:
            raise UsageError(f"--target {base!r} has a query or fragment; give the base URL only.")
        self.name = base
        self.base = base.rstrip("/")
        self.host = parts.hostname
        self.loopback = is_loopback(parts.hostname)
        self.patience = patience
        self.retries = retries
        self._sleep = sleep
        self._verify = _trust(ca_bundle, parts.scheme)
        self._clients = [self._made()]
        self._lock = threading.Lock()

    def _made(self, *, keep: bool = True) -> httpx.Client:
        return httpx.Client(
            verify=self._verify,
            timeout=httpx.Timeout(self.patience, connect=min(10.0, self.patience)),
            follow_redirects=False,
            trust_env=not self.loopback,
            headers={"User-Agent": "restore-conformance", "Accept": "application/json"},
            limits=httpx.Limits() if keep else httpx.Limits(max_keepalive_connections=0),
        )

    def _distrust(self) -> None:
        """From now on ask everything on a line of its own.

        A server may drop a line that is kept at any time, also while a request is on its way. Only on a fresh line
        does a drop say something about the request.
        """
        with self._lock:
            if len(self._clients) == 1:
                self._clients.append(self._made(keep=False))  # others may be asking through the first one

    def send(self, request: Request, patience: float | None = None) -> Answer:
        wait = patience or self.patience
        for attempt in range(1, self.retries + 2):
            answer = self._once(request, wait, attempt)
            pause = retry_after(answer.response) if attempt <= self.retries else None
            if pause is None or pause > LONGEST_PAUSE:
                return answer
            self._sleep(pause)
        return answer

    def _once(self, request: Request, wait: float, attempt: int) -> Answer:
        start = time.perf_counter()
        timeout = httpx.Timeout(wait, connect=min(10.0, wait))
        client = self._clients[-1]
        try:
            built = client.build_request(
                request.method,
                self.base + request.target,
                headers=list(request.headers),
                content=request.body,
                timeout=timeout,
            )
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            return Answer(request, None, f"{NOT_SENT}: {error}", time.perf_counter() - start, attempt)
        sent = Request(request.method, request.target, _pairs(built.headers), request.body)
        try:
            response = client.send(built, stream=True)
            try:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST_ANSWER:
                        return Answer(sent, None, "no answer: more than 32 MiB", time.perf_counter() - start, attempt)
                    if time.perf_counter() - start > wait:
                        return Answer(sent, None, "time-out", time.perf_counter() - start, attempt)
            finally:
                response.close()
        except httpx.HTTPError as error:
            if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
                self._distrust()
            return Answer(sent, None, _trouble(error), time.perf_counter() - start, attempt)
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            return Answer(sent, None, f"no answer: {error}", time.perf_counter() - start, attempt)
        made = Response(response.status_code, _pairs(response.headers), bytes(body))
        return Answer(sent, made, None, time.perf_counter() - start, attempt)

    def pause(self, seconds: float) -> None:
        self._sleep(seconds)

    def close(self) -> None:
        for client in self._clients:
            client.close()


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in headers.raw)


def _trust(ca_bundle: str, scheme: str) -> ssl.SSLContext | bool:
    if not ca_bundle:
        return scheme == "https"
    try:
        return ssl.create_default_context(cafile=str(Path(ca_bundle)))
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"--ca-bundle {ca_bundle} cannot be read: {error}.") from None


def _trouble(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "unreachable: no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "time-out"
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return f"{NOT_SENT}: {error}"
    cause: BaseException | None = error
    for _ in range(8):
        if isinstance(cause, ssl.SSLError):
            return f"unreachable: TLS failed ({cause.reason or cause})"
        if isinstance(cause, socket.gaierror):
            return "unreachable: the host name is not known"
        if isinstance(cause, ConnectionRefusedError):
            return "unreachable: connection refused"
        cause = (cause.__cause__ or cause.__context__) if cause else None
    if isinstance(error, httpx.ConnectError):
        return f"unreachable: {error}"
    if isinstance(error, httpx.DecodingError):
        return "no answer: its content coding cannot be undone"
    return f"no answer: connection dropped ({type(error).__name__})"


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
