"""Budgets, pace and Retry-After hold for all workers together."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import pytest
from looking import some
from lossy import Distant, identities

from restore_conformance.campaign.sender import BudgetSpent
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Request, Response
from restore_conformance.live.budget import Budget, Pace
from restore_conformance.live.cleanup import clean
from restore_conformance.live.guard import Guard
from restore_conformance.live.journal import Journal
from restore_conformance.live.routes import ROOT, NeverLive
from restore_conformance.targets import Answer


def test_what_is_kept_is_sent_after_its_release_only():
    """The plan cannot use it up; clean-up is not held back by it; the bound of all together stays."""
    budget = Budget(10, 9, 60.0)
    budget.allow(sessions=9, reserve=0, kept=3)
    for _ in range(4):
        budget.read()
    budget.create(likely=True)
    budget.created(likely=True, made=True)
    with pytest.raises(BudgetSpent, match=r"bound of 10 requests \(3 of them"):
        budget.read()
    budget.clean()
    budget.seen()
    budget.clean()
    budget.deleted()
    with pytest.raises(BudgetSpent):
        budget.create(likely=True)
    budget.release()
    budget.create(likely=True)
    budget.created(likely=True, made=False)
    budget.read()
    budget.read()
    with pytest.raises(BudgetSpent, match="bound of 10 requests"):
        budget.read()


def test_what_was_ended_says_so():
    """A second signal is no bound of seconds, and nothing that the target asks for."""
    budget, pace = Budget(10, 9, 60.0), Pace(1.0)
    pace.hold(9.0)
    budget.stop()
    pace.stop()
    for refused in (budget.read, budget.clean, lambda: budget.create(likely=True), lambda: pace.wait(budget.left())):
        with pytest.raises(BudgetSpent, match=r"^the run was ended before its time$"):
            refused()


class Wire(Distant):
    """A target that counts what reaches it, and how many at once; `answers` are given first."""

    def __init__(self, answers=(), slow=0.0):
        super().__init__()
        self.answers = list(answers)
        self.slow = slow
        self.times = []
        self.made = 0
        self.seen = []
        self.lock = threading.Lock()

    def send(self, request, patience=None):
        with self.lock:
            self.patience = patience
            self.times.append(time.monotonic())
            self.seen.append(request)
            answer = self.answers.pop(0) if self.answers else None
        time.sleep(self.slow)
        if answer is not None:
            return Answer(request, answer)
        if request.method == "DELETE":
            return Answer(request, Response(204))
        if request.method == "GET":
            shown = {"id": request.target.rpartition("/")[2], "status": "draft"}
            return Answer(request, Response(200, (), json.dumps(shown).encode()))
        with self.lock:
            self.made += 1
        return Answer(request, Response(201, (), json.dumps({"id": str(uuid.uuid4())}).encode()))


@pytest.fixture
def guard(tmp_path):
    opened = []

    def make(wire, budget, pace=None, **more):
        made = Guard(
            wire, identities("token"), Journal(tmp_path / f"{len(opened)}.ndjson"), budget, pace or Pace(0),
            **({"refusal": lambda _: False, "support": lambda _: None} | more),
        )  # fmt: skip
        opened.append(made)
        return made

    yield make
    for made in opened:
        made.journal.close()


def create():
    return Request("POST", CREATE, (("Authorization", "Bearer token"), ("Content-Type", "application/json")), b"{}")


def read():
    return Request("GET", f"{ROOT}/restoreSessions", (("Authorization", "Bearer token"),))


def crowd(guard, acts, workers=16):
    """Send from many threads at once; gives how many were stopped by the budget."""
    gate = threading.Barrier(workers)

    def work(mine):
        gate.wait()
        stopped = 0
        for act in mine:
            try:
                guard.send(act())
            except BudgetSpent:
                stopped += 1
        return stopped

    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(work, [acts] * workers))


@pytest.mark.parametrize("bounds", [(60, 1000), (61, 7), (100, 20), (5, 3)])
def test_sixteen_workers_overshoot_no_budget(guard, bounds):
    """Requests and sessions stay within their bounds, deletes that are owed included."""
    requests, sessions = bounds
    wire = Wire(slow=0.001)
    made = guard(wire, Budget(requests, sessions, 60, reserve=0))
    stopped = crowd(made, [create, read, create, read, read])
    assert stopped > 0
    assert wire.made <= sessions
    clean(made, careful=False)
    assert made.journal.sessions() == []
    assert len(wire.seen) <= requests
    assert made.budget.used == len(wire.seen)


def test_a_session_budget_waits_for_those_under_way(guard):
    """Refusals under way leave room: nobody gives up before their answers are there."""
    refused = Response(400, (), b'{"error":{}}')
    wire = Wire(answers=[refused] * 40, slow=0.002)
    made = guard(wire, Budget(1000, 3, 60))
    assert crowd(made, [create] * 4) > 0
    assert wire.made == 3


def test_a_refusal_that_is_accepted_draws_on_the_reserve(guard):
    """The plan goes on, with a read and a delete in reserve for each surprise; never more than both together."""
    wire = Wire()
    made = guard(wire, Budget(10, 100, 60, reserve=4), refusal=lambda _: True)
    sent = 50 - crowd(made, [create] * 50, workers=1)
    clean(made, careful=False)
    assert made.journal.sessions() == []
    assert len(wire.seen) <= 14
    assert sent >= 4


def test_time_is_a_bound_too(guard):
    """After its seconds a run sends nothing more but its clean-up."""
    now = [0.0]
    made = guard(Wire(), Budget(100, 100, 30, clock=lambda: now[0]))
    made.pause = lambda _: None
    answer = made.send(create())
    session = json.loads(answer.response.body)["id"]
    now[0] = 31.0
    with pytest.raises(BudgetSpent, match="30 seconds"):
        made.send(read())
    assert clean(made, careful=False) == []
    assert made.journal.deleted(session)


def test_no_request_outlasts_the_run(guard):
    """What is left of the run's time is the most that a request may take; a create is waited for all the same."""
    now = [0.0]
    wire = Wire()
    made = guard(wire, Budget(100, 100, 30, clock=lambda: now[0]), patience=20.0)
    made.send(read())
    assert wire.patience == 20.0
    now[0] = 26.0
    made.send(read())
    assert wire.patience == 4.0
    made.send(create())
    assert wire.patience == 20.0


