"""What the tests of recordings share: the cassettes of the repository, and one way to judge a file."""

import json
import sys
from pathlib import Path

import pytest

from restore_conformance.contract import places
from restore_conformance.recorded import Review
from restore_conformance.recorded import cassettes as tape
from restore_conformance.settings import Settings
from restore_conformance.verdicts import Verdict

sys.path.insert(0, str(Path(__file__).parent))

from traffic import har, recorded


@pytest.fixture(scope="session")
def cassettes():
    """Every cassette of the repository."""
    return [tape.load(path, f"{name}.yaml") for name, path in tape.every(places.CASSETTES)]


@pytest.fixture(scope="session")
def review(register):
    """Judges files and gives the verdict of each clause by address, with the whole review."""

    def judge(*paths, as_of=""):
        made = Review(register, Settings(target="recordings", as_of=as_of))
        for path in paths:
            made.file(Path(path))
        result = made.result("recordings", lambda _: "not in the recordings")
        return {found.clause.address: found for found in result.verdicts}, made, result

    return judge


@pytest.fixture(scope="session")
def good():
    """The entries of a talk with the conforming mock."""
    return recorded()


@pytest.fixture(scope="session")
def broken():
    """The entries of the same talk with a mock that accepts mixed requests."""
    return recorded("mixed-accepted")


@pytest.fixture
def judge_har(tmp_path, review):
    """Judges the entries of a HAR file: what is broken, all verdicts, what is said of the recording, the result."""

    def judge(entries):
        path = tmp_path / "some.har"
        path.write_text(json.dumps(har(entries)))
        found, made, result = review(path)
        return sorted(a for a, one in found.items() if one.verdict is Verdict.FAIL), found, made.sources[0], result

    return judge
