"""The command on servers that were written from the page alone: none of them fails, in any profile.

The emulators know nothing of the suite. Where the documents leave a choice they choose differently.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from looking import some
from serving import Served

from restore_conformance.cli import main
from restore_conformance.targets import Http

HERE = Path(__file__).parent
EMULATORS = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in {"serving", "test_emulators"})
CREATE_ONLY = {"http_server_create_only", "wsgiref_canned"}
"""Too few clauses can be judged on these for a verdict; a run on them may end with exit 3."""


def arguments_for(served: Served, folder: Path, profile: str) -> list[str]:
    arguments = ["run", "--target", served.base, "--token", served.token, "--profile", profile]
    arguments += ["--report", str(folder), "--plain", "--quiet", "--no-har"]
    for name, token in served.identities.items():
        arguments += ["--identity", f"{name}={token}"]
    if served.restore_points:
        (folder / "points").write_text("\n".join(served.restore_points))
        (folder / "items").write_text("\n".join(" ".join(item) for item in served.granular_items))
        arguments += ["--restore-points", str(folder / "points"), "--granular-items", str(folder / "items")]
    return arguments


def settle(name: str, code: int, folder: Path) -> None:
    """No must clause fails, and enough could be judged."""
    run = json.loads((folder / "run.json").read_text())
    failed = {
        one["id"]: [found["message"] for found in one["findings"]]
        for one in run["clauses"]
        if one["verdict"] == "error" or (one["verdict"] == "fail" and one["level"] == "must")
    }
    assert not failed, f"{name} keeps the contract and fails: {failed}"
    assert code in ({0, 3} if name in CREATE_ONLY else {0}), run["reason"]


each_emulator = pytest.mark.parametrize("name", EMULATORS)


@pytest.fixture
def served(name: str) -> Iterator[Served]:
    with importlib.import_module(name).serve() as running:
        yield running


@pytest.mark.parametrize("name", some(EMULATORS, *EMULATORS[::4]))
def test_quick(name: str, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick profile finds nothing wrong. No emulator lags or throttles, so the run need not wait for any."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setattr(Http, "pause", lambda self, seconds: None)
    code = main(arguments_for(served, tmp_path, "quick"))
    settle(name, code, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("profile", ["standard", "deep"])
@each_emulator
def test_whole_command(name: str, served: Served, profile: str, tmp_path: Path) -> None:
    """The command itself, as a user starts it, finds nothing wrong either, with all that it sends and waits for."""
    command = [sys.executable, "-m", "restore_conformance", *arguments_for(served, tmp_path, profile)]
    quiet = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=quiet)
    assert ended.returncode in {0, 1, 3}, ended.stderr
    settle(name, ended.returncode, tmp_path)
