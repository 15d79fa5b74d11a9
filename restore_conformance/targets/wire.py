"""With httpx: one request on the wire, with one clock for all of it. No cookie jar, no redirect, no retry.

The clock is kept where bytes come and go, below everything that parses them: however an answer is stretched (a
header a byte at a time, interim answers without end, empty chunks), no wait outlasts it. Knows no contract.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from restore_conformance.output import files
from restore_conformance.targets.target import NOT_SENT
from restore_conformance.verdicts import UsageError

CONNECT = 10.0
"""Seconds that a connection may take to be made."""
PLAIN = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"})
"""What OpenSSL says where the other side does not speak TLS."""
PIECE = 16 * 1024
"""Bytes handed over at once, so that the clock is looked at in between."""
KEPT, LINES, IDLE = 20, 100, 5.0

Failed = (httpx.HTTPError, httpx.InvalidURL, ValueError)
"""What a request that was not answered raises."""
Accept = Callable[[str], bool]


class TooLarge(Exception):
    """An answer has more bytes than allowed."""


class Clock(threading.local):
    """When the request that this thread is sending must be over, and how many bytes its answer may still have."""

    def __init__(self) -> None:
        self.ends = float("inf")
        self.bytes = 0

    def left(self) -> float:
        """Seconds left. Raises httpcore.ReadTimeout where there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole request was up")
        return left

    def took(self, count: int) -> None:
        """Count bytes. Raises TooLarge."""
        self.bytes -= count
        if self.bytes < 0:
            raise TooLarge

    @contextlib.contextmanager
    def running(self, seconds: float, most: int) -> Iterator[None]:
        """For the length of a block, everything this thread sends and reads has to fit into this."""
        before = self.ends, self.bytes
        self.ends, self.bytes = time.monotonic() + seconds, most
        try:
            yield
        finally:
            self.ends, self.bytes = before


class Line(httpcore.NetworkStream):
    """A connection on which nothing takes longer than the clock says."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the clock has the say
        chunk = self._inner.read(max_bytes, self._clock.left())
        self._clock.took(len(chunk))
        return chunk

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        for at in range(0, len(buffer), PIECE):
            self._inner.write(buffer[at : at + PIECE], self._clock.left())

    def close(self) -> None:
        # A thread that waits for bytes is not woken by closing: end the connection first.
        with contextlib.suppress(OSError, AttributeError):
            self._inner.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = min(timeout or CONNECT, self._clock.left())
        return Line(self._inner.start_tls(ssl_context, server_hostname, left), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Network(httpcore.NetworkBackend):
    """Connects to addresses, each name looked up once: what it means does not change in mid-run.

    `accept` says which addresses a host that is trusted for its place may have.
    """

    def __init__(self, clock: Clock, accept: Accept | None) -> None:
        self._clock = clock
        self._accept = accept
        self._plain = httpcore.SyncBackend()
        self._known: dict[tuple[str, int], list[str]] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of a host's addresses. Raises httpcore.ConnectError and ConnectTimeout."""
        within = min(timeout or CONNECT, self._clock.left())
        ends = time.monotonic() + within
        addresses = self._known.get((host, port)) or _looked_up(host, port, within)
        self._known[host, port] = addresses
        if self._accept is not None:
            foreign = [known for known in addresses if not self._accept(known)]
            if foreign:
                raise httpcore.ConnectError(f"{host} has the address {foreign[0]}, which the settings do not trust")
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            left = ends - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout(f"no connection to {host} in time")
            try:
                inner = self._plain.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return Line(inner, self._clock)
        raise failure

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _looked_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host. A name server may not answer, so a thread asks it that is not joined."""
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    outcome: list[Any] = []

    def ask() -> None:
        try:
            outcome.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if not outcome:
        raise httpcore.ConnectTimeout(f"the address of {host} was not known in time")
    if isinstance(outcome[0], Exception):
        raise httpcore.ConnectError(str(outcome[0])) from outcome[0]
    return list(dict.fromkeys(str(entry[4][0]) for entry in outcome[0]))


class Transport(httpx.HTTPTransport):
    """httpx's own transport over connections of ours. A subclass, so that recordings can still be played through it."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:  # the parent would only make another pool
        self._pool = pool


