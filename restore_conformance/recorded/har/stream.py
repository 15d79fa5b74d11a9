"""A HAR file as a stream of JSON events: bounded in depth and memory, whatever size and spelling the file has.

The only module that imports ijson. Knows nothing of HAR but that it is JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import ijson
import ijson.backends.python

JSONError = ijson.JSONError
DEEPEST = 100
STARTS = frozenset({"start_map", "start_array"})
ENDS = frozenset({"end_map", "end_array"})
MARK = b"\xef\xbb\xbf"
"""UTF-8's byte order mark, which some recorders begin with (RFC 8259, 8.1: a reader may pass over it)."""
OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
SMALL, LARGE = 64 * 1024, 1024 * 1024
LONE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
"""Half of a surrogate pair, as JavaScript writes text that was cut in the middle of a character."""
LONGEST_PAIR = 12


class TooDeep(ValueError):
    """A file nests deeper, or holds more in one place, than any recording does."""


def opened(path: Path) -> IO[bytes]:
    """The file, behind its byte order mark if it has one. Raises ValueError for one in UTF-16."""
    file = path.open("rb")
    first = file.read(len(MARK))
    if first.startswith(OTHER_MARKS):
        file.close()
        raise ValueError("it is UTF-16; save it as UTF-8")
    if first != MARK:
        file.seek(0)
    return file


class Stream:
    """Reads one file as often as it is asked to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # The quick parser reads a long text again with every piece, and refuses a lone surrogate.
        self._size = max(SMALL, min(LARGE, path.stat().st_size // 16))
        lone, self._longest = _looked_through(path)
        self._parser = ijson.backends.python if lone else ijson

    def events(self, file: IO[bytes]) -> Iterator[tuple[str, str, Any]]:
        """Prefix, event and value, as long as nothing nests too deep: the deeper, the longer is a prefix.

        Raises TooDeep, a ValueError, for what memory cannot hold.
        """
        if self._longest > LONGEST_TEXT:
            raise TooDeep(f"more than {LONGEST_TEXT >> 20} MiB stand between two of its quotation marks")
        parsed = self._parser.basic_parse(file, use_float=True, buf_size=self._size)
        yield from self._parser.parse(_bounded(parsed))

    def items(self, file: IO[bytes], prefix: str) -> Iterator[Any]:
        """The values at a prefix, one after the other."""
        yield from self._parser.items(self.events(file), prefix)


LONGEST_TEXT = 32 * 1024 * 1024
"""Bytes between two quotes; the parser holds several copies of a text."""


def _looked_through(path: Path) -> tuple[bool, int]:
    """Whether a file holds half of a surrogate pair, and the most bytes that stand between two quotes."""
    before, escape, lone, run, longest = b"", b"", False, 0, 0
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            seen = before + piece
            lone = lone or ((b"\\ud" in seen or b"\\uD" in seen) and LONE.search(seen) is not None)
            before = seen[-LONGEST_PAIR:] if b"\\" in seen[-LONGEST_PAIR:] else b""
            text = (escape + piece).replace(b"\\\\", b"  ")
            escape = b"\\" if text.endswith(b"\\") else b""
            text = text[: len(text) - len(escape)].replace(b'\\"', b"  ")
            first = text.find(b'"')
            longest = max(longest, run + (first if first >= 0 else len(text)))
            run = run + len(text) if first < 0 else len(text) - 1 - text.rfind(b'"')
            if longest > LONGEST_TEXT:
                break
    return lone, longest


ENTRY = 3
"""The depth of what stands between two entries."""
MOST = 1_000_000
"""Names and values of one entry; an hour of a page's web sockets has some hundred thousand."""


def _bounded(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    depth = count = 0
    for event in events:
        count = count + 1 if depth > ENTRY else 0
        if count > MOST:
            raise TooDeep(f"one entry holds more than {MOST} values")
        if event[0] in STARTS:
            depth += 1
            if depth > DEEPEST:
                raise TooDeep(f"it nests more than {DEEPEST} levels")
        elif event[0] in ENDS:
            depth -= 1
        yield event


def first_line(error: Exception) -> str:
    """What is wrong, in one line."""
    reason = error.args[0] if error.args else ""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(error)
    return " ".join(text.strip().split("\n")[0].split())[:120] or type(error).__name__


def top_members(path: Path) -> frozenset[str]:
    """The names of the members at the top of a JSON file, up to the one that holds traffic."""
    members: set[str] = set()
    try:
        with opened(path) as file:
            for prefix, event, value in Stream(path).events(file):
                if not prefix and event == "map_key":
                    members.add(str(value)[:80])
                if members & {"log", "interactions"} or len(members) > 100:
                    break
    except (JSONError, ValueError, RecursionError, OSError):
        pass
    return frozenset(members)
