"""action.yml: its shell steps as a runner runs them, from an empty folder; nothing is installed or uploaded."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from restore_conformance.contract import places
from restore_conformance.reports import github

ROOT = places.ROOT
pytestmark = pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has these files")
TEXT = (ROOT / "action.yml").read_text() if places.is_checkout() else ""
ACTION = yaml.safe_load(TEXT) or {}


@dataclass
class Built:
    """What the steps left: outputs, the log, the summary, and the code of the last step."""

    outputs: dict[str, str]
    log: str
    summary: str
    code: int


def build(folder: Path, python: str = sys.executable, **given: str) -> Built:
    """Run the steps that have a shell, except the installation, with inputs put in as a runner does."""
    values = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | given
    workspace = folder / "workspace"
    workspace.mkdir(exist_ok=True)
    outputs, summary, log, code = folder / "outputs", folder / "summary", "", 0
    outputs.touch()
    summary.touch()
    said: dict[str, str] = {}

    def filled(text: str) -> str:
        known = {f"inputs.{name}": value for name, value in values.items()}
        known |= {f"steps.judge.outputs.{name}": value for name, value in said.items()}
        known["steps.install.outputs.python"] = python
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known.get(found[1], ""), text)

    for step in ACTION["runs"]["steps"]:
        if "run" not in step or step.get("id") == "install":
            continue
        if "stored == 'true'" in step.get("if", "") and said.get("stored") != "true":
            continue
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RESTORE_CONFORMANCE")},
            "HOME": str(folder),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_ACTION_PATH": str(ROOT),
            **{name: filled(value) for name, value in step["env"].items()},
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, cwd=workspace, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0 or step["name"] == "The verdict", done.stderr
        log, code = log + done.stdout + done.stderr, done.returncode
        said = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    return Built(said, log, summary.read_text(), code)


def test_the_mock_is_conformant(tmp_path):
    """Outputs, summary and reports from an empty folder; a shell reads no part of an input."""
    made = build(
        tmp_path,
        target="mock",
        report="a $(touch oops) folder",
        profile="quick",
        args="--only=get/response.session\n--seed=2",
    )
    record = json.loads((tmp_path / "workspace" / "a $(touch oops) folder" / "run.json").read_text())
    assert (made.code, made.outputs["verdict"], made.outputs["code"]) == (0, "conformant", "0")
    assert json.loads(made.outputs["counts"]) == record["summary"]
    assert (tmp_path / "workspace" / made.outputs["report"]).is_file()
    assert record["seed"] == 2
    assert "Conformant" in made.summary
    assert "::error" not in made.log
    assert not (tmp_path / "workspace" / "oops").exists()


LEDGER = """
[[deviation]]
clause = "create/response.job-type-standard"
target = "recordings"
reason = "not written yet"
case = "E-1"
owner = "Team"
review = 2999-01-01

