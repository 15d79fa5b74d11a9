"""`judge`: judge cassettes and HAR files without sending anything, and write the same reports as a run."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from pathlib import Path

from restore_conformance.clauses import Clause, Register, load
from restore_conformance.clock import today
from restore_conformance.commands import options, writing
from restore_conformance.commands.arguments import add_settings
from restore_conformance.commands.history import check_history
from restore_conformance.output import files
from restore_conformance.reports.ledger import Ledger
from restore_conformance.settings import Settings
from restore_conformance.spelling import listed
from restore_conformance.verdicts import ClauseVerdict, UsageError, Verdict

LARGEST = 512 * 1024 * 1024
"""Bytes that are taken from a pipe."""
MOST = 1000
"""Exchanges stored whole beside the report; those with a finding always are."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "file",
        nargs="+",
        metavar="FILE",
        help="a HAR 1.2 file or a cassette of vcrpy, of any recorder, or a folder of them",
    )
    add_settings(parser, "judge")


def main(arguments: argparse.Namespace) -> int:
    """Judge, write, print: 0 kept as far as the recordings go, 1 a must clause broken, 3 nothing to judge."""
    from restore_conformance.recorded.formats import recordings_at

    register = load()
    options.edition_of(arguments)  # an unknown one is refused before anything is read
    settings = Settings(
        target="recordings", profile="none", edition=arguments.edition, as_of=arguments.as_of,
        report=arguments.report, deviations=arguments.deviations,
        readings=options.readings_of(arguments, register.interpretations),
    )  # fmt: skip
    ledger = writing.ledger_of(arguments, register)
    with tempfile.TemporaryDirectory() as pipes:
        paths = [_file(file, Path(pipes)) for name in arguments.file for file in recordings_at(name)]
        return _judged(arguments, register, settings, ledger, paths)


def _file(name: str, pipes: Path) -> Path:
    """A recording as a file that can be read twice. Raises UsageError."""
    try:
        return files.spooled(Path(name), pipes, LARGEST)
    except FileNotFoundError:
        raise UsageError(f"There is no file {name}.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _judged(
    arguments: argparse.Namespace, register: Register, settings: Settings, ledger: Ledger | None, paths: list[Path]
) -> int:
    """Judge the recordings, write, print."""
    from restore_conformance.recorded import BASE, Review, conclude_recorded
    from restore_conformance.records.exchange_store import Store
    from restore_conformance.reports.accepted_deviations import settled
    from restore_conformance.reports.progress import Progress
    from restore_conformance.scrub import Scrub

    check_history(arguments)
    folder = writing.folder_of(arguments.report)
    scrub = Scrub(request_ids=arguments.scrub_request_ids)
    # What others may have taken out of a recording is still unknown when it is judged from here.
    har = writing.har_of(arguments, folder, scrub, BASE, {}, ours=False)
    with Store(folder / "exchanges.ndjson", scrub, BASE, MOST, har=har) as store:
        names = listed([path.name for path in paths], most=3)
        progress = Progress(settings, names, quiet=arguments.quiet, plain=arguments.plain)
        review = Review(register, settings, progress.keeping(store))
        with contextlib.closing(review), progress:
            for path in paths:
                review.file(path)
        result = review.result("recordings", lambda _: "not in the recordings", named=": ")
        judged = writing.write(
            folder, result, scrub, store, arguments,
            lambda run: settled(
                run, result, ledger, ["recordings"], today(), scrub.text,
                concluded=conclude_recorded,
            ),
        )  # fmt: skip
    if not arguments.quiet:
        for line in since(result.verdicts):
            print(line)
    return int(judged["exit"])


def since(verdicts: list[ClauseVerdict]) -> list[str]:
    """For each broken clause, from when on the answer is wrong."""
    lines = []
    for verdict in verdicts:
        if verdict.verdict is Verdict.FAIL:
            clause: Clause = verdict.clause
            when = f"since {clause.since}, when the clause began" if clause.since else "in every edition known here"
            lines.append(f"Wrong {when}: {clause.address}")
    return lines
