"""What `run` and `judge` write: the exchanges, the run record, every report, and a table in the terminal.

Knows where files go and in which order; what they say is made elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restore_conformance.clauses import Register
from restore_conformance.commands.arguments import where
from restore_conformance.records.safe_text import line
from restore_conformance.scrub import Scrub
from restore_conformance.settings.table import ROWS
from restore_conformance.verdicts import UsageError

if TYPE_CHECKING:
    from restore_conformance.campaign.result import Result
    from restore_conformance.recorded.har import Writer
    from restore_conformance.records.exchange_store import Store
    from restore_conformance.reports.ledger import Ledger


def folder_of(name: str, option: str = "--report") -> Path:
    """The folder that an option names, made and tried.

    Raises UsageError for what cannot be a folder: the name of a file, a file in its place, or a link where the default
    was not named by anybody, since a checkout of somebody else's may hold one. A folder that cannot be written is
    reported at once, and the run goes on: its verdict is printed all the same.
    """
    folder = Path(name)
    if not folder.is_absolute() and name in UNNAMED:
        for part in (folder, *folder.parents[:-1]):
            if part.is_symlink():
                raise UsageError(f"{part} is a symbolic link; name the folder for the reports with {option}.")
    try:
        if folder.suffix.lower() in FILES and not folder.is_dir():
            from restore_conformance.reports import FILES as REPORTS

            into = (
                f"{', '.join(REPORTS.values())} and run.json are written into it"
                if option != "--to"
                else "for cassettes"
            )
            raise UsageError(f"{option} {name} is the name of a file, and a folder is wanted: {into}.")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{_named(name, option)} cannot be written: {error.strerror or error}.") from None
    except OSError as error:
        why = error.strerror or error
        shown = _named(name, option)
        print(f"Warning: {shown} cannot be written: {why}; the verdict is printed only.", file=sys.stderr)
    return folder


def _named(name: str, option: str) -> str:
    """A folder as the user named it, or as it is called where nobody did."""
    return f"the folder {name}" if name in UNNAMED else f"{option} {name}"


DATA = ("exchanges.ndjson", "run.har", "run.json")
"""What a run writes into its folder when it ends, beside the reports."""
FILES = frozenset(
    {
        ".csv", ".har", ".htm", ".html", ".json", ".log", ".md", ".ndjson", ".pdf", ".sarif", ".txt", ".xml", ".yaml",
        ".yml", ".zip",
    }
)  # fmt: skip
"""How the names of files end that somebody may expect to be written; folders may have any other dot in their names."""
UNNAMED = frozenset({"reports/latest", "reports/judged"})
"""Where reports go if nobody names a folder."""


def har_of(
    arguments: argparse.Namespace,
    folder: Path,
    scrub: Scrub,
    base: str,
    callers: Mapping[str, str],
    known: Sequence[str] | None = None,
    *,
    ours: bool = True,
) -> Writer | None:
    """The writer of run.har, or None where none is wanted; one of an earlier run does not stay beside this one."""
    from restore_conformance.recorded.har import Writer

    if arguments.no_har:
        with contextlib.suppress(OSError):
            (folder / "run.har").unlink(missing_ok=True)
        return None
    return Writer(folder / "run.har", scrub, base, callers, known, ours=ours)


def write(
    folder: Path,
    result: Result,
    scrub: Scrub,
    store: Store,
    arguments: argparse.Namespace,
    settle: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """Write the exchanges, the run record and every report, and print the table; gives the record.

    `settle` holds the record against the ledger of accepted deviations, before anything is written.
    """
    from restore_conformance.commands.history import remember
    from restore_conformance.reports import markdown
    from restore_conformance.reports.terminal import table

    run, written, problems = put(folder, result, scrub, store, settle, lambda run: remember(arguments, run))
    markdown.summarise(run)
    table(run, written, quiet=arguments.quiet, plain=arguments.plain, out=sys.stdout)
    for problem in problems:
        print(f"Warning: {line(problem)}.", file=sys.stderr)
    return run


def put(
    folder: Path,
    result: Result,
    scrub: Scrub,
    store: Store,
    settle: Callable[[dict[str, Any]], dict[str, Any]],
    remember: Callable[[dict[str, Any]], object] = lambda _: None,
) -> tuple[dict[str, Any], dict[str, Path], list[str]]:
    """Write the exchanges, the run record and every report: gives the record, the reports, and what kept some away."""
    from restore_conformance.output.files import Pending, Withheld, remove_leftovers
    from restore_conformance.records.run_record import json_of, learn, run_of
    from restore_conformance.reports import FILES as REPORTS
    from restore_conformance.reports import put_reports

    learn(result, scrub)
    pending, problems = Pending(), [store.problem] if store.problem else []
    remove_leftovers(folder, [*DATA, *REPORTS.values()])

    @contextlib.contextmanager
    def writing() -> Iterator[None]:
        try:
            yield
        except Withheld as error:
            problems.append(f"{error}, so it was not written: please report that as a defect of the suite")
        except OSError as error:
            problems.append(f"the reports could not be written to {folder}: {error.strerror or error}")

    with writing():
        store.close(pending)
    run = settle(run_of(result, scrub, store.shown(), store.run_id))
    written: dict[str, Path] = {}
    stored = not problems or bool(store.problem)
    try:
        remember(run)
    except UsageError as error:
        problems.append(f"the run was not stored in the history: {str(error).rstrip('.')}")
    finally:
        with writing():
            if stored:
                pending.put(folder / "run.json", json_of(run))
                written = put_reports(pending, folder, run)
                pending.commit(last=folder / "run.json")
        pending.drop()
    return run, written, problems


def ledger_of(arguments: argparse.Namespace, register: Register) -> Ledger | None:
    """The ledger that the options name, if they do. Raises UsageError."""
    from restore_conformance.reports.ledger import read_ledger

    named = where(arguments, ROWS["deviations"])
    return read_ledger(arguments.deviations, register, named) if arguments.deviations else None
