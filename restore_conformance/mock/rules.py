"""What the service demands of a create payload, one rule after the other, as the error table has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from restore_conformance.mock.protocol import Refusal

SITE = "siteRestoreArtifacts"
GRANULAR = "granularSiteRestoreArtifacts"
LIMIT = 50
GUID = re.compile(r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
DESTINATIONS = {"new", "inPlace"}
CONFLICTS = {"fail", "replace", "rename"}

Rule = Callable[[dict[str, Any]], None]


def kinds(payload: dict[str, Any]) -> None:
    """Not both kinds in one request."""
    if payload.get(SITE) and payload.get(GRANULAR):
        raise Refusal(400, "InvalidRequest", "Full-site and granular artifacts cannot be mixed.")


def shape(payload: dict[str, Any]) -> None:
    """Lists are lists, elements are objects, members have their types."""
    for name in (SITE, GRANULAR):
        value = payload.get(name)
        if value is None:
            continue
        if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
            raise Refusal(400, "BadRequest", f"{name} is a collection of objects.")
    for element in payload.get(SITE) or []:
        point = element.get("restorePoint")
        if point is not None and not isinstance(point, dict):
            raise Refusal(400, "BadRequest", "restorePoint is an object.")
        if isinstance(point, dict) and not isinstance(point.get("id", ""), str | None):
            raise Refusal(400, "BadRequest", "restorePoint/id is text.")
        _text(element, "destinationType")
    for element in payload.get(GRANULAR) or []:
        for name in ("browseSessionId", "id", "destinationType"):
            _text(element, name)


def _text(element: dict[str, Any], name: str) -> None:
    if not isinstance(element.get(name, ""), str | None):
        raise Refusal(400, "BadRequest", f"{name} is text.")


def conflict(payload: dict[str, Any]) -> None:
    """The conflict behaviour belongs to granular sessions and has three values."""
    value = payload.get("@microsoft.graph.conflictBehavior")
    if value is None:
        return
    if not payload.get(GRANULAR):
        raise Refusal(400, "InvalidRequest", "conflictBehavior is for granular sessions.")
    if not isinstance(value, str) or value not in CONFLICTS:
        raise Refusal(400, "InvalidRequest", "conflictBehavior is fail, replace or rename.")


def empty_list(payload: dict[str, Any]) -> None:
    """A list that is named holds something."""
    named = [name for name in (SITE, GRANULAR) if name in payload]
    if named and not any(payload[name] for name in named):
        raise Refusal(400, "InvalidArtifactRequest", "The list of artifacts is empty.")


def limit(payload: dict[str, Any]) -> None:
    """No more artifacts than the limit."""
    if len(payload.get(SITE) or []) > LIMIT or len(payload.get(GRANULAR) or []) > LIMIT:
        raise Refusal(413, "RestoreArtifactsLimitBreached", "Too many artifacts in one request.")


def restore_points(payload: dict[str, Any]) -> None:
    """Every full-site artifact names a restore point."""
    for element in payload.get(SITE) or []:
        point = element.get("restorePoint")
        name = point.get("id") if isinstance(point, dict) else None
        if not name or not GUID.match(name):
            raise Refusal(400, "InvalidRestorePoint", "The restore point is not valid.")


def path_types(payload: dict[str, Any]) -> None:
    """Every full-site artifact says where to restore to; a granular one may."""
    for element in payload.get(SITE) or []:
        if element.get("destinationType") not in DESTINATIONS:
            raise Refusal(400, "InvalidPathType", "The path type is not known.")
    for element in payload.get(GRANULAR) or []:
        if element.get("destinationType") not in DESTINATIONS | {None}:
            raise Refusal(400, "InvalidPathType", "The path type is not known.")


def same_destination(payload: dict[str, Any]) -> None:
    """One request restores to one kind of place."""
    for name in (SITE, GRANULAR):
        destinations = {element.get("destinationType") for element in payload.get(name) or []}
        if len(destinations - {None}) > 1:
            raise Refusal(400, "DifferentRestoreDestinationType", "Destinations differ.")


def items(payload: dict[str, Any]) -> None:
    """Every granular artifact names its browse session and its item."""
    for element in payload.get(GRANULAR) or []:
        if not element.get("browseSessionId") or not element.get("id"):
            raise Refusal(400, "InvalidArtifactRequest", "browseSessionId and id are needed.")


def duplicates(payload: dict[str, Any]) -> None:
    """No artifact twice."""
    for name in (SITE, GRANULAR):
        keys = [key(name, element) for element in payload.get(name) or []]
        if len(set(keys)) < len(keys):
            raise Refusal(400, "DuplicateArtifactInList", "The list names an artifact twice.")


def key(name: str, element: dict[str, Any]) -> tuple[str, ...]:
    """What makes an artifact of a list the same as another one of it."""
    if name == SITE:
        return (str(element["restorePoint"]["id"]).lower(),)
    return (str(element.get("browseSessionId")), str(element.get("id")))


CREATE: dict[str, Rule] = {
    "shape": shape,
    "kinds": kinds,
    "conflict": conflict,
    "empty-list": empty_list,
    "limit": limit,
    "restore-points": restore_points,
    "path-types": path_types,
    "same-destination": same_destination,
    "items": items,
    "duplicates": duplicates,
}
"""In the order in which they are asked."""
