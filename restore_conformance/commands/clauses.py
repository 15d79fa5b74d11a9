"""`clauses`: the register, whole or one clause."""

from __future__ import annotations

import argparse

from restore_conformance.clauses import Clause, Register, load
from restore_conformance.commands.arguments import add_settings
from restore_conformance.commands.options import edition_of
from restore_conformance.contract.editions import Chosen
from restore_conformance.spelling import addresses_near
from restore_conformance.verdicts import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "id",
        nargs="?",
        default="",
        metavar="ID",
        help="a clause, such as create/request-body.json, or the beginning of several",
    )
    add_settings(parser, "clauses")
    parser.add_argument("--readings", action="store_true", help="list the interpretations and their readings")


def main(arguments: argparse.Namespace) -> int:
    """Print one clause whole, or a line for each."""
    register = load()
    edition = edition_of(arguments)
    if arguments.readings:
        return _readings(register)
    exact = [made for made in register.clauses if made.address == arguments.id]
    if exact:
        _whole(exact[0], register, edition)
        return 0
    found = [made for made in register.clauses if made.address.startswith(arguments.id)]
    if not found:
        near = addresses_near(arguments.id, [made.address for made in register.clauses])
        raise UsageError(f"There is no clause {arguments.id[:60]!r}.{near}")
    for made in found:
        print(f"{made.level.value:8} {made.address:52} {made.says}{_beside(made, edition)}")
    binding = [made for made in found if edition.binds(made.since)]
    counts = {level: sum(made.level == level for made in binding) for level in ("must", "should", "observe")}
    said = ", ".join(f"{number} {level}" for level, number in counts.items())
    print(f"\n{len(binding)} clauses of edition {edition.edition.name}: {said}")
    if len(found) > len(binding):
        print(f"{len(found) - len(binding)} clauses began later and do not bind; see --edition")
    return 0


def _beside(made: Clause, edition: Chosen) -> str:
    """What is to be said of a clause that the edition does not have."""
    newer = edition.newer(made.since)
    if newer is not None:
        return f" [edition {newer.name}, not binding]"
    return "" if edition.binds(made.since) else f" [left out: began {made.since}]"


def _whole(made: Clause, register: Register, edition: Chosen) -> None:
    rows = {
        "level": made.level.value,
        "says": made.says,
        "because": made.because,
        "heading": made.heading,
        "statements": ", ".join(made.statements),
        "source": made.source,
        "row": made.row,
        "since": made.since,
        "judged by": made.test or f"untested: {made.untested}",
        "fault": made.fault and f"{made.fault} (restore-conformance serve --fault {made.fault})",
        "needs": ", ".join(made.needs),
        "after": ", ".join((*made.follows, *made.after)),
    }
    print(made.address + _beside(made, edition))
    for name, value in rows.items():
        if value:
            print(f"  {name:11} {value}")
    if made.reading:
        entry = register.interpretations[made.reading]
        print(f"  reading     {entry.key}: {entry.conflict}")
        for name, says in entry.readings.items():
            mark = "*" if name in entry.allowed else " "
            print(f"            {mark} {name}: {says}")


def _readings(register: Register) -> int:
    for entry in register.interpretations.values():
        users = [made.address for made in register.clauses if made.reading == entry.key]
        print(f"{entry.key} (default: {entry.default})\n  {entry.conflict}")
        for name, says in entry.readings.items():
            print(f"  {entry.key}={name}: {says}")
        print(f"  used by: {', '.join(users) or 'no clause'}\n")
    return 0
