"""The editions of the documents: which there are, which one binds, and what the newer ones add to a request.

The table is `schemas/editions.toml`. Knows no clause, no stimulus and no target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.contract.documents import Documents, pinned
from restore_conformance.spelling import suggestion
from restore_conformance.verdicts import UsageError

LATEST = "latest"
TABLE = "editions.toml"
TAG = "edition:"
"""Before the name of an edition: the tag of a request that holds a member which that edition brought."""

Members = Mapping[str, frozenset[str]]
"""Names of members by the list in whose elements they stand; those of the session itself under ""."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The documents as of a month. `adds` says what is new in it; `members` are the new members of a request."""

    name: str
    since: str
    source: str
    adds: tuple[str, ...]
    members: Members = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The edition that binds. Clauses that began after `until` do not; `later` are the editions after it.

    `until` is earlier than the edition itself only where a day before the first edition was asked for.
    """

    edition: Edition
    until: str
    later: tuple[Edition, ...] = ()

    def binds(self, since: str) -> bool:
        """Whether something that began in that month ("" for always) is part of the chosen edition."""
        return not since or since <= self.until

    def newer(self, since: str) -> Edition | None:
        """The later edition that brought something which does not bind yet; None where it is left out altogether."""
        if self.binds(since) or self.until < self.edition.since or since <= self.edition.since:
            return None
        return next((edition for edition in self.later if since <= edition.since), None)

    @property
    def newer_members(self) -> dict[str, frozenset[str]]:
        """The members of a request that only later editions have."""
        members: dict[str, frozenset[str]] = {}
        for edition in self.later:
            for of, names in edition.members.items():
                members[of] = members.get(of, frozenset()) | names
        return members

    def is_newer(self, tags: frozenset[str]) -> bool:
        """Whether a request with these tags holds a member that only a later edition has."""
        return any(TAG + edition.name in tags for edition in self.later)

    def judges(self, since: str, tags: frozenset[str]) -> bool:
        """Whether what began in that month may be judged by a request with these tags.

        A server of the chosen edition may do anything with a member that it does not know, so a request that holds
        one is evidence for statements of later editions alone, and those do not bind.
        """
        if self.newer(since) is not None:
            return True
        return self.binds(since) and not self.is_newer(tags)


def editions(documents: Documents | None = None) -> tuple[Edition, ...]:
    """Every edition, oldest first."""
    return tuple(_edition(row) for row in (documents or pinned()).toml(TABLE)["edition"])


def _edition(row: Mapping[str, Any]) -> Edition:
    members = {entry["of"]: frozenset(entry["names"]) for entry in row.get("member", ())}
    return Edition(row["name"], row["since"], row["source"], tuple(row["adds"]), members)


def chosen(name: str = "", as_of: str = "", documents: Documents | None = None) -> Chosen:
    """The edition of a name ("" for the pinned one), or the newest that is not later than a day.

    A day before the first edition binds to that edition without what began later. Raises UsageError for an
    unknown name.
    """
    documents = documents or pinned()
    every = editions(documents)
    month = as_of[:7]
    if month:
        binding = next((edition for edition in reversed(every) if edition.since <= month), every[0])
        return _from(every, binding, min(month, binding.since))
    if name == LATEST:
        return _from(every, every[-1], every[-1].since)
    if not name:
        name = next(row["name"] for row in documents.toml(TABLE)["edition"] if row.get("pinned"))
    for edition in every:
        if edition.name == name:
            return _from(every, edition, edition.since)
    known = ", ".join(edition.name for edition in every)
    near = suggestion(name, [*(edition.name for edition in every), LATEST])
    raise UsageError(f"There is no edition {name[:40]!r}; there are: {known}, {LATEST}.{near}")


def _from(every: tuple[Edition, ...], binding: Edition, until: str) -> Chosen:
    return Chosen(binding, until, tuple(edition for edition in every if edition.since > binding.since))


def names_in(payload: Mapping[str, Any], members: Members) -> bool:
    """Whether a payload names one of these members, itself or in an element of a list (or of its changes)."""
    for of, names in members.items():
        if not of:
            if not names.isdisjoint(payload):
                return True
            continue
        for key, value in payload.items():
            if key.partition("@")[0] == of and any(not names.isdisjoint(element) for element in _objects(value)):
                return True
    return False


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    """The objects of a list, or one that stands where a list is wanted."""
    listed = value if isinstance(value, list) else [value]
    return (element for element in listed if isinstance(element, dict))


def as_of_edition(schema: Any, until: str) -> Any:
    """A copy of a JSON Schema without the members that began later (`x-since`)."""
    if isinstance(schema, list):
        return [as_of_edition(part, until) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {}
    for name, value in schema.items():
        if name in {"properties", "patternProperties"} and isinstance(value, dict):
            members = {key: member for key, member in value.items() if not _began_after(member, until)}
            changed[name] = as_of_edition(members, until)
            continue
        changed[name] = as_of_edition(value, until)
    return changed


def _began_after(schema: Any, until: str) -> bool:
    return isinstance(schema, dict) and str(schema.get("x-since", "")) > until
