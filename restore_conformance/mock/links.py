"""Where a caller reaches the service, as its own request says, for links in answers. Knows headers and no operation."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from restore_conformance.exchange import Request, header

VERSIONS = ("/beta", "/v1.0")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+\Z")


def versioned(target: str) -> tuple[str, str]:
    """A request target as its version segment ("" where there is none) and the rest."""
    for version in VERSIONS:
        if target.startswith(version + "/"):
            return version, target.removeprefix(version)
    return "", target


def base(request: Request, address: str) -> str:
    """The base URL under which a request was sent: scheme, host, a proxy's prefix, and the version that was asked for.

    `address` is where the service listens; without one it is not served, and links are relative. What a proxy says in
    X-Forwarded-Proto, -Host and -Prefix goes first; a value that cannot be part of an address is passed over.
    """
    if not address:
        return ""
    own = urlsplit(address)
    scheme = _forwarded(request, "Proto").lower()
    if scheme not in {"http", "https"}:
        scheme = own.scheme
    hosts = (_forwarded(request, "Host"), header(request.headers, "Host") or "", own.netloc)
    host = next(name for name in hosts if _HOST.match(name))
    prefix = _forwarded(request, "Prefix").rstrip("/")
    version = versioned(request.target)[0] or own.path
    return f"{scheme}://{host}{prefix if _PREFIX.match(prefix) else ''}{version}"


def _forwarded(request: Request, name: str) -> str:
    """What the proxy nearest to the caller says: the first of a list."""
    return (header(request.headers, f"X-Forwarded-{name}") or "").partition(",")[0].strip()
