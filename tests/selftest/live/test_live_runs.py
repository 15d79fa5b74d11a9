"""A live run from end to end: TLS, sign-in, verdicts from tens of requests, nothing left behind."""

import itertools
import json
import re

import pytest
from looking import some
from tenant import CLIENT, certificate

from restore_conformance.commands.arguments import Parser
from restore_conformance.commands.run import add_arguments, judged
from restore_conformance.live.guard import Guard
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.protocol import JsonResponse

OTHER = "5f0c9d10-7d3c-4d55-9a5b-2f1f3f2d6a10"


def run(tenant, command, folder, *more, text="", **changes):
    """One live run: exit code, run record, what was printed."""
    arguments = ["run", "--target", "live", "--config", tenant.config(text, **changes), "--yes", "--report", folder]
    code, out, err = command(*arguments, *more)
    record = json.loads((folder / "run.json").read_text()) if (folder / "run.json").exists() else {}
    return code, record, out + err


def test_verdicts_from_few_requests(tenant, command, tmp_path):
    """The live profile judges every clause it can touch in seventy-two requests, and leaves only what others made."""
    others = set(tenant.bystander(3))
    code, record, said = run(tenant, command, tmp_path)
    assert code == 0, said
    assert record["verdict"] == "conformant"
    assert record["requests"] <= 72
    assert record["summary"]["pass"] >= 80
    assert record["summary"]["fail"] == record["summary"]["error"] == record["summary"]["inconclusive"] == 0
    silent = {entry["id"]: entry["reason"] for entry in record["clauses"] if entry["verdict"] == "none"}
    reasons = (
        "cannot be tested", "new in edition", "needs another caller", "needs 50 restore points",
        "the printed requests", "needs a target",
        "left out", "no room", "the answer has no Location", "no session was read long after",
    )  # fmt: skip
    odd = {name: why for name, why in silent.items() if not why.startswith(reasons)}
    assert all(name.endswith("errors.envelope") for name in odd), odd
    musts = {entry["id"] for entry in record["clauses"] if entry["level"] == "must"}
    crowded = {name for name, why in silent.items() if why.startswith("no room")} & musts
    assert not any(name.startswith("create/") for name in crowded), "every must of create is judged"
    assert tenant.sessions == others
    sent = [json.loads(line) for line in (tmp_path / "exchanges.ndjson").read_text().splitlines()]
    asked = [
        (one["conversation"], one["request"]["method"], one["request"]["url"])
        for one in sent
        if one.get("conversation")
    ]
    assert not [one for one, other in itertools.pairwise(asked) if one == other], "what is shown at once is read once"
    asked = [json.loads(line) for line in (tmp_path / "support.ndjson").read_text().splitlines()]
    assert len(asked) >= record["requests"]
    assert all(one["client_request_id"] and one["request_id"] and one["date"] for one in asked)
    assert len({one["client_request_id"] for one in asked}) == len(asked)


@pytest.mark.parametrize("left", some([False, True], True), ids=["clean", "left behind"])
def test_the_pytest_front_writes_what_the_command_writes(tenant, register, tmp_path, monkeypatch, capsys, left):
    """The support ids and the permission matrix as well; what is left behind is listed, and is exit 5."""
    monkeypatch.setattr(Guard, "pause", lambda *_: None)
    if left:
        tenant.service.operations["delete"] = (
            lambda _: JsonResponse(500, {"error": {"code": "X", "message": ""}}),
            True,
        )
    parser = Parser()
    add_arguments(parser)
    words = ["--target=live", f"--config={tenant.config(max_requests=30)}", "--yes", f"--report={tmp_path / 'r'}"]
    made = judged(parser.parse_args(words), register)
    files = {path.name for path in (tmp_path / "r").iterdir()}
    assert files >= {"run.json", "report.html", "exchanges.ndjson", "run.har", "support.ndjson", "permissions.json"}
    said = capsys.readouterr().err
    assert bool(tenant.sessions) is left
    assert all(f"Left behind: {session}" in said for session in tenant.sessions)
    assert made.exit == (5 if left else made.run["exit"])


