"""What updates do and lists of artifacts show: which clause a reading breaks, and what proves nothing."""

import json
from dataclasses import dataclass, field
from itertools import count

import pytest

from restore_conformance.clauses import load
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.judging import Judge, look
from restore_conformance.recogniser import Recogniser
from restore_conformance.state import State
from restore_conformance.verdicts import Verdict

NAME = "5eed0000-0000-4000-8000-0000000000{:02}".format
BASE = "/solutions/backupRestore/restoreSessions"
TYPED = "/solutions/backupRestore/sharePointRestoreSessions"
SITE, ITEM = "siteRestoreArtifacts", "granularSiteRestoreArtifacts"
REFUSAL = {"error": {"code": "InvalidPatchRequest", "message": ""}}
OWN = ("update/response.", "list-artifacts/response.", "list-granular/response.")


def point(number):
    return {"id": f"aaaaaaaa-0000-4000-8000-{number:012}"}


def site(number, place="inPlace"):
    return {"restorePoint": point(number), "destinationType": place}


def item(number):
    return {"id": f"bbbbbbbb-0000-4000-8000-{number:012},x", "browseSessionId": "cccccccc-0000-4000-8000-000000000001"}


def shown(number, place="inPlace", **more):
    return {"id": f"art-{number}", "status": "added", "restorePoint": point(number), "destinationType": place, **more}


def removal(number):
    return {"@removed": {"reason": "changed"}, "id": f"art-{number}"}


@dataclass
class Wire:
    """Exchanges one after the other, each a second after the one before, judged as they come."""

    alone: bool = True
    strict: bool = True
    numbers: count = field(default_factory=lambda: count(1))
    judge: Judge = field(default_factory=lambda: Judge(load()))
    exchanges: list = field(default_factory=list)
    step: float = 1.0

    def __post_init__(self):
        self.state = State(alone=self.alone)
        self.recognise = Recogniser(callers={"t0ken": "good"} if self.strict else {}, strict=self.strict)

    def say(self, method, target, status, answer=None, payload=None, token="t0ken"):
        number = next(self.numbers)
        body = None if payload is None else json.dumps(payload).encode()
        headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        raw = b"" if answer is None else json.dumps(answer).encode()
        made = Exchange(
            number, Request(method, target, headers, body), Response(status, headers[1:], raw), at=number * self.step
        )
        made.observation.sent = self.recognise(made.request)
        look(made)
        made.observation.known = self.state.take(made)
        known = made.known
        self.exchanges.append(made)
        self.judge.exchange(made)
        return known

    def create(self, number=1, sites=(1, 2), items=(), stamp=None):
        payload = {ITEM: [item(n) for n in items]} if items else {SITE: [site(n) for n in sites]}
        answer = {"id": NAME(number), "status": "draft", "restoreSessionArtifactCount": {"total": len(items or sites)}}
        answer |= stamp or {}
        return self.say("POST", CREATE, 201, answer, payload)

    def get(self, total, number=1, stamp=None, **more):
        answer = {"id": NAME(number), "status": "draft", "restoreSessionArtifactCount": {"total": total}}
        answer |= stamp or {}
        return self.say("GET", f"{BASE}/{NAME(number)}", 200, answer, **more)

    def list(self, *artifacts, number=1, member=SITE, **more):
        value = [shown(one) if isinstance(one, int) else one for one in artifacts]
        return self.say("GET", f"{TYPED}/{NAME(number)}/{member}", 200, {"value": value}, **more)

    def change(self, *changes, number=1, status=200, answer=None, member=SITE, **more):
        answer = REFUSAL if status >= 400 else answer or {f"{member}@delta": []}
        return self.say("PATCH", f"{TYPED}/{NAME(number)}", status, answer, {f"{member}@delta": list(changes)}, **more)

    def moves_times(self, number=99):
        """Show of another session that the target moves the time of the last change."""
        self.create(number, stamp={"lastModifiedDateTime": f"{DAY}2.25Z"})
        self.change(site(3), number=number)
        self.get(3, number, stamp={"lastModifiedDateTime": f"{DAY}2.75Z"})
        started = {"id": NAME(number), "status": "active", "restoreSessionArtifactCount": {"total": 3}}
        started["lastModifiedDateTime"] = f"{DAY}3.25Z"
        self.say("POST", f"{TYPED}/{NAME(number)}/activate", 200, started)

    def again(self, read, times=8):
        """Read the same so often that it is settled."""
        for _ in range(times):
            read()

    def failed(self):
        return [one.clause.address for one in self.judge.verdicts() if one.verdict is Verdict.FAIL and self._own(one)]

    def passed(self):
        return {one.clause.address for one in self.judge.verdicts() if one.verdict is Verdict.PASS and self._own(one)}

    def finding(self, address):
        return next(one for one in self.judge.verdicts() if one.clause.address == address).findings[0]

    def _own(self, one):
        return one.clause.address.startswith(OWN)


