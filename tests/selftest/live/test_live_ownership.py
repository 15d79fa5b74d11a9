"""Whose a draft is: an id in an answer to our create is not enough; reading it back must not contradict."""

import datetime
import json
import time
import uuid
from email.utils import formatdate

import pytest
from lossy import POOL, Place
from tenant import CLIENT

from restore_conformance.exchange import Response
from restore_conformance.live.cleanup import clean
from restore_conformance.live.journal import Intent, Journal
from restore_conformance.live.ownership import Owner, clock_of, moment, owner_of
from restore_conformance.targets import Answer

ID = "1f1f1f1f-2222-4333-8444-555555555555"


def stamp(seconds):
    return datetime.datetime.fromtimestamp(time.time() + seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


STRANGERS = {
    "another application": lambda one: setattr(one, "created_by", {"application": {"id": str(uuid.uuid4())}}),
    "a year old": lambda one: setattr(one, "created", "2020-01-01T00:00:00Z"),
    "five minutes old": lambda one: setattr(one, "created", stamp(-300)),
    "activating": lambda one: setattr(one, "status", "activating"),
    "unknown status": lambda one: setattr(one, "status", "unknownFutureValue"),
    "no status": lambda one: setattr(one, "status", None),
    "a day ahead": lambda one: setattr(one, "created", stamp(86_400)),
}


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    yield made
    made.journal.close()


def misled(place, change):
    """A service that answers our create with the id of somebody else's session; gives that id."""
    victim = place.other(POOL[:3])
    change(place.wire.service.sessions[victim])
    headers = (("Content-Type", "application/json"), ("Date", formatdate(time.time(), usegmt=True)))
    body = {"id": victim, "status": "draft", "createdDateTime": stamp(0)}
    place.wire.answers["POST"] = Response(201, headers, json.dumps(body).encode())
    place.create(POOL[:9])
    del place.wire.answers["POST"]
    return victim


def deletes(place):
    return [target for method, target in place.wire.seen if method == "DELETE"]


@pytest.mark.parametrize("careful", [True, False], ids=["next start", "same run"])
@pytest.mark.parametrize("kind", STRANGERS)
def test_somebody_elses_session_is_not_deleted(place, kind, careful):
    """An answer with a foreign id is no leave to delete it, whatever that answer says of it; the id is listed."""
    victim = misled(place, STRANGERS[kind])
    left = place.clean(careful=careful)
    assert [one.session for one in left] == [victim]
    assert deletes(place) == []
    assert place.sessions == {victim}


@pytest.mark.parametrize("lost", ["nothing", "createdBy", "createdDateTime", "both"])
def test_what_is_not_said_contradicts_nothing(place, lost):
    """Without identity or time a draft is ours by the answer alone."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    shown = {"id": made, "status": "draft", "createdBy": {"application": {"id": CLIENT}}, "createdDateTime": stamp(0)}
    for name in {"both": ("createdBy", "createdDateTime")}.get(lost, (lost,)):
        shown.pop(name, None)
    place.wire.answers["GET"] = Response(200, (), json.dumps(shown).encode())
    assert place.clean() == []
    assert place.sessions == set()


@pytest.mark.parametrize(
    "answer",
    [
        Response(500, (), b""), Response(403, (), b'{"error":{"code":"Forbidden"}}'), Response(200, (), b"<html>"),
        Response(200, (), b"[]"), Response(200, (), b"{}"),
        Response(200, (), json.dumps({"id": ID, "status": "draft"}).encode()),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_listed_and_stays_in_mind(place, answer):
    """Undecided is not ours: nothing is deleted, the next start looks again."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    place.wire.answers["GET"] = answer
    assert [one.session for one in place.clean()] == [made]
    assert deletes(place) == []
    place.wire.answers.clear()
    assert place.clean() == []
    assert place.sessions == set()


def test_a_session_that_is_seen_late_is_waited_for(place):
    """A replica may not have it yet: reading is tried again before anything is decided."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    plain, early = place.wire.send, [2]

    def send(request, patience=None):
        if request.method == "GET" and early[0]:
            early[0] -= 1
            return Answer(request, Response(404, (), b'{"error":{"code":"RestoreSessionNotFound"}}'))
        return plain(request, patience)

    place.wire.send = send
    place.guard.pause = lambda _: None
    assert clean(place.guard, careful=False) == []
    assert made not in place.sessions


def test_the_last_reading_counts(place):
    """A draft that was ours and is activated by somebody is not deleted any more."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    assert place.read(made).status == 200
    assert place.guard.finding(made).ours
    place.wire.service.sessions[made].status = "activating"
    place.read(made)
    assert place.guard.finding(made).owner is Owner.OTHER


@pytest.mark.parametrize(("off", "date"), [(7200, True), (-7200, True), (7200, False)])
def test_times_are_those_of_the_target(off, date):
    """A target whose clock is hours off, by its own Date header, made its sessions when it says."""
    now = time.time()
    began = Intent("a", "run", now, CLIENT, session=ID, begun=now + off if date else 0.0, skew=0.0 if date else off)
    shown = {"id": ID, "status": "draft", "createdDateTime": stamp(off)}
    read = Response(200, (), json.dumps(shown).encode())
    assert owner_of(read, ID, [began]).ours
    shown["createdDateTime"] = stamp(off - 3600)
    assert owner_of(Response(200, (), json.dumps(shown).encode()), ID, [began]).owner is Owner.OTHER


@pytest.mark.parametrize(
    "value", [None, 5, "", "soon", "2026-01-01", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00", {}]
)
def test_times_that_say_nothing(value):
    """What cannot be read as a moment is as good as not said."""
    assert moment(value) is None


def test_dates_that_say_nothing():
    """The same for the Date header."""
    for value in ("", "soon", "Mon, 99 Foo 2026 99:99:99 GMT", "0"):
        assert clock_of(Response(200, (("Date", value),))) is None
    assert clock_of(None) is None


def test_a_match_by_artifacts_is_read_back_as_well(place):
    """Of a create whose answer was lost: a draft that the list shows as ours and that reads otherwise is left."""
    place.wire.lose = "answer"
    place.create(POOL[2:14])
    (made,) = place.sessions
    shown = {"id": made, "status": "draft", "createdBy": {"application": {"id": str(uuid.uuid4())}}}
    plain = place.wire.send

    def send(request, patience=None):
        if request.method == "GET" and request.target.endswith(made):
            return Answer(request, Response(200, (), json.dumps(shown).encode()))
        return plain(request, patience)

    place.wire.send = send
    assert [one.session for one in place.clean()] == [made]
    assert place.sessions == {made}


def test_a_journal_with_odd_types_is_read(tmp_path):
    """Whatever stands in a line, the others count: nothing of ours is forgotten for it."""
    path = tmp_path / "journal.ndjson"
    lines = [
        {"event": "intend", "key": "a", "time": "soon", "skew": [], "run": {}, "application": 5},
        {"event": "made", "key": "a", "session": "ID-1", "begun": {"x": 1}},
        {"event": "made", "key": "b", "session": 7}, {"event": 5}, {"event": "intend", "key": []},
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(one) for one in [*lines, [], 5, None]) + "\n" + "[" * 200_000 + "\n")
    journal = Journal(path)
    assert journal.sessions() == ["ID-1"]
    journal.close()


# ---------------------------------------------------------------- the commands


@pytest.mark.parametrize("name", [pytest.param("run", marks=pytest.mark.deep), "record"])
def test_commands_leave_what_is_not_theirs(tenant, command, tmp_path, name):
    """A service that hands out a colleague's session: it stays, its id is listed, and the exit code is 5."""
    (victim,) = tenant.bystander(1)
    tenant.service.sessions[victim].created = "2020-01-01T00:00:00Z"
    plain = tenant.service.handle

    def handle(request):
        reply = plain(request)
        if request.method == "POST" and reply.status == 201:
            body = json.loads(reply.body)
            tenant.service.sessions.pop(body["id"], None)
            return type(reply)(201, reply.headers, json.dumps(body | {"id": victim}).encode())
        return reply

    tenant.service.handle = handle
    more = ("--report", tmp_path / "r") if name == "run" else ("create/response.created", "--to", tmp_path / "c")
    config = tenant.config(max_requests=20)
    code, out, err = command(name, *more, "--target", "live", "--config", config, "--yes")
    assert code == 5, out + err
    assert victim in err
    assert victim in tenant.sessions
    tenant.service.handle = plain
    assert command("cleanup", "--config", config, "--yes")[0] in {0, 5}
    assert victim in tenant.sessions
