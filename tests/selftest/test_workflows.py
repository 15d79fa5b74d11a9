"""What workflows may do: everything pinned, nothing interpolated into a shell, no more permissions than are used."""

import re
import shlex

import pytest
import yaml

from restore_conformance.contract import places

ROOT = places.ROOT
pytestmark = pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has these files")


def workflows():
    """Every workflow, also those that the documents print, by where it stands."""
    found = {path.name: path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")}
    found |= {f"ci/{path.name}": path.read_text() for path in (ROOT / "docs" / "how-to" / "ci").glob("*.yml")}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", path.read_text(), re.DOTALL)):
            if "steps:" in block:
                found[f"{path.name} {number}"] = block
    return found


WORKFLOWS = workflows() if places.is_checkout() else {}
EVERY = pytest.mark.parametrize("text", WORKFLOWS.values(), ids=WORKFLOWS)


def steps(text):
    for job in yaml.safe_load(text)["jobs"].values():
        yield from job["steps"]


def installs(line):
    """The pip installations in a line of a shell."""
    for command in re.split(r"&&|\|\||;|\n", line):
        words = shlex.split(command, posix=False)
        if "install" in words and any(word.rpartition("\\")[2].startswith(("pip", "python")) for word in words):
            yield words


def test_the_documents_print_a_workflow():
    """The one that needs no secret is among those looked at."""
    assert {name.partition(" ")[0] for name in WORKFLOWS} >= {"ci.yml", "nightly.yml", "live.md", "ci.md"}


@EVERY
def test_actions_are_pinned_by_digest(text):
    """A tag can be moved; the version is named beside the digest."""
    used = [line for line in text.splitlines() if re.search(r"\buses: (?!\./)", line)]
    assert used
    for line in used:
        assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@EVERY
def test_nothing_is_interpolated_into_a_shell(text):
    """What comes from elsewhere reaches a shell through its environment, where it is text and nothing else."""
    for step in steps(text):
        assert "${{" not in step.get("run", ""), step


@EVERY
def test_everything_that_is_installed_has_a_hash(text):
    """By the lock file, or the project itself with what the lock file brought."""
    for step in steps(text):
        for words in installs(step.get("run", "")):
            assert "--require-hashes" in words or {"--no-deps", "--no-build-isolation"} <= set(words), words


def test_the_same_holds_for_make_and_the_scripts():
    """Whatever a workflow calls installs by hashes as well."""
    found = 0
    for path in (ROOT / "Makefile", ROOT / ".ci" / "run", ROOT / ".ci" / "wheel", ROOT / ".ci" / "browser"):
        for line in path.read_text().splitlines():
            if " pip install " in line or "-m pip install" in line:
                found += 1
                assert "--require-hashes" in line or "--no-deps" in line, line
    assert found >= 5
    for path in ROOT.glob("requirements*.lock"):
        pinned = re.findall(r"^([A-Za-z0-9][\w.\[\]-]*==\S+)[^\n]*\\$", path.read_text(), re.MULTILINE)
        assert pinned, path
        assert len(re.findall(r"^[A-Za-z0-9]", path.read_text(), re.MULTILINE)) == len(pinned), path


@EVERY
def test_permissions_are_named_and_no_more_than_are_used(text):
    """A workflow token can write only in the job that writes; an identity token is asked for where it is used."""
    whole = yaml.safe_load(text)
    for name, job in whole["jobs"].items():
        allowed = job.get("permissions", whole.get("permissions"))
        assert isinstance(allowed, dict), f"{name} has the permissions of the repository's settings"
        shell = "\n".join(step.get("run", "") for step in job["steps"])
        assert (allowed.get("id-token") == "write") <= ("AZURE_CLIENT_ID" in job.get("env", {}))
        assert (allowed.get("issues") == "write") <= ("gh issue" in shell)
        assert set(allowed) <= {"contents", "id-token", "issues"}
        assert allowed.get("contents", "read") == "read"
    assert "write" not in (whole.get("permissions") or {}).values()


@EVERY
def test_a_checkout_keeps_no_credentials(text):
    """What is run afterwards finds no token of the repository in its folder."""
    for step in steps(text):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step.get("with", {}).get("persist-credentials") is False


def test_the_lock_files_are_audited():
    """By a job of their own, with a pinned auditor."""
    assert any(step.get("run") == "make audit" for step in steps(WORKFLOWS["ci.yml"]))
    assert "pip-audit==" in (ROOT / "requirements-audit.lock").read_text()


def test_a_live_run_names_its_configuration():
    """A workflow that signs in reads no file only because it lies in the checkout."""
    for text in WORKFLOWS.values():
        for step in steps(text):
            if "--target live" in step.get("run", ""):
                assert "--config" in step["run"]
