"""Faults that show when a created session is looked at again: `tests/create/test_read_back.py`."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from restore_conformance.mock import life, session
from restore_conformance.mock.conditions import is_granular
from restore_conformance.mock.edits import REVERSED, Into, Json, put
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.hooks import (
    GETS, Right, Seed, after, around, changed, instead_of, keeping, keeps, keeps_refused, refuses_on, replies,
    seeds, updates,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

LOST = "RestoreSessionNotFound"


def _crash_on_granular(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if is_granular(service.find(asked)):
        raise Refusal(500, "InternalServerError")
    return right()


def _never_deleted(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    service.find(asked)
    raise Refusal(403, "RestoreSessionActionNotAllowed")


def _third_lost(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and list(service.sessions).index(found.id) % 3 == 2:
        raise Refusal(404, LOST)
    return right()


def _every_second_lost(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
    if found and found.extra.pop("read", None):
        raise Refusal(404, LOST)
    reply = right()
    if found:
        found.extra["read"] = True
        reply.body.pop("read", None)
    return reply


def _activated_by_reading(service: Service) -> None:
    seen: set[str] = set()

    def act(service: Service, asked: Asked, found: Session | None, right: Right) -> Reply:
        if found and found.id in seen and found.status == "draft":
            life.activate(found)
        seen.add(found.id if found else "")
        return right()

    around(GETS, act)(service)


def _filling_makes_it_granular(service: Service) -> None:
    filled: set[str] = set()

    def fill(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
        if not found.artifacts:
            filled.add(found.id)
        return update()

    def shown(service: Service, found: Session, reply: Reply) -> None:
        if found.id in filled:
            reply.body["restoreJobType"] = "unknownFutureValue"

    seeds(updates(fill), after(("get",), shown))(service)


# ---------------------------------------------------------------- what a second create does to the first


def _overwrites(service: Service, born: Session) -> None:
    for name, other in list(service.sessions.items()):
        service.sessions[name] = replace(other, created=born.created, artifacts=born.artifacts)


def _grows_the_first(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        if one.kind == born.kind and one.status == "draft":
            one.artifacts = [*one.artifacts, *born.artifacts]


def _evicts_the_first(service: Service, born: Session) -> None:
    if len(service.sessions) >= 2:
        del service.sessions[next(iter(service.sessions))]


def _retypes_the_first(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        one.kind = born.kind


def _renames_the_creator(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        one.created_by = born.created_by


def _fills_the_empty(service: Service, born: Session) -> None:
    for one in service.sessions.values():
        if not one.artifacts and one.status == "draft" and born.kind == "standard":
            one.artifacts = deepcopy(born.artifacts)


# ---------------------------------------------------------------- what a refused create does


def _rolls_back_another(service: Service, asked: Asked, refusal: Refusal) -> None:
    if refusal.status == 400 and service.sessions:
        service.sessions.popitem()


def _kept(code: str) -> Seed:
    """Refuse as ever, whatever refuses it, and keep a session all the same."""

    def seed(service: Service) -> None:
        def change(reply: Reply, asked: Asked) -> None:
            if reply.status >= 400 and reply.body["error"]["code"] == code:
                service.keep(session.open_session("standard", [], "good"))

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
        ("field-get-created-now", "N36", put("createdDateTime", Into("the present time", lambda _: session.now()))),
        ("field-get-active", "N37", put("status", Into("active if draft", lambda old: "active" if old == "draft" else old))),
    ),
    Fault("filling-makes-it-granular", ".same-session", "Create an empty session, add an artifact, get.", _filling_makes_it_granular),
    Fault("created-but-not-kept", ".found", "Create, get.", keeping(lambda service, born, keep: None)),
    Fault("get-crashes-on-granular", ".found", "Create a granular session, get it.", around(("get",), _crash_on_granular)),
    Fault("field-get-third-lost", "N36", "Every third session that was created cannot be read: 404.", around(GETS, _third_lost)),
    Fault("field2-get-empty-404", "N36", "Create an empty session, get it: 404.", refuses_on(GETS, lambda found: not found.artifacts, 404, LOST)),
    Fault("field2-get-every-second-404", "N36", "Create, get, get: every second read is answered 404.", around(GETS, _every_second_lost)),
    Fault("draft-not-deleted", ".draft-deleted", "Create, delete.", around(("delete",), _never_deleted)),
    Fault("field-reading-activates", "N37", "Create, get, get: the second read shows a session that has started.", _activated_by_reading),
    Fault("field2-update-starts", "N37", "Add a site and get: it is activating.", changed(lambda service, found, was: life.activate(found))),
    # ---------------------------------------------------------------- a second create
    Fault("second-create-overwrites", ".others-untouched", "Create, get, create another, get the first again.", keeps(_overwrites)),
    Fault("field-second-grows-first", "N36", "Create two and get the first: its total has grown.", keeps(_grows_the_first)),
    Fault("field-third-evicts-first", "N36", "Create three and get the first: 404.", keeps(_evicts_the_first)),
    Fault("field-second-retypes-first", "N36", "Create sites, then items, and get the first: granular.", keeps(_retypes_the_first)),
    Fault("field2-second-create-changes-creator", "N36", "Create as two callers: both sessions have the second's name.", keeps(_renames_the_creator)),
    Fault("field2-second-create-fills-empty", "N36", "Create an empty session, then sites: the empty one has them too.", keeps(_fills_the_empty)),
    # ---------------------------------------------------------------- a refused create
    Fault("refused-but-kept", ".nothing-of-refused", "List, create with both kinds, list.", keeps_refused()),
    *(Fault(f"refused-{name}-but-kept", ".nothing-of-refused", "List, send it, list.", _kept(code)) for code, name in (
        ("RestoreArtifactsLimitBreached", "limit"), ("DifferentRestoreDestinationType", "different-destination"),
        ("UnsupportedMediaType", "media-type"), ("InvalidAuthenticationToken", "token"),
    )),
    *(Fault(name, ".nothing-of-refused", f"{shows}, and yet there is a session more.", keeps_refused(code)) for name, code, shows in (
        ("field2-refused-twice-kept", "DuplicateArtifactInList", "The same site twice: 400"),
        ("field2-refused-path-kept", "InvalidPathType", "No destinationType: 400"),
        ("field2-refused-point-kept", "InvalidRestorePoint", "An empty restore point id: 400"),
    )),
    Fault("field2-refused-json-kept", "page:create", "Broken JSON: 400, and yet there is a session more.", keeps_refused("BadRequest")),
    Fault("field2-refused-create-rolls-back-another", "N36", "Create, send something that is refused, get the first: 404.",
          instead_of("", _rolls_back_another, "create")),
]
# fmt: on
