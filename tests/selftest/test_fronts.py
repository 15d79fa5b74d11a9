"""Two fronts, one verdict: the command and pytest end with zero for the same servers, whatever the configuration."""

import contextlib
import socket

import pytest
from pytest_sessions import sessions
from servers import answering

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving

PAGE = b"<!DOCTYPE html><html><body>Sign in to the proxy</body></html>"
LOST = b'{"error": {"code": "ResourceNotFound", "message": "Not here."}}'
JSON = (("Content-Type", "application/json"),)


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
def fronts(tmp_path_factory, register):
    """What both fronts say: by environment (expected, command, (pytest, what it said)), and by foreign configuration.

    What patches the suite comes last, since all sessions are of one process.
    """
    folder = tmp_path_factory.mktemp("plugins")
    advice = next(
        clause.fault for clause in register.clauses if clause.level == "should" and clause.address.startswith("create/")
    )
    for name, text in {"noisy": NOISY, "raising": RAISING, "advice": ADVICE.replace("{name}", advice)}.items():
        (folder / f"{name}_plugin.py").write_text(text)
    part = ["tests/create/test_response.py", "--profile", "quick"]
    table = {}
    with environments() as known, pytest.MonkeyPatch.context() as patch:
        patch.delenv("GITHUB_STEP_SUMMARY", raising=False)
        patch.setenv("PYTHONPATH", str(folder))
        sent = {
            name: ["--target", base, "--token", token, "--profile", "quick"] for name, (base, token, _) in known.items()
        }
        several = {
            name: ["tests/create" if known[name][2] < 2 else "tests/create/test_introduction.py", *given]
            for name, given in sent.items()
        }
        several |= {
            "noisy": [*part, "-p", "noisy_plugin"],
            "strict": [*part, "-W", "error"],
            "subset": [*part, "-k", "test_id", "--target", "http://127.0.0.1:9/beta"],
            "replay": ["tests/create/test_examples.py", "--target", "replay"],
            "advice": ["tests/create", *part[1:], "-p", "advice_plugin", "-W", "error"],
            "raising": [*part, "-p", "raising_plugin", "-s"],
        }
        always = ["-p", "no:cacheprovider", "--rootdir", places.ROOT]
        found = sessions(places.ROOT, always, several)
        for name, given in sent.items():
            report = str(tmp_path_factory.mktemp("run"))
            code = cli.main(["run", *given, "--quiet", "--plain", "--report", report])
            table[name] = known[name][2], code, found[name]
    return table, found


ENVIRONMENTS = [
    "conforming", "broken", "impossible token", "closed port", "wrong path", "wrong token", "no token",
    "page of a proxy", "404 to everything",
]  # fmt: skip


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_pytest_is_green_exactly_where_the_command_is(fronts, name):
    """Nothing that the command could not judge passes for judged in pytest, where its clauses are merely skipped."""
    expected, command, (code, said) = fronts[0][name]
    assert command == expected
    assert (code == 0) == (command == 0), said
    assert "INTERNALERROR" not in said
    assert "restore-conformance: " in said


@pytest.mark.parametrize("name", ["noisy", "strict", "advice"])
def test_a_foreign_configuration_changes_no_verdict(fronts, name):
    """Warnings of other plug-ins, warnings as errors and an advice that is not followed leave a green run green."""
    code, said = fronts[1][name]
    assert "INTERNALERROR" not in said
    assert code == 0, said
    assert name != "advice" or "should: create/" in said


def test_replay_is_a_target_of_pytest(fronts):
    code, said = fronts[1]["replay"]
    assert code == 0, said
    assert "2 passed" in said


def test_a_part_of_the_clauses_is_not_green_either(fronts):
    """Whichever clauses are selected: a target that could not be judged ends with the exit code of the command."""
    code, said = fronts[1]["subset"]
    assert code == 3, said


def test_a_campaign_that_raises_is_run_once(fronts):
    """The first clause shows the error, the others name it, and nothing is sent again."""
    code, said = fronts[1]["raising"]
    assert code == 1
    assert said.splitlines().count("A CAMPAIGN BEGAN") == 1
    assert "not what anybody expected" in said
