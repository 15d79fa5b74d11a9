"""The options of commands that ask a target, and what they stand for: settings, a target, a scrubber.

Sends nothing and judges nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from restore_conformance import settings as table
from restore_conformance.campaign.selection import selected
from restore_conformance.clauses import Interpretation, Register
from restore_conformance.clock import Skipping
from restore_conformance.commands.arguments import add_settings, is_given, where
from restore_conformance.commands.configured import configured, fill_in
from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.output.gate import LEAST
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.settings_table import ROWS
from restore_conformance.spelling import suggestion
from restore_conformance.stimuli import PROFILES
from restore_conformance.targets import Embedded, Http, Target, answers
from restore_conformance.targets.door import is_loopback, is_vendor, other_version, url_of
from restore_conformance.verdicts import Unready, UsageError

if TYPE_CHECKING:
    from restore_conformance.live.settings import Live


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_settings(parser, "run")


def edition_of(arguments: argparse.Namespace) -> Chosen:
    """The edition that --edition or --as-of names. Raises UsageError."""
    if arguments.edition and arguments.as_of:
        both = " and ".join(where(arguments, ROWS[name]) for name in ("edition", "as_of"))
        raise UsageError(f"{both} both say which edition binds; give one of them.")
    return chosen(arguments.edition, arguments.as_of)


def without_leave(live: Live, what: str) -> Unready:
    """What to say where a live target was sent nothing, since nobody gave leave: exit 3, so that it is noticed."""
    emulator = (
        "" if is_vendor(live.host) else f" If it is an emulator and no tenant, say so with --emulator {live.host}."
    )
    return Unready(
        f"Nothing was sent to {live.host}: give --yes to {what} (or name the tenant in live.allow), or --dry-run if "
        f"the plan is all you want.{emulator}"
    )


def live_settings_of(arguments: argparse.Namespace) -> tuple[Live, Settings]:
    """The settings of a command that judges nothing. Raises UsageError."""
    from restore_conformance.live.settings import checked, live_from

    live = live_from(configured(arguments))
    if arguments.target != "live":
        live.base = arguments.target
    live.ca_bundle = arguments.ca_bundle or live.ca_bundle
    checked(live, _base(arguments))
    token = table.token_from(arguments.token, noted, where(arguments, ROWS["token"]))
    return live, Settings(target=live.base, token=token, ca_bundle=live.ca_bundle)


def _base(arguments: argparse.Namespace) -> str:
    """How the base URL of a live target was given."""
    return "live.base" if arguments.target == "live" else where(arguments, ROWS["target"])


def noted(sentence: str) -> None:
    """Tell the user how an option was read."""
    print(f"restore-conformance: note: {sentence}", file=sys.stderr)


def _short(settings: Settings) -> None:
    """Say of tokens that are too short to be looked for everywhere that they are not."""
    kinds = [kind for kind, token in {"good": settings.token, **settings.identities}.items() if 0 < len(token) < LEAST]
    if kinds and settings.target not in {"mock", "replay"}:
        named = ", ".join("the token" if kind == "good" else f"the token of {kind}" for kind in kinds)
        noted(
            f"{named}: fewer than {LEAST} characters, so it is taken out of headers and other places of credentials "
            "only, and not out of every text that is written."
        )


def settings_of(arguments: argparse.Namespace, register: Register) -> Settings:
    """The settings that the options and the configuration say. Raises UsageError."""
    fill_in(arguments)
    edition_of(arguments)  # an unknown one is refused before anything is sent
    if arguments.target in {"mock", "replay"}:
        _only_for_sending(arguments)
    asking = asking_of(arguments)
    only = tuple(dict.fromkeys(arguments.only))
    selected(register, only, where(arguments, ROWS["only"]))
    return replace(
        asking,
        profile=arguments.profile,
        seed=arguments.seed,
        readings=readings_of(arguments, register.interpretations),
        edition=arguments.edition,
        as_of=arguments.as_of,
        report=arguments.report,
        deviations=arguments.deviations,
        max_requests=arguments.max_requests,
        patience=arguments.patience,
        drawn=arguments.draws,
        only=only,
        max_failures=arguments.max_failures,
    )


def asking_of(arguments: argparse.Namespace) -> Settings:
    """The settings that say who is asked, as whom and with which ids. Raises UsageError."""
    at = {name: where(arguments, ROWS[name]) for name in ("token", "identities", "restore_points", "granular_items")}
    token = table.token_from(arguments.token, noted, at["token"])
    made = Settings(
        target=arguments.target,
        token=token,
        identities=table.identities_from(arguments.identity, token, noted, at["identities"]),
        ca_bundle=arguments.ca_bundle,
        emulators=tuple(host.lower() for host in arguments.emulator),
        timeout=arguments.timeout,
        headers=table.headers_from(arguments.header, where(arguments, ROWS["headers"])),
        wait=arguments.wait,
    )
    if arguments.restore_points:
        made.restore_points = table.restore_points_from(arguments.restore_points, at["restore_points"])
    if arguments.granular_items:
        made.granular_items = table.granular_items_from(arguments.granular_items, at["granular_items"])
    return made


def _only_for_sending(arguments: argparse.Namespace) -> None:
    """Refuse the options that a replay or the mock cannot heed. Raises UsageError.

    What the environment or a file says for every run alike is passed over.
    """
    target = arguments.target
    why = "which sends only what was recorded" if target == "replay" else "which is in this process"
    for name in SENDING if target == "replay" else ("headers", "wait"):
        row = ROWS[name]
        if where(arguments, row).startswith("-") and getattr(arguments, row.key):
            raise UsageError(f"{row.spelled} has no meaning with --target {target}, {why}.")


SENDING = (
    "token", "identities", "headers", "restore_points", "granular_items", "ca_bundle", "emulators", "max_requests",
    "max_failures", "wait",
)  # fmt: skip
"""Settings of whoever sends something."""


def readings_of(arguments: argparse.Namespace, known: Mapping[str, Interpretation]) -> dict[str, frozenset[str]]:
    """KEY=VALUE pairs against interpretations.toml. Raises UsageError naming what there is."""
    made: dict[str, frozenset[str]] = {}
    at = where(arguments, ROWS["readings"])
    for pair in arguments.reading:
        key, _, value = pair.partition("=")
        entry = known.get(key.strip())
        if entry is None:
            near = suggestion(key.strip(), known)
            there = "" if near else f" There are: {', '.join(sorted(known))}."
            raise UsageError(f"{at} {key[:60]!r} is not an interpretation.{near}{there}")
        value = value.strip()
        if value in {"open", "either"}:
            made[entry.key] = frozenset(entry.readings)
        elif value in entry.readings:
            made[entry.key] = frozenset({value})
        else:
            near = suggestion(value, entry.readings)
            raise UsageError(f"{at} {key} is one of: {', '.join(entry.readings)}, open; got {value[:60]!r}.{near}")
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
            f"--target {settings.target[:80]!r} is none of: mock, replay (the recordings), live (a tenant), or a base "
            f"URL such as http://127.0.0.1:8080/beta.{suggestion(settings.target, ('mock', 'replay', 'live'))}"
        )
    check_version(settings.target)
    made = Http(
        settings.target, settings.ca_bundle, settings.timeout, near=True, addresses=frozenset(settings.emulators),
        headers=settings.headers,
    )  # fmt: skip
    if not made.loopback and (made.host.lower() not in settings.emulators or is_vendor(made.host)):
        raise UsageError(
            f"{made.host} is not this machine, so it is a live target: see restore-conformance run --target live. If "
            f"it is an emulator and no tenant, say so with --emulator {made.host}."
        )
    _short(settings)
    if settings.wait and not answers(made, settings.wait):
        noted(f"{made.host} did not answer within {settings.wait:g} {'second' if settings.wait == 1 else 'seconds'}.")
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
                f"{host} is not this machine, so it is a live target, and those are reached by https only. If it is an "
                f"emulator and not a tenant, say so with --emulator {host}."
            )
        live.base = settings.target
    for name in ("headers", "wait"):
        if getattr(settings, name) and where(arguments, ROWS[name]).startswith("-"):
            raise UsageError(f"{ROWS[name].spelled} is for emulators; a live target is sent what the plan says only.")
    live.ca_bundle = settings.ca_bundle or live.ca_bundle
    checked(live, _base(arguments))
    check_version(live.base)
    named = arguments.profile if is_given(arguments, "profile") else ""
    if named and not PROFILES[named].requests:
        raise UsageError(f"--profile {named} is not for live targets; give live or live-deep.")
    settings.profile = named or "live"
    settings.target = live.base
    settings.ca_bundle = live.ca_bundle
    if live.restore_points and not settings.restore_points:
        settings.restore_points = table.restore_points_from(live.restore_points, "live.restore-points")
    if live.granular_items and not settings.granular_items:
        settings.granular_items = table.granular_items_from(live.granular_items, "live.granular-items")
    return live


def scrub_of(settings: Settings, *, request_ids: bool = False) -> Scrub:
    """The scrubber of a run: it knows the tokens, the host and the browse sessions that the settings name."""
    return Scrub(
        {
            "token": settings.token,
            **{f"token of {kind}": token for kind, token in settings.identities.items()},
            **{f"secret of {name}": value for name, value in settings.headers},
        },
        hosts=[urlsplit(settings.target).hostname or ""],
        values=[("browse", item["browseSessionId"]) for item in settings.granular_items],
        request_ids=request_ids,
    )
