"""Waiting has one budget and learns: what never comes is waited for once, what never was is wrong at once."""

import itertools
import json
import time
import uuid

import pytest
from looking import failed

from restore_conformance.bench.scoring import score_variant
from restore_conformance.campaign.campaign import Campaign
from restore_conformance.campaign.patience import BUDGET, Patience
from restore_conformance.clauses import load
from restore_conformance.clock import Clock, Skipping
from restore_conformance.commands.options import settings_of
from restore_conformance.exchange import Exchange, Observation, Request, Response
from restore_conformance.mock import JsonResponse, Refusal, Service
from restore_conformance.recogniser import Recogniser
from restore_conformance.settings import Settings
from restore_conformance.state import State
from restore_conformance.state.state import LONG
from restore_conformance.targets import Embedded
from restore_conformance.verdicts import UsageError, Verdict

HEADERS = (("Content-Type", "application/json"),)
SESSION = {
    "id": "959ba739-70b5-43c4-8c90-b2c22014f18b", "status": "draft", "restoreJobType": "standard",
    "restoreSessionArtifactCount": {"total": 2, "completed": 0, "inProgress": 0, "failed": 0},
    "createdDateTime": "2025-06-28T15:05:54Z", "lastModifiedDateTime": "2025-06-28T15:05:54Z",
}  # fmt: skip


class Waiting:
    """A target by its clock alone; `waits` are what it was told to wait."""

    def __init__(self, clock=None):
        self.clock, self.waits = clock or Skipping(), []

    def now(self):
        return self.clock.now()

    def pause(self, seconds):
        self.waits.append(seconds)
        self.clock.wait(seconds)


TOKEN = "a-token-of-some-length"
BASE = "/solutions/backupRestore/restoreSessions"
TYPED = "/solutions/backupRestore/sharePointRestoreSessions"
SITE = "siteRestoreArtifacts"
NO_SESSION = {"error": {"code": "RestoreSessionNotFound", "message": ""}}


class Wire:
    """Exchanges of a target, as a run has them: the state says what each lacks, patience waits for it."""

    def __init__(self, left=BUDGET, clock=None, kept=0.0):
        self.target = Waiting(clock)
        self.patience = Patience(self.target.pause, left, kept)
        self.state, self.recognise = State(), Recogniser(callers={TOKEN: "good"}, strict=True)
        self.numbers = itertools.count(1)

    def say(self, method, target, status, answer=None, payload=None):
        body = b"" if payload is None else json.dumps(payload).encode()
        request = Request(method, target, (("Authorization", f"Bearer {TOKEN}"), *HEADERS * bool(body)), body)
        response = Response(status, HEADERS, json.dumps(answer).encode() if answer is not None else b"")
        at = self.target.now()
        exchange = Exchange(
            next(self.numbers), request, response, at=at, observation=Observation(sent=self.recognise(request))
        )
        return self.state.take(exchange)

    def create(self, name, total=2):
        return self.say("POST", TYPED, 201, shown(name, total), {SITE: sites(total)})

    def add(self, name):
        return self.say("PATCH", f"{TYPED}/{name}", 200, {"id": name}, {f"{SITE}@delta": sites(1)})

    def get(self, name, total=None):
        """Read a session that counts so many artifacts, or is not found."""
        found = (404, NO_SESSION) if total is None else (200, shown(name, total))
        return self.say("GET", f"{BASE}/{name}", *found)

    def listed(self, *names):
        return self.say("GET", BASE, 200, {"value": [shown(name, 2) for name in names]})

    def artifacts(self, name, number=None):
        items = [{"id": f"art-{one}", "status": "added"} for one in range(number or 0)]
        found = (404, NO_SESSION) if number is None else (200, {"value": items})
        return self.say("GET", f"{TYPED}/{name}/{SITE}", *found)

    def until(self, read):
        """Read again for as long as patience says; the last reading, and how often it was read."""
        readings, known = 1, read()
        while self.patience.again(known, readings):
            readings, known = readings + 1, read()
        return known, readings

    @property
    def waited(self):
        return sum(self.target.waits)


