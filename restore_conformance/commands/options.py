"""The options of commands that ask a target, and what they stand for: settings, a target, a scrubber.

Sends nothing and judges nothing.
"""

from __future__ import annotations

import argparse
import datetime
import math
import re
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from restore_conformance import settings as table
from restore_conformance.clauses import Interpretation, Register
from restore_conformance.clock import Skipping
from restore_conformance.commands import ledger as ledgers
from restore_conformance.commands import writing
from restore_conformance.commands.configured import configured, fill_in
from restore_conformance.commands.history import add_history_arguments
from restore_conformance.editions import LATEST, Chosen, chosen, editions
from restore_conformance.gate import LEAST
from restore_conformance.payloads import PROFILES
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded, Http, Target
from restore_conformance.targets.door import is_loopback, is_vendor, other_version, url_of
from restore_conformance.verdicts import Unready, UsageError

if TYPE_CHECKING:
    from restore_conformance.live.settings import Live


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
    add_edition_arguments(parser)
    add("--ca-bundle", default="", metavar="FILE", help="certificates to trust, as a PEM file")
    add(
        "--emulator",
        action="append",
        default=[],
        metavar="HOST",
        help="a host in a private network that is an emulator and no tenant; elsewhere give its address as well",
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
        "--patience",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="how long to wait, in all, until changes are seen (default: 30)",
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


def add_edition_arguments(parser: argparse.ArgumentParser) -> None:
    """Which edition of the documents binds."""
    known = ", ".join(one.name for one in editions())
    parser.add_argument(
        "--edition",
        default="",
        metavar="NAME",
        help=f"the edition of the documents that binds: {known} or {LATEST} (default: {chosen().edition.name})",
    )
    parser.add_argument(
        "--as-of",
        default="",
        metavar="DATE",
        help="the same by date (YYYY-MM-DD): the newest edition that is not later",
    )


def edition_of(arguments: argparse.Namespace) -> Chosen:
    """The edition that --edition or --as-of names. Raises UsageError."""
    check_date(arguments.as_of)
    if arguments.edition and arguments.as_of:
        raise UsageError("--edition and --as-of both say which edition binds; give one of them.")
    return chosen(arguments.edition, arguments.as_of)


def add_live_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of commands that may reach a live target."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="a TOML file of settings (default: restore-conformance.toml in your own folder for configuration)",
    )
    parser.add_argument("--yes", action="store_true", help="leave to send to a live target")
    parser.add_argument(
        "--dry-run", action="store_true", help="print what would be sent to a live target, and send nothing"
    )


