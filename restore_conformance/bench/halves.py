"""The two fixed halves of the faults: requests are chosen by one, and the figure that is reported comes from the other.

Which half a fault belongs to is decided by its name alone, so that a new fault moves no other one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

CHOOSING: Final = "choosing"
REPORTING: Final = "reporting"
HALVES: Final = (CHOOSING, REPORTING)


def half_of(name: str) -> str:
    """The half that a fault belongs to, the same on every machine."""
    return HALVES[hashlib.sha256(name.encode()).digest()[0] % 2]


def only(names: Iterable[str], half: str) -> list[str]:
    """The names of one half, or all of them where `half` is empty."""
    return [name for name in names if not half or half_of(name) == half]
