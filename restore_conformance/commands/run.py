"""`run`: judge a target and write the run record and the reports."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from restore_conformance import settings as table
from restore_conformance.clauses import Interpretation, Register, load
from restore_conformance.commands import ledger as ledgers
from restore_conformance.commands import writing
from restore_conformance.commands.history import add_history_arguments, check_history
from restore_conformance.exchange import Exchange
from restore_conformance.payloads import PROFILES
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded, Http, Target
from restore_conformance.targets.door import is_loopback, is_vendor
from restore_conformance.verdicts import Exit, UsageError, Verdict

if TYPE_CHECKING:
    from restore_conformance.campaign import Campaign
    from restore_conformance.comparing.ledger import Ledger
    from restore_conformance.concluding import Result
    from restore_conformance.live.settings import Live
    from restore_conformance.reporting.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "--target",
        default="mock",
        metavar="mock|replay|live|URL",
        help="mock, replay (the recordings), live, or a base URL such as http://127.0.0.1:8080/beta (default: mock)",
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
    add(
        "--profile",
        choices=sorted(PROFILES),
        help="how much is sent (default: standard; on a live target live)",
    )
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
    add("--scrub-request-ids", action="store_true", help="take the ids for support out of everything written, too")
    add_live_arguments(parser)
    ledgers.add_argument(parser)
    writing.add_arguments(parser)
    add_history_arguments(parser)


def add_live_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of commands that may reach a live target."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="settings of the live target, a TOML file (default: restore-conformance.toml, if there is one)",
    )
    parser.add_argument(
        "--yes", action="store_true", help="send the plan to a live target; without it the plan is only printed"
    )


def add_sign_in_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of commands that reach a live target and judge nothing."""
    add = parser.add_argument
    add("--target", default="live", metavar="live|URL", help="the live target (default: live)")
    add("--token", metavar="T", help="a ready-made token instead of the configured sign-in")
    add("--ca-bundle", default="", metavar="FILE", help="certificates to trust, as a PEM file")


def live_settings_of(arguments: argparse.Namespace) -> tuple[Live, Settings]:
    """The settings of a command that judges nothing. Raises UsageError."""
    from restore_conformance.live.settings import checked, live_from

    live = live_from(arguments.config)
    if arguments.target != "live":
        live.base = arguments.target
    live.ca_bundle = arguments.ca_bundle or live.ca_bundle
    checked(live)
    return live, Settings(target=live.base, token=table.token_from(arguments.token), ca_bundle=live.ca_bundle)


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
        profile=arguments.profile or "standard",
        seed=arguments.seed,
        readings=readings_of(arguments.reading, register.interpretations),
        as_of=arguments.as_of,
        report=arguments.report,
        deviations=arguments.deviations,
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
    month = re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text)
    try:
        known = not text or bool(month and datetime.date.fromisoformat(text if month[1] else f"{text}-01"))
    except ValueError:
        known = False
    if not known:
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
            f"--target {settings.target!r} is neither mock nor live nor a URL like http://127.0.0.1:8080/beta."
        )
    made = Http(settings.target, settings.ca_bundle, settings.patience)
    if not made.loopback and (made.host.lower() not in settings.emulators or is_vendor(made.host)):
        raise UsageError(
            f"{made.host} is not this machine, so it is a live target: see restore-conformance run --target live. If "
            f"it is an emulator and no tenant, say so with --emulator {made.host}."
        )
    return made


def live_of(arguments: argparse.Namespace, settings: Settings) -> Live | None:
    """The settings of a live target, or None where the target is the mock, on loopback, or a listed emulator.

    Safety follows the host: whatever is none of these is live, also when it is given as a URL. Raises UsageError.
    """
    from restore_conformance.live.settings import checked, live_from

    if settings.target == "mock":
        return None
    host = urlsplit(settings.target).hostname or ""
    if settings.target != "live" and (not host or is_loopback(host)):
        return None
    live = live_from(arguments.config)
    settings.emulators = (*settings.emulators, *live.emulators)
    for one in settings.emulators:
        if is_vendor(one):
            raise UsageError(f"{one} belongs to the vendor, so it is a live target and no emulator.")
    if settings.target != "live":
        if host.lower() in settings.emulators:
            return None
        if urlsplit(settings.target).scheme != "https":
            raise UsageError(
                f"{host} is not this machine, so it is a live target and live.base must be an https URL. If it is an "
                f"emulator and no tenant, say so with --emulator {host}."
            )
        live.base = settings.target
    live.ca_bundle = settings.ca_bundle or live.ca_bundle
    checked(live)
    named = arguments.profile
    if named and not PROFILES[named].requests:
        raise UsageError(f"--profile {named} is not for live targets; give live or live-deep.")
    settings.profile = named or "live"
    settings.target = live.base
    settings.ca_bundle = live.ca_bundle
    if live.restore_points and not settings.restore_points:
        settings.restore_points = table.restore_points_from(live.restore_points)
    if live.granular_items and not settings.granular_items:
        settings.granular_items = table.granular_items_from(live.granular_items)
    return live


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
    progress: Progress | None = None,
    keep: Callable[[Exchange], None] | None = None,
) -> Result:
    """Judge a target, or the recordings where there is none."""
    if target is None:
        from restore_conformance.recordings import replay

        return replay(register, settings, keep)
    watchers = {"watch": progress, "expect": progress.expect, "told": progress.told} if progress else {}
    return campaign_of(settings, target, register, keep=keep, **watchers).run()


