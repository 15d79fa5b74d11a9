"""What `run`, `judge` and `compare` share: the option that names a ledger of accepted deviations, and its reading.

Knows files and today's date; what a ledger says of a run is told in `comparing/accepting.py`.
"""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING

from restore_conformance.clauses import Register

if TYPE_CHECKING:
    from restore_conformance.comparing.ledger import Ledger


def add_argument(parser: argparse.ArgumentParser) -> None:
    """The option `--deviations`. A ledger is read only where it is named."""
    parser.add_argument(
        "--deviations",
        default="",
        metavar="FILE",
        help="a ledger of accepted deviations, such as reports/deviations.toml (default: none, nothing is accepted)",
    )


def ledger_of(arguments: argparse.Namespace, register: Register) -> Ledger | None:
    """The ledger that the options name, if they do. Raises UsageError."""
    from restore_conformance.comparing.ledger import read_ledger

    return read_ledger(arguments.deviations, register) if arguments.deviations else None


def today() -> datetime.date:
    """The day by which an entry is overdue or not (UTC)."""
    return datetime.datetime.now(datetime.UTC).date()
