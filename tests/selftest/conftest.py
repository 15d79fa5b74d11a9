"""What the suite's own tests share: a guard on the network, the register, and one way to run a campaign."""

import ipaddress
import socket

import pytest

from restore_conformance.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.mock import Service
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded


@pytest.fixture(autouse=True, scope="session")
def loopback_only():
    """A socket to anywhere but this machine fails the test that opens it."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host.split("%")[0]).is_loopback:
                raise AssertionError(f"a test opened a socket to {host}")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def register():
    return load()


@pytest.fixture(scope="session")
def judged(register):
    """Runs a campaign on a service in process and gives its result and its failed clauses."""

    def judge(service=None, profile="standard", **changes):
        service = service or Service()
        tokens = {kind: token for token, kind in service.tokens.items()}
        others = {kind: token for kind, token in tokens.items() if kind != "good"}
        settings = Settings(**{"token": tokens["good"], "identities": others, "profile": profile, **changes})
        return Campaign(settings, Embedded(service), register).run()

    return judge


@pytest.fixture(autouse=True)
def no_summary(monkeypatch):
    """In a build the runs of these tests write nothing into its summary."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
