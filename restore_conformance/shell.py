"""A request as a shell command that sends it again: every part of it a literal, the token in a variable.

Whatever a server or somebody's recording says is data for the shell: single quotes by `shlex`, no pattern of curl's
own, no scheme but HTTP, no file read. Knows no clause and no report.
"""

from __future__ import annotations

import base64
import re
import shlex

from restore_conformance.exchange import Exchange
from restore_conformance.scrub import Scrub

LONGEST = 8 * 1024
LOOKED_AT = 24 * 1024
"""Bytes of a body in a command, and how many are scrubbed first, so that no secret is cut in half at the border."""

VARIABLE = "TOKEN"
_GOOD_TOKEN = re.compile(r"scrubbed-token-[0-9a-f]{12}|scrubbed\.jwt\.[0-9a-f]{12}")
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_CURL_SETS = frozenset(
    {"host", "content-length", "transfer-encoding", "accept-encoding", "connection", "user-agent", "accept"}
)


def curl(exchange: Exchange, scrub: Scrub, base: str) -> str:
    """A command for a POSIX shell that sends the same request; the token is the variable TOKEN.

    A header that no HTTP client can send (a recording may hold one) is left out, and a body beyond 8 KiB is cut; both
    are said in a comment at the end.
    """
    request = exchange.request
    notes: list[str] = []
    method = quoted(_cut(scrub.text(request.method)))
    # No globbing, no dot segments taken out, no scheme that reads a file.
    parts = ["curl", "-i", "-X", method, "-g", "--path-as-is", "--proto", quoted("=http,https")]
    if not request.method.isascii() or not request.method.isalpha():
        notes.append("the method is none that HTTP clients know")
    for name, value in request.headers:
        if name.lower() in _CURL_SETS:
            continue
        shown = scrub.header(name, value[:LOOKED_AT])[:LONGEST]
        if not _FIELD_NAME.fullmatch(name) or any(ord(c) < 32 and c != "\t" for c in shown):
            notes.append("a header that no client can send is left out")
            continue
        parts += ["-H", _header(scrub.text(name), shown, secret=name.lower() == "authorization")]
    url = quoted(_cut(scrub.text((base + request.target)[:LOOKED_AT])))
    parts += ["--url", url]
    first = ""
    if request.body is not None:
        body = scrub.bytes(request.body[:LOOKED_AT])[:LONGEST]
        if len(request.body) > LONGEST:
            notes.append(f"the body is cut, it has {len(request.body)} bytes")
        text = _text(body)
        if text is None:
            first = f"printf %s {quoted(base64.b64encode(body).decode())} | base64 -d | "
            parts += ["--data-binary", "@-"]
        else:
            parts += ["--data-raw", quoted(text)]
    said = f"  # {'; '.join(dict.fromkeys(notes))}" if notes else ""
    return first + " ".join(parts) + said


def quoted(text: str) -> str:
    """A text as one literal word of a POSIX shell. A null byte, which no command can be passed, is replaced."""
    return shlex.quote(text.replace("\0", "\ufffd"))


def _header(name: str, value: str, *, secret: bool) -> str:
    if not value:
        return quoted(f"{name};")  # how curl is asked for a header without a value
    if not secret:
        return quoted(f"{name}: {value}")
    token = _GOOD_TOKEN.search(value)
    if token is None:
        return quoted(f"{name}: {value}")
    after = value[token.end() :]
    return quoted(f"{name}: {value[: token.start()]}") + f'"${VARIABLE}"' + (quoted(after) if after else "")


def _text(body: bytes) -> str | None:
    """A body that can be an argument of a command: UTF-8 without null bytes; None for any other."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST]
