"""The pytest plug-in: inert unless asked, one campaign for all, and the same verdict as the command."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_sessions import sessions

from restore_conformance import plugin, pytest_campaign
from restore_conformance.contract import places
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving
from restore_conformance.verdicts import WORDS, Verdict

MINE = """
def test_mine():
    assert True

def test_with_a_server(restore_mock):
    assert restore_mock.url.startswith("http://127.0.0.1:")
"""


LEDGER = """
[[deviation]]
clause = "create/introduction.exclusive-artifacts"
target = "http://127.0.0.1:*"
reason = "mended in the next release"
case = "X-1"
owner = "a team"
review = 2999-12-31
"""


def elsewhere(folder, several):
    """Sessions in a folder that has nothing to do with this repository.

    The plug-in is loaded by its name, which an entry point does for a distribution that is installed.
    """
    always = ["-p", "restore_conformance.plugin", "-p", "no:restore-conformance", "-p", "no:schemathesis"]
    environment = {**os.environ, "PYTHONPATH": str(places.PACKAGE.parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return sessions(folder, always, several, environment)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Exit code and output of pytest in a folder with a test of its own: by what was asked."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "test_mine.py").write_text(MINE)
    (folder / "deviations.toml").write_text(LEDGER)
    service = seeded("mixed-accepted")
    handle, asked = service.handle, []
    service.handle = lambda request: asked.append(request) or handle(request)
    marked = "must and list-granular and edition-2026-02"
    with serving(service) as url:
        faulty = ["--restore-target", url, "--restore-token", service.token, "--restore-profile", "quick"]
        register = ["--pyargs", plugin.CLAUSES]
        asking = {
            "nothing": ["--strict-markers"],
            "target": [*faulty, "--restore-report", folder / "reports"],
            "last failed": [*register, "--last-failed", *faulty],
            "accepted": [*register, "--last-failed", *faulty, "--restore-deviations", folder / "deviations.toml"],
            "marked": [*register, "-m", marked, "--strict-markers", "--collect-only"],
            "one": ["--pyargs", f"{plugin.CLAUSES}::create/response.id", "--collect-only"],
            "elsewhere": ["test_mine.py::test_mine", "--restore-target", "mock"],
            "bad": [*register, "--restore-target", "htp"],
            "bad seed": [*register, "--restore-seed", "many"],
        }
        made = elsewhere(folder, asking)
    return {**made, "folder": folder, "requests": len(asked)}


def requests_of(said):
    """How many requests the line at the end speaks of; there is one such line."""
    (number,) = re.findall(r"restore-conformance: 1 must clause failed(?:, 1 accepted)? \((\d+) requests", said)
    return int(number)


def test_nothing_happens_unless_it_is_asked_for(found):
    """No clause is collected, nothing is said, and the markers of the clauses are not known."""
    code, said = found["nothing"]
    assert code == 0
    assert "2 passed" in said
    assert "restore-conformance" not in said


def test_a_target_is_judged_beside_the_tests_of_the_folder(found):
    """With a target and no other argument the clauses are collected as well, and a broken one fails."""
    code, said = found["target"]
    assert code == 1
    assert "FAILED restore_conformance.clauses::create/introduction.exclusive-artifacts" in said
    assert "1 failed" in said
    assert "curl -i -X POST" in said
    assert "mock-good" not in said
    run = json.loads((found["folder"] / "reports" / "run.json").read_text())
    assert run["exit"] == 1
    assert (found["folder"] / "reports" / "report.html").exists()


def test_a_campaign_is_carried_out_once(found):
    """The target was sent no request more than the two runs speak of."""
    spoken_of = sum(requests_of(found[name][1]) for name in ("target", "last failed", "accepted"))
    assert spoken_of == found["requests"]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_an_item_shows_its_verdict_in_the_words_for_people(verdict):
    """As every report does: a skipped clause is not tested or inconclusive, and the reason follows."""
    entry = {"verdict": verdict.value, "level": "must", "accepted": "", "reason": "why", "shown": "why"}
    outcome = {"clauses": {"create/response.id": entry}}
    item = SimpleNamespace(address="create/response.id", config=SimpleNamespace(stash={plugin._OUTCOME: outcome}))
    skips = verdict in {Verdict.NONE, Verdict.INCONCLUSIVE}
    raises = pytest.skip.Exception if skips else plugin.Broken
    with contextlib.nullcontext() if verdict is Verdict.PASS else pytest.raises(raises) as raised:
        plugin.ClauseItem.runtest(item)
    assert not raised or str(raised.value) == (f"{WORDS[verdict]}: why" if skips else "why")


def test_what_failed_last_is_asked_again_and_nothing_else(found):
    code, said = found["last failed"]
    assert code == 1
    assert re.search(r"1 failed, \d+ deselected", said)
    assert requests_of(said) < found["requests"] / 3


def test_what_the_ledger_accepts_is_an_expected_failure(found):
    """The exit code is that of the command, which a ledger decides there as well."""
    code, said = found["accepted"]
    assert code == 0
    assert "1 xfailed" in said
    assert "1 must clause failed, 1 accepted" in said


def test_clauses_are_chosen_by_level_operation_and_edition(found):
    code, said = found["marked"]
    assert code == 0
    collected = re.findall(r"^restore_conformance\.clauses::(\S+)$", said, re.MULTILINE)
    assert collected
    assert all(address.startswith("list-granular/") for address in collected)


def test_a_target_that_nothing_is_asked_of_is_mentioned(found):
    """A test that is named is run alone, and the option that does nothing then is not passed over in silence."""
    code, said = found["elsewhere"]
    assert code == 0
    assert "1 passed" in said
    assert "no clause is among these tests" in said


def test_a_clause_is_asked_for_by_its_address(found):
    code, said = found["one"]
    assert code == 0
    assert "1 test collected" in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bad", "--restore-target 'htp' is not one of"),
        ("bad seed", "--restore-seed is a whole number"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_2(found, name, says):
    code, said = found[name]
    assert code == 2
    assert says in said
    assert "Traceback" not in said


def test_a_process_that_ended_in_its_campaign_leaves_no_second_one(tmp_path):
    """Whoever comes after a worker that was killed sends nothing again."""
    (tmp_path / "begun").touch()
    outcome = pytest_campaign.shared_outcome_of(None, [], tmp_path)
    assert outcome["broken"] == "the process that ran it has ended"
    assert outcome["exit"] == 4


def test_workers_share_one_campaign(tmp_path, monkeypatch):
    """Whichever worker comes first carries it out; the others wait, and show the same."""
    begun = []

    def slow(_, addresses):
        begun.append(addresses)
        time.sleep(0.05)
        return {"exit": 0, "said": [], "clauses": {}}

    monkeypatch.setattr(pytest_campaign, "outcome_of", slow)
    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(lambda _: pytest_campaign.shared_outcome_of(None, ["a"], tmp_path), range(4)))
    assert begun == [["a"]]
    assert found == [{"exit": 0, "said": [], "clauses": {}}] * 4


@pytest.mark.deep
def test_real_workers_share_one_campaign(tmp_path):
    service = seeded("mixed-accepted")
    handle, asked = service.handle, []
    service.handle = lambda request: asked.append(request) or handle(request)
    with serving(service) as url:
        options = ["--restore-target", url, "--restore-token", service.token, "--restore-profile", "quick"]
        code, said = elsewhere(tmp_path, {"workers": [*options, "-p", "xdist.plugin", "-n", "2"]})["workers"]
    assert code == 1
    assert "1 failed" in said
    assert requests_of(said) == len(asked)


def test_workers_skip_every_clause_for_what_keeps_the_first_from_judging(tmp_path, monkeypatch):
    """Bad usage ends no worker: the exit code is that of the controller, which says why once."""

    def ended(*_):
        raise pytest_campaign.Ended("--restore-target 'htp' is not one of …", 2)

    monkeypatch.setattr(pytest_campaign, "outcome_of", ended)
    first = pytest_campaign.shared_outcome_of(None, [], tmp_path)
    assert first == pytest_campaign.shared_outcome_of(None, [], tmp_path)
    assert (first["exit"], first["refused"]) == (2, "--restore-target 'htp' is not one of …")
    assert first["said"] == ["restore-conformance: --restore-target 'htp' is not one of …"]


def test_the_plug_in_imports_nothing_of_the_suite():
    """Every run of pytest loads it, whatever is tested there."""
    code = (
        "import pytest, sys; before = {*sys.modules}; import restore_conformance.plugin; print({*sys.modules} - before)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=places.ROOT)
    assert {one for one in eval(made.stdout) if not one.startswith("restore_conformance")} <= {"tempfile", "random"}
    assert {one for one in eval(made.stdout) if one.startswith("restore_conformance")} == {
        "restore_conformance", "restore_conformance.plugin",
    }  # fmt: skip


@pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has it")
def test_the_entry_point_names_the_module_of_the_plug_in():
    text = Path(places.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'[project.entry-points.pytest11]\n{plugin.NAME} = "{plugin.__name__}"' in text


def test_a_marker_whose_fault_has_no_name_of_an_option_is_refused(tmp_path):
    """Else a server that keeps the contract would be served, and the test would say nothing."""
    (tmp_path / "test_marked.py").write_text(
        "import pytest\n\n@pytest.mark.restore_mock('empty-refused')\ndef test_it(restore_mock): pass\n"
    )
    made = elsewhere(tmp_path, {"marked": ["test_marked.py"]})
    code, out = made["marked"][:2]
    assert code == 1
    assert "takes its options by name, such as restore_mock(fault=NAME)" in out
