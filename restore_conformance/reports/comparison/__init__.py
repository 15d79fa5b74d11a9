"""Two runs side by side, and the ledger of accepted deviations. Pure functions of run records.

Knows no target, sends nothing, and makes no report: `reporting/` shows what is found here.
"""

from restore_conformance.records.reader import read_record
from restore_conformance.reports.comparison.compare import Comparison, compare
from restore_conformance.reports.comparison.document import document

__all__ = ["Comparison", "compare", "document", "read_record"]
