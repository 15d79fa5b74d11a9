"""`clauses`: the register, whole or one clause."""

from __future__ import annotations

import argparse

from restore_conformance.clauses import Clause, Register, load
from restore_conformance.commands.arguments import add_settings, refuse_unused
from restore_conformance.commands.options import edition_of
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import Chosen
from restore_conformance.spelling import addresses_near, counted
from restore_conformance.verdicts import UsageError

MODES = {"clauses": "--edition --as-of", "clauses --readings": "--readings"}
"""The options of showing clauses, and of showing interpretations."""


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
    refuse_unused(arguments, MODES, "clauses --readings" if arguments.readings else "clauses")
    register = load()
    if arguments.readings:
        if arguments.id:
            raise UsageError("clauses --readings lists every interpretation and takes no ID.")
        return _readings(register)
    edition = edition_of(arguments)
    exact = [clause for clause in register.clauses if clause.address == arguments.id]
    if exact:
        _whole(exact[0], register, edition)
        return 0
    clauses = [clause for clause in register.clauses if clause.address.startswith(arguments.id)]
    if not clauses:
        near = addresses_near(arguments.id, [clause.address for clause in register.clauses])
        raise UsageError(f"There is no clause {arguments.id[:60]!r}.{near}")
    for clause in clauses:
        print(f"{clause.level.value:8} {clause.address:52} {clause.says}{_beside(clause, edition)}")
    binding = [clause for clause in clauses if edition.binds(clause.since)]
    counts = {level: sum(clause.level == level for clause in binding) for level in ("must", "should", "observe")}
    said = ", ".join(f"{number} {level}" for level, number in counts.items())
    print(f"\n{counted(len(binding), 'clause')} of edition {edition.edition.name}: {said}")
    if len(clauses) > len(binding):
        print(f"{counted(len(clauses) - len(binding), 'clause')} that began later: not binding; see --edition")
    return 0


def _beside(clause: Clause, edition: Chosen) -> str:
    """What is to be said of a clause that the edition does not have."""
    newer = edition.newer(clause.since)
    if newer is not None:
        return f" [edition {newer.name}, not binding]"
    return "" if edition.binds(clause.since) else f" [left out: began {clause.since}]"


def _whole(clause: Clause, register: Register, edition: Chosen) -> None:
    rows = {
        "level": clause.level.value,
        "says": clause.says,
        "because": clause.because,
        "heading": clause.heading,
        "source": clause.source,
        "row": clause.row,
        "since": clause.since,
        "judged by": clause.test or f"untested: {clause.untested}",
        "fault": clause.fault and f"{clause.fault} (restore-conformance serve --fault {clause.fault})",
        "needs": _related(clause.needs, "not judged where one of these fails"),
        "after": _related(
            (*clause.follows, *clause.after), "reported under one of these where it explains the failure"
        ),
    }
    print(clause.address + _beside(clause, edition))
    for name, value in rows.items():
        if value:
            print(f"  {name:11} {value}")
    for name in clause.statements:
        print(f"  rests on    {name}: {pinned().statement(name)}")
    if clause.reading:
        entry = register.interpretations[clause.reading]
        print(f"  reading     {entry.key}: {entry.conflict}")
        for name, says in entry.readings.items():
            accepted = "accepted" if name in entry.allowed else "not accepted"
            print(f"              {name}: {says} ({accepted})")


def _related(addresses: tuple[str, ...], how: str) -> str:
    """Clauses that another is related to, and how."""
    return f"{', '.join(addresses)} ({how})" if addresses else ""


def _readings(register: Register) -> int:
    for entry in register.interpretations.values():
        users = [clause.address for clause in register.clauses if clause.reading == entry.key]
        print(f"{entry.key} (default: {entry.default})\n  {entry.conflict}")
        for name, says in entry.readings.items():
            print(f"  {entry.key}={name}: {says}")
        print(f"  used by: {', '.join(users) or 'no clause'}\n")
    return 0
