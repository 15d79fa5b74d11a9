"""Run records to report on, and the command as a user runs it."""

import contextlib
import copy
import functools
import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from restore_conformance import cli, mock
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.records.run_record import run_of
from restore_conformance.scrub import Scrub

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def broken(judged):
    """The record of a run that breaks one clause. Not to be changed; see `changed`."""
    service = seeded("total-always-one")
    return run_of(judged(service, "quick"), Scrub({"token": service.token}))


@pytest.fixture(scope="session")
def kept(judged):
    service = Service()
    return run_of(judged(service, "quick"), Scrub({"token": service.token}))


@pytest.fixture
def changed(broken):
    """A copy of the broken record, and its broken clause, to be changed."""
    made = copy.deepcopy(broken)
    return made, next(entry for entry in made["clauses"] if entry["verdict"] == "fail")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs the command on a mock of one's own: exit code, what was printed, the folder of the reports."""

    def act(*more, service=None, folder=tmp_path / "report"):
        if service is not None:
            monkeypatch.setattr(mock, "Service", lambda: service)
        code = cli.main(["run", "--profile", "quick", "--report", str(folder), *map(str, more)])
        said = capsys.readouterr()
        return code, said.out, said.err, folder

    return act


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Gives the folder of a quick run of the mock, or of one with a fault; each is made once, and not to be changed."""

    @functools.cache
    def make(fault=""):
        folder = tmp_path_factory.mktemp("finished")
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as out:
            patch.delenv("GITHUB_STEP_SUMMARY", raising=False)
            service = seeded(fault) if fault else Service()
            patch.setattr(mock, "Service", lambda: service)
            code = cli.main(["run", "--profile", "quick", "--quiet", "--report", str(folder)])
        assert code == (1 if fault else 0), out.getvalue()
        return folder

    return make


@pytest.fixture
def again(finished, tmp_path):
    """A copy of the folder of a conforming run, to be changed and to be run into again."""
    return shutil.copytree(finished(), tmp_path / "report")


@pytest.fixture
def load():
    return lambda folder: json.loads((folder / "run.json").read_bytes())
