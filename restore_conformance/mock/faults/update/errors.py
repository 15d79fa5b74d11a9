"""Faults of how changes of a draft are refused: `tests/update/test_errors.py`."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

from restore_conformance.mock import life, rules
from restore_conformance.mock.conditions import ITEMS, SITES, additions, points, repeated
from restore_conformance.mock.edits import Json, body, code, status, text
from restore_conformance.mock.faults.register import Fault, on_refusal
from restore_conformance.mock.hooks import Right, Seed, added, around, changing, crash, instead_of, looks_at, updates
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, open_session
from restore_conformance.mock.wire import Asked, Refusal, Reply

STATE, UNKNOWN, MALFORMED = "RestoreSessionActionNotAllowed", "RestoreSessionNotFound", "InvalidRestoreSessionId"
POINT, TWICE, LIMIT = "InvalidRestorePoint", "DuplicateArtifactInList", "RestoreArtifactsLimitBreached"
EMPTY, PATCH = "InvalidArtifactRequest", "InvalidPatchRequest"
ROW = "row:update/"

# ---------------------------------------------------------------- ways to be wrong


def answers_instead(when: Callable[[Json, str], bool]) -> Seed:
    """A change that must be refused, by its payload and the code, is answered 200, and nothing is done."""

    def act(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
        try:
            return update()
        except Refusal as refusal:
            if not when(payload, refusal.code):
                raise
            return {"id": found.id}

    return updates(act)


def let_through(when: Callable[[Session, Json, str], bool]) -> Seed:
    """A change that must be refused is carried out where `when` holds of the session, the payload, and the code."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        try:
            return right()
        except Refusal as refused:
            if not when(found, payload, refused.code):
                raise
        name = ITEMS if additions(payload, ITEMS) else SITES
        kind = life.DELTAS[name]
        found.kind = kind if additions(payload, name) else found.kind
        new = added(found, kind, additions(payload, name))
        return Reply(200, {"id": found.id, name: [dict(one) for one in new]})

    return changing(act)


