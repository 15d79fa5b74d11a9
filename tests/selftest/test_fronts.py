"""Two fronts, one verdict: the command and pytest end with zero for the same servers, whatever the configuration."""

import contextlib
import json
import re
import socket
import subprocess
import sys

import pytest
from servers import answering

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving

PAGE = b"<!DOCTYPE html><html><body>Sign in to the proxy</body></html>"
LOST = b'{"error": {"code": "ResourceNotFound", "message": "Not here."}}'
JSON = (("Content-Type", "application/json"),)

SESSIONS = """
import json, sys, pytest
for number, arguments in enumerate(json.loads(sys.argv[1])):
    print(f"=== {number}", flush=True)
    print(f"=== {number} ended {int(pytest.main(arguments))}", flush=True)
"""


def pytest_fronts(*sessions):
    """Run sessions of pytest one after the other in one process of their own: exit code and output of each."""
    always = ["-p", "no:cacheprovider", "-q", "--rootdir", str(places.ROOT)]
    made = subprocess.run(
        [sys.executable, "-c", SESSIONS, json.dumps([[*always, *map(str, one)] for one in sessions])],
        cwd=places.ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    found = []
    for number in range(len(sessions)):
        told = re.search(rf"=== {number}\n(.*)=== {number} ended (\d+)\n", made.stdout, re.DOTALL)
        assert told, made.stdout + made.stderr
        found.append((int(told[2]), told[1]))
    return found


@contextlib.contextmanager
def environments():
    """Targets by name with the token given, and the exit code of the command."""
    with contextlib.ExitStack() as stack:
        service, enter = Service(), stack.enter_context
        base = enter(serving(service))
        faulty = seeded("mixed-accepted")
        broken = enter(serving(faulty))
        page, _ = enter(answering(200, (("Content-Type", "text/html"),), PAGE))
        lost, _ = enter(answering(404, JSON, LOST))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = f"http://127.0.0.1:{probe.getsockname()[1]}/beta"
        yield {
            "conforming": (base, service.token, 0),
            "broken": (broken, faulty.token, 1),
            "impossible token": (base, "\u00e4", 2),
            "closed port": (closed, "T", 3),
            "wrong path": (f"{base}/nowhere", service.token, 3),
            "wrong token": (base, "wrong", 3),
            "no token": (base, "", 3),
            "page of a proxy": (f"{page}/beta", "T", 3),
            "404 to everything": (f"{lost}/beta", "T", 3),
        }


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The exit codes of both fronts: environment to (expected, command, pytest, what pytest said)."""
    made = {}
    patch = pytest.MonkeyPatch()
    patch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    with environments() as known:
        options = {name: ["--target", base, "--token", token] for name, (base, token, _) in known.items()}
        fronts = pytest_fronts(*(["tests/create", "--profile", "quick", *one] for one in options.values()))
        for (name, given), (code, said) in zip(options.items(), fronts, strict=True):
            folder = str(tmp_path_factory.mktemp("run"))
            command = cli.main(["run", *given, "--profile", "quick", "--quiet", "--plain", "--report", folder])
            made[name] = known[name][2], command, code, said
    patch.undo()
    return made


ENVIRONMENTS = [
    "conforming", "broken", "impossible token", "closed port", "wrong path", "wrong token", "no token",
    "page of a proxy", "404 to everything",
]  # fmt: skip


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_pytest_is_green_exactly_where_the_command_is(table, name):
    """Nothing that the command could not judge passes for judged in pytest, where its clauses are merely skipped."""
    expected, command, code, said = table[name]
    assert command == expected
    assert (code == 0) == (command == 0), said
    assert "INTERNALERROR" not in said
    assert "restore-conformance: " in said


NOISY = """
import warnings

def pytest_configure(config):
    warnings.warn("noise at the start", DeprecationWarning)

def pytest_runtest_setup(item):
    warnings.warn("noise before a test", UserWarning)

def pytest_sessionfinish(session):
    warnings.warn("noise at the end", UserWarning)
"""
RAISING = """
from restore_conformance.campaign.campaign import Campaign
from restore_conformance.exchange import Exchange

def broken(self, *_):
    print("A CAMPAIGN BEGAN")
    raise RuntimeError("not what anybody expected")

Campaign.run = broken
"""
ADVICE = """
from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.clauses import load
from restore_conformance.verdicts import Level
import restore_conformance.mock as mock

register = load()
fault = next(f for f in FAULTS.values() if f.name == "{name}")
mock.Service = lambda: seeded(fault.name)
"""


@pytest.fixture(scope="module")
def foreign(tmp_path_factory, register):
    """Sessions under plug-ins and options of somebody else, and with a campaign that raises: exit code and output."""
    folder = tmp_path_factory.mktemp("plugins")
    advice = next(
        clause.fault for clause in register.clauses if clause.level == "should" and clause.address.startswith("create/")
    )
    texts = {"noisy": NOISY, "raising": RAISING, "advice": ADVICE.replace("{name}", advice)}
    for name, text in texts.items():
        (folder / f"{name}_plugin.py").write_text(text)
    quick = ["tests/create/test_response.py", "--profile", "quick"]
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTHONPATH", str(folder))
    sessions = {
        "noisy": [*quick, "-p", "noisy_plugin"],
        "strict": [*quick, "-W", "error"],
        "subset": [*quick, "-k", "test_id", "--target", "http://127.0.0.1:9/beta"],
        "advice": ["tests/create", *quick[1:], "-p", "advice_plugin", "-W", "error"],
        "replay": ["tests/create/test_examples.py", "--target", "replay"],
        "raising": [*quick, "-p", "raising_plugin", "-s"],
    }
    made = dict(zip(sessions, pytest_fronts(*sessions.values()), strict=True))
    patch.undo()
    return made


@pytest.mark.parametrize("name", ["noisy", "strict", "advice"])
def test_a_foreign_configuration_changes_no_verdict(foreign, name):
    """Warnings of other plug-ins, warnings as errors and an advice that is not followed leave a green run green."""
    code, said = foreign[name]
    assert "INTERNALERROR" not in said
    assert code == 0, said
    assert name != "advice" or "should: create/" in said


def test_replay_is_a_target_of_pytest(foreign):
    code, said = foreign["replay"]
    assert code == 0, said
    assert "2 passed" in said


def test_a_part_of_the_clauses_is_not_green_either(foreign):
    """Whichever clauses are selected: a target that could not be judged ends with the exit code of the command."""
    code, said = foreign["subset"]
    assert code == 3, said


def test_a_campaign_that_raises_is_run_once(foreign):
    """The first clause shows the error, the others name it, and nothing is sent again."""
    code, said = foreign["raising"]
    assert code == 1
    assert said.splitlines().count("A CAMPAIGN BEGAN") == 1
    assert "not what anybody expected" in said
