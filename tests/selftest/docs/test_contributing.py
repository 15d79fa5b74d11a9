"""The examples of CONTRIBUTING.md are applied to a copy of the register: they load, pass on the mock, and can fail."""

import ast
import builtins
import importlib
import re
import shutil
import tomllib
from dataclasses import replace

import pytest
from pages import ROOT, blocks

from restore_conformance.campaign import planner
from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.contract import places
from restore_conformance.contract.documents import Documents
from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.settings import Settings
from restore_conformance.stimuli import scenarios
from restore_conformance.targets import Embedded

pytestmark = pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has these files")

OPERATIONS = {"create", "get", "activate"}
TABLES = "restore_conformance/mock/faults/"


def examples():
    """Every block of the page that names its file in its first line: path, note, text."""
    found = []
    for language, text in blocks(ROOT / "CONTRIBUTING.md"):
        first, _, rest = text.partition("\n")
        if language in {"toml", "python"} and first.startswith("# "):
            path, _, note = first[2:].partition(", ")
            found.append((path, note, rest))
    return found


EXAMPLES = examples() if places.is_checkout() else []
CLAUSES = {
    f"{path.split('/')[1]}/{heading}.{name}": fields
    for path, _, text in EXAMPLES
    if path.endswith("clauses.toml")
    for heading, table in tomllib.loads(text).items()
    for name, fields in table.items()
}
"""The clauses of the examples by address."""


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """The register as it is with the examples, and nothing else."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    for operation in OPERATIONS:
        shutil.copytree(ROOT / "tests" / operation, folder / "tests" / operation)
    for path, _, text in EXAMPLES:
        if path.startswith(("schemas/", "tests/")):
            with (folder / path).open("a", encoding="utf-8") as file:
                file.write("\n\n" + text)
    register = load(Documents(folder / "schemas"), folder / "tests", OPERATIONS)
    return type(register)(tuple(register[address] for address in CLAUSES), register.interpretations)


@pytest.fixture
def faults():
    """The faults of the examples, for one test."""
    before = dict(FAULTS)
    for path, _, text in EXAMPLES:
        if path.startswith(TABLES):
            name = path.removesuffix(".py")
            space = {**vars(importlib.import_module(name.replace("/", "."))), "FAULTS": []}
            exec(text, space)
            place = name.removeprefix(TABLES).replace("_", "-")
            FAULTS.update({row.name: replace(row, breaks=place + row.breaks) for row in space["FAULTS"]})
    yield set(FAULTS) - set(before)
    FAULTS.clear()
    FAULTS.update(before)


def test_there_are_four_versions(grown):
    """One exchange, several exchanges, a new step, a reading: each is a clause with a judgement."""
    assert len(CLAUSES) == 4
    assert all(clause.judge for clause in grown.clauses)
    assert [clause.stateful for clause in grown.clauses].count(True) == 2
    assert [bool(clause.reading) for clause in grown.clauses].count(True) == 1


def test_the_mock_keeps_them(grown):
    """On the mock none of them fails, and those that need no new step are judged."""
    verdicts = {verdict.clause.address: verdict for verdict in run(grown).verdicts}
    assert {address for address, verdict in verdicts.items() if verdict.verdict == "fail"} == set()
    assert {address for address, verdict in verdicts.items() if verdict.verdict == "none"} == {
        address for address in CLAUSES if address.startswith("activate/")
    }


def test_their_faults_are_detected(grown, faults):
    """Each new fault fails its own clause and no other."""
    assert faults == {fields["fault"] for fields in CLAUSES.values() if "fault" in fields} - (set(FAULTS) - faults)
    for name in faults:
        failed = [verdict.clause.address for verdict in run(grown, seeded(name)).verdicts if verdict.verdict == "fail"]
        assert failed == [FAULTS[name].breaks]


def run(register, service=None, profile="quick"):
    """The result of a short run with this register."""
    service = service or Service()
    return Campaign(Settings(token=service.token, profile=profile), Embedded(service), register).run()


@pytest.fixture
def with_the_new_step(monkeypatch):
    """Scenarios with the step of the example, where the page says that it belongs."""
    ((text, table),) = [(text, note[3:].partition(",")[0]) for path, note, text in EXAMPLES if "scenarios" in path]
    step = eval(text, vars(scenarios))
    old = getattr(scenarios, table)
    place = next(number for number, step in enumerate(old, 1) if (step.operation, step.after) == ("get", "delete"))
    grown = (*old[:place], step, *old[place:])
    early = [replace(one, steps=grown) if one.steps is old else one for one in planner.EARLY]
    assert early != list(planner.EARLY)
    monkeypatch.setattr(planner, "EARLY", early)


@pytest.mark.usefixtures("with_the_new_step")
def test_the_new_step_shows_a_fault(grown):
    """With it, the clause passes on the mock, and its fault fails it; without it, nothing judges the clause."""
    (address,) = (one for one in CLAUSES if one.startswith("activate/"))
    for service, verdict in ((Service(), "pass"), (seeded(CLAUSES[address]["fault"]), "fail")):
        verdicts = run(grown, service, profile="standard").verdicts
        assert next(one.verdict for one in verdicts if one.clause.address == address) == verdict


@pytest.mark.parametrize(("path", "note", "text"), EXAMPLES, ids=[path for path, _, _ in EXAMPLES])
def test_names_exist(path, note, text):
    """Each block names a file that exists, the table in its note, and nothing that the file does not know."""
    assert (ROOT / path).exists()
    if not path.endswith(".py"):
        return
    own = (ROOT / path).read_text(encoding="utf-8")
    for name in re.findall(r"in ([A-Z]+)", note):
        assert re.search(rf"^{name} = [\[(]", own, re.MULTILINE)
    used, bound = names(ast.parse(text))
    known = set().union(*names(ast.parse(own)), vars(builtins))
    assert used - bound - known == set()


def names(tree):
    """The names that code reads, and those that it binds."""
    nodes = list(ast.walk(tree))
    read = {node.id for node in nodes if isinstance(node, ast.Name)}
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    return read, bound
