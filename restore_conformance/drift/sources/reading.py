"""One source, read: what kind it is, where it came from, and its facts in the normal form.

Chooses the reader by content. Knows nothing of comparing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from restore_conformance.drift.sources import csdl, page, pinned_page, pinned_types
from restore_conformance.drift.sources.api import Api
from restore_conformance.drift.sources.behaviour import Behaviour, read_behaviour
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.fetch import Fetched, fetch
from restore_conformance.drift.sources.metadata import Metadata
from restore_conformance.drift.sources.openapi_reader import read_openapi
from restore_conformance.drift.sources.page_facts import PageFacts
from restore_conformance.drift.sources.sniff import SourceKind, sniff
from restore_conformance.targets.coding import ALL, heft

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
            data = fetched.read()
            if heft(data) > ALL:
                raise SourceBroken(where, "more values than any recording", "fewer in one file")
            return Reading(kind, where, checksum, behaviour=read_behaviour(data, where))
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
