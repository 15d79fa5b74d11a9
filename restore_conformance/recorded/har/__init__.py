"""HAR 1.2: written by a run, read from any tool, one entry at a time so that memory does not grow with the file.

Knows no clause; what a reader may believe of another tool's recording is in `other_recorders` and `credibility`.
"""

from restore_conformance.recorded.har.addresses import Intake
from restore_conformance.recorded.har.other_recorders import Shown, exchanges_of
from restore_conformance.recorded.har.reader import Archive, archive
from restore_conformance.recorded.har.writer import Writer

__all__ = ["Archive", "Intake", "Shown", "Writer", "archive", "exchanges_of"]
