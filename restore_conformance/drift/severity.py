"""A user's own grades: a TOML file that overrides the grade of rules, kinds, single changes, or paths.

[rules]
R-PERMISSION = "additive"

[kinds]
enum_reordered = "additive"

[changes]
"page_statement_reworded:1f0c2ab34d5e" = "informational"

[paths]
"microsoft.graph.restorePoint/*" = "informational"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.rules import RULES
from restore_conformance.output import files
from restore_conformance.verdicts import UsageError


@dataclass(frozen=True, slots=True)
class Severity:
    """The overrides of one file; the most exact one wins: a change, then a path, a kind, a rule."""

    kinds: Mapping[str, Grade] = field(default_factory=dict)
    changes: Mapping[str, Grade] = field(default_factory=dict)
    paths: Mapping[str, Grade] = field(default_factory=dict)
    rules: Mapping[str, Grade] = field(default_factory=dict)

    def apply(self, changes: Iterable[Change]) -> list[Change]:
        """The changes with overridden grades; both grades take the override."""
        return [self._applied(change) for change in changes]

    def _applied(self, change: Change) -> Change:
        grade = self.changes.get(change.id) or self._path(change.path) or self.kinds.get(change.kind)
        grade = grade or self.rules.get(change.rule)
        if grade is None:
            return change
        why = f"overridden by the severity file; {change.why}".rstrip("; ")
        return replace(change, create=grade, contract=grade, why=why)

    def _path(self, path: str) -> Grade | None:
        return next((grade for pattern, grade in self.paths.items() if fnmatchcase(path, pattern)), None)


LARGEST = 1024 * 1024


def read_severity(path: Path) -> Severity:
    """The overrides of a file. Raises UsageError for a kind or grade that does not exist."""
    try:
        table = tomllib.loads(files.read(path, LARGEST).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"The severity file {path} cannot be read: {error}.") from None
    parts: dict[str, dict[str, Grade]] = {}
    for name, entries in table.items():
        if name not in ("rules", "kinds", "changes", "paths") or not isinstance(entries, dict):
            raise UsageError(
                f"The severity file {path} has [{name}]; it may have [rules], [kinds], [changes] and [paths]."
            )
        parts[name] = {key: _grade(path, key, value) for key, value in entries.items()}
    for name, known, where in (
        ("kinds", KINDS.keys(), "docs/reference/drift.md lists them"),
        ("rules", RULES.keys(), "drift --rules prints them"),
    ):
        for unknown in sorted(parts.get(name, {}).keys() - known):
            what = f"names the {name.removesuffix('s')} {unknown!r}, which does not exist; {where}"
            raise UsageError(f"The severity file {path} {what}.")
    return Severity(**parts)


def _grade(path: Path, key: str, value: object) -> Grade:
    try:
        return Grade(str(value))
    except ValueError:
        raise UsageError(
            f"The severity file {path} gives {key!r} the grade {value!r}; it may be {', '.join(Grade)}."
        ) from None
