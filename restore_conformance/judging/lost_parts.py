"""Whether a breach rests on a part of an answer that a recording does not show as it was.

Looks at what is lost of the evidence (see `Exchange.lost`) and where the breach is; judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from restore_conformance.exchange import Exchange
from restore_conformance.verdicts import Deviation

REMOVED = "may have been removed: the recording does not show this part of the answer as it was"
WRITTEN_OVER = "may have been written over: the request holds what tools write in place of a value"
NOT_ASKED = "not shown: the request asks for another form of answer than the documented one"


def unknown(deviation: Deviation, evidence: Sequence[Exchange]) -> str:
    """Why a breach proves nothing, or ""."""
    lost = frozenset().union(*(exchange.lost for exchange in evidence)) - {"media type"}
    if not lost:
        return ""
    last, pointer = evidence[-1], deviation.pointer
    if "request" in lost and (deviation.by_status or pointer == "/error/code"):
        return WRITTEN_OVER
    places = [place for place in lost if place.startswith("/")]
    shown = "body" not in lost and not places
    # Of a refusal the code may be lost, and with it what would excuse the refusal.
    if deviation.by_status and (shown or (last.status or 0) < 400):
        return ""
    if "body" in lost or (places and not pointer) or any(_touch(pointer, place) for place in places):
        return REMOVED
    # What a request asks for also decides how much control information comes with it.
    if "members" in lost and ("@" in pointer or not _resolves(pointer, last.answer)):
        return NOT_ASKED
    return ""


def _touch(pointer: str, other: str) -> bool:
    """Whether one of two JSON pointers is the other, or leads to it."""
    return f"{pointer}/".startswith(f"{other}/") or f"{other}/".startswith(f"{pointer}/")


def _resolves(pointer: str, value: Any) -> bool:
    """Whether a JSON pointer leads to something in a value."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False
    return bool(pointer)
