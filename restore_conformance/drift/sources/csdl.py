"""Reads a `$metadata` document, whole or a slice, into the normal form: the entry to everything about CSDL.

Chooses between the restore area and the whole; knows nothing of what a change means.
"""

from __future__ import annotations

from restore_conformance.drift.sources.area import AREA_ROOTS, WHOLE_DOCUMENT, cut, roots, whole
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.csdl_document import Document
from restore_conformance.drift.sources.metadata import Metadata, TypeFacts
from restore_conformance.drift.sources.xml_tree import parse


def read(data: bytes, where: str, area: str = "auto") -> Metadata:
    """The facts of a metadata document.

    `area` is "restore" (the types reachable from the backup service's root and the restore sessions), "all", or
    "auto": "restore" for a document of the whole service that has them, "all" for a slice.
    Raises SourceBroken for anything but a sound metadata document.
    """
    document = Document(parse(data, where), where)
    count = len(list(document.type_names))
    has_area = bool(roots(document.type_names))
    if area == "restore" and not has_area:
        raise SourceBroken(
            where,
            found=f"{count} types and no {AREA_ROOTS[0]} among them",
            expected="the backup service's root and its restore sessions",
            advice="compare the whole document with --area all if that is intended",
        )
    narrow = area == "restore" or (area == "auto" and has_area and count >= WHOLE_DOCUMENT)
    metadata = cut(document) if narrow else whole(document)
    _check_chains(metadata, where)
    return metadata


def _check_chains(metadata: Metadata, where: str) -> None:
    ending: set[str] = set()  # whose chain was followed to its end, so that none is followed twice
    for name in metadata.types:
        seen: set[str] = set()
        current: TypeFacts | None = metadata.types[name]
        while current is not None and current.base and current.name not in ending:
            if current.name in seen:
                raise SourceBroken(
                    where, found=f"{name} among its own base types", expected="base types that end somewhere"
                )
            seen.add(current.name)
            current = metadata.types.get(current.base)
        ending |= seen
