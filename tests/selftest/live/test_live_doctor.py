"""The doctor: every precondition, what was found, and what to fix; nothing is created."""

import json
import time
import uuid
from email.utils import formatdate

import pytest
from tenant import CLIENT, TENANT, Registration

from restore_conformance.exchange import Response
from restore_conformance.live.doctor import _clock
from restore_conformance.live.journal import Intent, Journal
from restore_conformance.live.tokens import Claims


def checks(out):
    """The lines of the doctor: name to verdict and text."""
    found = {}
    for line in out.splitlines():
        verdict, _, rest = line.partition(" ")
        if verdict in {"ok", "fix", "?"}:
            found[rest.strip()[:15].strip()] = (verdict, rest)
    return found


class Answering:
    """A service with some answers planned by path."""

    def __init__(self, service, answers=()):
        self.service, self.answers = service, dict(answers)
        self.seen = []

    def __getattr__(self, name):
        return getattr(self.service, name)

    def handle(self, request):
        self.seen.append(request.method)
        return self.answers.get(request.target.rpartition("/")[2]) or self.service.handle(request)


def test_a_tenant_that_is_ready(tenant, command):
    """Every check is passed or says what cannot be read; nothing is made and nothing deleted."""
    answers = {"backupRestore": Response(200, (), json.dumps({"serviceStatus": {"status": "enabled"}}).encode())}
    tenant.front.service = watched = Answering(tenant.service, answers)
    code, out, err = command("doctor", "--config", tenant.config())
    found = checks(out)
    assert code == 0, out + err
    assert "Ready." in out
    for name in ("sign-in", "permission", "clock", "reading", "service", "journal", "restore-points"):
        assert found[name][0] == "ok", out
    assert CLIENT in out
    assert TENANT in out
    assert set(watched.seen) == {"GET"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("permission", "let an administrator consent"), ("sign-in", "client-secret-variable"),
        ("service", "enable it"), ("reading", "403"), ("journal", "cleanup"),
        ("restore-points", "cannot be read"), ("cloud", "lacks the operation"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_to_do(tenant, command, monkeypatch, name, says):
    """One thing at a time is broken: its line says fix, and what; the exit code is 3."""
    changes, answers = {}, {}
    if name == "permission":
        tenant.entra.registrations[CLIENT] = Registration(secrets={"right-secret"}, roles=("User.Read.All",))
    elif name == "sign-in":
        monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
    elif name == "service":
        answers["backupRestore"] = Response(200, (), b'{"serviceStatus":{"status":"disabled"}}')
    elif name == "reading":
        answers["restoreSessions"] = Response(403, (), b'{"error":{"code":"Forbidden"}}')
    elif name == "journal":
        command("doctor", "--config", tenant.config())
        journal = Journal(next(tenant.state.iterdir()) / "journal.ndjson")
        journal.intend(Intent("a", "run", time.time(), CLIENT))
        journal.note("made", key="a", session=str(uuid.uuid4()))
        journal.close()
    elif name == "restore-points":
        changes["restore_points"] = "/nowhere"
    elif name == "cloud":
        monkeypatch.setattr("restore_conformance.live.doctor.CLOUDS", {"localhost": "us_government_l4"})
    tenant.front.service = Answering(tenant.service, answers)
    code, out, _ = command("doctor", "--config", tenant.config(**changes))
    verdict, line = checks(out)[name]
    assert (code, verdict) == (3, "fix"), out
    assert says in line
    assert sum(verdict == "fix" for verdict, _ in checks(out).values()) == 1, out


@pytest.mark.parametrize(("off", "verdict"), [(0, "ok"), (-90, "ok"), (900, "fix"), (-900, "fix")])
def test_a_clock_that_is_off_is_named(off, verdict):
    """Against the target's own date; where no answer has one, against the token's time of issue."""
    shown = formatdate(time.time() + off, usegmt=True)
    assert _clock(Response(200, (("Date", shown),)), Claims()).verdict == verdict
    assert _clock(None, Claims(issued=int(time.time()) + 900)).verdict == "fix"
    assert _clock(None, Claims()).verdict == "?"


def test_every_configured_caller_is_checked(tenant, command, monkeypatch):
    """A caller that is to have no permission must have none, or its clause would accuse the service."""
    monkeypatch.setenv("OTHER", "right-secret")
    text = f'[live.identity.no-permission]\nclient-id = "{CLIENT}"\nclient-secret-variable = "OTHER"\n'
    code, out, _ = command("doctor", "--config", tenant.config(text))
    assert code == 3
    assert "name one that does not" in out


def test_what_cannot_be_read_is_not_a_fault(tenant, command):
    """The state of the service needs another permission; without it the line says so and nothing else."""
    code, out, _ = command("doctor", "--config", tenant.config(granular_items=None))
    found = checks(out)
    assert code == 0
    assert found["service"][0] == "?"
    assert found["granular-items"][0] == "?"
