"""What the tests of recordings share: the cassettes of the repository, and one way to judge a file."""

import sys
from pathlib import Path

import pytest

from restore_conformance import places, tape
from restore_conformance.recordings import Review, kept
from restore_conformance.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def cassettes():
    """Every cassette of the repository."""
    return [tape.load(path, f"{name}.yaml") for name, path in tape.every(places.CASSETTES)]


@pytest.fixture(scope="session")
def review(register):
    """Judges files and gives the verdict of each clause by address, with the whole review."""

    def judge(*paths, as_of=""):
        made = Review(register, Settings(target="recordings", as_of=as_of), lambda _: None)
        for path in paths:
            made.file(Path(path))
        result = made.result("recordings", "", 0.0, lambda _: "not in the recordings", kept)
        return {found.clause.address: found for found in result.verdicts}, made, result

    return judge
