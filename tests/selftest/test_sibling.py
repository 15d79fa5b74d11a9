"""A sibling service is data and a mock of its own: with OneDrive's names in both, the code judges it unchanged.

The names are those of *Create oneDriveForBusinessRestoreSession* (beta); what else differs there is not tried here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from restore_conformance.contract import places
from restore_conformance.contract.workload import GRANULAR_TYPE, SESSION_TYPE, STANDARD_TYPE

PACKAGE = places.PACKAGE
NAMES = {
    GRANULAR_TYPE: "granularDriveRestoreArtifact",
    STANDARD_TYPE: "driveRestoreArtifact",
    SESSION_TYPE: "oneDriveForBusinessRestoreSession",
}


def renamed(text):
    """A text with the sibling's names, in the letter case of each."""
    for name, other in NAMES.items():
        for spelled in (str, str.lower, lambda word: word.replace("Point", "point")):
            text = text.replace(spelled(name), spelled(other))
    return text


@pytest.fixture
def sibling(tmp_path):
    """The project with the sibling's names in its schemas and in its mock, and nowhere else."""
    for folder in (PACKAGE, places.SCHEMAS, places.CLAUSE_TESTS):
        shutil.copytree(
            folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("__pycache__", "selftest", "sdk", "browser")
        )
    for path in [*(tmp_path / "schemas").rglob("*.*"), *(tmp_path / PACKAGE.name / "mock").rglob("*.py")]:
        path.write_text(renamed(path.read_text(encoding="utf-8")), encoding="utf-8")
        path.rename(path.with_name(renamed(path.name)))
    return tmp_path


def command(folder, *arguments):
    """What a command of the project in a folder prints."""
    done = subprocess.run(
        [sys.executable, "-m", PACKAGE.name, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_conforming_sibling_passes(sibling):
    """Every clause that SharePoint's service is judged by is judged, by requests with the sibling's names alone."""
    command(sibling, "run", "--target", "mock", "--report", "out")
    run = json.loads((sibling / "out" / "run.json").read_text(encoding="utf-8"))
    assert (run["verdict"], run["summary"]["fail"]) == ("conformant", 0)
    assert sum(clause["verdict"] == "none" for clause in run["clauses"] if clause["level"] == "must") == 5
    exchanges = json.dumps([clause.get("example") for clause in run["clauses"]])
    assert NAMES[SESSION_TYPE] in exchanges
    assert not [name for name in NAMES if name in exchanges]


@pytest.mark.deep
def test_the_same_faults_of_a_sibling_are_detected(sibling):
    """The same faults are detected, by the same clauses."""
    figures = []
    for folder in (sibling, places.ROOT):
        command(
            folder, "bench", "--only", "faults", "--share", "90", "--profile", "quick", "--json", sibling / "b.json"
        )
        figures.append(json.loads((sibling / "b.json").read_text(encoding="utf-8"))["fault"])
    own, first = figures
    assert own["servers"] == first["servers"] > 5
    assert (own["wrong"], own["right"]) == (first["wrong"], first["right"])
