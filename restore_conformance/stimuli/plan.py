"""What a profile sends, in order, the same for the same seed: a planned part and a drawn one.

`quick` sends the short plan. `standard` adds what its scenarios and the remaining clauses need, and the slots that
Hypothesis fills; `deep` adds thousands of free draws.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from restore_conformance.contract.workload import GRANULAR, LISTS, STANDARD
from restore_conformance.stimuli.drawing import draw, fill, stimuli
from restore_conformance.stimuli.entries import entries
from restore_conformance.stimuli.families import FAMILIES, LIMIT, Knobs, fits, fitted, is_newer
from restore_conformance.stimuli.materials import Materials
from restore_conformance.stimuli.scenarios import Tier
from restore_conformance.stimuli.slots import SLOTS, Slot
from restore_conformance.stimuli.stimulus import Stimulus


@dataclass(frozen=True, slots=True)
class Profile:
    """How much a run sends: the whole plan or its marked part, the scenarios of a tier, draws, walks of so many
    steps, a sweep.

    `requests` bounds the profiles for live targets, whose plan is made of the clauses (see campaign.coverage); with
    `pairs` what it leaves goes to all pairs.
    """

    name: str
    whole: bool
    drawn: int
    tier: Tier
    walks: int = 0
    steps: int = 0
    sweep: int = 0
    requests: int = 0
    pairs: bool = False


PROFILES = {
    "quick": Profile("quick", whole=False, drawn=0, tier=Tier.QUICK),
    "standard": Profile("standard", whole=True, drawn=len(SLOTS), tier=Tier.STANDARD, walks=5, steps=7),
    "deep": Profile("deep", whole=True, drawn=5000, tier=Tier.DEEP, walks=60, steps=50, sweep=400),
    "live": Profile("live", whole=False, drawn=0, tier=Tier.QUICK, requests=78),
    "live-deep": Profile("live-deep", whole=False, drawn=0, tier=Tier.QUICK, requests=200, pairs=True),
}

NO_ROOM = frozenset({"conflict-value"})
"""Families about a member of a newer edition that the short plan leaves out where that one does not bind."""


def plan(
    materials: Materials, profile: Profile, seed: int = 1, callers: frozenset[str] = frozenset()
) -> list[Stimulus]:
    """The planned part of a profile in order: the printed requests, the entries of the plan, other callers.

    An entry that needs more artifacts than the user named ids for is fitted (see `fitted`). Of a family about a
    member that only a later edition has, one is sent: it shows and does not bind.
    """
    return list(_planned(materials, profile, seed, callers))


@functools.lru_cache(maxsize=4)  # the bench judges hundreds of servers by one plan of a few megabytes
def _planned(materials: Materials, profile: Profile, seed: int, callers: frozenset[str]) -> tuple[Stimulus, ...]:
    planned = list(examples(materials))
    start = seed * 1000 + 1
    for name, knobs in entries(start, whole=profile.whole):
        newer = is_newer(materials, name)
        if newer and ((name in NO_ROOM and not profile.whole) or any(other.family == name for other in planned)):
            continue
        stimulus = fitted(materials, name, knobs)
        if stimulus is not None:
            planned.append(replace(stimulus, newer=newer))
    for caller in sorted(callers - {"good"}):
        kinds = ("standard", "granular") if caller in GOOD else ("standard",)
        for number, kind in enumerate(kinds if profile.whole else _IN_TURN.get(caller, kinds)):
            size = min(_SIZES.get((caller, kind), 1), materials.most(kind))
            stimulus = FAMILIES[kind](materials, Knobs(size, 0, 0, seed * 1000 + 900 + number))
            planned.append(replace(stimulus, family=f"caller-{caller}", caller=caller, defect=_CALLERS.get(caller, "")))
    if not profile.whole and _CALLERS.keys().isdisjoint(callers):
        # Nobody else is refused, so this shows whether the target distinguishes tokens at all.
        planned.append(FAMILIES["token-altered"](materials, Knobs(1, 0, 1, seed * 1000 + 950)))
    return tuple(planned)


def drawn(materials: Materials, number: int, seed: int) -> list[Stimulus]:
    """The drawn part: that many stimuli, those of the slots first, the same for the same seed.

    There are fewer where the user named few ids or an edition binds that lacks what a slot is about.
    """
    free = draw(stimuli(materials), number - len(SLOTS), seed)
    return [*_slotted(materials, seed)[:number], *(stimulus for stimulus in free if fits(materials, stimulus))]


@functools.lru_cache(maxsize=4)
def _slotted(materials: Materials, seed: int) -> tuple[Stimulus, ...]:
    slots = [slot for slot in SLOTS if not is_newer(materials, slot.family) and not _is_number(materials, slot)]
    filled = zip(slots, fill(slots, seed), strict=True)
    fitting = [fitted(materials, slot.family, knobs) for slot, knobs in filled]
    return tuple(interleaved(stimulus for stimulus in fitting if stimulus is not None))


def _is_number(materials: Materials, slot: Slot) -> bool:
    """Whether a slot is about a mere number of artifacts, for which the user named too few ids."""
    return slot.family in LISTS and slot.size is not None and materials.most(slot.family) < slot.size < LIMIT


GOOD = frozenset({"delegated", "application"})
_IN_TURN = {"application": ("standard",), "delegated": ("granular",)}
"""One kind each where there is no room for both: a kind that one of them is refused is refused for who asks."""
_SIZES = {("application", "granular"): 19, ("delegated", "granular"): 1}
_CALLERS = {
    "read-only": "read-only-permission",
    "no-permission": "no-permission",
    "personal": "personal-account",
    "expired": "token-expired",
}


def examples(materials: Materials) -> Iterator[Stimulus]:
    """The requests of the page's examples, printed ones first."""
    for row in materials.documents.toml("create/page.toml")["example"]:
        if not materials.edition.binds(row.get("since", "")):
            continue
        payload = materials.documents.json("create/" + row["request"])
        kind = "granular" if GRANULAR in payload else "standard"
        artifacts = len(payload.get(GRANULAR) or payload.get(STANDARD) or ())
        yield Stimulus(kind, materials.body(payload), artifacts=artifacts, family=f"example-{row['name']}")


