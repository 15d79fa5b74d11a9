"""The pytest plug-in: each clause is an item, and one campaign stands behind all of them.

Does nothing unless it is asked to: by `--restore-target`, by `--pyargs restore_conformance.clauses`, or by the path of
a file of clause judgements. The campaign runs once, before the first item, in one process; every item then shows the
verdict of its clause. Imports nothing of the suite before that but the table of settings, which its options are made
from.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from restore_conformance.clauses import Clause
    from restore_conformance.testing import MockServer

NAME = "restore-conformance"
CLAUSES = "restore_conformance.clauses"
_PACKAGE = Path(__file__).resolve().parent
_REGISTER_FILE = _PACKAGE / "clauses.py"

_OUTCOME: Any = pytest.StashKey[dict[str, Any]]()
_MARKED: Any = pytest.StashKey[bool]()
_SHARED: Any = pytest.StashKey[Path]()
_SHOWN: Any = pytest.StashKey[bool]()


def options() -> dict[str, dict[str, Any]]:
    """The options of `restore-conformance run`, as far as they make sense here, and how pytest takes each."""
    from restore_conformance.settings.table import ROWS, settings_of_command

    forms: dict[str, dict[str, Any]] = {}
    for row in settings_of_command("pytest"):
        says = f"as of restore-conformance run {ROWS[row.name].spelled}"
        if row.kind == "switch":
            forms[row.spelled] = {"action": "store_true", "default": False, "help": says}
        elif row.repeatable:
            forms[row.spelled] = {"action": "append", "default": [], "help": f"{says}; repeatable"}
        else:
            forms[row.spelled] = {"default": None, "help": says}
    return forms


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the options that the table of settings has for pytest."""
    group = parser.getgroup(NAME, "conformance of a target to Create sharePointRestoreSession")
    for option, form in options().items():
        group.addoption(option, **form)


def pytest_configure(config: pytest.Config) -> None:
    """Read what pytest is asked for."""
    config.addinivalue_line("markers", "restore_mock(fault, variant, edition): how the fixture restore_mock serves")
    if _adds_clauses(config) or any(arg.partition("::")[0] in {CLAUSES, str(_REGISTER_FILE)} for arg in config.args):
        register_markers(config)


def _adds_clauses(config: pytest.Config) -> bool:
    """Whether the clauses are judged beside what is collected: with a target, where nothing else is named.

    In a checkout its tests are the clauses.
    """
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        return bool(worker.get(NAME, {}).get("adds"))
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return config.getoption("--restore-target") is not None and not named and _PACKAGE.parent != config.rootpath


