"""The command line's front: names the commands and loads the one that is asked for.

Anything a user got wrong is one sentence on standard error and exit 2; nothing is imported before it is needed.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from restore_conformance import __version__

COMMANDS = {
    "run": "judge a target: the embedded mock, or any URL",
    "doctor": "check everything a live run needs, and say what to fix",
    "cleanup": "delete the drafts that an interrupted live run left behind",
    "serve": "the mock as a real HTTP server on loopback",
    "clauses": "the register: what is required, where it says so, what tests it",
    "bench": "judge the judge: seeded faults, odd servers and planted troubles",
    "drift": "what changed in the documents and in behaviour, and whom it breaks",
    "pin": "accept tonight's documents into schemas/",
    "openapi": "the contract as OpenAPI 3.1, composed from schemas/",
}
"""Every command and what it does; `restore_conformance.commands.<name>` carries it out."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code is its own."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    name = next((one for one in arguments if not one.startswith("-")), "")
    parser = argparse.ArgumentParser(
        prog="restore-conformance",
        description="Conformance suite for Microsoft Graph: Create sharePointRestoreSession (beta).",
        epilog="restore-conformance COMMAND --help tells the options of a command.",
    )
    parser.add_argument("--version", action="version", version=f"restore-conformance {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    module = None
    for command, says in COMMANDS.items():
        sub = commands.add_parser(command, help=says, description=says[0].upper() + says[1:] + ".")
        if command == name:
            module = importlib.import_module(f"restore_conformance.commands.{command}")
            module.add_arguments(sub)
    chosen = parser.parse_args(arguments)
    if module is None:
        parser.error("name a command first")
    from restore_conformance.verdicts import SuiteError, Unready, UsageError

    try:
        return int(module.main(chosen))
    except UsageError as error:
        print(f"restore-conformance: {error}", file=sys.stderr)
        return 2
    except Unready as error:
        print(f"restore-conformance: {error}", file=sys.stderr)
        return 3
    except SuiteError as error:
        print(f"restore-conformance: a defect of the suite: {error}", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        print("restore-conformance: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
