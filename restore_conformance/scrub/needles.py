"""Finds any of many known values in a text, in each of the encodings a value may travel in.

A value is looked for as it is, JSON-escaped, URL-encoded, in hexadecimal, in base64 and base64url at all three
alignments, and across line ends. Finding costs one look-up a character, however many values are known.
"""

from __future__ import annotations

import base64
import binascii
import functools
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

SHORT = 8
"""Shorter values count only as whole words: a name of four letters must not eat into somebody's id."""

LEAST = 4
LONGEST = 256
"""Characters by which a needle is found; what a longer one goes on with is compared after that."""
MOST_ALIKE = 8
"""Needles kept that agree in all of them; of more, what they have in common is replaced."""
MOST = 100_000
"""Needles that are kept, some 40 MB of them: a server can name any number of people."""
OFTEN = 64
"""Characters of a run that is met again and again, such as an id."""
RUN = "A-Za-z0-9+/_-"
STRIDE, GRAM = 4, 5
"""A text is looked at every four characters: of eight characters in a row, five begin at one of those places."""
BLOCK = re.compile(f"[{RUN}]{{4}}")
BREAK = re.compile(r"(?:\s|\\r|\\n|\\t)+")


@dataclass(frozen=True, slots=True)
class Needle:
    """One spelling of a value: what to look for (lower case), how it is spelled, and the value itself."""

    text: str
    spelling: str
    value: str


def spellings(value: str) -> Iterator[Needle]:
    """Every spelling of a value."""
    seen = set()
    for name, text in [*_plain(value), *((name, "".join(text.split())) for name, text in _plain(value))]:
        if text.lower() not in seen and len(text) >= LEAST:
            seen.add(text.lower())
            yield Needle(text.lower(), name, value)
    if len(value) < SHORT:
        return
    raw = value.encode("utf-8", "surrogatepass")
    yield Needle(raw.hex(), "hex", value)
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode()
        whole = coded[4 if shift else 0 : len(coded) - (4 if (len(raw) + shift) % 3 else 0)]
        for text in {whole, whole.replace("+", "-").replace("/", "_")}:
            if len(text) >= LEAST:
                yield Needle(text.lower(), "base64", value)


def _plain(value: str) -> Iterator[tuple[str, str]]:
    yield "plain", value
    escaped = json.dumps(value)[1:-1]
    yield "plain", escaped
    yield "plain", json.dumps(value, ensure_ascii=False)[1:-1]
    yield "plain", escaped.replace("/", "\\/")
    for coded in (
        quote(value, safe="", errors="replace"),
        quote(value, errors="replace"),
        quote_plus(value, errors="replace"),
    ):
        yield "plain", coded
    if len(value) == 36 and value.count("-") == 4:
        yield "bare", value.replace("-", "")
    if value.isascii():
        yield "plain", "\0".join(value)  # UTF-16 as it looks when it is read as UTF-8
    for quote_too in (False, True):
        yield "plain", html.escape(value, quote=quote_too)
    if not value.isascii():
        yield "plain", value.encode("utf-8", "surrogatepass").decode("latin-1")


class _Bucket:
    """The needles that begin alike, by length: as many look-ups as there are lengths, however many needles."""

    __slots__ = ("_by_length",)

    def __init__(self) -> None:
        self._by_length: dict[int, dict[str, list[Needle]]] = {}

    def add(self, needle: Needle) -> None:
        key = needle.text[:LONGEST]
        same = self._by_length.setdefault(len(key), {}).setdefault(key, [])
        if len(same) < MOST_ALIKE:
            same.append(needle)
        elif len(same) == MOST_ALIKE:
            same.append(Needle(key, needle.spelling, needle.value))

    def at(self, low: str, at: int) -> Iterator[Needle]:
        """The needles that stand at a place of a text in lower case."""
        for length, needles in self._by_length.items():
            for needle in needles.get(low[at : at + length], ()):
                if low.startswith(needle.text, at):
                    yield needle


