"""Joins changes of several sources that are the same fact, and says who moved first and by how many days.

A page says `siteRestoreArtifact/destinationType` where metadata declares it on a base type: both are one fact.
Knows changes and base chains; reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from restore_conformance.drift.change import Change
from restore_conformance.sources.metadata import Metadata

_MEANING = {
    "property_added": "member added", "navigation_added": "member added", "page_property_added": "member added",
    "page_example_member_added": "member added", "behaviour_member_undocumented": "member added",
    "property_removed": "member removed", "navigation_removed": "member removed",
    "page_property_removed": "member removed",
    "page_example_member_removed": "member removed",
    "behaviour_member_unseen": "member removed",
    "property_type_changed": "member retyped", "navigation_type_changed": "member retyped",
    "page_property_type_changed": "member retyped", "behaviour_type_undocumented": "member retyped",
    "enum_member_added": "value added", "behaviour_enum_member_undocumented": "value added",
    "enum_member_removed": "value removed", "behaviour_enum_member_unseen": "value removed",
    "type_added": "type added", "type_removed": "type removed",
    "page_error_added": "error added", "behaviour_code_undocumented": "error added",
    "page_error_removed": "error removed", "behaviour_code_unseen": "error removed",
    "page_status_changed": "status changed", "behaviour_status_undocumented": "status changed",
    "response_added": "status changed",
}  # fmt: skip
_FAMILY = {
    "csdl": "metadata",
    "openapi": "metadata",
    "pinned": "metadata",
    "page": "page",
    "behaviour": "service",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact and the changes that tell of it, by source; `days` is None where fewer than two dates are known."""

    path: str
    meaning: str
    changes: Mapping[str, tuple[str, ...]]
    first: str | None = None
    days: int | None = None

    @property
    def only(self) -> str | None:
        """`page`, `metadata` or `service` where only that one tells of it."""
        families = {_FAMILY.get(source, source) for source in self.changes}
        return families.pop() if len(families) == 1 else None


def join(
    changes: Iterable[Change], metadata: Metadata | None = None, seen: Mapping[str, date] | None = None
) -> list[Fact]:
    """The facts behind the changes; `seen` gives the day each change id was first seen."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        meaning = _MEANING.get(change.kind)
        if meaning:
            groups.setdefault((_place(change.path, meaning, metadata), meaning), []).append(change)
    facts: list[Fact] = []
    for (path, meaning), group in sorted(groups.items()):
        by_source: dict[str, tuple[str, ...]] = {}
        dates: dict[str, date] = {}
        for change in group:
            by_source[change.source] = (*by_source.get(change.source, ()), change.id)
            day = (seen or {}).get(change.id)
            if day is not None:
                dates[change.source] = min(day, dates.get(change.source, day))
        first = min(dates, key=lambda source: (dates[source], source)) if dates else None
        days = (max(dates.values()) - min(dates.values())).days if len(dates) > 1 else None
        facts.append(Fact(path, meaning, by_source, first, days))
    return facts


def _place(path: str, meaning: str, metadata: Metadata | None) -> str:
    """The path under which all sources would tell of the fact: the type that declares the member, the error's code."""
    if meaning.startswith("error"):
        return "errors/" + path.rpartition("/")[2].rpartition(" ")[2]
    if meaning.startswith("status"):
        return "status"
    owner, _, member = path.partition("/")
    name = member.lstrip("@").rpartition(".")[2] if member.startswith("@") else member
    if metadata is not None and name:
        for facts in metadata.chain(owner):
            if name in facts.members:
                return f"{facts.name}/{name}"
    return f"{owner}/{name}" if name else owner
