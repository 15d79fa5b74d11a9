"""What the state makes of lists of sessions, page by page and from one to the next; exchanges are made by hand."""

import json
import uuid

import pytest

from restore_conformance.checks import session_lists
from restore_conformance.checks.session_lists import OFTEN
from restore_conformance.exchange import Exchange, Observation, Request, Response
from restore_conformance.recogniser import Recogniser
from restore_conformance.state import State
from restore_conformance.state.known import Fit
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched

LIST = "/solutions/backupRestore/restoreSessions"
CREATE = "/solutions/backupRestore/sharePointRestoreSessions"
TOKENS = {"a-token-of-some-length": "good", "another-token-of-some-length": "application"}
RECOGNISER = Recogniser(callers=TOKENS)
ME, OTHER = TOKENS
COLLEAGUE = {"createdBy": {"user": {"id": "somebody-else"}}}


class Wire:
    """Answers by hand, on a clock that goes on by a second with each exchange."""

    def __init__(self, *, alone=True):
        self.state, self.number, self.at = State(alone=alone), 0, 0.0

    def send(self, method, target, status, body=None, payload=None, token=ME, trouble=None):
        self.number, self.at = self.number + 1, self.at + 1
        raw = b"" if body is None else json.dumps(body).encode()
        sent = None if payload is None else json.dumps(payload).encode()
        headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        found = Exchange(
            self.number, Request(method, target, headers, sent), Response(status, headers[1:], raw), at=self.at,
            observation=Observation(trouble=trouble),
        )  # fmt: skip
        found.observation.sent = RECOGNISER(found.request)
        found.observation.known = self.state.take(found)
        return found

    def create(self, token=ME, **members):
        return self.send("POST", CREATE, 201, session(**members), {}, token).answer["id"]

    def refuse(self, payload=None, **more):
        return self.send("POST", CREATE, 400, {"error": {}}, payload or {"odd": 1}, **more)

    def list(self, *pages, token=ME):
        """Read a list page by page; each page holds ids, or items."""
        target = LIST
        for number, page in enumerate(pages, 1):
            items = [one if isinstance(one, dict) else {"id": one} for one in page]
            link = f"{LIST}?$skiptoken={number}"
            body = {"value": items} | ({"@odata.nextLink": link} if number < len(pages) else {})
            found = self.send("GET", target, 200, body, token=token)
            target = link
        return found

    def again(self, *pages, times=6):
        """Read the same list so often that nobody can say that it lags."""
        for _ in range(times):
            found = self.list(*pages)
        return found

    def get(self, name, status=200, **members):
        return self.send("GET", f"{LIST}/{name}", status, session(name, **members) if status == 200 else {"error": {}})

    def delete(self, name):
        return self.send("DELETE", f"{LIST}/{name}", 204)


def session(name=None, **members):
    return {"id": name or str(uuid.uuid4()), "status": "draft"} | members


def row(found, name):
    return next(one for one in found.known.rows if one.session == name)


def presence(found, name):
    return row(found, name).aspects["presence"].fit


# ------------------------------------------------------------------ rows


def test_a_session_that_a_list_lacks_is_behind_until_it_was_read_for_long_enough():
    wire = Wire()
    made = wire.create()
    found = wire.list([])
    assert presence(found, made) is Fit.BEHIND
    with pytest.raises(Inconclusive):
        session_lists.complete(found, found.known)
    found = wire.again([])
    with pytest.raises(Deviation, match=made) as broken:
        session_lists.complete(found, found.known)
    assert [one.status for one in broken.value.because] == [201]


def test_a_row_that_may_lag_leaves_the_others():
    wire = Wire()
    old, lost = wire.create(), wire.create()
    wire.again([old])
    new = wire.create()
    found = wire.list([old])
    assert presence(found, new) is Fit.BEHIND
    with pytest.raises(Deviation, match=lost):
        session_lists.complete(found, found.known)


def test_a_session_of_another_caller_is_no_row():
    wire = Wire()
    theirs = wire.create(token=OTHER)
    assert wire.list([]).known.rows == ()
    assert presence(wire.list([theirs], token=OTHER), theirs) is Fit.AGREES


def test_what_was_deleted_counts_once_get_does_not_find_it():
    wire = Wire()
    made = wire.create()
    wire.list([made])
    wire.delete(made)
    found = wire.again([made])
    with pytest.raises(Untouched):
        session_lists.deleted_gone(found, found.known)
    wire.get(made, 404)
    found = wire.list([made])
    with pytest.raises(Deviation, match="deleted"):
        session_lists.deleted_gone(found, found.known)


