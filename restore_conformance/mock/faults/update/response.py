"""Faults of what a change of a draft does and answers: `tests/update/test_response.py`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import life, session
from restore_conformance.mock.conditions import SITES, additions, is_granular
from restore_conformance.mock.edits import REVERSED, Into, Json, body, each, joined, media_type, put, status
from restore_conformance.mock.faults.list.response import stale, without_ids
from restore_conformance.mock.faults.register import Fault, on_success
from restore_conformance.mock.faults.update.errors import breaking
from restore_conformance.mock.hooks import GETS, LISTS, Right, Seed, added, answers, changed, changing, updates
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Refusal, Reply

Artifacts = list[Json]
Then = Callable[[Service, Session, Artifacts], object]
IN_PLACE = {"destinationType": "inPlace"}


def _newest(service: Service) -> Session:
    return list(service.sessions.values())[-1]


# ---------------------------------------------------------------- what a change does


def _fresh(found: Session, was: Artifacts) -> Artifacts:
    return [one for one in found.artifacts if one not in was]


def _gone(found: Session, was: Artifacts) -> Artifacts:
    return [one for one in was if one not in found.artifacts]


def then(
    artifacts: Callable[[Session, Artifacts, Artifacts], Artifacts],
    when: Callable[[Session, Artifacts], object] = lambda *_: True,
) -> Seed:
    """Other artifacts after a change, made of the session, those before, and those added; where `when` holds."""

    def do(service: Service, found: Session, was: Artifacts) -> None:
        if when(found, was):
            found.artifacts = artifacts(found, was, _fresh(found, was))

    return changed(do)


def undone(when: Callable[[Service, Session, Json, Artifacts], bool]) -> Seed:
    """A change that is answered as if it was done, and is not kept where `when` holds of what it answered."""

    def act(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
        was = list(found.artifacts)
        shown: Json = update()
        if when(service, found, shown, was):
            found.artifacts = was
        return shown

    return updates(act)


def _replaces_the_first(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
    was = [dict(one) for one in found.artifacts]
    shown: Json = update()
    fresh = [one for one in found.artifacts if one["id"] not in {kept["id"] for kept in was}]
    if fresh and was:
        first = {**was[0], "id": session.artifact(found.kind, fresh[0])["id"] + "x"}
        found.artifacts = [first, *found.artifacts[1:]]
    return shown


def _breaks_on_unknown(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
    known = {one["id"] for one in found.artifacts}
    for name in life.DELTAS:
        for change in payload.get(name) or [] if isinstance(payload.get(name), list) else []:
            if "@removed" in change and change["id"] not in known:
                raise RuntimeError("seeded")
    return update()


def _kept_when_refused(service: Service, found: Session, payload: Json, update: Callable[[], Json]) -> Json:
    try:
        return update()
    except Refusal as refusal:
        if refusal.code == "InvalidRestorePoint":
            found.artifacts.append({**found.artifacts[0], "id": "kept"})
        raise


def half_done(code: str) -> Seed:
    """The change is refused with a code, and the first addition is kept."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        try:
            return right()
        except Refusal as refused:
            if refused.code == code and found.status == "draft":
                added(found, "standard", additions(payload)[:1])
            raise

    return changing(act)


