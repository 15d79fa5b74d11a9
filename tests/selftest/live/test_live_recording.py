"""Recording from a live target: as careful as a run, nothing secret kept, and nothing called live that is not."""

import dataclasses
import json
import os
import re
import signal
import time

import pytest
from looking import some
from lossy import Distant
from tenant import TENANT

from restore_conformance.exchange import Response
from restore_conformance.live import tenant as opening
from restore_conformance.live.guard import Guard
from restore_conformance.live.run import LiveRun
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.protocol import JsonResponse
from restore_conformance.recorded import cassettes as tape
from restore_conformance.recorded import replay
from restore_conformance.recorded.provenance import origin_of, place_of, service_of
from restore_conformance.settings import Settings
from restore_conformance.verdicts import Verdict


@pytest.fixture
def record(tenant, command, tmp_path):
    """Records from the tenant into a folder: exit code, all that was said, the cassettes."""

    def act(*more, text="", **changes):
        folder = tmp_path / "cassettes"
        config = tenant.config(text, **changes)
        code, out, err = command("record", *more, "--target", "live", "--config", config, "--to", folder)
        return code, out + err, [tape.load(path, name) for name, path in tape.every(folder)]

    return act


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_live_target_is_recorded_whole(tenant, record, register, tmp_path):
    """Some seventy requests make cassettes of what a live run touches; every draft is deleted, nobody loses one."""
    others = set(tenant.bystander(3))
    code, said, cassettes = record("--yes")
    assert code == 0, said
    assert tenant.sessions == others
    assert len(cassettes) >= 60
    addresses = {one.provenance.address for one in cassettes}
    assert {"create/response.created", "create/introduction.exclusive-artifacts", "scenarios/life-1"} <= addresses
    assert not any(request.target.endswith("/activate") for one in cassettes for request, _ in one.exchanges)
    deletes = [r for one in cassettes for r in one.exchanges if r[0].method == "DELETE"]
    assert deletes
    assert {came.status for _, came in deletes} <= {204, 404}
    assert "recording, which holds less" not in said
    result = replay(register, Settings(target="replay"), None, tmp_path / "cassettes")
    assert result.summary["fail"] == result.summary["error"] == result.summary["inconclusive"] == 0
    assert result.summary["pass"] >= 80
    assert result.stopped == ""


@pytest.mark.deep
def test_a_stand_in_never_looks_live(tenant, record, register, tmp_path):
    """What came through the live way from loopback is no evidence about the service, in cassette and report."""
    code, said, cassettes = record("--yes")
    assert code == 0, said
    assert {one.provenance.origin for one in cassettes} == {"mock"}
    assert {one.provenance.base for one in cassettes} == {"http://mock.example/beta"}
    assert not any(one.provenance.service.startswith("mock ") for one in cassettes), "only our own mock is called so"
    assert "no evidence about the service" in said
    assert "none of them of the service" in replay(register, Settings(), None, tmp_path / "cassettes").reason


def test_no_token_and_no_tenant_reaches_a_cassette(tenant, record, tmp_path):
    """Tokens that were renewed, the tenant, the application and the secret: none is in any file."""
    tenant.entra.lifetime, tenant.entra.truth = 3600, 0.3
    code, said, cassettes = record("--yes", requests_per_second=60, max_requests=90)
    assert code == 0, said
    assert len(tenant.entra.issued) >= 2
    written = b"".join(path.read_bytes() for path in files(tmp_path / "cassettes"))
    secrets = [*tenant.entra.issued, TENANT, "right-secret", "eyJhbGci", "eJxBrowse0"]
    assert [one for one in secrets if one.encode() in written or one in said] == []
    assert {"good"} <= {kind for one in cassettes for kind in one.provenance.callers.values()}


def test_without_leave_nothing_is_sent_and_nothing_written(tenant, record, tmp_path):
    """Without --yes and live.allow the plan is printed: no token is asked for, no folder is made."""
    code, said, _ = record()
    assert code == 3
    assert "Plan for" in said
    assert "Nothing was sent to" in said
    code, said, _ = record("--dry-run", "--yes")
    assert code == 0
    assert "Nothing was sent or recorded" in said
    assert tenant.entra.asked == []
    assert tenant.sessions == set()
    assert not (tmp_path / "cassettes").exists()


