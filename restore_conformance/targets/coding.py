"""Takes the content coding off a body, within a bound, and checks whether a body is too large to be read.

Knows bytes and two headers; not what a body means.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

LARGEST = 4 * 1024 * 1024
"""Bytes of one decoded body."""
EACH, ALL = 24 * 1024 * 1024, 88 * 1024 * 1024
"""Bytes of memory, roughly, that one answer may take, and all large ones of a run together."""
LARGE = 1024 * 1024
"""Bytes of memory from which an answer counts as large."""
VALUE = 64
"""Bytes that one value of a JSON text takes in memory, roughly."""

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""Window bits of the codings that are offered; deflate comes with and without its envelope."""


class Unread(Exception):
    """A body that is not read; the text says why. It proves nothing of the server."""


class Broken(Exception):
    """A body that is not what its coding says."""


def coding_of(values: Iterable[str]) -> str:
    """The one content coding that the Content-Encoding headers name, or "". Raises Unread."""
    named = [part.strip().lower() for value in values for part in value.split(",")]
    codings = [coding for coding in named if coding not in {"", "identity"}]
    if len(codings) > 1:
        raise Unread(f"more than one content coding ({', '.join(codings)[:60]})")
    if codings and codings[0] not in _WINDOWS:
        raise Unread(f"a content coding that was not asked for ({codings[0][:40]})")
    return codings[0] if codings else ""


class Decoder:
    """Takes a body in, a piece at a time. Raises Unread beyond `most` bytes, Broken for what cannot be undone."""

    def __init__(self, coding: str, most: int = LARGEST) -> None:
        self._windows = list(_WINDOWS.get(coding, ()))
        self._many = self._windows == [31]
        self._inner = zlib.decompressobj(self._windows.pop(0)) if self._windows else None
        self._begun = b""
        self._most = most
        self.body = bytearray()

    def take(self, piece: bytes) -> None:
        """Take in the next bytes."""
        if self._inner is None:
            self._keep(piece)
            return
        if not self.body and len(self._begun) < VALUE:
            self._begun += piece
        while piece:
            if self._inner.eof:
                # RFC 1952: several members may follow one another; anything else behind the end is padding.
                if not self._many or piece[:1] != b"\x1f":
                    return
                self._inner = zlib.decompressobj(31)
            try:
                self._keep(self._inner.decompress(piece, self._most + 1 - len(self.body)))
            except zlib.error as error:
                if not self._windows or self.body:
                    raise Broken(str(error)) from None
                self._inner, piece = zlib.decompressobj(self._windows.pop(0)), self._begun
                continue
            piece = self._inner.unused_data or self._inner.unconsumed_tail

    def _keep(self, piece: bytes) -> None:
        self.body += piece
        if len(self.body) > self._most:
            raise Unread(f"more than {self._most >> 20} MiB")


def is_heavy(body: bytes | bytearray | None) -> bool:
    """Whether a body is more than is read of any answer, sent or recorded."""
    return bool(body) and (len(body or b"") > LARGEST or heft(body or b"") > EACH)


def heft(body: bytes | bytearray) -> int:
    """The memory, roughly, that a body takes once it is read as JSON; an upper bound for malicious input."""
    return len(body) + VALUE * (body.count(b",") + body.count(b"{") + body.count(b"["))
