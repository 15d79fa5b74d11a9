"""The house: imports point down, and each outside library has one door."""

import ast
import functools
import graphlib
import re
from pathlib import Path

import layers
import pytest

from restore_conformance import places

PACKAGE = places.PACKAGE
ROOT = PACKAGE.parent

STOREYS = [
    {"clock", "exchange", "verdicts", "places", "timing", "paths", "gate", "files", "spelling"},
    {"documents", "editions", "clauses", "settings", "settings_table", "configuration", "recogniser", "scrub"},
    {"payloads", "checks", "targets", "mock", "tape", "har", "sources", "trouble", "state"},
    {"judging", "memory", "sending", "patience", "planner", "selection", "sweep", "accepted"},
    {
        "controls",
        "shrinking",
        "watching",
        "scene",
        "runner",
        "session_machine",
        "shortening",
        "concluding",
        "repeating",
    },
    {"campaign", "rehearsal"},
    {"bench", "live"},
    {
        "record",
        "records",
        "shell",
        "storing",
        "recordings",
        "origins",
        "taping",
        "printed",
        "reporting",
        "drift",
        "history",
        "comparing",
        "bundling",
    },
    {"cli", "commands", "testing", "strategies", "plugin", "pytest_campaign", "__main__"},
]
"""From the ground up. A module may import from its own storey and from those below."""

DOORS = {
    "azure": {"live/signin.py"},
    "cryptography": {"live/signin.py"},
    "filelock": {"live/opening.py", "pytest_campaign.py"},
    "hypothesis": {
        "payloads/strategies.py",
        "payloads/walks.py",
        "session_machine.py",
        "sweep.py",
        "bench/compositions.py",
    },
    "jsonschema": {"documents.py"},
    "jsonschema_rs": {"documents.py"},
    "referencing": {"documents.py"},
    "httpcore": {"targets/wire.py"},
    "httpx": {"targets/application.py", "targets/http.py", "targets/wire.py"},
    "schemathesis": {"sweep.py"},
    "starlette": {"mock/server.py"},
    "uvicorn": {"mock/server.py"},
    "jinja2": {"reporting/templating.py"},
    "markupsafe": {"reporting/templating.py"},
    "rich": {"reporting/terminal.py", "reporting/progress.py"},
    "pytest": {"plugin.py", "pytest_campaign.py"},
    "vcr": {"tape/cassette.py", "tape/playing.py", "tape/writing.py"},
    "yaml": {"sources/yaml_stream.py", "tape/cassette.py", "tape/foreign.py", "tape/writing.py"},
    "ijson": {"har/stream.py"},
    "sqlalchemy": {"history/soundness.py", "history/store.py", "history/tables.py", "history/runs.py"},
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


def room(name):
    return name.split(".")[1] if name.startswith("restore_conformance.") else None


def storey(name):
    return next((height for height, rooms in enumerate(STOREYS) if name in rooms), None)


def own_room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path):
    here = own_room(path)
    if here == "__init__":
        return
    assert storey(here) is not None, f"{here} has no storey"
    for name in imports(path):
        there = room(name)
        if there and there != here and storey(there) is not None:
            assert storey(there) <= storey(here), f"{path.name} imports {name}, which stands above it"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_each_library_has_one_door(path):
    here = path.relative_to(PACKAGE).as_posix()
    for name in imports(path):
        allowed = DOORS.get(name.split(".")[0])
        assert allowed is None or here in allowed, f"{here} imports {name}; its door is {sorted(allowed)}"


def test_no_imports_go_round_in_a_circle():
    """Late imports count as well: two modules that need each other are one, or three."""
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}
    known = set(names.values())
    needs = {name: {there for there in imports(path) if there in known} - {name} for path, name in names.items()}
    for name, below in needs.items():
        # `from package import module` needs the module; only what is no module is taken from the door.
        needs[name] = {there for there in below if not any(one.startswith(f"{there}.") for one in below)}
    graphlib.TopologicalSorter(needs).prepare()  # raises CycleError with the circle in it


@pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has this file")
def test_the_picture_of_the_layers_is_current():
    """CONTRIBUTING.md shows the layers as the imports make them; `make docs` draws them anew."""
    assert layers.picture(PACKAGE, imports) in (ROOT / "CONTRIBUTING.md").read_text(), "run: make docs"


def test_layers_are_computed_from_imports():
    """A part stands above all that it imports from, and parts that import from each other stand together."""
    needs = {"front": {"work"}, "work": {"left"}, "left": {"right"}, "right": {"left", "noun"}, "noun": set()}
    assert layers.layers(needs) == [[("noun",)], [("left", "right")], [("work",)], [("front",)]]


def test_the_mock_shares_no_predicate_with_the_judges():
    for path in (PACKAGE / "mock").rglob("*.py"):
        rooms = {room(name) for name in imports(path)} - {None}
        assert rooms <= {"mock", "clock", "exchange", "verdicts"}, path.name


def test_no_room_is_called_by_what_it_is_not():
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
    "files.py": "the one place",
    "reporting/markdown.py": "appends to the summary of a build, behind the gate",
    "live/running.py": "adds ids for support line by line, opened exclusively and behind the gate",
    "live/journal.py": "every line has to be on the disk before the next step; holds no secret",
    "drift/selfcheck.py": "two files in a folder of its own, which goes at once",
    "gate.py": "the null device, in the place of a stream that was closed or can no longer be written",
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
