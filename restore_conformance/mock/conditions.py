"""What a fault or a variant looks at in a payload: which artifacts it names, and the conditions built from them.

Knows neither the service nor any answer; shares no predicate with the recogniser.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from restore_conformance.exchange import Request, header, parse_json
from restore_conformance.mock import rules
from restore_conformance.mock.edits import Json
from restore_conformance.mock.protocol import ParsedRequest
from restore_conformance.mock.session import Session

Predicate = Callable[[Any], bool]
ARTIFACT_LISTS = (rules.SITE, rules.GRANULAR)
"""The two lists of a create."""
CONFLICT_BEHAVIOR = "@microsoft.graph.conflictBehavior"
SITES, ITEMS = f"{rules.SITE}@delta", f"{rules.GRANULAR}@delta"
"""The two lists of changes of an update."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the payload of a create, with the words for it."""

    words: str
    test: Predicate

    def __call__(self, payload: Any) -> bool:
        return self.test(payload)


def kind_of(payload: Any) -> str:
    """What a create payload asks for: standard, granular or empty."""
    if isinstance(payload, dict):
        if payload.get(rules.GRANULAR):
            return "granular"
        if payload.get(rules.SITE):
            return "standard"
    return "empty"


def _objects(payload: Any, name: str) -> list[Json]:
    value = payload.get(name) if isinstance(payload, dict) else None
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []


def sites(payload: Any) -> list[Json]:
    """The full-site artifacts of a payload that are objects."""
    return _objects(payload, rules.SITE)


def items(payload: Any) -> list[Json]:
    """The granular artifacts of a payload that are objects."""
    return _objects(payload, rules.GRANULAR)


def count_artifacts(payload: Any) -> int:
    """How many artifacts a payload names."""
    return len(sites(payload)) + len(items(payload))


def mixed(payload: Any) -> bool:
    """Whether a payload names artifacts of both kinds."""
    return bool(sites(payload)) and bool(items(payload))


def destination_types(payload: Any) -> list[Any]:
    """The destinationType of every site, "absent" where it has none."""
    return [site.get("destinationType", "absent") for site in sites(payload)]


def restore_point_values(payload: Any) -> list[Any]:
    """What stands at restorePoint/id of every site, "absent" where nothing does."""
    points = [site.get("restorePoint") for site in sites(payload)]
    return [point.get("id", "absent") if isinstance(point, dict) else "absent" for point in points]


def restore_point_ids(payload: Any) -> list[str]:
    """The restore point ids that a payload names, where they are text."""
    objects = [site.get("restorePoint") for site in sites(payload)]
    return [point["id"] for point in objects if isinstance(point, dict) and isinstance(point.get("id"), str)]


def browse_ids(payload: Any) -> list[str]:
    """The browse sessions that a payload names, where they are text."""
    return [item["browseSessionId"] for item in items(payload) if isinstance(item.get("browseSessionId"), str)]


def item_ids(payload: Any) -> list[str]:
    """The ids of the granular artifacts, as text."""
    return [str(item.get("id")) for item in items(payload)]


def conflict_behavior(payload: Any) -> Any:
    """The conflict behaviour that a payload asks for."""
    return payload.get(CONFLICT_BEHAVIOR) if isinstance(payload, dict) else None


def has_type(payload: Any) -> bool:
    """Whether @odata.type stands at the top."""
    return isinstance(payload, dict) and "@odata.type" in payload


def has_duplicates(values: list[Any]) -> bool:
    """Whether a value comes twice."""
    return len(set(values)) < len(values)


def is_malformed_guid(point: Any) -> bool:
    """Whether a text is there and is not a GUID."""
    return isinstance(point, str) and point not in {"", "absent"} and not rules.GUID.match(point)


def _all_new(payload: Any) -> bool:
    return standard(payload) and all(site.get("destinationType") == "new" for site in sites(payload))


always = Condition("", lambda payload: True)
standard = Condition("standard", lambda payload: kind_of(payload) == "standard")
granular = Condition("granular", lambda payload: kind_of(payload) == "granular")
empty = Condition("empty", lambda payload: kind_of(payload) == "empty")
not_empty = Condition("not empty", lambda payload: kind_of(payload) != "empty")
to_new_sites = Condition("for new places", _all_new)


def at_least(number: int, when: Condition = always) -> Condition:
    """So many artifacts or more."""
    return Condition(
        f"{number} or more artifacts {when.words}".strip(), lambda p: count_artifacts(p) >= number and when(p)
    )


def exactly(number: int, when: Condition = always) -> Condition:
    """So many artifacts."""
    return Condition(f"{number} artifacts {when.words}".strip(), lambda p: count_artifacts(p) == number and when(p))


# ---------------------------------------------------------------- requests


def payload_of(request: ParsedRequest) -> Json | None:
    """The JSON object in a request, or None."""
    try:
        value = json.loads(request.http.body or b"")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def additions(payload: Json, name: str = SITES) -> list[Json]:
    """The additions that a change names, where all changes are objects."""
    value = payload.get(name)
    if not isinstance(value, list) or not all(isinstance(change, dict) for change in value):
        return []
    return [change for change in value if "@removed" not in change]


def authorization(request: ParsedRequest) -> str:
    """The Authorization header of a request, "" without one."""
    return header(request.http.headers, "Authorization") or ""


def media_type_of(request: ParsedRequest) -> str | None:
    """The Content-Type of a request."""
    return header(request.http.headers, "Content-Type")


def artifact_counts(request: Request) -> tuple[int, int]:
    """How many full-site and granular artifacts a create request names; none in any other request."""
    payload = parse_json(request.body)
    if request.method != "POST" or not request.target.endswith("RestoreSessions") or not isinstance(payload, dict):
        return (0, 0)
    lists = (payload.get(rules.SITE), payload.get(rules.GRANULAR))
    sites, items = (len(value) if isinstance(value, list) else 0 for value in lists)
    return (sites, items)


# ---------------------------------------------------------------- sessions


def same_sites(other: Session, this: Session) -> bool:
    """Whether two sessions restore the same sites from the same restore points."""
    points = [artifact.get("restorePoint") for artifact in this.artifacts]
    return bool(points and points[0] and points == [artifact.get("restorePoint") for artifact in other.artifacts])


def is_draft(session: Session) -> bool:
    return session.status == "draft"


def is_granular(session: Session) -> bool:
    return session.kind == "granular"


def is_standard(session: Session) -> bool:
    return session.kind == "standard"


def restores_to_new(session: Session) -> bool:
    """Whether an artifact of a session goes to a new place."""
    return any(artifact["destinationType"] == "new" for artifact in session.artifacts)
