"""Whether a stimulus fits into the ids that a user named, and what is sent instead of one that does not."""

from __future__ import annotations

from restore_conformance.contract.workload import LISTS
from restore_conformance.stimuli.families import FAMILIES, Knobs
from restore_conformance.stimuli.materials import Materials
from restore_conformance.stimuli.stimulus import Stimulus

LIMIT = 50
"""The number of artifacts from which on the documents contradict each other: sent with ids that are made up, too."""


def fits(materials: Materials, stimulus: Stimulus) -> bool:
    """Whether it names no more artifacts than the user named ids for."""
    return stimulus.artifacts <= _most(materials, stimulus)


def fitted(materials: Materials, name: str, knobs: Knobs) -> Stimulus | None:
    """A stimulus of a family that fits; None where it is about a mere number of artifacts and does not fit.

    One that needs more artifacts is made smaller, with unusual values as far behind as they can be, so that it still
    shows what only looks at the first ones; where that is not possible, it is filled up with ids that are made up.
    """
    stimulus = FAMILIES[name](materials, knobs)
    if fits(materials, stimulus) or (name in LISTS and knobs.size >= LIMIT):
        return stimulus
    if name in LISTS and not knobs.style:
        return None
    most = _most(materials, stimulus)
    smaller = FAMILIES[name](materials, knobs._replace(size=most, place=min(knobs.place, max(most - 1, 0))))
    return smaller if fits(materials, smaller) else stimulus


def _most(materials: Materials, stimulus: Stimulus) -> int:
    return materials.most(stimulus.kind if stimulus.kind in LISTS else "standard")
