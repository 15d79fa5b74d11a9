"""A run that is killed at any moment leaves no half file, and harms neither an older report nor the history."""

import json
import os
import subprocess
import sys

import pytest

from restore_conformance.contract import places


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a run is started by a fork")
@pytest.mark.parametrize("number", [2, pytest.param(1000, marks=pytest.mark.proof)])
def test_killed_runs(number):
    script = places.CLAUSE_TESTS / "selftest" / "killing.py"
    done = subprocess.run(
        [sys.executable, str(script), str(number), "7"], capture_output=True, text=True, timeout=3000, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures = json.loads(done.stdout)
    print(figures)
    assert figures["kills"] == number