@pytest.mark.parametrize("way", some(["certificate", "workload", "github"], "certificate"))
def test_a_run_with_every_way_to_sign_in_as_an_application(tenant, command, tmp_path, monkeypatch, way):
    """Certificate and federated token lead to the same verdicts as a secret."""
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    changes = {"sign_in": way}
    if way == "certificate":
        path, made = certificate(tmp_path, "registered")
        tenant.entra.registrations[CLIENT].certificates.append(made)
        changes["certificate"] = str(path)
    elif way == "workload":
        file = tmp_path / "federated.jwt"
        file.write_text(tenant.entra.federated_token())
        changes["federated_token_file"] = str(file)
    else:
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{tenant.entra.address}/github?api=1")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "workflow")
    code, record, said = run(tenant, command, tmp_path / "r", **changes)
    assert code == 0, said
    assert record["summary"]["pass"] >= 80
    assert tenant.sessions == set()


@pytest.mark.deep
def test_the_deep_profile_stays_within_two_hundred(tenant, command, tmp_path):
    """All pairs on top, in at most two hundred requests, and the same verdicts."""
    code, record, said = run(tenant, command, tmp_path, "--profile", "live-deep")
    assert code == 0, said
    assert 100 < record["requests"] <= 200
    assert not [entry["id"] for entry in record["clauses"] if entry.get("reason", "").startswith("no room")]
    assert tenant.sessions == set()


@pytest.mark.deep
def test_sixteen_workers_make_the_same_verdicts(tenant, command, tmp_path):
    """Several requests under way at once change nothing but the time."""
    others = set(tenant.bystander(2))
    code, record, said = run(tenant, command, tmp_path, workers=16)
    assert code == 0, said
    assert record["requests"] <= 72
    assert record["summary"]["pass"] >= 80
    assert tenant.sessions == others


@pytest.mark.parametrize("workers", some([1, 16], 16))
def test_refusals_that_are_accepted_are_cleaned_up_from_the_reserve(tenant, command, tmp_path, workers):
    """A server that accepts everything: every clause about refusals fails, and not one session stays."""
    tenant.service.create_rules.clear()
    code, record, said = run(tenant, command, tmp_path, workers=workers)
    assert code == 1, said
    assert record["summary"]["fail"] >= 5
    _, out, _ = command("run", "--target", "live", "--config", tenant.config())
    reserve = int(re.search(r"and (\d+) in reserve", out)[1])
    assert 72 < record["requests"] <= 72 + reserve
    assert tenant.sessions == set()


@pytest.mark.parametrize(
    "name", some(["mixed-accepted", "status-activating", "no-payload-refused"], "no-payload-refused")
)
def test_a_seeded_fault_is_found_on_a_live_target(tenant, command, tmp_path, name):
    """The few requests of the live profile catch what they are sent for."""
    seeded(name, tenant.service)
    code, record, said = run(tenant, command, tmp_path)
    assert code in {1, 5}, said
    assert record["summary"]["fail"] >= 1
    assert record["requests"] <= 78
    assert "not asked again" not in said


@pytest.mark.parametrize("workers", some([1, 16], 1))
def test_a_passing_refusal_is_asked_again_and_leaves_nothing(tenant, command, tmp_path, workers):
    """Two valid creates refused once each: they are sent again within the bound, nothing binds, no draft stays."""
    others, refused, real = set(tenant.bystander(2)), [], tenant.service.answer

    def answer(asked):
        reply = real(asked)
        body = asked.http.body
        if asked.operation == "create" and reply.status == 201 and body in {None, b"{}"} and body not in refused:
            refused.append(body)
            tenant.service.sessions.pop(reply.body["id"])
            return JsonResponse(400, {"error": {"code": "InvalidRequest", "message": "Not now."}})
        return reply

    tenant.service.answer = answer
    code, record, said = run(tenant, command, tmp_path, workers=workers)
    assert len(refused) == 2
    assert code == 0, said
    assert "not asked again" not in said
    assert "did not come again" in said
    assert record["requests"] <= 78
    assert tenant.sessions == others


