"""No harm by construction: what a live target can be sent at all, and when anything is sent."""

import json
import re
import subprocess
import sys

import pytest
from lossy import Distant, identities
from tenant import TENANT

from restore_conformance.campaign.planner import LIVE_OPERATIONS
from restore_conformance.campaign.sender import Sender
from restore_conformance.commands import live_target, options, run
from restore_conformance.contract import places
from restore_conformance.contract.routes import line_of
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Request
from restore_conformance.live.budget import Budget, Pace
from restore_conformance.live.guard import Guard
from restore_conformance.live.journal import Intent, Journal
from restore_conformance.live.routes import ALLOWED, ROOT, NeverLive, permitted
from restore_conformance.recogniser import Recogniser, route
from restore_conformance.settings import Settings
from restore_conformance.stimuli import FAMILIES, PROFILES, Knobs, Materials, drawn, plan
from restore_conformance.verdicts import UsageError

ID = "1f1f1f1f-2222-4333-8444-555555555555"
BELOW = (
    f"restoreSessions/{ID}/activate", f"sharePointRestoreSessions/{ID}/activate",
    f"restoreSessions/{ID}/microsoft.graph.activate", f"restoreSessions/{ID}/Activate",
    f"restoreSessions/{ID}/activate()", f"restoreSessions('{ID}')/activate", f"restoreSessions/{ID}/activate/",
    f"restoreSessions/{ID}/%61ctivate", f"restoreSessions/{ID}%2Factivate", f"restoreSessions/{ID}//activate",
    f"restoreSessions//{ID}/activate", f"restoreSessions/{ID}/activate?x=1", f"restoreSessions/x/../{ID}/activate",
    f"restoreSessions/{ID};/activate", f"restoreSessions/{ID}\\activate", f"restoreSessions/{ID}#/activate",
    f"exchangeRestoreSessions/{ID}/activate", f"oneDriveForBusinessRestoreSessions/{ID}/activate",
    f"protectionPolicies/{ID}/activate", f"serviceApps/{ID}/activate", "enable", "activate",
    "exchangeRestoreSessions", "oneDriveForBusinessRestoreSessions", "protectionUnits", "restoreSessions",
    f"sharePointRestoreSessions/{ID}", f"sharePointRestoreSessions/{ID}/siteRestoreArtifacts",
    f"sharePointRestoreSessions/{ID}/siteRestoreArtifactsBulkAdditionRequests", f"restorePoints/{ID}",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "MERGE", "HEAD", "OPTIONS", "TRACE", "post", "ACTIVATE")


@pytest.fixture
def wired(tmp_path):
    """A guard on a service in process."""
    wire = Distant()
    guard = Guard(
        wire, identities(wire.service.token), Journal(tmp_path / "journal.ndjson"), Budget(100_000, 10_000, 600, 10),
        Pace(0), refusal=lambda _: False, support=lambda _: None,
    )  # fmt: skip
    yield guard, wire
    guard.journal.close()


# ---------------------------------------------------------------- activation cannot be built


def test_the_table_has_no_row_that_starts_anything():
    """A live target takes one POST, on the collection; everything else reads or deletes."""
    writes = {(row.method, row.path.pattern) for row in ALLOWED if row.writes}
    assert {method for method, _ in writes} == {"POST", "DELETE"}
    assert [pattern for method, pattern in writes if method == "POST"] == [CREATE]
    assert not any("activate" in row.path.pattern.lower() or "patch" in row.method.lower() for row in ALLOWED)


def test_what_a_live_run_plans_is_in_the_table():
    """The planner does not look at the table; every operation that it asks for has a row there."""
    assert {"create", "get", "delete"} <= LIVE_OPERATIONS
    for operation in LIVE_OPERATIONS:
        assert permitted(Request(*line_of(operation, ID)))[0].operation == operation


def test_every_other_request_is_refused_by_the_guard(wired):
    """Every method on every route of the API, in every spelling: nothing but the table's rows leaves."""
    guard, wire = wired
    headers = (("Authorization", f"Bearer {guard.identities['good']}"),)
    refused = 0
    for method in METHODS:
        for path in BELOW:
            request = Request(method, f"{ROOT}/{path}", headers, b"{}" if method == "POST" else None)
            try:
                guard.send(request)
            except NeverLive:
                refused += 1
    assert refused > 300
    assert {(r.method, r.target) for r in wire.requests} <= {
        ("GET", f"{ROOT}/restoreSessions"), ("GET", f"{ROOT}/sharePointRestoreSessions/{ID}/siteRestoreArtifacts")
    }  # fmt: skip
    assert not any(session.status != "draft" for session in wire.service.sessions.values())


def test_a_header_cannot_make_another_method_of_it(wired):
    """Gateways read methods and paths from headers: none of those is sent."""
    guard, _ = wired
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Original-URL", "X-Rewrite-URL", "OData-Version"):
        with pytest.raises(NeverLive, match=name):
            guard.send(Request("GET", f"{ROOT}/restoreSessions", ((name, "POST"),)))


