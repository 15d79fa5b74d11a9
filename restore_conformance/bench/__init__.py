"""Measures the suite: seeded faults, unusual but conforming servers, and troubles between the suite and a server."""

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
