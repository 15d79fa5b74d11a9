"""The Python interface: responses of a test's own client, targets in process, strategies, and the mock as a server."""

import asyncio
import json
import re
import subprocess
import sys
import types

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from starlette.applications import Starlette

from restore_conformance import HttpExchange, UsageError, campaign, judge, mock, strategies
from restore_conformance.contract import places
from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import application as asgi_of
from restore_conformance.mock.variants import VARIANTS, composed
from restore_conformance.targets.application import is_asgi

PATH = "/solutions/backupRestore/sharePointRestoreSessions"
SESSIONS = "/solutions/backupRestore/restoreSessions"
SITE = {"restorePoint": {"id": "1f1fccc3-a642-4f61-bf49-f37b9a888279"}, "destinationType": "new"}
ITEM = {"browseSessionId": "c4e52a5d-6fb5-4cb0-b3b8-6d3a3d9d8a42", "id": ",".join([SITE["restorePoint"]["id"]] * 4)}
STANDARD = {"siteRestoreArtifacts": [SITE]}
MIXED = {**STANDARD, "granularSiteRestoreArtifacts": [ITEM]}
FEW = settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def wsgi_of(service):
    """The mock as a WSGI application."""

    def app(environ, start_response):
        headers = [(k.removeprefix("HTTP_").replace("_", "-"), v) for k, v in environ.items() if k.startswith("HTTP_")]
        if environ.get("CONTENT_TYPE"):
            headers.append(("Content-Type", environ["CONTENT_TYPE"]))
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        body = environ["wsgi.input"].read()
        asked = Request(environ["REQUEST_METHOD"], environ["PATH_INFO"] + query, tuple(headers), body or None)
        made = service.handle(asked)
        start_response(f"{made.status} Status", list(made.headers))
        return [made.body]

    return app


def client_of(service):
    """A client of httpx whose requests a service answers in process."""
    headers = {"Authorization": f"Bearer {service.token}"}
    return httpx.Client(
        transport=httpx.WSGITransport(wsgi_of(service)), base_url="http://localhost/beta", headers=headers
    )


def talk(client):
    """What a test of somebody's own may do, in order."""
    made = client.post(PATH, json=STANDARD)
    found = [made]
    session = f"{SESSIONS}/{made.json()['id']}" if made.status_code == 201 else f"{SESSIONS}/none"
    found += [client.get(session), client.get(SESSIONS), client.get(f"{PATH}/{session.rpartition('/')[2]}")]
    found += [client.delete(session), client.get(session), client.post(PATH, json={}), client.post(PATH, json=MIXED)]
    return found


# ------------------------------------------------------------------ judge


def test_a_conforming_answer_is_judged_and_nothing_is_raised():
    verdicts = judge(client_of(Service()).post(PATH, json=STANDARD))
    assert verdicts.raise_for_deviation() is verdicts
    assert verdicts["create/response.created"] == "passed"
    assert {"create/response.id", "create/response.job-type-standard"} <= set(verdicts.passed)
    assert verdicts["create/introduction.exclusive-artifacts"] == "not tested"
    assert sum(verdicts.counts.values()) == len(verdicts)
    assert verdicts.reasons["create/introduction.exclusive-artifacts"] == "no response is about it"


def test_a_deviation_is_one_readable_assertion():
    """The message has the field, the clause, what was expected and observed, and the sentence of the document."""
    verdicts = judge(client_of(seeded("standard-job-typed-bulk")).post(PATH, json=STANDARD))
    with pytest.raises(AssertionError) as raised:
        verdicts.raise_for_deviation()
    text = str(raised.value)
    finding = verdicts.findings[0]
    assert text.startswith("1 clause failed")
    for part in (finding.clause, f"POST {PATH} was answered 201", "/restoreJobType", finding.says, finding.page):
        assert part in text, part
    for name in ("field:", "expected:", "observed:", "document:"):
        assert name in text
    assert "mock-good" not in text


def test_a_series_is_judged_by_what_came_before():
    """What a session holds is known from its create; a fault that shows only later is found in the later response."""
    responses = talk(client_of(seeded("read-back-other-job-type")))
    assert [one.clause for one in judge(responses).deviations()] == ["create/read-back.same-session"]
    assert not judge(responses[:1]).deviations()
    assert not judge(responses[1:2]).deviations()