def test_a_run_that_was_left_sends_nothing_more(guard):
    """After the second Ctrl-C no thread sends anything, nor waits for its turn."""
    wire = Wire()
    made = guard(wire, Budget(100, 100, 30))
    made.budget.stop()
    for act in (lambda: made.send(read()), lambda: made.tidy("DELETE", f"{ROOT}/restoreSessions/{uuid.uuid4()}")):
        with pytest.raises((BudgetSpent, NeverLive)):
            act()
    pace = Pace(0)
    pace.hold(60)
    threading.Timer(0.05, pace.stop).start()
    with pytest.raises(BudgetSpent, match="was ended"):
        pace.wait(100)
    assert wire.seen == []


def test_the_pace_is_one_for_all(guard):
    """Sixteen workers together send no faster than was set."""
    wire = Wire()
    made = guard(wire, Budget(1000, 1000, 60), Pace(100))
    began = time.monotonic()
    crowd(made, [read, read])
    sent = sorted(wire.times)
    assert len(sent) == 32
    assert all(when - began >= place * 0.01 - 0.001 for place, when in enumerate(sent))


@pytest.mark.parametrize("value", some(["0.4", "1", "date"], "0.4"))
def test_retry_after_holds_everybody(guard, value):
    """While the target asks to wait, no worker sends anything; integer, decimal and date alike."""
    shown = formatdate(time.time() + 2, usegmt=True) if value == "date" else value
    wait = 0.9 if value == "date" else float(value)
    wire = Wire(answers=[Response(429, (("Retry-After", shown),), b"{}")])
    made = guard(wire, Budget(1000, 1000, 60))
    made.send(read())
    crowd(made, [read], workers=4)
    assert wire.times[1] - wire.times[0] >= wait - 0.02
    assert len(wire.times) == 6


def test_retry_after_beyond_the_bound_ends_the_run(guard):
    """A target that asks for an hour gets it: nothing more is sent, and the session is left to the next start."""
    wire = Wire()
    made = guard(wire, Budget(100, 100, 30))
    made.send(create())
    wire.answers = [Response(429, (("Retry-After", "3600"),), b"{}")]
    assert made.send(read()).response.status == 429
    sent = len(wire.seen)
    with pytest.raises(BudgetSpent, match="asks to wait"):
        made.send(read())
    assert "asks to wait" in clean(made, careful=False)[0].why
    assert len(wire.seen) == sent


def test_being_throttled_without_a_word_backs_off(guard):
    """A 429 without Retry-After is tried again later and later, and not for ever."""
    slept = []
    now = [0.0]

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    wire = Wire(answers=[Response(429, (), b"{}")] * 9)
    made = guard(wire, Budget(100, 100, 1000, clock=lambda: now[0]), Pace(0, clock=lambda: now[0], sleep=sleep))
    answer = made.send(read())
    assert answer.attempts == 4
    assert answer.response.status == 429
    assert slept == sorted(slept)
    assert slept[-1] >= 4


def test_every_request_has_an_id_of_its_own_and_support_ids_are_kept(guard):
    """Also a request that is sent again: fresh ids, and what support asks for of each answer."""
    kept = []
    headers = (("request-id", "r-1"), ("Date", "Mon, 23 Nov 2026 10:00:00 GMT"), ("x-ms-ags-diagnostic", "{}"))
    wire = Wire(answers=[Response(429, (("Retry-After", "0"), *headers), b"{}")])
    made = guard(wire, Budget(100, 100, 60), support=kept.append)
    request = read()
    made.send(Request(request.method, request.target, (*request.headers, ("client-request-id", "old"))))
    ids = [request.header("client-request-id") for request in wire.seen]
    assert len(set(ids)) == 2
    assert "old" not in ids
    assert [one.client_request_id for one in kept] == ids
    assert (kept[0].request_id, kept[0].date, kept[0].diagnostic, kept[0].status) == (
        "r-1", "Mon, 23 Nov 2026 10:00:00 GMT", "{}", 429
    )  # fmt: skip
