"""Who asks, for which session, and what its state refuses: judged over any exchanges, whoever planned them."""

import itertools
import json
import uuid

import pytest

from restore_conformance.clauses import load
from restore_conformance.contract.routes import line_of
from restore_conformance.exchange import Exchange, Observation, Request, Response
from restore_conformance.judging import look
from restore_conformance.judging.tags import tags_of
from restore_conformance.recogniser import Recogniser
from restore_conformance.state import State
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched

CALLERS = {"one": "good", "two": "read-only", "three": "no-permission"}
SESSION, NOBODY = str(uuid.UUID(int=1, version=4)), str(uuid.UUID(int=2, version=4))
CREATE = "/solutions/backupRestore/sharePointRestoreSessions"
SITES, ITEMS = "siteRestoreArtifacts", "granularSiteRestoreArtifacts"


def point(number, place="inPlace"):
    return {"restorePoint": {"id": str(uuid.UUID(int=number, version=4))}, "destinationType": place}


def removal(name):
    return {"@removed": {"reason": "changed"}, "id": name}


def error(code="BadRequest"):
    return {"error": {"code": code, "message": "no"}}


class Wire:
    """Exchanges one after the other, each with what was known before it."""

    def __init__(self, alone=True):
        self._recogniser = Recogniser(callers=CALLERS)
        self._state = State(alone=alone)
        self._numbers = itertools.count(1)
        self._register = load()

    def say(self, method, target, status, answer=None, body=None, token="one", *, overlaps=False, headers=()):
        number = next(self._numbers)
        sent = (("Authorization", f"Bearer {token}"),) if token else ()
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        shown = b"" if answer is None else json.dumps(answer).encode()
        made = Exchange(
            number,
            Request(method, target, (*sent, ("Content-Type", "application/json"), *headers), raw),
            Response(status, (("Content-Type", "application/json"),), shown),
            at=float(number),
            observation=Observation(overlaps=overlaps),
        )
        made.observation.sent = self._recogniser(made.request)
        look(made)
        made.observation.known = self._state.take(made)
        return made

    def create(self, elements=(1, 2), session=SESSION, **more):
        body = {SITES: [point(n) for n in elements]}
        return self.say("POST", CREATE, 201, {"id": session, "status": "draft", **more}, body)

    def get(self, status=200, answer=None, session=SESSION, **more):
        shown = {"id": session, "status": "draft"} | (answer or {}) if status == 200 else error()
        return self.say(*line_of("get", session), status, shown, **more)

    def update(self, status, change, answer=None, session=SESSION, **more):
        shown = ({"id": session} if status == 200 else error()) if answer is None else answer
        return self.say(*line_of("update", session), status, shown, change, **more)

    def delete(self, status, session=SESSION, answer=None, **more):
        return self.say(*line_of("delete", session), status, answer if answer or status < 300 else error(), **more)

    def activate(self, status, session=SESSION, answer=None, **more):
        return self.say(*line_of("activate", session), status, answer or ({} if status < 300 else error()), **more)

    def artifacts(self, *names, session=SESSION):
        shown = {"value": [{"id": name} for name in names]}
        return self.say(*line_of("list-artifacts", session), 200, shown)

    def judge(self, address, exchange):
        """What a clause says of an exchange: its reading, the kind of exception, or "" where it does not apply."""
        made = self._register[address]
        if not made.when.matches(tags_of(exchange)):
            return ""
        try:
            return made.judge(exchange)
        except (Deviation, Inconclusive, Untouched) as found:
            return found


def kind(found):
    return type(found).__name__ if isinstance(found, Exception) else found


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def draft(wire):
    wire.create()
    wire.get()
    wire.update(200, {f"{SITES}@delta": [point(9)]})  # which shows the route
    return wire


# ---------------------------------------------------------------------- who asks


@pytest.mark.parametrize(
    ("status", "token", "address", "said"),
    [
        (403, "three", "get/permissions.permission-required", None),
        (404, "three", "get/permissions.permission-required", None),
        (200, "three", "get/permissions.permission-required", "Deviation"),
        (400, "three", "get/permissions.permission-required", "Deviation"),
        (200, "one", "get/permissions.permission-required", ""),
        (200, "two", "get/permissions.read-permission-suffices", None),
        (400, "two", "get/permissions.read-permission-suffices", "Deviation"),
        (404, "two", "get/permissions.read-permission-suffices", "Inconclusive"),
        (401, "", "get/request-headers.authorization-required", None),
        (404, "", "get/request-headers.authorization-required", None),
        (200, "", "get/request-headers.authorization-required", "Deviation"),
    ],
)
def test_callers_are_judged_on_any_reading_of_a_session_that_is_there(draft, status, token, address, said):
    assert kind(draft.judge(address, draft.get(status, token=token))) == said


