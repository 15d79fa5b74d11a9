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
SUFFIXES = frozenset({".har", ".yaml", ".yml"})
"""How the names of recordings end."""
HEAD = 64 * 1024
"""Bytes of a YAML file in which its interactions begin."""
FILES = 10_000
"""Recordings that are taken from one folder."""
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
    register = load()
    options.edition_of(arguments)  # an unknown one is refused before anything is read
    settings = Settings(
        target="recordings", profile="none", edition=arguments.edition, as_of=arguments.as_of,
        report=arguments.report, deviations=arguments.deviations,
        readings=options.readings_of(arguments, register.interpretations),
    )  # fmt: skip
    ledger = writing.ledger_of(arguments, register)
    with tempfile.TemporaryDirectory() as pipes:
        paths = [_file(file, Path(pipes)) for name in arguments.file for file in _recordings(name)]
        return _judged(arguments, register, settings, ledger, paths)


def _recordings(name: str) -> list[str]:
    """The recordings that an argument names: itself, or those of a folder and the folders in it. Raises UsageError."""
    folder = Path(name)
    if not folder.is_dir():
        return [name]
    paths = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file() and _is_recording(path)
    )
    if not paths:
        raise UsageError(f"The folder {name} holds no recordings: no HAR file (.har) and no cassette (.yaml or .yml).")
    if len(paths) > FILES:
        raise UsageError(f"The folder {name} holds {len(paths)} recordings; name one with at most {FILES}.")
    return [str(path) for path in paths]


def _is_recording(path: Path) -> bool:
    """Whether a file of a folder is a recording by its looks: of YAML files only cassettes have interactions."""
    if path.suffix.lower() == ".har":
        return True
    try:
        with path.open("rb") as file:
            return b"interactions:" in file.read(HEAD)
    except OSError:
        return False


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
                concluded=lambda verdicts, *_: conclude_recorded(verdicts),
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
