"""`compare`: what changed between two runs; exit 1 on a regression."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restore_conformance.clauses import load
from restore_conformance.clock import today
from restore_conformance.commands import writing
from restore_conformance.commands.arguments import add_settings
from restore_conformance.output.formats import deliver
from restore_conformance.records.reader import read_record
from restore_conformance.reports.comparison import compare
from restore_conformance.reports.comparison_report import FORMATS, document
from restore_conformance.scrub import Scrub
from restore_conformance.targets.target import is_vendor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.epilog = (
        "Exit 0 no regression; 1 a must clause that nobody accepted failed and did not fail before, or the ledger has "
        "an error; 2 bad input. A failed should clause is reported and does not matter."
    )
    add = parser.add_argument
    add("old", metavar="OLD", help="the older run: a run.json, or the folder that holds it")
    add("new", metavar="NEW", help="the newer run")
    add(
        "--format",
        choices=FORMATS.names,
        help="of what is printed, or of files whose ending is unknown (default: text)",
    )
    add(
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="write it there; the ending decides: .txt, .json, .md, .html. Repeatable; text is printed as well",
    )
    add_settings(parser, "compare")


def main(arguments: argparse.Namespace) -> int:
    """Compare, write, print."""
    outputs = [(Path(name), FORMATS.of_file(name, arguments.format)) for name in arguments.output]
    old, new = read_record(arguments.old), read_record(arguments.new)
    ledger = writing.ledger_of(arguments, load()) if arguments.deviations else None
    if ledger is not None:
        from restore_conformance.reports.accepted_deviations import accepted

        new = accepted(new, ledger, names_of(new), today(), Scrub().text)
    comparison = document(compare(old, new))
    for path, name in outputs:
        deliver(FORMATS.render(name, comparison), path)
    printed = FORMATS.render(None if outputs or arguments.quiet else arguments.format, comparison)
    deliver(printed.partition("\n")[0] + "\n" if arguments.quiet else printed, None)
    exit_code: int = comparison["exit"]
    return exit_code


def names_of(run: dict[str, Any]) -> list[str]:
    """The names that the target of a record goes by in a ledger."""
    target = run["target"]
    return [target, "live"] if is_vendor(urlsplit(target).hostname or "") else [target]
