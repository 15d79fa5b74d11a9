"""From recordings to verdicts: cassettes and HAR files are judged like a run, and no request is sent.

What another tool's recording does not show is unknown; trouble in a recording is inconclusive, since nothing can be
asked again. Knows no single clause.
"""

from restore_conformance.recordings.coverage import again, is_recorded_in, outdated
from restore_conformance.recordings.replaying import kept, replay, unlike
from restore_conformance.recordings.review import BASE, Review, clock
from restore_conformance.recordings.source import Source, origins

__all__ = [
    "BASE",
    "Review",
    "Source",
    "again",
    "clock",
    "is_recorded_in",
    "kept",
    "origins",
    "outdated",
    "replay",
    "unlike",
]
