"""Judges a whole target from a test: a URL on this machine, an ASGI or WSGI application, or the embedded mock.

Never sends anything to a live target: that is for the command, which asks for leave first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restore_conformance.clauses import load
from restore_conformance.commands import options, run, writing
from restore_conformance.output import gate
from restore_conformance.settings import Settings
from restore_conformance.targets import Target
from restore_conformance.targets.target import is_loopback
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
    only: Sequence[str] = (),
    profile: str = "standard",
    seed: int = 1,
    readings: Mapping[str, str] | None = None,
    edition: str = "",
    emulators: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    ca_bundle: str | PathLike[str] = "",
    deviations: str | PathLike[str] = "",
    max_requests: int = 0,
    max_failures: int = 0,
    timeout: float = 30.0,
    patience: float = 30.0,
    report: str | PathLike[str] | None = None,
) -> Run:
    """Judge a target as `restore-conformance run` does, and give the result.

    `target` is "mock", the base URL of a server on this machine (or of one of `emulators`), or an ASGI or WSGI
    application, whose service root is at `path`. `identities` maps kinds of other callers (read-only, no-permission,
    personal, expired, delegated, application) to their tokens. `restore_points` and `granular_items` are ids that
    exist there, or files of them. `only` names clauses, headings or operations to be judged alone. `report` names a
    folder for run.json and the reports. The other options are those of the command; no configuration file and no
    environment variable is read.

    Raises UsageError for an option that makes no sense, and for a target that would be a live one.
    """
    kind, app = kind_of(target, emulators), None if isinstance(target, str) else target
    if app is None and path != "/beta":
        raise UsageError(f"path has no meaning with target {target}: it is for an application.")
    given = {
        "target": name_of(target), "token": token,
        "identities": identities, "restore_points": restore_points, "granular_items": granular_items,
        "profile": profile, "seed": seed, "readings": readings, "edition": edition, "emulators": emulators,
        "headers": headers, "only": only,
        "ca_bundle": ca_bundle, "deviations": deviations, "max_requests": max_requests,
        "max_failures": max_failures, "timeout": timeout, "patience": patience, "report": report or "",
    }  # fmt: skip
    register = load()
    settings = settings_of(given, register, kind)
    arguments = arguments_of(given)
    accepted = writing.ledger_of(arguments, register)
    with contextlib.closing(target_of(settings, app, path)) as reached, _guarding(settings, report):
        judged = run.judge(arguments, run.Subject(settings, register, reached), accepted)
    return _run(judged, Path(report) if report else None)


def _guarding(settings: Settings, report: object) -> contextlib.AbstractContextManager[object]:
    """What is written to files goes through the gate."""
    return gate.guarding(settings.callers()) if report else contextlib.nullcontext()


def kind_of(target: Any, emulators: Sequence[str] = ()) -> str:
    """The kind of a target that is not a URL, else "". Raises UsageError for a target that would be a live one."""
    if not isinstance(target, str):
        return "application"
    host = urlsplit(target).hostname or "" if "://" in target else ""
    if target in {"live", "replay"} or (host and not is_loopback(host) and host not in emulators):
        raise UsageError(
            f"campaign judges the mock, an application, and URLs of this machine; {target} would be a live "
            "target, which restore-conformance run asks leave for. If it is an emulator and not a tenant, name its "
            "host in emulators."
        )
    return ""


def name_of(target: Any) -> str:
    """What a target is called."""
    return target if isinstance(target, str) else f"application {type(target).__name__}"


def target_of(settings: Settings, app: Any, path: str) -> Target:
    """The application, if there is one, else what the settings name. Raises UsageError."""
    if app is not None:
        from restore_conformance.targets.application import application

        target = application(app, path, settings.timeout)
        target.name = settings.target
        return target
    try:
        return options.target_of(settings)
    except UsageError as error:
        raise UsageError(in_python(str(error))) from None


def _run(judged: run.Judged, report: Path | None) -> Run:
    record = judged.run
    return Run(
        record["verdict"], int(record["exit"]), record["reason"], verdicts_of(record, pages()), judged.result.requests,
        judged.result.seconds, report, record,
    )  # fmt: skip
