"""`history`: bring run records into a history, list them, leave one out, and show which verdicts really changed.

Also how other commands keep their run. Turns arguments into calls; keeps nothing itself.
"""

from __future__ import annotations

import argparse
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from restore_conformance.commands.arguments import Source, add_settings, refuse_unused, source_of
from restore_conformance.output.formats import deliver
from restore_conformance.verdicts import UsageError

if TYPE_CHECKING:
    from restore_conformance.history.run_row import RunRow
    from restore_conformance.history.timelines import Chronicle

LONGEST_LABEL = 80


MODES = {
    "history add": "--history --label",
    "history list": "--history --label --format",
    "history remove": "--history --label",
    "history notice": "--history --label --since --format",
}
"""The options of each action."""


def history_of(arguments: argparse.Namespace) -> str:
    """The history that a command is about. Raises UsageError where none is named."""
    if not arguments.history:
        raise UsageError("Name the history with --history FILE|URL.")
    return str(arguments.history)


def check_history(arguments: argparse.Namespace) -> None:
    """Open the history before a request is sent, so that a run is not judged in vain. Raises UsageError."""
    from restore_conformance.history.store import open_store

    label_of(arguments)
    if arguments.history:
        with open_store(arguments.history):
            pass
    elif source_of(arguments, "label") is Source.CALL:
        raise UsageError("--label has a meaning with --history only.")


def remember(arguments: argparse.Namespace, record: dict[str, Any]) -> bool:
    """Keep a finished run where a history is named, and fill in since when its clauses are broken."""
    from restore_conformance.history.runs import keep

    if not arguments.history:
        return False
    keep(arguments.history, record, label_of(arguments))
    return True


def label_of(arguments: argparse.Namespace) -> str:
    """The label that was given, or nothing. Raises UsageError for one that cannot be shown."""
    label: str | None = arguments.label
    if label is None:
        return ""
    if not label.strip() or len(label) > LONGEST_LABEL or not label.isprintable():
        raise UsageError(f"--label takes 1 to {LONGEST_LABEL} printable characters.")
    return label.strip()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    from restore_conformance.history.notices import FORMATS

    add = parser.add_argument
    add("action", choices=("add", "list", "remove", "notice"), help="what to do")
    add(
        "run",
        nargs="*",
        metavar="RUN",
        help="add: run.json files or folders that hold one; remove: names as history list prints them",
    )
    add_settings(parser, "history")
    add("--label", metavar="NAME", help="add: what the target is called (default: the target); else: this label only")
    add("--since", metavar="RUN|DATE", help="notice: what changed after this run, or from this date on (YYYY-MM-DD)")
    add("--format", choices=FORMATS.names, default="text", help="of list and notice (default: text)")


def main(arguments: argparse.Namespace) -> int:
    """0 done, or nothing got worse; 1 `notice` found that something did. Raises UsageError."""
    refuse_unused(arguments, MODES, f"history {arguments.action}")
    history_of(arguments)
    label = label_of(arguments)
    if arguments.action in {"add", "remove"} and not arguments.run:
        raise UsageError(f"Name what to {arguments.action}: history {arguments.action} RUN...")
    if arguments.action in {"list", "notice"} and arguments.run:
        raise UsageError(f"history {arguments.action} takes no RUN; it looks at all of them.")
    action = {"add": _add, "list": _list, "remove": _remove, "notice": _notice}[arguments.action]
    return action(arguments, label)


def _add(arguments: argparse.Namespace, label: str) -> int:
    from restore_conformance.history import runs
    from restore_conformance.history.run_row import pack
    from restore_conformance.history.store import open_store
    from restore_conformance.records.reader import read_stored

    packed = [pack(read_stored(name), label) for name in arguments.run]
    with open_store(arguments.history) as store:
        for name, run in zip(arguments.run, packed, strict=True):
            said = "stored" if runs.add(store, run) else "was stored already"
            print(f"{name} {said} as {run.row.name}")
    return 0


def _read(arguments: argparse.Namespace) -> Chronicle:
    """The history of a label, or of all. Raises UsageError where there is none."""
    from restore_conformance.history import runs
    from restore_conformance.history.store import open_store
    from restore_conformance.history.timelines import chronicle

    label = label_of(arguments) or None
    with open_store(arguments.history, make=False) as store:
        listed = runs.listing(store, label)
        if not listed:
            of_label = f" of the label {label!r}" if label else ""
            raise UsageError(f"The history holds no run{of_label} yet: add one with history add, or run --history.")
        return chronicle(listed, runs.shapes(store))


def _list(arguments: argparse.Namespace, _: str) -> int:
    from restore_conformance.history.runs import FORMATS

    form = FORMATS.known(arguments.format)
    deliver(FORMATS.render(form, _read(arguments).runs), None)
    return 0


def _remove(arguments: argparse.Namespace, _: str) -> int:
    from restore_conformance.history import runs
    from restore_conformance.history.store import open_store

    with open_store(arguments.history, make=False) as store:
        listed = runs.listing(store, label_of(arguments) or None)
        for run in [runs.find(listed, name) for name in dict.fromkeys(arguments.run)]:
            runs.remove(store, run.digest)
            print(f"removed {run.name}")
    return 0


def _notice(arguments: argparse.Namespace, _: str) -> int:
    from restore_conformance.history.notices import FORMATS, notices

    chronicle = _read(arguments)
    after = _after(arguments.since, chronicle.runs)
    chosen = [notice for notice in notices(chronicle) if after(notice.run)]
    deliver(FORMATS.render(arguments.format, chosen), None)
    return int(any(notice.worse for notice in chosen))


def _after(since: str | None, listed: list[RunRow]) -> Any:
    """Whether a run is later than what --since names. Raises UsageError."""
    from restore_conformance.history.runs import find

    if not since:
        return lambda _: True
    if re.fullmatch(r"\d{4}-\d\d-\d\d", since):
        try:
            date.fromisoformat(since)
        except ValueError:
            raise UsageError(f"--since {since} is not a date; write YYYY-MM-DD, or the name of a run.") from None
        return lambda run: run.day >= since
    limit = find(listed, since)
    return lambda run: run.started > limit.started