def test_a_tenant_that_is_allowed_needs_no_yes(tenant, record):
    """The same leave as for a run; a tenant that is not named stays closed."""
    code, said, cassettes = record("create/response.created", allow=[TENANT])
    assert code == 0, said
    assert len(cassettes) == 1
    code, said, _ = record("create/response.created", allow=["11111111-2222-4333-8444-555555555555"])
    assert code == 3
    assert "Nothing was sent to" in said


@pytest.mark.parametrize(
    ("clause", "most"),
    [("create/errors.duplicate-artifact", 1), ("create/response.created", 2), ("get/response.media-type", 40)],
)
def test_one_clause_is_recorded_with_few_requests(tenant, record, register, tmp_path, clause, most):
    """Only what the clause needs is sent, and only its cassette is written."""
    count, real = [0], tenant.service.answer

    def answer(asked):
        count[0] += asked.http.method in {"POST", "DELETE"}
        return real(asked)

    tenant.service.answer = answer
    code, said, cassettes = record(clause, "--yes")
    assert code == 0, said
    assert [one.provenance.address for one in cassettes] == [clause]
    assert count[0] <= most
    assert tenant.sessions == set()
    found = {v.clause.address: v.verdict for v in replay(register, Settings(), None, tmp_path / "cassettes").verdicts}
    assert found[clause] is Verdict.PASS


def test_a_clause_about_a_story_is_recorded_as_its_conversation(tenant, record):
    """The whole conversation, in the order of sending, with the deletion where it was."""
    code, said, cassettes = record("create/read-back.found", "--yes")
    assert code == 0, said
    assert {one.provenance.scenario for one in cassettes} == {"life"}
    steps = [step["step"] for step in cassettes[0].provenance.steps]
    assert steps[:2] == ["create", "get"]
    assert tenant.sessions == set()


def test_a_clause_that_is_never_live_is_refused_before_anything_is_sent(tenant, record):
    """Drafts are not activated for a recording either."""
    code, said, _ = record("activate/response.session", "--yes")
    assert code == 2
    assert "nothing was sent: left out: " in said
    assert "Gap(" not in said
    assert tenant.entra.asked == []


@pytest.mark.parametrize(
    "fault",
    [
        "mixed-accepted",
        pytest.param("no-payload-refused", marks=pytest.mark.deep),
    ],
)
def test_a_broken_clause_is_broken_in_its_recording(tenant, record, register, tmp_path, fault):
    """The verdicts of a replay are those of the run, also where the target is wrong."""
    seeded(fault, tenant.service)
    code, said, _ = record("--yes")
    assert code in {0, 5}, said
    assert "recording, which holds less" not in said
    found = replay(register, Settings(), None, tmp_path / "cassettes")
    assert found.summary["fail"] >= 1


@pytest.mark.deep
def test_a_breach_that_only_the_whole_run_shows_is_named(tenant, record, register, tmp_path):
    """What else was done to a session is unknown in a recording, so less is certain there; the command says where."""
    seeded("total-always-one", tenant.service)
    _, said, _ = record("--yes")
    assert "create/read-back.same-counts: failed in the run, passed in its recording, which holds less." in said
    found = replay(register, Settings(), None, tmp_path / "cassettes")
    assert "create/response.counts-total" in {v.clause.address for v in found.verdicts if v.verdict is Verdict.FAIL}


def test_a_url_that_is_no_loopback_goes_the_live_way(command, tmp_path, monkeypatch):
    """Safety follows the host: a URL of a tenant prints the plan, and plain HTTP is refused."""
    monkeypatch.setattr(LiveRun, "run", lambda *_, **__: pytest.fail("a run was begun without leave"))
    code, out, _ = command("record", "--target", "https://graph.microsoft.com/beta", "--to", tmp_path / "c")
    assert code == 3
    assert "Plan for https://graph.microsoft.com/beta" in out
    code, _, err = command("record", "--target", "http://tenant.contoso.net/beta", "--to", tmp_path / "c")
    assert code == 2
    assert "reached by https only" in err
    assert not (tmp_path / "c").exists()


