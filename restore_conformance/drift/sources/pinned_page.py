"""Reads a folder of `schemas/` (such as `schemas/create`) as the page it restates, and its clauses' fingerprints.

What a known edition has beyond the pinned pages is a file of `schemas/baselines`; there may be none. Compares nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.metadata import Metadata
from restore_conformance.drift.sources.page_facts import (
    MARK,
    ErrorFacts,
    Example,
    HeaderFacts,
    PageFacts,
    Permission,
    PropertyFacts,
    Statement,
)

PINNED = "pinned"
"""The name of the pinned edition, where `editions.toml` gives it no other."""


def read(folder: Path) -> PageFacts:
    """The pinned page. Raises SourceBroken where the folder has no readable `page.toml`."""
    facts = _toml(folder / "page.toml")
    try:
        return _page(facts, folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SourceBroken(
            str(folder / "page.toml"),
            f"no pinned page ({type(error).__name__}: {error})",
            "the facts of one page",
            "restore it from version control",
        ) from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SourceBroken(
            str(path), f"no readable TOML ({error})", "the pinned page", "restore it from version control"
        ) from None


def read_all(schemas: Path) -> dict[str, PageFacts]:
    """Every page that `schemas/` restates, by operation; each knows the error tables of all of them."""
    pages = {path.parent.name: read(path.parent) for path in sorted(schemas.glob("*/page.toml"))}
    tables = {name: page.errors for name, page in pages.items() if page.errors}
    return {name: replace(page, tables=tables) for name, page in pages.items()}


def of_type(metadata: Metadata, name: str) -> PageFacts:
    """What the page of a type would list by the types that are pinned; a type that is not pinned has no property."""
    rows = {
        member.name: PropertyFacts(
            member.type, values=tuple(value.name for value in facts.values) if facts is not None else ()
        )
        for member in metadata.effective(name).values()
        for facts in [metadata.types.get(member.target)]
    }
    return PageFacts(properties=rows, resource=name, restated=True)


def clauses(folder: Path) -> dict[str, list[str]]:
    """Fingerprint to the ids of the clauses that rest on it; empty where the folder has no clauses."""
    resting: dict[str, list[str]] = {}
    for address, clause in _clauses(folder).items():
        marks = clause.get("fingerprint") or []
        for mark in marks if isinstance(marks, list) else [marks]:
            resting.setdefault(mark, []).append(address)
    return resting


def clause_words(schemas: Path) -> dict[str, str]:
    """What each clause says, in the suite's words, by its id."""
    return {
        address: str(clause["says"])
        for path in sorted(schemas.glob("*/clauses.toml"))
        for address, clause in _clauses(path.parent).items()
        if "says" in clause
    }


def _clauses(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "clauses.toml"
    return {
        f"{folder.name}/{heading}.{name}": clause
        for heading, entries in (_toml(path) if path.is_file() else {}).items()
        for name, clause in (entries.items() if isinstance(entries, dict) else ())
        if isinstance(clause, dict)
    }


def property_facts(rows: Iterable[Mapping[str, Any]]) -> dict[str, PropertyFacts]:
    """The rows of a property table by name; a condition in the vendor's words stands there by its fingerprint."""
    return {
        row["name"]: PropertyFacts(
            row["type"], row.get("required"), tuple(row.get("values", ())), row.get("default"), words(row, "condition")
        )
        for row in rows
    }


def words(row: Mapping[str, Any], name: str) -> str:
    """The suite's words as they stand, the vendor's by their fingerprint."""
    return str(row.get(name) or (MARK + row[f"{name}_mark"] if f"{name}_mark" in row else ""))


def _page(facts: dict[str, Any], folder: Path) -> PageFacts:
    kind = facts["type"]
    return PageFacts(
        facts["title"],
        kind.rpartition(".")[0],
        facts["http"]["method"],
        (facts["http"]["path"],),
        facts["success"]["status"],
        facts["success"]["type"].rpartition(".")[2],
        {row["name"]: HeaderFacts(row["value"], row["required"]) for row in facts.get("header", [])},
        {
            row["caller"]: Permission(
                row.get("supported", True), tuple(row.get("least", ())), tuple(row.get("higher", ()))
            )
            for row in facts.get("permission", [])
        },
        dict(facts["clouds"]) if "clouds" in facts else None,
        _properties(facts, folder),
        {
            f"{status} {row.get('code') or row['defect']}": ErrorFacts(status, row.get("code", ""), (row["defect"],))
            for row in facts.get("error", [])
            if row.get("row")
            for status in row["status"]
        },
        tuple(
            Example(
                row["name"],
                facts["http"]["method"],
                facts["http"]["path"],
                json.loads((folder / row["request"]).read_text(encoding="utf-8")),
                row["status"],
                json.loads((folder / row["response"]).read_text(encoding="utf-8")),
            )
            for row in facts.get("example", [])
            if row.get("origin") == "printed"
        ),
        {heading: tuple(Statement(mark) for mark in marks) for heading, marks in facts.get("fingerprints", {}).items()},
        restated=True,
    )


def _properties(facts: dict[str, Any], folder: Path) -> dict[str, PropertyFacts] | None:
    """The rows of the property table; where only the request is restated its names, and None where neither is."""
    if "property" in facts:
        return property_facts(facts["property"])
    path = folder / "request.json"
    if not path.is_file():
        return None
    names = json.loads(path.read_text(encoding="utf-8")).get("properties", {})
    return {name.partition("@")[0]: PropertyFacts("") for name in names if name.partition("@")[0]}


@dataclass(frozen=True, slots=True)
class Edition:
    """One known edition: its name, what it brought in our own words, and its additions by operation."""

    name: str
    says: str
    additions: Mapping[str, Mapping[str, Any]]


def editions(schemas: Path) -> tuple[Edition, ...]:
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
            with_additions(PageFacts(), operation)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SourceBroken(
            str(path),
            f"no known edition ({type(error).__name__}: {error})",
            "a name, and tables of what its pages add",
            "restore it from version control",
        ) from None
    return edition


def with_additions(page: PageFacts, more: Mapping[str, Any]) -> PageFacts:
    """A page with what an edition adds to it."""
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
