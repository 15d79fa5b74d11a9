"""The facts of a documentation page: what markdown, rendered text and `schemas/create` are all read into.

A part that is None is not known from this source (it stands in an include that was not at hand), which is not the
same as empty. Sentences are known by fingerprint, so that the project need not keep a copy of them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.drift.sources.metadata import nameless


@dataclass(frozen=True, slots=True)
class Permission:
    """What one kind of caller needs; `supported` is False where the page says it is not supported."""

    supported: bool
    least: tuple[str, ...] = ()
    higher: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """One row of the table of request headers."""

    value: str
    required: bool


@dataclass(frozen=True, slots=True)
class PropertyFacts:
    """One row of the property table; `required` is None where the row does not say."""

    type: str
    required: bool | None = None
    values: tuple[str, ...] = ()
    default: str | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """A documented error; `subject` are the identifiers its sentence or row names.

    `condition` is when the sentence says it happens; `cells` are the other cells of the row (message, description).
    """

    status: int
    code: str = ""
    subject: tuple[str, ...] = ()
    condition: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A printed request with its answer. JSON that does not parse is kept as text under `unparsed`.

    Of an example that is not kept in full there is its `digest`, and the `members` of its request.
    """

    title: str
    method: str = ""
    path: str = ""
    request: Any = None
    status: int = 0
    response: Any = None
    unparsed: str = ""
    digest: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or cell. `text` is empty where only the fingerprint is kept; `owner` is the fact it belongs to."""

    fingerprint: str
    text: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Everything one edition of a page says. `unread` are the sections of which an include was not at hand.

    Of a list of errors `tables` has every table, by the operation it is about (`delete`), or by its heading. A page
    that describes a type has its full name in `resource`, and its properties and relationships in `properties`.
    `restated` marks facts that `schemas/` keeps without a text: what it does not have there it does not know.
    """

    title: str = ""
    namespace: str | None = None
    method: str = ""
    paths: tuple[str, ...] = ()
    status: int = 0
    result: str = ""
    headers: Mapping[str, HeaderFacts] | None = None
    permissions: Mapping[str, Permission] | None = None
    clouds: Mapping[str, bool] | None = None
    properties: Mapping[str, PropertyFacts] | None = None
    errors: Mapping[str, ErrorFacts] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    statements: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    tables: Mapping[str, Mapping[str, ErrorFacts]] = field(default_factory=dict)
    resource: str = ""
    restated: bool = False

    @property
    def type(self) -> str:
        """The full name of the type the page is about, as far as the page says."""
        return self.resource or (f"{self.namespace or 'microsoft.graph'}.{self.result}" if self.result else "")

    @property
    def is_error_list(self) -> bool:
        """Whether the page lists errors and documents no operation."""
        return not self.method and not self.resource and bool(self.errors or self.tables)

    @property
    def call(self) -> str:
        """The call as one line: `PATCH /solutions/…/{id}`."""
        return " ".join([self.method, *self.paths[:1]])

    def calls(self) -> frozenset[str]:
        """The calls without the names of placeholders and without case, by which two pages are the same one."""
        return frozenset(f"{self.method} {nameless(path)}".casefold() for path in self.paths)


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
