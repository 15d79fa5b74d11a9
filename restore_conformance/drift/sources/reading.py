"""One source, read: what kind it is by its bytes, where it came from, and its facts in the normal form.

Knows nothing of comparing.
"""

from __future__ import annotations

import codecs
import enum
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from restore_conformance.drift.sources import csdl, page, pinned_page, pinned_types
from restore_conformance.drift.sources.broken import SourceBroken, shown
from restore_conformance.drift.sources.fetch import Fetched, fetch
from restore_conformance.drift.sources.metadata import Api, Metadata
from restore_conformance.drift.sources.openapi import read_openapi
from restore_conformance.drift.sources.page_facts import PageFacts

if TYPE_CHECKING:
    from restore_conformance.drift.sources.behaviour import Behaviour

_LOOK = 1 << 16


class SourceKind(enum.StrEnum):
    """What a source can be."""

    CSDL = "csdl"
    OPENAPI = "openapi"
    PAGE = "page"
    BEHAVIOUR = "behaviour"
    PINNED = "pinned"


_WORDS = {
    SourceKind.CSDL: "a metadata document (CSDL)",
    SourceKind.OPENAPI: "an OpenAPI document",
    SourceKind.PAGE: "a documentation page",
    SourceKind.BEHAVIOUR: "recorded exchanges",
    SourceKind.PINNED: "the pinned contract",
}


def label(kind: SourceKind) -> str:
    """The kind in words, for messages."""
    return _WORDS[kind]


_OPENAPI_BRACED = re.compile(r"\{\s*['\"]?(components|definitions|info|paths|servers|tags|x-[\w-]+)['\"]?\s*:")
"""How JSON, or YAML in braces, of OpenAPI begins whose version may stand far behind, as where members are sorted."""


def sniff(head: bytes, where: str) -> SourceKind:
    """The kind of a source from its first 64 KiB.

    Raises SourceBroken for HTML, binary data, and text of any other kind.
    """
    head = head[:_LOOK]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head.decode("utf-16", "replace")
    else:
        if b"\x00" in head or head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"%PDF")):
            raise SourceBroken(where, "binary data", "text", "unpack it, or fetch it again")
        text = head.decode("utf-8-sig", "replace")
    start = text.lstrip()
    if not start:
        raise SourceBroken(where, "nothing but white space", "a document")
    low = start[:2000].lower()
    if re.search(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", low):
        raise SourceBroken(
            where,
            f"a web page in HTML ({shown(start)!r})",
            "metadata, OpenAPI, the text of a page, or exchanges",
            "see whether the address now wants a sign-in, or fetch the document itself",
        )
    if start.startswith("<") and not start.startswith("<!--"):
        return SourceKind.CSDL
    if start.startswith("<!--") and re.search(r"<\?xml|<edmx:Edmx|<Schema[\s>]", start):
        return SourceKind.CSDL
    if start.startswith("{"):
        is_openapi = _OPENAPI_BRACED.match(start) or re.search(r"[{,]\s*['\"]?(openapi|swagger)['\"]?\s*:", text)
        return SourceKind.OPENAPI if is_openapi else SourceKind.BEHAVIOUR
    if start.startswith("["):
        return SourceKind.BEHAVIOUR
    if re.search(r"^['\"]?(openapi|swagger)['\"]?\s*:", text, re.MULTILINE):
        return SourceKind.OPENAPI
    if re.search(r"^interactions\s*:", text, re.MULTILINE):
        return SourceKind.BEHAVIOUR
    if re.search(r"^(paths|components|info|servers)\s*:\s*$", text, re.MULTILINE):
        return SourceKind.OPENAPI
    if _looks_like_a_page(text):
        return SourceKind.PAGE
    raise SourceBroken(
        where,
        f"text of no known kind ({shown(start)!r})",
        "metadata, OpenAPI, a documentation page, or exchanges",
    )


def _looks_like_a_page(text: str) -> bool:
    marks = (
        r"^\s*#{0,3}\s*HTTP request\s*$",
        r"^\s*(GET|POST|PATCH|PUT|DELETE) (/|https?://)\S+",
        r"^\s*#{0,3}\s*(Permissions|Request headers|Request body|Response)\s*$",
        r"^Namespace: ",
        r"^(title|ms\.\w+|description):",
        r"^#{1,3} \S",
        r"^\|.*\|.*\|",
    )
    return sum(bool(re.search(mark, text, re.MULTILINE | re.IGNORECASE)) for mark in marks) >= 2


LARGEST = {SourceKind.CSDL: 32 * 1024 * 1024, SourceKind.BEHAVIOUR: 16 * 1024 * 1024}
"""Bytes of a document that is read whole; that of a page is smaller, and OpenAPI is read piece by piece."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A source with its facts; only those of its kind are set. `pages` are those that `schemas/` restates."""

    kind: SourceKind
    where: str
    checksum: str = ""
    metadata: Metadata | None = None
    page: PageFacts | None = None
    api: Api | None = None
    behaviour: Behaviour | None = None
    pages: tuple[tuple[str, PageFacts], ...] = ()


def read_source(source: str, *, area: str = "auto", cache: Path | None = None) -> Reading:
    """The facts of a file or address. Raises SourceBroken for anything implausible or unreadable."""
    fetched = fetch(source, cache=cache)
    with fetched.path.open("rb") as file:
        kind = sniff(file.read(1 << 16), source)
    if fetched.size > LARGEST.get(kind, fetched.size):
        raise SourceBroken(
            source, f"{fetched.size} bytes", f"at most {LARGEST[kind] >> 20} MiB of this kind",
            "name a smaller part of it"
        )  # fmt: skip
    try:
        return _read(kind, fetched, area)
    except (RecursionError, MemoryError) as error:
        raise SourceBroken(
            source, f"nesting or size beyond any sound document ({type(error).__name__})", "less"
        ) from None


def _read(kind: SourceKind, fetched: Fetched, area: str) -> Reading:
    where, checksum = fetched.where, fetched.checksum
    match kind:
        case SourceKind.CSDL:
            return Reading(kind, where, checksum, metadata=csdl.read(fetched.read(), where, area))
        case SourceKind.OPENAPI:
            api = read_openapi(fetched.path, where)
            return Reading(kind, where, checksum, metadata=api.metadata, api=api)
        case SourceKind.BEHAVIOUR:
            # Late, as comparing it is: what reads recordings takes longer to load than a night without one.
            from restore_conformance.drift.sources.behaviour import read_behaviour

            return Reading(kind, where, checksum, behaviour=read_behaviour(fetched.path, where))
        case _:
            folder = fetched.path.parent if os.path.exists(where) else None
            return Reading(SourceKind.PAGE, where, checksum, page=page.read(fetched.read(), where, folder))


def read_pinned(schemas: Path) -> Reading:
    """The contract as `schemas/` pins it: types and the pages of its operations, that of create first."""
    pages = pinned_page.read_all(schemas)
    return Reading(
        SourceKind.PINNED,
        "pinned",
        metadata=pinned_types.read(schemas / "types"),
        page=pages["create"] if "create" in pages else pinned_page.read(schemas / "create"),
        pages=tuple(pages.items()),
    )


def with_edition(pinned: Reading, edition: pinned_page.Edition) -> Reading:
    """The pinned contract with what an edition adds."""
    pages = tuple(
        (name, pinned_page.with_additions(page, edition.additions[name]) if name in edition.additions else page)
        for name, page in pinned.pages
    )
    return replace(pinned, where=edition.name, pages=pages, page=dict(pages).get("create", pinned.page))
