"""The options of commands that ask a target, and what they stand for: settings, a target, a scrubber.

Sends nothing and judges nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from restore_conformance.campaign.selection import selected
from restore_conformance.clauses import Interpretation, Register
from restore_conformance.clock import Skipping
from restore_conformance.commands.arguments import add_settings, fill_in, where
from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.output.gate import LEAST
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings, values
from restore_conformance.settings.table import ROWS
from restore_conformance.spelling import noun, suggestion
from restore_conformance.targets import Embedded, Http, Target, answers
from restore_conformance.targets.target import is_vendor, other_version
from restore_conformance.verdicts import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_settings(parser, "run")


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
    token = values.token_from(arguments.token, noted, at["token"])
    settings = Settings(
        target=arguments.target,
        token=token,
        identities=values.identities_from(arguments.identity, token, noted, at["identities"]),
        ca_bundle=arguments.ca_bundle,
        emulators=tuple(host.lower() for host in arguments.emulator),
        timeout=arguments.timeout,
        headers=values.headers_from(arguments.header, where(arguments, ROWS["headers"])),
        wait=arguments.wait,
    )
    if arguments.restore_points:
        settings.restore_points = values.restore_points_from(arguments.restore_points, at["restore_points"])
    if arguments.granular_items:
        settings.granular_items = values.granular_items_from(arguments.granular_items, at["granular_items"])
    return settings


def _only_for_sending(arguments: argparse.Namespace) -> None:
    """Refuse the options that have no effect on a replay or the mock. Raises UsageError.

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


KINDS = {"mock": "", "replay": " (the recordings)", "live": " (a tenant)"}
"""Targets that are named, and what each is."""


def check_kind(target: str, kinds: Mapping[str, str] = KINDS) -> None:
    """Refuse what is neither one of the targets that are named nor a URL of http or https. Raises UsageError."""
    if target not in kinds and target.partition("://")[0].lower() not in {"http", "https"}:
        named = ", ".join(f"{name}{what}" for name, what in kinds.items())
        raise UsageError(
            f"--target {target[:80]!r} is not one of: {named}, or a base URL such as http://127.0.0.1:8080/beta."
            f"{suggestion(target, kinds)}"
        )


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
    check_kind(settings.target)
    check_version(settings.target)
    target = Http(
        settings.target, settings.ca_bundle, settings.timeout, near=True, addresses=frozenset(settings.emulators),
        headers=settings.headers,
    )  # fmt: skip
    if not target.loopback and (target.host.lower() not in settings.emulators or is_vendor(target.host)):
        raise UsageError(
            f"{target.host} is not this machine, so it is a live target: see restore-conformance run --target live. If "
            f"it is an emulator and no tenant, say so with --emulator {target.host}."
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
