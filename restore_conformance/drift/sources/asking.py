"""Asks an address for a document: one time for all of it, and redirects only to where nobody is harmed.

The time is kept from outside: whatever reads the connection, it is shut down when the time is up. Knows no document.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from restore_conformance.drift.sources.broken import SourceBroken

LONGEST_WAIT: Final = 30.0
"""Seconds without a byte."""


@contextlib.contextmanager
def asked(address: str, headers: Mapping[str, str], seconds: float) -> Iterator[http.client.HTTPResponse]:
    """The answer of an address, its body still to be read; the block too has to end within so many seconds.

    Raises TimeoutError, and what urllib raises: urllib.error.HTTPError, OSError, HTTPException and ValueError.
    """
    line = _Line()
    ending = threading.Timer(seconds, line.cut)
    ending.daemon = True
    ending.start()
    try:
        request = urllib.request.Request(address, headers=dict(headers))  # noqa: S310 - the scheme was checked
        opener = urllib.request.build_opener(_Plain(line), _Secure(line), _Redirects(address))
        with opener.open(request, timeout=min(seconds, LONGEST_WAIT)) as answer:
            if not isinstance(answer, http.client.HTTPResponse):
                raise SourceBroken(address, "an answer that is not HTTP", "an http(s) document")
            yield answer
        if line.over:  # what was shut down reads like an answer that ended
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError, SourceBroken):
        if line.over:
            raise TimeoutError(f"it was not over after {seconds:g} s") from None
        raise
    finally:
        ending.cancel()


class _Line:
    """The connection that is open, and whether the time is up."""

    def __init__(self) -> None:
        self.over = False
        self._socket: socket.socket | None = None

    def made(self, made: socket.socket) -> None:
        """Take in a new connection."""
        self._socket = made
        if self.over:
            self.cut()

    def cut(self) -> None:
        """The time is up: end what is waited for."""
        self.over = True
        if self._socket is not None:
            # Below TLS, whose own shutdown would wait for the other side.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Seen(http.client.HTTPConnection):
    """A connection that a line knows of before anything is read from it."""

    line: _Line

    def connect(self) -> None:
        super().connect()
        self.line.made(self.sock)


class _SeenSecure(http.client.HTTPSConnection, _Seen):
    """The same over TLS: known of before and after the handshake, which has another socket."""

    def connect(self) -> None:
        super().connect()
        self.line.made(self.sock)


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._kind: Any = type("Seen", (_Seen,), {"line": line})

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._kind, req)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._kind: Any = type("SeenSecure", (_SeenSecure,), {"line": line})

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._kind, req)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows one redirect to another host, and says so; never to less protection, nor from the public to here."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._crossed = False

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if old.scheme == "https" and new.scheme != "https":
            raise SourceBroken(self._address, "a redirect to an address without TLS", "the document")
        if (old.hostname, old.port) != (new.hostname, new.port):
            if self._crossed:
                raise SourceBroken(self._address, "a second redirect to another host", "the document")
            if _is_private(new.hostname) and not _is_private(old.hostname):
                raise SourceBroken(self._address, "a redirect to a private address", "the document")
            self._crossed = True
            print(f"drift: {self._address} is redirected to {ascii(new.hostname)[1:-1]}.", file=sys.stderr)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _is_private(host: str | None) -> bool:
    """Whether a host is this machine or one of a private network; one that cannot be looked up is not."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
        return any(not ipaddress.ip_address(one[4][0]).is_global for one in found)
    except (OSError, ValueError):
        return False
