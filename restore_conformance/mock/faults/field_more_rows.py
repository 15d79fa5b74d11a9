"""More defects of the documented refusals of a create under plain triggers, written from the documents alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_more_places import Json, lax
from restore_conformance.mock.faults.field_places import (
    crashing,
    only,
    unless,
)
from restore_conformance.mock.faults.seeding import sites

ROW = "row:create/"
PATH = ROW + "InvalidPathType"
POINT = ROW + "InvalidRestorePoint"
DIFFERENT = ROW + "DifferentRestoreDestinationType"
TWICE = ROW + "DuplicateArtifactInList"
LIMIT = ROW + "RestoreArtifactsLimitBreached"
EMPTY = ROW + "InvalidArtifactRequest"
When = Callable[[Any], bool]


def places(payload: Any) -> list[Any]:
    return [one.get("destinationType", "absent") for one in sites(payload)] if isinstance(payload, dict) else []


def typed(payload: Any) -> bool:
    return isinstance(payload, dict) and "@odata.type" in payload


def ids(payload: Any) -> list[Any]:
    """What stands at restorePoint/id of every site, "absent" where nothing does."""
    found = [one.get("restorePoint") for one in sites(payload)] if isinstance(payload, dict) else []
    return [one.get("id", "absent") if isinstance(one, dict) else "absent" for one in found]


def but_last(every: list[Json]) -> list[Json]:
    return every[:-1] if len(every) >= 50 else every


# ---------------------------------------------------------------- InvalidPathType

lax(
    "field2-path-last-of-50",
    PATH,
    "The last of 50 sites lacks destinationType.",
    "path-types",
    only(but_last, rules.path_types),
)
lax(
    "field2-path-null-second",
    PATH,
    "destinationType of the second site is null.",
    "path-types",
    unless(rules.path_types, lambda p: None in places(p)[1:] and "absent" not in places(p)),
)
lax(
    "field2-path-blank",
    PATH,
    "destinationType is an empty text.",
    "path-types",
    unless(rules.path_types, lambda p: "" in places(p)),
)
lax(
    "field2-path-typed-unchecked",
    PATH,
    "@odata.type at the top, and a site without destinationType.",
    "path-types",
    unless(rules.path_types, typed),
)
lax(
    "field2-path-all-absent",
    PATH,
    "No site of several has a destinationType.",
    "path-types",
    unless(rules.path_types, lambda p: len(places(p)) > 1 and set(places(p)) == {"absent"}),
)
crashing("field2-path-null-crash", PATH, "destinationType is null: 500.", lambda p: None in places(p))
crashing("field2-path-empty-text-crash", PATH, "destinationType is an empty text: 500.", lambda p: "" in places(p))
crashing("field2-path-sentinel-crash", "N40", "destinationType is unknownFutureValue: 500.",
         lambda p: "unknownFutureValue" in places(p))  # fmt: skip

# ---------------------------------------------------------------- InvalidRestorePoint


def _unless_point(when: Callable[[list[Any]], bool]) -> rules.Rule:
    return unless(rules.restore_points, lambda p: when(ids(p)))


def _malformed(one: Any) -> bool:
    return isinstance(one, str) and one not in ("", "absent") and not rules._UUID.match(one)


lax(
    "field2-point-id-null",
    POINT,
    "restorePoint/id is null.",
    "restore-points",
    _unless_point(lambda every: None in every),
)
lax(
    "field2-point-empty-object",
    POINT,
    "restorePoint is {}.",
    "restore-points",
    unless(rules.restore_points, lambda p: {} in [one.get("restorePoint") for one in sites(p)]),
)
lax(
    "field2-point-null",
    POINT,
    "restorePoint is null.",
    "restore-points",
    unless(rules.restore_points, lambda p: None in [one.get("restorePoint", 0) for one in sites(p)]),
)
lax(
    "field2-point-blank",
    POINT,
    "restorePoint/id is a blank.",
    "restore-points",
    _unless_point(lambda every: any(isinstance(one, str) and one and not one.strip() for one in every)),
)
lax(
    "field2-point-last-of-50",
    POINT,
    "The last of 50 restore points is empty.",
    "restore-points",
    only(but_last, rules.restore_points),
)
lax(
    "field2-point-second-malformed",
    POINT,
    "The second restore point is no GUID.",
    "restore-points",
    _unless_point(lambda every: any(_malformed(one) for one in every[1:]) and not _malformed(every[0])),
)
lax(
    "field2-point-typed-unchecked",
    POINT,
    "@odata.type at the top, and an empty restore point id.",
    "restore-points",
    unless(rules.restore_points, typed),
)
crashing(
    "field2-point-late-malformed-crash",
    POINT,
    "The second restore point is no GUID: 500.",
    lambda p: any(_malformed(one) for one in ids(p)[1:]),
)
crashing("field2-point-id-null-crash", POINT, "restorePoint/id is null: 500.", lambda p: None in ids(p))  # fmt: skip

# ---------------------------------------------------------------- DifferentRestoreDestinationType


def _new_first(payload: Json) -> bool:
    return places(payload)[:1] == ["new"]


lax(
    "field2-different-last-of-50",
    DIFFERENT,
    "The last of 50 sites differs.",
    "same-destination",
    only(but_last, rules.same_destination),
)
lax(
    "field2-different-new-first",
    DIFFERENT,
    "A new place first, then one in place.",
    "same-destination",
    unless(rules.same_destination, _new_first),
)
lax(
    "field2-different-majority",
    DIFFERENT,
    "One of five sites differs.",
    "same-destination",
    unless(rules.same_destination, lambda p: len(places(p)) >= 5 and 1 in Counter(places(p)).values()),
)
lax(
    "field2-different-typed-unchecked",
    DIFFERENT,
    "@odata.type at the top, and destinations that differ.",
    "same-destination",
    unless(rules.same_destination, typed),
)
crashing("field2-different-many-crash", DIFFERENT, "Ten sites whose destinations differ: 500.",
         lambda p: len(places(p)) >= 10 and {"new", "inPlace"} <= {str(one) for one in places(p)})  # fmt: skip
