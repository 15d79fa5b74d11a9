"""Faults of how changes of a draft are refused: `tests/update/test_errors.py`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from restore_conformance.mock import life, rules
from restore_conformance.mock.conditions import ITEMS, SITES, additions, is_draft, is_granular, points, repeated, sent
from restore_conformance.mock.edits import Json, body, code, status, text
from restore_conformance.mock.faults.register import Fault, on_refusal
from restore_conformance.mock.hooks import (
    EMPTY, LIMIT, MALFORMED, PATCH, POINT, STATE, TWICE, UNKNOWN, UPDATE, Call, Seed, around, assign,
    breaks_on_change, carries_out, changing, instead_of, parses, updating,
)  # fmt: skip
from restore_conformance.mock.session import Session, open_session
from restore_conformance.mock.wire import Refusal, Reply

ROW = "row:update/"


def _answered_200(when: Callable[[Json, str], bool]) -> Seed:
    """A change that must be refused, by its payload and the code, is answered 200, and nothing is done."""

    def act(session: Session, payload: Json, call: Call) -> Reply:
        try:
            return call.proceed()
        except Refusal as refusal:
            if not when(payload, refusal.code):
                raise
            return Reply(200, {"id": session.id})

    return updating(act)


# ---------------------------------------------------------------- what is looked at


def _points(payload: Json) -> list[str]:
    points = [change.get("restorePoint") for change in additions(payload)]
    return [str(point.get("id")) if isinstance(point, dict) else "" for point in points]


def _changes(payload: Json) -> list[Json]:
    changes = payload.get(SITES)
    return changes if isinstance(changes, list) and all(isinstance(change, dict) for change in changes) else []


# ---------------------------------------------------------------- other ways to carry a change out


def _once(session: Session, payload: Json, call: Call) -> Reply:
    if is_draft(session) and repeated(points({rules.SITE: _changes(payload)})):
        return Reply(200, life.update(session, {SITES: _changes(payload)[:1]}))
    return call.proceed()


def _in_parts(session: Session, payload: Json, call: Call) -> Reply:
    every = _changes(payload)
    if not is_draft(session) or len(every) <= rules.LIMIT:
        return call.proceed()
    for start in range(0, len(every), rules.LIMIT):
        shown = life.update(session, {SITES: every[start : start + rules.LIMIT]})
    return Reply(200, shown)


def _removal_when_running(session: Session, payload: Json, call: Call) -> Reply:
    changes, before = payload.get(SITES), session.status
    if isinstance(changes, list) and changes and not additions(payload):
        assign(session, status="draft")
    try:
        return call.proceed()
    finally:
        assign(session, status=before)


def _broken_json_passed_over(call: Call) -> Reply:
    session = call.service.draft(call.asked)
    try:
        return call.proceed()
    except Refusal as refusal:
        if refusal.message != "The payload is no JSON.":
            raise
        return Reply(200, {"id": session.id, SITES: []})


def _text_passed_over(call: Call) -> Reply:
    payload = sent(call.asked) or {}
    if any(isinstance(value, str) for value in payload.values()):
        return Reply(200, {"id": call.service.draft(call.asked).id})
    return call.proceed()


def _upserted(call: Call, _: Refusal) -> Reply:
    created = open_session("standard", [], call.asked.caller)
    created.id = call.asked.session.lower()
    call.service.keep(created)
    return Reply(201, call.service.render(created, all_members=False))


def _an_array_breaks_it(raw: bytes) -> None:
    if raw[:1] == b"[" and b"@delta" in raw:
        raise RuntimeError("seeded")


# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- other refusals
    *on_refusal(UPDATE,
        ("update-malformed-other-code", ".codes", PATCH, code("UnknownError")),
        *((f"field-update-{row}-{value}".lower(), "row", row, status(value)) for row, value in (
            (STATE, 409), (MALFORMED, 422), (PATCH, 500), (POINT, 500), (TWICE, 409), (EMPTY, 500), (LIMIT, 500),
        )),
        ("field2-update-state-no-body", "row", STATE, body(None)),
        ("field2-update-twice-page", ".envelope", TWICE, text("<h1>Bad Request</h1>", "text/html")),
    ),
    # ---------------------------------------------------------------- let through
    Fault("update-restore-point-not-checked", ".invalid-restore-point", "Add an artifact whose restore point has an empty id.",
          _answered_200(lambda _, code: code == POINT)),
    Fault("update-51-accepted", ".artifacts-limit", "Add 51 artifacts.", _answered_200(lambda _, code: code == LIMIT)),
    Fault("update-empty-list-accepted", ".empty-list", "Change with an empty list.", _answered_200(lambda payload, _: payload.get(SITES) == [])),
    Fault("update-duplicate-accepted", ".duplicate-artifact", "Add an artifact twice in one request.",
          _answered_200(lambda _, code: code == TWICE)),
    Fault("update-broken-json-accepted", ".malformed-json", "Change with JSON that is cut short.", around(UPDATE, _broken_json_passed_over)),
    Fault("update-text-accepted", ".invalid-patch-request", "Change with a text for a list of changes.", around(UPDATE, _text_passed_over)),
    Fault("field-update-twice-accepted", ROW + TWICE, "The same addition twice: 200.", changing(_once)),
    Fault("field-update-51-accepted", ROW + LIMIT, "51 additions: 200.", changing(_in_parts)),
    *(Fault(name, ROW + row, shows, carries_out(when)) for name, row, shows, when in (
        ("field2-update-items-twice", TWICE, "The same item twice in one change: 200.", lambda _, p, code: code == TWICE and additions(p, ITEMS)),
        ("field2-update-far-duplicate", TWICE, "The first and third of three additions are the same: 200.", lambda _, p, code: code == TWICE and len(_points(p)) > 2 and all(a != b for a, b in pairwise(_points(p)))),
        ("field2-update-51-items", LIMIT, "51 items in one change: 200.", lambda _, p, code: code == LIMIT and additions(p, ITEMS)),
        ("field2-update-first-point-only", POINT, "The second addition has an empty restore point id: 200.",
         lambda _, p, code: code == POINT and len(_points(p)) > 1 and rules.GUID.match(_points(p)[0])),
        ("field2-update-malformed-point", POINT, "The restore point of an addition is not a GUID: 200.",
         lambda _, p, code: code == POINT and all(_points(p))),
        ("field2-update-null-list", EMPTY, "A null list of changes: 200.", lambda _, p, code: code == EMPTY and p.get(SITES, 0) is None),
        ("field2-update-empty-items", EMPTY, "An empty list of item changes: 200.", lambda _, p, code: code == EMPTY and p.get(ITEMS, 0) == []),
        ("field2-update-completed", STATE, "Add a site to a completed session: 200.",
         lambda session, p, code: code == STATE and "completed" in session.status),
        ("field2-update-running-items", STATE, "Add an item to an activated granular session: 200.",
         lambda session, p, code: code == STATE and is_granular(session) and additions(p, ITEMS)),
    )),
    Fault("field2-update-removal-when-running", ROW + STATE, "Activate, remove a site: 200.", changing(_removal_when_running)),
    Fault("field-update-upserts", ROW + UNKNOWN, "Change an unknown id: a session with it is created, 201.",
          instead_of(UNKNOWN, _upserted, *UPDATE)),
    Fault("field2-update-unknown-200", ROW + UNKNOWN, "Change an unknown or deleted session: 200.",
          instead_of(UNKNOWN, lambda *_: Reply(200, {SITES: []}), *UPDATE)),
    # ---------------------------------------------------------------- changes that break the server
    Fault("update-array-crashes", ".malformed-json", "Change with a JSON array as payload.", parses(_an_array_breaks_it)),
    *(Fault(name, ROW + row, shows, breaks_on_change(when)) for name, row, shows, when in (
        ("field2-update-missing-point-crash", POINT, "An addition without restorePoint: 500.",
         lambda _, p: any("restorePoint" not in addition for addition in additions(p))),
        ("field2-update-null-list-crash", EMPTY, "A null list of changes: 500.", lambda _, p: p.get(SITES, 0) is None),
        ("field2-update-empty-object-crash", PATCH, "A change {}: 500.", lambda _, p: not p),
        ("field2-update-text-list-crash", PATCH, "A text for the list of changes: 500.", lambda _, p: isinstance(p.get(SITES), str)),
        ("field2-update-items-twice-crash", TWICE, "The same item twice: 500.", lambda _, p: repeated([str(addition) for addition in additions(p, ITEMS)])),
    )),
]
# fmt: on
