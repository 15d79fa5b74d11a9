"""`drift`: compare tonight's documents and behaviour with the pinned contract, or any two editions.

Turns arguments into settings, results into a report and an exit code; compares nothing itself.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from restore_conformance import clock
from restore_conformance.commands.arguments import refuse_unused
from restore_conformance.contract.places import SCHEMAS
from restore_conformance.output.formats import deliver
from restore_conformance.verdicts import UsageError

ACTIONS = ("compare", "log", "bisect", "acknowledge", "selfcheck")
COMMON = "--format --output"
MODES = {
    "drift compare": f"{COMMON} --from --to --fail-on --client --area --severity --accept-loss --cache --schemas "
    "--history --night",
    "drift --rules": f"{COMMON} --rules",
    "drift --as-of": f"{COMMON} --as-of --fail-on --client --history",
    "drift log": f"{COMMON} --history --night --change",
    "drift bisect": f"{COMMON} --history --from --fail-on --client --area --cache --schemas --change",
    "drift acknowledge": f"{COMMON} --history --night --change --owner --reason --expires",
    "drift selfcheck": f"{COMMON} --to --area --cache --schemas",
}
"""The options of each action; reports of what a history says, and the table of rules, compare nothing."""
LEVELS = ("breaking", "any", "none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    from restore_conformance.drift.report import FORMATS

    add = parser.add_argument
    add("action", nargs="?", default="compare", choices=ACTIONS, help="default: compare")
    sources: dict[str, Any] = {"action": "extend", "nargs": "+"}
    add("--from", dest="old", **sources, metavar="PINNED|FILE", help="the older side; default: pinned")
    newer = "the newer sources: metadata, OpenAPI, pages, recordings"
    add("--to", dest="new", **sources, metavar="FILE|URL", help=newer)
    fail_on = "the level from which the exit code is 1; default: breaking"
    add("--fail-on", choices=LEVELS, default="breaking", help=fail_on)
    client = "whose grade --fail-on looks at: any client's, or the create client's; default: contract"
    add("--client", choices=("contract", "create"), default="contract", help=client)
    add("--format", choices=FORMATS.names, default="text", help="default: text")
    add("--output", type=Path, metavar="FILE", help="write the report there instead of to standard output")
    area = "which types of a metadata document; auto: the restore area of a whole document, all of a slice"
    add("--area", choices=("auto", "restore", "all"), default="auto", help=area)
    add("--severity", type=Path, metavar="FILE", help="TOML file that overrides grades")
    add("--rules", action="store_true", help="print the table of rules and compare nothing")
    add("--accept-loss", action="store_true", help="believe a source that lost most of its members")
    cache = "keep what addresses sent, to ask conditionally, and the sentences of pages, to quote them"
    add("--cache", type=Path, metavar="DIR", help=cache)
    schemas = "the pinned contract; default: the one that comes with the suite"
    add("--schemas", type=Path, default=SCHEMAS, metavar="DIR", help=schemas)
    history = "remember nights there: a SQLite file or a database URL"
    add("--history", nargs="?", const="drift-history.sqlite", metavar="FILE|URL", help=history)
    add("--night", type=_day, metavar="DATE", help="the date of this night; default: today (UTC)")
    add("--as-of", type=_day, metavar="DATE", help="report what stood on that date, from the history")
    add("--change", metavar="ID", help="acknowledge, log or bisect this change")
    add("--owner", help="who acknowledges")
    add("--reason", help="why it is acknowledged")
    add("--expires", type=_day, metavar="DATE", help="when the acknowledgement ends")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-11-23") from None


def main(args: argparse.Namespace) -> int:
    """Exit 0 nothing at the level, 1 drift at or above it, 3 a source could not be read.

    Raises UsageError, which the command line turns into exit 2, for bad usage.
    """
    as_of = args.as_of and args.action == "compare"
    refuse_unused(args, MODES, f"drift {'--rules' if args.rules else '--as-of' if as_of else args.action}")
    if args.rules:
        from restore_conformance.drift.rules import FORMATS, RULES

        deliver(FORMATS.render(args.format, RULES), args.output)
        return 0
    if args.action == "selfcheck":
        return _selfcheck(args)
    if args.action != "compare" or as_of:
        from restore_conformance.commands.drift_history import answer
        from restore_conformance.drift.report import ANSWERS

        said, code = answer(args)
        deliver(ANSWERS.render(args.format, said), args.output)
        return code
    return _compare(args)


def _compare(args: argparse.Namespace) -> int:
    from restore_conformance.drift import quotes
    from restore_conformance.drift.comparison import Settings, compare
    from restore_conformance.drift.grading import read_severity
    from restore_conformance.drift.report import FORMATS, reported
    from restore_conformance.drift.sentences import Texts
    from restore_conformance.drift.sources.pinned_page import clause_words

    if not args.new:
        raise UsageError("Nothing to compare with: name at least one newer source with --to.")
    severity = read_severity(args.severity) if args.severity else None
    settings = Settings(args.schemas, args.area, args.cache, args.accept_loss)
    comparison = compare(args.old or ["pinned"], args.new, settings)
    changes = severity.apply(comparison.changes) if severity else list(comparison.changes)
    sentences = {**quotes.load(args.cache), **quotes.of(comparison.before)}
    standing: dict[str, dict[str, Any]] = {}
    seen: dict[str, date] = {}
    if args.history:
        from restore_conformance.commands.drift_history import remember, remembered_words

        sentences = {**remembered_words(args.history), **sentences}
        standing, seen = remember(args.history, args.night or clock.today(), comparison, changes)
    texts = Texts(sentences, clause_words(args.schemas))
    report = reported(comparison, changes, standing, seen, texts, whole=args.output is not None)
    deliver(FORMATS.render(args.format, report), args.output)
    quotes.save(args.cache, quotes.of((*comparison.before, *comparison.readings)))
    for error in comparison.broken:
        print(error, file=sys.stderr)
    if comparison.broken:
        return 3
    return 1 if any(_alarms(change, args, standing.get(change.id, {})) for change in changes) else 0


def _selfcheck(args: argparse.Namespace) -> int:
    """Exit 0 where a drift planted in a copy of each source was found, 1 where one was not."""
    from restore_conformance.drift.comparison import Settings
    from restore_conformance.drift.report import ANSWERS, Answer
    from restore_conformance.drift.selfcheck import selfcheck

    if not args.new:
        raise UsageError("Nothing to check: name the sources with --to.")
    checks = selfcheck(args.new, Settings(args.schemas, args.area, args.cache))
    rows = [{"where": check.where, "found": check.found, "says": check.says} for check in checks]
    lines = [f"{'ok   ' if check.found else 'BLIND'}  {check.where}: {check.says}" for check in checks]
    deliver(ANSWERS.render(args.format, Answer(lines, {"format": 1, "checks": rows})), args.output)
    return 0 if all(check.found for check in checks) else 1


def _alarms(change: Any, args: argparse.Namespace, standing: dict[str, Any]) -> bool:
    """Whether a change makes the job fail: at the level, and neither provisional nor acknowledged."""
    from restore_conformance.drift.change import Grade

    if standing.get("state") in ("provisional", "acknowledged"):
        return False
    grade = change.contract if args.client == "contract" else change.create
    return args.fail_on == "any" or (args.fail_on == "breaking" and grade is Grade.BREAKING)