class Wire:
    """Sends requests to one origin. Safe to use from threads; `close` ends what is under way as well."""

    def __init__(
        self, base: str, ca_bundle: str, *, accept: Accept | None, proxies: bool, trust: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(base)
        self.clock = Clock()
        self._network = Network(self.clock, accept)
        self._trust = trust or (trust_of(ca_bundle) if parts.scheme == "https" else None)
        self._proxy = _proxy_of(parts.scheme, parts.hostname or "") if proxies else None
        self._transports = [self._made()]
        self._lock = threading.Lock()

    def _made(self, *, keep: bool = True) -> Transport:
        settings: dict[str, Any] = {
            "ssl_context": self._trust,
            "max_connections": LINES,
            "max_keepalive_connections": KEPT if keep else 0,
            "keepalive_expiry": IDLE,
            "network_backend": self._network,
        }
        if self._proxy is None:
            return Transport(httpcore.ConnectionPool(**settings))
        return Transport(httpcore.HTTPProxy(self._proxy[0], self._proxy[1], **settings))

    def send(self, request: httpx.Request) -> httpx.Response:
        """The answer's head, its body still to be read. Raises what `Failed` lists, and TooLarge."""
        try:
            return self._transports[-1].handle_request(request)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            self.distrust()
            raise

    def distrust(self) -> None:
        """From now on ask everything on a line of its own.

        A server may drop a line that is kept at any time, also while a request is on its way. Only on a fresh line
        does a drop say something about the request.
        """
        with self._lock:
            if len(self._transports) == 1:
                self._transports.append(self._made(keep=False))  # others may be asking through the first one

    def close(self) -> None:
        for transport in self._transports:
            transport.close()


LARGEST_BUNDLE = 16 * 1024 * 1024


def trust_of(ca_bundle: str) -> ssl.SSLContext:
    """Whom to believe who a server is. Raises UsageError for a bundle that cannot be read."""
    if ca_bundle:
        try:
            trusted = files.read(Path(ca_bundle), LARGEST_BUNDLE).decode("ascii", "ignore")
            return ssl.create_default_context(cadata=trusted or "-")
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            raise UsageError(f"--ca-bundle {ca_bundle} cannot be read: {why}.") from None
    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    return httpcore.default_ssl_context()


def _proxy_of(scheme: str, host: str) -> tuple[str, tuple[str, str] | None] | None:
    """The proxy that the environment names for a host, and what it is shown. Raises UsageError."""
    known = getproxies()
    named = known.get(scheme) or known.get("all")
    if not named or proxy_bypass(host):
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"The environment names a proxy of the kind {parts.scheme!r}; http and https are supported.")
    shown = (parts.username, parts.password or "") if parts.username else None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", shown


def trouble_of(error: Exception) -> str:
    """What kept a request from being answered, in a few words that begin with their kind."""
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return "unreachable: no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "time-out"
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return f"{NOT_SENT}: {error}"
    if not isinstance(error, httpx.HTTPError):
        return f"no answer: {error}"
    cause: BaseException | None = error
    for _ in range(8):
        if isinstance(cause, ssl.SSLError):
            plain = "; the port may not speak TLS: try http://" if cause.reason in PLAIN else ""
            return f"unreachable: TLS failed ({cause.reason or cause}{plain})"
        if isinstance(cause, socket.gaierror):
            return "unreachable: the host name is not known"
        if isinstance(cause, ConnectionRefusedError):
            return "unreachable: connection refused"
        cause = (cause.__cause__ or cause.__context__) if cause else None
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return f"unreachable: {error}"
    return f"no answer: connection dropped ({type(error).__name__})"
