"""Defects that hang on how a request is spelled, or on what stands beside what; from the documents alone."""

from __future__ import annotations

import json
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_input import parsing
from restore_conformance.mock.faults.field_places import granular, points, ruled, unless
from restore_conformance.mock.faults.seeding import crash, fault, on_created, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal

Json = dict[str, Any]

CONFLICT = "@microsoft.graph.conflictBehavior"
TWICE = "row:create/DuplicateArtifactInList"
SPACE = "create/request-body.white-space"

# ---------------------------------------------------------------- white space


def _refusing(raw: bytes, parse: Any, met: bool) -> Json:
    if met:
        raise Refusal(400, "BadRequest", "The payload cannot be read.")
    found: Json = parse(raw)
    return found


def _crashing(raw: bytes, parse: Any, met: bool) -> Json:
    found: Json = parse(raw)
    if met:
        crash("line ends")
    return found


parsing("field-tab-refused", SPACE, "Tabs between tokens.", lambda raw, parse: _refusing(raw, parse, b"\t" in raw))
parsing(
    "field-blank-in-front-refused",
    SPACE,
    "A blank before the object.",
    lambda raw, parse: _refusing(raw, parse, raw[:1].isspace()),
)
parsing(
    "field-newline-behind-refused",
    SPACE,
    "A new line behind the object.",
    lambda raw, parse: _refusing(raw, parse, raw[-1:] == b"\n"),
)
parsing("field-crlf-crash", SPACE, "CR and LF as line ends.", lambda raw, parse: _crashing(raw, parse, b"\r\n" in raw))

# ---------------------------------------------------------------- duplicates


def _as_text(payload: Json) -> None:
    """Elements are compared as text."""
    found = [json.dumps(one) for one in sites(payload)]
    if len(set(found)) < len(found):
        raise Refusal(400, "DuplicateArtifactInList")


def _pairs(payload: Json) -> None:
    """Only an id that comes exactly twice is noticed."""
    found = points(payload)
    if any(found.count(one) == 2 for one in found):
        raise Refusal(400, "DuplicateArtifactInList")


ruled("field-twice-as-text", TWICE, "The same site twice, its members in another order.", "duplicates", _as_text)
ruled("field-thrice-accepted", TWICE, "The same site three times.", "duplicates", _pairs)

# ---------------------------------------------------------------- both kinds


def _many_items(payload: Json) -> bool:
    return len(payload.get(rules.GRANULAR) or []) > len(payload.get(rules.SITE) or []) + 2


ruled("field-mixed-many-items", "N12", "One site and eight items.", "kinds", unless(rules.kinds, _many_items))
ruled(
    "field-mixed-annotated",
    "N12",
    "Both kinds, with a conflict behaviour.",
    "kinds",
    unless(rules.kinds, lambda payload: CONFLICT in payload),
    newer=True,
)


def _annotated_last(payload: Json) -> bool:
    return list(payload)[-1:] == [CONFLICT] and not granular(payload)


ruled(
    "field-conflict-last-accepted",
    "N33",
    "Sites, and a conflict behaviour as the last member.",
    "conflict",
    unless(rules.conflict, _annotated_last),
)


@fault("create/response.artifacts")
def field_shown_to_another_place(service: Service) -> None:
    """One create of sites; the answer shows artifacts."""

    def change(body: Json, asked: Asked) -> None:
        other = {"new": "inPlace", "inPlace": "new"}
        body[rules.SITE] = [
            {"id": str(number), "destinationType": other[one["destinationType"]], "status": "added"}
            for number, one in enumerate(sites(asked.payload))
        ]

    on_created(service, change, ["standard"])