def test_a_change_that_is_not_seen_yet_is_no_deviation():
    """No page promises that a deleted session is gone at once, and a test reads it once."""
    verdicts = judge(talk(client_of(seeded("delete-without-effect"))))
    assert not verdicts.deviations()
    assert "long enough" in verdicts.reasons["delete/response.gone"]


@pytest.mark.parametrize("name", ["plain", *list(VARIANTS)[::9]])
def test_no_unusual_server_is_reported(name):
    """Whatever is allowed to a server, the responses of a test raise nothing."""
    service = Service() if name == "plain" else composed([name])
    client = client_of(service)
    others = {kind: token for token, kind in service.tokens.items() if kind != "good"}
    verdicts = judge(talk(client), token=service.token, identities=others)
    assert not verdicts.deviations(), str(verdicts.deviations()[0])


def test_every_client_shows_the_same():
    """httpx, requests, aiohttp and an exchange written by hand are judged alike."""
    response = client_of(seeded("mixed-accepted")).post(PATH, json=MIXED)
    theirs = requests.Response()
    theirs.status_code, theirs._content = response.status_code, response.content
    theirs.headers.update(response.headers)
    theirs.request = requests.Request("POST", str(response.request.url), json=MIXED).prepare()
    info = types.SimpleNamespace(method="POST", url=response.request.url, headers=dict(response.request.headers))
    asynchronous = types.SimpleNamespace(
        status=response.status_code, headers=response.headers, request_info=info, _body=response.content
    )
    by_hand = HttpExchange(
        method="post", url=f"/beta{PATH}", status=201, headers={"Content-Type": "application/json"}, sent=MIXED,
        answer_headers=response.headers, answer=response.content,
    )  # fmt: skip
    for verdicts in (judge(response), judge(theirs), judge(asynchronous, sent=MIXED), judge(by_hand)):
        assert [one.clause for one in verdicts.findings] == ["create/introduction.exclusive-artifacts"]
    assert not judge(asynchronous).deviations()  # nobody knows what was sent


def test_callers_are_judged_where_they_are_named():
    """A request without a token proves something only where it is said that this target takes tokens."""
    service = seeded("no-token-accepted")
    client = client_of(service)
    del client.headers["Authorization"]
    response = client.post(PATH, json=STANDARD)
    unnamed = judge(response)
    clause = "create/request-headers.authorization-required"
    assert unnamed[clause] == "not tested"
    assert unnamed.reasons[clause] == "nothing is said of callers: give token= and identities="
    assert clause in judge(response, token=service.token).failed
    other = client.post(PATH, json=STANDARD, headers={"Authorization": "Bearer another good one"})
    assert not judge(other, token=service.token).deviations()


def test_what_a_request_asks_for_is_no_deviation():
    """Members that $select leaves out are not missing."""
    client = client_of(Service())
    made = client.post(PATH, json=STANDARD)
    body = {"id": made.json()["id"]}
    short = httpx.Response(
        200, json=body, request=httpx.Request("GET", f"http://x/beta{SESSIONS}/{body['id']}?$select=id")
    )
    assert not judge([made, short]).deviations("should")


