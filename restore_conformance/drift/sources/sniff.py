"""Recognises from the bytes of a source what kind of source it is. Opens no file and judges no content."""

from __future__ import annotations

import codecs
import enum
import re

from restore_conformance.drift.sources.broken import SourceBroken, shown

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
        return SourceKind.OPENAPI if re.search(r'"(openapi|swagger)"\s*:', text) else SourceKind.BEHAVIOUR
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
