"""From recordings to verdicts: cassettes and HAR files are judged like a run, and no request is sent.

What another tool's recording does not show is unknown; trouble in a recording is inconclusive, since nothing can be
asked again. Knows no single clause.
"""

from restore_conformance.recorded.conversations import is_recorded_in, outdated
from restore_conformance.recorded.provenance import origins
from restore_conformance.recorded.replay import conclude_recorded, replay, unlike
from restore_conformance.recorded.review import BASE, Review, clock

__all__ = ["BASE", "Review", "clock", "conclude_recorded", "is_recorded_in", "origins", "outdated", "replay", "unlike"]