@pytest.fixture
def wire():
    made = Wire()
    made.create()
    made.get(2)
    made.list(1, 2)
    return made


# ---------------------------------------------------------------------- which clause a reading breaks


def test_a_server_that_does_as_it_is_asked_breaks_nothing(wire):
    wire.create(2, sites=(8, 9))
    wire.list(8, 9, number=2)
    wire.change(site(3), answer={f"{SITE}@delta": [shown(3)]})
    wire.get(3)
    wire.list(1, 2, 3)
    wire.list(8, 9, number=2)
    wire.change(removal(2))
    wire.get(2)
    wire.list(1, 3)
    wire.change(removal(2), status=400)
    wire.get(2)
    wire.list(1, 3)
    assert wire.failed() == []
    assert {f"update/response.{name}" for name in ("added", "others-kept", "removed", "added-ids", "as-sent")} <= (
        wire.passed()
    )
    assert {
        f"update/response.{name}" for name in ("object", "only-that", "refused-unchanged", "removal-of-nothing")
    } <= (wire.passed())


@pytest.mark.parametrize(
    ("changes", "status", "read", "broken"),
    [
        ([site(3)], 200, lambda w: w.get(2), "update/response.added"),
        ([site(3)], 200, lambda w: w.list(1, 2), "update/response.added"),
        ([site(3)], 200, lambda w: w.list(1, 3, 4), "update/response.others-kept"),
        ([removal(2)], 200, lambda w: w.get(2), "update/response.removed"),
        ([removal(2)], 200, lambda w: w.list(1, 2), "update/response.removed"),
        ([removal(2)], 200, lambda w: w.list(2), "update/response.removed"),
        ([site(3)], 400, lambda w: w.get(3), "update/response.refused-unchanged"),
        ([site(3)], 400, lambda w: w.list(1, 2, 3), "update/response.refused-unchanged"),
    ],
    ids=["count", "list", "replaced", "count-less", "still-listed", "other-removed", "count-refused", "list-refused"],
)
def test_a_reading_breaks_the_clause_about_what_was_done(wire, changes, status, read, broken):
    wire.change(*changes, status=status)
    wire.again(lambda: read(wire))
    assert wire.failed() == [broken]
    evidence = wire.finding(broken).evidence
    assert len(evidence) <= 3
    assert evidence[-2].request.method == "PATCH"
    assert wire.finding(broken).message.startswith("GET /solutions/backupRestore/")


def test_a_change_of_another_session_shows_in_this_one(wire):
    wire.create(2, sites=(8, 9))
    wire.list(8, 9, number=2)
    wire.list(1, 2)
    wire.change(site(3), number=2)
    wire.again(lambda: wire.list(1, 2, 3))
    wire.list(8, 9, 3, number=2)
    assert wire.failed() == ["update/response.only-that"]
    assert [one.number for one in wire.finding("update/response.only-that").evidence][:2] == [6, 7]


@pytest.mark.parametrize("read", [(1,), (1, 1), (1, 2, 3)], ids=["short", "twice", "long"])
def test_a_first_list_breaks_the_clause_about_every_artifact(read):
    wire = Wire()
    wire.create()
    wire.again(lambda: wire.list(*read))
    assert wire.failed() == ["list-artifacts/response.every-artifact"]


def test_a_list_that_is_always_short_is_not_blamed_on_another_session():
    wire = Wire()
    wire.create(sites=tuple(range(10)))
    wire.create(2)
    wire.change(site(50), number=2)
    wire.again(lambda: wire.list(*range(7)))
    assert wire.failed() == ["list-artifacts/response.every-artifact"]


# ---------------------------------------------------------------------- what proves nothing


def test_a_reading_that_may_lag_breaks_nothing(wire):
    wire.change(site(3))
    wire.get(2)
    wire.list(1, 2)
    assert wire.failed() == []


def test_a_list_that_is_not_read_to_its_end_breaks_nothing_but_what_each_page_shows():
    wire = Wire()
    wire.create()
    more = {"value": [{"status": "added"}], "@odata.nextLink": "https://graph.example/beta/next?$skip=1"}
    wire.say("GET", f"{TYPED}/{NAME(1)}/{SITE}", 200, more)
    assert wire.failed() == ["list-artifacts/response.items"]