@pytest.mark.parametrize(
    "address", ["get/permissions.permission-required", "get/request-headers.authorization-required"]
)
def test_callers_are_judged_on_no_session_that_may_not_be_there(wire, address):
    token = "three" if "permission" in address else ""
    assert wire.judge(address, wire.get(400, session=NOBODY, token=token)) == ""


@pytest.mark.parametrize("ask", ["update", "delete", "activate"])
def test_who_may_only_read_changes_no_draft(draft, ask):
    draft.delete(204, session=NOBODY)
    draft.activate(200, session=NOBODY)  # both show their routes
    more = ({f"{SITES}@delta": [removal("x")]},) if ask == "update" else ()
    asked = getattr(draft, ask)
    address = f"{ask}/permissions.read-permission-insufficient"
    assert draft.judge(address, asked(403, *more, token="two")) is None
    found = draft.judge(address, asked(200 if ask != "delete" else 204, *more, token="two"))
    assert kind(found) == "Deviation"
    assert "a token that may only read" in str(found)


def test_a_defect_of_the_body_may_be_seen_before_the_caller(draft):
    change = {f"{SITES}@delta": []}
    assert draft.judge("update/permissions.permission-required", draft.update(400, change, token="three")) == ""


def test_who_made_a_session_is_compared_between_callers(wire):
    one, other = ({"createdBy": {"application": {"id": name}}} for name in ("a", "b"))
    wire.create(**one)
    address = "get/response.same-for-all"
    assert wire.judge(address, wire.get(answer=one)) == ""
    assert wire.judge(address, wire.get(answer=one, token="two")) is None
    assert kind(wire.judge(address, wire.get(answer=other, token="two"))) == "Deviation"


def test_all_members_are_shown_to_who_asks_for_them(wire):
    item = {"id": ",".join(str(uuid.UUID(int=n, version=4)) for n in range(1, 5)), "browseSessionId": "eJx1"}
    made = {"id": SESSION, "status": "draft", "restoreJobType": "unknownFutureValue"}
    wire.say("POST", CREATE, 201, made, {ITEMS: [item]})
    address, prefer = "get/request-headers.prefer-shows-granular", (("Prefer", "include-unknown-enum-members"),)
    assert wire.judge(address, wire.get(answer={"restoreJobType": "unknownFutureValue"})) == ""
    assert wire.judge(address, wire.get(answer={"restoreJobType": "granular"}, headers=prefer)) is None
    hidden = wire.get(answer={"restoreJobType": "unknownFutureValue"}, headers=prefer)
    assert kind(wire.judge(address, hidden)) == "Deviation"


# ---------------------------------------------------------------------- sessions that are not there


@pytest.mark.parametrize(
    ("session", "status", "address", "said"),
    [
        ("no-id", 400, "get/errors.invalid-session-id", "invalid"),
        ("no-id", 404, "get/errors.invalid-session-id", "unknown"),
        ("no-id", 422, "get/errors.invalid-session-id", None),
        ("no-id", 200, "get/errors.invalid-session-id", "Deviation"),
        ("$count", 200, "get/errors.invalid-session-id", "Untouched"),
        ("microsoft.graph.sharePointRestoreSession", 200, "get/errors.invalid-session-id", "Untouched"),
        (NOBODY, 404, "get/errors.session-not-found", None),
        (NOBODY, 400, "get/errors.session-not-found", "Deviation"),
        (NOBODY, 410, "get/errors.session-not-found", "Deviation"),
        (NOBODY, 200, "get/errors.session-not-found", "Deviation"),
        (SESSION, 404, "get/errors.session-not-found", ""),
    ],
)
def test_ids_that_name_nothing(draft, session, status, address, said):
    assert kind(draft.judge(address, draft.get(status, session=session))) == said


