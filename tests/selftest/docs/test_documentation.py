"""The documentation says what is: generated parts are current; commands, options, targets, links and paths exist."""

import functools
import re
import shlex

import generate
import pytest
import tables
from pages import FENCED, ROOT, anchors, lines, pages, spans, text_of, written

from restore_conformance import plugin
from restore_conformance.bench.scoring import judged
from restore_conformance.cli import COMMANDS
from restore_conformance.contract import places
from restore_conformance.mock.faults import seeded
from restore_conformance.verdicts import Exit

pytestmark = pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has these files")

TOP = ("docs", "schemas", "tests", "restore_conformance", "benchmarks", "cassettes", ".github", ".ci")
PATH = re.compile(
    rf"(?<![\w/.@<-])(?:{'|'.join(map(re.escape, TOP))})/[\w./*-]*\.(?:py|md|toml|json|ya?ml|xsd|html|svg)\b(?!\.)"
)
"""A path from the top of the checkout that names a file."""
OTHER_TOOLS = {
    "--require-hashes", "--no-deps", "--no-build-isolation", "--editable", "--fault", "--edition",
}  # fmt: skip
"""Options in the documentation that belong to pip."""
PYTEST_OWN = {"-q", "-s", "-m", "-k", "-rs", "-n", "-x", "--pyargs", "--last-failed", "--collect-only"}


PAGES = pages() if places.is_checkout() else []
EACH = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())


@EACH
def test_generated_parts_are_current(path):
    """What `make docs` would write is there already. The layers are checked where imports are read."""
    text = text_of(path)
    assert generate.filled(text, leave=frozenset({"layers"})) == text, "run: make docs"


ADDRESS = re.compile(r"(?<![\w/.-])([a-z-]+)/([a-z-]+)\.([a-z0-9-]+)(?![\w*/-])")
"""What has the form of a clause's address."""
SUFFIXES = {
    "py",
    "toml",
    "json",
    "yaml",
    "yml",
    "md",
    "html",
    "xml",
    "har",
    "zip",
    "sqlite",
    "sarif",
    "db",
    "png",
    "log",
}


@EACH
def test_clauses_exist(path, register):
    """Every address of a clause that a page names is one of the register, but for those that CONTRIBUTING invents."""
    known = {clause.address for clause in register.clauses}
    operations = {clause.operation for clause in register.clauses}
    named = {
        "/".join((operation, f"{heading}.{name}"))
        for operation, heading, name in ADDRESS.findall(text_of(path))
        if operation in operations and name not in SUFFIXES
    }
    assert path.name in {"CONTRIBUTING.md", "CHANGELOG.md"} or sorted(named - known) == []


def test_the_finding_of_the_tutorial_is_the_one_that_a_run_gives(register):
    """What the tutorial prints is what its own command prints, the count included."""
    result = judged(register, seeded("mixed-accepted"), "standard")
    (finding,) = (finding for verdict in result.verdicts for finding in verdict.findings)
    page = " ".join(text_of(ROOT / "docs" / "tutorial.md").split())
    assert f"{finding.message[0].upper()}{finding.message[1:]} (seen {finding.seen} of {finding.of} times)" in page


def test_figures_in_the_readme_are_generated():
    """No count and no percentage of the README is typed."""
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", FENCED.sub("", written(ROOT / "README.md")))
    assert not re.findall(r"(?<![\w.-])\d{3,}(?![\w.-])|\d%", text)


def test_exit_codes_are_documented():
    """The page of exit codes has a row for every code of a run."""
    page = text_of(ROOT / "docs" / "reference" / "exit-codes.md")
    assert [int(code) for code in re.findall(r"^\| (\d) \|", page, re.MULTILINE)] == sorted(Exit)


