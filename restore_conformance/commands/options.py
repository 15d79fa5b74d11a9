"""The options of commands that ask a target, and what they stand for: settings, a target, a scrubber.

Sends nothing and judges nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from restore_conformance.campaign.selection import selected
from restore_conformance.clauses import Interpretation, Register
from restore_conformance.clock import Skipping
from restore_conformance.commands.arguments import (
    Source,
    configured,
    fill_in,
    pass_over,
    source_of,
    where,
)
from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.output.gate import LEAST
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings, values
from restore_conformance.settings.table import ROWS, TARGETS, kinds_of, settings_of_command
from restore_conformance.spelling import listed, noun, suggestion
from restore_conformance.targets import Embedded, Http, Target, answers
from restore_conformance.targets.target import is_loopback, is_vendor, other_version, url_of
from restore_conformance.verdicts import UsageError

if TYPE_CHECKING:
    from restore_conformance.live.settings import Live


def edition_of(arguments: argparse.Namespace) -> Chosen:
    """The edition that --edition or --as-of names. Raises UsageError."""
    if arguments.edition and arguments.as_of:
        both = " and ".join(where(arguments, ROWS[name]) for name in ("edition", "as_of"))
        raise UsageError(f"{both} both say which edition binds; give one of them.")
    return chosen(arguments.edition, arguments.as_of)


def noted(sentence: str) -> None:
    """Print how an option was read."""
    print(f"restore-conformance: note: {sentence}", file=sys.stderr)


def _short(settings: Settings) -> None:
    """Print a notice for tokens that are too short to be searched for everywhere."""
    kinds = [kind for kind, token in {"good": settings.token, **settings.identities}.items() if 0 < len(token) < LEAST]
    if kinds and settings.target not in {"mock", "replay"}:
        named = ", ".join("the token" if kind == "good" else f"the token of {kind}" for kind in kinds)
        noted(
            f"{named}: fewer than {LEAST} characters, so it is taken out of headers and other places of credentials "
            "only, and not out of every text that is written."
        )


def settings_of(arguments: argparse.Namespace, register: Register, command: str = "run", kind: str = "") -> Settings:
    """The settings of a run that the options and the configuration say; `kind` as of `asking_of`. Raises UsageError."""
    fill_in(arguments)
    edition_of(arguments)  # an unknown one is refused before anything is sent
    asking = asking_of(arguments, command, kind)
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


def asking_of(arguments: argparse.Namespace, command: str, kind: str = "") -> Settings:
    """The settings that say who is asked, as whom and with which ids.

    `kind` is the kind of target where that does not follow from its name. Raises UsageError, also for a setting that
    this one call gives although its target cannot use it.
    """
    refuse_unusable(arguments, command, kind or kind_of(arguments, command))
    at = {name: where(arguments, ROWS[name]) for name in ("token", "identities", "restore_points", "granular_items")}
    token = values.token_from(arguments.token, noted, at["token"])
    settings = Settings(
        target=arguments.target,
        token=token,
        identities=values.identities_from(arguments.identity, token, noted, at["identities"]),
        ca_bundle=arguments.ca_bundle,
        emulators=tuple(emulators_of(arguments)),
        timeout=arguments.timeout,
        headers=values.headers_from(arguments.header, where(arguments, ROWS["headers"])),
        wait=arguments.wait,
    )
    if arguments.restore_points:
        settings.restore_points = values.restore_points_from(arguments.restore_points, at["restore_points"])
    if arguments.granular_items:
        settings.granular_items = values.granular_items_from(arguments.granular_items, at["granular_items"])
    return settings


def kind_of(arguments: argparse.Namespace, command: str) -> str:
    """Which of the kinds of target a command is about. Raises UsageError for anything else.

    Safety follows the host: whatever is neither on this machine nor a listed emulator is live, also when it is given
    as a URL.
    """
    target = arguments.target
    check_kind(target, command)
    parts = url_of(target)
    if "://" not in target:
        return str(target)
    if parts is None or not parts.hostname:
        raise UsageError(f"--target {target!r} is not a URL; give one like http://127.0.0.1:8080/beta.")
    near = is_loopback(parts.hostname) or parts.hostname.lower() in emulators_of(arguments)
    return parts.scheme if near else "live"


def emulators_of(arguments: argparse.Namespace) -> list[str]:
    """The hosts that the options and [live] list as emulators. Raises UsageError for one of the vendor's.

    A target on this machine needs none, so its configuration of live targets is not read.
    """
    hosts = [host.lower() for host in arguments.emulator]
    parts = url_of(arguments.target)
    if arguments.target == "live" or (parts is not None and not is_loopback(parts.hostname or "")):
        hosts += live_settings(arguments).emulators
        if theirs := next(filter(is_vendor, hosts), ""):
            raise UsageError(f"{theirs} belongs to the vendor, so it is a live target and not an emulator.")
    return hosts


def live_settings(arguments: argparse.Namespace) -> Live:
    """The settings of live mode that the configuration and the environment say, read once. Raises UsageError."""
    from restore_conformance.live.settings import live_from

    live: Live | None = getattr(arguments, "live", None)
    if live is None:
        live = arguments.live = live_from(configured(arguments))
    return live


def refuse_unusable(arguments: argparse.Namespace, command: str, kind: str) -> None:
    """Refuse a setting that this one call gives although its target cannot use it. Raises UsageError.

    What the environment or a file says is said for several runs, whose targets may differ, and is passed over.
    """
    for row in settings_of_command(command):
        source = source_of(arguments, row.name)
        if kind in row.targets or source is None:
            continue
        if source is Source.CALL:
            what = f", {TARGETS[kind]}" if "://" in arguments.target else ""
            meant = unless_emulator(arguments.target) if kind == "live" else ""
            raise UsageError(
                f"{where(arguments, row)} has no meaning with --target {arguments.target}{what}: it is for "
                f"{_listed(row.targets & kinds_of(command))}.{meant}"
            )
        pass_over(arguments, row)


def unless_emulator(target: str) -> str:
    """What a user may have meant by a URL that is taken for a tenant; "" where it is one, or on this machine."""
    parts = url_of(target)
    host = parts and parts.hostname
    if not host or is_loopback(host) or is_vendor(host):
        return ""
    return f" If it is an emulator and no tenant, say so with --emulator {host}."


def _listed(kinds: Collection[str]) -> str:
    """Kinds of target in words."""
    words = [what for kind, what in TARGETS.items() if kind in kinds]
    if {"http", "https"} <= set(kinds):
        words[words.index(TARGETS["http"])] = "an emulator"
        words.remove(TARGETS["https"])
    return listed(words, "or", most=0)


def readings_of(arguments: argparse.Namespace, known: Mapping[str, Interpretation]) -> dict[str, frozenset[str]]:
    """KEY=VALUE pairs against interpretations.toml. Raises UsageError naming what there is."""
    narrowed: dict[str, frozenset[str]] = {}
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
            narrowed[entry.key] = frozenset(entry.readings)
        elif value in entry.readings:
            narrowed[entry.key] = frozenset({value})
        else:
            near = suggestion(value, entry.readings)
            raise UsageError(f"{at} {key} is one of: {', '.join(entry.readings)}, open; got {value[:60]!r}.{near}")
    return narrowed


def check_kind(target: str, command: str) -> None:
    """Refuse what is neither a target that the command names nor a URL of http or https. Raises UsageError."""
    named = [name for name in NAMED if name in kinds_of(command)]
    if target not in named and target.partition("://")[0].lower() not in {"http", "https"}:
        names = ", ".join(f"{name}{NAMED[name]}" for name in named)
        raise UsageError(
            f"--target {target[:80]!r} is not one of: {names}, or a base URL such as http://127.0.0.1:8080/beta."
            f"{suggestion(target, named)}"
        )


NAMED = {"mock": "", "replay": " (the recordings)", "documentation": " (the printed examples)", "live": " (a tenant)"}
"""Targets that are named, and what each is where its name does not say it."""


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
        service.unknown_members = {} if every_edition else settings.chosen().newer_members
        tokens = {kind: token for token, kind in service.tokens.items()}
        settings.token = tokens["good"]
        settings.identities = {kind: token for kind, token in tokens.items() if kind != "good"}
        return Embedded(service)
    check_version(settings.target)
    target = Http(
        settings.target, settings.ca_bundle, settings.timeout, near=True, addresses=frozenset(settings.emulators),
        headers=settings.headers,
    )  # fmt: skip
    if not target.loopback and (target.host.lower() not in settings.emulators or is_vendor(target.host)):
        raise UsageError(
            f"{target.host} is not this machine, so it is a live target: see restore-conformance run --target live."
            f"{unless_emulator(settings.target)}"
        )
    _short(settings)
    if settings.wait and not answers(target, settings.wait):
        noted(f"{target.host} did not answer within {settings.wait:g} {noun(settings.wait, 'second')}.")
    return target


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
