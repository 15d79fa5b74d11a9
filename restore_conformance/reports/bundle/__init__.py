"""The support bundle: all there is about one finding, in a zip that a vendor can act on without asking back.

Made from a run record and its stored exchanges alone; judges nothing and sends nothing.
"""

from restore_conformance.reports.bundle.archive import Case, files, zipped
from restore_conformance.reports.bundle.leak_check import Leak, leaked

__all__ = ["Case", "Leak", "files", "leaked", "zipped"]
