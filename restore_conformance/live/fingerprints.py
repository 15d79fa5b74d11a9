"""What a create names, as a fingerprint: how a draft whose id was lost is distinguished from everybody else's.

Two requests have the same fingerprint if and only if they name the same artifacts, in whatever order.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Iterable
from typing import Any

from restore_conformance.contract.workload import GRANULAR, STANDARD
from restore_conformance.exchange import NOTHING, parse_json

CERTAIN = 1 << 20
"""Among so many equally likely choices nobody else makes the same one by chance."""
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def named(body: bytes | None) -> list[str]:
    """The artifacts a create names: restore points and items, each once, in lower case."""
    payload = parse_json(body)
    if payload is NOTHING or not isinstance(payload, dict):
        return []
    return sorted({*points_of(payload.get(STANDARD)), *items_of(payload.get(GRANULAR))})


def points_of(value: Any) -> set[str]:
    """The restore points that a list of full-site artifacts names."""
    points = set()
    for element in value if isinstance(value, list) else []:
        point = element.get("restorePoint") if isinstance(element, dict) else None
        if isinstance(point, dict) and isinstance(point.get("id"), str):
            points.add("point " + point["id"].lower())
    return points


def items_of(value: Any) -> set[str]:
    """The items that a list of granular artifacts names."""
    return {
        "item " + element["id"].lower()
        for element in (value if isinstance(value, list) else [])
        if isinstance(element, dict) and isinstance(element.get("id"), str)
    }


def fingerprint(names: Iterable[str]) -> str:
    """A digest of a set of artifacts; "" of none."""
    distinct = sorted(set(names))
    return hashlib.sha256("\n".join(distinct).encode()).hexdigest()[:32] if distinct else ""


def unique(names: Collection[str], pool: Collection[str]) -> bool:
    """Whether nobody else can have named the same artifacts.

    True where one of them was made up by this run, or where they are one of very many choices from the pool of
    those that the user named. An empty set, or one of a few, is nobody's mark.
    """
    made_up = [name for name in names if name not in pool and _GUID.search(name)]
    if made_up:
        return True
    for kind in ("point ", "item "):
        from_pool = sum(name.startswith(kind) for name in names)
        size = sum(name.startswith(kind) for name in pool)
        if from_pool and math.comb(size, from_pool) >= CERTAIN:
            return True
    return False


def enough(size: int) -> int:
    """How many of a pool must be named so that the choice is nobody else's; all of a pool too small for that."""
    for count in range(1, min(size // 2, 45) + 1):
        if math.comb(size, count) >= CERTAIN:
            return count
    return max(1, min(size, 3))
