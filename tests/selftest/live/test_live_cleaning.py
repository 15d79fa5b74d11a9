"""Clean-up: exactly our own drafts, and nothing that is only probably ours."""

import json
import os
import time
import uuid

import pytest
from lossy import POOL, Place
from tenant import CLIENT

from restore_conformance.exchange import Response
from restore_conformance.live import cleanup
from restore_conformance.live.cleanup import clean
from restore_conformance.live.guard import Guard, outcome_of
from restore_conformance.live.journal import Intent, Journal
from restore_conformance.live.ownership import enough, unique
from restore_conformance.mock.protocol import Refusal
from restore_conformance.verdicts import UsageError


@pytest.fixture
def place(tmp_path, monkeypatch):
    made = Place(tmp_path)
    yield made
    made.journal.close()


# ---------------------------------------------------------------- answers that came


def test_what_was_answered_is_deleted(place):
    """Every session whose id was in an answer, and no other."""
    others = {place.other(), place.other(POOL[:2])}
    for count in (0, 1, 9):
        place.create(POOL[:count])
    assert place.clean() == []
    assert place.sessions == others


def test_a_session_that_is_no_draft_any_more_is_left_and_listed(place):
    """Somebody activated it: it is not ours to end."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    place.wire.service.sessions[made].status = "active"
    left = place.clean()
    assert [one.session for one in left] == [made]
    assert "no longer a draft" in left[0].why
    assert ("DELETE", f"/solutions/backupRestore/restoreSessions/{made}") not in place.wire.seen
    assert place.clean() == [], "it is said once"


def test_a_session_that_is_activated_after_it_was_read_is_listed(place):
    """Then the service refuses the delete, and the id is listed."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    assert place.read(made).status == 200
    place.wire.service.sessions[made].status = "active"
    left = clean(place.guard, careful=False)
    assert left[0].session == made
    assert "RestoreSessionActionNotAllowed" in left[0].why


def test_a_delete_that_fails_is_tried_again_and_then_listed(place):
    """A 500 is not the end; three of them are, and the next start has another try."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    place.wire.answers["DELETE"] = Response(500, (), b'{"error":{"code":"IncompleteArtifactDeletion"}}')
    left = place.clean()
    assert (left[0].session, "IncompleteArtifactDeletion" in left[0].why) == (made, True)
    assert sum(method == "DELETE" for method, _ in place.wire.seen) == 3
    place.wire.answers.clear()
    assert place.clean() == []
    assert place.sessions == set()


def test_a_page_of_a_gateway_is_no_word_that_a_session_is_gone(place):
    """A 404 with an HTML page comes from somewhere else; the session is kept in mind."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    place.wire.answers["GET"] = place.wire.answers["DELETE"] = Response(404, (), b"<html>not here</html>")
    assert [one.session for one in place.clean()] == [made]
    place.wire.answers.clear()
    assert place.clean() == []
    assert place.sessions == set()


def test_a_fresh_session_that_is_not_seen_yet_is_looked_for_again(place):
    """A service may take a moment to show what it made: a 404 so soon is no proof."""
    made = json.loads(place.create(POOL[:9]).body)["id"]
    place.wire.answers["GET"] = Response(404, (), b'{"error":{"code":"RestoreSessionNotFound"}}')
    assert [one.session for one in place.clean()] == [made]
    place.wire.answers.clear()
    assert place.clean() == []
    assert place.sessions == set()


# ---------------------------------------------------------------- answers that were lost


def test_a_lost_answer_with_artifacts_of_our_own_is_matched(place):
    """Application, time and a choice nobody else makes: that draft is ours, and the others' are theirs."""
    others = {place.other(), place.other(POOL[:3]), place.other(POOL[5:25])}
    place.wire.lose = "answer"
    place.create(POOL[2:14])
    others |= {place.other(POOL[2:13]), place.other(POOL[2:15])}
    assert place.clean() == []
    assert place.sessions == others