def test_a_list_is_compared_with_what_get_showed_after_the_last_change_of_any_session():
    wire = Wire()
    made, other = wire.create(), wire.create()
    wire.delete(other)
    wire.get(made)
    odd = [session(made, status="active")]
    found = wire.list(odd)
    with pytest.raises(Deviation, match="status"):
        session_lists.agree_with_get(found, found.known)
    wire.delete(wire.create())
    found = wire.list(odd)
    with pytest.raises(Untouched):
        session_lists.agree_with_get(found, found.known)


def test_rows_of_a_session_that_breaks_what_a_clause_needs_are_left_out():
    wire = Wire()
    made = wire.create()
    found = wire.list([made])
    row(found, made).broken.add("create/read-back.found")
    assert found.known.besides(("create/read-back.found",)).rows == ()
    assert found.known.besides(("another/clause.of-it",)).rows == found.known.rows


# ------------------------------------------------------------------ pages


def test_a_list_is_whole_where_nothing_changed_between_its_pages():
    wire = Wire()
    one, two = wire.create(), wire.create()
    assert wire.list([one], [two]).known.whole
    wire.send("GET", LIST, 200, {"value": [], "@odata.nextLink": f"{LIST}?$skiptoken=1"})
    wire.create()
    found = wire.send("GET", f"{LIST}?$skiptoken=1", 200, {"value": []})
    assert not found.known.whole
    assert found.known.pages == (found,)


def test_rows_move_from_page_to_page_while_replicas_lag():
    """One page shows a list before a deletion, the next after it: a session that nobody touched falls in between."""
    wire = Wire()
    one, two, gone = (wire.create() for _ in range(3))
    wire.again([one, two], [gone])
    wire.at += 100
    wire.delete(gone)
    found = wire.list([one], [])
    assert presence(found, two) is Fit.BEHIND
    assert not row(found, two).settled
    found = wire.again([one], [])
    assert row(found, two).settled


def test_a_row_that_stands_on_two_pages_may_come_of_two_moments():
    wire = Wire()
    one, two = wire.create(), wire.create()
    found = wire.list([one, two], [two])
    assert found.known.lacks == "rows"
    assert not found.known.settled
    with pytest.raises(Inconclusive):
        session_lists.no_repeats(found, found.known)
    found = wire.again([one, two], [two])
    with pytest.raises(Deviation, match=two):
        session_lists.no_repeats(found, found.known)


def test_a_row_may_stand_on_three_pages_of_a_list_that_goes_on_soon_after_a_change():
    """Each page of another replica: a deviation before, though nothing was waited for."""
    wire = Wire()
    one = wire.create()

    def three_pages():
        for page in range(3):
            target = f"{LIST}?$skiptoken={page}" if page else LIST
            more = {"value": [session(one)], "@odata.nextLink": f"{LIST}?$skiptoken={page + 1}"}
            found = wire.send("GET", target, 200, more)
        return found

    found = three_pages()
    with pytest.raises(Inconclusive):
        session_lists.no_repeats(found, found.known)
    wire.at += 10
    found = three_pages()
    with pytest.raises(Deviation, match="twice"):
        session_lists.no_repeats(found, found.known)


def test_others_at_work_move_rows_at_any_time():
    wire = Wire()
    one, two = wire.create(), wire.create()
    found = wire.again([one, str(uuid.uuid4())], [str(uuid.uuid4())])
    assert row(found, two).aspects == {}
    found = wire.again([one, "theirs"], [two, "theirs"])
    session_lists.no_repeats(found, found.known)
    assert presence(wire.list([one, "theirs"]), two) is Fit.BEHIND  # one page shows one moment


def test_links_that_lead_back_are_repeats():
    wire = Wire()
    one = wire.create()
    page = {"value": [session(one)], "@odata.nextLink": LIST}
    wire.send("GET", LIST, 200, page)
    found = wire.send("GET", LIST, 200, page)
    with pytest.raises(Deviation, match="twice"):
        session_lists.no_repeats(found, found.known)


