"""What `run` and `judge` write: the exchanges, the run record, every report, and a table in the terminal.

Knows where files go and in which order; what they say is made elsewhere.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restore_conformance.scrub import Scrub
from restore_conformance.verdicts import UsageError

if TYPE_CHECKING:
    from restore_conformance.concluding import Result
    from restore_conformance.har import Writer
    from restore_conformance.storing import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of commands that write reports and show what they found."""
    parser.add_argument(
        "--no-har", action="store_true", help="do not write the exchanges as DIR/run.har (HAR 1.2) as well"
    )
    parser.add_argument("--quiet", action="store_true", help="print the verdict line only")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="lines only, no colours, nothing redrawn: for logs (default where standard error is no terminal)",
    )


def folder_of(name: str, option: str = "--report") -> Path:
    """The folder that an option names, made and tried. Raises UsageError."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        raise UsageError(f"{option} {name} cannot be written: {error.strerror or error}.") from None
    return folder


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
    from restore_conformance.har import Writer

    if arguments.no_har:
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
    from restore_conformance.record import learn, run_of, write_json
    from restore_conformance.reporting import write_reports
    from restore_conformance.reporting.terminal import table

    learn(result, scrub)
    store.close()
    run = settle(run_of(result, scrub, store.shown()))
    write_json(folder / "run.json", run)
    if remember(arguments, run):
        write_json(folder / "run.json", run)
    written = write_reports(folder, run)
    table(run, written, quiet=arguments.quiet, plain=arguments.plain, out=sys.stdout)
    return run
