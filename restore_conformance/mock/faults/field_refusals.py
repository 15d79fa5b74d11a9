"""Defects of the documented refusals of a create, written from the documents alone."""

from __future__ import annotations

import uuid
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_places import (
    body,
    code,
    crashing,
    filled,
    only,
    points,
    refusal,
    ruled,
    status,
    text,
    unless,
)
from restore_conformance.mock.faults.seeding import fault, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Refusal

Json = dict[str, Any]

# ---------------------------------------------------------------- InvalidPathType

PATH = "row:create/InvalidPathType"


def _destinations(payload: Json) -> list[Any]:
    return [one.get("destinationType", "absent") for one in sites(payload)]


def _late_absent(payload: Any) -> bool:
    return isinstance(payload, dict) and "absent" in _destinations(payload)[1:]


def _null(payload: Any) -> bool:
    return isinstance(payload, dict) and None in _destinations(payload)


def lax_path(name: str, blames: str, shows: str, when: Any) -> None:
    ruled(name, blames, shows, "path-types", filled(unless(rules.path_types, when)))


lax_path("field-path-null-accepted", PATH, "destinationType null is accepted.", _null)
lax_path(
    "field-path-any-text-accepted",
    PATH,
    "destinationType elsewhere is accepted.",
    lambda p: all(isinstance(d, str) and d != "absent" for d in _destinations(p)),
)
lax_path(
    "field-path-unchecked-beyond-ten",
    PATH,
    "The 11th of 11 sites lacks destinationType.",
    lambda p: "absent" not in _destinations(p)[:10] and _late_absent(p),
)
ruled(
    "field-path-first-only",
    PATH,
    "The second site lacks destinationType.",
    "path-types",
    filled(only(lambda every: every[:1], rules.path_types)),
)
crashing("field-path-late-absent-crash", PATH, "The second site lacks destinationType: 500.", _late_absent)
refusal(
    "field-path-other-code",
    PATH,
    "A site without destinationType: code InvalidArtifactRequest.",
    "InvalidPathType",
    code("InvalidArtifactRequest"),
)
refusal(
    "field-path-no-envelope",
    PATH,
    "A site without destinationType: plain text.",
    "InvalidPathType",
    text("InvalidPathType"),
)

# ---------------------------------------------------------------- InvalidRestorePoint

POINT = "row:create/InvalidRestorePoint"


def _points_absent(payload: Any) -> bool:
    return isinstance(payload, dict) and any(not one.get("restorePoint") for one in sites(payload))


def _points_empty(payload: Any) -> bool:
    return "" in points(payload)


def _malformed(payload: Any) -> bool:
    return any(one and not rules._UUID.match(one) for one in points(payload))


def _named(payload: Json) -> None:
    for one in sites(payload):
        if not one.get("restorePoint"):
            one["restorePoint"] = {"id": str(uuid.uuid4())}


def lax_points(name: str, shows: str, when: Any) -> None:
    def rule(payload: Json) -> None:
        if not when(payload):
            rules.restore_points(payload)
        _named(payload)

    ruled(name, POINT, shows, "restore-points", rule)


lax_points("field-point-absent-accepted", "A site without restorePoint is accepted.", _points_absent)
lax_points("field-point-empty-accepted", "restorePoint/id is empty: accepted.", _points_empty)
lax_points(
    "field-point-last-only",
    "The first of two restore points is empty.",
    lambda p: _points_empty(p) and points(p)[-1:] != [""],
)
crashing("field-point-null-crash", POINT, "restorePoint is missing: 500.", _points_absent)
refusal("field-point-404", POINT, "An empty restore point id: 404.", "InvalidRestorePoint", status(404))
refusal(
    "field-point-code-number",
    POINT,
    "An empty restore point id: the code is a number.",
    "InvalidRestorePoint",
    code(400),
)
refusal(
    "field-point-bare-error",
    POINT,
    "An empty restore point id: error is a text.",
    "InvalidRestorePoint",
    body({"error": "InvalidRestorePoint"}),
)


@fault(POINT, "field-point-malformed-other-code")
def point_malformed_other_code(service: Service) -> None:
    """restorePoint/id is no GUID: code InvalidRequest."""

    def rule(payload: Json) -> None:
        if _malformed(payload):
            raise Refusal(400, "InvalidRequest", "Unrecognized Guid format.")
        rules.restore_points(payload)

    service.create_rules["restore-points"] = rule


# ---------------------------------------------------------------- DifferentRestoreDestinationType

DIFFERENT = "row:create/DifferentRestoreDestinationType"
ruled(
    "field-different-first-two",
    DIFFERENT,
    "The third of three sites differs.",
    "same-destination",
    only(lambda every: every[:2], rules.same_destination),
)
ruled(
    "field-different-ends-only",
    DIFFERENT,
    "The middle of three sites differs.",
    "same-destination",
    only(lambda every: [every[0], every[-1]], rules.same_destination),
)
refusal("field-different-409", DIFFERENT, "Destinations differ: 409.", "DifferentRestoreDestinationType", status(409))
refusal(
    "field-different-path-code",
    DIFFERENT,
    "Destinations differ: InvalidPathType.",
    "DifferentRestoreDestinationType",
    code("InvalidPathType"),
)
refusal(
    "field-different-errors-list",
    DIFFERENT,
    "Destinations differ: a member errors.",
    "DifferentRestoreDestinationType",
    body({"errors": [{"code": "DifferentRestoreDestinationType", "message": "x"}]}),
)
refusal("field-different-207", DIFFERENT, "Destinations differ: 207.", "DifferentRestoreDestinationType", status(207))
