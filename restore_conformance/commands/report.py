"""`report`: write every report again from a stored run, or annotate a build; nothing is sent and nothing is judged."""

from __future__ import annotations

import argparse
from typing import Any

from restore_conformance.commands.arguments import refuse_unused
from restore_conformance.verdicts import UsageError

MODES = {"report": "--output", "report --annotations": "--annotations"}
"""The options of writing reports, and of annotating a build."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("run", metavar="RUN", help="the folder of a run, or its run.json; of any format")
    add("--output", metavar="DIR", help="where the reports go (default: the folder of the run)")
    add("--annotations", action="store_true", help="print annotations for a GitHub build, and write nothing")


def main(arguments: argparse.Namespace) -> int:
    """Read, write, say where; 0 or a UsageError."""
    from restore_conformance.commands.writing import folder_of
    from restore_conformance.output.files import Pending, Withheld
    from restore_conformance.records.reader import path_of, read_record
    from restore_conformance.records.run_record import json_of
    from restore_conformance.reports import put_reports

    refuse_unused(arguments, MODES, "report --annotations" if arguments.annotations else "report")
    path = path_of(arguments.run)
    run = read_record(arguments.run)
    if arguments.annotations:
        return _annotate(run)
    folder = folder_of(arguments.output, "--output") if arguments.output else path.parent
    pending = Pending()
    try:
        if folder.resolve() != path.parent.resolve():
            pending.put(folder / "run.json", json_of(run))
        written = put_reports(pending, folder, run)
        pending.commit()
    except Withheld as error:
        raise UsageError(f"No report was written: {error}. Make the run anew with this version.") from None
    except OSError as error:
        raise UsageError(f"The reports cannot be written to {folder}: {error.strerror or error}.") from None
    finally:
        pending.drop()
    names = ", ".join(file.name for kind, file in written.items() if kind != "json")
    print(f"{folder}: {names}")
    return 0


def _annotate(run: dict[str, Any]) -> int:
    from restore_conformance.output import gate
    from restore_conformance.reports import github

    for command in github.render(run):
        gate.obey(command)
    return 0
