"""Fingerprints of the vendor's sentences, so that the project need not keep a copy of them.

Knows only text: which page a sentence stands on and what depends on it is data in `schemas/`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[A-Z\"'`(])")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)")
_MARKS = re.compile(r"[*`_]{1,3}(?=\S)|(?<=\S)[*`_]{1,3}")


MARK = "fingerprint:"
"""The prefix of a fingerprint of words that are not stored."""


def says_the_same(left: str, right: str) -> bool:
    """Whether two pieces of wording are the same; either may be stored as its fingerprint alone."""
    if left.startswith(MARK) != right.startswith(MARK):
        stored, words = (left, right) if left.startswith(MARK) else (right, left)
        return stored == MARK + fingerprint(words)
    return left.casefold() == right.casefold()


def normalise(text: str) -> str:
    """The text without what rendering changes: links, emphasis, spacing, typographic quotes, the final stop."""
    text = _LINK.sub(r"\1", unicodedata.normalize("NFKC", text))
    text = _MARKS.sub("", text).replace("’", "'").replace("“", '"').replace("”", '"')
    return " ".join(text.split()).rstrip(".").casefold()


def fingerprint(sentence: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a normalised sentence or table cell."""
    return hashlib.sha256(normalise(sentence).encode()).hexdigest()[:16]


def sentences(paragraph: str) -> Iterator[str]:
    """The sentences of one paragraph of prose."""
    for part in _SENTENCE_END.split(paragraph.strip()):
        if normalise(part):
            yield part
