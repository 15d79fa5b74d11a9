"""`doctor`: check everything a live run needs, and say what to fix. Creates nothing."""

from __future__ import annotations

import argparse

from restore_conformance.commands.arguments import add_settings
from restore_conformance.commands.live_target import live_settings_of
from restore_conformance.verdicts import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_settings(parser, "doctor")


def main(arguments: argparse.Namespace) -> int:
    """Print one line for each check; exit 3 where something must be fixed."""
    from restore_conformance.live.doctor import examine

    live, settings = live_settings_of(arguments)
    failed = False
    for check in examine(settings, live, yes=arguments.yes):
        failed |= check.verdict == "fix"
        print(f"{check.verdict:5} {check.name:15} {check.says}")
    print("Something must be fixed." if failed else "Ready.")
    return int(Exit.UNJUDGED if failed else Exit.CONFORMANT)
