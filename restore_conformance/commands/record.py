"""`record`: write cassettes, whole or for one clause. Nothing else ever writes one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from restore_conformance.clauses import Register, load
from restore_conformance.commands import live_target, options, writing
from restore_conformance.commands.arguments import add_settings
from restore_conformance.contract import places
from restore_conformance.settings import Settings
from restore_conformance.spelling import addresses_near, counted
from restore_conformance.verdicts import WORDS, Exit, Unready, UsageError

if TYPE_CHECKING:
    from restore_conformance.campaign.result import Result
    from restore_conformance.live.settings import Live
    from restore_conformance.recorded.cassettes import Cassette
    from restore_conformance.recorded.provenance import Place
    from restore_conformance.recorded.recorder import Recorder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("clause", nargs="?", default="", metavar="CLAUSE", help="record this clause only (default: all)")
    add("--to", default="", metavar="DIR", help="where cassettes are kept (default: cassettes/ of the checkout)")
    add_settings(parser, "record")


def main(arguments: argparse.Namespace) -> int:
    """Record and say what was written; 0 if anything was, 5 if a draft was left behind as well."""
    register = load()
    only = _only(arguments.clause, register)
    folder = _folder(arguments.to)
    settings = options.asking_of(arguments, "record")
    if arguments.target == "documentation":
        from restore_conformance.recorded.recorder import documented

        cassettes = list(documented(register, folder, lambda clause: not only or clause.address == only))
        return _write(cassettes, folder, arguments.target, only)
    live = live_target.live_of(arguments, settings, "record")
    if live is not None:
        return _live(arguments, settings, live, register, only, folder)
    from restore_conformance.campaign.campaign import Campaign
    from restore_conformance.recorded.provenance import Place, place_of

    target = options.target_of(settings, every_edition=True, standing=True)
    settings.profile = "standard" if target.loopback else "quick"
    place = Place() if settings.target == "mock" else place_of(settings.target, settings.ca_bundle)
    recorder = _recorder(arguments, settings, register, place, settings.callers(), settings.known_ids())
    try:
        writing.folder_of(str(folder), "--to")
        result = Campaign(settings, target, register, keep=recorder.keep).run()
    finally:
        target.close()
    return _finish(recorder, result, folder, arguments.target, only)


def _live(
    arguments: argparse.Namespace, settings: Settings, live: Live, register: Register, only: str, folder: Path
) -> int:
    """The same from a live target, in every way as `run` reaches it: with leave only, and all drafts deleted."""
    from restore_conformance.live.run import LiveRun
    from restore_conformance.recorded.provenance import place_of

    run = LiveRun(settings, live, register.only({only}) if only else register, yes=arguments.yes)
    gap = run.planned().unreachable.get(only)
    if gap is not None:
        why = gap.says or "nothing that a live target is sent tests it"
        raise UsageError(f"{only} cannot be recorded from a live target, and nothing was sent: {why}.")
    if live_target.only_shown(run, arguments, "send this plan and record it"):
        print("Nothing was sent or recorded.")
        return int(Exit.CONFORMANT)
    writing.folder_of(str(folder), "--to")
    callers: dict[str, str] = {}
    place = place_of(live.base, live.ca_bundle)
    recorder = _recorder(arguments, settings, register, place, callers, settings.known_ids())
    for label, value in (("tenant", live.login.tenant), ("application", live.login.client_id)):
        recorder.scrub.known(label, value)

    def note(token: str, kind: str) -> None:
        recorder.scrub.known("token", token)
        callers[token] = kind

    try:
        result = run.run(keep=recorder.keep, on_token=note)
    finally:
        live_target.print_left([*run.recovered, *run.left], run.unanswered, sys.stderr)
    code = _finish(recorder, result, folder, arguments.target, only)
    return int(Exit.LEFT_BEHIND) if run.left else code


def _recorder(
    arguments: argparse.Namespace,
    settings: Settings,
    register: Register,
    place: Place,
    callers: dict[str, str],
    known: list[str] | None,
) -> Recorder:
    from restore_conformance.recorded.recorder import Recorder

    scrub = options.scrub_of(settings, request_ids=arguments.scrub_request_ids)
    return Recorder(register, place, scrub, callers, known)


def _finish(recorder: Recorder, result: Result, folder: Path, target: str, only: str) -> int:
    """Write what a run brought, if it came to its end or its bound: half a recording would pass for a whole one."""
    from restore_conformance.campaign.result import Stop
    from restore_conformance.recorded import unlike

    if result.stop is not Stop.PLAN:
        if result.stop is not Stop.BOUND:
            raise Unready(f"Nothing was recorded, since the run did not come to its end: {result.stopped}.")
        recorder.cut()
        print(f"Only the exchanges before the stop were recorded: {result.stopped}.")
    documented = {path.stem for path in folder.rglob("examples.*.yaml")}
    cassettes = recorder.cassettes(
        folder,
        lambda clause: clause.address == only if only else clause.address.partition("/")[2] not in documented,
    )
    code = _write(cassettes, folder, target, only)
    for address, then, now in unlike(recorder.register, result, cassettes):
        print(f"{address}: {WORDS[then]} in the run, {WORDS[now]} in its recording, which holds less.")
    return code


def _write(cassettes: list[Cassette], folder: Path, target: str, only: str) -> int:
    from restore_conformance.recorded import outdated
    from restore_conformance.recorded.cassettes import save

    if not cassettes:
        raise UsageError(f"Nothing was recorded: no answer of {target} touches {only or 'any clause'}.")
    save(cassettes, outdated(folder, [cassette.name for cassette in cassettes]))
    for cassette in cassettes:
        print(f"{cassette.name}: {counted(len(cassette.exchanges), 'exchange')}")
    origins = {cassette.provenance.origin for cassette in cassettes}
    print(f"Wrote {len(cassettes)} cassettes of {target}, as {' and '.join(sorted(origins))}.")
    if target not in {"mock", "documentation"} and "mock" in origins:
        service = next(cassette.provenance.service for cassette in cassettes if cassette.provenance.origin == "mock")
        print(f"They are no evidence about the service: recorded from {service}.")
    return int(Exit.CONFORMANT)


def _only(address: str, register: Register) -> str:
    if not address:
        return ""
    known = [clause.address for clause in register.clauses if clause.judge is not None]
    if address not in known:
        near = addresses_near(address, known)
        raise UsageError(f"There is no clause {address[:60]!r} that can be recorded.{near}")
    return address


def _folder(name: str) -> Path:
    if name:
        return Path(name)
    if not places.is_checkout():
        raise UsageError("An installed package is not changed; say with --to where the cassettes go.")
    return places.CASSETTES
