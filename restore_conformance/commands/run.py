"""`run`: judge a target and write the run record and the reports."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from restore_conformance.clauses import Register, load
from restore_conformance.commands import ledger as ledgers
from restore_conformance.commands import writing
from restore_conformance.commands.arguments import is_given, where
from restore_conformance.commands.history import check_history
from restore_conformance.commands.options import add_arguments, live_of, scrub_of, settings_of, target_of, without_leave
from restore_conformance.exchange import Exchange
from restore_conformance.settings import Settings
from restore_conformance.settings_table import ROWS
from restore_conformance.stimuli import PROFILES
from restore_conformance.targets import Target
from restore_conformance.verdicts import Exit, UsageError, Verdict

if TYPE_CHECKING:
    from restore_conformance.campaign.campaign import Campaign
    from restore_conformance.campaign.result import Result
    from restore_conformance.live.run import LiveRun
    from restore_conformance.live.settings import Live
    from restore_conformance.reports.ledger import Ledger
    from restore_conformance.reports.progress import Progress
    from restore_conformance.scrub import Scrub

__all__ = ["Judged", "add_arguments", "judged", "main", "without_show"]


def result_of(
    settings: Settings,
    target: Target | None,
    register: Register,
    progress: Progress | None = None,
    keep: Callable[[Exchange], None] | None = None,
) -> Result:
    """Judge a target, or the recordings where there is none."""
    if target is None:
        from restore_conformance.recorded import replay

        return replay(register, settings, keep)
    watchers = {"watch": progress, "expect": progress.expect, "told": progress.report_broken} if progress else {}
    return campaign_of(settings, target, register, keep=keep, **watchers).run()


def main(arguments: argparse.Namespace) -> int:
    """Run, write, print; the exit code is the verdict's."""
    from restore_conformance.campaign.interrupts import Interruptible, Interrupts
    from restore_conformance.records.exchange_store import Store
    from restore_conformance.reports.accepted_deviations import settled
    from restore_conformance.reports.progress import Progress

    register = load()
    settings = settings_of(arguments, register)
    ledger = ledgers.ledger_of(arguments, register)
    live = None if settings.target == "replay" else live_of(arguments, settings)
    if live is not None:
        return _live(arguments, settings, live, register, ledger)
    if arguments.dry_run:
        raise UsageError(f"--dry-run is for live targets; {settings.target} is none, so leave it out.")
    check_history(arguments)
    target = None if settings.target == "replay" else target_of(settings)
    folder = writing.folder_of(settings.report)
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)
    base = target.base if target else ""
    # What is replayed was scrubbed and cut before, so it proves no more than a stranger's recording.
    har = writing.har_of(
        arguments, folder, scrub, base, settings.callers(), settings.known_ids(), ours=target is not None
    )
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
                lambda run: progress.explained(settled(run, result, ledger, names, ledgers.today(), scrub.text)),
            )  # fmt: skip
    finally:
        if target is not None:
            target.close()
    return int(run["exit"])


@dataclass(frozen=True, slots=True)
class Judged:
    """A run that was shown to nobody: the result, its record, and the scrubber that knows its secrets."""

    result: Result
    run: dict[str, Any]
    scrub: Scrub


def judged(arguments: argparse.Namespace, register: Register) -> Judged:
    """Judge as the command does, for pytest; reports are written where a folder for them is given.

    Raises UsageError and Unready.
    """
    settings = settings_of(arguments, register)
    ledger = ledgers.ledger_of(arguments, register)
    live = None if settings.target == "replay" else live_of(arguments, settings)
    if live is not None:
        return _judged_live(arguments, settings, live, register, ledger)
    if settings.target == "replay":
        return without_show(arguments, settings, None, register, ledger)
    with contextlib.closing(target_of(settings)) as target:
        return without_show(arguments, settings, target, register, ledger)


def without_show(
    arguments: argparse.Namespace, settings: Settings, target: Target | None, register: Register, ledger: Ledger | None
) -> Judged:
    """Judge a target that is not live, or the recordings. Raises UsageError where reports cannot be written."""
    base = target.base if target else ""
    names = [settings.target, base, *([target.name] if target else [])]
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)

    def judge(keep: Callable[[Exchange], None] | None) -> Result:
        return result_of(settings, target, register, keep=keep)

    def settle(run: dict[str, Any], result: Result) -> dict[str, Any]:
        from restore_conformance.reports.accepted_deviations import settled

        return settled(run, result, ledger, [*names, result.target], ledgers.today(), scrub.text)

    callers = settings.callers(), settings.known_ids()
    return _kept(arguments, scrub, base, callers, judge, settle, ours=target is not None)