def test_where_ids_have_another_form_one_that_is_unknown_may_be_malformed(wire):
    wire.create(session="rs-1")
    wire.get(session="rs-1")
    assert wire.judge("get/errors.session-not-found", wire.get(400, session=NOBODY)) is None


@pytest.mark.parametrize("session", ["no-id", NOBODY])
def test_others_may_have_made_a_session_that_no_answer_has_named(session):
    wire = Wire(alone=False)
    wire.create()
    wire.get()
    found = wire.get(session=session)
    for clause in ("invalid-session-id", "session-not-found", "codes"):
        assert kind(wire.judge(f"get/errors.{clause}", found)) in {"", "Untouched"}


def test_an_id_that_a_list_has_shown_may_name_a_session(draft):
    listed = draft.say("GET", "/solutions/backupRestore/restoreSessions", 200, {"value": [{"id": NOBODY.upper()}]})
    assert listed.known.rows
    assert kind(draft.judge("get/errors.session-not-found", draft.get(session=NOBODY))) == "Untouched"


def test_an_id_in_another_letter_case_is_the_same_where_it_is_found(wire):
    wire.create(session="rs-a")
    wire.get(session="rs-a")
    lost = wire.get(404, session="RS-A", token="two")
    assert wire.judge("get/permissions.read-permission-suffices", lost) == ""
    assert kind(wire.judge("get/errors.invalid-session-id", wire.get(200, session="RS-A", token="two"))) == ""
    assert kind(wire.judge("get/errors.invalid-session-id", wire.get(404, session="RS-A"))) == "Untouched"
    assert wire.get(answer={"id": "rs-a"}, session="RS-A").known.phase == "draft"
    wire.delete(204, session="RS-A")
    assert wire.get(404, session="rs-a").known.phase == "gone"


def test_ids_in_different_letter_case_may_be_two(wire):
    wire.create(session="rs-a")
    other = wire.create(session="RS-A")
    assert wire.judge("create/response.id-unique", other) is None
    wire.delete(204, session="RS-A")
    assert wire.get(404, session="RS-A").known.phase == "gone"
    assert wire.get(session="rs-a").known.phase == "draft"


def test_an_operation_that_was_never_seen_may_have_no_route(wire):
    wire.create()
    assert kind(wire.judge("delete/errors.session-not-found", wire.delete(405, session=NOBODY))) == "Untouched"
    found = wire.judge("delete/errors.session-not-found", wire.delete(400, session=NOBODY))
    assert found.unless == "no-route:delete"


@pytest.mark.parametrize("ask", ["update", "delete", "activate"])
def test_what_is_gone_is_not_found_once_a_reading_has_shown_it(draft, ask):
    draft.activate(200, session=NOBODY)
    more = ({f"{SITES}@delta": [removal("x")]},) if ask == "update" else ()
    address, good = f"{ask}/errors.session-not-found", 204 if ask == "delete" else 200
    deleted = draft.delete(204)
    assert kind(draft.judge(address, getattr(draft, ask)(good, *more))) == "Untouched"
    read = draft.get(404)
    for status in (404, 410):
        assert draft.judge(address, getattr(draft, ask)(status, *more)) is None
    found = draft.judge(address, getattr(draft, ask)(good, *more))
    assert kind(found) == "Deviation"
    assert [one.number for one in found.because][-1] == read.number
    assert deleted.request.method in str(found) or "GET" in str(found)
    assert "expected 404" in str(found)


# ---------------------------------------------------------------------- what the state refuses


@pytest.mark.parametrize("ask", ["update", "delete", "activate"])
def test_what_started_is_no_draft(draft, ask):
    more = ({f"{SITES}@delta": [point(5)]},) if ask == "update" else ()
    address, good = f"{ask}/errors.not-a-draft", 204 if ask == "delete" else 200
    assert draft.judge(address, getattr(draft, ask)(400, *more)) == ""
    draft.activate(200)
    draft.delete(204, session=NOBODY)
    assert kind(draft.judge(address, getattr(draft, ask)(400, *more))) == "Untouched"
    draft.get(answer={"status": "activating"})
    assert draft.judge(address, getattr(draft, ask)(409, *more)) is None
    listed = error("RestoreSessionActionNotAllowed")
    assert kind(draft.judge(f"{ask}/errors.codes", getattr(draft, ask)(403, *more, answer=listed))) in {"top", None}
    assert kind(draft.judge(f"{ask}/errors.codes", getattr(draft, ask)(400, *more))) == "Deviation"
    assert kind(draft.judge(address, getattr(draft, ask)(good, *more))) == "Deviation"


