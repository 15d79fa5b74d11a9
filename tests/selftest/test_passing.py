"""A refusal that does not come again binds nobody; one that does, or that meets several stimuli, does."""

import itertools
import json
from dataclasses import replace

import pytest
from looking import failed, some

from restore_conformance.exchange import Response
from restore_conformance.mock import Service
from restore_conformance.mock.variants import composed
from restore_conformance.verdicts import Exit, Level, Verdict

BUSY = Response(
    400,
    (("Content-Type", "application/json"),),
    json.dumps({"error": {"code": "serviceUnavailable", "message": "Try again."}}).encode(),
)

LATER = replace(BUSY, status=429)


def refusing(when, service=None, answer=BUSY):
    """A service that refuses the requests for which `when` says so: (request, how many of that kind came before)."""
    service = service or Service()
    known, counts = service.handle, {}

    def handle(request):
        kind = request.method, request.target.rpartition("/")[2][:9]
        counts[kind] = counts.get(kind, -1) + 1
        return answer if when(request, kind, counts[kind]) else known(request)

    service.handle = handle
    return service


def passing(result):
    return {v.clause.address: v for v in result.verdicts if v.passing is not None}


@pytest.mark.parametrize("at", [0, 3, 5, 20, 40])
def test_one_refused_create_blames_nobody(judged, at):
    """One create in a run is refused as unavailable: whatever it was sent for, no clause is broken."""
    result = judged(refusing(lambda request, kind, n: kind == ("POST", "sharePoin") and n == at), "quick")
    assert failed(result) == []
    assert result.exit is Exit.CONFORMANT


def test_a_passing_refusal_is_shown_and_counted(judged):
    """The finding stands in the result, with how often it was seen, and says that it does not bind."""
    result = judged(refusing(lambda request, kind, n: kind == ("POST", "sharePoin") and n == 0), "quick")
    found = passing(result)["create/examples.standard"]
    assert found.verdict is Verdict.PASS
    assert (found.passing.seen, found.passing.of) == (1, 3)
    assert "seen 1 of 3" in found.reason
    assert found.findings == []


@pytest.mark.parametrize("at", some(range(26, 41), *range(26, 41, 3)))
def test_a_scenario_that_was_put_off_at_its_beginning_begins_again(judged, at):
    """Where the target takes no items, one scenario alone shows how sessions are read and changed."""
    numbers = itertools.count()
    service = refusing(lambda *_: next(numbers) == at, composed(["field2-items-looked-up-point"]), LATER)
    verdicts = judged(service, "quick").verdicts
    assert sum(v.verdict is Verdict.PASS and v.clause.level is Level.MUST for v in verdicts) >= 120


@pytest.mark.parametrize(
    ("method", "name", "at"),
    [("GET", "", 0), ("GET", "", 2), ("GET", "siteResto", 0), ("DELETE", "", 0), ("PATCH", "", 0), ("PATCH", "", 1),
     ("POST", "activate", 0), ("GET", "restoreSe", 0)],
)  # fmt: skip
def test_one_refused_step_blames_nobody(judged, method, name, at):
    """One step of a conversation is refused as unavailable: the conversation is held again, and nothing is broken."""
    seen = []

    def when(request, kind, n):
        if kind[0] != method or (kind[1] != name if name else kind[1] in {"siteResto", "restoreSe", "activate"}):
            return False
        seen.append(request)
        return len(seen) == at + 1

    result = judged(refusing(when), "quick")
    assert len(seen) > at
    assert failed(result) == []
    assert result.exit is Exit.CONFORMANT


def test_a_refusal_that_comes_again_binds(judged):
    """A single stimulus that is refused each time fails, and its finding is no passing one."""
    service = refusing(lambda request, kind, n: b"granularSite" in (request.body or b"") and kind[0] == "POST")
    result = judged(service, "quick")
    assert "create/introduction.granular-accepted" in failed(result)
    assert result.exit is Exit.BROKEN


def test_one_in_nine_is_no_passing_refusal(judged):
    """Where several stimuli are refused so, the run fails, though each is accepted when it is sent again."""
    result = judged(refusing(lambda request, kind, n: kind == ("POST", "sharePoin") and n % 9 == 8), "standard")
    assert "create/response.created" in failed(result)
    assert result.exit is Exit.BROKEN


def test_a_change_that_is_always_refused_binds(judged):
    """A step that is refused in each telling is broken; changes of sessions that do not exist get their own answer."""
    service = Service()
    known = service.handle

    def handle(request):
        answer = known(request)
        if request.method == "PATCH" and answer.status == 200:
            return Response(400, answer.headers, b'{"error": {"code": "BadRequest", "message": "Not now."}}')
        return answer

    service.handle = handle
    result = judged(service, "quick")
    assert "update/request-body.additions" in failed(result)


def test_a_wrong_success_binds_at_once(judged):
    """Nothing that passes makes a success: one create answered 200 fails."""
    service, count = Service(), [0]
    known = service.handle

    def handle(request):
        answer = known(request)
        if answer.status == 201:
            count[0] += 1
            if count[0] == 2:  # a printed request, which binds in every edition
                return Response(200, answer.headers, answer.body)
        return answer

    service.handle = handle
    assert judged(service, "quick").exit is Exit.BROKEN


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_nothing_is_sent_again_to_a_server_that_refuses_as_documented(judged, profile):
    """The plain mock is sent what it was sent before."""
    result = judged(None, profile)
    assert result.requests <= {"quick": 120, "standard": 420}[profile]
    assert passing(result) == {}
