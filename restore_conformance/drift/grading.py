"""From a difference to a change with its two grades: any client's, and the create client's.

What the table of rules says holds for clients that meet what was edited. Here it is settled who does: those who send
it, those who read it, those who call create; and what a user grades otherwise. Holds no rule of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from restore_conformance.drift.change import Change, Difference, Direction, Grade
from restore_conformance.drift.differences.lineage import Scope
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.rules import RULES, judged
from restore_conformance.output import files
from restore_conformance.verdicts import UsageError


def directed(difference: Difference, direction: Direction) -> Difference:
    """The difference of something that is only sent, or only returned: what breaks the other side breaks nobody.

    Of what NEITHER is known to be the case, nobody can say whether it breaks that side.
    """
    row = difference.row
    if not row.otherwise or direction in (Direction.BOTH, row.side):
        return difference
    if direction is Direction.NEITHER:
        unsure = judged("needed-by-whom")
        return replace(difference, row=replace(row, grade=unsure.grade, why=unsure.why))
    why = "it is only returned, never sent" if direction is Direction.RESPONSE else "it is only sent, never returned"
    return replace(difference, row=replace(judged(row.otherwise), why=why, side=direction))


def grade_for_create(difference: Difference, scope: Scope) -> Grade:
    """The grade of a difference for a client that sends the create request and reads its answer."""
    row, owner = difference.row, difference.path.partition("/")[0]
    if not scope.covers(difference.path):
        return Grade.INFORMATIONAL
    if row.side is Direction.REQUEST:
        if row.rule == "G-ABSTRACT":
            return row.grade if owner in scope.sent else Grade.INFORMATIONAL
        if owner not in scope.written:
            return Grade.ADDITIVE if difference.kind.endswith("_added") else Grade.INFORMATIONAL
    return row.grade


def change(
    difference: Difference, source: str, where: str, *, outside: bool = False, create: Grade | None = None
) -> Change:
    """A difference as a change. `create` is the grade for the create client: by default that for any client.

    What is `outside` of what the create call reaches is informational for it.
    """
    row, direction = difference.row, KINDS[difference.kind].direction
    if direction is Direction.BOTH:
        direction = row.side if RULES[row.rule].on_the_wire else Direction.NEITHER
    return Change(
        difference.kind,
        difference.path,
        source,
        create or (judged("outside").grade if outside else row.grade),
        row.grade,
        row.rule,
        difference.detail,
        direction,
        row.why,
        where=where,
        scope_rule=judged("outside").rule if outside else "",
    )


@dataclass(frozen=True, slots=True)
class Severity:
    """The overrides of a user's TOML file; the most exact one wins: a change, then a path, a kind, a rule.

    [changes]
    "page_statement_reworded:1f0c2ab34d5e" = "informational"

    [paths]
    "microsoft.graph.restorePoint/*" = "informational"

    [kinds]
    enum_reordered = "additive"

    [rules]
    R-PERMISSION = "additive"
    """

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
