"""Whole runs: what a user sees and which exit code comes, over real HTTP too."""

import json
import subprocess
import sys
import time

import jsonschema
import pytest
from looking import failed
from servers import answering, silent

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.mock import JsonResponse, Refusal, Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving


def command(capsys, *arguments):
    """Run the command in process: exit code, standard output, standard error."""
    try:
        code = cli.main(list(arguments))
    except SystemExit as left:
        code = left.code
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture
def run(capsys, tmp_path):
    def act(*arguments):
        code, out, err = command(capsys, "run", "--report", str(tmp_path), *arguments)
        path = tmp_path / "run.json"
        return code, out, err, json.loads(path.read_text()) if path.exists() else None

    return act


def test_the_mock_conforms_and_every_report_is_written(run, tmp_path):
    code, out, err, record = run("--target", "mock", "--profile", "quick")
    assert code == 0, err
    assert "CONFORMANT" in out
    assert str(tmp_path / "report.html") in out
    jsonschema.validate(record, json.loads((places.SCHEMAS / "run.schema.json").read_text()))
    assert {path.name for path in tmp_path.iterdir()} >= {"run.json", "report.html", "junit.xml", "exchanges.ndjson"}
    assert record["verdict"] == "conformant"
    assert record["requests"] <= 120


def test_a_url_is_judged_like_the_mock(run):
    service = Service()
    with serving(service) as base:
        others = [f"--identity={k}={t}" for t, k in service.tokens.items() if k != "good"]
        code, out, err, record = run("--target", base, "--token", service.token, "--profile", "quick", *others)
    assert code == 0, out + err
    assert record["summary"]["fail"] == 0
    assert record["verdict"] == "conformant"


def test_a_fault_is_named_over_http(run):
    service = seeded("default-job-typed-bulk")
    with serving(service) as base:
        code, out, _, record = run("--target", base, "--token", service.token, "--profile", "quick")
    assert code == 1
    broken = [entry for entry in record["clauses"] if entry["verdict"] == "fail"]
    assert [entry["id"] for entry in broken] == ["create/introduction.no-payload-job-type"]
    finding = broken[0]["findings"][0]
    assert finding["expected"] == "'standard'"
    assert finding["observed"] == "bulk"
    assert finding["pointer"] == "/restoreJobType"
    assert finding["curl"].partition("; ")[2].startswith("curl -i -X POST")
    assert "create/introduction.no-payload-job-type" in out


def test_a_token_reaches_no_file(run, tmp_path):
    service = seeded("status-activating")
    with serving(service) as base:
        others = [f"--identity={k}={t}" for t, k in service.tokens.items() if k != "good"]
        run("--target", base, "--token", service.token, "--profile", "quick", *others)
    for path in tmp_path.iterdir():
        text = path.read_text()
        for token in service.tokens:
            assert token not in text, path.name


def test_other_callers_are_asked_for_where_a_clause_needs_them(run):
    service = Service()
    with serving(service) as base:
        words = ["--token", service.token, "--profile", "quick", "--only", "create/permissions"]
        _, _, _, record = run("--target", base, *words)
    reasons = {entry["id"]: entry.get("reason") for entry in record["clauses"]}
    needed = "needs another caller: --identity no-permission=TOKEN"
    assert reasons["create/permissions.permission-required"].startswith(needed)


def test_an_unreachable_target_is_exit_3(run):
    with answering() as (base, _):
        pass
    code, out, _, record = run("--target", base, "--token", "t0ken")
    assert code == 3
    assert "unreachable: connection refused" in out
    assert record["verdict"] == "inconclusive"
    assert record["requests"] < 10


def test_a_wrong_token_is_exit_3(run):
    with serving(Service()) as base:
        code, out, _, record = run("--target", base, "--token", "wr0ng-token", "--profile", "quick")
    assert code == 3
    assert "not authorised: the target answers 401" in out
    assert record["summary"]["fail"] == 0


def test_a_page_is_exit_3(run):
    page = b"<!doctype html><title>Sign in</title>"
    for status in (200, 302, 403, 404, 502):
        with answering(status, [("Content-Type", "text/html")], page) as (base, _):
            code, out, _, record = run("--target", base, "--token", "t0ken", "--profile", "quick")
        assert code == 3, (status, out)
        assert record["summary"]["fail"] == 0
        assert "HTML page" in out, out


