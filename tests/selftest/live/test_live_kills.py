"""Kills: whatever the moment, the next start deletes what is ours, and nobody else loses a draft."""

import contextlib
import json
import os
import random
import signal
import threading
import time
import uuid

import pytest
from looking import some
from lossy import Distant
from tenant import CLIENT, TENANT

from restore_conformance.exchange import Request
from restore_conformance.live import journal
from restore_conformance.live import tenant as opening
from restore_conformance.live.run import LiveRun
from restore_conformance.live.settings import Live, Login
from restore_conformance.live.tenant import opened
from restore_conformance.mock import Service
from restore_conformance.settings import Settings

POINTS = tuple(str(uuid.uuid4()) for _ in range(40))
ITEMS = tuple({"browseSessionId": "eJxBrowse0", "id": ",".join(str(uuid.uuid4()) for _ in range(4))} for _ in range(40))


class Killed(BaseException):
    """Stands for SIGKILL: nothing that is written or sent after it happens."""


class Bomb:
    """Counts the points at which a process may be killed, and kills at one of them."""

    def __init__(self, at=0):
        self.at = at
        self.points = 0
        self.dead = False

    def point(self):
        self.points += 1
        if self.dead or self.points == self.at:
            self.dead = True
            raise Killed


class Wire(Distant):
    """A target in process that may be killed before a request arrives and before its answer does."""

    def __init__(self, service, bomb):
        super().__init__(service)
        self.bomb = bomb

    def send(self, request, patience=None):
        self.bomb.point()
        answer = super().send(request, patience)
        self.bomb.point()
        return answer


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Runs the live profile in process, killed at a point; then the next start."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a simulated kill does not lose what the kernel has
    write = journal.Journal._write

    class Place:
        def __init__(self):
            self.service = Service()
            self.folder = tmp_path / uuid.uuid4().hex
            self.live = Live(base="https://localhost/beta", requests_per_second=0.0, state=str(self.folder))
            self.live.login = Login(tenant=TENANT, client_id=CLIENT)
            self.settings = Settings(
                token=self.service.token, restore_points=POINTS, granular_items=ITEMS, profile="live",
                target="https://localhost/beta",
            )  # fmt: skip

        def run(self, register, at=0):
            """One run; gives the number of points it passed."""
            bomb = Bomb(at)

            def torn(self, line):
                bomb.point()
                if bomb.points + 1 == bomb.at:
                    os.write(self._file, line[: len(line) // 2])
                bomb.point()
                write(self, line)
                bomb.point()

            monkeypatch.setattr(journal.Journal, "_write", torn)
            monkeypatch.setattr(opening, "Http", lambda *a, **k: Wire(self.service, bomb))
            with contextlib.suppress(Killed):
                LiveRun(self.settings, self.live, register, yes=True).run()
            monkeypatch.setattr(journal.Journal, "_write", write)
            return bomb.points

        def start(self):
            """The next start: what it could not delete."""
            with opened(self.settings, self.live, yes=True, transport=Wire(self.service, Bomb())) as found:
                pass
            return [*found.recovered, *found.left]

        def others(self):
            """Drafts of somebody else with the same application: full, empty, and of one named restore point."""
            target = "/solutions/backupRestore/sharePointRestoreSessions"
            headers = (("Authorization", f"Bearer {self.service.token}"), ("Content-Type", "application/json"))
            ids = set()
            for points in ([str(uuid.uuid4())], [], [POINTS[0]], list(POINTS[:3])):
                said = [{"restorePoint": {"id": point}, "destinationType": "new"} for point in points]
                body = json.dumps({"siteRestoreArtifacts": said} if said else {}).encode()
                answer = self.service.handle(Request("POST", target, headers, body))
                ids.add(json.loads(answer.body)["id"])
            return ids

    return Place


def survey(place, register, points):
    """Kill at each of some points; count what is left and what others lost."""
    left = lost = listed = 0
    for at in points:
        here = place()
        others = here.others()
        here.run(register, at)
        others |= here.others()
        told = {one.session for one in here.start()}
        remaining = set(here.service.sessions)
        lost += len(others - remaining)
        ours = remaining - others
        listed += len(ours & told)
        left += len(ours - told)
        assert all(not here.service.sessions[one].artifacts for one in ours), "only an empty draft is nobody's for sure"
    return left, listed, lost


def test_a_kill_at_some_points_leaves_nothing(place, register):
    """Of nine moments spread over the run, none leaves a draft that is not named, and nobody loses one."""
    total = place().run(register)
    assert total > 200
    left, _, lost = survey(place, register, range(3, total, total // 8))
    assert (left, lost) == (0, 0)


@pytest.mark.proof
def test_a_kill_at_every_point_leaves_nothing(place, register, record_property):
    """The same for every single moment at which something is read or written."""
    total = place().run(register)
    left, listed, lost = survey(place, register, range(1, total + 1))
    print(f"{total} points: {left} drafts left, {listed} empty drafts listed by id, {lost} drafts of others lost")
    assert (left, lost) == (0, 0)
    assert listed <= 4 * 3


def live_run(config, report):
    """The arguments of a run against the tenant."""
    run = ["run", "--target", "live", "--config", config, "--yes", "--quiet", "--report", report]
    return ["-m", "restore_conformance", *run]


def real_kills(tenant, command, started, tmp_path, number):
    config = tenant.config(requests_per_second=40)
    chance = random.Random(7)
    others = set(tenant.bystander(2))
    reached = 0
    for _ in range(number):
        running = started(*live_run(config, tmp_path / "report"))
        began = len(tenant.entra.issued)
        while len(tenant.entra.issued) == began and running.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.05, 1.3))
        reached += running.poll() is None
        os.kill(running.pid, signal.SIGKILL)
        running.communicate(timeout=30)
        others |= set(tenant.bystander(2))
    code, out, _ = command("cleanup", "--config", config, "--yes")
    return code, out, others, reached


@pytest.mark.deep
def test_two_real_kills_leave_nothing(tenant, command, started, tmp_path):
    """A process killed in mid-run leaves nothing after a clean-up but what is listed."""
    code, out, others, reached = real_kills(tenant, command, started, tmp_path, 2)
    assert reached, "the runs ended before they were killed"
    assert others <= tenant.sessions
    assert all(one in out for one in tenant.sessions - others), out
    assert code == (5 if "Left behind" in out else 0)


@pytest.mark.proof
def test_twenty_real_kills_leave_nothing(tenant, command, started, tmp_path):
    """Twenty kills, one after the other, with somebody else at work between them."""
    _, out, others, reached = real_kills(tenant, command, started, tmp_path, 20)
    ours = tenant.sessions - others
    print(f"{reached} of 20 killed in mid-run: {len(ours)} drafts left, {len(others - tenant.sessions)} of others lost")
    assert reached >= 15
    assert others <= tenant.sessions
    assert all(one in out for one in ours)


@pytest.mark.parametrize("number", some([signal.SIGTERM, signal.SIGINT], signal.SIGTERM), ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_run_and_cleans_up(tenant, started, tmp_path, number):
    """Ctrl-C and SIGTERM end the sending; what was made is deleted before the process ends."""
    others = set(tenant.bystander(2))
    running = started(*live_run(tenant.config(requests_per_second=20), tmp_path / "report"))
    until = time.monotonic() + 15
    while len(tenant.service.sessions) <= len(others) and time.monotonic() < until:
        time.sleep(0.005)
    os.kill(running.pid, number)
    _, err = running.communicate(timeout=30)
    assert tenant.sessions == others, err.decode()
    assert b"Traceback" not in err


@pytest.mark.deep
@pytest.mark.parametrize("workers", [4])
def test_two_signals_end_a_run_that_hangs(tenant, started, tmp_path, workers):
    """A target that never answers is left at the second Ctrl-C, whoever waits for it; the journal knows the rest."""
    over, plain, asked = threading.Event(), tenant.front.service.handle, []

    def handle(request):
        asked.append(request.method)
        if len(asked) > 12:
            over.wait(60)
        return plain(request)

    tenant.front.service.handle = handle
    running = started(*live_run(tenant.config(workers=workers), tmp_path / "report"))
    until = time.monotonic() + 20
    while len(asked) <= 12 and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)
    began = time.monotonic()
    try:
        for _ in range(2):
            os.kill(running.pid, signal.SIGINT)
            time.sleep(0.3)
        _, err = running.communicate(timeout=40)
        took = time.monotonic() - began
    finally:
        over.set()
    assert took < 30, err.decode()
    assert b"once more leaves that to the next start" in err
    assert b"Traceback" not in err
