"""From a judged difference to a change with its two grades: any client's, and the create client's.

What the table of rules says holds for clients that meet what was edited. Here it is settled who does: those who send
it, those who read it, those who call create. Holds no rule of its own.
"""

from __future__ import annotations

from dataclasses import replace

from restore_conformance.drift.change import Change, Difference, Direction, Grade
from restore_conformance.drift.differences.lineage import Scope
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.rules import judged

_OFF_THE_WIRE = frozenset({"G-ANNOT", "G-BIND", "G-MOVE", "G-ENUM-VALUE", "G-ENUM-ORDER", "G-CONTAIN"})


def directed(difference: Difference, direction: Direction) -> Difference:
    """The difference of something that is only sent, or only returned: what breaks the other side breaks nobody.

    Of what NEITHER is known to be the case, nobody can say whether it breaks that side.
    """
    row = difference.judged
    if not row.otherwise or direction in (Direction.BOTH, row.side):
        return difference
    if direction is Direction.NEITHER:
        unsure = judged("needed-by-whom")
        return replace(difference, judged=replace(row, grade=unsure.grade, why=unsure.why))
    why = "it is only returned, never sent" if direction is Direction.RESPONSE else "it is only sent, never returned"
    return replace(difference, judged=replace(judged(row.otherwise), why=why, side=direction))


def grade_for_create(difference: Difference, scope: Scope) -> Grade:
    """The grade of a difference for a client that sends the create request and reads its answer."""
    row, owner = difference.judged, difference.path.partition("/")[0]
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
    row, direction = difference.judged, KINDS[difference.kind].direction
    if direction is Direction.BOTH:
        direction = Direction.NEITHER if row.rule in _OFF_THE_WIRE else row.side
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
