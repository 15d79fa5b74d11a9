"""Faults of how changes of a draft are refused: `tests/update/test_errors.py`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from restore_conformance.mock import lifecycle, rules
from restore_conformance.mock.conditions import (
    ITEMS,
    SITES,
    additions,
    is_draft,
    is_granular,
    restore_point_ids,
    has_duplicates,
    payload_of,
)
from restore_conformance.mock.edits import Json, body, status, text
from restore_conformance.mock.faults.register import Fault, refusal_faults
from restore_conformance.mock.hooks import (
    ACTION_NOT_ALLOWED, ARTIFACTS_LIMIT, DUPLICATE_ARTIFACT, INVALID_ARTIFACT_REQUEST, INVALID_PATCH,
    INVALID_RESTORE_POINT, INVALID_SESSION_ID, SESSION_NOT_FOUND, UPDATE, Call, Seed, around_operation, around_update,
    assign, before_parse, carry_out_refused_update, crash_on_update, instead_of_refusal, instead_of_update,
)  # fmt: skip
from restore_conformance.mock.session import Session, open_session
from restore_conformance.mock.protocol import JsonResponse, Refusal

ROW = "row:update/"


def _answered_200(when: Callable[[Json, str], bool]) -> Seed:
    """A change that must be refused, by its payload and the code, is answered 200, and nothing is done."""

    def act(session: Session, payload: Json, call: Call) -> JsonResponse:
        try:
            return call.proceed()
        except Refusal as refusal:
            if not when(payload, refusal.code):
                raise
            return JsonResponse(200, {"id": session.id})

    return instead_of_update(act)


# ---------------------------------------------------------------- what is looked at


def _points(payload: Json) -> list[str]:
    points = [change.get("restorePoint") for change in additions(payload)]
    return [str(point.get("id")) if isinstance(point, dict) else "" for point in points]


def _changes(payload: Json) -> list[Json]:
    changes = payload.get(SITES)
    return changes if isinstance(changes, list) and all(isinstance(change, dict) for change in changes) else []


# ---------------------------------------------------------------- other ways to carry a change out


def _once(session: Session, payload: Json, call: Call) -> JsonResponse:
    if is_draft(session) and has_duplicates(restore_point_ids({rules.SITE: _changes(payload)})):
        return JsonResponse(200, lifecycle.update(session, {SITES: _changes(payload)[:1]}))
    return call.proceed()


def _in_parts(session: Session, payload: Json, call: Call) -> JsonResponse:
    every = _changes(payload)
    if not is_draft(session) or len(every) <= rules.LIMIT:
        return call.proceed()
    for start in range(0, len(every), rules.LIMIT):
        shown = lifecycle.update(session, {SITES: every[start : start + rules.LIMIT]})
    return JsonResponse(200, shown)


def _removal_when_running(session: Session, payload: Json, call: Call) -> JsonResponse:
    changes, before = payload.get(SITES), session.status
    if isinstance(changes, list) and changes and not additions(payload):
        assign(session, status="draft")
    try:
        return call.proceed()
    finally:
        assign(session, status=before)


def _broken_json_passed_over(call: Call) -> JsonResponse:
    session = call.service.draft(call.request)
    try:
        return call.proceed()
    except Refusal as refusal:
        if refusal.message != "The payload is no JSON.":
            raise
        return JsonResponse(200, {"id": session.id, SITES: []})


def _text_passed_over(call: Call) -> JsonResponse:
    payload = payload_of(call.request) or {}
    if any(isinstance(value, str) for value in payload.values()):
        return JsonResponse(200, {"id": call.service.draft(call.request).id})
    return call.proceed()


def _upserted(call: Call, _: Refusal) -> JsonResponse:
    created = open_session("standard", [], call.request.caller)
    created.id = call.request.session.lower()
    call.service.store(created)
    return JsonResponse(201, call.service.render(created, all_members=False))


def _an_array_breaks_it(raw: bytes) -> None:
    if raw[:1] == b"[" and b"@delta" in raw:
        raise RuntimeError("seeded")


# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- other refusals
    *refusal_faults(UPDATE,
        *((f"field-update-{row}-{value}".lower(), "row", row, status(value)) for row, value in (
            (ACTION_NOT_ALLOWED, 409), (INVALID_SESSION_ID, 422), (INVALID_PATCH, 500), (INVALID_RESTORE_POINT, 500), (DUPLICATE_ARTIFACT, 409), (INVALID_ARTIFACT_REQUEST, 500), (ARTIFACTS_LIMIT, 500),
        )),
        ("field2-update-state-no-body", "row", ACTION_NOT_ALLOWED, body(None)),
        ("field2-update-twice-page", ".envelope", DUPLICATE_ARTIFACT, text("<h1>Bad Request</h1>", "text/html")),
    ),
    # ---------------------------------------------------------------- let through
    Fault("update-restore-point-not-checked", ".invalid-restore-point", "Add an artifact whose restore point has an empty id.",
          _answered_200(lambda _, code: code == INVALID_RESTORE_POINT)),
    Fault("update-51-accepted", ".artifacts-limit", "Add 51 artifacts.", _answered_200(lambda _, code: code == ARTIFACTS_LIMIT)),
    Fault("update-empty-list-accepted", ".empty-list", "Change with an empty list.", _answered_200(lambda payload, _: payload.get(SITES) == [])),
    Fault("update-duplicate-accepted", ".duplicate-artifact", "Add an artifact twice in one request.",
          _answered_200(lambda _, code: code == DUPLICATE_ARTIFACT)),
    Fault("update-broken-json-accepted", ".malformed-json", "Change with JSON that is cut short.", around_operation(UPDATE, _broken_json_passed_over)),
    Fault("update-text-accepted", ".invalid-patch-request", "Change with a text for a list of changes.", around_operation(UPDATE, _text_passed_over)),
    Fault("field-update-twice-accepted", ROW + DUPLICATE_ARTIFACT, "The same addition twice: 200.", around_update(_once)),
    Fault("field-update-51-accepted", ROW + ARTIFACTS_LIMIT, "51 additions: 200.", around_update(_in_parts)),
    *(Fault(name, ROW + row, shows, carry_out_refused_update(when)) for name, row, shows, when in (
        ("field2-update-items-twice", DUPLICATE_ARTIFACT, "The same item twice in one change: 200.", lambda _, p, code: code == DUPLICATE_ARTIFACT and additions(p, ITEMS)),
        ("field2-update-far-duplicate", DUPLICATE_ARTIFACT, "The first and third of three additions are the same: 200.", lambda _, p, code: code == DUPLICATE_ARTIFACT and len(_points(p)) > 2 and all(a != b for a, b in pairwise(_points(p)))),
        ("field2-update-51-items", ARTIFACTS_LIMIT, "51 items in one change: 200.", lambda _, p, code: code == ARTIFACTS_LIMIT and additions(p, ITEMS)),
        ("field2-update-first-point-only", INVALID_RESTORE_POINT, "The second addition has an empty restore point id: 200.",
         lambda _, p, code: code == INVALID_RESTORE_POINT and len(_points(p)) > 1 and rules.GUID.match(_points(p)[0])),
        ("field2-update-malformed-point", INVALID_RESTORE_POINT, "The restore point of an addition is not a GUID: 200.",
         lambda _, p, code: code == INVALID_RESTORE_POINT and all(_points(p))),
        ("field2-update-null-list", INVALID_ARTIFACT_REQUEST, "A null list of changes: 200.", lambda _, p, code: code == INVALID_ARTIFACT_REQUEST and p.get(SITES, 0) is None),
        ("field2-update-empty-items", INVALID_ARTIFACT_REQUEST, "An empty list of item changes: 200.", lambda _, p, code: code == INVALID_ARTIFACT_REQUEST and p.get(ITEMS, 0) == []),
        ("field2-update-completed", ACTION_NOT_ALLOWED, "Add a site to a completed session: 200.",
         lambda session, p, code: code == ACTION_NOT_ALLOWED and "completed" in session.status),
        ("field2-update-running-items", ACTION_NOT_ALLOWED, "Add an item to an activated granular session: 200.",
         lambda session, p, code: code == ACTION_NOT_ALLOWED and is_granular(session) and additions(p, ITEMS)),
    )),
    Fault("field2-update-removal-when-running", ROW + ACTION_NOT_ALLOWED, "Activate, remove a site: 200.", around_update(_removal_when_running)),
    Fault("field-update-upserts", ROW + SESSION_NOT_FOUND, "Change an unknown id: a session with it is created, 201.",
          instead_of_refusal(SESSION_NOT_FOUND, _upserted, *UPDATE)),
    Fault("field2-update-unknown-200", ROW + SESSION_NOT_FOUND, "Change an unknown or deleted session: 200.",
          instead_of_refusal(SESSION_NOT_FOUND, lambda *_: JsonResponse(200, {SITES: []}), *UPDATE)),
    # ---------------------------------------------------------------- changes that break the server
    Fault("update-array-crashes", ".malformed-json", "Change with a JSON array as payload.", before_parse(_an_array_breaks_it)),
    *(Fault(name, ROW + row, shows, crash_on_update(when)) for name, row, shows, when in (
        ("field2-update-missing-point-crash", INVALID_RESTORE_POINT, "An addition without restorePoint: 500.",
         lambda _, p: any("restorePoint" not in addition for addition in additions(p))),
        ("field2-update-null-list-crash", INVALID_ARTIFACT_REQUEST, "A null list of changes: 500.", lambda _, p: p.get(SITES, 0) is None),
        ("field2-update-empty-object-crash", INVALID_PATCH, "A change {}: 500.", lambda _, p: not p),
        ("field2-update-text-list-crash", INVALID_PATCH, "A text for the list of changes: 500.", lambda _, p: isinstance(p.get(SITES), str)),
        ("field2-update-items-twice-crash", DUPLICATE_ARTIFACT, "The same item twice: 500.", lambda _, p: has_duplicates([str(addition) for addition in additions(p, ITEMS)])),
    )),
]
# fmt: on