def test_a_wrong_base_is_exit_3(run):
    service = Service()
    with serving(service) as base:
        code, out, _, _ = run("--target", base.removesuffix("/beta") + "/gamma", "--token", service.token)
    assert code == 3
    assert "does the base URL end in /beta?" in out


def test_a_target_that_hangs_is_exit_3(run):
    with silent() as base:
        start = time.monotonic()
        code, out, _, _ = run("--target", base, "--token", "t0ken", "--timeout", "0.3")
    assert code == 3
    assert "time-out" in out
    assert time.monotonic() - start < 10


def test_a_target_that_throttles_everything_is_exit_3(run):
    body = b'{"error":{"code":"TooManyRequests","message":"slow down"}}'
    with answering(429, [("Retry-After", "0"), ("Content-Type", "application/json")], body) as (base, _):
        code, out, _, record = run("--target", base, "--token", "t0ken", "--profile", "quick")
    assert code == 3, out
    assert record["summary"]["fail"] == 0


@pytest.mark.deep
def test_ids_that_are_not_listed_excuse_a_target_that_checks_them(run, tmp_path):
    """A service that knows its restore points refuses made-up ones, and is judged with the ones that exist."""
    known = [f"aaaaaaaa-1111-4222-8333-{n:012x}" for n in range(8)]
    service = Service()
    rule = service.create_rules["restore-points"]

    def strict(payload):
        rule(payload)
        for element in payload.get("siteRestoreArtifacts") or []:
            if element["restorePoint"]["id"].lower() not in known:
                raise Refusal(400, "InvalidRestorePoint")

    service.create_rules["restore-points"] = strict
    with serving(service) as base:
        code, out, _, record = run("--target", base, "--token", service.token, "--profile", "quick")
        assert code == 3, out
        assert record["summary"]["fail"] == 0
        assert "needs restore points" in out
        (tmp_path / "points.txt").write_text("\n".join(known))
        code, out, _, record = run(
            "--target",
            base,
            "--token",
            service.token,
            "--profile",
            "standard",
            "--restore-points",
            str(tmp_path / "points.txt"),
        )
    assert code == 0, out
    assert record["summary"]["fail"] == 0


def test_a_reading_can_be_narrowed(run):
    assert run("--profile", "quick", "--reading", "empty-object=accept")[0] == 0
    code, out, _, _ = run("--profile", "quick", "--reading", "empty-object=reject")
    assert code == 1
    assert "the reading empty-object is reject" in out.lower()


LATER = "stated since {} only, later than the edition that binds in this run"


@pytest.mark.parametrize(
    ("day", "granular", "conflict"),
    [
        ("2026-03-01", "", "new in edition 2026-06"),
        ("2025-12-01", LATER.format("2026-02"), LATER.format("2026-06")),
    ],
)
def test_as_of_leaves_out_what_began_later(run, day, granular, conflict):
    only = ["--only", "create/introduction", "--only", "create/request-body"]
    _, _, _, record = run("--profile", "quick", "--as-of", day, *only)
    reasons = {entry["id"]: entry.get("reason", "") for entry in record["clauses"]}
    assert reasons["create/introduction.granular-accepted"] == granular
    assert reasons["create/request-body.conflict-behavior-accepted"].startswith(conflict)


def test_the_bound_on_requests_holds(run):
    _, _, _, record = run("--profile", "standard", "--max-requests", "50")
    assert record["requests"] <= 50
    assert record["stopped"] == "the bound of 50 requests was reached"


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b""), (404, b"<html>no such page</html>"), (405, b'{"error":{"code":"MethodNotAllowed","message":""}}')],
)
def test_a_server_that_only_creates_is_judged_by_what_it_has(judged, status, body):
    """An emulator of the create operation alone keeps its contract, however its server refuses other routes."""
    service = Service()
    answer = service.answer
    service.answer = lambda asked: answer(asked) if asked.operation == "create" else JsonResponse(status, raw=body)
    result = judged(service)
    assert failed(result) == []
    assert result.exit == 0, result.reason


