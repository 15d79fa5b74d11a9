"""`run`: judge a target and write the run record and the reports; pytest and the Python interface judge through it."""

from __future__ import annotations

import argparse
import contextlib
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restore_conformance.clauses import Register, load
from restore_conformance.clock import today
from restore_conformance.commands import live_target, writing
from restore_conformance.commands.arguments import add_settings, source_of, where
from restore_conformance.commands.history import check_history
from restore_conformance.commands.options import scrub_of, settings_of, target_of
from restore_conformance.settings import Settings
from restore_conformance.settings.table import ROWS
from restore_conformance.stimuli import PROFILES
from restore_conformance.targets import Target
from restore_conformance.verdicts import Exit, UsageError, Verdict

if TYPE_CHECKING:
    from restore_conformance.campaign.campaign import Campaign
    from restore_conformance.campaign.result import Result
    from restore_conformance.live.run import LiveRun
    from restore_conformance.records.exchange_store import Store
    from restore_conformance.reports.ledger import Ledger
    from restore_conformance.reports.progress import Progress
    from restore_conformance.scrub import Scrub


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_settings(parser, "run")


def main(arguments: argparse.Namespace) -> int:
    """Run, write, print; the exit code is the verdict's."""
    register = load()
    settings = settings_of(arguments, register)
    ledger = writing.ledger_of(arguments, register)
    live = live_target.run_of(arguments, settings, register)
    if live is not None and live_target.only_shown(live, arguments, "send this plan"):
        print("Nothing was sent.")
        return int(Exit.CONFORMANT)
    check_history(arguments)
    with contextlib.closing(_subject_of(settings, register, live)) as subject:
        return judge(arguments, subject, ledger, shown=True).exit


def judged(arguments: argparse.Namespace, register: Register) -> Judged:
    """Judge as the command does, for pytest; files are written where a folder for them is given.

    Raises UsageError and Unready.
    """
    settings = settings_of(arguments, register)
    ledger = writing.ledger_of(arguments, register)
    live = live_target.run_of(arguments, settings, register)
    if live is not None and not live.leave:
        raise live_target.without_leave(live.live, "send the plan that restore-conformance run --dry-run prints")
    with contextlib.closing(_subject_of(settings, register, live)) as subject:
        return judge(arguments, subject, ledger)


def _subject_of(settings: Settings, register: Register, live: LiveRun | None) -> Subject:
    if live is not None or settings.target == "replay":
        return Subject(settings, register, live=live)
    return Subject(settings, register, target_of(settings))


@dataclass(slots=True)
class Subject:
    """What is judged: a target, a live one, or without either the recordings."""

    settings: Settings
    register: Register
    target: Target | None = None
    live: LiveRun | None = None
    callers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.live is None:
            self.callers = self.settings.callers()

    @property
    def base(self) -> str:
        """The service root, "" for the recordings."""
        return self.live.live.base if self.live else self.target.base if self.target else ""

    @property
    def names(self) -> list[str]:
        """The names that it goes by in a ledger."""
        return ["live" if self.live else self.settings.target, self.base, *([self.target.name] if self.target else [])]

    def judge(
        self,
        scrub: Scrub,
        folder: Path | None,
        keep: Store | None,
        progress: Progress | None,
        stack: contextlib.ExitStack,
    ) -> Result:
        """Judge; the progress is entered into the stack once it is known that something can be sent."""
        if self.live is not None:
            return self._judge_live(self.live, scrub, folder, keep, progress, stack)
        if progress is not None:
            stack.enter_context(progress)
        if self.target is None:
            from restore_conformance.recorded import replay

            return replay(self.register, self.settings, progress.keeping(keep) if progress else keep)
        watchers = (
            {"watch": progress, "expect": progress.expect, "on_finding": progress.report_failed} if progress else {}
        )
        return campaign_of(self.settings, self.target, self.register, keep=keep, **watchers).run()

    def _judge_live(
        self, live: LiveRun, scrub: Scrub, folder: Path | None, keep: Store | None, progress: Progress | None,
        stack: contextlib.ExitStack,
    ) -> Result:  # fmt: skip
        """The same for a live target: notes every token and the ids for support, and lists what was left behind."""
        from restore_conformance.live.run import SupportFile
        from restore_conformance.records.run_record import write_json

        def note(token: str, kind: str) -> None:
            scrub.known("token", token)
            self.callers[token] = kind

        with contextlib.nullcontext() if folder is None else SupportFile(folder / "support.ndjson", scrub) as support:
            try:
                result = live.run(
                    watch=progress, keep=keep, support=support, on_token=note,
                    begin=(lambda: stack.enter_context(progress)) if progress else None,
                    on_finding=progress.report_failed if progress else None,
                )  # fmt: skip
            finally:
                live_target.print_left([*live.recovered, *live.left], live.unanswered, sys.stderr)
        if folder is not None:
            write_json(folder / "permissions.json", [asdict(cell) for cell in live.cells])
        return result

    def settled(self, run: dict[str, Any], result: Result, ledger: Ledger | None, scrub: Scrub) -> dict[str, Any]:
        """The record with what the ledger accepts; a broken cell of the permission matrix is accepted by none."""
        from restore_conformance.reports.accepted_deviations import settled

        held = self.live is not None and any(cell.verdict is Verdict.FAIL for cell in self.live.cells)
        return settled(run, result, ledger, [*self.names, result.target], today(), scrub.text, held=held)

    def close(self) -> None:
        """Close the target."""
        if self.target is not None:
            self.target.close()


