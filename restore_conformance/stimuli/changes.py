"""The bodies of updates: for every kind of change a maker, from what was sent to a session and what it has shown.

Member names and forms come from the materials; nothing here knows a judgement or sends anything.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.contract.workload import GRANULAR, LISTS, STANDARD
from restore_conformance.stimuli.materials import Materials, own_id
from restore_conformance.stimuli.stimulus import Stimulus

ELSEWHERE = "0b7c2c51-5f0e-4c57-9a63-2f6f2c0f7a11"
"""A restore point that nothing else names."""
TOO_MANY = 51
SENT_BEFORE = 12
"""How many may have been added from the same seed before."""
NOT_AN_ID = "not-a-session-id"


@dataclass(slots=True)
class Part:
    """A session that takes part in a scenario, by its id in `name`.

    `stimulus` is what it was created from, None for a session that was there before; `sent` the text of everything
    that named artifacts of it, `shown` the ids on the last page of each reading of its artifacts, `done` the operations
    that were carried out on it.
    """

    name: str
    stimulus: Stimulus | None = None
    sent: str = ""
    shown: list[list[str]] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        """The kind of its artifacts; a session without any is filled with full-site ones."""
        kind = self.stimulus.kind if self.stimulus is not None else ""
        return kind if kind in LISTS else "standard"

    @property
    def elements(self) -> list[dict[str, Any]]:
        """The artifacts that it was created with."""
        payload = json.loads((self.stimulus.body if self.stimulus is not None else None) or b"{}")
        return payload.get(LISTS[self.kind]) or []


@dataclass(frozen=True, slots=True)
class Asked:
    """What a change is made from: the session, the others of the scenario, and where the seeds of new ids begin.

    `size` is the number of artifacts that are added, 0 for as many as the change adds by itself.
    """

    part: Part
    others: tuple[Part, ...]
    materials: Materials
    seed: int
    size: int = 0

    @property
    def delta(self) -> str:
        return f"{LISTS[self.part.kind]}@delta"

    @property
    def choice(self) -> int:
        """Which kind of place the session restores to, so that what is added goes there as well."""
        named = next((element.get("destinationType") for element in self.part.elements), None)
        choices = self.materials.choices(self.part.kind)
        return choices.index(named) if named in choices else 0

    def fresh(self, number: int) -> list[dict[str, Any]]:
        """At most so many artifacts that were not sent to this session before."""
        part = self.part
        held = part.stimulus.artifacts if part.stimulus is not None else 0
        most = min(self.materials.most(part.kind), held + number + SENT_BEFORE)
        every = self.materials.elements(part.kind, max(most, 0), self.seed, self.choice)
        return [element for element in every if own_id(element) not in part.sent][:number]

    def kept(self) -> list[str]:
        """The ids that were shown first and are shown still, of those that were shown last if there are none.

        Items are known by the keys that were sent.
        """
        if not self.part.shown:
            return [own_id(element) for element in self.part.elements] if self.part.kind == "granular" else []
        first, last = set(self.part.shown[0]), self.part.shown[-1]
        return [name for name in last if name in first] or last

    def middle(self) -> int:
        """Where in what was kept one stands that has others on both sides: the last, where others came after it."""
        ids = self.kept()
        shown = self.part.shown[-1] if self.part.shown else ids
        return len(ids) // 2 if ids and shown[-1] == ids[-1] else -1


Maker = Callable[[Asked], Any]
CHANGES: dict[str, Maker] = {}
"""Every change by its name: makes the payload, bytes where it is sent as it is, None where it cannot be made."""
REFUSED: dict[str, tuple[str, ...]] = {
    "standard": (
        "empty", "null", "twice", "both", "nothing-named", "array", "restore-point", "text", "not-json",
        "restore-point-malformed", "restore-point-missing", "too-many",
    ),
    "granular": ("empty", "null", "twice", "both", "nothing", "too-many"),
}  # fmt: skip
"""The changes that must be refused for what they ask for, by the kind of the session."""


def change(maker: Maker) -> Maker:
    """Register a change by the name of its maker."""
    CHANGES[maker.__name__.replace("_", "-")] = maker
    return maker


def removal(name: str) -> dict[str, Any]:
    """The change that removes an artifact of that id."""
    return {"@removed": {"reason": "changed"}, "id": name}


# ---------------------------------------------------------------- what a draft allows


@change
def add(a: Asked) -> Any:
    """Artifacts of the same browse session as those that it holds: no page says that it may have two."""
    fresh = a.fresh(a.size or 2)
    browse = next((element.get("browseSessionId") for element in a.part.elements), None)
    if browse and a.part.kind == "granular":
        fresh = [{**element, "browseSessionId": browse} for element in fresh]
    return {a.delta: fresh} if fresh else None


@change
def remove(a: Asked) -> Any:
    """One with others on both sides where that can be: the last that was there from the beginning, if others came."""
    return {a.delta: [removal(a.kept()[a.middle()])]} if a.kept() else None


@change
def exchange(a: Asked) -> Any:
    """A removal beside an addition, as printed; a granular one is of a browse session of its own."""
    return {a.delta: [*a.fresh(a.size or 1), removal(a.kept()[a.middle()])]} if a.kept() else None


@change
def swap(a: Asked) -> Any:
    """A removal beside what `add` adds."""
    added = add(a)
    return {a.delta: [*added[a.delta], *remove(a)[a.delta]]} if added and a.kept() else None


@change
def remove_nothing(a: Asked) -> Any:
    """An artifact of another session, if it is not called like one of this session."""
    own = {name for names in a.part.shown for name in names}
    others = {name for other in a.others for shown in other.shown[-1:] for name in shown} - own
    return {a.delta: [removal(min(others, default=str(uuid.UUID(int=a.seed))))]} if own else None


# ---------------------------------------------------------------- what may be carried out or not


@change
def plain(a: Asked) -> Any:
    return {LISTS[a.part.kind]: a.materials.elements(a.part.kind, 1, a.seed + 2, a.choice)}


@change
def two_destinations(a: Asked) -> Any:
    there, back = (a.materials.elements("standard", 1, a.seed + 3 + n, choice=n) for n in (0, 1))
    return {f"{STANDARD}@delta": [*there, *back]}


# ---------------------------------------------------------------- what must be refused


def _two(a: Asked) -> list[dict[str, Any]]:
    return a.materials.elements(a.part.kind, 2, a.seed + 1, a.choice)


@change
def empty(a: Asked) -> Any:
    return {a.delta: []}


@change
def null(a: Asked) -> Any:
    return {a.delta: None}


@change
def text(a: Asked) -> Any:
    return {a.delta: "text"}


@change
def twice(a: Asked) -> Any:
    two = _two(a)
    return {a.delta: [*two, two[0]]}


@change
def both(a: Asked) -> Any:
    other = "standard" if a.part.kind == "granular" else "granular"
    more = a.materials.elements(other, 1, a.seed + 1, a.choice)
    return {a.delta: _two(a)[:1], f"{LISTS[other]}@delta": more}


@change
def nothing(a: Asked) -> Any:
    return {}


@change
def nothing_named(a: Asked) -> Any:
    return {"note": 1}


@change
def array(a: Asked) -> Any:
    return [{a.delta: _two(a)[:1]}]


@change
def not_json(a: Asked) -> Any:
    return json.dumps({a.delta: _two(a)[:1]}).encode()[:-1]


@change
def restore_point(a: Asked) -> Any:
    first, second = _two(a)
    return {a.delta: [second, {**first, "restorePoint": {"id": ""}}]}


@change
def restore_point_malformed(a: Asked) -> Any:
    return {a.delta: [{**_two(a)[0], "restorePoint": {"id": "not-a-restore-point"}}]}


@change
def restore_point_missing(a: Asked) -> Any:
    return {a.delta: [{name: value for name, value in _two(a)[0].items() if name != "restorePoint"}]}


@change
def too_many(a: Asked) -> Any:
    """More than may be changed at once, with ids that are made up beyond those that were named."""
    return {a.delta: a.materials.elements(a.part.kind, TOO_MANY, a.seed + 2, a.choice)}


# ---------------------------------------------------------------- what a session that is not a draft refuses


@change
def add_to_running(a: Asked) -> Any:
    """An addition that a draft of this kind allows."""
    if a.part.kind == "granular":
        item = a.part.elements[0]
        own = str(uuid.UUID(int=7, version=4))
        return {f"{GRANULAR}@delta": [{**item, "id": ",".join([own, *own_id(item).split(",")[1:]])}]}
    named = next(iter(a.part.elements), {"destinationType": "inPlace"})
    return {f"{STANDARD}@delta": [{**named, "restorePoint": {"id": ELSEWHERE}}]}


@change
def remove_from_running(a: Asked) -> Any:
    """The removal of the first artifact, if it is known."""
    return {a.delta: [removal(a.kept()[0])]} if a.kept() else None


@change
def remove_itself(a: Asked) -> Any:
    """A change of a session that is gone, or by somebody who may not: an id that no artifact has."""
    return {f"{STANDARD}@delta": [removal(a.part.name)]}


@change
def remove_malformed(a: Asked) -> Any:
    """The same where there is no session at all."""
    return {f"{STANDARD}@delta": [removal(NOT_AN_ID)]}
