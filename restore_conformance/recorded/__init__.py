"""From recordings to verdicts: cassettes and HAR files are judged like a run, and no request is sent.

What another tool's recording does not show is unknown; trouble in a recording is inconclusive, since nothing can be
asked again. Knows no single clause.
"""

from restore_conformance.recorded.conversations import outdated
from restore_conformance.recorded.replay import replay, unlike
from restore_conformance.recorded.review import BASE, Review, conclude_recorded

__all__ = ["BASE", "Review", "conclude_recorded", "outdated", "replay", "unlike"]