def test_the_whole_stimulus_set_only_creates(wired):
    """Every family, variant and planned stimulus, every act of the builder: a POST on the collection, nothing else."""
    guard, wire = wired
    sender = Sender(guard, Recogniser(callers={wire.service.token: "good"}), guard.identities)
    made = [
        FAMILIES[family](Materials(), Knobs(2, 1, variant, 5))
        for family in FAMILIES
        for variant in range(FAMILIES[family].variants)
    ]
    for profile in PROFILES.values():
        made += [*plan(Materials(), profile, 3), *drawn(Materials(), min(profile.drawn, 300), 3)]
    for stimulus in made:
        request = sender.request(stimulus)
        assert (request.method, request.target) == ("POST", CREATE)
        assert permitted(request)[0].operation == "create"
    assert len(made) > 700


def test_nothing_but_the_guard_reaches_a_live_target():
    """The live rooms know one way out: a transport's send is called in the guard, and for reading by the doctor."""
    callers = {
        path.name
        for path in (places.PACKAGE / "live").glob("*.py")
        if re.search(r"\b(transport|target)\.send\(", path.read_text())
    }
    assert callers == {"guard.py", "doctor.py"}


def test_an_activation_planted_in_a_conversation_is_not_sent(wired):
    """Even a scenario that tries gets no further than the guard."""
    guard, wire = wired
    sender = Sender(guard, Recogniser(callers={wire.service.token: "good"}), guard.identities)
    with pytest.raises(NeverLive, match="activate"):
        sender.send(sender.plain("POST", f"{ROOT}/restoreSessions/{ID}/activate"))
    assert not wire.requests


def test_only_own_sessions_can_be_deleted(wired):
    """The id of anybody else's session is refused at the guard; one of ours passes."""
    guard, wire = wired
    own = Sender(guard, Recogniser(callers={wire.service.token: "good"}), guard.identities)
    with pytest.raises(NeverLive, match="journal"):
        own.send(own.plain("DELETE", f"{ROOT}/restoreSessions/{ID}"))
    made = own.send(own.plain("POST", CREATE)).answer["id"]
    with pytest.raises(NeverLive, match="read back"):
        own.send(own.plain("DELETE", f"{ROOT}/restoreSessions/{made}"))
    own.send(own.plain("GET", f"{ROOT}/restoreSessions/{made}"))
    assert own.send(own.plain("DELETE", f"{ROOT}/restoreSessions/{made}")).status == 204
    assert own.send(own.plain("DELETE", f"{ROOT}/restoreSessions/{made}")).status == 404, "once more hurts nobody"


def test_an_answer_with_the_id_of_an_earlier_session_is_no_leave_to_delete_it(wired):
    """A server that hands out an id twice does not make us delete the session that has it."""
    guard, _ = wired
    intent = Intent("a", "run", 0.0, session=ID, outcome="made")
    guard.journal.intend(intent)
    guard.journal.note("made", key="a", session=ID)
    guard.journal.note("deleted", session=ID)
    assert not guard._ours(ID, Intent("b", "run", 0.0))


# ---------------------------------------------------------------- when anything is sent


def test_a_dry_run_prints_the_plan_and_sends_nothing(tenant, command):
    """A dry run shows a plan with its clauses, whatever leave there is, and neither sends nor signs in."""
    leave = "--yes", "--config", tenant.config(allow=[TENANT])
    code, out, _ = command("run", "--target", "live", "--dry-run", *leave)
    assert code == 0
    assert "Nothing was sent" in out
    assert re.search(r"Requests: \d+ of at most 72, and \d+ in reserve", out)
    assert "Kept: 6 more, 78 in all" in out
    assert "create/introduction.exclusive-artifacts" in out
    assert "nothing is ever activated" in out
    assert tenant.entra.asked == []
    assert tenant.sessions == set()


@pytest.mark.parametrize("front", [("run",), ("record",)])
def test_a_forgotten_leave_is_not_green(tenant, command, front):
    """Without leave the plan is shown, nothing is sent, and the exit code is that of a target nobody judged."""
    code, out, err = command(*front, "--target", "live", "--config", tenant.config())
    assert code == 3
    assert re.search(r"Requests: \d+ of at most", out)
    assert "Nothing was sent" in err
    assert "--yes" in err
    assert "--dry-run" in err
    assert tenant.entra.asked == []
    assert tenant.sessions == set()


def test_a_dry_run_of_what_is_not_live_is_bad_usage(command):
    """The mock and loopback are sent everything at once; a dry run of them is refused rather than carried out."""
    code, _, err = command("run", "--target", "mock", "--dry-run")
    assert code == 2
    assert "--dry-run" in err


def test_the_list_of_tenants_gives_leave(tenant, command, tmp_path):
    """A tenant in live.allow needs no --yes."""
    code, out, err = command("run", "--target", "live", "--config", tenant.config(allow=[TENANT]), "--report", tmp_path)
    assert code == 0, out + err
    assert json.loads((tmp_path / "run.json").read_text())["requests"] > 40


