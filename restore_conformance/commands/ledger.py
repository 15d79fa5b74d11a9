"""What `run`, `judge` and `compare` share: the reading of a ledger of accepted deviations.

Knows files and today's date; what a ledger says of a run is for `comparing/accepting.py`.
"""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING

from restore_conformance.clauses import Register
from restore_conformance.commands.arguments import where
from restore_conformance.settings_table import ROWS

if TYPE_CHECKING:
    from restore_conformance.reports.ledger import Ledger


def ledger_of(arguments: argparse.Namespace, register: Register) -> Ledger | None:
    """The ledger that the options name, if they do. Raises UsageError."""
    from restore_conformance.reports.ledger import read_ledger

    named = where(arguments, ROWS["deviations"])
    return read_ledger(arguments.deviations, register, named) if arguments.deviations else None


def today() -> datetime.date:
    """The day by which an entry is overdue or not (UTC)."""
    return datetime.datetime.now(datetime.UTC).date()