def sites(number):
    return [{"restorePoint": {"id": str(uuid.uuid4())}, "destinationType": "inPlace"} for _ in range(number)]


def shown(name, total):
    counts = {"total": total, "completed": 0, "inProgress": 0, "failed": 0}
    return SESSION | {"id": name, "restoreSessionArtifactCount": counts}


ONE, TWO, THREE = (str(uuid.UUID(int=0x5EED_0000_0000_4000_8000_0000_0000_0000 + n)) for n in range(3))


class Canned:
    """Answers everything with one example: always 201, or with the status of the method; `fresh` with a new id."""

    def __init__(self, *, by_method=False, fresh=False):
        self.by_method, self.fresh = by_method, fresh
        self.tokens = {"a-token-of-some-length": "good"}

    def handle(self, request):
        status = {"POST": 201, "DELETE": 204}.get(request.method, 200) if self.by_method else 201
        body = SESSION | ({"id": str(uuid.uuid4())} if self.fresh else {})
        return Response(status, HEADERS, b"" if status == 204 else json.dumps(body).encode())


def create_only(status, body):
    def make():
        service = Service()
        answer = service.answer
        service.answer = lambda asked: answer(asked) if asked.operation == "create" else JsonResponse(status, raw=body)
        return service

    return make


def totals(change):
    def make():
        service = Service()
        render = service.render

        def wrong(found, **how):
            shown = render(found, **how)
            counts = shown["restoreSessionArtifactCount"]
            shown["restoreSessionArtifactCount"] = {**counts, "total": change(counts["total"])}
            return shown

        service.render = wrong
        return service

    return make


def frozen():
    """Acknowledges every change and makes none."""
    service = Service()
    service.operations["delete"] = (lambda asked: (service.draft(asked), JsonResponse(204))[1], True)
    service.operations["update"] = (lambda asked: JsonResponse(200, {"id": service.draft(asked).id}), True)
    service.operations["activate"] = (
        lambda asked: JsonResponse(200, service.render(service.draft(asked), all_members=False)),
        True,
    )
    return service


def waited(service, profile, **changes):
    """A run, and the seconds for which its target was told to wait."""
    target, seconds = Embedded(service), []
    skip, target.pause = target.pause, lambda wait: (seconds.append(wait), skip(wait))
    tokens = {kind: token for token, kind in service.tokens.items()}
    settings = Settings(
        token=tokens["good"], identities={k: t for k, t in tokens.items() if k != "good"}, profile=profile, **changes
    )
    return Campaign(settings, target, load()).run(), sum(seconds)


NOT_FOUND = b'{"error":{"code":"RestoreSessionNotFound","message":"There is no such session."}}'


SERVERS = [
    pytest.param(Canned, id="canned", marks=pytest.mark.deep),
    pytest.param(lambda: Canned(by_method=True), id="canned-by-method", marks=pytest.mark.deep),
    pytest.param(lambda: Canned(by_method=True, fresh=True), id="canned-fresh-id", marks=pytest.mark.deep),
    pytest.param(create_only(404, b""), id="create-only"),
    pytest.param(create_only(404, NOT_FOUND), id="create-only-404"),
    pytest.param(totals(lambda _: 7), id="total-7"),
    pytest.param(totals(lambda number: number + 1), id="total-more"),
    pytest.param(totals(lambda _: 0), id="total-0"),
]


@pytest.mark.parametrize("profile", ["quick", pytest.param("standard", marks=pytest.mark.deep)])
@pytest.mark.parametrize("make", SERVERS)
def test_a_server_that_never_shows_a_change_is_waited_for_once(make, profile):
    """Up to 148 seconds in `standard` and 60 in `quick` before."""
    result, seconds = waited(make(), profile)
    assert seconds < 8, result.reason


@pytest.mark.deep
def test_the_commonest_mock_is_waited_for_once_by_the_whole_plan_too():
    """148 seconds before."""
    assert waited(Canned(by_method=True, fresh=True), "standard")[1] < 8


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_no_run_waits_longer_than_its_budget(profile):
    result, seconds = waited(frozen(), profile)
    assert seconds <= 30
    assert {"delete/response.gone", "update/response.added", "activate/response.started"} <= set(failed(result))