def test_a_token_for_another_tenant_stops_the_run(tenant, command, tmp_path):
    """What the settings name is compared with what the token says, before anything is sent."""
    config = tenant.config(allow=["contoso.example"], tenant=None, sign_in="token")
    token = tenant.entra.issue("someone", next(iter(tenant.entra.registrations.values())))
    (left,) = tenant.bystander(1)
    command("doctor", "--config", config, "--token", token)
    journal = Journal(next(tenant.state.iterdir()) / "journal.ndjson")
    journal.intend(Intent("a", "run", 1.0))
    journal.note("made", key="a", session=left)
    journal.close()
    for arguments in (("run", "--target", "live", "--report", tmp_path), ("cleanup",)):
        code, _, err = command(*arguments, "--config", config, "--token", token)
        assert code == 3
        assert "live.allow" in err
        assert TENANT not in err, "who the tenant is stays out of logs"
    assert tenant.sessions == {left}, "nothing is cleaned up there either"


@pytest.mark.parametrize(
    "host", ["example.org", "graph.microsoft.com", "10.0.0.7", "graph.microsoft.us", "[2001:db8::1]"]
)
def test_a_host_that_is_not_loopback_is_live(command, host):
    """Safety follows the host: a URL elsewhere is planned for, and sent nothing without leave."""
    code, out, err = command("run", "--target", f"https://{host}/beta")
    assert code == 3
    assert "Plan for" in out
    assert "Nothing was sent" in err


@pytest.mark.parametrize("target", ["http://example.org/beta", "https://example.org/"])
def test_a_live_target_needs_tls_and_a_version(command, target):
    """What cannot be a service root is said so."""
    code, _, err = command("run", "--target", target)
    assert code == 2
    assert "--target https://example.org must end in /beta" in err or "reached by https only" in err
    assert "live.base" not in err  # which nobody gave


def test_a_vendor_host_is_no_emulator(command):
    """Nobody can declare the vendor's own hosts harmless."""
    code, _, err = command("run", "--target", "https://graph.microsoft.com/beta", "--emulator", "graph.microsoft.com")
    assert code == 2
    assert "not an emulator" in err


def test_a_listed_emulator_is_no_tenant(register):
    """A listed host is judged as any server is, with every profile."""
    import argparse

    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    arguments = parser.parse_args(["--target", "http://emulator.example/beta", "--emulator", "emulator.example"])
    settings = options.settings_of(arguments, register)
    assert live_target.live_of(arguments, settings, "run") is None


def test_the_large_profiles_are_not_for_live_targets(tenant, command):
    """Thousands of requests are not sent to a tenant."""
    code, _, err = command("run", "--target", "live", "--config", tenant.config(), "--profile", "deep")
    assert code == 2
    assert "live-deep" in err


@pytest.mark.deep
def test_the_pytest_front_asks_for_leave_as_well(tenant, tmp_path):
    """pytest --target goes through the same guard: nothing without leave, and the same verdicts with it."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/create", "-p", "no:cacheprovider", "--target"]
    config = ["--config", str(tenant.config())]
    done = subprocess.run([*command, "https://graph.microsoft.com/beta"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Nothing was sent" in done.stdout + done.stderr
    assert tenant.entra.asked == []
    done = subprocess.run([*command, "live", *config, "--yes"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(tenant.entra.issued) > 0
    assert tenant.sessions == set()


def test_no_command_reaches_a_host_around_the_guard(register):
    """Whoever asks for a plain target for a host elsewhere is refused one."""
    for host in ("example.org", "graph.microsoft.com"):
        settings = Settings(target=f"https://{host}/beta", emulators=("graph.microsoft.com",))
        with pytest.raises(UsageError, match="live target"):
            options.target_of(settings)


def test_recognised_routes_are_the_same_here():
    """What the table calls an operation, the recogniser calls the same."""
    for row in ALLOWED:
        path = re.sub(r"\(\?:.*\)\?$", "", row.path.pattern)
        path = re.sub(r"\(\?P<id>[^)]*\)", ID, path)
        if row.operation != "service":
            assert route(Request(row.method, path))[0] == row.operation


@pytest.mark.parametrize("command_name", ["run", "doctor", "cleanup"])
@pytest.mark.parametrize(
    "target",
    ["http://[", "https://[/beta", "https://host.example:x/beta", "https://host.example:99999/beta",
     "https://a b.example/beta", "https://a\u202e.example/beta", "https://user:hunter2hunter2@host.example/beta"],
)  # fmt: skip
def test_a_target_that_is_no_url_is_one_sentence(command, command_name, target):
    """However it is broken: exit 2, no traceback, and neither passwords nor raw characters in the terminal."""
    code, out, err = command(command_name, "--target", target)
    assert code == 2, out + err
    assert err.count("\n") == 1
    assert "hunter2" not in err
    assert "\u202e" not in err
