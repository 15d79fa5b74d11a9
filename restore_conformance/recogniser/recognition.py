"""What a request says, and what has been noticed of it on the way there.

Holds what others put in; knows no rule of the contract and reads no request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """What the body of an update asks for.

    `kind` is standard, granular, both or none. `lists` are the members of the body that name artifacts, with or
    without @delta. `additions` are the new elements of the lists with @delta as they were sent, objects only;
    `removals` the ids of the artifacts to remove, as far as an id is given. `defects` are the documented rules that
    the body breaks, `open` what the documents leave open about it; with any of these nobody knows for sure what an
    update that was accepted did. `arguable` are defects that a fair server may name instead.
    """

    kind: str = "none"
    lists: tuple[str, ...] = ()
    additions: tuple[dict[str, Any], ...] = ()
    removals: tuple[str, ...] = ()
    defects: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    arguable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request says.

    `tags` is everything a clause may ask for: the operation, the kind of payload, `valid`, `clean`,
    `sole:<defect>`, `several`, and the curious but legal features. `count` is the number of artifacts named.
    `arguable` are defects that a fair server may name instead of the one in `defects`. `change` is what an update
    asks for, with the defects of its body; None for every other operation.
    """

    operation: str
    session: str
    kind: str
    defects: frozenset[str]
    open: frozenset[str]
    tags: frozenset[str]
    count: int = 0
    caller: str = "good"
    payload: Any = None
    asked_for_all_members: bool = False
    arguable: frozenset[str] = frozenset()
    change: Change | None = None


class Seen:
    """What has been noticed so far about one request."""

    __slots__ = ("arguable", "count", "defects", "features", "kind", "open")

    def __init__(self) -> None:
        self.kind = ""
        self.count = 0
        self.defects: set[str] = set()
        self.open: set[str] = set()
        self.features: set[str] = set()
        self.arguable: set[str] = set()
