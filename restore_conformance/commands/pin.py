"""`pin`: accept tonight's contract into `schemas/`, with a difference a person can read, and list what is left to do.

Turns arguments into a plan and the plan into text; decides nothing about the contract itself.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from restore_conformance.contract.places import SCHEMAS, is_checkout
from restore_conformance.spelling import counted
from restore_conformance.verdicts import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("sources", nargs="+", metavar="FILE|URL", help="metadata, an OpenAPI document, a page")
    parser.add_argument("--dry-run", action="store_true", help="show the difference and write nothing")
    parser.add_argument("--accept-loss", action="store_true", help="believe a source that lost most of its members")
    parser.add_argument("--schemas", type=Path, default=SCHEMAS, metavar="DIR", help="default: the checkout's schemas/")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep what addresses sent")


def main(args: argparse.Namespace) -> int:
    """Exit 0 when the contract was written or is as it was, 3 when a source could not be read.

    Raises UsageError where there is nothing to write into.
    """
    from restore_conformance.drift.comparison import Settings, changes_of, read_older, same_page
    from restore_conformance.drift.pinning import Plan, plan_page, plan_types, write
    from restore_conformance.drift.plausibility import check_area
    from restore_conformance.drift.sources.broken import SourceBroken
    from restore_conformance.drift.sources.reading import read_pinned

    if args.schemas == SCHEMAS and not is_checkout() and not args.dry_run:
        raise UsageError("The installed contract is not written to; name a checkout's folder with --schemas.")
    settings = Settings(args.schemas, "auto", args.cache, args.accept_loss, editions=False)
    plan = Plan()
    try:
        pinned = read_pinned(args.schemas)
        for reading in read_older(args.sources, settings):
            if reading.behaviour is not None:
                raise UsageError(f"{reading.where} holds exchanges; a contract is pinned from documents.")
            if reading.metadata is not None:
                if not args.accept_loss:
                    check_area(pinned, reading)
                plan_types(args.schemas, reading.metadata, reading.where, plan, accept_loss=args.accept_loss)
            if reading.page is not None:
                changes = changes_of([pinned], reading, settings)
                folder = args.schemas / same_page(pinned, reading.page, reading.where)[0]
                plan_page(folder, reading.page, changes, reading.where, plan, accept_loss=args.accept_loss)
    except SourceBroken as error:
        print(error, file=sys.stderr)
        return 3
    for path, text in sorted(plan.files.items()):
        sys.stdout.write(_difference(path, text))
    for title, entries in (
        ("Clauses to add, for new statements", plan.add),
        ("Clauses to reword", plan.reword),
        ("Clauses to retire, their statement is gone", plan.retire),
        ("Facts of page.toml to change by hand", plan.by_hand),
    ):
        if entries:
            print(f"\n{title}:")
            print("\n".join(f"  {entry}" for entry in entries))
    if not plan.files:
        print("The pinned contract is up to date.")
    elif args.dry_run:
        print(f"\n{counted(len(plan.files), 'file')} would change.")
    else:
        try:
            write(plan)
        except OSError as error:
            raise UsageError(f"The contract cannot be written: {error}.") from None
        print(f"\n{counted(len(plan.files), 'file')} written; see git diff, then run the tests.")
    return 0


def _difference(path: Path, text: str | None) -> str:
    old = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
    new = (text or "").splitlines(keepends=True)
    name = f"{path.parent.name}/{path.name}"
    return "".join(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}" if text is not None else "nothing", n=2))
