"""Reads the listings of a page as examples: a printed request with the answer that follows it.

JSON is read as people print it, with comments and commas that JSON does not have. Knows nothing of what it means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.page_facts import Example

CALL = re.compile(r"^(GET|POST|PUT|PATCH|DELETE)\s+(\S+)", re.MULTILINE)
_ANSWER = re.compile(r"^HTTP/[\d.]+\s+(\d{3})", re.MULTILINE)
_SERVICE = re.compile(r"^https?://[^/]+/(?:beta|v1\.0)(?=/)")
# What does not end goes up to the end of the listing, so that nothing is read twice.
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=\s*[}\]])', re.DOTALL)


def path_of(address: str) -> str:
    """The path of an address, without host, version and query."""
    return _SERVICE.sub("", address).split("?")[0].rstrip("/")


def example(title: str, code: list[str], where: str) -> Example:
    """Pairs a printed request with the answer that follows it under the same heading."""
    method, path, status = "", "", 0
    request: Any = None
    response: Any = None
    unparsed = ""
    for text in code:
        call, answer = CALL.search(text), _ANSWER.search(text)
        body = re.search(r"^\s*[\[{]", text, re.MULTILINE)
        parsed: Any = None
        if body:
            try:
                parsed = json.loads(_strict(text[body.start() :]))
            except (ValueError, RecursionError):
                unparsed += text[body.start() :]
        if answer:
            status, response = int(answer.group(1)), parsed
        elif call:
            method, path, request = call.group(1), path_of(call.group(2)), parsed
    if method and not status:
        raise SourceBroken(
            where, f"the request of {title!r} without its answer", "both", "see whether the page breaks off"
        )
    return Example(title, method, path, request, status, response, unparsed)


def _strict(text: str) -> str:
    """JSON without comments, and without the commas that comments leave at the end of a list."""

    def text_alone(piece: re.Match[str]) -> str:
        return piece.group() if piece.group().startswith('"') else ""

    return _PIECE.sub(text_alone, _PIECE.sub(lambda m: m.group() if m.group()[0] in '",' else "", text))


def comments(text: str) -> Iterator[str]:
    """The comments inside a listing, without their marks."""
    body = re.search(r"^\s*[\[{]", text, re.MULTILINE)
    for piece in _PIECE.findall(text[body.start() :]) if body else ():
        if piece.startswith("/"):
            yield piece.strip("/* \t\r\n")
