"""Judges a whole target from a test: a URL on this machine, an ASGI or WSGI application, or the embedded mock.

Never sends anything to a live target: that is for the command, which asks for leave first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restore_conformance import gate
from restore_conformance.clauses import Register, load
from restore_conformance.commands import ledger, options, run, writing
from restore_conformance.comparing.accepting import settled
from restore_conformance.concluding import Result
from restore_conformance.record import run_of
from restore_conformance.settings import Settings
from restore_conformance.storing import Store
from restore_conformance.targets import Target
from restore_conformance.targets.door import is_loopback
from restore_conformance.testing.findings import Finding, Verdicts, verdicts_of
from restore_conformance.testing.judgement import pages
from restore_conformance.testing.options import Ids, Items, arguments_of, in_python, settings_of
from restore_conformance.verdicts import Deviation, UsageError


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    `verdict` is "conformant", "non-conformant", "inconclusive" or "error", `exit_code` that of the command, `reason`
    one sentence why. `record` is what `run.json` holds. `report` is the folder of the reports, None where none were
    asked for.
    """

    verdict: str
    exit_code: int
    reason: str
    verdicts: Verdicts
    requests: int
    seconds: float
    report: Path | None = None
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The broken clauses, the gravest first."""
        return self.verdicts.findings

    @property
    def counts(self) -> dict[str, int]:
        """How many clauses have each verdict."""
        return self.verdicts.counts

    def assert_conformant(self) -> Run:
        """Raise one AssertionError unless the exit code is 0, so that what could not be judged does not pass either."""
        self.verdicts.raise_for_deviation()
        if self.exit_code:
            raise Deviation(f"The target is not known to be conformant: {self.reason} (exit code {self.exit_code}).")
        return self


def campaign(
    target: Any = "mock",
    *,
    path: str = "/beta",
    token: str = "",
    identities: Mapping[str, str] | None = None,
    restore_points: Ids = (),
    granular_items: Items = (),
    profile: str = "standard",
    seed: int = 1,
    readings: Mapping[str, str] | None = None,
    edition: str = "",
    emulators: Sequence[str] = (),
    ca_bundle: str | PathLike[str] = "",
    deviations: str | PathLike[str] = "",
    max_requests: int = 0,
    timeout: float = 30.0,
    patience: float = 30.0,
    report: str | PathLike[str] | None = None,
) -> Run:
    """Judge a target as `restore-conformance run` does, and give the result.

    `target` is "mock", the base URL of a server on this machine (or of one of `emulators`), or an ASGI or WSGI
    application, whose service root is at `path`. `identities` maps kinds of other callers (read-only, no-permission,
    personal, expired, delegated, application) to their tokens. `restore_points` and `granular_items` are ids that
    exist there, or files of them. `report` names a folder for run.json and the reports. The other options are those of
    the command; no configuration file and no environment variable is read.

    Raises UsageError for an option that makes no sense, and for a target that would be a live one.
    """
    app = None if isinstance(target, str) else target
    given = {
        "target": f"application {type(app).__name__}" if app is not None else target, "token": token,
        "identities": identities, "restore_points": restore_points, "granular_items": granular_items,
        "profile": profile, "seed": seed, "readings": readings, "edition": edition, "emulators": emulators,
        "ca_bundle": ca_bundle, "deviations": deviations, "max_requests": max_requests, "timeout": timeout,
        "patience": patience, "report": report or "",
    }  # fmt: skip
    register = load()
    settings = settings_of(given, register)
    with contextlib.closing(_target_of(settings, app, path)) as reached:
        return _judged(given, settings, reached, register)


def _target_of(settings: Settings, app: Any, path: str) -> Target:
    """What is judged. Raises UsageError for what would be live."""
    if app is not None:
        from restore_conformance.targets.application import application

        made = application(app, path, settings.timeout)
        made.name = settings.target
        return made
    host = urlsplit(settings.target).hostname or "" if "://" in settings.target else ""
    if settings.target in {"live", "replay"} or (host and not is_loopback(host) and host not in settings.emulators):
        raise UsageError(
            f"campaign judges the mock, an application, and URLs of this machine; {settings.target} would be a live "
            "target, which restore-conformance run asks leave for. If it is an emulator and not a tenant, name its "
            f"host in emulators."
        )
    try:
        return options.target_of(settings)
    except UsageError as error:
        raise UsageError(in_python(str(error))) from None


def _judged(given: Mapping[str, Any], settings: Settings, target: Target, register: Register) -> Run:
    """Send, judge, and write what is asked for."""
    arguments = arguments_of(given)
    accepted = ledger.ledger_of(arguments, register)
    scrub = options.scrub_of(settings)
    names = [settings.target, target.name, target.base]

    def settle(record: dict[str, Any], result: Result) -> dict[str, Any]:
        return settled(record, result, accepted, names, ledger.today(), scrub.text)

    if not given["report"]:
        result = run.result_of(settings, target, register)
        return _run(settle(run_of(result, scrub), result), result, None)
    with gate.guarding(settings.callers()):
        folder = writing.folder_of(fspath(given["report"]), "report")
        har = writing.har_of(arguments, folder, scrub, target.base, settings.callers(), settings.known_ids())
        with Store(folder / "exchanges.ndjson", scrub, target.base, har=har) as store:
            result = run.result_of(settings, target, register, keep=store)
            record, _, problems = writing.put(folder, result, scrub, store, lambda made: settle(made, result))
    if problems:
        raise OSError("; ".join(problems))
    return _run(record, result, folder)


def _run(record: dict[str, Any], result: Result, report: Path | None) -> Run:
    return Run(
        record["verdict"], int(record["exit"]), record["reason"], verdicts_of(record, pages()), result.requests,
        result.seconds, report, record,
    )  # fmt: skip
