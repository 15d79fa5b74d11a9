"""The pytest front: each clause is an item, and one campaign stands behind all of them.

The campaign runs once, at the first item; every item then shows the verdict of its clause. The embedded mock is
the target unless --target names another.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from restore_conformance import places
from restore_conformance.clauses import Clause, Register, load
from restore_conformance.settings_table import ROWS as SETTINGS
from restore_conformance.settings_table import settings_of_command
from restore_conformance.verdicts import (
    ClauseVerdict,
    Deviation,
    Inconclusive,
    Level,
    SuiteError,
    Unready,
    UsageError,
    Verdict,
)

_REGISTER: Any = pytest.StashKey[Register]()
_VERDICTS: Any = pytest.StashKey[dict[str, ClauseVerdict]]()
_RESULT: Any = pytest.StashKey[Any]()
_BROKEN: Any = pytest.StashKey[str]()

ROWS = settings_of_command("pytest")
"""The settings that are options of pytest, spelled as there."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `restore-conformance run`, as far as they make sense here."""
    group = parser.getgroup("restore-conformance", "Graph restore conformance")
    for row in ROWS:
        says = row.help.replace("%", "%%")
        if row.kind == "switch":
            group.addoption(row.spelled, action="store_true", default=None, help=says)
        elif row.repeatable:
            group.addoption(row.spelled, action="append", default=[], metavar=row.metavar, help=says)
        else:
            group.addoption(row.spelled, default=None, metavar=row.metavar or None, help=says)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of clause judgements as clauses; every other file is a test module as usual."""
    if module_path.parent.parent != places.CLAUSE_TESTS:
        return None
    if not (places.SCHEMAS / module_path.parent.name / "clauses.toml").exists():
        return None
    made: pytest.Collector = ClauseFile.from_parent(parent, path=module_path)
    return made


def _register(config: pytest.Config) -> Register:
    if _REGISTER not in config.stash:
        try:
            with _warnings_only():
                config.stash[_REGISTER] = load()
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
    found: Register = config.stash[_REGISTER]
    return found


def _verdicts(config: pytest.Config) -> dict[str, ClauseVerdict]:
    """The verdicts of the one campaign; the first call runs it. Raises SuiteError, each time, where it broke."""
    if _BROKEN in config.stash:
        raise SuiteError(f"the campaign ended in an error of the suite itself: {config.stash[_BROKEN]}")
    if _VERDICTS not in config.stash:
        try:
            result = _judged(config)
        except (UsageError, Unready) as error:
            # Once, not for each clause: a live target is not signed in to a hundred times.
            pytest.exit(
                f"restore-conformance: {_spelled(str(error))}", returncode=2 if isinstance(error, UsageError) else 3
            )
        except Exception as error:
            config.stash[_BROKEN] = f"{type(error).__name__}: {error}"
            raise
        config.stash[_RESULT] = result
        config.stash[_VERDICTS] = {found.clause.address: found for found in result.verdicts}
    found: dict[str, ClauseVerdict] = config.stash[_VERDICTS]
    return found


def _judged(config: pytest.Config) -> Any:
    from restore_conformance.commands import run
    from restore_conformance.commands.arguments import Parser, take_environment

    parser = Parser(prog="pytest")
    run.add_arguments(parser)
    capture = config.pluginmanager.getplugin("capturemanager")
    shown = capture.global_and_fixture_disabled() if capture is not None else contextlib.nullcontext()
    with shown, _warnings_only():  # what is said of the options is said to the user, not to the first clause
        arguments = parser.parse_args(_arguments(config))
        take_environment(arguments, settings_of_command("run"))
        return run.judged(arguments, _register(config))


@contextlib.contextmanager
def _warnings_only() -> Iterator[None]:
    """A warning inside of the campaign stays one, however strict the configuration is that it runs under."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


def _arguments(config: pytest.Config) -> list[str]:
    """The options that were given to pytest, as `restore-conformance run` spells them."""
    made = []
    for row in ROWS:
        value, spelled = config.getoption(row.spelled), SETTINGS[row.name].spelled
        if row.kind == "switch":
            made += [spelled] if value else []
        elif value is not None:
            for one in value if row.repeatable else [value]:
                made += [f"{spelled}={one}"]
    return made


