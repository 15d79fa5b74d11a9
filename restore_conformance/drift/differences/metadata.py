"""The difference between two readings of the declared types, judged for both clients.

Compares only what both sides can state. Knows nothing of files, pages or history.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from restore_conformance.drift.change import Change, Direction, Judged
from restore_conformance.drift.differences.lineage import Lineage
from restore_conformance.drift.differences.members import Found
from restore_conformance.drift.differences.operations import operation_changes
from restore_conformance.drift.differences.surroundings import annotation_changes, container_changes, term_changes
from restore_conformance.drift.differences.types import type_changes
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.scope import Scope, create_scope, grade_for_create
from restore_conformance.drift.sources.metadata import Knows, Metadata


def metadata_changes(old: Metadata, new: Metadata, source: str, where: str = "") -> list[Change]:
    """Every change between two readings, in the order of types, operations, annotations, container."""
    knows = old.knows & new.knows
    scope = create_scope(old) | create_scope(new)
    parts: list[Iterator[Found]] = [type_changes(Lineage(old), Lineage(new), knows)]
    if Knows.OPERATIONS in knows:
        parts.append(operation_changes(old, new))
    if Knows.ANNOTATIONS in knows or Knows.COMPUTED in knows:
        parts.append(annotation_changes(old, new, knows))
    if Knows.CONTAINER in knows:
        parts += [container_changes(old, new), term_changes(old, new)]
    return [_placed(found, scope, source, where) for found in chain(*parts)]


def _placed(found: Found, scope: Scope, source: str, where: str) -> Change:
    kind, path, detail, judged = found
    create = grade_for_create(kind, path, judged, scope)
    outside = bool(scope.types) and not scope.covers(path)
    return Change(
        kind,
        path,
        source,
        create,
        judged.grade,
        judged.rule,
        detail,
        _direction(kind, judged),
        judged.why,
        where=where,
        scope_rule="G-SCOPE" if outside else "",
    )


_READERS = frozenset({"G-NULL-LOOSE", "G-ADDENUM-BEFORE", "G-ADDENUM-AFTER", "G-ENUM-CROSS-DOWN", "G-ENUM-CROSS-UP"})
_OFF_THE_WIRE = frozenset({"G-ANNOT", "G-BIND", "G-MOVE", "G-ENUM-VALUE", "G-ENUM-ORDER", "G-CONTAIN"})


def _direction(kind: str, judged: Judged) -> Direction:
    """Which half of an exchange the change touches, by the rule that judged it."""
    if judged.rule in _OFF_THE_WIRE:
        return Direction.NEITHER
    if judged.writer_only or "signature" in kind:
        return Direction.REQUEST
    return Direction.RESPONSE if judged.rule in _READERS else KINDS[kind].direction