def without_leave(live: Live, what: str) -> Unready:
    """What to say where a live target was sent nothing, since nobody gave leave: exit 3, so that it is noticed."""
    emulator = (
        "" if is_vendor(live.host) else f" If it is an emulator and no tenant, say so with --emulator {live.host}."
    )
    return Unready(
        f"Nothing was sent to {live.host}: give --yes to {what} (or name the tenant in live.allow), or --dry-run if "
        f"the plan is all you want.{emulator}"
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

    live = live_from(configured(arguments))
    if arguments.target != "live":
        live.base = arguments.target
    live.ca_bundle = arguments.ca_bundle or live.ca_bundle
    checked(live)
    token = table.token_from(arguments.token, noted)
    return live, Settings(target=live.base, token=token, ca_bundle=live.ca_bundle)


def noted(sentence: str) -> None:
    """Tell the user how an option was read."""
    print(f"restore-conformance: note: {sentence}", file=sys.stderr)


def _short(settings: Settings) -> None:
    """Say of tokens that are too short to be looked for everywhere that they are not."""
    kinds = [kind for kind, token in {"good": settings.token, **settings.identities}.items() if 0 < len(token) < LEAST]
    if kinds and settings.target not in {"mock", "replay"}:
        named = ", ".join("--token" if kind == "good" else f"--identity {kind}" for kind in kinds)
        noted(
            f"{named}: fewer than {LEAST} characters, so it is taken out of headers and other places of credentials "
            "only, and not out of every text that is written."
        )


def settings_of(arguments: argparse.Namespace, register: Register) -> Settings:
    """The settings that the options and the configuration say. Raises UsageError."""
    fill_in(arguments, configured(arguments).run)
    edition_of(arguments)  # an unknown one is refused before anything is sent
    if arguments.timeout <= 0:
        raise UsageError(f"--timeout {arguments.timeout} must be more than 0 seconds.")
    if not 0 <= arguments.patience < math.inf:
        raise UsageError(f"--patience {arguments.patience} must be 0 seconds or more.")
    if arguments.max_requests < 0:
        raise UsageError(f"--max-requests {arguments.max_requests} must be 0 or more.")
    if arguments.target == "replay":
        _only_for_sending(arguments)
    token = table.token_from(arguments.token, noted)
    made = Settings(
        target=arguments.target,
        token=token,
        identities=table.identities_from(arguments.identity, token, noted),
        profile=arguments.profile or "standard",
        seed=1 if arguments.seed is None else arguments.seed,
        readings=readings_of(arguments.reading, register.interpretations),
        edition=arguments.edition,
        as_of=arguments.as_of,
        report=arguments.report,
        deviations=arguments.deviations,
        ca_bundle=arguments.ca_bundle,
        emulators=tuple(host.lower() for host in arguments.emulator),
        max_requests=arguments.max_requests,
        timeout=arguments.timeout,
        patience=arguments.patience,
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


def check_version(base: str) -> None:
    """Refuse the base URL of v1.0, which none of the documents here describes. Raises UsageError."""
    if other_version(urlsplit(base).path) == "v1.0":
        raise UsageError(
            f"{base} is an address of v1.0, and what is judged here is beta: give the base URL of beta, such as "
            "http://127.0.0.1:8080/beta."
        )


def target_of(settings: Settings, *, every_edition: bool = False, standing: bool = False) -> Target:
    """The target that the settings name; for the mock, fills in its tokens. Raises UsageError.

    The mock knows what the chosen edition has, or what `every_edition` has; with `standing` no time passes on it but
    what is waited, so that a run has the same times whenever it is made.
    """
    if settings.target == "mock":
        from restore_conformance.mock import Service

        service = Service()
        service.clock = Skipping(standing=standing)
        service.passes_over = {} if every_edition else settings.chosen().newer_members
        tokens = {kind: token for token, kind in service.tokens.items()}
        settings.token = settings.token if settings.token in service.tokens else tokens["good"]
        settings.identities = {kind: token for kind, token in tokens.items() if kind != "good"}
        return Embedded(service)
    if "://" not in settings.target:
        raise UsageError(
            f"--target {settings.target!r} is neither mock nor live nor a URL like http://127.0.0.1:8080/beta."
        )
    check_version(settings.target)
    made = Http(
        settings.target, settings.ca_bundle, settings.timeout, near=True, addresses=frozenset(settings.emulators)
    )
    if not made.loopback and (made.host.lower() not in settings.emulators or is_vendor(made.host)):
        raise UsageError(
            f"{made.host} is not this machine, so it is a live target: see restore-conformance run --target live. If "
            f"it is an emulator and no tenant, say so with --emulator {made.host}."
        )
    _short(settings)
    return made


def live_of(arguments: argparse.Namespace, settings: Settings) -> Live | None:
    """The settings of a live target, or None where the target is the mock, on loopback, or a listed emulator.

    Safety follows the host: whatever is none of these is live, also when it is given as a URL. Raises UsageError.
    """
    from restore_conformance.live.settings import checked, live_from

    found = configured(arguments)
    if settings.target == "mock":
        return None
    parts = url_of(settings.target)
    if parts is None and "://" in settings.target:
        raise UsageError(f"--target {settings.target!r} is no URL; give one like http://127.0.0.1:8080/beta.")
    host = parts.hostname or "" if parts else ""
    if settings.target != "live" and (not host or is_loopback(host)):
        return None
    live = live_from(found)
    settings.emulators = (*settings.emulators, *live.emulators)
    for one in settings.emulators:
        if is_vendor(one):
            raise UsageError(f"{one} belongs to the vendor, so it is a live target and no emulator.")
    if settings.target != "live":
        if host.lower() in settings.emulators:
            return None
        check_version(settings.target)
        if parts is None or parts.scheme != "https":
            raise UsageError(
                f"{host} is not this machine, so it is a live target and live.base must be an https URL. If it is an "
                f"emulator and no tenant, say so with --emulator {host}."
            )
        live.base = settings.target
    live.ca_bundle = settings.ca_bundle or live.ca_bundle
    checked(live)
    check_version(live.base)
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
