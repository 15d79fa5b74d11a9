"""`bundle`: everything about one finding in a zip that a vendor can act on without asking back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from restore_conformance.spelling import counted
from restore_conformance.verdicts import WORDS, UsageError

MOST = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("run", metavar="RUN", help="the folder of a run, or its run.json with exchanges.ndjson beside it")
    add("clause", metavar="CLAUSE", help="a clause that failed in it, such as create/response.created")
    add("--to", metavar="FILE.zip", help="where the bundle goes (default: CLAUSE.zip in the folder of the run)")
    add("--exchanges", type=int, default=20, metavar="N", help="stored exchanges to put in, at most (default: 20)")
    add("--good", metavar="RUN", help="an earlier run in which the clause passed: the last good one")


def main(arguments: argparse.Namespace) -> int:
    """Choose, look for leaks, write; 0 or a UsageError."""
    if not 1 <= arguments.exchanges <= MOST:
        raise UsageError(f"--exchanges {arguments.exchanges} must be from 1 to {MOST}.")
    from restore_conformance.commands.arguments import scrub_of_command_line
    from restore_conformance.output.files import asked_for
    from restore_conformance.records.finding import exchanges
    from restore_conformance.records.reader import path_of, read_record
    from restore_conformance.reports.bundle import failed_clause, files, select, zipped
    from restore_conformance.reports.bundle_readme import Case
    from restore_conformance.reports.leak_check import leaks

    path = path_of(arguments.run)
    run = read_record(arguments.run)
    clause = failed_clause(run, arguments.clause)
    good = good_run(arguments.good, arguments.clause) if arguments.good else None
    selection = select(path.with_name("exchanges.ndjson"), clause, arguments.exchanges)
    contents = files(Case(run, clause, selection, good))
    finding = clause["findings"][0]
    evidence = [*exchanges(finding), *selection.exchanges]
    found_leaks = leaks(contents, evidence, scrub_of_command_line([]))
    if found_leaks:
        first, *others = found_leaks
        more = f", and {len(others)} more in {', '.join(sorted({other.file for other in others}))}"
        raise UsageError(
            f"No bundle was written: {first.file} holds {first.kind}{more if others else ''}. Make the run "
            "anew with this version, so that everything is scrubbed."
        )
    name = arguments.clause.replace("/", "-")
    to = Path(arguments.to) if arguments.to else path.with_name(f"{name}.zip")
    asked_for(to, zipped(contents), f"--to {to}", folder=True)
    left = f" ({selection.left_out} more left out; see --exchanges)" if selection.left_out else ""
    count = len(selection.exchanges)
    what = f"{counted(len(contents), 'file')}, {counted(count, 'exchange')}{left}"
    print(f"{to}: {what}; looked through for secrets, none found.")
    return 0


def good_run(name: str, address: str) -> dict[str, Any]:
    """The run record of a run in which the clause was kept. Raises UsageError where it was not."""
    from restore_conformance.records.reader import read_record

    run = read_record(name)
    verdict = next((entry["verdict"] for entry in run["clauses"] if entry["id"] == address), "none")
    if verdict != "pass":
        raise UsageError(f"--good {name}: {address} is {WORDS[verdict]} there, and in a good run it has passed.")
    return run
