"""Defects in reading a create payload, and such as hang on the data sent; from the documents alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_places import (
    at_least,
    browse_ids,
    count_of,
    crashing,
    exactly,
    granular,
    points,
    to_new,
)
from restore_conformance.mock.faults.seeding import crash, fault, items, made, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Refusal

Json = dict[str, Any]
Parse = Callable[[bytes], Json]

# ---------------------------------------------------------------- reading the payload


def parsing(name: str, blames: str, shows: str, act: Callable[[bytes, Parse], Json]) -> None:
    """Another reader of JSON; `act` gets the bytes and the right reader."""

    def seed(service: Service) -> None:
        parse = service.parse
        service.parse = lambda body: act(body, parse)  # type: ignore[method-assign]

    made(name, blames, shows, seed)


def _fragile(raw: bytes, parse: Parse) -> Json:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        crash()
    return parse(raw)


def _one_line(raw: bytes, parse: Parse) -> Json:
    if b"\n" in raw.strip():
        raise Refusal(400, "BadRequest", "The payload is no JSON.")
    return parse(raw)


parsing("field-broken-json-crash", "page:create", "Broken JSON: 500.", _fragile)
parsing("field-line-breaks-refused", "N1", "JSON over several lines is refused.", _one_line)


def _shape(name: str) -> Any:
    return lambda payload: name in payload and payload[name] is not None and not isinstance(payload[name], list)


def _elements(payload: Any) -> bool:
    found = payload.get(rules.SITE) or []
    return isinstance(found, list) and any(not isinstance(one, dict) for one in found)


def _point_text(payload: Any) -> bool:
    return any(isinstance(one.get("restorePoint"), str) for one in sites(payload))


def _destination_number(payload: Any) -> bool:
    return any(isinstance(one.get("destinationType"), int) for one in sites(payload))


crashing("field-list-object-crash", "page:create", "siteRestoreArtifacts is an object: 500.", _shape(rules.SITE))
crashing(
    "field-items-text-crash", "page:create", "granularSiteRestoreArtifacts is a text: 500.", _shape(rules.GRANULAR)
)
crashing("field-element-null-crash", "page:create", "An element is null: 500.", _elements)
crashing("field-point-text-crash", "row:create/InvalidRestorePoint", "restorePoint is a text: 500.", _point_text)
crashing(
    "field-destination-number-crash", "row:create/InvalidPathType", "destinationType is 1: 500.", _destination_number
)

# ---------------------------------------------------------------- what hangs on the data


def refusing(name: str, blames: str, shows: str, wrong: str, when: Any) -> None:
    """A valid payload is refused."""

    def seed(service: Service) -> None:
        check = service.check

        def strict(payload: Json) -> None:
            check(payload)
            if when(payload):
                raise Refusal(400, wrong)

        service.check = strict  # type: ignore[method-assign]

    made(name, blames, shows, seed)


def _first(payload: Any) -> list[str]:
    return [str(one.get("id")).partition(",")[0].lower() for one in items(payload)]


def _alike(found: list[str]) -> bool:
    return len(set(found)) < len(found)


def _reordered(name: str, elements: Any) -> Any:
    return lambda payload: any(len(one) > 1 and next(iter(one)) != name for one in elements(payload))


GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-", re.IGNORECASE)


def _not_random(payload: Any) -> bool:
    return any((found := GUID.match(one)) and found[1] != "4" for one in points(payload))


TWICE = "DuplicateArtifactInList"
refusing(
    "field-items-of-one-site",
    "N10",
    "Two items whose first GUID is the same are refused.",
    TWICE,
    lambda p: _alike(_first(p)),
)
refusing(
    "field-points-last-digit",
    "N1",
    "Restore points that differ in the last digit alone are refused.",
    TWICE,
    lambda p: _alike([one.lower()[:-1] for one in points(p)]),
)
refusing(
    "field-destination-first",
    "N1",
    "destinationType before restorePoint is refused.",
    "InvalidPathType",
    _reordered("restorePoint", sites),
)
refusing(
    "field-item-id-first",
    "N10",
    "id before browseSessionId is refused.",
    "InvalidArtifactRequest",
    _reordered("browseSessionId", items),
)
refusing(
    "field-single-site-refused",
    "N1",
    "A single site is refused.",
    "InvalidArtifactRequest",
    lambda p: bool(sites(p)) and exactly(1)(p),
)
refusing("field-new-above-nine", "N1", "Ten sites for new places are refused.", "InvalidPathType", at_least(10, to_new))
crashing("field-two-browses-crash", "N10", "Items of two browse sessions: 500.", lambda p: len(set(browse_ids(p))) > 1)
crashing(
    "field-item-destination-crash",
    "create/request-body.granular-destination",
    "An item with a destinationType: 500.",
    lambda p: any(one.get("destinationType") == "inPlace" for one in items(p)),
)
crashing(
    "field-guid-digits-crash",
    "N1",
    "A restore point starts with eight decimal digits: 500.",
    lambda p: any(one[:8].isdecimal() for one in points(p)),
)
crashing("field-guid-version-crash", "N1", "A restore point that is no GUID of version 4: 500.", _not_random)
crashing(
    "field-browse-dash-crash",
    "N10",
    "A browse session with a dash in it: 500.",
    lambda p: any("-" in one for one in browse_ids(p)),
)
crashing("field-count-37-crash", "N1", "37 sites: 500.", lambda p: len(sites(p)) == 37)
crashing("field-count-50-granular-crash", "N10", "50 items: 500.", lambda p: count_of(p) == 50 and granular(p))
crashing(
    "field-upper-guid-crash",
    "N1",
    "A restore point in capitals: 500.",
    lambda p: any(one != one.lower() for one in points(p)),
)


@fault("N1", "field-drop-seven-new")
def drop_seven_new(service: Service) -> None:
    """Seven sites for new places: the connection is dropped."""
    check = service.check

    def dropping(payload: Json) -> None:
        check(payload)
        if to_new(payload) and exactly(7)(payload):
            raise ConnectionResetError("seeded")

    service.check = dropping  # type: ignore[method-assign]