def test_what_was_not_waited_for_is_inconclusive():
    result, seconds = waited(frozen(), "quick", patience=0.5)
    assert seconds <= 0.5
    found = {v.clause.address: v for v in result.verdicts}
    for address in ("delete/response.gone", "update/response.added"):
        assert found[address].verdict is Verdict.INCONCLUSIVE, address
        assert "--patience" in found[address].reason


@pytest.fixture
def wire():
    made = Wire()
    for name in (ONE, TWO):
        made.create(name)
        made.get(name, 2)
    return made


def test_a_view_that_never_came_is_waited_for_once_and_proves_what_it_shows(wire):
    wire.add(ONE)
    known, readings = wire.until(lambda: wire.get(ONE, 2))
    assert (known.lacks, known.settled, readings) == ("count", True, 5)
    assert wire.waited == 5.5
    wire.add(TWO)
    known, readings = wire.until(lambda: wire.get(TWO, 2))
    assert (known.lacks, known.settled, readings) == ("count", True, 1)
    assert wire.waited == 5.5


def test_what_was_believed_in_the_end_is_not_taken_for_a_change_that_came(wire):
    """The total that is never raised agrees with itself from then on: another 5.5 seconds a session before."""
    wire.add(ONE)
    wire.until(lambda: wire.get(ONE, 2))
    assert not wire.get(ONE, 2).lacks
    wire.add(TWO)
    assert wire.until(lambda: wire.get(TWO, 2))[1] == 1


def test_another_view_is_not_waited_for_and_proves_nothing(wire):
    wire.add(ONE)
    wire.until(lambda: wire.get(ONE, 2))
    wire.add(TWO)
    known, readings = wire.until(lambda: wire.listed(ONE, TWO))
    assert (known.lacks, known.settled, known.vain, readings) == ("count", False, True, 1)


def test_a_view_that_comes_after_all_is_waited_for_again(wire):
    wire.add(ONE)
    wire.until(lambda: wire.get(ONE, 2))
    wire.add(TWO)
    wire.get(TWO, 3)
    wire.add(TWO)
    known = wire.get(TWO, 3)
    assert (known.lacks, known.settled) == ("count", False)
    assert wire.patience.again(known, 1)


def test_what_a_missing_route_never_shows_says_nothing_of_a_view_that_works(wire):
    assert wire.until(lambda: wire.artifacts(ONE))[0].settled
    wire.create(THREE)
    known, readings = wire.until(lambda: wire.get(THREE))
    assert readings > 1, "given up at the first reading"
    assert known.settled


def test_that_nothing_goes_says_nothing_of_what_is_made(wire):
    """A session made later is there at once: the view that never shows one go was waited for again before."""
    wire.say("DELETE", f"{BASE}/{ONE}", 204)
    assert wire.until(lambda: wire.get(ONE, 2))[0].settled
    wire.create(THREE)
    wire.get(THREE, 2)
    wire.say("DELETE", f"{BASE}/{TWO}", 204)
    assert wire.until(lambda: wire.get(TWO, 2))[1] == 1
    wire.create(str(uuid.UUID(int=7)))
    assert wire.until(lambda: wire.get(str(uuid.UUID(int=7))))[1] > 1


def test_readings_that_lacked_something_else_do_not_count(wire):
    """Not found for five seconds, and empty after that: how long it was empty is what counts."""
    wire.create(THREE)
    for _ in range(5):
        wire.artifacts(THREE)
        wire.target.clock.wait(0.9)
    wire.target.clock.wait(1)
    known = wire.artifacts(THREE, 0)
    assert (known.lacks, known.settled) == ("items", False)