def _both_kinds(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    if all(payload.get(name) for name in life.DELTAS) and found.status == "draft":
        return Reply(200, {"id": found.id, **{name: [] for name in life.DELTAS}})
    return right()


def _removed_elsewhere(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    changes = payload.get(SITES)
    names = {one.get("id") for one in changes if isinstance(one, dict)} if isinstance(changes, list) else set()
    reply = right()
    for other in service.sessions.values():
        other.artifacts = [one for one in other.artifacts if one["id"] not in names]
    return reply


def _to_every_draft(service: Service, found: Session, was: Artifacts) -> None:
    for one in service.sessions.values():
        if one is not found and one.status == "draft" and one.kind == found.kind and one.artifacts:
            one.artifacts = one.artifacts + [dict(new) for new in _fresh(found, was)]


def _first_browse_session(found: Session) -> Json:
    return {"browseSessionId": found.artifacts[0]["browseSessionId"]}


def _twins(new: Artifacts) -> Artifacts:
    return [one | {"id": str(uuid.uuid4())} for one in new]


def _renumbered(found: Session, was: Artifacts, fresh: Artifacts) -> Artifacts:
    return [one | {"id": str(uuid.uuid4())} if one in was else one for one in found.artifacts]


# ---------------------------------------------------------------- what a change answers


def shown_added(change: Callable[[Artifacts, Session], object]) -> Seed:
    """Change the artifacts that were added in the answer to a change; `change` gets copies of them."""

    def act(service: Service, found: Session, payload: Json, right: Right) -> Reply:
        reply = right()
        for name in life.DELTAS:
            if name in reply.body:
                reply.body[name] = [dict(one) for one in reply.body[name]]
                change([one for one in reply.body[name] if "status" in one], found)
        return reply

    return changing(act)


def _each(**members: Any) -> Callable[[Artifacts, Session], object]:
    return lambda every, _: [one.update(members) for one in every]


def _one_point(every: Artifacts, found: Session) -> None:
    for one in every:
        one.update({name: value for name, value in every[-1].items() if name in ("restorePoint", "browseSessionId")})


def _item_status_null(every: Artifacts, found: Session) -> None:
    for one in every:
        one["status"] = None if is_granular(found) else one["status"]


def _other_ids(reply: Reply) -> None:
    for one in reply.body.get(SITES) or ():
        if "@removed" not in one:
            one["id"] = one["id"][::-1]


def _first_session(service: Service, found: Session, payload: Json, right: Right) -> Reply:
    reply = right()
    reply.body["id"] = next(iter(service.sessions))
    return reply


def _pending(reply: Reply) -> None:
    for one in [one for name in life.DELTAS for one in reply.body.get(name, []) if "status" in one]:
        one["status"] = "pending"


P = "page:update"
# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- what a change does
    Fault("update-goes-to-the-newest", ".added", "Create two sessions, add an artifact to the first, list its artifacts.",
          updates(lambda service, found, payload, update: {**life.update(_newest(service), payload), "id": found.id})),
    Fault("update-kept-for-the-newest-only", ".added", "Create two sessions, add an artifact to the first, list its artifacts.",
          undone(lambda service, found, shown, was: found is not _newest(service))),
    Fault("update-not-kept", ".added", "Add an artifact, get the session.",
          undone(lambda service, found, shown, was: not any("@removed" in one for one in shown.get(SITES, ())))),
    Fault("update-removal-without-effect", ".removed", "Remove an artifact, list what is left.",
          undone(lambda service, found, shown, was: len(found.artifacts) < len(was))),
    Fault("update-replaces-all", ".others-kept", "Add three artifacts to a session with three, list them.", updates(_replaces_the_first)),
    Fault("update-removal-of-nothing-crashes", ".removal-of-nothing", "Remove an artifact that is not there.", updates(_breaks_on_unknown)),
    Fault("update-refused-but-kept", ".refused-unchanged", "Change with an invalid restore point, get the session.", updates(_kept_when_refused)),
    Fault("field2-update-refused-twice-kept", P, "The same site twice: 400, and one is kept.", half_done("DuplicateArtifactInList")),
    Fault("field2-update-refused-51-kept", P, "51 sites: 400, and one is kept.", half_done("RestoreArtifactsLimitBreached")),
    Fault("field-update-not-kept", P, "Add a site and get: the total is the old one.", then(lambda found, was, new: was)),
    Fault("field-update-removal-without-effect", P, "Remove a site and list: it is still there.", then(lambda found, was, new: was + new)),
    Fault("field-update-replaces-all", P, "Add a site: the earlier ones are gone.", then(lambda found, was, new: new or found.artifacts)),
    Fault("field-update-both-kinds", P, "Changes of both kinds in one request: 200.", changing(_both_kinds)),
    Fault("field2-update-empty-session-crash", P, "Add a site to an empty session: 500.",
          breaking(lambda found, payload: not found.artifacts and bool(additions(payload)))),
    Fault("field2-update-removes-elsewhere", P, "Remove an artifact of another session: it is gone there.", changing(_removed_elsewhere)),
    Fault("field2-update-adds-to-every-draft", ".only-that", "Two drafts, add to one: both have it.", changed(_to_every_draft)),
    Fault("field2-update-adds-twice", P, "Add a site and list: it is there twice.", then(lambda found, was, new: found.artifacts + _twins(new))),
    Fault("field2-update-removes-the-first", P, "Three sites, remove the last: the first is gone.",
          then(lambda found, was, new: was[len(_gone(found, was)) :] + new)),
    Fault("field2-update-removes-all", P, "Three sites, remove one: none is left.", then(lambda found, was, new: new, _gone)),
    Fault("field2-update-removal-beside-addition-lost", P, "Add and remove in one request: nothing is removed.",
          then(lambda found, was, new: was + new, _fresh)),
    Fault("field2-update-item-removal-lost", P, "Remove an item of a granular session and list: still there.",
          then(lambda found, was, new: was + new, lambda found, was: is_granular(found))),
    Fault("field2-update-keeps-last-addition", P, "Add two sites in one request: the second alone is kept.",
          then(lambda found, was, new: [one for one in found.artifacts if one not in new] + new[-1:])),
    Fault("field2-update-adds-in-place", ".as-sent", "Add a site for a new place and list: inPlace.",
          then(lambda found, was, new: each(IN_PLACE)(found.artifacts))),
    Fault("field2-update-one-browse-session", P, "Add an item of another browse session and list: that of the first.",
          then(lambda found, was, new: each(_first_browse_session(found))(found.artifacts), lambda found, was: is_granular(found) and found.artifacts)),
    Fault("field2-update-renumbers", P, "List, add a site, list: the earlier ones have other ids.",
          then(_renumbered, lambda found, was: found.kind == "standard")),
    Fault("field2-update-total-not-raised", P, "Add a site: it is listed, and the total of the session is the old one.",
          stale(lambda was, now: now > was, *GETS, *LISTS)),
    Fault("field2-update-total-not-lowered", P, "Remove a site: it is gone, and the total of the session is the old one.",
          stale(lambda was, now: now < was, *GETS, *LISTS)),
    # ---------------------------------------------------------------- what a change answers
    *on_success(("update",),
        ("update-answers-an-array", ".object", body(Into("an array", lambda old: [old]))),
        ("update-answers-a-collection", ".object", body(Into("a collection", lambda old: {"value": [old]}))),
        ("update-answers-nothing-of-it", ".object", body({})),
        ("update-names-another-session", ".object", put("id", REVERSED)),
        ("update-as-text", ".media-type", media_type("text/plain")),
        ("field-update-204", P, joined(status(204), body(None))),
        ("field-update-201", P, status(201)),
    ),
    Fault("update-answers-other-ids", ".added-ids", "Add an artifact, list the artifacts.", answers(_other_ids, "update")),
    Fault("field-update-status-pending", P, "Add a site: its status is pending, not a member.", answers(_pending, "update")),
    Fault("field2-update-answer-without-ids", P, "Add a site: the answer names no id.", shown_added(lambda every, _: without_ids(every))),
    Fault("field2-update-answer-item-status-null", P, "Add an item: its status is null.", shown_added(_item_status_null)),
    Fault("field2-update-answer-one-point", P, "Add two sites: the answer names one restore point twice.", shown_added(_one_point)),
    Fault("field2-update-answer-succeeded", P, "Add a site: its status is succeeded.", shown_added(_each(status="succeeded"))),
    Fault("field2-update-answer-other-place", P, "Add a site for a new place: the answer says inPlace.", shown_added(_each(**IN_PLACE))),
    Fault("field2-update-answer-other-session", P, "Two sessions, change the second: the answer has the first's id.", changing(_first_session)),
]
# fmt: on
