"""The service in process as a live target, also one whose answers get lost, and behind a guard with a journal."""

import json
import uuid

from tenant import CLIENT

from restore_conformance.contract.routes import line_of
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Request
from restore_conformance.live.budget import Budget, Pace
from restore_conformance.live.cleanup import clean
from restore_conformance.live.guard import Guard
from restore_conformance.live.journal import Journal
from restore_conformance.live.settings import Login
from restore_conformance.live.tokens import Identities, Token
from restore_conformance.mock import Service
from restore_conformance.targets import Answer, Embedded

POOL = [str(uuid.uuid4()) for _ in range(30)]


class Distant:
    """A service in process as a target that counts as live, and every request that reached it."""

    loopback = False

    def __init__(self, service=None, base="https://localhost/beta"):
        self.service = service or Service()
        self.inner = Embedded(self.service, "live", base)
        self.name = self.base = base
        self.requests = []

    def send(self, request, patience=None):
        self.requests.append(request)
        return self.inner.send(request, patience)

    def now(self):
        return self.inner.now()

    def pause(self, seconds):
        self.inner.pause(seconds)

    def close(self):
        pass


class Lossy(Distant):
    """A service whose answers to creates, or whose requests, get lost on demand; `answers` replace others."""

    def __init__(self):
        super().__init__()
        self.lose = ""
        self.answers = {}
        self.seen = []

    def send(self, request, patience=None):
        self.seen.append((request.method, request.target))
        if request.method == "POST" and self.lose == "request":
            return Answer(request, None, "time-out")
        if (planned := self.answers.get(request.method)) is not None:
            return Answer(request, planned)
        answer = self.inner.send(request)
        if request.method == "POST" and self.lose == "answer":
            return Answer(request, None, "time-out")
        return answer


def identities(token):
    """The one caller of a live run, with a token that does not end."""
    return Identities({"good": Login()}, lambda _: Token(token, 1e12, renewable=False))


class Place:
    """A guard on a lossy service with a journal, opened as often as a test likes: every time a new start."""

    def __init__(self, folder):
        self.wire = Lossy()
        self.folder = folder
        self.open()

    def open(self):
        self.journal = Journal(self.folder / "journal.ndjson")
        self.guard = Guard(
            self.wire, identities(self.wire.service.token), self.journal, Budget(500, 500, 600, 500), Pace(0),
            refusal=lambda _: False, support=lambda _: None, application=CLIENT,
            pool=frozenset(f"point {one}" for one in POOL),
        )  # fmt: skip
        self.guard.pause = lambda seconds: None

    def create(self, points=None, token=None):
        elements = [{"restorePoint": {"id": point}, "destinationType": "new"} for point in points or ()]
        body = json.dumps({"siteRestoreArtifacts": elements} if elements else {}).encode()
        headers = (
            ("Authorization", f"Bearer {token or self.guard.identities['good']}"),
            ("Content-Type", "application/json"),
        )
        request = Request("POST", CREATE, headers, body)
        return self.wire.service.handle(request) if token else self.guard.send(request).response

    def read(self, session):
        """Reads a session as a run does."""
        bearer = (("Authorization", f"Bearer {self.guard.identities['good']}"),)
        return self.guard.send(Request(*line_of("get", session), bearer)).response

    def other(self, points=None):
        """A draft of somebody else with the same application."""
        return json.loads(self.create(points, self.wire.service.token).body)["id"]

    def clean(self, careful=True):
        self.journal.close()
        self.open()
        return clean(self.guard, careful=careful)

    @property
    def sessions(self):
        return set(self.wire.service.sessions)
