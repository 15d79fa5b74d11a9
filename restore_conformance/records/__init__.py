"""Run records as data: the one reader of every format, what a finding holds, and the cause that findings share."""

from __future__ import annotations

from restore_conformance.records.finding import BEFORE, BROKE, broke, earlier, exchanges
from restore_conformance.records.formats import FORMAT, upgraded

__all__ = ["BEFORE", "BROKE", "FORMAT", "broke", "earlier", "exchanges", "upgraded"]