def _spelled(text: str) -> str:
    """A sentence about the options of the command, with the names that they have here."""
    names = {SETTINGS[row.name].spelled: row.spelled for row in ROWS}
    return re.sub(r"(?<![\w-])--[a-z][a-z-]*", lambda found: names.get(found[0], found[0]), text)


def pytest_configure(config: pytest.Config) -> None:
    """A target is asked by one process: every worker of pytest-xdist would send it the whole run."""
    if config.getoption("numprocesses", None) and config.getoption("--target", None):
        raise pytest.UsageError("--target: every worker would send the whole run to it; leave -n out.")


def pytest_report_header(config: pytest.Config) -> str:
    """Which target is judged."""
    return f"restore-conformance: target {config.getoption('--target') or 'mock'}"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The verdict of the run and its exit code, in one line, and every *should* that is not followed."""
    result = config.stash.get(_RESULT, None)
    if result is None:
        return
    scrub = _scrub(config)
    for found in result.verdicts:
        if found.verdict is Verdict.FAIL and found.clause.level is not Level.MUST:
            terminalreporter.write_line(scrub.text(f"{found.clause.level}: {_message(found)}"))
    said = f"{result.reason} ({result.requests} requests to {result.target}), exit {int(result.exit)}"
    terminalreporter.write_line(scrub.text(f"restore-conformance: {said}"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Never zero where the command is not: the items of a target that was not judged are merely skipped."""
    result = session.config.stash.get(_RESULT, None)
    if result is not None and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = int(result.exit)


def _scrub(config: pytest.Config) -> Any:
    from restore_conformance.commands.options import scrub_of

    result = config.stash[_RESULT]
    scrub = scrub_of(result.settings)
    for found in result.verdicts:
        for finding in found.findings:
            for one in finding.evidence:
                scrub.learn(one)
    return scrub


def _message(found: ClauseVerdict) -> str:
    return f"{found.clause.address}: {found.clause.says} {found.findings[0].message}"


def _secretless(text: str, config: pytest.Config) -> str:
    """A traceback without what the command line and the environment keep secret."""
    from restore_conformance.commands.arguments import scrub_of_command_line

    return scrub_of_command_line(_arguments(config)).text(text)


class ClauseFile(pytest.File):
    """A file of `tests/<operation>`: its judgements, in their order there."""

    def collect(self) -> Iterator[pytest.Item]:
        where = f"tests/{self.path.parent.name}/{self.path.name}::"
        for made in _register(self.config).clauses:
            if made.test.startswith(where):
                item: pytest.Item = ClauseItem.from_parent(self, name=made.test.removeprefix(where))
                item.made = made  # type: ignore[attr-defined]
                yield item


class ClauseItem(pytest.Item):
    """One clause. Fails on a broken *must*; a clause that could not be judged is skipped with the reason."""

    made: Clause

    def runtest(self) -> None:
        found = _verdicts(self.config)[self.made.address]
        if found.verdict is Verdict.ERROR:
            raise RuntimeError(found.reason)
        if found.verdict in {Verdict.NONE, Verdict.INCONCLUSIVE}:
            raise Inconclusive(f"{found.verdict}: {found.reason}")
        if found.verdict is Verdict.FAIL and self.made.level is Level.MUST:
            raise Deviation(_message(found))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, SuiteError):
            return str(excinfo.value)
        if isinstance(excinfo.value, Deviation) and _RESULT in self.config.stash:
            from restore_conformance.shell import curl

            result, scrub = self.config.stash[_RESULT], _scrub(self.config)
            finding = _verdicts(self.config)[self.made.address].findings[0]
            again = curl(finding.evidence[-1], scrub, result.base)
            return f"{scrub.text(str(excinfo.value))}\nseen {finding.seen} of {finding.of}\n{again}"
        return _secretless(str(super().repr_failure(excinfo, style)), self.config)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.made.address
