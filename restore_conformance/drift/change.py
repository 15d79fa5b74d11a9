"""One change, and how it is judged. Nouns only."""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


class Grade(enum.StrEnum):
    """What a change means for a client, mildest first; an *undecidable* change says what would settle it."""

    INFORMATIONAL = "informational"
    ADDITIVE = "additive"
    UNDECIDABLE = "undecidable"
    BREAKING = "breaking"

    @property
    def weight(self) -> int:
        """Orders grades from the mildest (0) to the gravest (3)."""
        return list(Grade).index(self)


_COUNTED = frozenset({"seen", "documented"})
"""Details that vary from night to night while the change is the same."""


class Direction(enum.StrEnum):
    """Which half of an exchange a change touches."""

    REQUEST = "request"
    RESPONSE = "response"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of rules: what was edited, when the line applies (empty for always), and the grade.

    The grade is that for any client of the area. `why` is what a change says beyond its rule, with the words of
    whoever compares in braces; of an undecidable one it says what would settle it. `side` is whom the edit concerns:
    those who send what was edited (REQUEST), those who read it (RESPONSE), or both. Where nobody is on that side, the
    row `otherwise` applies. `rule` is the rule that the row belongs to.
    """

    name: str
    grade: Grade
    edit: str
    when: str = ""
    why: str = ""
    side: Direction = Direction.BOTH
    otherwise: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference before it is placed in a scope; `owner` is the fact of a page whose sentences it explains."""

    kind: str
    path: str
    detail: dict[str, Any]
    row: Row
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two readings.

    `kind` is an id of `restore_conformance.drift.kinds`, `path` the element it happened to, `detail` what it was and
    is. `create` is the grade for a client that sends the create request and reads its answer, `contract` the one
    for any client of the area. `clauses` are the clauses that rest on what changed. `subject` is the call or the type
    that a page is about.
    """

    kind: str
    path: str
    source: str
    create: Grade
    contract: Grade
    rule: str
    detail: dict[str, Any] = field(default_factory=dict)
    direction: Direction = Direction.BOTH
    why: str = ""
    clauses: tuple[str, ...] = ()
    where: str = ""
    scope_rule: str = ""
    subject: str = ""

    @property
    def id(self) -> str:
        """Stable from night to night: a digest of source, kind, path and detail; of other calls' pages the call too.

        Pages of several calls have headings, permissions and sentences in common; two changes never share an id.
        """
        detail = {key: value for key, value in self.detail.items() if key not in _COUNTED}
        call = [self.subject] if self.source == "page" and self.scope_rule and self.subject else []
        text = json.dumps([self.source, self.kind, self.path, detail, *call], sort_keys=True, default=str)
        return f"{self.kind}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def grade(self) -> Grade:
        """The graver of the two grades."""
        return max(self.create, self.contract, key=lambda grade: grade.weight)