@EACH
def test_links_lead_somewhere(path):
    """Every relative link names a file that exists, and a heading that it has."""
    for link in re.findall(r"\]\(([^)\s]+)\)", written(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@EACH
def test_pages_are_in_the_index(path):
    """Every page of docs/ is named by docs/index.md."""
    index = ROOT / "docs" / "index.md"
    if (ROOT / "docs") in path.parents and path != index:
        assert f"({path.relative_to(index.parent).as_posix()})" in text_of(index)


@functools.cache
def parser(name):
    return tables.parser_of(name)


@functools.cache
def options(name):
    return {option for action in parser(name)._actions for option in action.option_strings}


def exists(name):
    """Whether a path that may hold * and may end in a member is there."""
    return any(ROOT.glob(name)) if "*" in name else (ROOT / name).exists()


@EACH
def test_commands_parse(path):
    """Every command line in a block of code is one that the command accepts."""
    for line in lines(path):
        command = re.search(r"(?:^|[\\/])restore-conformance (.*)", line)
        if command is None or "[OPTION" in line:
            continue
        name, *words = shlex.split(command[1].replace("\\$", "$"))
        if name in {"COMMAND", "--help", "--version"}:
            continue
        assert name in COMMANDS, line
        try:
            parser(name).parse_args(words)
        except BaseException as error:  # noqa: BLE001 - a parser exits
            pytest.fail(f"{line}: {error}")


@EACH
def test_options_exist(path):
    """Every option in a sentence is one of the command that the sentence names with it, or of some command."""
    every = set().union(*map(options, COMMANDS)) | OTHER_TOOLS | {"--version", "--help", *pytest_options(), *PYTEST_OWN}
    for span in spans(path):
        words = span.removeprefix("restore-conformance ").split()
        known = options(words[0]) if words[0] in COMMANDS else every
        if words[0] in {"make", "pytest", "python", "pip"}:
            continue
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", span):
            assert option in known, f"{span}: {option}"


def pytest_options():
    """The options that the plug-in adds to pytest."""

    class Recorder:
        def __init__(self):
            self.names = set()

        def getgroup(self, *_):
            return self

        def addoption(self, *names, **_):
            self.names.update(names)

        def __getattr__(self, name):  # whatever else a plug-in asks of the parser
            return lambda *_, **__: self

    recorder = Recorder()
    plugin.pytest_addoption(recorder)
    text = (ROOT / "conftest.py").read_text(encoding="utf-8")
    short = {name.replace("--restore-", "--") for name in recorder.names}
    assert "ALIASES" in text
    return recorder.names | short | {"--restore-"}


@EACH
def test_pytest_lines_name_what_exists(path):
    """Every line for pytest names paths that exist and options that it has."""
    for line in (*lines(path), *spans(path)):
        command = re.match(r"(?:\.venv/bin/python -m )?pytest (.*)", line)
        for word in shlex.split(command[1]) if command else ():
            if word.startswith("-"):
                assert word in {*pytest_options(), *PYTEST_OWN}, line
            elif word.startswith("restore_conformance.clauses"):
                continue
            elif "/" in word and "://" not in word:
                assert (ROOT / word.partition("::")[0]).exists(), line


@EACH
def test_make_targets_exist(path):
    """Every `make TARGET` is a target of the Makefile."""
    known = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for line in (*lines(path), *spans(path)):
        for target in re.findall(r"(?:^|[\s(])make ([a-z][a-z-]*)\b(?!=)", line):
            assert target in known, line


@EACH
def test_paths_exist(path):
    """Every path in a sentence or a block names a file that exists, from the top or from the package."""
    for span in spans(path):
        name = re.fullmatch(r"(?!/|reports/|nightly/)[\w./*-]+/[\w.*-]+\.(?:py|md|toml|json|xsd|ya?ml)", span)
        folder = re.fullmatch(rf"(?:{'|'.join(map(re.escape, TOP))})/[\w./-]*", span)
        if (name or folder) and not span.endswith(".latest.json"):  # those are written by a run
            assert any(any(top.glob(span.rstrip("/"))) for top in (ROOT, places.PACKAGE, path.parent)), span


def sources():
    """Every file of the project in which a path may be named."""
    folders = ("restore_conformance", "tests", "schemas", "benchmarks", "docs", ".ci", ".github")
    for folder in folders:
        for kind in ("*.py", "*.toml", "*.yml", "*.md"):
            yield from (ROOT / folder).rglob(kind)
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "pyproject.toml", "Makefile"))


def test_paths_named_anywhere_exist():
    """Every path from the top that a comment, a docstring, a TOML or a Markdown file names exists."""
    missing = {}
    for source in sources():
        if {"_data", "samples", "fixtures", "data"} & set(source.parts):
            continue
        for name in PATH.findall(source.read_text(encoding="utf-8")):
            if not exists(name) and not name.endswith(".latest.json"):
                missing.setdefault(source.relative_to(ROOT).as_posix(), set()).add(name)
    assert missing == {}
