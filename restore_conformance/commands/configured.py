"""What the configuration files say, for commands that read them: taken in once, with a word on what is not honoured.

Knows options by name; which files there are, and how far each is trusted, is decided in `configuration`.
"""

from __future__ import annotations

import argparse
import sys

from restore_conformance.commands.arguments import outranked, take
from restore_conformance.configuration import RUN, Configuration, configuration


def configured(arguments: argparse.Namespace) -> Configuration:
    """The configuration of a command, read once; says what of it is not honoured. Raises UsageError."""
    found: Configuration | None = getattr(arguments, "configured", None)
    if found is None:
        found = arguments.configured = configuration(arguments.config)
        if found.notice:
            print(f"restore-conformance: {found.notice}", file=sys.stderr)
    return found


def fill_in(arguments: argparse.Namespace) -> None:
    """Take from the files what the command line and the environment leave open. Raises UsageError."""
    found = configured(arguments)
    stronger = frozenset(getattr(arguments, "given", ()))
    for name, value in found.run.items():
        row = RUN[name]
        if hasattr(arguments, row.key) and not outranked(row, stronger):
            whence = f"{name} of {found.whence[name]}"
            take(arguments, row, row.typed(value, whence), whence)