def test_a_total_that_nobody_knows_is_believed_long_after_the_change_alone():
    """Two readings of before the change were what was expected from then on, before."""
    wire = Wire()
    wire.say("POST", TYPED, 201, {"id": ONE, "status": "draft"}, {SITE: sites(2)})
    wire.get(ONE, 0)
    wire.get(ONE, 0)
    wire.get(ONE, 2)
    assert wire.get(ONE, 2).aspect("count").fit == "open"
    assert wire.get(ONE, 2).aspect("count").fit == "agrees", "what was sent is believed once it was read twice"
    wire.say("POST", TYPED, 201, {"id": TWO, "status": "draft"}, {SITE: sites(2)})
    wire.get(TWO, 0)
    wire.target.clock.wait(LONG)
    wire.get(TWO, 0)
    assert wire.get(TWO, 2).aspect("count").fit == "contradicts"


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_sessions_of_one_kind_that_are_never_found_are_detected_where_artifacts_are_not_offered(profile):
    """Create and get alone are offered, and get finds standard sessions only."""
    service = Service()
    offered, get = service.operations, service.get

    def only_standard(asked):
        reply = get(asked)
        if service.find(asked).kind == "granular":
            raise Refusal(404, "RestoreSessionNotFound", "There is no such session.")
        return reply

    service.operations = {"create": offered["create"], "get": (only_standard, False)}
    answer = service.answer
    service.answer = lambda asked: answer(asked) if asked.operation in {"", *service.operations} else JsonResponse(404)
    result, _ = waited(service, profile)
    assert "create/read-back.found" in failed(result), result.reason


def test_an_id_that_is_given_twice_is_not_waited_for(wire):
    wire.create(THREE)
    known = wire.get(THREE)
    assert wire.patience.again(known, 1)
    wire.create(THREE.upper())
    known, readings = wire.until(lambda: wire.get(THREE))
    assert (known.phase, known.aspects["presence"].fit, readings) == ("unsure", "open", 1)


def test_the_budget_ends_the_waiting_and_proves_nothing():
    wire = Wire(left=0.4)
    wire.create(ONE)
    known, readings = wire.until(lambda: wire.get(ONE))
    assert (known.lacks, known.settled, readings) == ("presence", False, 3)
    assert wire.waited == pytest.approx(0.4)


def test_long_after_a_change_readings_are_repeated_quickly():
    wire = Wire()
    wire.create(ONE)
    wire.target.clock.wait(LONG)
    known, readings = wire.until(lambda: wire.get(ONE))
    assert (known.settled, readings) == (True, 5)
    assert wire.waited == pytest.approx(1.2)


def test_a_part_of_the_patience_is_kept_for_readings_long_after_the_change():
    """What the end of a run reads again was not repeated at all where every wait before it was in vain."""
    wire = Wire(left=2.0, kept=1.2)
    wire.create(ONE)
    assert not wire.until(lambda: wire.get(ONE))[0].settled
    assert wire.patience.left == pytest.approx(1.2)
    wire.target.clock.wait(LONG)
    assert wire.until(lambda: wire.get(ONE))[0].settled


def test_a_target_with_a_real_clock_is_waited_for_in_real_time():
    wire = Wire(left=0.05, clock=Clock())
    before = time.monotonic()
    wire.create(ONE)
    assert wire.patience.again(wire.get(ONE), 1)
    assert 0.05 <= time.monotonic() - before < 1
    assert 0.05 <= wire.target.now() < 1


def test_patience_is_a_setting_of_its_own(capsys):
    from restore_conformance.commands import run

    def parsed(*arguments):
        import argparse

        parser = argparse.ArgumentParser()
        run.add_arguments(parser)
        return settings_of(parser.parse_args(list(arguments)), load())

    made = parsed("--target", "http://127.0.0.1:9/beta", "--patience", "90", "--timeout", "7")
    assert (made.patience, made.timeout) == (90, 7)
    with pytest.raises(UsageError, match="--patience is a number from 0 to 86400; got -1"):
        parsed("--patience", "-1")


BOUNDS = [
    "numbers-of-64-bits",
    "no-more-than-64-levels",
    "location-of-the-collection",
    "created-in-the-year-one",
]


@pytest.mark.parametrize("name", BOUNDS)
def test_a_new_variant_is_no_false_positive(register, name):
    score = score_variant(register, [name], "standard")
    assert score.right, (score.findings, score.reason)
