"""Whose a draft is: what a create names, and whether reading a session back contradicts that it is ours.

A session is ours only if one of our creates was answered with it, or if it holds a set of artifacts that nobody else
can have named, and if reading it back contradicts neither application, time nor draft. What a session does not show is
neutral. Looks at answers and at the journal's notes; sends nothing.
"""

from __future__ import annotations

import enum
import hashlib
import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from restore_conformance.contract.workload import GRANULAR, STANDARD
from restore_conformance.exchange import NOTHING, Response, parse_json
from restore_conformance.live.journal import Intent

EARLIER, LATER = 30.0, 180.0
"""Seconds around the moment of our create within which a session of ours was created, by the target's own clock: its
machines may differ a little, and a request may wait on its way."""
UNSURE = 300.0
"""Seconds allowed instead where no answer ever said what the target's clock shows, so that ours has to do."""


class Owner(enum.Enum):
    """Whose a session is, as far as reading it shows."""

    OURS = "ours"
    UNDECIDED = "undecided"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """Whose a session is, and why it is not ours."""

    owner: Owner
    why: str = ""

    @property
    def ours(self) -> bool:
        return self.owner is Owner.OURS


def owner_of(response: Response | None, session: str, makers: Collection[Intent]) -> Finding:
    """Whose a session is by the answer to reading it; `makers` are our creates that were answered with its id."""
    read = parse_json(response.body) if response is not None and response.status == 200 else None
    if not isinstance(read, dict):
        return Finding(Owner.UNDECIDED, "could not be read, so that nobody knows whether it is ours")
    if not isinstance(read.get("id"), str) or read["id"].lower() != session.lower():
        return Finding(Owner.UNDECIDED, f"is shown with another id when it is read: {str(read.get('id'))[:80]!r}")
    if not by_us(read, {maker.application for maker in makers}, unsaid=True):
        return Finding(Owner.OTHER, "was created by another application, so it was left alone")
    finding = _time(read, makers)
    if finding is not None:
        return finding
    status = read.get("status")
    if not isinstance(status, str):
        return Finding(Owner.UNDECIDED, "does not say whether it is a draft, so it was left alone")
    if status != "draft":
        return Finding(Owner.OTHER, f"is no longer a draft but {status[:40]!r}, so it was left alone")
    return Finding(Owner.OURS)


def _time(read: dict[str, Any], makers: Iterable[Intent]) -> Finding | None:
    """What speaks against a session by the time of its creation."""
    created = moment(read.get("createdDateTime"))
    begun = [(maker.begun or maker.at + maker.skew, EARLIER if maker.begun else UNSURE) for maker in makers]
    if created is None or not begun:
        return None
    if all(created < at - slack for at, slack in begun):
        return Finding(Owner.OTHER, "was created before our create was sent, so it was left alone")
    if all(created > at + max(slack, LATER) for at, slack in begun):
        return Finding(Owner.UNDECIDED, "says that it was created long after our create, so it was left alone")
    return None


def by_us(session: dict[str, Any], applications: Collection[str], *, unsaid: bool) -> bool:
    """Whether a session was created by one of some applications; `unsaid` where it, or we, do not say."""
    creator = session.get("createdBy")
    app = creator.get("application") if isinstance(creator, dict) else None
    name = app.get("id") if isinstance(app, dict) else None
    known = {application.lower() for application in applications} - {""}
    if not isinstance(name, str) or not name or not known:
        return unsaid
    return name.lower() in known


def moment(stamp: Any) -> float | None:
    """A time in seconds since 1970; None for what says none: no time, none with a zone, or the year one."""
    if not isinstance(stamp, str):
        return None
    try:
        when = datetime.fromisoformat(stamp)
        return when.timestamp() if when.tzinfo is not None and when.year > 1 else None
    except (ValueError, OverflowError, OSError):
        return None


def clock_of(response: Response | None) -> float | None:
    """What the target's clock showed, by the Date header of an answer."""
    stamp = response.header("Date") if response is not None else None
    try:
        when = parsedate_to_datetime(stamp or "")
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None


# ---------------------------------------------------------------- what a create names

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
