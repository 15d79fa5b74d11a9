"""Cassettes: written by a command, loaded with suspicion, played through vcrpy with no network behind it.

Only these modules import vcrpy. Knows no clause: what a recording proves is for those who judge it.
"""

from restore_conformance.tape.cassette import LARGEST, LONGEST, Cassette, Provenance, every, load
from restore_conformance.tape.foreign import Foreign, foreign
from restore_conformance.tape.guard import SocketAttempt, no_network
from restore_conformance.tape.matching import differences, nearest
from restore_conformance.tape.playing import Player, Unrecorded
from restore_conformance.tape.writing import save

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
    "save",
]