@pytest.mark.parametrize("ask", ["update", "delete", "activate"])
def test_changes_that_overlap_leave_nobody_sure(draft, ask):
    more = ({f"{SITES}@delta": [point(5)]},) if ask == "update" else ()
    draft.activate(200)
    draft.get(answer={"status": "activating"})
    assert (
        kind(draft.judge(f"{ask}/errors.not-a-draft", getattr(draft, ask)(409, *more, overlaps=True))) == "Inconclusive"
    )
    assert draft.judge(f"{ask}/errors.not-a-draft", getattr(draft, ask)(200, *more)) == ""


DELTA = f"{SITES}@delta"
REFUSED = [
    ("invalid-patch-request", {DELTA: "text"}, "InvalidPatchRequest", True),
    ("malformed-json", [{DELTA: [point(5)]}], "InvalidPatchRequest", True),
    ("malformed-json", b'{"', "InvalidPatchRequest", True),
    ("invalid-restore-point", {DELTA: [{**point(5), "restorePoint": {"id": "x"}}]}, "InvalidRestorePoint", False),
    ("artifacts-limit", {DELTA: [point(n) for n in range(10, 61)]}, "RestoreArtifactsLimitBreached", False),
    ("empty-list", {DELTA: []}, "InvalidArtifactRequest", True),
    ("empty-list", {DELTA: None}, "InvalidArtifactRequest", True),
    ("duplicate-artifact", {DELTA: [point(5), point(5)]}, "DuplicateArtifactInList", False),
]


@pytest.mark.parametrize(("clause", "change", "code", "whole"), REFUSED, ids=lambda one: str(one)[:20])
def test_a_change_that_breaks_one_rule_is_refused(draft, clause, change, code, whole):
    address = f"update/errors.{clause}"
    right = draft.update(400, change, error(code))
    assert draft.judge(address, right) is None
    assert draft.judge("update/errors.codes", right) == "top"
    assert kind(draft.judge("update/errors.codes", draft.update(400, change, error("Other")))) == "Deviation"
    found = draft.judge(address, draft.update(200, change))
    assert kind(found) == "Deviation"
    assert "PATCH /solutions/backupRestore/sharePointRestoreSessions/{id} (after POST" in str(found)
    in_part = {DELTA: [{"@Core.DataModificationException": {"message": "no"}}]}
    assert kind(draft.judge(address, draft.update(200, change, in_part))) == ("Deviation" if whole else None)


def test_a_change_that_names_nothing_breaks_nothing(draft):
    for change in ({}, {"note": 1}):
        for status in (200, 400):
            assert draft.judge("update/errors.invalid-patch-request", draft.update(status, change)) is None
        for code in ("InvalidPatchRequest", "InvalidArtifactRequest"):
            assert kind(draft.judge("update/errors.codes", draft.update(400, change, error(code)))) != "Deviation"


def test_a_draft_that_nothing_has_read_may_not_have_come_everywhere(wire):
    wire.update(200, {DELTA: [point(9)]}, session=NOBODY)
    wire.create()
    lost = wire.update(404, {DELTA: []}, error("RestoreSessionNotFound"))
    assert kind(wire.judge("update/errors.codes", lost)) == "Inconclusive"
    assert kind(wire.judge("update/request-body.additions", wire.update(404, {DELTA: [point(5)]}))) == "Inconclusive"


def test_others_may_have_started_a_draft():
    wire = Wire(alone=False)
    wire.create()
    wire.get()
    late = wire.update(403, {DELTA: []}, error("RestoreSessionActionNotAllowed"))
    assert kind(wire.judge("update/errors.codes", late)) == "Inconclusive"


@pytest.mark.parametrize(
    ("ask", "addresses", "status"),
    [
        ("activate", ["activate/response.session"], 403),
        *(("delete", ["create/read-back.draft-deleted", "delete/response.no-content"], s) for s in (403, 404, 409)),
    ],
)
def test_others_may_have_started_or_deleted_what_a_recording_changes(ask, addresses, status):
    for alone, said in ((False, "Inconclusive"), (True, "Deviation")):
        wire = Wire(alone=alone)
        getattr(wire, ask)(200, session=NOBODY)  # which shows the route
        wire.create()
        for _ in range(5):  # seconds, after which every replica knows a new session
            wire.get()
        refused = getattr(wire, ask)(status)
        found = {address: kind(wire.judge(address, refused)) for address in addresses}
        assert said in found.values()
        assert set(found.values()) <= {said, ""}


