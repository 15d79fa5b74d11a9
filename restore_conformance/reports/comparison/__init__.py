"""Two runs side by side: a pure function of two run records, its JSON document, and the reports made from that."""

from restore_conformance.reports.comparison.compare import Comparison, compare
from restore_conformance.reports.comparison.document import document

__all__ = ["Comparison", "compare", "document"]
