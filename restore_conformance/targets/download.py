"""One document from an address, within one time for all of it, and redirects only to harmless addresses.

Goes over the wire that targets go over. Knows nothing of what is inside.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import sys
import time
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

import httpx

from restore_conformance.targets.wire import CONNECT, Wire

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 10


class Refused(Exception):
    """A redirect that is not followed; the text says what it was."""


@contextlib.contextmanager
def download(address: str, headers: Mapping[str, str], seconds: float, most: int) -> Iterator[httpx.Response]:
    """The answer of an address, its body still to be read; the block too has to end within so many seconds.

    Raises Refused, and what `wire.Failed` lists; TooLarge where more bytes come than `most`.
    """
    ends, crossed, asked = time.monotonic() + seconds, False, address
    for _ in range(MOST_REDIRECTS):
        trust = ssl.create_default_context() if urlsplit(asked).scheme == "https" else None  # the system's own
        wire = Wire(asked, "", accept=None, proxies=True, trust=trust)
        try:
            with wire.clock.running(ends - time.monotonic(), most):
                request = httpx.Request("GET", asked, headers={**headers, "Accept-Encoding": "identity"})
                request.extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), CONNECT)}
                response = wire.send(request)
                if response.status_code not in REDIRECTS:
                    yield response
                    return
        finally:
            wire.close()
        target = urljoin(asked, response.headers.get("Location", ""))
        crossed = _crosses(asked, target, crossed) or crossed
        asked = target
    raise Refused("too many redirects")


def _crosses(old: str, new: str, crossed: bool) -> bool:
    """Whether a redirect leads to another host, and says so; never to less protection, nor from the public to here."""
    before, after = urlsplit(old), urlsplit(new)
    if before.scheme == "https" and after.scheme != "https":
        raise Refused("a redirect to an address without TLS")
    if (before.hostname, before.port) == (after.hostname, after.port):
        return False
    if crossed:
        raise Refused("a second redirect to another host")
    if after.scheme not in ("http", "https") or not after.hostname or "@" in after.netloc:
        raise Refused("a redirect to what is not an http(s) address")
    if _is_private(after.hostname) and not _is_private(before.hostname):
        raise Refused("a redirect to a private address")
    print(f"drift: {old} is redirected to {ascii(after.hostname)[1:-1]}.", file=sys.stderr)
    return True


def _is_private(host: str | None) -> bool:
    """Whether a host is this machine or one of a private network; one that cannot be looked up is not."""
    try:
        addresses = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
        return any(not ipaddress.ip_address(entry[4][0]).is_global for entry in addresses)
    except (OSError, ValueError):
        return False
