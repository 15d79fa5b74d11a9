"""Faults of what a change of a draft does and answers: `tests/update/test_response.py`."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from restore_conformance.mock import lifecycle
from restore_conformance.mock.conditions import ITEMS, SITES, additions, is_draft, is_granular, is_standard, payload_of
from restore_conformance.mock.edits import (
    REVERSED,
    Derived,
    Json,
    body,
    each_with,
    each_without,
    media_type,
    put,
)
from restore_conformance.mock.faults.register import Fault, success_faults
from restore_conformance.mock.hooks import (
    ARTIFACTS_LIMIT, DUPLICATE_ARTIFACT, GETS, INVALID_RESTORE_POINT, LISTS, UPDATE, Call, Seed, add_artifacts,
    after_update, around_update, crash_on_update, instead_of_refusal, instead_of_update, keep_totals,
    on_added_artifacts, on_success,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, make_artifact
from restore_conformance.mock.protocol import JsonResponse, Refusal

Artifacts = list[Json]
IN_PLACE = {"destinationType": "inPlace"}

# ---------------------------------------------------------------- what a change does


def _newest(service: Service) -> Session:
    return list(service.sessions.values())[-1]


def _fresh(session: Session, was: Artifacts) -> Artifacts:
    return [artifact for artifact in session.artifacts if artifact not in was]


def _gone(session: Session, was: Artifacts) -> Artifacts:
    return [artifact for artifact in was if artifact not in session.artifacts]


def _then(
    artifacts: Callable[[Session, Artifacts, Artifacts], Artifacts],
    when: Callable[[Session, Artifacts], object] = lambda *_: True,
) -> Seed:
    """Other artifacts after a change, made of the session, those before, and those added; where `when` holds."""

    def do(service: Service, session: Session, was: Artifacts) -> None:
        if when(session, was):
            session.artifacts = artifacts(session, was, _fresh(session, was))

    return after_update(do)


def _undone(when: Callable[[Service, Session, Json, Artifacts], bool]) -> Seed:
    """A change that is answered as if it was done, and is not kept where `when` holds of what it answered."""

    def act(session: Session, payload: Json, call: Call) -> JsonResponse:
        was = list(session.artifacts)
        response = call.proceed()
        if when(call.service, session, response.body, was):
            session.artifacts = was
        return response

    return instead_of_update(act)


def _replaces_the_first(service: Service, session: Session, was: Artifacts) -> None:
    fresh = _fresh(session, was)
    if fresh and was:
        first = {**was[0], "id": make_artifact(session.kind, fresh[0])["id"] + "x"}
        session.artifacts = [first, *session.artifacts[1:]]


def _breaks_on_unknown(session: Session, payload: Json, call: Call) -> JsonResponse:
    known = {artifact["id"] for artifact in session.artifacts}
    for changes in (payload.get(name) for name in lifecycle.DELTAS):
        for change in changes if isinstance(changes, list) else []:
            if "@removed" in change and change["id"] not in known:
                raise RuntimeError("seeded")
    return call.proceed()


def _kept_when_refused(session: Session, payload: Json, call: Call) -> JsonResponse:
    try:
        return call.proceed()
    except Refusal as refusal:
        if refusal.code == INVALID_RESTORE_POINT:
            session.artifacts.append({**session.artifacts[0], "id": "kept"})
        raise


def _half_done(code: str) -> Seed:
    """The change is refused with a code, and the first addition is kept."""

    def act(call: Call, _: Refusal) -> None:
        if call.session and is_draft(call.session):
            add_artifacts(call.session, "standard", additions(payload_of(call.request) or {})[:1])

    return instead_of_refusal(code, act, *UPDATE)


def _both_kinds(session: Session, payload: Json, call: Call) -> JsonResponse:
    if all(payload.get(name) for name in lifecycle.DELTAS) and is_draft(session):
        return JsonResponse(200, {"id": session.id, **{name: [] for name in lifecycle.DELTAS}})
    return call.proceed()


def _removed_elsewhere(session: Session, payload: Json, call: Call) -> JsonResponse:
    changes = payload.get(SITES)
    names = {change.get("id") for change in changes if isinstance(change, dict)} if isinstance(changes, list) else set()
    response = call.proceed()
    for other in call.service.sessions.values():
        other.artifacts = [artifact for artifact in other.artifacts if artifact["id"] not in names]
    return response


def _to_every_draft(service: Service, session: Session, was: Artifacts) -> None:
    for other in service.sessions.values():
        if other is not session and is_draft(other) and other.kind == session.kind and other.artifacts:
            other.artifacts = other.artifacts + [dict(artifact) for artifact in _fresh(session, was)]


def _browse_session(artifact: Json) -> Json:
    return {"browseSessionId": artifact["browseSessionId"]}


def _renumbered(session: Session, was: Artifacts, new: Artifacts) -> Artifacts:
    return [artifact | {"id": str(uuid.uuid4())} if artifact in was else artifact for artifact in session.artifacts]


# ---------------------------------------------------------------- what a change answers


def _one_point(every: Artifacts) -> Artifacts:
    shared = {
        name: value
        for artifact in every[-1:]
        for name, value in artifact.items()
        if name in ("restorePoint", "browseSessionId")
    }
    return [entry | shared for entry in every]


def _other_ids(response: JsonResponse) -> None:
    for site in response.body.get(SITES) or ():
        if "@removed" not in site:
            site["id"] = site["id"][::-1]


def _first_session(session: Session, payload: Json, call: Call) -> JsonResponse:
    response = call.proceed()
    response.body["id"] = next(iter(call.service.sessions))
    return response


P = "page:update"
# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- what a change does
    Fault("update-goes-to-the-newest", ".added", "Create two sessions, add an artifact to the first, list its artifacts.",
          instead_of_update(lambda session, payload, call: JsonResponse(200, {**lifecycle.update(_newest(call.service), payload), "id": session.id}))),
    Fault("update-kept-for-the-newest-only", ".added", "Create two sessions, add an artifact to the first, list its artifacts.",
          _undone(lambda service, session, shown, was: session is not _newest(service))),
    Fault("update-not-kept", ".added", "Add an artifact, get the session.",
          _undone(lambda service, session, shown, was: not any("@removed" in site for site in shown.get(SITES, ())))),
    Fault("update-removal-without-effect", ".removed", "Remove an artifact, list what is left.",
          _undone(lambda service, session, shown, was: len(session.artifacts) < len(was))),
    Fault("update-replaces-all", ".others-kept", "Add three artifacts to a session with three, list them.", after_update(_replaces_the_first)),
    Fault("update-removal-of-nothing-crashes", ".removal-of-nothing", "Remove an artifact that is not there.", instead_of_update(_breaks_on_unknown)),
    Fault("update-refused-but-kept", ".refused-unchanged", "Change with an invalid restore point, get the session.", instead_of_update(_kept_when_refused)),
    Fault("field2-update-refused-twice-kept", P, "The same site twice: 400, and one is kept.", _half_done(DUPLICATE_ARTIFACT)),
    Fault("field2-update-refused-51-kept", P, "51 sites: 400, and one is kept.", _half_done(ARTIFACTS_LIMIT)),
    Fault("field-update-not-kept", P, "Add a site and get: the total is the old one.", _then(lambda session, was, new: was)),
    Fault("field-update-removal-without-effect", P, "Remove a site and list: it is still there.", _then(lambda session, was, new: was + new)),
    Fault("field-update-replaces-all", P, "Add a site: the earlier ones are gone.", _then(lambda session, was, new: new or session.artifacts)),
    Fault("field-update-both-kinds", P, "Changes of both kinds in one request: 200.", around_update(_both_kinds)),
    Fault("field2-update-empty-session-crash", P, "Add a site to an empty session: 500.",
          crash_on_update(lambda session, payload: not session.artifacts and additions(payload))),
    Fault("field2-update-removes-elsewhere", P, "Remove an artifact of another session: it is gone there.", around_update(_removed_elsewhere)),
    Fault("field2-update-adds-to-every-draft", ".only-that", "Two drafts, add to one: both have it.", after_update(_to_every_draft)),
    Fault("field2-update-adds-twice", P, "Add a site and list: it is there twice.", _then(lambda session, was, new: session.artifacts + [artifact | {"id": str(uuid.uuid4())} for artifact in new])),
    Fault("field2-update-removes-the-first", P, "Three sites, remove the last: the first is gone.",
          _then(lambda session, was, new: was[len(_gone(session, was)) :] + new)),
    Fault("field2-update-removes-all", P, "Three sites, remove one: none is left.", _then(lambda session, was, new: new, _gone)),
    Fault("field2-update-removal-beside-addition-lost", P, "Add and remove in one request: nothing is removed.",
          _then(lambda session, was, new: was + new, _fresh)),
    Fault("field2-update-item-removal-lost", P, "Remove an item of a granular session and list: still there.",
          _then(lambda session, was, new: was + new, lambda session, was: is_granular(session))),
    Fault("field2-update-keeps-last-addition", P, "Add two sites in one request: the second alone is kept.",
          _then(lambda session, was, new: [artifact for artifact in session.artifacts if artifact not in new] + new[-1:])),
    Fault("field2-update-adds-in-place", ".as-sent", "Add a site for a new place and list: inPlace.",
          _then(lambda session, was, new: each_with(IN_PLACE)(session.artifacts))),
    Fault("field2-update-one-browse-session", P, "Add an item of another browse session and list: that of the first.",
          _then(lambda session, was, new: each_with(_browse_session(session.artifacts[0]))(session.artifacts), lambda session, was: is_granular(session) and session.artifacts)),
    Fault("field2-update-renumbers", P, "List, add a site, list: the earlier ones have other ids.",
          _then(_renumbered, lambda session, was: is_standard(session))),
    Fault("field2-update-total-not-raised", P, "Add a site: it is listed, and the total of the session is the old one.",
          keep_totals(lambda was, now: now > was, *GETS, *LISTS)),
    Fault("field2-update-total-not-lowered", P, "Remove a site: it is gone, and the total of the session is the old one.",
          keep_totals(lambda was, now: now < was, *GETS, *LISTS)),
    # ---------------------------------------------------------------- what a change answers
    *success_faults(UPDATE,
        ("update-answers-an-array", ".object", body(Derived("an array", lambda old: [old]))),
        ("update-answers-a-collection", ".object", body(Derived("a collection", lambda old: {"value": [old]}))),
        ("update-names-another-session", ".object", put("id", REVERSED)),
        ("update-as-text", ".media-type", media_type("text/plain")),
    ),
    Fault("update-answers-other-ids", ".added-ids", "Add an artifact, list the artifacts.", on_success(_other_ids, *UPDATE)),
    Fault("field-update-status-pending", P, "Add a site: its status is pending, not a member.", on_added_artifacts(each_with({"status": "pending"}))),
    Fault("field2-update-answer-without-ids", P, "Add a site: the answer names no id.", on_added_artifacts(each_without("id"))),
    Fault("field2-update-answer-item-status-null", P, "Add an item: its status is null.", on_added_artifacts(each_with({"status": None}), ITEMS)),
    Fault("field2-update-answer-one-point", P, "Add two sites: the answer names one restore point twice.", on_added_artifacts(_one_point)),
    Fault("field2-update-answer-succeeded", P, "Add a site: its status is succeeded.", on_added_artifacts(each_with({"status": "succeeded"}))),
    Fault("field2-update-answer-other-place", P, "Add a site for a new place: the answer says inPlace.", on_added_artifacts(each_with(IN_PLACE))),
    Fault("field2-update-answer-other-session", P, "Two sessions, change the second: the answer has the first's id.", around_update(_first_session)),
]
# fmt: on
