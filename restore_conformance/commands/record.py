"""`record`: write cassettes, whole or for one clause. Nothing else ever writes one."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path

from restore_conformance import places
from restore_conformance import settings as table
from restore_conformance.clauses import Clause, Register, load
from restore_conformance.commands import run
from restore_conformance.settings import Settings
from restore_conformance.verdicts import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("clause", nargs="?", default="", metavar="CLAUSE", help="record this clause only (default: all)")
    add(
        "--target",
        required=True,
        metavar="mock|documentation|live|URL",
        help="what to record: the mock, the printed examples, or the service at a base URL",
    )
    add("--token", metavar="T", help=f"bearer token of a caller with the permission; also ${table.TOKEN_VARIABLE}")
    add("--identity", action="append", default=[], metavar="NAME=TOKEN", help="another caller, as for run; repeatable")
    add("--restore-points", metavar="FILE", help="ids of restore points that exist on the target")
    add("--granular-items", metavar="FILE", help="items that exist there, as for run")
    add("--ca-bundle", default="", metavar="FILE", help="certificates to trust, as a PEM file")
    add("--emulator", action="append", default=[], metavar="HOST", help="a host that is an emulator and no tenant")
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="how long to wait for an answer (default: 30)")
    add("--scrub-request-ids", action="store_true", help="take the ids for support out as well")
    add("--to", default="", metavar="DIR", help="where cassettes are kept (default: cassettes/ of the checkout)")


def main(arguments: argparse.Namespace) -> int:
    """Record and say what was written; 0 if anything was."""
    from restore_conformance.tape import save
    from restore_conformance.taping import documented, recorded

    register = load()
    only = _only(arguments.clause, register)
    folder = _folder(arguments.to)
    documentation = {path.stem for path in folder.rglob("examples.*.yaml")}
    if arguments.target == "documentation":
        made = documented(register, folder, lambda clause: not only or clause.address == only)
    else:
        settings = _settings(arguments)
        target = run.target_of(settings)
        settings.profile = "standard" if target.loopback else "quick"
        scrub = run.scrub_of(settings, request_ids=arguments.scrub_request_ids)

        def wanted(clause: Clause) -> bool:
            if only:
                return clause.address == only
            return clause.address.partition("/")[2] not in documentation

        try:
            made = iter(
                list(
                    recorded(
                        register, settings, target, origin=_origin(settings, target), folder=folder, scrub=scrub,
                        wanted=wanted,
                    )
                )
            )  # fmt: skip
        finally:
            target.close()
    written = 0
    for cassette in made:
        save(cassette)
        written += 1
        print(f"{cassette.name}: {len(cassette.exchanges)} exchanges")
    if not written:
        raise UsageError(f"Nothing was recorded: no answer of {arguments.target} touches {only or 'any clause'}.")
    print(f"Wrote {written} cassettes of {arguments.target}.")
    return 0


def _only(address: str, register: Register) -> str:
    if not address:
        return ""
    known = [made.address for made in register.clauses if made.judge is not None]
    if address not in known:
        near = ", ".join(difflib.get_close_matches(address, known, 3, 0.3)) or "see restore-conformance clauses"
        raise UsageError(f"There is no clause {address!r} that can be recorded; near it: {near}.")
    return address


def _folder(name: str) -> Path:
    if name:
        return Path(name)
    if not places.is_checkout():
        raise UsageError("An installed package is not changed; say with --to where the cassettes go.")
    return places.CASSETTES


def _settings(arguments: argparse.Namespace) -> Settings:
    if arguments.timeout <= 0:
        raise UsageError(f"--timeout {arguments.timeout} must be more than 0 seconds.")
    made = Settings(
        target=arguments.target,
        token=table.token_from(arguments.token),
        identities=table.identities_from(arguments.identity),
        ca_bundle=arguments.ca_bundle,
        emulators=tuple(host.lower() for host in arguments.emulator),
        patience=arguments.timeout,
    )
    if arguments.restore_points:
        made.restore_points = table.restore_points_from(arguments.restore_points)
    if arguments.granular_items:
        made.granular_items = table.granular_items_from(arguments.granular_items)
    return made


def _origin(settings: Settings, target: object) -> str:
    """Only what came from a host of the vendor's is called live; everything else stands in for it."""
    from urllib.parse import urlsplit

    from restore_conformance.targets.door import is_vendor

    return "live" if target and is_vendor(urlsplit(settings.target).hostname or "") else "mock"