def test_a_link_that_leads_to_no_operation_is_a_page_all_the_same():
    wire = Wire()
    wire.send("GET", LIST, 200, {"value": [], "@odata.nextLink": "/nowhere?$skiptoken=1"})
    found = wire.send("GET", "/nowhere?$skiptoken=1", 404, {"error": {}})
    assert "page:list" in found.known.tags
    with pytest.raises(Deviation, match="404"):
        session_lists.collection(found, found.known)
    assert "page:list" not in wire.send("GET", "/elsewhere", 404, {"error": {}}).known.tags


# ------------------------------------------------------------------ recordings of others


def test_somebody_else_may_have_deleted_what_a_list_of_a_recording_lacks():
    wire = Wire(alone=False)
    made = wire.create()
    wire.get(made)
    found = wire.again([])
    assert row(found, made).aspects == {}
    wire.get(made)
    assert presence(wire.list([]), made) is Fit.BEHIND


def test_somebody_else_may_have_started_what_a_list_of_a_recording_shows():
    wire = Wire(alone=False)
    other = wire.create(lastModifiedDateTime="2026-01-01T00:00:00.25Z")
    started = session(other, status="active", lastModifiedDateTime="2026-01-01T00:00:00.75Z")
    wire.send("POST", f"{LIST}/{other}/activate", 200, started)
    made = wire.create(lastModifiedDateTime="2026-01-01T00:00:00.5Z")
    wire.delete(wire.create())
    later = session(made, status="active", lastModifiedDateTime="2026-01-01T00:00:09Z")
    assert "status" not in row(wire.list([later]), made).aspects
    same = later | {"lastModifiedDateTime": "2026-01-01T00:00:00.5Z"}
    assert row(wire.list([same]), made).aspects["status"].fit is Fit.CONTRADICTS


# ------------------------------------------------------------------ nothing of refused requests


def rounds(wire, left, quiet=lambda _: []):
    """Refuse a request often enough with a list before and after each; `left` are the items that come of each."""
    shown = []
    wire.list(shown)
    for number in range(OFTEN):
        wire.refuse()
        shown = [*shown, *left(number)]
        found = wire.list(shown)
        if number < OFTEN - 1:
            shown = [*shown, *quiet(number)]
            wire.list(shown)
    return found


def test_sessions_that_come_each_time_that_a_request_is_refused():
    found = rounds(Wire(), lambda _: [session()])
    with pytest.raises(Deviation, match="refused") as broken:
        session_lists.nothing_of_refused(found, found.known)
    assert [one.request.method for one in broken.value.because] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("left", "quiet"),
    [
        (lambda number: [session()] * (number == OFTEN - 1), lambda _: []),
        (lambda number: [session() for _ in range(number + 1)], lambda _: []),
        (lambda _: [session()], lambda number: [session()] * number),
    ],
    ids=["not each time", "not as many", "without a request as well"],
)
def test_sessions_that_somebody_else_may_have_made(left, quiet):
    found = rounds(Wire(), left, quiet)
    with pytest.raises(Inconclusive):
        session_lists.nothing_of_refused(found, found.known)


@pytest.mark.parametrize("members", [COLLEAGUE, {"status": "completed"}, {"@odata.type": "#x.driveRestoreSession"}])
def test_sessions_that_are_of_somebody_else(members):
    wire = Wire()
    mine = {"createdBy": {"user": {"id": "me"}}}
    wire.create(**mine)
    found = rounds(wire, lambda _: [session(**mine | members)])
    session_lists.nothing_of_refused(found, found.known)


def test_other_requests_each_time_prove_nothing():
    wire, shown = Wire(), []
    wire.list(shown)
    for number in range(OFTEN):
        wire.refuse({"odd": number})
        shown = [*shown, session()]
        found = wire.list(shown)
        if number < OFTEN - 1:
            wire.list(shown)
    with pytest.raises(Inconclusive):
        session_lists.nothing_of_refused(found, found.known)


def test_a_request_in_trouble_may_have_made_a_session():
    wire = Wire()
    wire.list([])
    wire.send("POST", CREATE, 502, {}, {}, trouble="answered 502")
    wire.list([])
    wire.refuse()
    found = wire.list(["unknown"])
    assert not found.known.between[-1].sure
    with pytest.raises(Inconclusive):
        session_lists.nothing_of_refused(found, found.known)
    wire.refuse()
    assert wire.list(["unknown"]).known.between[-1].sure


def test_what_is_kept_between_lists_is_bounded():
    wire = Wire()
    for _ in range(40):
        wire.refuse()
        wire.list([])
        found = wire.list([])
    assert len(found.known.between) <= 10
