"""`cleanup`: delete the drafts that an interrupted live run left behind, and list what cannot be deleted."""

from __future__ import annotations

import argparse
import sys

from restore_conformance.commands.arguments import add_settings
from restore_conformance.commands.live_target import live_settings_of, print_left
from restore_conformance.verdicts import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--session",
        action="append",
        default=[],
        metavar="ID",
        help="delete this draft as well, one that was listed as perhaps ours; repeatable",
    )
    add_settings(parser, "cleanup")


def main(arguments: argparse.Namespace) -> int:
    """Show what the journal knows, or with leave delete it; exit 5 where something is left."""
    from restore_conformance.live.journal import never_listed
    from restore_conformance.live.tenant import has_leave, journals_of, open_of, opened

    live, settings = live_settings_of(arguments)
    for session in arguments.session:
        if not any(journal.knew(session) for _, journal in journals_of(live)):
            raise never_listed(session)
    if arguments.dry_run or not has_leave(live, yes=arguments.yes):
        for line in open_of(live):
            print(line)
        print("Nothing was sent. Give --yes to delete what the journal lists, or name the tenant in live.allow.")
        return 0
    with opened(settings, live, yes=arguments.yes, adopt=tuple(arguments.session)) as target:
        pass  # opening and closing clean up
    left = list(dict.fromkeys([*target.recovered, *target.left]))
    print_left(left, target.unanswered, sys.stdout)
    if not left:
        print("Nothing of ours is left.")
    return int(Exit.LEFT_BEHIND if left else Exit.CONFORMANT)
