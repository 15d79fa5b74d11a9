"""Reads a documentation page, markdown or rendered text, into its facts and the fingerprint of every statement.

What cannot be parsed is still kept as a statement, so no rewording goes unseen. Judges nothing.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from restore_conformance.drift.sources import page_rows as rows
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.page_facts import (
    ErrorFacts,
    Example,
    HeaderFacts,
    PageFacts,
    Permission,
    PropertyFacts,
    Statement,
    fingerprint,
    sentences,
)
from restore_conformance.drift.sources.page_layout import MAX_LINES, Block, Shape, blocks

MAX_BYTES = 1_000_000
_SITE = frozenset({"feedback", "additional resources"})
_TITLE = re.compile(r"[A-Z][a-z]+ [a-z]+(?:[A-Z]\w*)+|[a-zA-Z]\w* (?:resource|complex|enum(?:eration)?) type")
_ERRORS = re.compile(r".{3,80}\berrors$", re.IGNORECASE)
_MEMBERS = frozenset({"properties", "relationships"})


@dataclass(slots=True)
class _Draft:
    """What has been read so far; state because a page is read from top to bottom."""

    where: str
    title: str = ""
    namespace: str | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, HeaderFacts] | None = None
    permissions: dict[str, Permission] | None = None
    clouds: dict[str, bool] | None = None
    properties: dict[str, PropertyFacts] | None = None
    errors: dict[str, ErrorFacts] = field(default_factory=dict)
    tables: dict[str, dict[str, ErrorFacts]] = field(default_factory=dict)
    table: str = ""
    answer: list[str] = field(default_factory=list)
    examples: list[tuple[str, list[str]]] = field(default_factory=list)
    statements: dict[str, dict[str, Statement]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    section: str = "introduction"
    heading: str = ""
    head: tuple[str, ...] = ()

    def say(self, text: str, owner: str = "") -> None:
        """Keep the sentences of a text, once each per section; what the site puts around a page is not a statement."""
        if self.section in _SITE:
            return
        statements = self.statements.setdefault(self.section, {})
        for sentence in sentences(text):
            mark = fingerprint(sentence)
            statements.setdefault(mark, Statement(mark, sentence, owner))

    def cell(self, text: str, owner: str) -> None:
        """Keep one table cell."""
        if text:
            mark = fingerprint(text)
            self.statements.setdefault(self.section, {}).setdefault(mark, Statement(mark, text, owner))


def decode(data: bytes, where: str) -> str:
    """The text of a source in UTF-8 or UTF-16. Raises SourceBroken for anything else."""
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceBroken(where, f"bytes that are not UTF-8 at offset {error.start}", "text in UTF-8") from None
    if "\x00" in text:
        raise SourceBroken(where, "NUL characters", "text")
    return text


def read(data: bytes, where: str, folder: Path | None = None) -> PageFacts:
    """The facts of a page; `folder` is where its includes are looked for.

    Raises SourceBroken for a page that breaks off or that has neither an operation nor a list of errors.
    """
    if len(data) > MAX_BYTES:
        raise SourceBroken(where, f"{len(data)} bytes", f"a page of at most {MAX_BYTES}")
    draft = _Draft(where)
    text = decode(data, where)
    if len(text.splitlines()) > MAX_LINES:
        raise SourceBroken(where, f"more than {MAX_LINES} lines", "a page, which has some hundreds")
    laid = blocks(text, folder)
    for block in laid:
        _take(draft, block)
    if laid and laid[-1].cut:
        raise SourceBroken(where, "a listing that breaks off at the end", "the whole page")
    return _finish(draft)


def _take(draft: _Draft, block: Block) -> None:
    if block.shape is not Shape.ROW:
        draft.head = ()
    match block.shape:
        case Shape.SECTION:
            draft.section = block.text.casefold()
            draft.section = "examples" if draft.section == "example" else draft.section
            draft.heading = ""
        case Shape.HEADING:
            _heading(draft, block.text)
        case Shape.INCLUDE:
            draft.unread.add(draft.section)
        case Shape.CODE:
            _code(draft, block.text)
        case Shape.ROW:
            _row(draft, block.cells)
        case Shape.PARAGRAPH:
            _paragraph(draft, block.text)


def _heading(draft: _Draft, text: str) -> None:
    draft.heading = text
    draft.table = text if _ERRORS.match(text) else draft.table
    if draft.section == "introduction":
        draft.title = draft.title or text
    elif draft.section == "examples":
        draft.say(text, f"example:{rows.example_name(text)}")
        if text.casefold() not in ("request", "response"):
            draft.examples.append((text, []))
    else:
        draft.say(text)


def _code(draft: _Draft, text: str) -> None:
    if draft.section == "http request":
        draft.calls += [(method, path_of(address)) for method, address in CALL.findall(text)]
    elif draft.section == "examples":
        if not draft.examples:
            draft.examples.append((draft.heading or "Example", []))
        draft.examples[-1][1].append(text)
        for comment in comments(text):
            draft.say(comment)


def _paragraph(draft: _Draft, text: str) -> None:
    draft.table = text if _ERRORS.match(text) else draft.table
    spaced = re.match(r"^Namespace:\s*(\S+)$", text)
    if spaced:
        draft.namespace = spaced.group(1)
    if draft.section == "introduction" and not draft.title and _TITLE.fullmatch(text):
        draft.title = text
        return
    if draft.section == "response":
        draft.answer.append(text)
    before, answer = "", draft.section == "response"
    for sentence in sentences(text):
        error = rows.error_sentence(sentence, draft.heading if draft.section != "introduction" else "", before)
        if error:
            draft.errors.setdefault(*error)
        owner = "success" if answer and rows.success(sentence)[0] else ""
        draft.say(sentence, f"error:{error[0]}" if error else owner)
        before = sentence


def _row(draft: _Draft, cells: tuple[str, ...]) -> None:
    if not draft.head:
        draft.head = cells
        low = [cell.casefold() for cell in cells]
        owner = "clouds" if any("l4" in cell for cell in low) else "table head"
        for cell in cells:
            draft.cell(cell, owner)
        return
    owner = _fact_row(draft, cells)
    for cell in cells:
        draft.cell(cell, owner)


def _fact_row(draft: _Draft, cells: tuple[str, ...]) -> str:
    """Reads one row by the head of its table; the answer names the fact it belongs to."""
    low = [cell.casefold() for cell in draft.head]
    if any("us government l4" in cell for cell in low):
        draft.clouds = {rows.cloud(name): rows.cloud_cell(cell) for name, cell in zip(draft.head, cells, strict=False)}
        return "clouds"
    if low[0].startswith("permission type"):
        kind = rows.caller(cells[0])
        ordered = any("least to most" in cell for cell in low)
        draft.permissions = draft.permissions or {}
        draft.permissions[kind] = rows.permission_row(cells, ordered=ordered)
        return f"permission:{kind}"
    if draft.section == "request headers" and len(cells) >= 2:
        name = cells[0].rstrip(":")
        draft.headers = draft.headers or {}
        draft.headers[name] = rows.header_row(cells[-1])
        return f"header:{name}"
    listed = draft.section == "request body" or draft.section in _MEMBERS
    if low[0] in ("property", "parameter", "name", "relationship") and len(cells) >= 3 and listed:
        namespace = draft.namespace or "microsoft.graph"
        draft.properties = draft.properties or {}
        draft.properties[cells[0]] = rows.property_row(cells[1], cells[2], namespace)
        return f"property:{cells[0]}"
    error = rows.error_row(draft.head, cells)
    if error:
        draft.errors.setdefault(*error)
        draft.tables.setdefault(rows.error_table(draft.table), {}).setdefault(*error)
        return f"error:{error[0]}"
    return ""


def _finish(draft: _Draft) -> PageFacts:
    status, result = rows.success(" ".join(draft.answer))
    method = draft.calls[0][0] if draft.calls else ""
    errors = draft.errors
    resource = "" if draft.calls else rows.resource_name(draft.title, draft.namespace or "microsoft.graph")
    if not draft.calls:
        errors = draft.tables.get("create") or errors
    if not draft.calls and not (resource and draft.properties) and sum(bool(e.code) for e in errors.values()) < 2:
        raise SourceBroken(
            draft.where,
            "no request line under a heading HTTP request, no table of errors, and no properties of a type",
            "the page of one operation, the list of errors, or the page of a type",
            "see whether the page is whole and is the one that was meant",
        )
    if draft.calls and not status:
        raise SourceBroken(
            draft.where,
            "no status of success under the heading Response",
            "a page with all of its sections",
            "see whether the page breaks off",
        )
    examples = tuple(example(title, code, draft.where) for title, code in draft.examples if code)
    bodies = [example.response is not None for example in examples]
    if bodies and not bodies[-1] and any(bodies) and not examples[-1].unparsed:
        raise SourceBroken(
            draft.where, f"the answer of {examples[-1].title!r} without its body, at the end", "the whole page"
        )
    return PageFacts(
        draft.title,
        draft.namespace,
        method,
        tuple(dict.fromkeys(path for _, path in draft.calls)),
        status,
        result,
        draft.headers if draft.headers or "request headers" not in draft.unread else None,
        draft.permissions if draft.permissions or "permissions" not in draft.unread else None,
        draft.clouds if draft.clouds or not draft.unread & {"introduction"} else None,
        draft.properties if draft.properties or "request body" not in draft.unread else None,
        errors,
        examples,
        {section: tuple(by_mark.values()) for section, by_mark in draft.statements.items()},
        frozenset(draft.unread),
        draft.tables if not draft.calls and not resource else {},
        resource,
    )


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