@pytest.mark.parametrize("points", [[], POOL[:1], POOL], ids=["none", "one", "all"])
def test_a_lost_answer_that_others_may_have_made_is_listed_and_left(place, points):
    """An empty draft, or one of a few or of all points, is nobody's mark: it is listed until somebody decides."""
    place.wire.lose = "answer"
    place.create(points)
    other = place.other(points)
    left = place.clean()
    assert {one.session for one in left} == place.sessions
    assert len(place.sessions) == 2
    ours = next(iter(place.sessions - {other}))
    assert {one.session for one in place.clean()} == place.sessions, "it is said again"
    place.journal.adopt(ours)
    left = clean(place.guard, careful=True)
    assert place.sessions == {other}
    assert {one.session for one in left} == {other}
    del place.wire.service.sessions[other]
    assert place.clean() == [], "its owner has deleted it"


def test_a_request_that_never_arrived_costs_nobody_anything(place):
    """There is no draft of ours, and the same artifacts of somebody else at another time are theirs."""
    place.wire.lose = "request"
    place.create(POOL[2:14])
    other = place.other(POOL[2:14])
    place.wire.service.sessions[other].created = "2020-01-01T00:00:00Z"
    place.clean()
    assert place.sessions == {other}


@pytest.mark.parametrize("change", ["application", "status", "time"])
def test_a_match_needs_application_state_and_time(place, change):
    """A draft with the very same artifacts is left alone if anything else speaks against it."""
    place.wire.lose = "answer"
    place.create(POOL[2:14])
    found = next(iter(place.wire.service.sessions.values()))
    if change == "application":
        found.created_by = {"application": {"id": str(uuid.uuid4())}}
    elif change == "status":
        found.status = "active"
    else:
        found.created = "2020-01-01T00:00:00Z"
    place.clean()
    assert place.sessions == {found.id}


def test_a_list_that_cannot_be_read_settles_nothing(place):
    """The create stays in mind, and the next start finds its draft."""
    place.wire.lose = "answer"
    place.create(POOL[2:14])
    place.wire.answers["GET"] = Response(503, (), b"")
    left = place.clean()
    assert [one.session for one in left] == [""]
    assert "client-request-id" in left[0].why
    place.wire.answers.clear()
    assert place.clean() == []
    assert place.sessions == set()


def test_an_old_create_that_nobody_finds_is_settled(place, monkeypatch):
    """After a quarter of an hour what is not there will not come."""
    place.wire.lose = "request"
    place.create(POOL[2:14])
    place.clean()
    assert len(place.journal.unanswered()) == 1
    now = time.time()
    monkeypatch.setattr(cleanup, "SETTLED", -1.0)
    place.clean()
    assert place.journal.unanswered() == []
    assert time.time() - now < 60


def test_what_is_a_mark_and_what_is_none():
    """Made-up ids, or one of a million choices; not the empty set, not few of few, not all."""
    pool = {f"point {point}" for point in POOL}
    names = sorted(pool)
    assert unique([f"point {uuid.uuid4()}"], pool)
    assert unique(names[: enough(30)], pool)
    assert enough(30) == 7
    assert not unique([], pool)
    assert not unique(names[:3], pool)
    assert not unique(names, pool)
    assert not unique(names[:5], set(names[:10]))
    assert not unique(["point not-a-restore-point"], pool)


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (None, "lost"), (Response(201, (), b'{"id":"x"}'), "made"), (Response(201, (), b"{}"), "lost"),
        (Response(201, (), b"<html>"), "lost"), (Response(200, (), b'{"id":"x"}'), "made"),
        (Response(400, (), b""), "refused"), (Response(408, (), b""), "lost"), (Response(500, (), b""), "lost"),
        (Response(503, (), b""), "lost"), (Response(302, (), b""), "lost"),
    ],
)  # fmt: skip
def test_only_a_complete_refusal_is_a_word_that_nothing_was_made(response, outcome):
    """Whatever else came, a session may be there."""
    assert outcome_of(response)[0] == outcome


# ---------------------------------------------------------------- the journal


def test_a_torn_line_is_as_good_as_none(tmp_path):
    """A kill in the middle of a line loses that line only; the next one stands on its own."""
    path = tmp_path / "journal.ndjson"
    first = Journal(path)
    first.intend(Intent("a", "run", time.time()))
    first.intend(Intent("b", "run", time.time()))
    first.close()
    path.write_bytes(path.read_bytes()[:-20])
    again = Journal(path)
    assert set(again.intents) == {"a"}
    again.note("made", key="a", session="ID-1")
    again.close()
    last = Journal(path)
    assert last.sessions() == ["ID-1"]
    last.close()


