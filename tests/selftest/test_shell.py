"""Every command that a report prints sends its request, runs nothing else and reads no file."""

import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.mock.server import serving
from restore_conformance.records.shell import curl, quoted
from restore_conformance.scrub import Scrub

TARGET = "/solutions/backupRestore/sharePointRestoreSessions"
HOSTILE = [
    "$(touch {0})", "`touch {0}`", "'; touch {0}; '", '"; touch {0}; "', "\\'; touch {0} #", "| touch {0}",
    "&& touch {0}", "\ntouch {0}\n", "\r\ntouch {0}\r\n", "${{IFS}}$(touch${{IFS}}{0})", "@{0}", "-o {0}",
    "--output {0}", "%0atouch %20{0}", "~/{0}", "!touch {0}", "*", "{{a,b}}", "[1-3]",
    "\u2018; touch {0}; \u2019", "'\\''; touch {0}",
]  # fmt: skip


class Listening:
    """A service that keeps every request and answers 204."""

    def __init__(self):
        self.requests = []

    def handle(self, request):
        self.requests.append(request)
        return Response(204)


def run(line, folder):
    environment = {"PATH": os.environ["PATH"], "TOKEN": "the-real-token", "HOME": str(folder)}
    return subprocess.run(["sh", "-c", line], cwd=folder, env=environment, capture_output=True, timeout=30, check=False)


def exchange(method="POST", target=TARGET, headers=(), body=None):
    return Exchange(1, Request(method, target, tuple(headers), body), None)


needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="no curl here to run the lines with")


@needs_curl
@pytest.mark.parametrize(
    "text", [pytest.param(text, marks=[pytest.mark.deep] * (at % 3 > 0)) for at, text in enumerate(HOSTILE)]
)
def test_hostile_text_anywhere_in_a_request_runs_nothing(text, tmp_path):
    service = Listening()
    mark = tmp_path / "touched"
    bad = text.format(mark)
    scrub = Scrub({"token": "t0ken-of-the-run"})
    with serving(service) as base:
        for line in (
            curl(exchange(body=bad.encode()), scrub, base),
            curl(exchange(method=bad), scrub, base),
            curl(exchange(target=TARGET + "?x=" + bad), scrub, base),
            curl(exchange(target=bad), scrub, base + "/"),
            curl(exchange(headers=[("X-Note", bad)]), scrub, base),
            curl(exchange(headers=[(bad, "x")]), scrub, base),
            curl(exchange(headers=[("Authorization", "Bearer " + bad)]), scrub, base),
            curl(exchange(body=b"\xff" + bad.encode()), scrub, base),
            curl(exchange(), scrub, bad),
        ):
            run(line, tmp_path)
            assert not mark.exists(), line
    assert sorted(tmp_path.iterdir()) == []


@needs_curl
@pytest.mark.parametrize("body", [None, b"", b"{}", '{"a": "é\'\\\\"}'.encode(), b"\xff\x00\n", b"@file", b"a\0b"])
def test_a_command_sends_the_same_request(body, tmp_path):
    service = Listening()
    headers = [("Authorization", "Bearer t0ken-of-the-run"), ("Content-Type", "application/json"), ("Prefer", "")]
    with serving(service) as base:
        line = curl(exchange(headers=headers, body=body), Scrub({"token": "t0ken-of-the-run"}), base)
        done = run(line, tmp_path)
    assert done.returncode == 0, done.stderr
    (request,) = service.requests
    assert request.method == "POST"
    assert request.target.endswith(TARGET)
    assert request.header("Authorization") == "Bearer the-real-token"
    assert request.header("Content-Type") == "application/json"
    assert request.header("Prefer") == ""
    assert (request.body or b"") == (body or b"")


@needs_curl
def test_a_file_is_never_read(tmp_path):
    (tmp_path / "secret").write_text("of somebody")
    for line in (
        curl(exchange(), Scrub(), f"file://{tmp_path}/secret?"),
        curl(exchange(headers=[(f"@{tmp_path}/secret", "x")]), Scrub(), "http://127.0.0.1:9"),
    ):
        assert b"of somebody" not in run(line, tmp_path).stdout


def test_a_url_is_scrubbed():
    line = curl(exchange(target=TARGET + "?sig=a-signature-of-access"), Scrub(), "https://me:password@corp.private.net")
    assert "password" not in line
    assert "corp.private.net" not in line
    assert "a-signature-of-access" not in line


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_a_quoted_text_is_one_word_of_the_shell(text):
    done = subprocess.run(["sh", "-c", f"printf %s {quoted(text)}"], capture_output=True, timeout=30, check=True)
    assert done.stdout.decode() == text


@needs_curl
@pytest.mark.parametrize("token", ["T", "t0ken-of-the-run"])
def test_what_was_scrubbed_is_a_variable_and_the_command_says_which(token, tmp_path):
    """A short token, another caller's and a browse session are set from outside; without them nothing is sent."""
    service = Listening()
    scrub = Scrub({"token": token, "read-only": "token-of-a-reader"})
    body = b'{"granularSiteRestoreArtifacts": [{"browseSessionId": "browse-of-somebody", "id": "a"}]}'
    headers = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
    sent = exchange(headers=headers, body=body)
    scrub.learn(sent)
    with serving(service) as base:
        line = curl(sent, scrub, base)
        assert "browse-of-somebody" not in line
        assert f"Bearer {token}" not in line
        done = run(line, tmp_path)
        assert done.returncode != 0
        assert b"BROWSE: a browse session id" in done.stderr
        assert service.requests == []
        done = run(f"BROWSE=browse-of-mine; {line}", tmp_path)
        assert done.returncode == 0, done.stderr
    (request,) = service.requests
    assert request.header("Authorization") == "Bearer the-real-token"
    assert b'"browseSessionId": "browse-of-mine"' in request.body


def test_another_caller_is_named_in_the_command():
    """The token of a caller with other permissions is not that of the run."""
    scrub = Scrub({"token": "t0ken-of-the-run", "token-read-only": "token-of-a-reader"})
    line = curl(exchange(headers=[("Authorization", "Bearer token-of-a-reader")]), scrub, "http://127.0.0.1:1")
    assert line.startswith(': "${TOKEN:?the bearer token of the caller read-only}"; curl ')
    line = curl(exchange(headers=[("Authorization", "Bearer something-else-entirely")]), scrub, "http://127.0.0.1:1")
    assert line.startswith(': "${TOKEN:?a token other than that of the run}"; curl ')


def test_no_variable_is_named_by_the_text_of_a_request():
    """What looks like something scrubbed in a recording never asks for a variable of the environment."""
    body = b'{"a": "scrubbed-path-0123456789ab", "b": "scrubbed-token-0123456789ab"}'
    line = curl(exchange(body=body), Scrub(), "http://127.0.0.1:1")
    assert "$PATH" not in line
    assert "$TOKEN" not in line
    assert '"$VALUE"' in line
    assert '"$VALUE_2"' in line


@needs_curl
def test_a_request_without_a_media_type_is_sent_without_one(tmp_path):
    """curl names a media type of its own where there is a body, unless it is told not to."""
    service = Listening()
    with serving(service) as base:
        assert run(curl(exchange(body=b"{}"), Scrub(), base), tmp_path).returncode == 0
    assert service.requests[0].header("Content-Type") is None
