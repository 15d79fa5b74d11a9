"""Joins changes of several sources that are the same fact, and says who moved first and by how many days.

A page says `siteRestoreArtifact/destinationType` where metadata declares it on a base type: both are one fact.
Knows changes and base chains; reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from restore_conformance.drift.change import Change
from restore_conformance.drift.kinds import FACTS
from restore_conformance.drift.sentences import short
from restore_conformance.drift.sources.metadata import Metadata
from restore_conformance.spelling import counted

_FAMILY = {"csdl": "metadata", "openapi": "metadata", "pinned": "metadata", "page": "page", "behaviour": "service"}
SAID = {"page": "documents", "metadata": "metadata", "service": "behaviour"}


def family_of(source: str) -> str:
    """The kind of source: `page`, `metadata` or `service`."""
    return _FAMILY.get(source, source)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact and the changes that report it, by source; `days` is None where fewer than two dates are known.

    `dates` are the days it was first seen, by kind of source; `missing` the kinds that were read and do not show it,
    and `before` those that had it before.
    """

    path: str
    meaning: str
    changes: Mapping[str, tuple[str, ...]]
    first: str | None = None
    days: int | None = None
    dates: Mapping[str, date] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def order(self) -> str:
        """Who moved first and who followed, in words; "" where only one source shows it."""
        days = sorted(self.dates.items(), key=lambda item: (item[1], item[0]))
        if not days and not self.missing and len(self.families) < 2:
            return ""
        parts = [f"{SAID[name]} had it before" for name in self.before]
        for place, (name, day) in enumerate(days):
            later = (day - days[0][1]).days
            follows = f"followed after {counted(later, 'day')}" if later else "moved on the same day"
            parts.append(f"{SAID[name]} {'moved first' if not place and not self.before else follows}")
        if not days and len(self.families) > 1:
            parts.append(f"{' and '.join(SAID[name] for name in sorted(self.families))} moved")
        parts += [f"{SAID[name]} not yet" for name in self.missing]
        return ", ".join(parts) if len(parts) > 1 else ""

    @property
    def sentence(self) -> str:
        """The fact and who moved first, as one sentence."""
        return f"{short(self.path).replace('/', '.')} ({self.meaning}): {self.order}."

    @property
    def families(self) -> frozenset[str]:
        """The kinds of source that show it: `page`, `metadata`, `service`."""
        return frozenset(family_of(source) for source in self.changes)

    @property
    def only(self) -> str | None:
        """`page`, `metadata` or `service` where only that one shows it."""
        return next(iter(self.families)) if len(self.families) == 1 else None


def join(
    changes: Iterable[Change],
    metadata: Metadata | None = None,
    seen: Mapping[str, date] | None = None,
    read: Iterable[str] = (),
) -> list[Fact]:
    """The facts behind the changes; `seen` gives the day each change id was first seen, `read` are the kinds of source
    that were read tonight.
    """
    families = {family_of(source) for source in read}
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        meaning = FACTS.get(change.kind)
        if meaning:
            groups.setdefault((_place(change.path, meaning, metadata), meaning), []).append(change)
    facts: list[Fact] = []
    for (path, meaning), group in sorted(groups.items()):
        ids: dict[str, list[str]] = {}
        by_source: dict[str, date] = {}
        by_family: dict[str, date] = {}
        for change in group:
            ids.setdefault(change.source, []).append(change.id)
            day, family = (seen or {}).get(change.id), family_of(change.source)
            if day is not None:
                by_source[change.source] = min(day, by_source.get(change.source, day))
                if not _unseen(change):
                    by_family[family] = min(day, by_family.get(family, day))
        first = min(by_source, key=lambda source: (by_source[source], source)) if by_source else None
        days = (max(by_source.values()) - min(by_source.values())).days if len(by_source) > 1 else None
        silent = set[str]()
        if not all(map(_unseen, group)):
            cannot_tell = {"metadata"} if meaning.startswith(("error", "status")) else set()
            silent = families - cannot_tell - {family_of(source) for source in ids}
        before = silent & {"metadata"} if _declared(path, meaning, metadata) else set()
        missing = tuple(name for name in SAID if name in silent - before)
        changes_by = {source: tuple(these) for source, these in ids.items()}
        facts.append(Fact(path, meaning, changes_by, first, days, by_family, missing, tuple(sorted(before))))
    return facts


def _unseen(change: Change) -> bool:
    """Whether it says only that something was not shown: a few exchanges prove nothing."""
    return change.kind.endswith("_unseen")


def _declared(path: str, meaning: str, metadata: Metadata | None) -> bool:
    """Whether metadata declares the member or value that something else reports as new."""
    owner, _, name = path.partition("/")
    facts = metadata.types.get(owner) if metadata is not None else None
    if facts is None or not meaning.endswith(" added"):
        return False
    return name in facts.members or any(value.name == name for value in facts.values)


def _place(path: str, meaning: str, metadata: Metadata | None) -> str:
    """The path under which all sources would report the fact: the type that declares the member, the error's code."""
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
