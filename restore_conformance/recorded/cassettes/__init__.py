"""Cassettes: written by a command, checked when loaded, played through vcrpy with no network behind it.

Only these modules import vcrpy. Knows no clause: what a recording proves is decided by `review`.
"""

from restore_conformance.recorded.cassettes.cassette import LARGEST, LONGEST, Cassette, Provenance, every, load
from restore_conformance.recorded.cassettes.foreign import Foreign, foreign, of_interactions
from restore_conformance.recorded.cassettes.matching import differences, nearest
from restore_conformance.recorded.cassettes.player import Player, SocketAttempt, Unrecorded, no_network
from restore_conformance.recorded.cassettes.writer import save

__all__ = [
    "LARGEST",
    "LONGEST",
    "Cassette",
    "Foreign",
    "Player",
    "Provenance",
    "SocketAttempt",
    "Unrecorded",
    "differences",
    "every",
    "foreign",
    "load",
    "nearest",
    "no_network",
    "of_interactions",
    "save",
]
