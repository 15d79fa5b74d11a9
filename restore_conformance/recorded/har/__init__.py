"""HAR 1.2: written by a run, read from any tool, one entry at a time so that memory does not grow with the file.

Knows no clause; what another tool's recording can prove is decided by `shown` and `credibility`.
"""

from restore_conformance.recorded.har.reader import Archive, archive
from restore_conformance.recorded.har.writer import Writer

__all__ = ["Archive", "Writer", "archive"]
