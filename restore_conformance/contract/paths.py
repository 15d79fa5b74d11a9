"""Builds every path that is sent, segment by segment, and says which links stay below the service root.

Nothing here knows a clause or a target.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

SOLUTIONS = "/solutions/"
"""What every path begins with that is followed, below the service root."""
DECODINGS = 3
"""How often something on the way may undo an encoding."""
_PORTS = {"http": 80, "https": 443}
_AS_IT_IS = "/%:@!$&'()*+,;=?"


class NoPath(ValueError):
    """What was to be a segment of a path cannot be one: it is empty, or it leads elsewhere."""


def path_of(*segments: str) -> str:
    """A path of these segments, each encoded whole (RFC 3986, 3.3). Raises NoPath."""
    for segment in segments:
        if not segment or climbs(segment):
            raise NoPath(f"{segment[:60]!r} cannot be a segment of a path")
    return "".join("/" + quote(segment, safe="", errors="surrogatepass") for segment in segments)


def is_segment(text: str) -> bool:
    """Whether a text can be a segment of a path."""
    return bool(text) and not climbs(text)


def climbs(text: str) -> bool:
    """Whether a part of a path leads elsewhere (RFC 3986, 5.2.4): `.` or `..`, however often it is encoded."""
    for _ in range(DECODINGS + 1):
        if any(part.partition(";")[0] in {".", ".."} for part in re.split(r"[/\\]", text)):
            return True
        text, before = unquote(text, errors="surrogateescape"), text
        if text == before:
            return False
    return False


def within(link: str, base: str, asked: str = "") -> str:
    """The path and query of a link below the service root, or "" for one that leads elsewhere.

    `asked` is the path whose answer holds the link: a link may be relative (RFC 3986, 5.2). Only what has the scheme,
    host and port of `base` and its whole path in front is below it.
    """
    try:
        if climbs(urlsplit(link).path) or "\\" in link:
            return ""
        root = urlsplit(base)
        if not root.hostname:
            split = urlsplit(link)
            path = split.path.removeprefix(root.path.rstrip("/"))
            return _kept(path, split.query) if not split.netloc else ""
        split = urlsplit(urljoin(base.rstrip("/") + asked, link))
        if _origin(split.scheme, split.hostname, split.port) != _origin(root.scheme, root.hostname, root.port):
            return ""
    except ValueError:
        return ""
    front = root.path.rstrip("/")
    if "@" in split.netloc or not split.path.startswith(front + "/"):
        return ""
    return _kept(split.path[len(front) :], split.query)


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int | None]:
    return scheme.lower(), (host or "").lower().rstrip("."), port or _PORTS.get(scheme.lower())


def _kept(path: str, query: str) -> str:
    if not path.startswith(SOLUTIONS) or climbs(path):
        return ""
    return quote(path, safe=_AS_IT_IS.replace("?", "")) + (f"?{quote(query, safe=_AS_IT_IS)}" if query else "")