def test_a_change_with_exceptions_changes_nothing_for_sure(wire):
    refused = {f"{SITE}@delta": [{"@Core.DataModificationException": {"responseCode": "409"}}]}
    wire.change(site(3), site(4), answer=refused)
    wire.again(lambda: wire.get(3))
    wire.again(lambda: wire.list(1, 2, 4))
    assert wire.failed() == []
    whole = {f"{SITE}@delta": [{"@Core.DataModificationException": {"responseCode": "409"}}] * 2}
    other = Wire()
    other.create()
    other.get(2)
    other.change(site(3), site(4), answer=whole)
    other.again(lambda: other.get(4))
    assert other.failed() == ["update/response.refused-unchanged"]


def test_after_another_token_changed_a_session_its_artifacts_prove_nothing():
    """A recording of two clients, or of one whose token was renewed: the change was not taken into account."""
    wire = Wire(alone=False, strict=False)
    wire.create()
    wire.list(1, 2)
    wire.change(site(3), removal(1), token="another")
    wire.again(lambda: wire.list(2, 3))
    wire.again(lambda: wire.get(3))
    assert wire.failed() == []


DAY = "2026-11-01T10:00:0"


@pytest.mark.parametrize(("stamp", "broken"), [("0Z", False), ("0.0000000Z", False), ("0.1234567Z", True)])
def test_a_time_in_whole_seconds_says_nothing_of_what_others_changed(stamp, broken):
    wire = Wire(alone=False, strict=False)
    both = {"lastModifiedDateTime": DAY + stamp}
    wire.moves_times()
    wire.create(1, stamp=both)
    wire.again(lambda: wire.get(3, stamp=both))
    failed = {one.clause.address for one in wire.judge.verdicts() if one.verdict is Verdict.FAIL}
    assert ("create/read-back.same-counts" in failed) is broken


def test_a_time_that_no_change_was_seen_to_move_says_nothing_of_what_others_changed():
    """No page says that a change moves lastModifiedDateTime."""
    wire = Wire(alone=False, strict=False)
    both = {"lastModifiedDateTime": f"{DAY}0.1234567Z"}
    wire.create(1, stamp=both)
    wire.change(site(3))
    wire.again(lambda: wire.get(3, stamp=both))
    wire.create(2, stamp=both)
    wire.again(lambda: wire.get(3, 2, stamp=both))
    wire.get(2, 2, stamp={**both, "status": "active"})
    failed = {one.clause.address for one in wire.judge.verdicts() if one.verdict is Verdict.FAIL}
    assert failed.isdisjoint({"create/read-back.same-counts", "create/read-back.stays-draft", "update/response.added"})


@pytest.mark.parametrize(("shown", "broken"), [(3, False), (2, True)])
def test_others_may_have_added_before_a_recording_activates(shown, broken):
    """That nobody changed a session since its activation says nothing of what was done before."""
    wire = Wire(alone=False, strict=False)
    wire.moves_times()
    wire.create()
    wire.get(2)
    started = {"id": NAME(1), "status": "active", "restoreSessionArtifactCount": {"total": shown}}
    started["lastModifiedDateTime"] = f"{DAY}1.5Z"
    wire.say("POST", f"{TYPED}/{NAME(1)}/activate", 200, started)
    read = {**started, "restoreSessionArtifactCount": {"total": 3}}
    wire.again(lambda: wire.say("GET", f"{BASE}/{NAME(1)}", 200, read))
    failed = {one.clause.address for one in wire.judge.verdicts() if one.verdict is Verdict.FAIL}
    assert ("activate/response.total-kept" in failed) is broken


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("deletes", [True, False])
def test_a_session_that_a_recording_has_not_read_may_have_been_deleted_by_others(alone, deletes):
    """Nobody knows of a colleague's requests: what was never found may be gone before it was first read."""
    wire = Wire(alone=alone, strict=False)
    wire.create(2)
    wire.get(2, number=2)
    wire.create(1)
    if deletes:
        wire.say("DELETE", f"{BASE}/{NAME(2)}", 204)
    wire.again(lambda: wire.say("GET", f"{BASE}/{NAME(1)}", 404, {"error": {"code": "RestoreSessionNotFound"}}))
    failed = {one.clause.address for one in wire.judge.verdicts() if one.verdict is Verdict.FAIL}
    found = {"create/read-back.found", "delete/response.only-that"} & failed
    assert bool(found) is alone


@pytest.mark.parametrize("sites", [(), (1, 2)], ids=["empty", "full-sites"])
def test_granular_artifacts_of_a_session_without_any_may_be_refused(sites):
    wire = Wire()
    wire.create(2, items=(1,))
    wire.list({**item(1), "status": "added"}, number=2, member=ITEM)
    wire.create(sites=sites)
    wire.say("GET", f"{TYPED}/{NAME(1)}/{ITEM}", 400, REFUSAL)
    assert wire.failed() == []
    wire.say("GET", f"{TYPED}/{NAME(2)}/{ITEM}", 400, REFUSAL)
    assert wire.failed() == ["list-granular/response.collection"]