class Supply:
    """What is left of a plan. Iterating takes one stimulus after the other."""

    def __init__(self, planned: Iterable[Stimulus]) -> None:
        self._left = list(interleaved(planned))
        self._taken: list[Stimulus] = []

    def __iter__(self) -> Iterator[Stimulus]:
        while self._left:
            yield self._left.pop(0)

    def left(self) -> list[Stimulus]:
        """What is left, in order."""
        return list(self._left)

    def take(self, family: str, artifacts: int) -> Stimulus | None:
        """One of a family with so many artifacts; None where none is left."""
        match = next((s for s in self._left if (s.family, s.artifacts) == (family, artifacts)), None)
        return self._take(match) if match is not None else None

    def refusals(self) -> list[Stimulus]:
        """The smallest that must be refused of each defect and caller, by the edition that binds."""
        smallest: dict[tuple[str, str], Stimulus] = {}
        for stimulus in self._left:
            key = (stimulus.defect, stimulus.caller)
            known = smallest.get(key)
            if (
                stimulus.defect
                and not stimulus.newer
                and (known is None or len(stimulus.body or b"") < len(known.body or b""))
            ):
                smallest[key] = stimulus
        return [self._take(stimulus) for stimulus in smallest.values()]

    def give_back(self, sent: Iterable[Stimulus]) -> None:
        """Put back, at the front, what was taken and is not among those that were sent."""
        gone = {id(stimulus) for stimulus in sent}
        self._left[:0] = [stimulus for stimulus in self._taken if id(stimulus) not in gone]
        self._taken.clear()

    def _take(self, stimulus: Stimulus) -> Stimulus:
        # By identity: two stimuli of a plan may be alike.
        self._left = [left for left in self._left if left is not stimulus]
        self._taken.append(stimulus)
        return stimulus


def interleaved(planned: Iterable[Stimulus]) -> Iterator[Stimulus]:
    """The printed requests first, then one of each family in turn, so that no family hides what ails another."""
    waiting: dict[str, list[Stimulus]] = {}
    for stimulus in planned:
        if stimulus.family.startswith("example-"):
            yield stimulus
        else:
            waiting.setdefault(stimulus.family, []).append(stimulus)
    lines = [iter(line) for line in waiting.values()]
    while lines:
        left = []
        for line in lines:
            following = next(line, None)
            if following is not None:
                yield following
                left.append(line)
        lines = left