class Gateway(Distant):
    """The mock in process behind the service's own address, with the diagnostics of its gateway."""

    def __init__(self, service, base, diagnostic):
        super().__init__(service, base)
        self.diagnostic = diagnostic

    def send(self, request, patience=None):
        answer = super().send(request, patience)
        said = (("x-ms-ags-diagnostic", self.diagnostic),) if self.diagnostic else ()
        headers = (*answer.response.headers, *said)
        return dataclasses.replace(answer, response=dataclasses.replace(answer.response, headers=headers))


TOLD = json.dumps({"ServerInfo": {"DataCenter": "North Europe", "Slice": "E", "Ring": "4", "RoleInstance": "DU1"}})
DISGUISES = {
    "the service": ("https://graph.microsoft.com/beta", TOLD, None, "live"),
    "a national cloud": ("https://graph.microsoft.us/beta", TOLD, None, "live"),
    "a proxy that makes answers up": ("https://graph.microsoft.com/beta", "", None, "mock"),
    "answers without diagnostics": ("https://graph.microsoft.com/beta", None, None, "mock"),
    "certificates of one's own": ("https://graph.microsoft.com/beta", TOLD, "SSL_CERT_FILE", "mock"),
    "another port": ("https://graph.microsoft.com:8443/beta", TOLD, None, "mock"),
    "a machine that somebody rents of the vendor": ("https://emulator.cloudapp.azure.com/beta", TOLD, None, "mock"),
    "a host that sounds alike": ("https://graph.microsoft.com.evil.example/beta", TOLD, None, "mock"),
}


@pytest.mark.parametrize("who", some(DISGUISES, *list(DISGUISES)[::2]))
def test_only_the_service_itself_is_recorded_as_live(who, tenant, command, register, tmp_path, monkeypatch):
    """Host, certificate and the gateway's own diagnostics must agree; then date and version are told."""
    base, diagnostic, variable, origin = DISGUISES[who]
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "some.pem"))
    service = Service()
    monkeypatch.setattr(opening, "Http", lambda *_, **__: Gateway(service, base, diagnostic))
    config = tenant.config(ca_bundle=None, base=base)
    code, out, err = command(
        "record", "create/response.created", "--target", "live", "--config", config, "--yes", "--token", service.token,
        "--to", tmp_path / "c",
    )  # fmt: skip
    assert code == 0, out + err
    (path,) = files(tmp_path / "c")
    block = tape.load(path).provenance
    assert block.origin == origin
    assert service.sessions == {}
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing of the machine reaches a replay
    found = replay(register, Settings(), None, tmp_path / "c")
    assert {v.clause.address: v.verdict for v in found.verdicts}["create/response.created"] is Verdict.PASS
    assert ("none of them of the service" in found.reason) is (origin == "mock")
    if origin == "live":
        assert block.base == base
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", block.recorded)
        assert block.service == "beta, North Europe, slice E, ring 4"
    else:
        assert block.base == "http://mock.example/beta"


def test_a_private_bundle_is_no_proof_either():
    """--ca-bundle lets anybody answer in the service's name."""
    answers = [Response(201, (("x-ms-ags-diagnostic", TOLD),), b"{}")]
    assert origin_of(place_of("https://graph.microsoft.com/beta", "", {}), answers) == "live"
    assert origin_of(place_of("https://graph.microsoft.com/beta", "mine.pem", {}), answers) == "mock"


def test_the_version_is_the_one_that_was_asked():
    """What was recorded of v1.0 does not pass for beta."""
    answers = [Response(201, (("x-ms-ags-diagnostic", TOLD),), b"{}")]
    said = service_of(place_of("https://graph.microsoft.com/v1.0", "", {}), answers)
    assert said == "v1.0, North Europe, slice E, ring 4"


