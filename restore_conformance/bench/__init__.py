"""The suite's own conformance: seeded faults, odd but conforming servers, and troubles that are nobody's fault."""

from restore_conformance.bench.environments import ENVIRONMENTS, Troubled
from restore_conformance.bench.scoring import Score, edition_of, fits, score_environment, score_fault, score_variant

__all__ = [
    "ENVIRONMENTS",
    "Score",
    "Troubled",
    "edition_of",
    "fits",
    "score_environment",
    "score_fault",
    "score_variant",
]
