"""`site`: write the static pages of a history. Turns arguments into a call; makes no page itself."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from restore_conformance.commands.arguments import add_settings
from restore_conformance.commands.history import history_of
from restore_conformance.spelling import counted
from restore_conformance.verdicts import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "folder", metavar="DIR", help="where the pages go; only what changed is written when it is given again"
    )
    add_settings(parser, "site")


def main(arguments: argparse.Namespace) -> int:
    """0 when the pages are written. Raises UsageError."""
    from restore_conformance.history.site import build
    from restore_conformance.history.store import open_store

    place, folder = history_of(arguments), Path(arguments.folder)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.")
    began = time.perf_counter()
    with open_store(place, make=False) as store:
        built = build(store, folder)
    for path in built.left:
        print(f"restore-conformance: {folder / path} was changed by somebody and is left as it is", file=sys.stderr)
    if not arguments.quiet:
        took = time.perf_counter() - began
        written = counted(built.written, "page")
        print(f"{written} written, {built.unchanged} unchanged, {built.removed} removed, {took:.1f} s")
        print(f"Open {folder / 'index.html'}")
    return 0
