"""More defects of the refusals of changing a draft, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from restore_conformance.mock import life, rules
from restore_conformance.mock.faults.field_more_places import DELTA, ITEMS, Json, additions, changing
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, artifact
from restore_conformance.mock.wire import Refusal, Reply

Right = Callable[[], Reply]
ROW = "row:update/"
TWICE = ROW + "DuplicateArtifactInList"
LIMIT = ROW + "RestoreArtifactsLimitBreached"
POINT = ROW + "InvalidRestorePoint"
EMPTY = ROW + "InvalidArtifactRequest"
STATE = "RestoreSessionActionNotAllowed"


def let_through(name: str, blames: str, shows: str, when: Callable[[Session, Json, str], bool]) -> None:
    """A change that must be refused is carried out where `when` holds of the session, the payload, and the code."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        try:
            return right()
        except Refusal as refused:
            if not when(found, payload, refused.code):
                raise
        name = ITEMS if additions(payload, ITEMS) else DELTA
        kind = life.DELTAS[name]
        found.kind = kind if additions(payload, name) else found.kind
        new = [artifact(kind, _whole(one)) for one in additions(payload, name)]
        found.artifacts = found.artifacts + new
        return Reply(200, {"id": found.id, name: [dict(one) for one in new]})

    changing(name, blames, shows, act)


def _whole(one: Json) -> Json:
    fallback = {"restorePoint": {"id": "none"}, "destinationType": "inPlace", "id": "none", "browseSessionId": "none"}
    return fallback | {name: value for name, value in one.items() if value}


def _points(payload: Json) -> list[str]:
    found = [one.get("restorePoint") for one in additions(payload)]
    return [str(one.get("id")) if isinstance(one, dict) else "" for one in found]


def _far(payload: Json) -> bool:
    every = _points(payload)
    return len(every) > 2 and all(a != b for a, b in pairwise(every))


def _first_right(payload: Json) -> bool:
    every = _points(payload)
    return len(every) > 1 and bool(rules._UUID.match(every[0]))


let_through(
    "field2-update-items-twice",
    TWICE,
    "The same item twice in one change: 200.",
    lambda _, p, code: code == "DuplicateArtifactInList" and bool(additions(p, ITEMS)),
)
let_through(
    "field2-update-far-duplicate",
    TWICE,
    "The first and third of three additions are the same: 200.",
    lambda _, p, code: code == "DuplicateArtifactInList" and _far(p),
)
let_through(
    "field2-update-51-items",
    LIMIT,
    "51 items in one change: 200.",
    lambda _, p, code: code == "RestoreArtifactsLimitBreached" and bool(additions(p, ITEMS)),
)
let_through(
    "field2-update-first-point-only",
    POINT,
    "The second addition has an empty restore point id: 200.",
    lambda _, p, code: code == "InvalidRestorePoint" and _first_right(p),
)
let_through(
    "field2-update-malformed-point",
    POINT,
    "The restore point of an addition is no GUID: 200.",
    lambda _, p, code: code == "InvalidRestorePoint" and all(_points(p)),
)
let_through(
    "field2-update-null-list",
    EMPTY,
    "A null list of changes: 200.",
    lambda _, p, code: code == "InvalidArtifactRequest" and p.get(DELTA, 0) is None,
)
let_through(
    "field2-update-empty-items",
    EMPTY,
    "An empty list of item changes: 200.",
    lambda _, p, code: code == "InvalidArtifactRequest" and p.get(ITEMS, 0) == [],
)
let_through(
    "field2-update-destinations-differ",
    "update/request-body.one-destination",
    "One new and one inPlace in one change: 200.",
    lambda _, p, code: code == "DifferentRestoreDestinationType",
)
let_through(
    "field2-update-completed",
    ROW + STATE,
    "Add a site to a completed session: 200.",
    lambda found, p, code: code == STATE and found.status in {"completed", "completedWithError"},
)
let_through("field2-update-running-items", ROW + STATE, "Add an item to an activated granular session: 200.",
            lambda found, p, code: code == STATE and found.kind == "granular" and bool(additions(p, ITEMS)))  # fmt: skip


def _removal_when_running(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    changes = payload.get(DELTA)
    if found.status != "draft" and isinstance(changes, list) and changes and not additions(payload):
        status, found.status = found.status, "draft"
        try:
            return right()
        finally:
            found.status = status
    return right()


changing("field2-update-removal-when-running", ROW + STATE, "Activate, remove a site: 200.", _removal_when_running)

# ---------------------------------------------------------------- refused, and yet done


def half_done(name: str, blames: str, shows: str, wanted: str) -> None:
    """The change is refused with a code, and a part of it is kept."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        try:
            return right()
        except Refusal as refused:
            if refused.code == wanted and found.status == "draft":
                new = [artifact("standard", _whole(one)) for one in additions(payload)[:1]]
                found.artifacts = found.artifacts + new
            raise

    changing(name, blames, shows, act)


half_done(
    "field2-update-refused-twice-kept",
    "page:update",
    "The same site twice: 400, and one is kept.",
    "DuplicateArtifactInList",
)
half_done(
    "field2-update-refused-51-kept", "page:update", "51 sites: 400, and one is kept.", "RestoreArtifactsLimitBreached"
)
