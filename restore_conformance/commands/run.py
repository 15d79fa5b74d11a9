"""`run`: judge a target and write the run record and the reports."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from restore_conformance import settings as table
from restore_conformance.clauses import Interpretation, Register, load
from restore_conformance.payloads import PROFILES
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded, Http, Target
from restore_conformance.targets.door import is_vendor
from restore_conformance.verdicts import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "--target",
        default="mock",
        metavar="mock|URL",
        help="mock, or a base URL such as http://127.0.0.1:8080/beta (default: mock)",
    )
    add(
        "--token",
        metavar="T",
        help=f"bearer token of a caller with the permission; also ${table.TOKEN_VARIABLE}",
    )
    add(
        "--identity",
        action="append",
        default=[],
        metavar="NAME=TOKEN",
        help="another caller: read-only, no-permission, personal, expired, delegated or application; repeatable",
    )
    add(
        "--restore-points",
        metavar="FILE",
        help="ids of restore points that exist on the target, one on each line",
    )
    add(
        "--granular-items",
        metavar="FILE",
        help="items that exist there: browse session id, blank, item key on each line",
    )
    add("--profile", choices=sorted(PROFILES), default="standard", help="how much is sent (default: standard)")
    add(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="the same seed sends the same planned requests (default: 1)",
    )
    add(
        "--report",
        default="reports/latest",
        metavar="DIR",
        help="where run.json and the reports go (default: reports/latest)",
    )
    add(
        "--reading",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="narrow an interpretation; may be given again",
    )
    add(
        "--as-of",
        default="",
        metavar="DATE",
        help="leave out clauses that began after this date (YYYY-MM-DD)",
    )
    add("--ca-bundle", default="", metavar="FILE", help="certificates to trust, as a PEM file")
    add(
        "--emulator",
        action="append",
        default=[],
        metavar="HOST",
        help="a host beyond loopback that is an emulator and no tenant",
    )
    add("--max-requests", type=int, default=0, metavar="N", help="most requests to send (default: no bound)")
    add(
        "--timeout",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="how long to wait for an answer (default: 30)",
    )
    add(
        "--draws",
        type=int,
        default=-1,
        metavar="N",
        help="how many stimuli Hypothesis draws (default: as the profile says)",
    )
    add("--quiet", action="store_true", help="print the verdict line only")


def settings_of(arguments: argparse.Namespace, register: Register) -> Settings:
    """The settings that the options say. Raises UsageError."""
    if arguments.as_of and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d\d)?", arguments.as_of):
        raise UsageError(f"--as-of {arguments.as_of} is no date; write YYYY-MM-DD.")
    if arguments.timeout <= 0:
        raise UsageError(f"--timeout {arguments.timeout} must be more than 0 seconds.")
    if arguments.max_requests < 0:
        raise UsageError(f"--max-requests {arguments.max_requests} must be 0 or more.")
    made = Settings(
        target=arguments.target,
        token=table.token_from(arguments.token),
        identities=table.identities_from(arguments.identity),
        profile=arguments.profile,
        seed=arguments.seed,
        readings=readings_of(arguments.reading, register.interpretations),
        as_of=arguments.as_of,
        report=arguments.report,
        ca_bundle=arguments.ca_bundle,
        emulators=tuple(host.lower() for host in arguments.emulator),
        max_requests=arguments.max_requests,
        patience=arguments.timeout,
        drawn=arguments.draws,
    )
    if arguments.restore_points:
        made.restore_points = table.restore_points_from(arguments.restore_points)
    if arguments.granular_items:
        made.granular_items = table.granular_items_from(arguments.granular_items)
    return made


def readings_of(pairs: list[str], known: object) -> dict[str, frozenset[str]]:
    """KEY=VALUE pairs against interpretations.toml. Raises UsageError naming what there is."""
    assert isinstance(known, dict)
    made: dict[str, frozenset[str]] = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        entry: Interpretation | None = known.get(key.strip())
        if entry is None:
            raise UsageError(f"--reading {key!r} is no interpretation; there are: {', '.join(sorted(known))}.")
        value = value.strip()
        if value in {"open", "either"}:
            made[entry.key] = frozenset(entry.readings)
        elif value in entry.readings:
            made[entry.key] = frozenset({value})
        else:
            raise UsageError(f"--reading {key} takes one of: {', '.join(entry.readings)}, open; got {value!r}.")
    return made


def target_of(settings: Settings) -> Target:
    """The target that the settings name; for the mock, fills in its tokens. Raises UsageError."""
    if settings.target == "mock":
        from restore_conformance.mock import Service

        service = Service()
        tokens = {kind: token for token, kind in service.tokens.items()}
        settings.token = settings.token if settings.token in service.tokens else tokens["good"]
        settings.identities = {kind: token for kind, token in tokens.items() if kind != "good"}
        return Embedded(service)
    if "://" not in settings.target:
        raise UsageError(f"--target {settings.target!r} is neither mock nor a URL like http://127.0.0.1:8080/beta.")
    made = Http(settings.target, settings.ca_bundle, settings.patience)
    if made.loopback:
        return made
    if is_vendor(made.host):
        raise UsageError(
            f"{made.host} belongs to the vendor, so it may hide a real tenant; this version does not run against one."
        )
    if made.host.lower() not in settings.emulators:
        raise UsageError(
            f"{made.host} is not this machine. If it is an emulator and no tenant, say so with --emulator {made.host}."
        )
    return made


def main(arguments: argparse.Namespace) -> int:
    """Run, write, print; the exit code is the verdict's."""
    from restore_conformance.campaign import Campaign
    from restore_conformance.record import Scrub, Store, run_of, write_json
    from restore_conformance.reporting import write_reports
    from restore_conformance.reporting.terminal import Progress
    from restore_conformance.reporting.terminal import table as print_table

    register = load()
    settings = settings_of(arguments, register)
    target = target_of(settings)
    folder = _folder(settings.report)
    scrub = Scrub({"token": settings.token, **{f"token of {k}": t for k, t in settings.identities.items()}})
    store = Store(folder / "exchanges.ndjson", scrub, target.base)
    try:
        with Progress(settings, target.name, quiet=arguments.quiet) as progress:
            result = Campaign(settings, target, register, watch=progress, keep=store).run()
    finally:
        store.close()
        target.close()
    run = run_of(result, scrub)
    write_json(folder / "run.json", run)
    written = write_reports(folder, run)
    print_table(run, written, quiet=arguments.quiet, out=sys.stdout)
    return int(result.exit)


def _folder(name: str) -> Path:
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        raise UsageError(f"--report {name} cannot be written: {error.strerror or error}.") from None
    return folder
