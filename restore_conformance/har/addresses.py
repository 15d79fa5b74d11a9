"""Which recorded requests are of this API, by method and address alone, and what was left out.

Looks at no header and no body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

API = "/solutions/backupRestore/"
ROUTE = re.compile(rf"^(?P<before>.*?)(?P<path>{API}(?:sharePointRestoreSessions|restoreSessions)(?:/.*)?)$")
BATCH = "/$batch"
OTHER_VERSION = re.compile(r"/v\d[\d.]*$")
PASSED_OVER = frozenset({"OPTIONS", "HEAD", "CONNECT", "TRACE", ""})
"""Methods that this API does not have: a browser asks OPTIONS on its own before it posts."""
MOST_HOSTS = 50


@dataclass(slots=True)
class Heard:
    """What was found in a recording: entries seen, exchanges taken, those of another version, and batches."""

    seen: int = 0
    taken: int = 0
    other_version: int = 0
    batches: int = 0
    hosts: set[str] = field(default_factory=set)

    def target(self, method: str, url: str) -> str:
        """The path and query below the service root of a request of this API, or "" for any other."""
        self.seen += 1
        if method in PASSED_OVER or not (API in url or BATCH in url):
            return ""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return ""
        if parts.path.endswith(BATCH):
            self.batches += 1
        found = ROUTE.match(parts.path)
        if not found:
            return ""
        if OTHER_VERSION.search(found["before"]):
            self.other_version += 1
            return ""
        self.taken += 1
        if len(self.hosts) < MOST_HOSTS:
            self.hosts.add(f"{parts.scheme}://{host}")
        return found["path"] + (f"?{parts.query}" if parts.query else "")

    def note(self) -> str:
        """What a reader must know of what was left out, in words."""
        told = []
        if self.other_version:
            told.append(f"{self.other_version} exchanges with another version than beta were left out")
        if self.batches and self.taken:
            told.append(f"{self.batches} requests to $batch were not looked into")
        if len(self.hosts) > 1:
            told.append(f"{len(self.hosts)} hosts were judged as one: {', '.join(sorted(self.hosts)[:5])}")
        return "; ".join(told)