class Needles:
    """The known values. `stand_in` makes the placeholder of a value as it was met."""

    def __init__(self, stand_in: Callable[[str, str], str]) -> None:
        self._index: dict[int, dict[str, _Bucket]] = {LEAST: {}, SHORT: {}}
        self._grams: dict[str, set[int]] = {}
        self._stand_in = stand_in
        self.count = 0

    def add(self, value: str, *, every_spelling: bool = True) -> None:
        """Look for a value from now on. Past a bound nothing more is taken in, so that memory stays flat."""
        if len(value) < LEAST or self.count >= MOST:
            return
        for needle in spellings(value) if every_spelling else [Needle(value.lower(), "plain", value)]:
            head = SHORT if len(needle.text) >= SHORT else LEAST
            self._index[head].setdefault(needle.text[:head], _Bucket()).add(needle)
            if head == SHORT:
                for offset in range(STRIDE):
                    self._grams.setdefault(needle.text[offset : offset + GRAM], set()).add(offset)
            self.count += 1

    def replaced(self, text: str, within: Callable[[str], str]) -> str:
        """The text with every known value replaced; `within` scrubs what is found inside an encoded run."""
        if not self.count:
            return text
        text = _apply(text, self._spans(text, within))
        return self._across_lines(text, within) if "\n" in text or "\\n" in text else text

    def _across_lines(self, text: str, within: Callable[[str], str]) -> str:
        """Values broken by a line end, real or escaped, are found in the text without any white space.

        Where a line was broken at a blank, nobody can tell whose blank it was; so values are known without theirs, too.
        """
        kept: list[int] = []
        at = 0
        pieces = []
        for found in BREAK.finditer(text):
            pieces.append(text[at : found.start()])
            kept.extend(range(at, found.start()))
            at = found.end()
        pieces.append(text[at:])
        kept.extend(range(at, len(text)))
        joined = "".join(pieces)
        spans = [(kept[start], kept[end - 1] + 1, new) for start, end, new in self._spans(joined, within)]
        return _apply(text, spans)

    def _spans(self, text: str, within: Callable[[str], str]) -> list[tuple[int, int, str]]:
        low = text.lower()
        if len(low) != len(text):  # a few letters change their length: compare as they are then
            low = text
        found: list[tuple[int, int, str]] = []
        free = 0
        for at in self._hits(low):
            if at < free:
                continue
            fitting = [
                needle
                for head, index in self._index.items()
                if (bucket := index.get(low[at : at + head])) is not None
                for needle in bucket.at(low, at)
            ]
            for needle in sorted(fitting, key=lambda one: -len(one.text)):
                span = self._span(text, at, needle, within)
                if span is not None and span[0] >= (found[-1][1] if found else 0):
                    found.append(span)
                    free = span[1]
                    break
        return found

    def _hits(self, low: str) -> list[int]:
        """Where a needle may begin."""
        short, long, grams = self._index[LEAST], self._index[SHORT], self._grams
        near = [i for i in range(0, len(low) - GRAM + 1, STRIDE) if low[i : i + GRAM] in grams]
        places = (i - offset for i in near for offset in grams[low[i : i + GRAM]])
        hits = [at for at in places if at >= 0 and low[at : at + SHORT] in long]
        if short:
            hits += [i for i in range(len(low) - LEAST + 1) if low[i : i + LEAST] in short]
        hits.sort()
        return hits

    def _span(self, text: str, at: int, needle: Needle, within: Callable[[str], str]) -> tuple[int, int, str] | None:
        end = at + len(needle.text)
        if needle.spelling == "base64":
            return _inside(text, at, end, within)
        if len(needle.value) < SHORT and (_letter(text, at - 1) or _letter(text, end)):
            return None
        met = text[at:end]
        if needle.spelling == "bare":
            return at, end, self._stand_in(needle.value, needle.value).replace("-", "")
        if needle.spelling == "hex":
            return at, end, self._stand_in(needle.value, needle.value).encode().hex()
        same = needle.text == needle.value.lower()
        return at, end, self._stand_in(needle.value, met if same else needle.value)


def _letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isalnum()


def _inside(text: str, at: int, end: int, within: Callable[[str], str]) -> tuple[int, int, str] | None:
    """The base64 run around a hit, decoded, scrubbed and coded again; None where that changes nothing."""
    run = re.compile(f"[{RUN}]*")
    left = at
    while left >= 4 and BLOCK.fullmatch(text, left - 4, left):
        left -= 4
    tail = run.match(text, end)
    right = tail.end() if tail else end
    stop = right
    while stop < len(text) and text[stop] == "=" and stop - right < 2:
        stop += 1
    coded = text[left:right]
    url = "-" in coded or "_" in coded
    try:
        raw = base64.b64decode(coded.replace("-", "+").replace("_", "/") + "=" * (-len(coded) % 4))
    except (binascii.Error, ValueError):
        raw = base64.b64decode(coded[: len(coded) - len(coded) % 4].replace("-", "+").replace("_", "/"))
    try:
        plain, coding = raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        plain, coding = raw.decode("latin-1"), "latin-1"
    scrubbed = within(plain)
    if scrubbed == plain:
        return None
    made = base64.b64encode(scrubbed.encode(coding, "replace")).decode()
    if url:
        made = made.replace("+", "-").replace("/", "_")
    return left, stop, made if stop > right else made.rstrip("=")


def _apply(text: str, spans: list[tuple[int, int, str]]) -> str:
    if not spans:
        return text
    pieces, at = [], 0
    for start, end, new in spans:
        pieces += [text[at:start], new]
        at = end
    return "".join(pieces) + text[at:]


def decoded(run: str) -> str | None:
    """The text in a base64 run, or None where it holds no readable text."""
    return _short(run) if len(run) <= OFTEN else _decoded(run)


@functools.lru_cache(maxsize=10_000)
def _short(run: str) -> str | None:
    return _decoded(run)


def _decoded(run: str) -> str | None:
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return text if text.isprintable() or all(c.isprintable() or c in "\r\n\t" for c in text) else None


def encoded(text: str, like: str) -> str:
    """Text in base64, in the alphabet and with the padding of another run."""
    made = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    if "-" in like or "_" in like:
        made = made.replace("+", "-").replace("/", "_")
    return made if like.endswith("=") else made.rstrip("=")
