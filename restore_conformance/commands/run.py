"""`run`: judge a target and write the run record and the reports."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from restore_conformance import settings as table
from restore_conformance.clauses import Interpretation, Register, load
from restore_conformance.exchange import Exchange
from restore_conformance.payloads import PROFILES
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded, Http, Target
from restore_conformance.targets.door import is_vendor
from restore_conformance.verdicts import UsageError

if TYPE_CHECKING:
    from restore_conformance.campaign import Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "--target",
        default="mock",
        metavar="mock|replay|URL",
        help="mock, replay (the recordings), or a base URL such as http://127.0.0.1:8080/beta (default: mock)",
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
    add("--har", action="store_true", help="write the exchanges as DIR/run.har too (HAR 1.2, scrubbed)")
    add("--scrub-request-ids", action="store_true", help="take the ids for support out of everything written, too")
    add("--quiet", action="store_true", help="print the verdict line only")


def settings_of(arguments: argparse.Namespace, register: Register) -> Settings:
    """The settings that the options say. Raises UsageError."""
    check_date(arguments.as_of)
    if arguments.timeout <= 0:
        raise UsageError(f"--timeout {arguments.timeout} must be more than 0 seconds.")
    if arguments.max_requests < 0:
        raise UsageError(f"--max-requests {arguments.max_requests} must be 0 or more.")
    if arguments.target == "replay":
        _only_for_sending(arguments)
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


def check_date(text: str) -> None:
    """Refuse what is no date for --as-of. Raises UsageError."""
    if text and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d\d)?", text):
        raise UsageError(f"--as-of {text} is no date; write YYYY-MM-DD.")


def _only_for_sending(arguments: argparse.Namespace) -> None:
    """Refuse the options that a replay cannot heed, since it sends nothing of its own. Raises UsageError."""
    for name in ("token", "identity", "restore_points", "granular_items", "ca_bundle", "emulator", "max_requests"):
        if getattr(arguments, name):
            option = "--" + name.replace("_", "-")
            raise UsageError(f"{option} has no meaning with --target replay, which sends only what was recorded.")


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
        raise UsageError(
            f"--target {settings.target!r} is neither mock nor a URL like http://127.0.0.1:8080/beta, nor replay."
        )
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


def scrub_of(settings: Settings, *, request_ids: bool = False) -> Scrub:
    """The scrubber of a run: it knows the tokens, the host and the browse sessions that the settings name."""
    return Scrub(
        {"token": settings.token, **{f"token of {kind}": token for kind, token in settings.identities.items()}},
        hosts=[urlsplit(settings.target).hostname or ""],
        values=[("browse", item["browseSessionId"]) for item in settings.granular_items],
        request_ids=request_ids,
    )


def result_of(
    settings: Settings,
    target: Target | None,
    register: Register,
    watch: Callable[[Exchange, int, int], None] | None = None,
    keep: Callable[[Exchange], None] | None = None,
) -> Result:
    """Judge a target, or the recordings where there is none."""
    if target is None:
        from restore_conformance.recordings import replay

        return replay(register, settings, keep)
    from restore_conformance.campaign import Campaign

    return Campaign(settings, target, register, watch=watch, keep=keep).run()


def main(arguments: argparse.Namespace) -> int:
    """Run, write, print; the exit code is the verdict's."""
    from restore_conformance.har import Writer
    from restore_conformance.record import Store, learn, run_of, write_json
    from restore_conformance.reporting import write_reports
    from restore_conformance.reporting.terminal import Progress
    from restore_conformance.reporting.terminal import table as print_table

    register = load()
    settings = settings_of(arguments, register)
    target = None if settings.target == "replay" else target_of(settings)
    folder = folder_of(settings.report)
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)
    base = target.base if target else ""
    har = None
    if arguments.har:
        callers = {token: kind for kind, token in {**settings.identities, "good": settings.token}.items()}
        har = Writer(folder / "run.har", scrub, base, callers, settings.known_ids())
    store = Store(folder / "exchanges.ndjson", scrub, base, har=har)
    try:
        with Progress(settings, scrub.text(settings.target), quiet=arguments.quiet) as progress:
            result = result_of(settings, target, register, progress, store)
            learn(result, scrub)
    finally:
        store.close()
        if target is not None:
            target.close()
    run = run_of(result, scrub)
    write_json(folder / "run.json", run)
    written = write_reports(folder, run)
    print_table(run, written, quiet=arguments.quiet, out=sys.stdout)
    return int(result.exit)


def folder_of(name: str) -> Path:
    """The folder of a report, made and tried. Raises UsageError."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        raise UsageError(f"--report {name} cannot be written: {error.strerror or error}.") from None
    return folder
