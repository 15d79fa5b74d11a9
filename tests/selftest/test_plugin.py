"""The pytest plug-in: inert unless asked, one campaign for all, and the same verdict as the command."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from restore_conformance import mock, places, plugin

RUN = """
import json, sys, pytest
for number, arguments in enumerate(json.loads(sys.argv[1])):
    print(f"=== {number}", flush=True)
    print(f"=== {number} ended {int(pytest.main(arguments))}", flush=True)
"""
MINE = """
def test_mine():
    assert True

def test_with_a_server(restore_mock):
    assert restore_mock.url.startswith("http://127.0.0.1:")
"""
QUICK = ["--restore-profile", "quick"]
REGISTER = ["--pyargs", plugin.CLAUSES]


def sessions(folder, *several):
    """Run pytest several times in one process of its own, from a folder that has nothing to do with this repository.

    The plug-in is loaded by its name, which an entry point does for a distribution that is installed.
    """
    always = ["-q", "-p", "restore_conformance.plugin", "-p", "no:restore-conformance", "-p", "no:schemathesis"]
    environment = {**os.environ, "PYTHONPATH": str(places.PACKAGE.parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    made = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps([[*always, *map(str, one)] for one in several])],
        cwd=folder, capture_output=True, text=True, timeout=240, check=False, env=environment,
    )  # fmt: skip
    found = []
    for number in range(len(several)):
        said = re.search(rf"=== {number}\n(.*)=== {number} ended (\d+)\n", made.stdout, re.DOTALL)
        assert said, made.stdout + made.stderr
        found.append((int(said[2]), said[1]))
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Exit code and output of pytest in a folder with a test of its own: by what was asked."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "test_mine.py").write_text(MINE)
    with mock(fault="mixed-accepted") as server:
        faulty = ["--restore-target", server.url, "--restore-token", server.token, *QUICK]
        asked = {
            "nothing": [],
            "strict": ["--strict-markers"],
            "target": [*faulty, "--restore-report", folder / "reports"],
            "last failed": [*REGISTER, "--last-failed", *faulty],
            "workers": [*REGISTER, *faulty, "-p", "xdist.plugin", "-n", "2"],
            "marked": [
                *REGISTER,
                "-m",
                "must and list-granular and edition-2026-02",
                "--strict-markers",
                "--collect-only",
            ],
            "one": [*REGISTER[:1], f"{plugin.CLAUSES}::create/response.id", *QUICK],
            "bad": [*REGISTER, "--restore-target", "htp", "--restore-seed", "1"],
            "bad seed": [*REGISTER, "--restore-seed", "many"],
            "bad with workers": [*REGISTER, "--restore-target", "htp", "-p", "xdist.plugin", "-n", "1"],
        }
        made = dict(zip(asked, sessions(folder, *asked.values()), strict=True))
    return {**made, "folder": folder}


def test_nothing_happens_unless_it_is_asked_for(found):
    """No clause is collected, nothing is said, and the markers of the clauses are not known."""
    for name in ("nothing", "strict"):
        code, said = found[name]
        assert code == 0
        assert "2 passed" in said
        assert "restore-conformance" not in said


def test_a_target_is_judged_beside_the_tests_of_the_folder(found):
    """With a target and no other argument the clauses are collected as well, and a broken one fails."""
    code, said = found["target"]
    assert code == 1
    assert "FAILED restore_conformance.clauses::create/introduction.exclusive-artifacts" in said
    assert "1 failed" in said
    assert "restore-conformance: 1 clause is broken" in said
    assert "curl -i -X POST" in said
    assert "mock-good" not in said
    run = json.loads((found["folder"] / "reports" / "run.json").read_text())
    assert run["exit"] == 1
    assert (found["folder"] / "reports" / "report.html").exists()


def test_what_failed_last_is_asked_again_and_nothing_else(found):
    code, said = found["last failed"]
    assert code == 1
    assert "1 failed, 212 deselected" in said or re.search(r"1 failed, \d+ deselected", said)
    everything = int(re.search(r"\((\d+) requests", found["target"][1])[1])
    assert int(re.search(r"\((\d+) requests", said)[1]) < everything / 2


def test_workers_share_one_campaign(found):
    """Two workers show the same verdicts, and the target was asked once."""
    code, said = found["workers"]
    assert code == 1
    assert "1 failed" in said
    assert len(re.findall(r"restore-conformance: 1 clause is broken \(\d+ requests", said)) == 1
    requests = [int(re.search(r"\((\d+) requests", found[name][1])[1]) for name in ("target", "workers")]
    assert requests[1] < 1.5 * requests[0]


def test_clauses_are_chosen_by_level_operation_and_edition(found):
    code, said = found["marked"]
    assert code == 0
    collected = re.findall(r"^restore_conformance\.clauses::(\S+)$", said, re.MULTILINE)
    assert collected
    assert all(address.startswith("list-granular/") for address in collected)


def test_a_clause_is_asked_for_by_its_address(found):
    code, said = found["one"]
    assert code == 0
    assert "1 passed" in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bad", "--restore-target 'htp' is none of"),
        ("bad seed", "--restore-seed is a whole number"),
        ("bad with workers", "--restore-target 'htp' is none of"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_2(found, name, says):
    code, said = found[name]
    assert code == 2
    assert says in said
    assert "Traceback" not in said


def test_a_process_that_ended_in_its_campaign_leaves_no_second_one(tmp_path):
    """Whoever comes after a worker that was killed sends nothing again."""
    from restore_conformance.pytest_campaign import shared_outcome_of

    (tmp_path / "begun").touch()
    outcome = shared_outcome_of(None, [], tmp_path)
    assert outcome["broken"] == "the process that ran it has ended"
    assert outcome["exit"] == 4


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
