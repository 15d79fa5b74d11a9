"""What is sent: families of create requests, each breaking nothing or exactly one labelled thing.

Member names, types, enumerations and forms come from `schemas/`; nothing here knows a judgement.
"""

from restore_conformance.stimuli.drawing import draw, stimuli
from restore_conformance.stimuli.families import FAMILIES, Knobs
from restore_conformance.stimuli.materials import Materials, made_up
from restore_conformance.stimuli.plan import PROFILES, Profile, Supply, drawn, plan
from restore_conformance.stimuli.stimulus import Stimulus

__all__ = [
    "FAMILIES",
    "PROFILES",
    "Knobs",
    "Materials",
    "Profile",
    "Stimulus",
    "Supply",
    "draw",
    "drawn",
    "made_up",
    "plan",
    "stimuli",
]
