"""Reads the known editions of the documents: what each has beyond the pinned contract, as a baseline of its own.

An edition is a file of `schemas/baselines`; a folder without files is not an error. Compares nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.page_facts import ErrorFacts, Example, PageFacts, Statement
from restore_conformance.drift.sources.pinned_page import property_facts, words
from restore_conformance.drift.sources.reading import Reading

PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Edition:
    """One known edition: its name, what it brought in our own words, and its additions by operation."""

    name: str
    says: str
    additions: Mapping[str, Mapping[str, Any]]


def read(schemas: Path) -> tuple[Edition, ...]:
    """The known editions by name, oldest first. Raises SourceBroken for any other file."""
    return tuple(_edition(path) for path in sorted((schemas / "baselines").glob("*.toml")))


def name_of_pinned(schemas: Path) -> str:
    """What `editions.toml` calls the edition that is pinned, or "pinned" where it does not say."""
    try:
        table = tomllib.loads((schemas / "editions.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return PINNED
    entries = table.get("edition", [])
    named = [entry.get("name") for entry in entries if isinstance(entry, dict) and entry.get("pinned") is True]
    return str(named[0]) if named else PINNED


def _edition(path: Path) -> Edition:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        edition = Edition(table["name"], table.get("says", ""), {k: v for k, v in table.items() if isinstance(v, dict)})
        for operation in edition.additions.values():
            _added(PageFacts(), operation)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SourceBroken(
            str(path),
            f"no known edition ({type(error).__name__}: {error})",
            "a name, and tables of what its pages add",
            "restore it from version control",
        ) from None
    return edition


def with_edition(pinned: Reading, edition: Edition) -> Reading:
    """The pinned contract with what an edition adds."""
    pages = tuple(
        (name, _added(page, edition.additions[name]) if name in edition.additions else page)
        for name, page in pinned.pages
    )
    return replace(pinned, where=edition.name, pages=pages, page=dict(pages).get("create", pinned.page))


def _added(page: PageFacts, more: Mapping[str, Any]) -> PageFacts:
    properties = property_facts(more.get("property", ()))
    errors = {
        f"{row['status']} {row.get('code') or row['about'][0]}": ErrorFacts(
            row["status"], row.get("code", ""), tuple(row.get("about", ())), words(row, "condition")
        )
        for row in more.get("error", ())
    }
    examples = tuple(
        Example(
            words(row, "title"),
            page.method,
            page.paths[0] if page.paths else "",
            status=row["status"],
            digest=row["digest"],
            members=tuple(row.get("request", ())),
        )
        for row in more.get("example", ())
    )
    statements = {
        heading: (*page.statements.get(heading, ()), *(Statement(mark) for mark in marks))
        for heading, marks in more.get("fingerprints", {}).items()
    }
    return replace(
        page,
        properties={**(page.properties or {}), **properties} if properties else page.properties,
        errors={**page.errors, **errors},
        examples=(*page.examples, *examples),
        statements={**page.statements, **statements},
    )