[[deviation]]
clause = "create/request-body.other-annotations"
target = "recordings"
reason = "an older answer"
case = "E-2"
owner = "Team"
review = 2999-01-01
"""


def test_a_broken_recording_is_annotated(tmp_path):
    """At the line of the clause's table or of the ledger, unless it is accepted; the log obeys nobody else."""
    entry = {
        "startedDateTime": "2026-11-01T00:00:00Z",
        "time": 1,
        "request": {
            "method": "POST",
            "url": "https://graph.microsoft.com/beta/solutions/backupRestore/sharePointRestoreSessions",
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": -1,
            "postData": {
                "mimeType": "application/json",
                "text": json.dumps(
                    {
                        "@odata.type": "#microsoft.graph.sharePointRestoreSession",
                        "siteRestoreArtifacts": [
                            {
                                "restorePoint": {"@odata.id": "https://graph.microsoft.com/beta/solutions/backupRestore/restorePoints/1"},
                                "destinationType": "new",
                            }
                        ],
                    }
                ),
            },
        },
        "response": {
            "status": 201,
            "statusText": "Created",
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "cookies": [],
            "content": {"size": 2, "mimeType": "application/json", "text": '{"id": 7, "status": "::error::no"}'},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
    }  # fmt: skip
    (tmp_path / "workspace").mkdir()
    har = {"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [entry]}}
    (tmp_path / "workspace" / "traffic.har").write_text(json.dumps(har))
    (tmp_path / "workspace" / "ledger.toml").write_text(LEDGER)
    made = build(tmp_path, target="traffic.har", profile="quick", deviations="ledger.toml")
    assert (made.code, made.outputs["verdict"]) == (1, "non-conformant")
    word = re.search(r"^::stop-commands::([0-9a-f]{32})$", made.log, re.MULTILINE)
    assert word
    log = made.log.partition(f"\n::{word[1]}::\n")[2]
    marked = re.findall(r"^::error file=schemas/(.*?),line=(\d+),title=(.*?)::", log, re.MULTILINE)
    assert [address for *_, address in marked] == ["create/response.status-draft"]
    assert re.findall(r"^::error file=ledger.toml,line=(\d+),title=ledger::Entry 2 ", log, re.MULTILINE) == ["11"]
    for file, line, address in marked:
        table = (ROOT / "schemas" / file).read_text().splitlines()[int(line) - 1]
        assert table.strip().startswith(f"[{address.partition('/')[2]}]")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"target": "mock", "workload": "exchange"}, "has to be sharepoint"),
        ({"target": "mock", "profile": "qick"}, "exit code 2"),
    ],
    ids=["another workload", "a usage error"],
)
def test_bad_input_is_one_error(tmp_path, given, says):
    """The job fails with exit 2, and with one annotation that names no report."""
    made = build(tmp_path, **given)
    assert (made.code, made.outputs["verdict"], made.outputs["code"]) == (2, "error", "2")
    assert [says in line for line in made.log.splitlines() if line.startswith("::error")] == [True]
    assert "report" not in made.outputs


@pytest.mark.parametrize(
    ("target", "begins", "ends"),
    [
        ("traffic.har", "judge --report=", " -- traffic.har"), ("recordings", "judge --report=", " -- recordings"),
        ("mock", "run --target=mock ", " --plain"), ("nowhere.har", "run --target=nowhere.har ", " --plain"),
        ("http://127.0.0.1:1/beta", "run --target=http://127.0.0.1:1/beta ", " --plain"),
    ],
)  # fmt: skip
def test_recordings_and_folders_of_them_are_judged(tmp_path, target, begins, ends):
    """Whatever else is in the repository, a target that has a name keeps its meaning."""
    for folder in ("recordings", "mock"):
        (tmp_path / "workspace" / folder).mkdir(parents=True)
    (tmp_path / "workspace" / "traffic.har").touch()
    (tmp_path / "python").write_text('#!/bin/sh\n[ "$3" != restore_conformance ] || echo "asked: $*"\n')
    (tmp_path / "python").chmod(0o755)
    said = re.search(
        r"^asked: -P -m restore_conformance (.*)$",
        build(tmp_path, str(tmp_path / "python"), target=target).log,
        re.MULTILINE,
    )
    assert said
    assert said[1].startswith(begins)
    assert said[1].endswith(ends)


def test_the_action_is_as_safe_as_a_workflow():
    """Pinned actions, nothing interpolated into a shell, everything installed by hash, and outputs that exist."""
    for line in re.findall(r".*\buses:.*", TEXT):
        assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        for line in step.get("run", "").splitlines():
            assert "pip install" not in line or "--require-hashes" in line or "--no-deps --no-build-isolation" in line
    used = set(re.findall(r"inputs\.([\w-]+)", TEXT))
    assert used == set(ACTION["inputs"])


def test_a_command_is_escaped():
    """No text ends a command, begins another or becomes a property."""
    made = github.command("error", "100 %\r\n::warning::x", file="a:b,c%", line=3)
    assert made == "::error file=a%3Ab%2Cc%25,line=3::100 %25%0D%0A::warning::x"


def test_ten_of_a_kind_and_no_accepted_one(monkeypatch):
    """GitHub shows ten of a step, so the tenth counts the rest; a suppressed result is not annotated."""
    results = [
        {"ruleId": f"c{number}", "level": "error", "message": {"text": "m"}, "locations": []} for number in range(14)
    ]
    results[0]["suppressions"] = [{"kind": "external"}]
    monkeypatch.setattr(github.sarif, "log", lambda run: {"runs": [{"results": results}]})
    made = github.render({"verdict": "non-conformant", "reason": ""})
    assert len(made) == 10
    assert made[0] == "::error title=c1::m"
    assert "4 more findings" in made[9]