@pytest.mark.parametrize("foreign", some(["older", "of another application"], "older"))
def test_asking_again_deletes_nobody_elses_draft(tenant, command, tmp_path, foreign):
    """A create sent again is answered with a colleague's draft: it stays, and is listed."""
    (other,) = tenant.bystander(1)
    if foreign == "older":
        tenant.service.sessions[other].created = "2020-01-01T00:00:00Z"
    else:
        tenant.service.sessions[other].created_by = {"application": {"id": OTHER}}
    before, refused, real = set(tenant.sessions), [], tenant.service.answer

    def answer(asked):
        reply = real(asked)
        if asked.operation == "create" and reply.status == 201 and asked.http.body is None:
            tenant.service.sessions.pop(reply.body["id"])
            refused.append(asked)
            if len(refused) == 1:
                return JsonResponse(400, {"error": {"code": "InvalidRequest", "message": "Not now."}})
            return JsonResponse(201, {**reply.body, "id": other}, reply.headers)
        return reply

    tenant.service.answer = answer
    code, _, said = run(tenant, command, tmp_path)
    assert len(refused) > 1
    assert code in {1, 5}, said
    assert other in said
    assert tenant.sessions == before


def test_a_session_that_is_no_draft_is_not_ours_to_delete(tenant, command, tmp_path):
    """A server that activates by itself: the sessions are listed with their ids, exit 5."""
    seeded("status-activating", tenant.service)
    for session in tenant.service.sessions.values():
        session.status = "activating"
    real = tenant.service.store

    def keep(made):
        made.status = "activating"
        real(made)

    tenant.service.store = keep
    code, _, said = run(tenant, command, tmp_path)
    assert code == 5
    assert tenant.sessions
    assert all(session in said for session in tenant.sessions)


def test_without_restore_points_nothing_that_could_be_accepted_names_one(tenant, command, tmp_path):
    """Only refusals and empty drafts are sent; the clauses that need more say what to name; the run cannot judge."""
    code, record, said = run(tenant, command, tmp_path, restore_points=None, granular_items=None)
    assert code == 3, said
    assert "needs restore points" in said
    exchanges = [json.loads(line) for line in (tmp_path / "exchanges.ndjson").read_text().splitlines()]
    accepted = [e for e in exchanges if e["response"] and e["response"]["status"] == 201]
    assert accepted
    assert not any("restorePoint" in (e["request"]["body"] or {}).get("text", "") for e in accepted)
    assert record["summary"]["fail"] == 0


def test_a_throttled_tenant_is_waited_for(tenant, command, tmp_path):
    """Every seventh request is answered 429: the verdicts are the same, and no wait is cut short."""
    real, count = tenant.service.answer, [0]

    def answer(asked):
        count[0] += 1
        if count[0] % 7 == 0:
            error = {"error": {"code": "TooManyRequests", "message": "Later."}}
            return JsonResponse(429, error, {"Retry-After": "0.05"})
        return real(asked)

    tenant.service.answer = answer
    code, record, said = run(tenant, command, tmp_path, max_requests=80)
    assert code == 0, said
    assert record["summary"]["pass"] >= 80
    assert record["summary"]["fail"] == record["summary"]["inconclusive"] == 0
    assert tenant.sessions == set()


def test_a_tenant_that_ends_a_permission_in_mid_run_is_no_deviation(tenant, command, tmp_path, monkeypatch):
    """403 for everything from some moment on: inconclusive, never a broken clause; what is left is listed."""
    monkeypatch.setattr(Guard, "pause", lambda *_: None)
    real, count = tenant.service.answer, [0]

    def answer(asked):
        count[0] += 1
        if count[0] > 25:
            for token in tenant.service.tokens:
                tenant.service.tokens[token] = "no-permission"
        return real(asked)

    tenant.service.answer = answer
    code, record, said = run(tenant, command, tmp_path)
    assert record["summary"]["fail"] == 0, said
    assert code in {3, 5}
    assert all(session in said for session in tenant.sessions)