@pytest.mark.parametrize(
    ("responses", "options", "says"),
    [
        ([], {}, "There is nothing to judge: no response was given"),
        (HttpExchange(method="GET", url="http://x/beta/users", status=200), {}, "1 exchange to other addresses"),
        (HttpExchange(method="POST", url=f"http://x/v1.0{PATH}", status=201), {}, "another version than beta"),
        (httpx.Response(201), {}, "without its request"),
        (httpx.Response(201, stream=httpx.ByteStream(b"{}"), request=httpx.Request("GET", "http://x")), {}, "not read"),
        ([], {"level": "observe"}, "level 'observe' is unknown"),
        ([], {"edition": "2031-01"}, "no edition '2031-01'"),
        ([], {"readings": {"mixd-status": "400"}}, "Did you mean 'mixed-status'"),
        ([], {"identities": {"red-only": "T"}}, "Did you mean 'read-only'"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_one_sentence(responses, options, says):
    with pytest.raises(UsageError, match=re.escape(says)):
        judge(responses, **options)
    with pytest.raises(TypeError, match="got int"):
        judge(5)


# ------------------------------------------------------------------ campaign


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_an_application_is_judged_in_process(kind):
    """No socket is opened, and the application is never taken for a live target."""
    service = seeded("mixed-accepted")
    app = asgi_of(service) if kind == "asgi" else wsgi_of(service)
    run = campaign(app, token=service.token, profile="quick", only=["create/introduction"])
    assert (run.verdict, run.exit_code) == ("non-conformant", 1)
    assert [one.clause for one in run.findings] == ["create/introduction.exclusive-artifacts"]
    assert run.record["target"].startswith("application ")
    with pytest.raises(AssertionError, match="exclusive-artifacts"):
        run.assert_conformant()


def test_a_campaign_ends_at_the_first_broken_clause():
    service = seeded("standard-job-typed-bulk")
    whole, short = (
        campaign(asgi_of(service), token=service.token, profile="quick", max_failures=most) for most in (0, 1)
    )
    assert whole.exit_code == short.exit_code == 1
    assert short.requests < whole.requests


def test_a_whole_campaign_of_the_mock_and_its_reports(tmp_path):
    run = campaign(profile="quick", report=tmp_path / "reports").assert_conformant()
    assert run.exit_code == 0
    assert run.counts["failed"] == 0
    assert run.counts["passed"] == len(run.verdicts.passed) > 100
    assert run.record["exit"] == json.loads((tmp_path / "reports" / "run.json").read_text())["exit"]
    assert (tmp_path / "reports" / "report.html").exists()


def test_an_application_that_cannot_be_judged_does_not_pass():
    """404 to everything is no deviation, and no conformance either."""
    run = campaign(Starlette(), profile="quick", token="T")
    assert run.exit_code == 3
    run.verdicts.raise_for_deviation()
    with pytest.raises(AssertionError, match="not known to be conformant"):
        run.assert_conformant()


def test_the_lifespan_of_an_application_is_that_of_the_run():
    events = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            events.append((await receive())["type"])
            scope["state"]["ready"] = True
            await send({"type": "lifespan.startup.complete"})
            events.append((await receive())["type"])
            await send({"type": "lifespan.shutdown.complete"})
            return
        assert scope["state"]["ready"]
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    campaign(app, profile="quick", token="T")
    assert events == ["lifespan.startup", "lifespan.shutdown"]


async def failing(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("live", "would be a live target"),
        ("https://graph.microsoft.com/beta", "would be a live target"),
        ("http://10.1.2.3/beta", "would be a live target"),
        ("htp", "is not one of"),
        (failing, "startup of the application failed: no database"),
        (lambda: None, "neither an ASGI nor a WSGI application"),
    ],
)
def test_what_is_not_judged_is_one_sentence(target, says):
    with pytest.raises(UsageError, match=says):
        campaign(target, token="T")


async def crashing(scope, receive, send):
    raise SystemExit("no")


async def silent(scope, receive, send):
    if scope["type"] == "http":
        await asyncio.sleep(0)


async def endless(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(200):
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await send({"type": "http.response.body"})


async def hanging(scope, receive, send):
    if scope["type"] == "http":
        await asyncio.sleep(60)


def wsgi_crashing(environ, start_response):
    raise ValueError("no")


@pytest.mark.parametrize("app", [crashing, silent, endless, hanging, wsgi_crashing])
def test_a_broken_application_ends_no_run(app, caplog):
    """One that raises, never answers or never ends is trouble of the target, as behind a real server."""
    seconds = 0.05 if app is hanging else 10
    run = campaign(app, profile="quick", token="T", timeout=seconds, only=["create/response.created"])
    assert run.exit_code in {1, 3}, run.reason
    assert run.verdict != "error"


def test_asgi_is_distinguished_from_wsgi():
    service = Service()
    assert is_asgi(asgi_of(service))
    assert is_asgi(failing)
    assert not is_asgi(wsgi_of(service))


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "qick"}, {"seed": -1}, {"timeout": 0}, {"restore_points": ["x"]}, {"restore_points": [None]},
        {"granular_items": ["x"]}, {"granular_items": [("browse",)]}, {"granular_items": [("", "key")]},
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_named_as_in_python(options):
    with pytest.raises(UsageError) as raised:
        campaign("http://127.0.0.1:9/beta", **options)
    assert next(iter(options)) in str(raised.value)
    assert "--" not in str(raised.value)


# ------------------------------------------------------------------ strategies


@FEW
@given(strategies.standard(most=3), strategies.granular(most=3), strategies.empty())
def test_valid_requests_are_accepted_by_the_mock(standard, granular, empty):
    service = Service()
    for request in (standard, granular, empty):
        assert request.valid
        headers = tuple(request.headers_for(service.token).items())
        assert service.handle(Request(request.method, request.path, headers, request.body)).status == 201


@FEW
@given(strategies.any_request(most=3))
def test_every_request_is_answered_as_it_says(request):
    service = Service()
    headers = tuple(request.headers_for(service.token).items())
    made = service.handle(Request(request.method, request.path, headers, request.body))
    assert request.is_answered(made.status), (request, made.status)


@pytest.mark.parametrize("row", [*strategies.rows()[::3], "InvalidArtifactRequest", "mixed"])
def test_every_row_has_requests_that_break_it(row):
    drawn = []

    @settings(max_examples=3, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategies.invalid(row, most=4))
    def draw(request):
        drawn.append(request)

    draw()
    assert drawn
    assert all(row in {one.row, one.code} for one in drawn)
    assert not any(one.valid for one in drawn)


def test_an_unknown_row_is_answered_with_the_near_one():
    with pytest.raises(UsageError, match="Did you mean 'duplicate'"):
        strategies.invalid("duplicat")
    with pytest.raises(UsageError, match="There are: path-type, "):
        strategies.invalid("zzzzzz")


SERIES = settings(
    max_examples=8, stateful_step_count=5, deadline=None, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # shrinking takes a minute
)  # fmt: skip


def test_series_of_operations_are_judged():
    """A conforming application passes whatever is done to it in whatever order; a faulty one fails."""
    service = Service()
    run_state_machine_as_test(strategies.sessions(asgi_of(service), token=service.token), settings=SERIES)
    run_state_machine_as_test(strategies.sessions(), settings=SERIES)
    faulty = seeded("standard-job-type-missing")
    with pytest.raises(AssertionError, match="restoreJobType"):
        run_state_machine_as_test(strategies.sessions(wsgi_of(faulty), token=faulty.token), settings=SERIES)
    with pytest.raises(UsageError, match="would be a live target"):
        strategies.sessions("https://graph.microsoft.com/beta", token="T")


# ------------------------------------------------------------------ mock


def test_the_mock_is_a_server_while_it_is_needed():
    with mock(fault="mixed-accepted") as server:
        headers = {"Authorization": f"Bearer {server.token}"}
        answer = httpx.post(server.url + PATH, json=MIXED, headers=headers)
        assert answer.status_code == 201
        assert "read-only" in server.identities
        assert server.token not in repr(server)
    with pytest.raises(httpx.ConnectError):
        httpx.post(server.url + PATH, json=MIXED, headers=headers)


@pytest.mark.parametrize("options", [{"fault": "no-such"}, {"variant": "no-such"}, {"fault": "a", "variant": "b"}])
def test_a_mock_that_does_not_exist_is_one_sentence(options):
    with pytest.raises(UsageError), mock(**options):
        pass


# ------------------------------------------------------------------ the package


def test_the_names_are_there_whatever_was_imported_before():
    """`campaign` and `mock` are modules as well, which Python makes attributes of the package."""
    import restore_conformance.campaign.campaign
    import restore_conformance.mock

    assert callable(restore_conformance.campaign)
    with restore_conformance.mock() as server:
        assert server.url.startswith("http://127.0.0.1:")
    for name in restore_conformance.__all__:
        assert getattr(restore_conformance, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        restore_conformance.nothing  # noqa: B018


def test_importing_the_package_imports_nothing_else():
    code = (
        "import sys, restore_conformance; print([one for one in sys.modules if one.startswith('restore_conformance.')])"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=places.ROOT)
    assert made.stdout.strip() == "[]"


@pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has the documentation")
@pytest.mark.parametrize("number", range(5))
def test_the_examples_of_the_documentation_run(number, tmp_path, monkeypatch):
    """Each block of docs/how-to/python.md, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(
        r"```python\n(.*?)```", (places.ROOT / "docs" / "how-to" / "python.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(blocks) == 5
    namespace = {"__name__": "example"}
    exec(compile(blocks[number], f"docs/how-to/python.md block {number + 1}", "exec"), namespace)
    for name, value in list(namespace.items()):
        if name.startswith("test_"):
            value()
