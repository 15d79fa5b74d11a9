"""The command line's front: names the commands and loads the one that is asked for.

Anything a user got wrong is one sentence on standard error and exit 2; nothing is imported before it is needed.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from types import ModuleType
from urllib.parse import urlsplit

from restore_conformance import __version__
from restore_conformance.output import gate

COMMANDS = {
    "run": "judge a target: the embedded mock, the recordings, a live tenant, or any URL",
    "judge": "judge recorded traffic, cassettes and HAR files, without sending anything",
    "compare": "what changed between two runs; exit 1 on a regression",
    "report": "write every report again from a stored run",
    "deviations": "write a ledger of accepted deviations from a run, for its owners to fill in",
    "bundle": "everything about one finding in a zip that a vendor can act on",
    "record": "write cassettes from the mock, the printed examples, or a URL",
    "doctor": "check everything a live run needs, and say what to fix",
    "cleanup": "delete the drafts that an interrupted live run left behind",
    "serve": "the mock as a real HTTP server on loopback",
    "clauses": "the register: what is required, where it says so, what tests it",
    "history": "the runs that are kept: add, list, remove, and what really changed",
    "site": "static pages of many nights: clauses by nights, trends, drift, one page per clause and per run",
    "bench": "measure the suite's accuracy: seeded faults, unusual but conforming servers, troubles on the way",
    "drift": "what changed in the documents and in behaviour, and whom it breaks",
    "pin": "accept tonight's documents into schemas/",
    "openapi": "the contract as OpenAPI 3.1, composed from schemas/",
}
"""Every command and what it does; `restore_conformance.commands.<name>` carries it out."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command behind the gate; the exit code is its own."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    from restore_conformance.settings.table import secrets_in

    # The token that `serve` takes is one of the mock's own: it is printed with the others, for a user to copy.
    given = [] if arguments[:1] == ["serve"] else arguments
    with gate.guarding(list(secrets_in(given, os.environ).values())):
        return _unless_lost(_main(arguments), arguments)


JUDGING = frozenset({"run", "judge", "compare", "drift"})
"""Commands whose exit code is a verdict, whatever became of what they print."""


def _unless_lost(code: int, arguments: list[str]) -> int:
    """The exit code, and a sentence where what was printed is lost; a reader that left early has what it wanted."""
    sys.stdout.flush()
    lost: OSError | None = getattr(sys.stdout, "lost", None)
    if lost is None or isinstance(lost, BrokenPipeError):
        return code
    print(f"Warning: standard output could not be written: {lost.strerror or lost}.", file=sys.stderr)
    return code or (0 if JUDGING & set(arguments[:1]) else 2)


def _main(arguments: list[str]) -> int:
    from restore_conformance.verdicts import Exit, SuiteError, Unready, UsageError

    name = next((argument for argument in arguments if not argument.startswith("-")), "")
    called = f"restore-conformance {name}" if name in COMMANDS else "restore-conformance"
    try:
        return _carried_out(name, arguments)
    except UsageError as error:
        print(f"{called}: {_sentence(str(error), arguments)}", file=sys.stderr)
        return int(Exit.USAGE)
    except Unready as error:
        print(f"{called}: {_sentence(str(error), arguments)}", file=sys.stderr)
        return int(Exit.UNJUDGED)
    except SuiteError as error:
        print(f"{called}: a defect of the suite: {_sentence(str(error), arguments)}", file=sys.stderr)
        return int(Exit.INTERNAL)
    except KeyboardInterrupt:
        print(f"{called}: interrupted", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001 - a traceback may hold a token, so it is scrubbed before it is shown
        trace = "".join(traceback.format_exception(error))
        print(_scrubbed(trace, arguments), file=sys.stderr, end="")
        said = _scrubbed(f"{type(error).__name__}: {error}", arguments)
        print(f"{called}: an error of the suite itself, please report it: {said}", file=sys.stderr)
        return int(Exit.INTERNAL)


def _carried_out(name: str, arguments: list[str]) -> int:
    """Parse the arguments of a command and carry it out. Raises UsageError and what the command raises."""
    from restore_conformance.commands.arguments import Parser, take_environment
    from restore_conformance.settings.table import settings_of_command
    from restore_conformance.spelling import suggestion
    from restore_conformance.verdicts import UsageError

    if name and name not in COMMANDS:
        raise UsageError(
            f"There is no command {name[:40]!r}; there are: {', '.join(COMMANDS)}.{suggestion(name, COMMANDS)}"
        )
    parser = Parser(
        prog="restore-conformance",
        description="Conformance suite for Microsoft Graph: Create sharePointRestoreSession (beta).",
        epilog="restore-conformance COMMAND --help tells the options of a command.",
    )
    parser.add_argument("--version", action="version", version=f"restore-conformance {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    loaded: tuple[ModuleType, Parser] | None = None
    for command, says in COMMANDS.items():
        sub = commands.add_parser(command, help=says, description=says[0].upper() + says[1:] + ".")
        if command == name:
            loaded = importlib.import_module(f"restore_conformance.commands.{command}"), sub
            loaded[0].add_arguments(sub)
    chosen, rest = parser.parse_known_args(arguments)
    if loaded is None:
        parser.error("name a command first")
    if rest:
        loaded[1].unknown(rest)
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    chosen.typed = [word.partition("=")[0] for word in words if word.startswith("--")]
    take_environment(chosen, settings_of_command(name))
    return int(loaded[0].main(chosen))


def _sentence(text: str, arguments: list[str]) -> str:
    """What went wrong, in one line that a terminal and a build service only show, whatever a server put into it."""
    from restore_conformance.records.safe_text import line

    return line(_scrubbed(text, arguments), 2000)


def _scrubbed(text: str, arguments: list[str]) -> str:
    """A text for standard error without the secrets of the command line and the environment."""
    from restore_conformance.commands.arguments import scrub_of_command_line

    return scrub_of_command_line([argument for argument in arguments if not _is_broken_url(argument)]).text(text)


def _is_broken_url(word: str) -> bool:
    """Whether a word looks like a URL but has no host that can be read."""
    try:
        return "://" in word and not urlsplit(word).netloc
    except ValueError:
        return True


if __name__ == "__main__":
    sys.exit(main())
