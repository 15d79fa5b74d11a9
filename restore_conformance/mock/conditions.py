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
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked

Test = Callable[[Any], bool]
ARTIFACT_LISTS = (rules.SITE, rules.GRANULAR)
"""The two lists of a create."""
CONFLICT = "@microsoft.graph.conflictBehavior"
SITES, ITEMS = f"{rules.SITE}@delta", f"{rules.GRANULAR}@delta"
"""The two lists of changes of an update."""


@dataclass(frozen=True, slots=True)
class When:
    """A condition on the payload of a create, with the words for it."""

    words: str
    test: Test

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


def count_of(payload: Any) -> int:
    """How many artifacts a payload names."""
    return len(sites(payload)) + len(items(payload))


def both(payload: Any) -> bool:
    """Whether a payload names artifacts of both kinds."""
    return bool(sites(payload)) and bool(items(payload))


def places(payload: Any) -> list[Any]:
    """The destinationType of every site, "absent" where it has none."""
    return [site.get("destinationType", "absent") for site in sites(payload)]


def point_ids(payload: Any) -> list[Any]:
    """What stands at restorePoint/id of every site, "absent" where nothing does."""
    points = [site.get("restorePoint") for site in sites(payload)]
    return [point.get("id", "absent") if isinstance(point, dict) else "absent" for point in points]


def points(payload: Any) -> list[str]:
    """The restore point ids that a payload names, where they are text."""
    objects = [site.get("restorePoint") for site in sites(payload)]
    return [point["id"] for point in objects if isinstance(point, dict) and isinstance(point.get("id"), str)]


def browse_ids(payload: Any) -> list[str]:
    """The browse sessions that a payload names, where they are text."""
    return [item["browseSessionId"] for item in items(payload) if isinstance(item.get("browseSessionId"), str)]


def keys(payload: Any) -> list[str]:
    """The ids of the granular artifacts, as text."""
    return [str(item.get("id")) for item in items(payload)]


def behavior(payload: Any) -> Any:
    """The conflict behaviour that a payload asks for."""
    return payload.get(CONFLICT) if isinstance(payload, dict) else None


def typed(payload: Any) -> bool:
    """Whether @odata.type stands at the top."""
    return isinstance(payload, dict) and "@odata.type" in payload


def repeated(values: list[Any]) -> bool:
    """Whether a value comes twice."""
    return len(set(values)) < len(values)


def malformed(point: Any) -> bool:
    """Whether a text is there and is not a GUID."""
    return isinstance(point, str) and point not in {"", "absent"} and not rules.GUID.match(point)


def _all_new(payload: Any) -> bool:
    return standard(payload) and all(site.get("destinationType") == "new" for site in sites(payload))


always = When("", lambda payload: True)
standard = When("standard", lambda payload: kind_of(payload) == "standard")
granular = When("granular", lambda payload: kind_of(payload) == "granular")
empty = When("empty", lambda payload: kind_of(payload) == "empty")
filled = When("not empty", lambda payload: kind_of(payload) != "empty")
to_new = When("for new places", _all_new)


def at_least(number: int, when: When = always) -> When:
    """So many artifacts or more."""
    return When(f"{number} or more artifacts {when.words}".strip(), lambda p: count_of(p) >= number and when(p))


def exactly(number: int, when: When = always) -> When:
    """So many artifacts."""
    return When(f"{number} artifacts {when.words}".strip(), lambda p: count_of(p) == number and when(p))


# ---------------------------------------------------------------- requests


def sent(asked: Asked) -> Json | None:
    """The JSON object in a request, or None."""
    try:
        value = json.loads(asked.request.body or b"")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def additions(payload: Json, name: str = SITES) -> list[Json]:
    """The additions that a change names, where all changes are objects."""
    value = payload.get(name)
    if not isinstance(value, list) or not all(isinstance(change, dict) for change in value):
        return []
    return [change for change in value if "@removed" not in change]


def authorization(asked: Asked) -> str:
    """The Authorization header of a request, "" without one."""
    return header(asked.request.headers, "Authorization") or ""


def media(asked: Asked) -> str | None:
    """The Content-Type of a request."""
    return header(asked.request.headers, "Content-Type")


def numbers_named(request: Request) -> tuple[int, int]:
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


def is_new(session: Session) -> bool:
    """Whether an artifact of a session goes to a new place."""
    return any(artifact["destinationType"] == "new" for artifact in session.artifacts)
