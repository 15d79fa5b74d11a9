"""Waiting has one budget and learns: what never comes is waited for once, what never was is wrong at once."""

import itertools
import json
import time
import uuid

import pytest
from looking import failed

from restore_conformance.bench.scoring import score_variant
from restore_conformance.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.clock import Clock, Skipping
from restore_conformance.commands.options import settings_of
from restore_conformance.exchange import Response
from restore_conformance.mock import Refusal, Reply, Service
from restore_conformance.settings import Settings
from restore_conformance.stories.patience import LONG, Patience
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


VIEW, OTHER = ("get", "count"), ("list", "count")


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
        service.answer = lambda asked: answer(asked) if asked.operation == "create" else Reply(status, raw=body)
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
    service.operations["delete"] = (lambda asked: (service.draft(asked), Reply(204))[1], True)
    service.operations["update"] = (lambda asked: Reply(200, {"id": service.draft(asked).id}), True)
    service.operations["activate"] = (
        lambda asked: Reply(200, service.render(service.draft(asked), all_members=False)),
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


def test_a_view_that_never_came_is_waited_for_once_and_proves_what_it_shows():
    target = Waiting()
    patience = Patience(target)
    patience.changed("one")
    readings = next(n for n in itertools.count(1) if not patience.again(VIEW, n, ("one",)))
    assert (readings, sum(target.waits)) == (5, 5.5)
    assert patience.proves(VIEW)
    patience.changed("one")
    assert not patience.again(VIEW, 1, ("one",))
    assert sum(target.waits) == 5.5


def test_another_view_is_not_waited_for_and_proves_nothing():
    patience = Patience(Waiting())
    patience.changed("one")
    for readings in range(1, 6):
        patience.again(VIEW, readings, ("one",))
    patience.changed("two")
    assert not patience.again(OTHER, 1, ("two",))
    assert not patience.proves(OTHER)


def test_a_view_that_comes_after_all_is_waited_for_again():
    patience = Patience(Waiting())
    patience.never.add(VIEW)
    patience.came(VIEW)
    assert patience.again(VIEW, 1)


def test_what_a_missing_route_never_shows_says_nothing_of_a_view_that_works():
    patience = Patience(Waiting())
    missing, reading = ("list-granular", "found"), ("get", "found")
    patience.came(reading)
    readings = next(n for n in itertools.count(1) if not patience.again(missing, n))
    assert patience.proves(missing), readings
    patience.changed("one")
    readings = next(n for n in itertools.count(1) if not patience.again(reading, n, ("one",)))
    assert readings > 1, "given up at the first reading"
    assert patience.proves(reading, ("one",))


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
    service.answer = lambda asked: answer(asked) if asked.operation in {"", *service.operations} else Reply(404)
    result, _ = waited(service, profile)
    assert "create/read-back.found" in failed(result), result.reason


def test_an_id_that_is_given_twice_is_not_waited_for():
    patience = Patience(Waiting())
    patience.created("One")
    assert patience.again(VIEW, 1, ("one",))
    patience.created("one")
    assert not patience.again(VIEW, 1, ("ONE",))


def test_the_budget_ends_the_waiting_and_proves_nothing():
    target = Waiting()
    patience = Patience(target, left=0.4)
    patience.changed("one")
    assert [patience.again(VIEW, n, ("one",)) for n in (1, 2, 3)] == [True, True, False]
    assert sum(target.waits) == pytest.approx(0.4)
    assert not patience.proves(VIEW)


def test_long_after_a_change_readings_are_repeated_quickly():
    target = Waiting()
    patience = Patience(target)
    patience.changed("one")
    target.clock.wait(LONG)
    assert [patience.again(VIEW, n, ("one",)) for n in range(1, 6)] == [True] * 4 + [False]
    assert sum(target.waits) == pytest.approx(1.2)


def test_a_target_with_a_real_clock_is_waited_for_in_real_time():
    target = Waiting(Clock())
    patience = Patience(target, left=0.05)
    before = time.monotonic()
    patience.again(VIEW, 1)
    assert 0.05 <= time.monotonic() - before < 1
    assert 0.05 <= target.now() < 1


def test_patience_is_a_setting_of_its_own(capsys):
    from restore_conformance.commands import run

    def parsed(*arguments):
        import argparse

        parser = argparse.ArgumentParser()
        run.add_arguments(parser)
        return settings_of(parser.parse_args(list(arguments)), load())

    made = parsed("--patience", "90", "--timeout", "7")
    assert (made.patience, made.timeout) == (90, 7)
    with pytest.raises(UsageError, match="--patience -1"):
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
    assert score.right, (score.blamed, score.reason)
