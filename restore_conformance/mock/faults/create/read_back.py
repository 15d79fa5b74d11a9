"""Faults that show when a created session is looked at again: `tests/create/test_read_back.py`."""

from __future__ import annotations

from copy import deepcopy

from restore_conformance.mock import lifecycle
from restore_conformance.mock.conditions import is_draft, is_granular
from restore_conformance.mock.edits import REVERSED, Derived, Json, put
from restore_conformance.mock.faults.register import Fault, success_faults
from restore_conformance.mock.hooks import (
    ACTION_NOT_ALLOWED, ARTIFACTS_LIMIT, DIFFERENT_DESTINATION, DUPLICATE_ARTIFACT, GETS, INVALID_PATH_TYPE,
    INVALID_RESTORE_POINT, SESSION_NOT_FOUND, UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, Call, Seed, after_operation,
    after_update, around_operation, around_store, assign, before_operation, before_store, for_other_sessions,
    instead_of_refusal, instead_of_update, on_response, refuse, refuse_calls, refuse_on, seeds, store_refused,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, now, open_session
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal


def _is_third(call: Call) -> bool:
    return bool(call.session) and list(call.service.sessions).index(call.request.session.lower()) % 3 == 2


def _every_second_lost(call: Call) -> JsonResponse:
    if call.session and call.session.extra.pop("read", None):
        refuse(404, SESSION_NOT_FOUND)
    response = call.proceed()
    if call.session:
        call.session.extra["read"] = True
        response.body.pop("read", None)
    return response


def _activated_by_reading(service: Service) -> None:
    seen: set[str] = set()

    def look(session: Session) -> None:
        if session.id in seen and is_draft(session):
            lifecycle.activate(session)
        seen.add(session.id)

    before_operation(GETS, look)(service)


def _filling_makes_it_granular(service: Service) -> None:
    filled: set[str] = set()

    def fill(session: Session, payload: Json, call: Call) -> JsonResponse:
        if not session.artifacts:
            filled.add(session.id)
        return call.proceed()

    def shown(service: Service, session: Session, response: JsonResponse) -> None:
        if session.id in filled:
            response.body["restoreJobType"] = "unknownFutureValue"

    seeds(instead_of_update(fill), after_operation(("get",), shown))(service)


def _evicts_the_first(service: Service, created: Session) -> None:
    if len(service.sessions) >= 2:
        del service.sessions[next(iter(service.sessions))]


def _rolls_back_another(call: Call, refusal: Refusal) -> None:
    if refusal.status == 400 and call.service.sessions:
        call.service.sessions.popitem()


def _kept(code: str) -> Seed:
    """Refuse as ever, whatever refuses it, and keep a session all the same."""

    def seed(service: Service) -> None:
        def change(response: JsonResponse, request: ParsedRequest) -> None:
            if response.status >= 400 and response.body["error"]["code"] == code:
                service.store(open_session("standard", [], "good"))

        on_response(change, "create")(service)

    return seed


# fmt: off
FAULTS = [
    *success_faults(("get",),
        ("read-back-other-job-type", ".same-session", put("restoreJobType", "bulk")),
        ("read-back-other-id", ".same-session", put("id", REVERSED)),
        ("activates-by-itself", ".stays-draft", put("status", "active")),
        ("read-back-total-zero", ".same-counts", put("restoreSessionArtifactCount/total", 0)),
    ),
    *success_faults(GETS,
        ("field-get-created-now", "N36", put("createdDateTime", Derived("the present time", lambda _: now()))),
        ("field-get-active", "N37", put("status", Derived("active if draft", lambda old: "active" if old == "draft" else old))),
    ),
    Fault("filling-makes-it-granular", ".same-session", "Create an empty session, add an artifact, get.", _filling_makes_it_granular),
    Fault("created-but-not-kept", ".found", "Create, get.", around_store(lambda service, created, keep: None)),
    Fault("get-crashes-on-granular", ".found", "Create a granular session, get it.", refuse_calls(("get",), lambda call: is_granular(call.find()), 500, "InternalServerError")),
    Fault("field-get-third-lost", "N36", "Every third session that was created cannot be read: 404.", refuse_calls(GETS, _is_third, 404, SESSION_NOT_FOUND)),
    Fault("field2-get-empty-404", "N36", "Create an empty session, get it: 404.", refuse_on(GETS, lambda session: not session.artifacts, 404, SESSION_NOT_FOUND)),
    Fault("field2-get-every-second-404", "N36", "Create, get, get: every second read is answered 404.", around_operation(GETS, _every_second_lost)),
    Fault("draft-not-deleted", ".draft-deleted", "Create, delete.", refuse_calls(("delete",), Call.find, 403, ACTION_NOT_ALLOWED)),
    Fault("field-reading-activates", "N37", "Create, get, get: the second read shows a session that has started.", _activated_by_reading),
    Fault("field2-update-starts", "N37", "Add a site and get: it is activating.", after_update(lambda service, session, was: lifecycle.activate(session))),
    # ---------------------------------------------------------------- a second create
    Fault("second-create-overwrites", ".others-untouched", "Create, get, create another, get the first again.", before_store(for_other_sessions(lambda other, new: assign(other, created=new.created, artifacts=new.artifacts)))),
    Fault("field-second-grows-first", "N36", "Create two and get the first: its total has grown.",
          before_store(for_other_sessions(lambda other, new: assign(other, artifacts=[*other.artifacts, *new.artifacts]), lambda other, new: other.kind == new.kind and is_draft(other)))),
    Fault("field-third-evicts-first", "N36", "Create three and get the first: 404.", before_store(_evicts_the_first)),
    Fault("field-second-retypes-first", "N36", "Create sites, then items, and get the first: granular.", before_store(for_other_sessions(lambda other, new: assign(other, kind=new.kind)))),
    Fault("field2-second-create-changes-creator", "N36", "Create as two callers: both sessions have the second's name.", before_store(for_other_sessions(lambda other, new: assign(other, created_by=new.created_by)))),
    Fault("field2-second-create-fills-empty", "N36", "Create an empty session, then sites: the empty one has them too.",
          before_store(for_other_sessions(lambda other, new: assign(other, artifacts=deepcopy(new.artifacts)), lambda other, new: not other.artifacts and is_draft(other) and new.kind == "standard"))),
    # ---------------------------------------------------------------- a refused create
    Fault("refused-but-kept", ".nothing-of-refused", "List, create with both kinds, list.", store_refused()),
    *(Fault(f"refused-{name}-but-kept", ".nothing-of-refused", "List, send it, list.", _kept(code)) for code, name in (
        (ARTIFACTS_LIMIT, "limit"), (DIFFERENT_DESTINATION, "different-destination"), (UNSUPPORTED_MEDIA_TYPE, "media-type"), (UNAUTHENTICATED, "token"),
    )),
    *(Fault(name, ".nothing-of-refused", f"{shows}, and yet there is a session more.", store_refused(code)) for name, code, shows in (
        ("field2-refused-twice-kept", DUPLICATE_ARTIFACT, "The same site twice: 400"),
        ("field2-refused-path-kept", INVALID_PATH_TYPE, "No destinationType: 400"),
        ("field2-refused-point-kept", INVALID_RESTORE_POINT, "An empty restore point id: 400"),
    )),
    Fault("field2-refused-json-kept", "page:create", "Broken JSON: 400, and yet there is a session more.", store_refused("BadRequest")),
    Fault("field2-refused-create-rolls-back-another", "N36", "Create, send something that is refused, get the first: 404.",
          instead_of_refusal("", _rolls_back_another, "create")),
]
# fmt: on
