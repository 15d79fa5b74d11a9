"""Defects of a reader that makes do with another JSON form, or breaks at an extreme one."""

from __future__ import annotations

import json
import re
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.seeding import before_create, crash, fault, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked

B = "create/request-body."
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@fault(B + "member-types")
def restore_point_as_text(service: Service) -> None:
    """One create whose restorePoint is the id alone."""

    def act(asked: Asked, payload: Any) -> None:
        for element in sites(payload):
            point = element.get("restorePoint")
            if isinstance(point, str) and _GUID.fullmatch(point):
                element["restorePoint"] = {"id": point}

    before_create(service, act)


@fault(B + "converted-types")
def item_id_as_number(service: Service) -> None:
    """One create with an item whose id is a number."""

    def act(asked: Asked, payload: Any) -> None:
        for element in payload.get(rules.GRANULAR) or () if isinstance(payload, dict) else ():
            for name in ("id", "browseSessionId"):
                if isinstance(element, dict) and isinstance(element.get(name, ""), (int, float)):
                    element[name] = json.dumps(element[name])

    before_create(service, act)


@fault(B + "collection-form")
def list_taken_for_one_object(service: Service) -> None:
    """One create whose restorePoint is a list of one."""

    def act(asked: Asked, payload: Any) -> None:
        for element in sites(payload):
            point = element.get("restorePoint")
            if isinstance(point, list) and len(point) == 1:
                element["restorePoint"] = point[0]

    before_create(service, act)


@fault(B + "big-number")
def big_number_crashes(service: Service) -> None:
    """One create with a number of thirty digits."""
    parse = service.parse

    def narrow(digits: str) -> int:
        return int(digits) if -(1 << 63) <= int(digits) < 1 << 63 else crash()  # type: ignore[return-value]

    def breaking(body: bytes) -> dict[str, Any]:
        found = parse(body)
        json.loads(body, parse_int=narrow)
        return found

    service.parse = breaking  # type: ignore[method-assign]


@fault(B + "nested")
def deep_nesting_crashes(service: Service) -> None:
    """One create with a value of three hundred levels."""
    parse = service.parse

    def breaking(body: bytes) -> dict[str, Any]:
        if b"[" * 200 in body or b'{"a":' * 200 in body:
            crash()
        return parse(body)

    service.parse = breaking  # type: ignore[method-assign]