def test_nothing_is_sent_where_the_journal_cannot_be_written(place, monkeypatch):
    """A full disk stops the run before the create, with a sentence."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UsageError, match="No space left"):
        place.create(POOL[:9])
    assert place.wire.seen == []


def test_a_large_journal_with_nothing_open_begins_anew(tmp_path, monkeypatch):
    """It does not grow for ever; what is open is never put away."""
    monkeypatch.setattr("restore_conformance.live.journal.LARGE", 100)
    path = tmp_path / "journal.ndjson"
    made = Journal(path)
    made.intend(Intent("a", "run", time.time()))
    made.note("made", key="a", session="ID-1")
    made.close()
    made = Journal(path)
    assert made.sessions() == ["ID-1"]
    made.note("deleted", session="ID-1")
    made.close()
    Journal(path).close()
    assert path.stat().st_size == 0
    assert path.with_suffix(".old").exists()


# ---------------------------------------------------------------- the command


def test_one_run_at_a_time(tenant, command, tmp_path):
    """A second run on the same tenant is told to wait."""
    from filelock import FileLock

    config = tenant.config()
    assert command("cleanup", "--config", config, "--yes")[0] == 0
    folder = next(path for path in tenant.state.iterdir())
    with FileLock(folder / "lock"):
        code, _, err = command("run", "--target", "live", "--config", config, "--yes", "--report", tmp_path / "r")
    assert code == 3
    assert "Another run" in err


def test_cleanup_shows_without_leave_and_deletes_with_it(tenant, command, tmp_path):
    """What an earlier run left is listed first, and deleted with --yes; what is left behind is exit code 5."""
    config = tenant.config()
    command("cleanup", "--config", config, "--yes")
    journal = Journal(next(tenant.state.iterdir()) / "journal.ndjson")
    made, running, _ = tenant.bystander(3, payload={})
    for number, session in enumerate((made, running)):
        journal.intend(Intent(str(number), "run", time.time(), CLIENT))
        journal.note("made", key=str(number), session=session)
    journal.close()
    tenant.service.sessions[running].status = "active"
    code, out, _ = command("cleanup", "--config", config)
    assert (code, made in out, made in tenant.sessions) == (0, True, True)
    code, out, _ = command("cleanup", "--config", config, "--yes")
    assert (code, running in out, made in tenant.sessions) == (5, True, False)
    assert len(tenant.sessions) == 2
    code, out, _ = command("cleanup", "--config", config, "--yes")
    assert (code, "Nothing of ours" in out) == (0, True)


@pytest.mark.parametrize("leave", [["--yes"], []])
@pytest.mark.parametrize("name", ["x", "", "\n\x1b[2J", "a" * 10_000, "of somebody else"])
def test_cleanup_deletes_no_session_that_was_never_listed(tenant, command, name, leave):
    """--session is for what was listed as perhaps ours, not for any id: nobody is signed in for another one."""
    (other,) = tenant.bystander(1)
    named = other if name == "of somebody else" else name
    code, _, err = command("cleanup", "--config", tenant.config(), *leave, "--session", named)
    assert code == 2
    assert "was never listed as perhaps ours" in err
    assert (err.count("\n"), len(err) < 300) == (1, True)
    assert tenant.sessions == {other}
    assert tenant.entra.asked == []


def test_a_run_that_leaves_something_behind_says_so(tenant, command, tmp_path, monkeypatch):
    """The ids are listed and the exit code is 5, whatever the verdict."""
    monkeypatch.setattr(Guard, "pause", lambda *_: None)
    real = type(tenant.service).delete

    def stubborn(service, asked):
        if service.sessions[asked.session].kind == "granular":
            raise Refusal(500, "IncompleteArtifactDeletion")
        return real(service, asked)

    tenant.service.operations["delete"] = (lambda asked: stubborn(tenant.service, asked), True)
    config = tenant.config()
    code, _, err = command("run", "--target", "live", "--config", config, "--yes", "--report", tmp_path / "r")
    assert code == 5
    assert all(session in err for session in tenant.sessions)
    assert tenant.sessions
