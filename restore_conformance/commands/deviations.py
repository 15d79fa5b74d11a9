"""`deviations`: write a ledger of accepted deviations from a run, or add to one, for its owners to fill in."""

from __future__ import annotations

import argparse
from pathlib import Path

from restore_conformance.commands.arguments import add_settings
from restore_conformance.output import files
from restore_conformance.records.safe_text import line
from restore_conformance.spelling import counted
from restore_conformance.verdicts import Exit, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("action", choices=("init", "update"), help="init: a new ledger; update: add what one lacks, change nothing")
    add("run", metavar="RUN", help="the folder of a run, or its run.json")
    add_settings(parser, "deviations")
    add(
        "--target",
        default="",
        metavar="NAME|URL",
        help="what the entries are about, * for any text (default: the target of the run)",
    )


def main(arguments: argparse.Namespace) -> int:
    """Write, and say what is to be filled in; 0 when done. Raises UsageError."""
    from restore_conformance.records.reader import read_record
    from restore_conformance.reports.ledger import HEAD, drafted
    from restore_conformance.scrub.placeholders import PLACEHOLDER

    run = read_record(arguments.run)
    target = arguments.target or run["target"]
    if not arguments.target and PLACEHOLDER.search(target):
        raise UsageError("The record does not name the host of its target, which is private: name it with --target.")
    path, shown = Path(arguments.deviations), line(arguments.deviations, 120)
    before = _text(path, shown) if path.exists() else ""
    if arguments.action == "init" and path.exists():
        raise UsageError(f"{shown} is there already; restore-conformance deviations update adds to it.")
    if arguments.action == "update" and not path.exists():
        raise UsageError(f"There is no ledger {shown}; restore-conformance deviations init writes one.")
    text, added, passing = drafted(before or HEAD, run, target, shown)
    if text != before:
        files.asked_for(path, text.encode(), shown)
    for address in added:
        print(f"added   {address}")
    for address in passing:
        print(f"passes  {address}: its entry no longer holds; take it out")
    what = counted(len(added), "entry", "entries")
    rest = "; fill in reason, case, owner and review of each" if added else ""
    print(f"{shown}: {what} added{rest}.")
    return int(Exit.CONFORMANT)


def _text(path: Path, shown: str) -> str:
    """The ledger as it is, with its line ends. Raises UsageError."""
    from restore_conformance.reports.ledger import LARGEST

    try:
        return files.read(path, LARGEST).decode()
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