@dataclass(frozen=True, slots=True)
class Judged:
    """A run: the result, its record, the exit code of the command, and the scrubber that knows its secrets."""

    result: Result
    run: dict[str, Any]
    exit: int
    scrub: Scrub


def judge(arguments: argparse.Namespace, subject: Subject, ledger: Ledger | None, *, shown: bool = False) -> Judged:
    """Judge, and write what is asked for; `shown` to a user of the command, with signals as that has them.

    Raises UsageError where files are asked for and cannot be written; a user who is shown the verdict is only warned.
    """
    from restore_conformance.campaign.interrupts import Interruptible, Interrupts
    from restore_conformance.records.exchange_store import Store
    from restore_conformance.records.run_record import run_of
    from restore_conformance.reports.progress import Progress

    settings = subject.settings
    scrub = scrub_of(settings, request_ids=arguments.scrub_request_ids)
    folder, store, progress, interrupts = None, None, None, None
    with contextlib.ExitStack() as files:
        if shown or source_of(arguments, "report") is not None:
            folder = writing.folder_of(settings.report, where(arguments, ROWS["report"]))
            # What is replayed was scrubbed and cut before, so it proves no more than a recording of another client.
            ours = subject.target is not None or subject.live is not None
            known = settings.known_ids()
            har = writing.har_of(arguments, folder, scrub, subject.base, subject.callers, known, ours=ours)
            store = files.enter_context(Store(folder / "exchanges.ndjson", scrub, subject.base, har=har))
        if shown:
            interrupts = files.enter_context(Interrupts(anywhere=subject.target is None))
            subject.target = subject.target and Interruptible(subject.target, interrupts)
            name = scrub.text(settings.target)
            progress = Progress(settings, name, quiet=arguments.quiet, plain=arguments.plain, scrub=scrub)
        with contextlib.ExitStack() as stack:
            result = subject.judge(scrub, folder, store, progress, stack)
            if interrupts is not None:
                interrupts.calm()

        def settle(run: dict[str, Any]) -> dict[str, Any]:
            settled = subject.settled(run, result, ledger, scrub)
            return progress.explained(settled) if progress else settled

        if folder is None or store is None:
            run = settle(run_of(result, scrub))
        elif shown:
            if subject.live is not None and not arguments.quiet:
                live_target.print_permissions(subject.live.cells, sys.stdout)
            run = writing.write(folder, result, scrub, store, arguments, settle)
        else:
            run, _, problems = writing.put(folder, result, scrub, store, settle)
            if problems:
                raise UsageError(f"{'; '.join(problems)}.")
    left = subject.live is not None and subject.live.left
    return Judged(result, run, int(Exit.LEFT_BEHIND if left else run["exit"]), scrub)


def campaign_of(settings: Settings, target: Target, register: Register, **watchers: Any) -> Campaign:
    """The campaign of a profile; the profiles for live targets have a script of their own."""
    from restore_conformance.campaign.campaign import Campaign
    from restore_conformance.campaign.rehearsal import choice_of

    if not PROFILES[settings.profile].requests:
        return Campaign(settings, target, register, choice=choice_of(settings, target, register), **watchers)
    from restore_conformance.live.run import rehearsal

    return rehearsal(settings, target, register, **watchers)