def register_markers(config: pytest.Config) -> None:
    """Register the markers of clauses, once there are any."""
    if _MARKED in config.stash:
        return
    config.stash[_MARKED] = True
    from restore_conformance.contract.editions import editions
    from restore_conformance.contract.places import SCHEMAS
    from restore_conformance.verdicts import Level

    lines = [f"{level}: clauses of this level" for level in Level]
    lines += [f"{path.parent.name}: clauses of this operation" for path in sorted(SCHEMAS.glob("*/clauses.toml"))]
    lines += [
        f"edition-{edition.name}: clauses that began with this edition of the documents" for edition in editions()
    ]
    for line in lines:
        config.addinivalue_line("markers", line)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Which target is judged, where clauses are asked for."""
    if _MARKED not in config.stash:
        return None
    from restore_conformance.settings.files import configuration
    from restore_conformance.verdicts import UsageError

    given = config.getoption("--restore-target")
    try:
        target = given or configuration(config.getoption("--restore-config")).run.get("target", "mock")
    except UsageError as error:
        raise pytest.UsageError(f"restore-conformance: {error}") from None
    return f"restore-conformance: target {target}"


# ---------------------------------------------------------------- what is collected


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the clauses before anything is deselected: named as an argument, they might be in an ignored folder."""
    if not _adds_clauses(config) or any(isinstance(item, ClauseItem) for item in items):
        return
    register = ClauseFile.from_parent(session, path=_REGISTER_FILE, nodeid=CLAUSES)
    report = config.hook.pytest_make_collect_report(collector=register)
    config.hook.pytest_collectreport(report=report)
    items.extend(report.result or ())


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the register, or a file of clause judgements, as clauses; every other file is a module as usual."""
    if module_path == _REGISTER_FILE:
        return cast(pytest.Collector, ClauseFile.from_parent(parent, path=module_path, nodeid=CLAUSES))
    if not module_path.name.startswith("test_") or module_path.parent.parent.name != "tests":
        return None
    from restore_conformance.contract import places

    operation = module_path.parent
    if operation.parent != places.CLAUSE_TESTS or not (places.SCHEMAS / operation.name / "clauses.toml").exists():
        return None
    return cast(pytest.Collector, ClauseFile.from_parent(parent, path=module_path))


def _clauses(config: pytest.Config) -> tuple[Clause, ...]:
    from restore_conformance.clauses import load
    from restore_conformance.verdicts import UsageError

    register_markers(config)
    try:
        with warnings_only():
            return load().clauses
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


class ClauseFile(pytest.File):
    """The register: every clause that has a test, by its address; or a file of `tests/<operation>`, in its order."""

    def collect(self) -> Iterator[pytest.Item]:
        where = "" if self.path == _REGISTER_FILE else f"tests/{self.path.parent.name}/{self.path.name}::"
        for clause in _clauses(self.config):
            if clause.test and clause.test.startswith(where):
                yield _item(self, clause.test.removeprefix(where) if where else clause.address, clause)


def _item(parent: pytest.Collector, name: str, clause: Clause) -> pytest.Item:
    from restore_conformance.contract.editions import editions

    item: pytest.Item = ClauseItem.from_parent(parent, name=name)
    item.address = clause.address  # type: ignore[attr-defined]
    edition = next((edition.name for edition in editions() if clause.since <= edition.since), "")
    for marker in (clause.level.value, clause.operation, f"edition-{edition}"):
        if not marker.endswith("-"):
            item.add_marker(marker)
    return item


class ClauseItem(pytest.Item):
    """One clause. Fails on a broken *must*; a clause that could not be judged is skipped with the reason."""

    address: str

    def runtest(self) -> None:
        outcome = self.config.stash.get(_OUTCOME, None) or {"broken": "it was not run", "trace": ""}
        if "broken" in outcome:  # the first clause shows where, the others name it
            trace = "" if _SHOWN in self.config.stash else f"{outcome['trace']}\n"
            self.config.stash[_SHOWN] = True
            raise Broken(f"{trace}the campaign ended in an error of the suite itself: {outcome['broken']}")
        if "refused" in outcome:
            pytest.skip(outcome["refused"])
        from restore_conformance.verdicts import WORDS

        entry = outcome["clauses"][self.address]
        match entry["verdict"]:
            case "error":
                raise Broken(entry["reason"])
            case "none" | "inconclusive":
                pytest.skip(f"{WORDS[entry['verdict']]}: {entry['reason']}")
            case "fail" if entry["accepted"]:
                pytest.xfail(f"accepted: {entry['accepted']}")
            case "fail" if entry["level"] == "must":
                raise Broken(entry["shown"])

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Broken) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.address


class Broken(AssertionError):
    """A broken clause, or a broken campaign, as it is shown: what is secret has been taken out."""


# ---------------------------------------------------------------- the one campaign


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Judge before the first item, so that no plug-in takes the time of the campaign for that of a test."""
    config = session.config
    addresses = [item.address for item in session.items if isinstance(item, ClauseItem)]
    failed = session.testsfailed and not config.option.continue_on_collection_errors
    if not addresses or failed or config.option.collectonly:
        return
    from restore_conformance.pytest_campaign import Ended, outcome_of, shared_outcome_of

    worker = getattr(config, "workerinput", None)
    capture = config.pluginmanager.getplugin("capturemanager")
    # What is said of the options is said to the user, not to a test.
    with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext(), warnings_only():
        try:
            shared = worker and shared_outcome_of(config, addresses, Path(worker[NAME]["folder"]))
            config.stash[_OUTCOME] = shared or outcome_of(config, addresses)
        except Ended as ended:  # once, not for each clause
            pytest.exit(f"restore-conformance: {ended}", returncode=ended.code)
    if worker is not None:
        config.workeroutput[NAME] = {**config.stash[_OUTCOME], "clauses": {}}  # type: ignore[attr-defined]


@contextlib.contextmanager
def warnings_only() -> Iterator[None]:
    """Warnings of the campaign stay warnings, however strict the configuration of pytest is."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The verdict of the run and its exit code, in one line, and every *should* that is not followed."""
    outcome = config.stash.get(_OUTCOME, None)
    for line in (outcome or {}).get("said", ()):
        terminalreporter.write_line(line)
    if outcome is None and config.getoption("--restore-target") is not None and not config.option.collectonly:
        terminalreporter.write_line(
            "restore-conformance: --restore-target was given, and no clause is among these tests: name no other test, "
            f"or add --pyargs {CLAUSES}."
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Never zero where the command is not: the items of a target that was not judged are merely skipped."""
    outcome = session.config.stash.get(_OUTCOME, None)
    is_worker = hasattr(session.config, "workerinput")
    if outcome is not None and not is_worker and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = int(outcome["exit"])


# ---------------------------------------------------------------- beside pytest-xdist


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass to each worker whether clauses are added, and where the one outcome is kept for all of them."""
    config = node.config
    if _SHARED not in config.stash:
        config.stash[_SHARED] = Path(tempfile.mkdtemp(prefix="restore-conformance-"))
    node.workerinput[NAME] = {"folder": str(config.stash[_SHARED]), "adds": _adds_clauses(config)}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the outcome of the campaign of a worker."""
    outcome = getattr(node, "workeroutput", {}).get(NAME)
    if outcome is not None:
        node.config.stash[_OUTCOME] = outcome


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the workers shared."""
    if _SHARED in config.stash:
        shutil.rmtree(config.stash[_SHARED], ignore_errors=True)


# ---------------------------------------------------------------- for tests of one's own


@pytest.fixture
def restore_mock(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """The mock as a real HTTP server on loopback, as the marker restore_mock says: `url`, `token`, `identities`."""
    from restore_conformance.testing import mock
    from restore_conformance.verdicts import UsageError

    marker = request.node.get_closest_marker("restore_mock")
    if marker and marker.args:
        raise UsageError("The marker restore_mock takes its options by name, such as restore_mock(fault=NAME).")
    with mock(**(marker.kwargs if marker else {})) as server:
        yield server
