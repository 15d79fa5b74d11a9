"""A request as a shell command that sends it again: every part of it a literal, what was scrubbed in a variable.

Whatever a server or somebody's recording says is data for the shell: single quotes by `shlex`, no pattern of curl's
own, no scheme but HTTP, no file read. Knows no clause and no report.
"""

from __future__ import annotations

import base64
import re
import shlex

from restore_conformance.exchange import Exchange
from restore_conformance.scrub import Scrub
from restore_conformance.scrub.placeholders import PLACEHOLDER

LONGEST = 8 * 1024
LOOKED_AT = 24 * 1024
"""Bytes of a body in a command, and how many are scrubbed first, so that no secret is cut in half at the border."""

_TOKEN = re.compile(r"scrubbed-token(?:-[a-z]+)*-[0-9a-f]{12}|scrubbed\.jwt\.[0-9a-f]{12}")
_LABEL = re.compile(r"scrubbed[.-](.+?)[.-][0-9a-f]{12}")
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_CURL_SETS = frozenset(
    {"host", "content-length", "transfer-encoding", "accept-encoding", "connection", "user-agent", "accept"}
)


class _Variables:
    """A variable of the shell for each scrubbed value in a command, and what it must hold.

    No name comes from the text of a request: a recording could ask for the value of any other variable.
    """

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, str]] = {}

    def word(self, text: str, *, credential: bool = False) -> str:
        """A text as one word of the shell, with a variable where something was scrubbed."""
        pieces, end = [], 0
        for match in PLACEHOLDER.finditer(text):
            if match.start() > end:
                pieces.append(quoted(text[end : match.start()]))
            pieces.append(f'"${self._name(match[0], credential=credential)}"')
            end = match.end()
        if end < len(text) or not pieces:
            pieces.append(quoted(text[end:]))
        return "".join(pieces)

    def _name(self, placeholder: str, *, credential: bool) -> str:
        if placeholder not in self._names:
            if credential and _TOKEN.fullmatch(placeholder):
                label = _LABEL.match(placeholder)
                caller = label[1].removeprefix("token").strip("-") if label else ""
                kind, means = "TOKEN", f"the bearer token of the caller {caller}".rstrip(" ")
                if caller == "other":
                    means = "a token other than that of the run"
            elif placeholder.startswith("scrubbed-browse-"):
                kind, means = "BROWSE", "a browse session id"
            else:
                label = _LABEL.match(placeholder)
                kind, means = "VALUE", f"what was scrubbed here ({label[1] if label else 'an id'})"
            number = 1 + sum(name.partition("_")[0] == kind.partition("_")[0] for name, _ in self._names.values())
            self._names[placeholder] = (f"{kind}_{number}" if number > 1 else kind, means)
        return self._names[placeholder][0]

    def needed(self) -> str:
        """What the command begins with: it stops there, and says why, where a variable is not set."""
        if not self._names:
            return ""
        checks = (f'"${{{name}:?{means}}}"' for name, means in self._names.values())
        return f": {' '.join(checks)}; "


def curl(exchange: Exchange, scrub: Scrub, base: str) -> str:
    """A command for a POSIX shell that sends the same request, with a variable for each value that was scrubbed.

    It begins with what has to be set. A header that no HTTP client can send (a recording may hold one) is left out,
    and a body beyond 8 KiB is cut; both are said in a comment at the end.
    """
    variables = _Variables()
    request = exchange.request
    notes: list[str] = []
    method = quoted(_cut(scrub.text(request.method)))
    # No globbing, no dot segments taken out, no scheme that reads a file.
    parts = ["curl", "-i", "-X", method, "-g", "--path-as-is", "--proto", quoted("=http,https")]
    if not request.method.isascii() or not request.method.isalpha():
        notes.append("the method is not one that HTTP clients know")
    for name, value in request.headers:
        if name.lower() in _CURL_SETS:
            continue
        shown = scrub.header(name, value[:LOOKED_AT])[:LONGEST]
        if not _FIELD_NAME.fullmatch(name) or any(ord(c) < 32 and c != "\t" for c in shown):
            notes.append("a header that no client can send is left out")
            continue
        parts += ["-H", _header(scrub.text(name), shown, variables, secret=name.lower() == "authorization")]
    if request.body is not None and request.header("Content-Type") is None:
        parts += ["-H", quoted("Content-Type:")]  # else curl names one of its own
    url = variables.word(_cut(scrub.text((base + request.target)[:LOOKED_AT])))
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
            parts += ["--data-raw", variables.word(text)]
    comment = f"  # {'; '.join(dict.fromkeys(notes))}" if notes else ""
    return variables.needed() + first + " ".join(parts) + comment


def quoted(text: str) -> str:
    """A text as one literal word of a POSIX shell. A null byte, which no command can be passed, is replaced."""
    return shlex.quote(text.replace("\0", "\ufffd"))


def _header(name: str, value: str, variables: _Variables, *, secret: bool) -> str:
    if not value:
        return quoted(f"{name};")  # how curl is asked for a header without a value
    return variables.word(f"{name}: {value}", credential=secret)


def _text(body: bytes) -> str | None:
    """A body that can be an argument of a command: UTF-8 without null bytes; None for any other."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST]