def test_what_somebody_else_may_have_done_breaks_nothing():
    wire = Wire(alone=False, strict=False)
    wire.create()
    wire.get(2)
    wire.say("DELETE", f"{BASE}/{NAME(9)}", 404, REFUSAL)
    wire.list(shown(1, "new"), shown(5, status="inProgress"))
    wire.again(lambda: wire.list(1))
    assert wire.failed() == []


def test_what_another_session_went_through_before_a_session_was_made_is_not_its_cause():
    """A view that was never read took over everything that ever happened to others."""
    wire = Wire()
    wire.create(2)
    wire.change(site(3), number=2)
    wire.create()
    assert "other:added" not in wire.get(2).since


# ---------------------------------------------------------------------- what the state follows


def test_what_breaks_a_create_is_known_of_its_session():
    """A clause that needs one of create was judged all the same."""
    wire = Wire()
    wire.say("POST", CREATE, 201, {"id": NAME(1), "status": 5}, {SITE: [site(1)]})
    assert wire.exchanges[0].failed
    assert wire.list(1).broken >= wire.exchanges[0].failed


def test_a_list_of_the_right_length_without_one_that_stays_is_behind(wire):
    wire.change(site(3))
    known = wire.list(1, 3, 4)
    assert known.aspects["items"].fit == "behind"
    assert wire.list(1, 2, 3).aspects["items"].fit == "agrees"


def test_an_artifact_is_no_longer_held_once_it_was_removed():
    wire = Wire()
    wire.create(items=(1, 2))
    wire.change({"@removed": {"reason": "changed"}, "id": item(1)["id"]}, member=ITEM)
    known = wire.get(1)
    assert [one["id"] for one in known.sent["granular"]] == [item(2)["id"]]
    assert wire.list(item(2), member=ITEM).aspects["items"].fit == "agrees"


def test_an_artifact_that_is_added_again_may_be_listed_again():
    wire = Wire()
    wire.create(items=(1, 2))
    wire.list({**item(1), "status": "added"}, {**item(2), "status": "added"}, member=ITEM)
    wire.change({"@removed": {"reason": "changed"}, "id": item(1)["id"]}, member=ITEM)
    wire.list({**item(2), "status": "added"}, member=ITEM)
    wire.change(item(1), member=ITEM)
    wire.again(lambda: wire.list({**item(1), "status": "added"}, {**item(2), "status": "added"}, member=ITEM))
    assert wire.failed() == []


def test_a_settled_breach_is_reported_once(wire):
    wire.change(removal(2))
    wire.again(lambda: wire.list(1, 2))
    wire.change(site(3), status=400)
    wire.list(1, 2)
    assert wire.failed() == ["update/response.removed"]
    assert wire.finding("update/response.removed").seen <= 2


OF_KIND = {
    "create/read-back.same-session",
    "create/read-back.others-untouched",
    "list/response.agrees-with-get",
    "activate/response.session",
}


def of_kind_failed(wire):
    """The clauses about the kind of a session that were broken."""
    return OF_KIND & {one.clause.address for one in wire.judge.verdicts() if one.verdict is Verdict.FAIL}


@pytest.mark.parametrize("between", ["nothing", "created", "listed", "activated"])
@pytest.mark.parametrize("emptied", [True, False])
def test_a_session_that_was_emptied_may_be_of_another_kind(between, emptied):
    """Nothing says of which kind a session is that lost its last artifact, and a replica may show it as it was."""
    wire, first = Wire(), (1,) if emptied else (1, 2)
    full = {"id": NAME(1), "status": "draft", "restoreSessionArtifactCount": {"total": len(first)}}
    standard, granular = {"restoreJobType": "standard"}, {"restoreJobType": "granular"}
    wire.create(items=first, stamp=granular)
    wire.get(len(first), stamp=granular)
    wire.change({"@removed": {"reason": "changed"}, "id": item(1)["id"]}, member=ITEM)
    wire.get(len(first) - 1, stamp=standard if between in {"nothing", "activated"} or emptied else granular)
    if between == "created":
        wire.create(2)
        wire.get(len(first), stamp=granular if emptied else standard)
    elif between == "listed":
        wire.say("GET", BASE, 200, {"value": [full | (granular if emptied else standard)]})
    elif between == "activated":
        wire.change(item(3), member=ITEM)
        wire.say("POST", f"{BASE}/{NAME(1)}/activate", 200, full | standard | {"status": "activating"})
    assert bool(of_kind_failed(wire)) is not emptied