def main(arguments: argparse.Namespace) -> int:
    """Run, write, print; the exit code is the verdict's."""
    from restore_conformance.commands.interrupts import Interruptible, Interrupts
    from restore_conformance.comparing.accepting import settled
    from restore_conformance.reporting.progress import Progress
    from restore_conformance.storing import Store

    register = load()
    settings = settings_of(arguments, register)
    ledger = ledgers.ledger_of(arguments, register)
    live = None if settings.target == "replay" else live_of(arguments, settings)
    if live is not None:
        return _live(arguments, settings, live, register, ledger)
    check_history(arguments)
    target = None if settings.target == "replay" else target_of(settings)
    folder = writing.folder_of(settings.report)
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)
    base = target.base if target else ""
    callers = {token: kind for kind, token in {**settings.identities, "good": settings.token}.items()}
    # What is replayed was scrubbed and cut before, so it proves no more than a stranger's recording.
    har = writing.har_of(arguments, folder, scrub, base, callers, settings.known_ids(), ours=target is not None)
    store = Store(folder / "exchanges.ndjson", scrub, base, har=har)
    shown = scrub.text(settings.target)
    interrupts = contextlib.nullcontext() if target is None else Interrupts()
    try:
        with store, interrupts as signals:
            watched = target if signals is None or target is None else Interruptible(target, signals)
            with Progress(settings, shown, quiet=arguments.quiet, plain=arguments.plain, scrub=scrub) as progress:
                result = result_of(settings, watched, register, progress, store)
            names = [settings.target, result.target, base]
            run = writing.write(
                folder, result, scrub, store, arguments,
                lambda run: settled(run, result, ledger, names, ledgers.today(), scrub.text),
            )  # fmt: skip
    finally:
        if target is not None:
            target.close()
    return int(run["exit"])


def judged(arguments: argparse.Namespace, register: Register) -> Result:
    """The result of a run that writes nothing, for the pytest front. Raises UsageError and Unready."""
    settings = settings_of(arguments, register)
    if settings.target == "replay":
        return result_of(settings, None, register)
    live = live_of(arguments, settings)
    if live is not None:
        from restore_conformance.live.running import LiveRun

        going = LiveRun(settings, live, register, yes=arguments.yes)
        if not going.leave:
            raise UsageError(
                f"{live.host} is a live target and nothing was sent: give --yes, or name the tenant in live.allow. "
                "restore-conformance run --target live prints what would be sent."
            )
        result = going.run()
        if going.left:
            raise UsageError(f"Left behind: {', '.join(one.session for one in going.left)}; see cleanup.")
        return result
    target = target_of(settings)
    try:
        return campaign_of(settings, target, register).run()
    finally:
        target.close()


def campaign_of(settings: Settings, target: Target, register: Register, **watchers: Any) -> Campaign:
    """The campaign of a profile; the profiles for live targets have a script of their own."""
    from restore_conformance.campaign import Campaign

    if not PROFILES[settings.profile].requests:
        return Campaign(settings, target, register, **watchers)
    from restore_conformance.live.running import rehearsal

    return rehearsal(settings, target, register, **watchers)


def _live(
    arguments: argparse.Namespace, settings: Settings, live: Live, register: Register, ledger: Ledger | None
) -> int:
    """The same for a live target: with leave only, and with word of what was left behind."""
    from restore_conformance.commands.interrupts import Interrupts
    from restore_conformance.comparing.accepting import settled
    from restore_conformance.live.opening import known_of
    from restore_conformance.live.running import LiveRun, SupportFile, told_cells, told_left
    from restore_conformance.record import write_json
    from restore_conformance.reporting.progress import Progress
    from restore_conformance.storing import Store

    going = LiveRun(settings, live, register, yes=arguments.yes)
    if not going.leave:
        going.show(sys.stdout)
        print("Nothing was sent. Give --yes to send this, or name the tenant in live.allow.")
        if not is_vendor(live.host):
            print(f"If {live.host} is an emulator and no tenant, say so with --emulator {live.host}.")
        return 0
    check_history(arguments)
    folder = writing.folder_of(settings.report)
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)
    callers: dict[str, str] = {}

    def told(token: str, kind: str) -> None:
        scrub.known("token", token)
        callers[token] = kind

    har = writing.har_of(arguments, folder, scrub, live.base, callers, known_of(settings))
    store = Store(folder / "exchanges.ndjson", scrub, live.base, har=har)
    support = SupportFile(folder / "support.ndjson")
    progress = Progress(settings, live.base, quiet=arguments.quiet, plain=arguments.plain, scrub=scrub)
    with store, Interrupts(anywhere=True) as signals:
        try:
            with contextlib.ExitStack() as stack:
                result = going.run(
                    watch=progress,
                    keep=store,
                    support=support,
                    told=told,
                    begin=lambda: stack.enter_context(progress),
                    broken=progress.told,
                )
                signals.calm()
        finally:
            support.close()
            told_left([*going.recovered, *going.left], going.unanswered, sys.stderr)
        write_json(folder / "permissions.json", [asdict(cell) for cell in going.cells])
        if not arguments.quiet:
            told_cells(going.cells, sys.stdout)
        held = any(cell.verdict is Verdict.FAIL for cell in going.cells)
        names = ["live", live.base, result.target]
        run = writing.write(
            folder, result, scrub, store, arguments,
            lambda run: settled(run, result, ledger, names, ledgers.today(), scrub.text, held=held),
        )  # fmt: skip
    return int(Exit.LEFT_BEHIND if going.left else run["exit"])
