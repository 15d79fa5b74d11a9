"""Says what a request is from its bytes alone: operation, caller, form of the body, and every rule it breaks.

Judgements use this and nothing else. It never asks a generator what it meant to build, and shares no
predicate with one; a selftest lets the two disagree as often as they can.
"""

from restore_conformance.contract.routes import READING, route
from restore_conformance.recogniser.callers import Tokens
from restore_conformance.recogniser.recogniser import Recogniser
from restore_conformance.recogniser.recognition import Change, Sent

__all__ = ["READING", "Change", "Recogniser", "Sent", "Tokens", "route"]
