"""The mock over plain sockets, for what a web framework would not send. HTTP/1.1, loopback only.

Sends responses as `Service.transport` says; a service that fails drops the connection.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from restore_conformance.exchange import Request, Response, header
from restore_conformance.mock.transport import TransportOptions, closes_connection, serialised
from restore_conformance.verdicts import UsageError

LONGEST_LINE = 1 << 16
IDLE = 30.0
"""Seconds after which a connection on which nothing comes is dropped."""


class Handler(Protocol):
    """Anything that answers a request: the service, or a service with a fault."""

    address: str

    def handle(self, request: Request) -> Response: ...


def transport_of(service: Handler) -> TransportOptions | None:
    """How a service sends its responses, where that is unusual."""
    options: TransportOptions | None = getattr(service, "transport", None)
    return options


def listen(port: int = 0) -> socket.socket:
    """A listening socket on loopback; port 0 picks a free one. Raises UsageError where the port is taken."""
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it each answer takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        why = "a port is a number from 0 to 65535" if isinstance(error, OverflowError) else error
        raise UsageError(f"Port {port} cannot be used: {why}; name another with --port.") from None
    return listening


def run(service: Handler, listening: socket.socket) -> None:
    """Answer every connection in a thread of its own, until the listening socket is closed."""
    service.address = f"http://127.0.0.1:{listening.getsockname()[1]}/beta"
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(IDLE)
        threading.Thread(target=_serve, args=(service, connection), daemon=True).start()


@contextlib.contextmanager
def serving(service: Handler) -> Iterator[str]:
    """Serve in a thread while the block runs; yields the base URL."""
    listening = listen()
    service.address = f"http://127.0.0.1:{listening.getsockname()[1]}/beta"
    thread = threading.Thread(target=run, args=(service, listening), daemon=True)
    thread.start()
    try:
        yield service.address
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=10)


def _serve(service: Handler, connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError, ValueError), connection.makefile("rb") as lines:
        while True:
            request = _asked(lines, connection)
            if request is None:
                return
            try:
                response = service.handle(request)
            except Exception:  # noqa: BLE001 - whatever breaks inside a server drops the connection outside
                return
            options = transport_of(service) or TransportOptions()
            for piece in serialised(options, request, response):
                if isinstance(piece, float):
                    time.sleep(piece)
                else:
                    connection.sendall(piece)
            if closes_connection(options, request, response):
                connection.shutdown(socket.SHUT_WR)
                return


def _asked(lines: BinaryIO, connection: socket.socket) -> Request | None:
    """The next request on a connection, None where the client closed it. Raises ValueError for anything but HTTP/1.1."""
    first = lines.readline(LONGEST_LINE)
    if not first.strip():
        return None
    method, target, _ = first.decode("latin-1").split(maxsplit=2)
    headers: list[tuple[str, str]] = []
    while (line := lines.readline(LONGEST_LINE)) not in {b"\r\n", b"\n", b""}:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise ValueError(name)
        headers.append((name.strip(), value.strip()))
    if (header(headers, "Expect") or "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if (header(headers, "Transfer-Encoding") or "").lower() == "chunked":
        body = _chunked(lines)
    else:
        body = lines.read(int(header(headers, "Content-Length") or 0))
    return Request(method, target, tuple(headers), body or None)


def _chunked(lines: BinaryIO) -> bytes:
    body = bytearray()
    while True:
        size = int(lines.readline(LONGEST_LINE).partition(b";")[0], 16)
        if size == 0:
            break
        body += lines.read(size)
        lines.readline(LONGEST_LINE)
    while lines.readline(LONGEST_LINE).strip():
        pass
    return bytes(body)
