"""Defects in how payloads are read."""

from __future__ import annotations

import json
import re
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.seeding import before_create, fault, items, on_created, replaced, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal

B = "create/request-body."
CONFLICT = "@microsoft.graph.conflictBehavior"


def _parsing(service: Service, act: Any) -> None:
    parse = service.parse

    def lying(body: bytes) -> dict[str, Any]:
        found = act(body)
        return found if isinstance(found, dict) else parse(body)

    service.parse = lying  # type: ignore[method-assign]


@fault(B + "json")
def broken_json_accepted(service: Service) -> None:
    """One create whose payload is no JSON."""
    _parsing(service, lambda body: {} if not _is_json(body) and not _is_json(body.split(b"}")[0]) else None)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


@fault(B + "json-object")
def array_payload_accepted(service: Service) -> None:
    """One create whose payload is a JSON array."""
    _parsing(service, lambda body: {} if body[:1] == b"[" and _is_json(body) else None)


@fault(B + "nothing-after")
def trailing_text_accepted(service: Service) -> None:
    """One create with text after the JSON object."""

    def act(body: bytes) -> Any:
        try:
            return json.JSONDecoder().raw_decode(body.decode())[0]
        except (ValueError, RecursionError):
            return None

    _parsing(service, act)


@fault(B + "utf-8")
def invalid_utf8_crashes(service: Service) -> None:
    """One create with bytes that are no UTF-8."""

    def act(body: bytes) -> None:
        try:
            body.decode()
        except UnicodeDecodeError:
            raise RuntimeError("seeded") from None

    _parsing(service, act)


@fault(B + "unusual-json")
def astral_letters_crash(service: Service) -> None:
    """One create with a letter beyond the basic plane."""

    def act(body: bytes) -> None:
        if re.search(rb"[\xf0-\xf4]|\\ud8", body, re.IGNORECASE):
            raise RuntimeError("seeded")

    _parsing(service, act)


@fault(B + "white-space")
def member_order_matters(service: Service) -> None:
    """One create with white space between the tokens."""

    def act(body: bytes) -> None:
        if b"\n" in body.strip() and b"restorePoint" in body:
            raise Refusal(400, "BadRequest")

    _parsing(service, act)


@fault(B + "member-types")
def element_type_not_checked(service: Service) -> None:
    """One create whose list holds null."""

    def rule(payload: dict[str, Any]) -> None:
        for name in (rules.SITE, rules.GRANULAR):
            value = payload.get(name)
            if isinstance(value, list) and None in value:
                payload[name] = [one for one in value if one is not None]
                if not payload[name]:
                    del payload[name]
        rules.shape(payload)

    replaced(service, "shape", rule)


@fault(B + "member-types")
def number_as_id_crashes(service: Service) -> None:
    """One create whose restore point id is a number."""

    def act(asked: Asked, payload: Any) -> None:
        for element in sites(payload):
            point = element.get("restorePoint")
            if isinstance(point, dict) and isinstance(point.get("id"), int):
                raise RuntimeError("seeded")

    before_create(service, act)


@fault(B + "control-information")
def odata_type_refused(service: Service) -> None:
    """One create with @odata.type at the top."""

    def act(asked: Asked, payload: Any) -> None:
        if "@odata.type" in payload:
            raise Refusal(400, "BadRequest")

    before_create(service, act)


@fault(B + "other-annotations")
def annotations_crash(service: Service) -> None:
    """One create with an annotation nobody knows."""

    def act(asked: Asked, payload: Any) -> None:
        if any("@example" in name for name in payload):
            raise RuntimeError("seeded")

    before_create(service, act)


@fault(B + "read-only-members")
def sent_id_taken_over(service: Service) -> None:
    """One create that sends an id."""

    def change(body: dict[str, Any], asked: Asked) -> None:
        if isinstance(asked.payload, dict) and "id" in asked.payload:
            body["id"] = asked.payload["id"]

    on_created(service, change)


@fault("create/response.status-draft")
def sent_status_taken_over(service: Service) -> None:
    """One create that sends a status."""

    def change(body: dict[str, Any], asked: Asked) -> None:
        if isinstance(asked.payload, dict) and "status" in asked.payload:
            body["status"] = asked.payload["status"]

    on_created(service, change)


@fault(B + "unknown-members")
def unknown_member_crashes(service: Service) -> None:
    """One create with an undeclared member."""

    def act(asked: Asked, payload: Any) -> None:
        if "notDeclared" in json.dumps(payload):
            raise RuntimeError("seeded")

    before_create(service, act)


@fault(B + "unknown-future-value")
def sentinel_accepted(service: Service) -> None:
    """One create with destinationType unknownFutureValue."""

    def rule(payload: dict[str, Any]) -> None:
        for element in sites(payload):
            if element.get("destinationType") == "unknownFutureValue":
                element["destinationType"] = "inPlace"
        rules.path_types(payload)

    replaced(service, "path-types", rule)


@fault(B + "granular-members")
def browse_session_not_required(service: Service) -> None:
    """One granular create without browseSessionId."""

    def rule(payload: dict[str, Any]) -> None:
        for element in items(payload):
            if not element.get("browseSessionId"):
                element["browseSessionId"] = "assumed"
        rules.items(payload)

    replaced(service, "items", rule)


@fault(B + "granular-destination")
def granular_destination_refused(service: Service) -> None:
    """One granular create with destinationType inPlace."""

    def act(asked: Asked, payload: Any) -> None:
        for element in items(payload):
            if element.get("destinationType") in rules.DESTINATIONS and CONFLICT not in payload:
                raise Refusal(400, "BadRequest")

    before_create(service, act)


@fault(B + "conflict-behavior-accepted")
def conflict_rename_refused(service: Service) -> None:
    """One granular create with conflictBehavior rename."""

    def act(asked: Asked, payload: Any) -> None:
        if payload.get(CONFLICT) == "rename" and payload.get(rules.GRANULAR):
            raise Refusal(400, "BadRequest")

    before_create(service, act)


@fault(B + "conflict-behavior-granular-only")
def conflict_on_standard_accepted(service: Service) -> None:
    """One standard create with conflictBehavior."""

    def rule(payload: dict[str, Any]) -> None:
        if payload.get(rules.GRANULAR):
            rules.conflict(payload)

    replaced(service, "conflict", rule)


@fault(B + "conflict-behavior-values")
def conflict_value_not_checked(service: Service) -> None:
    """One granular create with a conflictBehavior that is none."""

    def rule(payload: dict[str, Any]) -> None:
        if CONFLICT in payload and not payload.get(rules.GRANULAR):
            raise Refusal(400, "InvalidRequest")

    replaced(service, "conflict", rule)


@fault(B + "opaque-values")
def opaque_item_crashes(service: Service) -> None:
    """One granular create whose item key is no list of GUIDs."""

    def act(asked: Asked, payload: Any) -> None:
        for element in items(payload):
            if isinstance(element.get("id"), str) and "," not in element["id"] and element["id"]:
                raise RuntimeError("seeded")

    before_create(service, act)


@fault("create/errors.open-questions")
def fifty_artifacts_crash(service: Service) -> None:
    """One create with 50 artifacts."""

    def act(asked: Asked, payload: Any) -> None:
        if len(sites(payload)) == rules.LIMIT:
            raise RuntimeError("seeded")

    before_create(service, act)
