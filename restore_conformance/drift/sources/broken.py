"""The one exception of the readers: a source that cannot be believed. Knows nothing of any format."""

from __future__ import annotations


class SourceBroken(Exception):
    """A source is missing, damaged or implausible: an error (exit 3), never drift and never silence.

    `where` is the file or address, `found` what stood there, `expected` what a sound source has and
    `advice` what the reader of the message can do about it.
    """

    def __init__(self, where: str, found: str, expected: str, advice: str = "") -> None:
        self.where = where
        self.found = found
        self.expected = expected
        self.advice = advice or "fetch it again, and compare with yesterday's copy if it stays so"
        super().__init__(f"{where}: source broken: found {found}; expected {expected}; {self.advice}.")


def shown(text: str, limit: int = 60) -> str:
    """A piece of a source for a message: one line, printable, at most `limit` characters."""
    line = "".join(c if c.isprintable() else " " for c in text[: limit * 2])
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
