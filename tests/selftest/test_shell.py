"""Every command that a report prints sends its request, runs nothing else and reads no file."""

import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.mock.server import serving
from restore_conformance.scrub import Scrub
from restore_conformance.shell import curl, quoted

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
