"""Keeps broken sources apart from drift: a document that lost most of what it declared is refused.

Small slices are accepted more readily, since one real removal may be most of a slice. What is judged is a share,
never a single change.
"""

from __future__ import annotations

from restore_conformance.contract.workload import AREA, SESSION_TYPE
from restore_conformance.drift.differences.lineage import Lineage
from restore_conformance.drift.sources.area import AREA_ROOTS, roots
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.metadata import Api, Metadata
from restore_conformance.drift.sources.page_facts import PageFacts
from restore_conformance.drift.sources.reading import Reading, label

SLICE_TYPES = 12
"""With so few types on one side, the other side may well be empty: the slice holds one added or removed type."""
LARGE = 150
"""From so many members on, losing half of them is implausible."""

_ADVICE = "fetch it again; if it is really so, accept it with --accept-loss"


def check_area(old: Reading, new: Reading) -> None:
    """Raises SourceBroken where the older side holds the restore area and the newer document holds nothing of it.

    A document that never had the area did not lose it: it is another document, or half of one. Of two small slices
    either may hold anything.
    """
    if not _has_area(old) or _has_area(new):
        return
    declared = len(new.metadata.types) if new.metadata is not None else 0
    if max(len(old.metadata.types) if old.metadata is not None else 0, declared) > SLICE_TYPES:
        raise SourceBroken(
            new.where,
            f"{label(new.kind)} without the restore area ({declared} types, none of {', '.join(AREA_ROOTS)})",
            "the types and paths under /solutions/backupRestore",
            "see whether it is the document that was meant; if the area is really gone, say --accept-loss",
        )


def _has_area(reading: Reading) -> bool:
    types = reading.metadata.types if reading.metadata is not None else {}
    paths = reading.api.calls if reading.api is not None else {}
    return (
        bool(roots(types))
        or any(name.rpartition(".")[2] == SESSION_TYPE for name in types)
        or any(path.casefold().startswith(AREA.casefold()) for path in paths)
    )


def check_metadata(old: Metadata, new: Metadata, where: str) -> None:
    """Raises SourceBroken where the newer reading lost implausibly much of the older one."""
    if not new.types and not new.operations and len(old.types) + len(old.operations) > SLICE_TYPES:
        raise SourceBroken(where, "no type and no operation", f"about {len(old.types)} types", _ADVICE)
    if old.size >= LARGE and new.size * 2 < old.size:
        raise SourceBroken(
            where,
            f"{new.size} members and enum members in {len(new.types)} types",
            f"most of the {old.size} in {len(old.types)} types that were there",
            _ADVICE,
        )
    missing = {name for name in new.dangling if name in old.types and name not in new.types}
    if len(missing) >= max(5, len(old.types) / 5):
        raise SourceBroken(
            where,
            f"{len(missing)} types referred to and no longer declared, such as {sorted(missing)[0]}",
            "their declarations",
            _ADVICE,
        )
    before, after = Lineage(old), Lineage(new)
    shared = [name for name in old.types if name in new.types and old.types[name].size]
    emptied = [
        name
        for name in shared
        if not new.types[name].size
        and not (before.effective(name).keys() <= after.effective(name).keys() and not old.types[name].is_enum)
    ]
    if len(emptied) >= max(5, len(shared) / 4):
        raise SourceBroken(
            where, f"{len(emptied)} types without any of their members, such as {emptied[0]}", "their members", _ADVICE
        )


def check_page(old: PageFacts, new: PageFacts, where: str, *, pinned: bool = False) -> None:
    """Raises SourceBroken where the newer page lost whole tables, or is the page of something else.

    The pinned contract restates the page of the operation and the list of errors, so either may come next.
    """
    if _sort(old) != _sort(new) and not (pinned and new.is_error_list):
        raise SourceBroken(where, _sort(new), _sort(old))
    if new.resource:
        if new.resource != old.resource:
            raise SourceBroken(
                where, f"the page of {new.resource}", f"the page of {old.resource}",
                "name the page that was meant"
            )  # fmt: skip
        return
    if old.is_error_list or new.is_error_list:
        if len(old.errors) >= 4 and len(new.errors) * 2 < len(old.errors) and new.is_error_list:
            raise SourceBroken(where, f"{len(new.errors)} errors", f"most of the {len(old.errors)} there were", _ADVICE)
        return
    if old.method and not new.calls() & old.calls() and (pinned or new.result != old.result):
        raise SourceBroken(
            where,
            f"the page of {new.call}",
            "the page of an operation that schemas/ restates" if pinned else f"the page of {old.call}",
            "name the page that was meant",
        )
    parts = {
        "request headers": (old.headers, new.headers),
        "permissions": (old.permissions, new.permissions),
        "request body": (old.properties, new.properties),
        "examples": (old.examples, new.examples),
        "clouds": (old.clouds, new.clouds),
    }
    lost = [name for name, (was, now) in parts.items() if was and now is not None and not now]
    if len(lost) >= 2:
        raise SourceBroken(where, f"nothing under {' and '.join(lost)}", "the sections that were there", _ADVICE)


def _sort(page: PageFacts) -> str:
    if page.resource:
        return "the page of a type"
    return "a list of errors" if page.is_error_list else "the page of an operation"


def check_api(old: Api, new: Api, where: str) -> None:
    """Raises SourceBroken where the newer OpenAPI document breaks off or lost most of its paths."""
    if old.ends_whole and not new.ends_whole:
        raise SourceBroken(where, "an end in the middle of a line", "a whole last line")
    if old.calls and not new.calls:
        raise SourceBroken(where, "no path", f"about {len(old.calls)} paths", _ADVICE)
    if len(old.calls) >= 10 and len(new.calls) * 2 < len(old.calls):
        raise SourceBroken(where, f"{len(new.calls)} paths", f"most of the {len(old.calls)} there were", _ADVICE)
    if old.metadata.types and not new.metadata.types:
        raise SourceBroken(where, "no schema", f"about {len(old.metadata.types)}", _ADVICE)
