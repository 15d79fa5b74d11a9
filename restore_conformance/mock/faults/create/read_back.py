"""Faults that show when a created session is looked at again: `tests/create/test_read_back.py`."""

from __future__ import annotations

from copy import deepcopy

from restore_conformance.mock import life
from restore_conformance.mock.conditions import is_draft, is_granular
from restore_conformance.mock.edits import REVERSED, Into, Json, put
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.hooks import (
    DIFFERENT, GETS, LIMIT, MEDIA, PATH, POINT, STATE, TOKEN, TWICE, UNKNOWN, Call, Seed, after, around, assign,
    before, changed, instead_of, keeping, keeps, keeps_refused, others, refuse, refuses_calls, refuses_on,
    replies, seeds, updating,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, now, open_session
from restore_conformance.mock.wire import Asked, Refusal, Reply


def _is_third(call: Call) -> bool:
    return bool(call.session) and list(call.service.sessions).index(call.asked.session.lower()) % 3 == 2


def _every_second_lost(call: Call) -> Reply:
    if call.session and call.session.extra.pop("read", None):
        refuse(404, UNKNOWN)
    reply = call.proceed()
    if call.session:
        call.session.extra["read"] = True
        reply.body.pop("read", None)
    return reply


def _activated_by_reading(service: Service) -> None:
    seen: set[str] = set()

    def look(session: Session) -> None:
        if session.id in seen and is_draft(session):
            life.activate(session)
        seen.add(session.id)

    before(GETS, look)(service)


def _filling_makes_it_granular(service: Service) -> None:
    filled: set[str] = set()

    def fill(session: Session, payload: Json, call: Call) -> Reply:
        if not session.artifacts:
            filled.add(session.id)
        return call.proceed()

    def shown(service: Service, session: Session, reply: Reply) -> None:
        if session.id in filled:
            reply.body["restoreJobType"] = "unknownFutureValue"

    seeds(updating(fill), after(("get",), shown))(service)


def _evicts_the_first(service: Service, created: Session) -> None:
    if len(service.sessions) >= 2:
        del service.sessions[next(iter(service.sessions))]


def _rolls_back_another(call: Call, refusal: Refusal) -> None:
    if refusal.status == 400 and call.service.sessions:
        call.service.sessions.popitem()


def _kept(code: str) -> Seed:
    """Refuse as ever, whatever refuses it, and keep a session all the same."""

    def seed(service: Service) -> None:
        def change(reply: Reply, asked: Asked) -> None:
            if reply.status >= 400 and reply.body["error"]["code"] == code:
                service.keep(open_session("standard", [], "good"))

        replies(change, "create")(service)

    return seed


# fmt: off
FAULTS = [
    *on_success(("get",),
        ("read-back-other-job-type", ".same-session", put("restoreJobType", "bulk")),
        ("read-back-other-id", ".same-session", put("id", REVERSED)),
        ("activates-by-itself", ".stays-draft", put("status", "active")),
        ("read-back-total-zero", ".same-counts", put("restoreSessionArtifactCount/total", 0)),
    ),
    *on_success(GETS,
        ("field-get-created-now", "N36", put("createdDateTime", Into("the present time", lambda _: now()))),
        ("field-get-active", "N37", put("status", Into("active if draft", lambda old: "active" if old == "draft" else old))),
    ),
    Fault("filling-makes-it-granular", ".same-session", "Create an empty session, add an artifact, get.", _filling_makes_it_granular),
    Fault("created-but-not-kept", ".found", "Create, get.", keeping(lambda service, created, keep: None)),
    Fault("get-crashes-on-granular", ".found", "Create a granular session, get it.", refuses_calls(("get",), lambda call: is_granular(call.find()), 500, "InternalServerError")),
    Fault("field-get-third-lost", "N36", "Every third session that was created cannot be read: 404.", refuses_calls(GETS, _is_third, 404, UNKNOWN)),
    Fault("field2-get-empty-404", "N36", "Create an empty session, get it: 404.", refuses_on(GETS, lambda session: not session.artifacts, 404, UNKNOWN)),
    Fault("field2-get-every-second-404", "N36", "Create, get, get: every second read is answered 404.", around(GETS, _every_second_lost)),
    Fault("draft-not-deleted", ".draft-deleted", "Create, delete.", refuses_calls(("delete",), Call.find, 403, STATE)),
    Fault("field-reading-activates", "N37", "Create, get, get: the second read shows a session that has started.", _activated_by_reading),
    Fault("field2-update-starts", "N37", "Add a site and get: it is activating.", changed(lambda service, session, was: life.activate(session))),
    # ---------------------------------------------------------------- a second create
    Fault("second-create-overwrites", ".others-untouched", "Create, get, create another, get the first again.", keeps(others(lambda other, new: assign(other, created=new.created, artifacts=new.artifacts)))),
    Fault("field-second-grows-first", "N36", "Create two and get the first: its total has grown.",
          keeps(others(lambda other, new: assign(other, artifacts=[*other.artifacts, *new.artifacts]), lambda other, new: other.kind == new.kind and is_draft(other)))),
    Fault("field-third-evicts-first", "N36", "Create three and get the first: 404.", keeps(_evicts_the_first)),
    Fault("field-second-retypes-first", "N36", "Create sites, then items, and get the first: granular.", keeps(others(lambda other, new: assign(other, kind=new.kind)))),
    Fault("field2-second-create-changes-creator", "N36", "Create as two callers: both sessions have the second's name.", keeps(others(lambda other, new: assign(other, created_by=new.created_by)))),
    Fault("field2-second-create-fills-empty", "N36", "Create an empty session, then sites: the empty one has them too.",
          keeps(others(lambda other, new: assign(other, artifacts=deepcopy(new.artifacts)), lambda other, new: not other.artifacts and is_draft(other) and new.kind == "standard"))),
    # ---------------------------------------------------------------- a refused create
    Fault("refused-but-kept", ".nothing-of-refused", "List, create with both kinds, list.", keeps_refused()),
    *(Fault(f"refused-{name}-but-kept", ".nothing-of-refused", "List, send it, list.", _kept(code)) for code, name in (
        (LIMIT, "limit"), (DIFFERENT, "different-destination"), (MEDIA, "media-type"), (TOKEN, "token"),
    )),
    *(Fault(name, ".nothing-of-refused", f"{shows}, and yet there is a session more.", keeps_refused(code)) for name, code, shows in (
        ("field2-refused-twice-kept", TWICE, "The same site twice: 400"),
        ("field2-refused-path-kept", PATH, "No destinationType: 400"),
        ("field2-refused-point-kept", POINT, "An empty restore point id: 400"),
    )),
    Fault("field2-refused-json-kept", "page:create", "Broken JSON: 400, and yet there is a session more.", keeps_refused("BadRequest")),
    Fault("field2-refused-create-rolls-back-another", "N36", "Create, send something that is refused, get the first: 404.",
          instead_of("", _rolls_back_another, "create")),
]
# fmt: on