def test_a_session_that_takes_a_moment_to_be_seen_is_waited_for(judged):
    service = Service()
    get, asked_for = service.get, []

    def later(asked):
        asked_for.append(asked.session)
        if asked_for.count(asked.session) < 3:
            service.find(asked)
            raise Refusal(404, "RestoreSessionNotFound")
        return get(asked)

    service.operations["get"] = (later, False)
    assert failed(judged(service)) == []


def test_trouble_tied_to_one_payload_is_a_fault_and_trouble_by_chance_is_not(judged):
    tied = seeded("granular-refused")
    tied.create_rules["crash"] = lambda payload: 1 / 0 if payload.get("granularSiteRestoreArtifacts") else None
    assert "create/introduction.granular-accepted" in failed(judged(tied, "quick"))

    by_chance = Service()
    answer, number = by_chance.answer, iter(range(10**9))

    def flaky(asked):
        return JsonResponse(502, raw=b"<html>bad gateway</html>") if next(number) % 7 == 3 else answer(asked)

    by_chance.answer = flaky
    result = judged(by_chance)
    assert failed(result) == []


BAD = [
    (("run", "--target", "somewhere"), "not one of: mock, replay (the recordings), live (a tenant), or a base URL"),
    (
        ("run", "--target", "ftp://x"),
        "'ftp://x' is not one of: mock, replay (the recordings), live (a tenant), or a base",
    ),
    (("record", "--target", "replay"), "not one of: mock, documentation (the printed examples), live (a tenant), or a"),
    (("run", "--target", "https://graph.microsoft.com/beta", "--emulator", "graph.microsoft.com"), "not an emulator"),
    (("run", "--target", "http://10.1.2.3/beta", "--token", "x"), "--emulator 10.1.2.3"),
    (("run", "--reading", "no-such=x"), "is not an interpretation"),
    (("run", "--reading", "empty-list=x"), "is one of: reject, accept"),
    (("run", "--as-of", "yesterday"), "is not a date"),
    (("run", "--target", "http://127.0.0.1:9/beta", "--identity", "boss=x"), "--identity takes NAME=TOKEN"),
    (("run", "--restore-points", "/no/such/file"), "cannot be read"),
    (("run", "--granular-items", "/no/such/file"), "cannot be read"),
    (("run", "--timeout", "0"), "--timeout is a number from 0.001 to 86400; got 0"),
    (("run", "--timeout", "nan"), "--timeout is a number"),
    (("run", "--seed", "-1"), "--seed is a whole number from 0 to"),
    (("run", "--seed", "9" * 5000), "--seed is a whole number"),
    (("run", "--max-requests", "many"), "--max-requests is a whole number"),
    (("run", "--draws", "-2"), "--draws is a whole number from -1"),
    (("run", "--report", "/dev/null/x"), "cannot be written"),
    (("run", "--report", "t.txt"), "report.html, junit.xml, report.md, report.sarif and run.json are written into it"),
    (("record", "--target", "mock", "--to", "t.yaml"), "a folder is wanted: for cassettes"),
    (("run", "--profile", "huge"), "is one of quick, standard"),
    (("run", "--no-such-option"), "There is no option --no-such-option"),
    (("clauses", "no/such.clause"), "There is no clause"),
    (("serve", "--fault", "no-such-fault"), "There is no fault"),
    (("serve", "--variant", "no-such-variant"), "There is no variant"),
    (("nothing",), "There is no command"),
]


@pytest.mark.parametrize(
    ("arguments", "says"), BAD, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_bad_input_is_one_sentence_and_exit_2(capsys, arguments, says):
    code, _, err = command(capsys, *arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


def test_the_command_starts_without_what_it_does_not_need():
    script = "import sys; from restore_conformance import cli; cli.main(['--help'])"
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", script], capture_output=True, text=True, timeout=60, check=False
    ).stderr
    for library in ("hypothesis", "jsonschema", "httpx", "schemathesis", "starlette", "jinja2", "vcr", "rich"):
        assert f" {library}\n" not in loaded
