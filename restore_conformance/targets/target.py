"""What every target offers, and which hosts are loopback or the vendor's own."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from restore_conformance.exchange import Request, Response

VENDOR = (
    "microsoft.com", "microsoft.us", "microsoftgraph.us", "chinacloudapi.cn", "microsoftonline.com",
    "microsoftgraph.com", "windows.net", "azure.com", "sharepoint.com",
)  # fmt: skip
"""Domains of the vendor: a real tenant may be behind any of them."""

SERVICE = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)
"""The hosts of the service itself; on others of the vendor's domains customers run what they like."""

V1 = re.compile(r"(?:^|[^a-z0-9])v0*1[._-]0+(?:$|[^a-z0-9])|^0*1\.0+$")
OTHER = re.compile(r"v\d+(?:[._]\d+)*")


NOT_SENT = "not sent, since our own client refuses the request"
"""How the trouble of a request begins that never left: an error of ours, whatever the target is like."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one request: a response, or the kind of trouble in words; both request and headers as sent.

    `at` is when the request was sent, on the target's clock, and the answer came `seconds` later: of the last attempt,
    where there were several. What an attempt before it was answered with is nowhere kept, and judged by nobody.
    """

    request: Request
    response: Response | None
    trouble: str | None = None
    seconds: float = 0.0
    attempts: int = 1
    at: float | None = None


class Target(Protocol):
    """The system under test."""

    @property
    def name(self) -> str: ...

    @property
    def base(self) -> str: ...

    @property
    def loopback(self) -> bool: ...

    def send(self, request: Request, patience: float | None = None) -> Answer:
        """Send one request and wait for its answer, at most `patience` seconds."""
        ...

    def now(self) -> float:
        """Seconds on a clock that only moves forward, pauses included, also those that take no real time."""
        ...

    def pause(self, seconds: float) -> None:
        """Give the target time, where it is one that needs any."""
        ...

    def close(self) -> None: ...


def url_of(text: str) -> SplitResult | None:
    """The parts of a URL, or None for an invalid one: brackets, ports and hosts may all be wrong."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    sound = parts.hostname and text.isprintable() and " " not in text and not set("\\<>") & set(parts.netloc)
    return parts if sound else None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by its form: no name is looked up."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def is_near(host: str) -> bool:
    """Whether an address is of this machine or of a private network: where an emulator needs no further setting."""
    address = _address(host)
    return address is not None and (address.is_loopback or (address.is_private and not address.is_link_local))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as it is routed: one of version 4 may be written as one of version 6."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_service(base: str) -> bool:
    """Whether a base URL is the service's own, and what answers there has to prove it by TLS."""
    parts = url_of(base)
    if parts is None or parts.scheme != "https" or parts.port not in {None, 443}:
        return False
    return (parts.hostname or "").rstrip(".") in SERVICE


def is_vendor(host: str) -> bool:
    """Whether a host belongs to the vendor."""
    name = host.rstrip(".").lower()
    return any(name == domain or name.endswith("." + domain) for domain in VENDOR)


def plain_path(path: str) -> str:
    """A path without percent-encoding, however often it was encoded on its way through proxies."""
    for _ in range(4):
        undone = unquote(path)
        if undone == path:
            break
        path = undone
    return path


def other_version(path: str) -> str:
    """The version of the API that a path names where that is another one than beta, else "".

    v1.0 counts wherever it stands, since it is a name of Graph's own. Of other versions only the last one counts,
    because a proxy may have one in its prefix.
    """
    named = ""
    for part in plain_path(path).lower().split("/"):
        if V1.search(part.strip()):
            return "v1.0"
        if part == "beta":
            named = ""
        elif OTHER.fullmatch(part):
            named = part
    return named