@pytest.mark.parametrize("code", ["DuplicateArtifactInList", "RestoreArtifactsLimitBreached", "BadRequest"])
@pytest.mark.parametrize("removes", [False, True])
def test_others_may_have_added_or_removed_the_same(code, removes):
    address = "update/request-body.additions-beside-removals" if removes else "update/request-body.additions"
    for alone in (False, True):
        wire = Wire(alone=alone)
        wire.create()
        wire.get()
        wire.artifacts("a", "b")
        wire.update(200, {DELTA: [point(9)]})
        refused = wire.update(400, {DELTA: [point(6), *[removal("a")] * removes]}, error(code))
        unsure = not alone and (removes or code != "BadRequest")
        assert kind(wire.judge(address, refused)) == ("Inconclusive" if unsure else "Deviation")


# ---------------------------------------------------------------------- what a draft allows


def test_what_fits_is_added(draft):
    address = "update/request-body.additions"
    assert draft.judge(address, draft.update(200, {DELTA: [point(5)]})) is None
    found = draft.judge(address, draft.update(409, {DELTA: [point(6)]}))
    assert kind(found) == "Deviation"
    assert found.refusal


@pytest.mark.parametrize(
    "change",
    [
        {DELTA: [point(1)]},
        {DELTA: [point(5, "newSite")]},
        {DELTA: [point(n) for n in range(10, 59)]},
        {f"{ITEMS}@delta": [{"id": ",".join([SESSION] * 4), "browseSessionId": "eJx1"}]},
    ],
    ids=["again", "elsewhere", "many", "another kind"],
)
def test_what_a_session_may_not_take_is_not_judged(draft, change):
    assert kind(draft.judge("update/request-body.additions", draft.update(400, change))) in {"", "Untouched"}


def test_what_a_list_has_shown_is_removed(draft):
    address = "update/request-body.removals"
    assert kind(draft.judge(address, draft.update(400, {DELTA: [removal("a")]}))) == "Untouched"
    draft.artifacts("a", "b", "c")
    assert kind(draft.judge(address, draft.update(400, {DELTA: [removal("x")]}))) == "Untouched"
    assert kind(draft.judge(address, draft.update(400, {DELTA: [removal(n) for n in "abc"]}))) == "Untouched"
    assert kind(draft.judge(address, draft.update(400, {DELTA: [removal("A")]}))) == "Untouched"
    assert kind(draft.judge(address, draft.update(400, {DELTA: [removal("a")]}))) == "Deviation"
    assert draft.judge(address, draft.update(200, {DELTA: [removal("a")]})) is None
    assert kind(draft.judge(address, draft.update(400, {DELTA: [removal("b")]}))) == "Untouched"


def test_nothing_is_said_of_changes_after_one_whose_effect_nobody_knows(draft):
    draft.update(200, {DELTA: [point(5), point(5)]})
    assert kind(draft.judge("update/request-body.additions", draft.update(400, {DELTA: [point(6)]}))) == "Untouched"


# ---------------------------------------------------------------------- how many may be active


def started(wire, number):
    for n in range(number):
        session = str(uuid.UUID(int=1000 + n, version=4))
        wire.create(session=session)
        wire.activate(200, session=session)
    wire.create(session=NOBODY)
    wire.get(session=NOBODY)


@pytest.mark.parametrize(
    ("number", "status", "code", "said"),
    [
        (26, 200, "", "higher"),
        (25, 200, "", "Untouched"),
        (20, 200, "", "Untouched"),
        (3, 409, "Conflict", "Untouched"),
        (3, 409, "TooManyActiveRestoreSessions", "Deviation"),
        (25, 409, "Conflict", "Deviation"),
    ],
)
def test_a_crowd_is_judged_by_how_many_are_known_to_be_active(wire, number, status, code, said):
    started(wire, number)
    last = wire.activate(status, session=NOBODY, answer=error(code) if code else None)
    assert last.known.active == number
    assert kind(wire.judge("activate/errors.too-many-active", last)) == said
