"""The layout: imports form no circle, and each outside library is imported in one place."""

import ast
import functools
import graphlib
import re
from pathlib import Path

import pytest

from restore_conformance.clauses import load
from restore_conformance.contract import places, workload

PACKAGE = places.PACKAGE
ROOT = PACKAGE.parent

IMPORTED_IN = {
    "azure": {"live/signin.py"},
    "cryptography": {"live/signin.py"},
    "filelock": {"live/tenant.py", "pytest_campaign.py"},
    "hypothesis": {
        "stimuli/drawing.py",
        "stimuli/walks.py",
        "campaign/session_machine.py",
        "campaign/sweep.py",
        "bench/servers.py",
    },
    "jsonschema": {"contract/documents.py"},
    "jsonschema_rs": {"contract/documents.py"},
    "referencing": {"contract/documents.py"},
    "httpcore": {"targets/wire.py"},
    "httpx": {"targets/application.py", "targets/download.py", "targets/http.py", "targets/wire.py"},
    "schemathesis": {"campaign/sweep.py"},
    "starlette": {"mock/server.py"},
    "uvicorn": {"mock/server.py"},
    "jinja2": {"reports/html.py"},
    "markupsafe": {"reports/html.py"},
    "rich": {"reports/terminal.py", "reports/progress.py"},
    "pytest": {"plugin.py", "pytest_campaign.py"},
    "vcr": {"recorded/cassettes/cassette.py", "recorded/cassettes/player.py", "recorded/cassettes/writer.py"},
    "yaml": {"drift/sources/yaml_stream.py", "recorded/cassettes/plain_yaml.py"},
    "ijson": {"recorded/har/stream.py"},
    "sqlalchemy": {"history/soundness.py", "history/store.py", "history/runs.py"},
}
"""Every outside library and the modules that may import it."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)


@functools.cache
def imports(path):
    return tuple(_imports(path))


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(name):
    """The part of the package that a module belongs to: a folder, or a module at the top."""
    return name.split(".")[1] if name.startswith("restore_conformance.") else None


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_each_library_is_imported_in_one_place(path):
    here = path.relative_to(PACKAGE).as_posix()
    for name in imports(path):
        allowed = IMPORTED_IN.get(name.split(".")[0])
        assert allowed is None or here in allowed, f"{here} imports {name}, which {sorted(allowed)} may import"


@functools.cache
def needs():
    """What each module imports of the package."""
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}
    known = set(names.values())
    below = {name: {there for there in imports(path) if there in known} - {name} for path, name in names.items()}
    # `from package import module` needs the module; only what is not a module is taken from the package itself.
    return {
        name: {there for there in them if not any(other.startswith(f"{there}.") for other in them)}
        for name, them in below.items()
    }


def test_modules_import_each_other_in_no_circle():
    """Late imports count as well: two modules that need each other are one, or three."""
    graphlib.TopologicalSorter(needs()).prepare()  # raises CycleError with the circle in it


def test_parts_import_each_other_in_no_circle():
    """So that there is an order from the nouns up to the fronts, which CONTRIBUTING shows."""
    parts = {}
    for name, below in needs().items():
        parts.setdefault(part(name), set()).update(part(there) for there in below)
    graphlib.TopologicalSorter({here: below - {here} for here, below in parts.items() if here}).prepare()


def test_the_mock_shares_no_predicate_with_the_judges():
    for path in (PACKAGE / "mock").rglob("*.py"):
        parts = {part(name) for name in imports(path)} - {None}
        assert parts <= {"mock", "clock", "exchange", "verdicts"}, path.name


MOST_ADDRESSES = 0
"""Addresses of clauses that the code names. The number may only fall: what a clause needs stands in its table."""


def literals(tree):
    """The texts in a module that are not documentation."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def test_hardly_any_code_names_a_clause():
    """But for the mock, whose faults name the clauses that they break."""
    addresses = {clause.address for clause in load().clauses}
    named = [
        (path.relative_to(PACKAGE).as_posix(), node.value)
        for path in MODULES
        if "mock" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in addresses
    ]
    assert named == []


MOST_NOUNS = 4
"""Texts in the code that hold a name of the service itself, which `contract/workload.py` has. It may only fall."""


def test_hardly_any_code_names_what_the_service_calls_its_own():
    """But for the mock, which is one service, and the routes that a live run may use. A sibling is data."""
    nouns = {workload.SESSION_TYPE, workload.STANDARD_TYPE, workload.GRANULAR_TYPE}
    named = [
        (path.relative_to(PACKAGE).as_posix(), node.value)
        for path in MODULES
        if "mock" not in path.parts and path.relative_to(PACKAGE).as_posix() != "live/routes.py"
        for node in literals(ast.parse(path.read_text(encoding="utf-8")))
        if any(noun.casefold() in node.value.casefold() for noun in nouns)
    ]
    assert len(named) == MOST_NOUNS, named


def test_no_module_has_a_name_that_says_nothing():
    names = {path.stem for path in MODULES}
    assert not names & {"utils", "common", "helpers", "base", "misc"}


def test_clause_functions_are_small():
    for path in sorted(places.CLAUSE_TESTS.glob("*/test_*.py")):
        if path.parent.name in {"selftest", "sdk", "emulators"}:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                assert ast.get_docstring(node) or node.name.startswith("_"), f"{path.name}: {node.name} states no fact"
                assert node.end_lineno - node.lineno < 32, f"{path.name}: {node.name} is too long"


@pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has these files")
def test_nothing_committed_names_an_index_or_a_machine():
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"^\s*--?(index|extra-index|find-links|trusted)", lock, re.MULTILINE)
    assert "--hash=sha256:" in lock
    words = ["/" + "work/", "/" + "root/", "/" + "tmp/"]
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *PACKAGE.rglob("*.py"), *(ROOT / "schemas").rglob("*.*")]:
        text = Path(path).read_text(encoding="utf-8")
        assert not any(word in text for word in words), path


WRITERS = {
    "output/files.py": "the one place",
    "reports/markdown.py": "appends to the summary of a build, behind the gate",
    "live/run.py": "adds ids for support line by line, opened exclusively and behind the gate",
    "live/journal.py": "every line has to be on the disk before the next step; holds no secret",
    "drift/selfcheck.py": "two files in a folder of its own, which goes at once",
    "output/gate.py": "the null device, in the place of a stream that was closed or can no longer be written",
}
"""Modules that open a file for writing, and why they may."""


def test_files_are_written_in_one_place():
    """Whole or not at all, through the gate, and through no link."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            modes = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            opens = name == "open" and any(
                re.fullmatch(r"[rwax+bt]{1,3}", one) and set(one) & set("wax+") for one in modes
            )
            writes = name in {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "replace_file"}
            flags = any("O_CREAT" in ast.dump(one) for one in node.args)
            if opens or writes or flags:
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found == set(WRITERS)