@pytest.mark.parametrize("said", ["", "{", "[]", "5", '"x"', "null", "{}", '{"ServerInfo": 5}', '{"ServerInfo": {}}'])
def test_diagnostics_that_tell_nothing_prove_nothing(said):
    """Whatever an answer says of itself, it must say where it comes from."""
    answers = [Response(201, (("x-ms-ags-diagnostic", said),), b"{}")]
    assert origin_of(place_of("https://graph.microsoft.com/beta", "", {}), answers) == "mock"


@pytest.mark.parametrize(
    "number",
    [*some([signal.SIGKILL]), signal.SIGINT, *some([signal.SIGTERM])],
    ids=["KILL", "INT", "TERM"],
)
def test_an_end_in_mid_recording_writes_no_half_cassette(tenant, command, started, tmp_path, number):
    """Killed, interrupted or ended while it is sending: nothing is written; what was made is deleted."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    (folder / "scenarios").mkdir()
    old = folder / "scenarios" / "life-1.yaml"
    old.write_text("as it was")
    others = set(tenant.bystander(2))
    config = tenant.config(requests_per_second=20)
    record = ["record", "--target", "live", "--config", config, "--yes", "--to", folder]
    running = started("-m", "restore_conformance", *record)
    until = time.monotonic() + 20
    while len(tenant.service.sessions) <= len(others) and time.monotonic() < until:
        time.sleep(0.005)
    assert len(tenant.service.sessions) > len(others), "the recording had begun"
    os.kill(running.pid, number)
    _, err = running.communicate(timeout=30)
    assert b"Traceback" not in err
    assert files(folder) == [old]
    assert old.read_text() == "as it was"
    if number == signal.SIGKILL:
        command("cleanup", "--config", config, "--yes")
    else:
        assert running.returncode == 3
        assert b"Nothing was recorded" in err
    assert tenant.sessions == others


def test_a_tenant_that_fails_in_mid_recording_is_not_half_recorded(tenant, record, monkeypatch):
    """A permission that ends, or an answer that never comes: nothing is written, and one sentence says why."""
    monkeypatch.setattr(Guard, "pause", lambda *_: None)
    real, count = tenant.service.answer, [0]

    def answer(asked):
        count[0] += 1
        if count[0] > 25:
            return JsonResponse(403, {"error": {"code": "AccessDenied", "message": "No."}}, {})
        return real(asked)

    tenant.service.answer = answer
    code, said, cassettes = record("--yes")
    assert code == 3
    assert "Nothing was recorded" in said
    assert cassettes == []


@pytest.mark.parametrize("most", some([9, 40], 9))
def test_a_conversation_that_a_bound_cuts_is_not_recorded(tenant, record, most):
    """A tenant that throttles eats up the bound: what was whole before it is kept, and it is said."""
    real, count = tenant.service.answer, [0]

    def answer(asked):
        count[0] += 1
        if count[0] % 2:
            return JsonResponse(
                429, {"error": {"code": "TooManyRequests", "message": "Later."}}, {"Retry-After": "0.01"}
            )
        return real(asked)

    tenant.service.answer = answer
    code, said, cassettes = record("--yes", max_requests=most)
    assert code == 0, said
    assert f"Only the exchanges before the stop were recorded: the bound of {most} requests" in said
    assert cassettes
    told = [one for one in cassettes if one.provenance.scenario == "life"]
    assert bool(told) is (most == 40)
    for one in told:
        assert "delete" in [step["step"] for step in one.provenance.steps]
    assert tenant.sessions == set()


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_sent(tenant, command, tmp_path):
    """No request is wasted on what cannot be kept."""
    (tmp_path / "file").write_text("in the way")
    code, _, err = command(
        "record", "--target", "live", "--config", tenant.config(), "--yes", "--to", tmp_path / "file" / "c"
    )
    assert code == 2
    assert "--to" in err
    assert tenant.entra.asked == []
    assert tenant.sessions == set()
