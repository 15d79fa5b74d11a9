"""Which recorded requests are of this API, by method and address alone, and a count of what was left out and why.

Reads neither headers nor bodies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from restore_conformance.contract.workload import AREA, BASE_SESSIONS, KINDS, SESSION_TYPE, SESSIONS
from restore_conformance.spelling import counted, noun
from restore_conformance.targets.target import other_version, plain_path

API = f"{AREA}/"
_COLLECTION = f"{SESSIONS}|{BASE_SESSIONS}"
ROUTE = re.compile(rf"^(?P<before>.*?)(?P<path>{API}(?:{_COLLECTION})(?:/.*)?)$")
"""An address as the documents spell it."""

ANY_ROUTE = re.compile(
    rf"^(?P<before>[^?#]*?){API}(?P<collection>{_COLLECTION})"
    r"(?:\(\s*'?(?P<key>[^()']+)'?\s*\))?(?P<rest>/.*)?$",
    re.IGNORECASE,
)
"""The same in any letter case, and with the session's id in parentheses (OData URL conventions, 4.3.1)."""

WORDS = {
    word.lower(): word
    for word in (
        SESSIONS, BASE_SESSIONS, *KINDS,
        "activate", "microsoft.graph.activate", f"microsoft.graph.{SESSION_TYPE}",
    )
}  # fmt: skip
BATCH = "/$batch"
PASSED_OVER = frozenset({"OPTIONS", "HEAD", "CONNECT", "TRACE", ""})
"""Methods that this API does not have: a browser asks OPTIONS on its own before it posts."""
MOST_HOSTS = 50
MOST_REASONS = 20

OTHER_ADDRESS = "to other addresses"
OTHER_METHOD = "with a method that this API does not have, as a browser's preflight"
OTHER_VERSION = "with another version than beta"
NOT_SHOWN = "the recording does not show the body of the answer"
SPELLED = "the address is not spelled as documented, so only a success shows that the server knows it"


@dataclass(frozen=True, slots=True)
class Address:
    """What a recorded request asks for.

    `target` is the path and query below the service root, "" for a batch. `respelled` says that the address is
    spelled otherwise than documented, `versioned` that it names beta.
    """

    target: str
    respelled: bool = False
    versioned: bool = True
    batch: bool = False


@dataclass(slots=True)
class Intake:
    """What a recording holds: entries seen, exchanges taken, those left out by reason, and those that are unclear.

    `by_status` are exchanges of which no body is shown, `outside` bodies in files of their own that are not there.
    """

    seen: int = 0
    taken: int = 0
    by_status: int = 0
    outside: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)

    def address(self, method: str, url: str) -> Address | None:
        """What a request of this API asks for; None for any other, which is counted with the reason."""
        self.seen += 1
        return self.inner(method, url)

    def own(self, method: str, url: str) -> str:
        """The path and query of a request that a run of ours sent, as it was sent; "" for any other."""
        parts = urlsplit(url) if self.address(method, url) else None
        match = ROUTE.match(parts.path) if parts else None
        if not match or not parts:
            return ""
        self.take(url)
        return match["path"] + (f"?{parts.query}" if parts.query else "")

    def inner(self, method: str, url: str) -> Address | None:
        """The same for a request inside another one."""
        address = _address_of(method, url)
        if isinstance(address, str):
            self.leave_out(address)
            return None
        return address

    def leave_out(self, reason: str) -> None:
        """Count an exchange that is not judged; the number of reasons is bounded."""
        known = reason in self.left_out or len(self.left_out) < MOST_REASONS
        self.left_out[reason if known else "for other reasons"] += 1

    def take(self, url: str) -> None:
        """Count an exchange that is judged, and its host."""
        self.taken += 1
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return
        if host and len(self.hosts) < MOST_HOSTS:
            self.hosts.add(f"{parts.scheme}://{host}")

    def lines(self) -> Iterator[str]:
        """What was left out or is unclear, one line per reason."""
        for reason, number in self.left_out.items():
            yield f"{counted(number, 'exchange')} {reason} {noun(number, 'was', 'were')} left out"
        for reason, number in self.unclear.items():
            yield f"{counted(number, 'exchange is', 'exchanges are')} inconclusive: {reason}"
        if self.by_status:
            what = counted(self.by_status, "exchange is judged by its", "exchanges are judged by their")
            yield f"{what} status alone: {NOT_SHOWN}"
        if self.outside:
            bodies = counted(self.outside, "body is kept in a file", "bodies are kept in files")
            yield f"{bodies} beside the recording (_file), not found there"
        if len(self.hosts) > 1:
            yield f"{counted(len(self.hosts), 'host')} were judged as one: {', '.join(sorted(self.hosts)[:5])}"


def _address_of(method: str, url: str) -> Address | str:
    """What a request of this API asks for, or the reason why it is left out."""
    if not is_about(url):
        return OTHER_ADDRESS
    try:
        parts = urlsplit(url)
    except ValueError:
        return OTHER_ADDRESS
    path = plain_path(parts.path)
    batch = path.rstrip("/").lower().endswith(BATCH)
    match = ANY_ROUTE.match(re.sub(r"/{2,}", "/", path.rstrip("/")))
    if not batch and not match:
        return OTHER_ADDRESS
    before = path if batch or match is None else match["before"]
    version = other_version(before)
    if version:
        return f"{OTHER_VERSION} ({version})"
    if method in PASSED_OVER:
        return OTHER_METHOD
    if batch or match is None:
        return Address("", batch=True, versioned="beta" in path.lower())
    versioned = any(part.lower() == "beta" for part in before.split("/"))
    query = f"?{parts.query}" if parts.query else ""
    exact = ROUTE.match(parts.path)
    if exact and not f"{exact['before']}{exact['path']}/".count("//"):
        return Address(exact["path"] + query, versioned=versioned)
    return Address(_documented(match) + query, respelled=True, versioned=versioned)


def is_about(url: str) -> bool:
    """Whether an address may be one of this API, at a quick look."""
    low = url.lower()
    return "restoresessions" in low or "batch" in low or "%" in low


def _documented(match: re.Match[str]) -> str:
    """The path of an address in the documents' spelling; ids stay as they are."""
    parts = [match["collection"], *([match["key"]] if match["key"] else []), *(match["rest"] or "").split("/")]
    return API + "/".join(WORDS.get(part.lower(), part) for part in parts if part)