def breaking(when: Callable[[Session, Json], bool]) -> Seed:
    """The server breaks on a change of a draft: 500."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        return crash() if found.status == "draft" and when(found, payload) else right()

    return changing(act)


# ---------------------------------------------------------------- what is looked at


def _points(payload: Json) -> list[str]:
    found = [one.get("restorePoint") for one in additions(payload)]
    return [str(one.get("id")) if isinstance(one, dict) else "" for one in found]


def _far(payload: Json) -> bool:
    every = _points(payload)
    return len(every) > 2 and all(a != b for a, b in pairwise(every))


def _first_right(payload: Json) -> bool:
    every = _points(payload)
    return len(every) > 1 and bool(rules._UUID.match(every[0]))


def _items_of(payload: Json) -> bool:
    return bool(additions(payload, ITEMS))


def _changes(payload: Json) -> list[Json]:
    changes = payload.get(SITES)
    return changes if isinstance(changes, list) and all(isinstance(one, dict) for one in changes) else []


# ---------------------------------------------------------------- other ways to carry a change out


def _once(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    if found.status == "draft" and repeated(points({rules.SITE: _changes(payload)})):
        return Reply(200, life.update(found, {SITES: _changes(payload)[:1]}))
    return right()


def _in_parts(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    every = _changes(payload)
    if found.status != "draft" or len(every) <= rules.LIMIT:
        return right()
    for start in range(0, len(every), rules.LIMIT):
        shown = life.update(found, {SITES: every[start : start + rules.LIMIT]})
    return Reply(200, shown)


def _removal_when_running(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    changes = payload.get(SITES)
    if found.status != "draft" and isinstance(changes, list) and changes and not additions(payload):
        status, found.status = found.status, "draft"
        try:
            return right()
        finally:
            found.status = status
    return right()


def _broken_json_passed_over(service: Service, asked: Asked, _: Session | None, right: Right) -> Reply:
    found = service.draft(asked)
    try:
        return right()
    except Refusal as refusal:
        if refusal.message != "The payload is no JSON.":
            raise
        return Reply(200, {"id": found.id, SITES: []})


def _text_passed_over(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    try:
        payload = json.loads(asked.request.body or b"{}")
    except ValueError:
        return right()
    if isinstance(payload, dict) and any(isinstance(value, str) for value in payload.values()):
        return Reply(200, {"id": service.draft(asked).id})
    return right()


def _upserted(service: Service, asked: Asked, refusal: Refusal) -> Reply:
    born = open_session("standard", [], asked.caller)
    born.id = asked.session.lower()
    service.keep(born)
    return Reply(201, service.render(born, all_members=False))


def _an_array_breaks_it(raw: bytes) -> None:
    if raw[:1] == b"[" and b"@delta" in raw:
        raise RuntimeError("seeded")


# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- other refusals
    *on_refusal(("update",),
        ("update-malformed-other-code", ".codes", PATCH, code("UnknownError")),
        *((f"field-update-{row}-{value}".lower(), "row", row, status(value)) for row, value in (
            (STATE, 409), (MALFORMED, 422), (PATCH, 500), (POINT, 500), (TWICE, 409), (EMPTY, 500), (LIMIT, 500),
        )),
        ("field2-update-state-no-body", "row", STATE, body(None)),
        ("field2-update-twice-page", ".envelope", TWICE, text("<h1>Bad Request</h1>", "text/html")),
    ),
    # ---------------------------------------------------------------- let through
    Fault("update-restore-point-not-checked", ".invalid-restore-point", "Add an artifact whose restore point has an empty id.",
          answers_instead(lambda _, code: code == POINT)),
    Fault("update-51-accepted", ".artifacts-limit", "Add 51 artifacts.", answers_instead(lambda _, code: code == LIMIT)),
    Fault("update-empty-list-accepted", ".empty-list", "Change with an empty list.", answers_instead(lambda payload, _: payload.get(SITES) == [])),
    Fault("update-duplicate-accepted", ".duplicate-artifact", "Add an artifact twice in one request.",
          answers_instead(lambda _, code: code == TWICE)),
    Fault("update-broken-json-accepted", ".malformed-json", "Change with JSON that is cut short.", around(("update",), _broken_json_passed_over)),
    Fault("update-text-accepted", ".invalid-patch-request", "Change with a text for a list of changes.", around(("update",), _text_passed_over)),
    Fault("field-update-twice-accepted", ROW + TWICE, "The same addition twice: 200.", changing(_once)),
    Fault("field-update-51-accepted", ROW + LIMIT, "51 additions: 200.", changing(_in_parts)),
    *(Fault(name, ROW + row, shows, let_through(when)) for name, row, shows, when in (
        ("field2-update-items-twice", TWICE, "The same item twice in one change: 200.", lambda _, p, code: code == TWICE and _items_of(p)),
        ("field2-update-far-duplicate", TWICE, "The first and third of three additions are the same: 200.", lambda _, p, code: code == TWICE and _far(p)),
        ("field2-update-51-items", LIMIT, "51 items in one change: 200.", lambda _, p, code: code == LIMIT and _items_of(p)),
        ("field2-update-first-point-only", POINT, "The second addition has an empty restore point id: 200.",
         lambda _, p, code: code == POINT and _first_right(p)),
        ("field2-update-malformed-point", POINT, "The restore point of an addition is not a GUID: 200.",
         lambda _, p, code: code == POINT and all(_points(p))),
        ("field2-update-null-list", EMPTY, "A null list of changes: 200.", lambda _, p, code: code == EMPTY and p.get(SITES, 0) is None),
        ("field2-update-empty-items", EMPTY, "An empty list of item changes: 200.", lambda _, p, code: code == EMPTY and p.get(ITEMS, 0) == []),
        ("field2-update-completed", STATE, "Add a site to a completed session: 200.",
         lambda found, p, code: code == STATE and found.status in {"completed", "completedWithError"}),
        ("field2-update-running-items", STATE, "Add an item to an activated granular session: 200.",
         lambda found, p, code: code == STATE and found.kind == "granular" and _items_of(p)),
    )),
    Fault("field2-update-removal-when-running", ROW + STATE, "Activate, remove a site: 200.", changing(_removal_when_running)),
    Fault("field-update-upserts", ROW + UNKNOWN, "Change an unknown id: a session with it is created, 201.",
          instead_of(UNKNOWN, _upserted, "update")),
    Fault("field2-update-unknown-200", ROW + UNKNOWN, "Change an unknown or deleted session: 200.",
          instead_of(UNKNOWN, lambda *_: Reply(200, {SITES: []}), "update")),
    # ---------------------------------------------------------------- changes that break the server
    Fault("update-array-crashes", ".malformed-json", "Change with a JSON array as payload.", looks_at(_an_array_breaks_it)),
    *(Fault(name, ROW + row, shows, breaking(when)) for name, row, shows, when in (
        ("field2-update-missing-point-crash", POINT, "An addition without restorePoint: 500.",
         lambda _, p: any("restorePoint" not in one for one in additions(p))),
        ("field2-update-null-list-crash", EMPTY, "A null list of changes: 500.", lambda _, p: p.get(SITES, 0) is None),
        ("field2-update-empty-object-crash", PATCH, "A change {}: 500.", lambda _, p: not p),
        ("field2-update-text-list-crash", PATCH, "A text for the list of changes: 500.", lambda _, p: isinstance(p.get(SITES), str)),
        ("field2-update-items-twice-crash", TWICE, "The same item twice: 500.", lambda _, p: repeated([str(one) for one in additions(p, ITEMS)])),
    )),
]
# fmt: on