def _kept(
    arguments: argparse.Namespace,
    scrub: Scrub,
    base: str,
    callers: tuple[dict[str, str], list[str] | None],
    judge: Callable[[Callable[[Exchange], None] | None], Result],
    settle: Callable[[dict[str, Any], Result], dict[str, Any]],
    *,
    ours: bool = True,
) -> Judged:
    """Judge, and write what is asked for. Raises UsageError where that cannot be written."""
    from restore_conformance.records.exchange_store import Store
    from restore_conformance.records.run_record import run_of

    if not is_given(arguments, "report"):
        result = judge(None)
        return Judged(result, settle(run_of(result, scrub), result), scrub)
    folder = writing.folder_of(arguments.report, where(arguments, ROWS["report"]))
    har = writing.har_of(arguments, folder, scrub, base, *callers, ours=ours)
    with Store(folder / "exchanges.ndjson", scrub, base, har=har) as store:
        result = judge(store)
        run, _, problems = writing.put(folder, result, scrub, store, lambda run: settle(run, result))
    if problems:
        raise UsageError(f"{'; '.join(problems)}.")
    return Judged(result, run, scrub)


def _judged_live(
    arguments: argparse.Namespace, settings: Settings, live: Live, register: Register, ledger: Ledger | None
) -> Judged:
    """The same for a live target. Raises Unready without leave, and UsageError where drafts are left behind."""
    from restore_conformance.live.run import LiveRun
    from restore_conformance.live.tenant import known_of

    going = LiveRun(settings, live, register, yes=arguments.yes)
    if not going.leave:
        raise without_leave(live, "send the plan that restore-conformance run --dry-run prints")
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)
    callers: dict[str, str] = {}
    told = _noting(scrub, callers)

    def settle(run: dict[str, Any], result: Result) -> dict[str, Any]:
        return _settled_live(run, result, going, ledger, scrub)

    known = callers, known_of(settings)
    made = _kept(arguments, scrub, live.base, known, lambda keep: going.run(keep=keep, told=told), settle)
    if going.left:
        raise UsageError(f"Left behind: {', '.join(one.session for one in going.left)}; see cleanup.")
    return made


def _noting(scrub: Scrub, callers: dict[str, str]) -> Callable[[str, str], None]:
    """Takes every token that is signed in with: the scrubber must know it, and the reader of a HAR whose it is."""

    def note(token: str, kind: str) -> None:
        scrub.known("token", token)
        callers[token] = kind

    return note


def _settled_live(
    run: dict[str, Any], result: Result, going: LiveRun, ledger: Ledger | None, scrub: Scrub
) -> dict[str, Any]:
    """The record of a live run, with what the ledger accepts; a broken cell of the permissions is accepted by none."""
    from restore_conformance.reports.accepted_deviations import settled

    held = any(cell.verdict is Verdict.FAIL for cell in going.cells)
    names = ["live", going.live.base, result.target]
    return settled(run, result, ledger, names, ledgers.today(), scrub.text, held=held)


def campaign_of(settings: Settings, target: Target, register: Register, **watchers: Any) -> Campaign:
    """The campaign of a profile; the profiles for live targets have a script of their own."""
    from restore_conformance.campaign.campaign import Campaign
    from restore_conformance.campaign.rehearsal import choice_of

    if not PROFILES[settings.profile].requests:
        return Campaign(settings, target, register, choice=choice_of(settings, target, register), **watchers)
    from restore_conformance.live.run import rehearsal

    return rehearsal(settings, target, register, **watchers)


def _live(
    arguments: argparse.Namespace, settings: Settings, live: Live, register: Register, ledger: Ledger | None
) -> int:
    """The same for a live target: with leave only, and with word of what was left behind."""
    from restore_conformance.campaign.interrupts import Interrupts
    from restore_conformance.live.run import LiveRun, SupportFile, told_cells, told_left
    from restore_conformance.live.tenant import known_of
    from restore_conformance.records.exchange_store import Store
    from restore_conformance.records.run_record import write_json
    from restore_conformance.reports.progress import Progress

    going = LiveRun(settings, live, register, yes=arguments.yes)
    if arguments.dry_run or not going.leave:
        going.show(sys.stdout)
        if not arguments.dry_run:
            raise without_leave(live, "send this plan")
        print("Nothing was sent.")
        return int(Exit.CONFORMANT)
    check_history(arguments)
    folder = writing.folder_of(settings.report)
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)
    callers: dict[str, str] = {}
    told = _noting(scrub, callers)
    har = writing.har_of(arguments, folder, scrub, live.base, callers, known_of(settings))
    store = Store(folder / "exchanges.ndjson", scrub, live.base, har=har)
    support = SupportFile(folder / "support.ndjson", scrub)
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
                    broken=progress.report_broken,
                )
                signals.calm()
        finally:
            support.close()
            told_left([*going.recovered, *going.left], going.unanswered, sys.stderr)
        write_json(folder / "permissions.json", [asdict(cell) for cell in going.cells])
        if not arguments.quiet:
            told_cells(going.cells, sys.stdout)
        run = writing.write(
            folder, result, scrub, store, arguments,
            lambda run: progress.explained(_settled_live(run, result, going, ledger, scrub)),
        )  # fmt: skip
    return int(Exit.LEFT_BEHIND if going.left else run["exit"])
