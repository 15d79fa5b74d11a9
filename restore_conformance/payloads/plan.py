"""The stratified plan: what a profile sends, in order, the same for the same seed.

Every count from 1 to 50, every position of a bad element, duplicates near and far, both orders of the lists.
An entry that `quick` keeps is marked: every clause is touched first, then the ways to break a rule and the places to
break it in are taken in turn, so that few requests meet each of both. `standard` sends all of them; `deep` adds draws.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from restore_conformance.payloads.families import EACH_MEMBER, FAMILIES, VARIANTS, WRONG_TYPES, Knobs, is_newer
from restore_conformance.payloads.materials import (
    FALLING,
    GRANULAR,
    LENGTHS,
    LISTS,
    LONG_BROWSE,
    ODD_GROUPS,
    OPTIONAL,
    PRETTY,
    REVERSED,
    SAME_SITE,
    TYPED,
    UPPER,
    Materials,
)
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.payloads.strategies import draw, stimuli


@dataclass(frozen=True, slots=True)
class Profile:
    """How much a run sends: the whole plan or its marked part, draws, lives of sessions, a sweep, a crowd.

    `requests` bounds the profiles for live targets, whose plan is made of the clauses (see live.planning).
    """

    name: str
    whole: bool
    drawn: int
    conversations: int
    sweep: int = 0
    crowd: bool = False
    brief: bool = False
    requests: int = 0


PROFILES = {
    "quick": Profile("quick", whole=False, drawn=0, conversations=1, brief=True),
    "standard": Profile("standard", whole=True, drawn=0, conversations=3),
    "deep": Profile("deep", whole=True, drawn=5000, conversations=6, sweep=400, crowd=True),
    "live": Profile("live", whole=False, drawn=0, conversations=1, requests=78, brief=True),
    "live-deep": Profile("live-deep", whole=False, drawn=0, conversations=1, requests=200, brief=True),
}

Q = True
QUICK_COUNTS = frozenset({1, 50})
STYLED = {
    6: PRETTY, 9: UPPER, 11: REVERSED, 12: FALLING, 14: ODD_GROUPS, 18: PRETTY | REVERSED, 22: TYPED,
    27: UPPER | ODD_GROUPS, 31: ODD_GROUPS, 33: PRETTY, 38: REVERSED, 43: UPPER, 49: UPPER | ODD_GROUPS, 50: FALLING,
}  # fmt: skip
"""Which counts are sent in another style: capitals, odd GUIDs, white space, another order of members or of ids."""
STYLED_ITEMS = {7: LENGTHS, 11: FALLING, 17: LONG_BROWSE, 26: UPPER, 37: TYPED}
ITEMS = (1, 2, 3, 5, 7, 11, 17, 26, 33, 37, 42, 49, 50, 51)
PLACED = ((2, 1), (5, 0), (5, 1), (5, 2), (5, 3), (5, 4), (50, 49))
"""A bad element among so many at this place: next to the first, at each place of a few, at the end of many."""

LIMIT = 50
"""The number of artifacts from which on the documents contradict each other: sent with ids that are made up, too."""

MOST = {
    "no-media-type": 1,
    "not-an-object": 4,
    "not-json": 4,
    "not-utf8": 2,
    "other-media-type": 4,
    "token-altered": 4,
    "token-malformed": 4,
    "trailing-text": 2,
    "very-deep": 1,
    "very-large": 1,
}
"""How many variants of a protocol act are planned where not all of them are."""

Entry = tuple[str, Knobs, bool]


def _entries(seed: int) -> Iterator[Entry]:
    s = seed * 1000 + 1
    yield from _accepted(s)
    yield from _rows(s)
    yield from _several(s)
    yield from _rules(s)
    yield from _protocol(s)


def _accepted(s: int) -> Iterator[Entry]:
    for count in range(1, 52):
        yield (
            "standard",
            Knobs(count, 0, count % 2, 0 if count == 4 else s + count, STYLED.get(count, 0)),
            count in QUICK_COUNTS,
        )
    for count in ITEMS:
        yield "granular", Knobs(count, 0, 0, s + 100 + count, STYLED_ITEMS.get(count, 0)), not Q
    for variant, (count, style) in enumerate(((10, SAME_SITE | UPPER | LONG_BROWSE), (14, 0))):
        yield "granular-destination", Knobs(count, 0, variant, s + 170, style), variant == 0
    for variant, count in enumerate((25, 8, 12)):
        yield "conflict-behavior", Knobs(count, 0, variant, s + 180), variant == 0
    for variant in range(4):
        yield "no-payload", Knobs(variant=variant), variant in {0, 3}
    for variant in range(3):
        yield "empty-object", Knobs(variant=variant), variant == 0
    for variant, (count, style) in enumerate(((13, REVERSED | LENGTHS), (29, 0))):
        yield "prefer", Knobs(count, 0, variant, s + 190, style), variant == 0
    yield "prefer", Knobs(2, 1, 0, s + 194), not Q


def _typed(place: int) -> int:
    """Every other place also with the type at the top, as the SDKs send it with everything."""
    return TYPED if place % 2 else 0


def _rows(s: int) -> Iterator[Entry]:
    for variant, count in ((0, 1), (3, 1), (6, 3), (7, 1)):
        yield "path-type", Knobs(count, 0, variant, s + 200 + variant), variant == 3
    for (count, place), variant in zip(PLACED, (0, 4, 1, 2, 3, 5, 0), strict=True):
        yield "path-type", Knobs(count, place, variant, s + 210, _typed(place)), (count, place) == (50, 49)
    for variant in range(2):
        yield "empty-list", Knobs(variant=variant), variant == 0
        yield "null-list", Knobs(variant=variant), variant == 1
    for variant in (0, 4, 6):
        yield "restore-point", Knobs(1, 0, variant, s + 220 + variant), not Q
    for (count, place), variant in zip(PLACED, (0, 4, 2, 3, 5, 7, 6), strict=True):
        yield (
            "restore-point",
            Knobs(count, place, variant, s + 230, _typed(place)),
            (count, place) in {(2, 1), (50, 49)},
        )
    for place, variant in ((0, 1), (2, 8)):
        yield "restore-point", Knobs(3, place, variant, s + 235), not Q
    yield "different-destination", Knobs(2, 1, 1, s + 241), not Q
    for place in range(3):
        yield "different-destination", Knobs(3, place, place, s + 245, _typed(place)), not Q
    for count, place in ((10, 5), (30, 16), (50, 49)):
        # In the middle of many: missed by who looks at the first few only, or at the two ends.
        style = _typed(1) if count == 30 else 0
        yield "different-destination", Knobs(count, place, count // 10, s + 250 + count, style), count == 30
    for variant in (0, 1):
        yield "duplicate", Knobs(2, variant, variant, s + 260), not Q
    for count, place, back in ((3, 2, 1), (10, 5, 0), (10, 9, 8), (40, 39, 38), (50, 49, 48)):
        yield "duplicate", Knobs(count, place, 0, s + 262 + count, back), (count, back) == (40, 38)
    for count, place, back in ((3, 2, 1), (10, 9, 8), (40, 39, 38)):
        yield "duplicate", Knobs(count, place, 1, s + 265 + count, back), count == 10
    for variant in (2, 3):
        yield "duplicate", Knobs(2, 1, variant, s + 268), not Q
    for variant in (4, 5):
        yield "duplicate", Knobs(3, 2, variant, s + 269), not Q
    for variant in range(2):
        yield "too-many", Knobs(0, 0, variant, s + 270), variant == 0
    for count, others, variant, style in (
        (1, 1, 0, 0),
        (1, 1, 1, TYPED),
        (1, 2, 0, OPTIONAL),
        (20, 1, 1, 0),
        (1, 8, 0, 0),
    ):
        first = (others, variant) == (1, 0) or count == 20
        yield "mixed", Knobs(count, others - 1, variant, s + 280 + count, style), first
    yield "mixed", Knobs(2, 1, 2, s + 285), not Q


def _several(s: int) -> Iterator[Entry]:
    for variant in range(5):
        yield "several", Knobs(4 + variant, variant, variant, s + 290), variant == 0


def _rules(s: int) -> Iterator[Entry]:
    for variant in (0, 1, 3, 5):
        yield "conflict-on-standard", Knobs(1 + variant % 2, 0, variant, s + 300), variant == 0
    for variant in (0, 2, 3, 4):
        yield "conflict-value", Knobs(1, 0, variant, s + 310), not Q
    for variant in (1,):
        yield "conflict-spelling", Knobs(1, 0, variant, s + 315), not Q
    for count in (1, 3, 10):
        yield "future-value", Knobs(count, 0, 0, s + 320), count == 1
    for variant in (0, 1, 2, 5):
        count = 3 if variant == 0 else 1 + variant // 2
        yield "granular-members", Knobs(count, variant or 1, variant, s + 325), variant < 2
    for variant in range(len(WRONG_TYPES)):
        yield "wrong-type", Knobs(1 + variant % 3, variant, variant, s + 330), variant in EACH_MEMBER
    for variant in (10,):
        yield "read-only-members", Knobs(2, 1, variant, s + 340), not Q
    for variant in range(3):
        yield "collection-form", Knobs(1, 0, variant, s + 335), variant == 0
    yield "curiosities", Knobs(2, 1, 0, s + 342), Q
    yield "odd-letters", Knobs(2, 1, 0, s + 364), Q
    for variant in (2,):
        yield "unknown-members", Knobs(2, 1, variant, s + 345), not Q
    for variant in (1, 3, 4):
        yield "annotations", Knobs(2, 1, variant, s + 350), not Q
    for variant in range(4):
        yield "opaque-values", Knobs(2, 1, variant, s + 360), not Q
    for variant in (0, 3):
        yield "one-kind-empty", Knobs(2, 0, variant, s + 355), not Q
    for variant in (0,):
        yield "enum-letter-case", Knobs(2, 0, variant, s + 365), not Q
    for variant in range(2):
        yield "id-letter-case", Knobs(3, 2, variant, s + 370), not Q


def _protocol(s: int) -> Iterator[Entry]:
    for variant, count in enumerate((1, 23, 1, 31, 1)):
        yield "media-type-spelling", Knobs(count, variant, variant, s + 400), variant == 0
    once = {"no-token": {0}, "token-malformed": {0}, "token-altered": {0}, "no-media-type": {0}}
    once |= {"other-media-type": {0}, "not-json": {0}, "trailing-text": set()}
    once |= {"not-an-object": {0}, "null-payload": set(), "not-utf8": {0}, "unusual-json": set()}
    once |= {"very-large": set(), "very-deep": set(), "big-number": set()}
    for name, quick in once.items():
        for variant in range(MOST.get(name, VARIANTS[name])):
            yield name, Knobs(1 + variant % 2, variant, variant, s + 400), variant in quick


def plan(
    materials: Materials, profile: Profile, seed: int = 1, callers: frozenset[str] = frozenset()
) -> list[Stimulus]:
    """The stimuli of a profile in order: the printed requests, the stratified plan, other callers.

    An entry that needs more artifacts than the user named ids for is made smaller, or filled up with ids that are made
    up where it must be refused anyway or that is not possible; mere numbers of artifacts are left out. Of a family
    about a member that only a later edition has, one is sent: it shows and does not bind.
    """
    return list(_planned(materials, profile, seed, callers))


@functools.lru_cache(maxsize=4)  # the bench judges hundreds of servers by one plan of a few megabytes
def _planned(materials: Materials, profile: Profile, seed: int, callers: frozenset[str]) -> tuple[Stimulus, ...]:
    made = list(examples(materials))
    for name, knobs, quick in _entries(seed):
        newer = is_newer(materials, name)
        if (quick or profile.whole) and not (newer and any(one.family == name for one in made)):
            stimulus = replace(FAMILIES[name](materials, knobs), newer=newer)
            if name == "odd-letters" and profile.whole:
                continue  # the key and the letters are sent apart
            if not _fits(materials, stimulus) and not (name in LISTS and knobs.size >= LIMIT):
                if name in LISTS and not knobs.style:
                    continue
                smaller = FAMILIES[name](materials, knobs._replace(size=_most(materials, stimulus)))
                stimulus = smaller if _fits(materials, smaller) else stimulus
            made.append(stimulus)
    for caller in sorted(callers - {"good"}):
        kinds = ("standard", "granular") if caller in GOOD else ("standard",)
        for number, kind in enumerate(kinds if profile.whole else _IN_TURN.get(caller, kinds)):
            size = min(_SIZES.get((caller, kind), 1), materials.most(kind))
            stimulus = FAMILIES[kind](materials, Knobs(size, 0, 0, seed * 1000 + 900 + number))
            made.append(replace(stimulus, family=f"caller-{caller}", caller=caller, defect=_CALLERS.get(caller, "")))
    if not profile.whole and _CALLERS.keys().isdisjoint(callers):
        # Nobody else is refused, so this shows whether the target tells tokens apart at all.
        made.append(FAMILIES["token-altered"](materials, Knobs(1, 0, 1, seed * 1000 + 950)))
    return tuple(made)


def drawn(materials: Materials, number: int, seed: int) -> list[Stimulus]:
    """What Hypothesis adds to a plan: that many stimuli of every family, fewer where the user named few ids."""
    return [stimulus for stimulus in draw(stimuli(materials), number, seed) if _fits(materials, stimulus)]


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
        artifacts = len(payload.get(GRANULAR) or payload.get("siteRestoreArtifacts") or ())
        yield Stimulus(f"example-{row['name']}", kind, materials.body(payload), artifacts=artifacts)


def _fits(materials: Materials, stimulus: Stimulus) -> bool:
    return stimulus.artifacts <= _most(materials, stimulus)


def _most(materials: Materials, stimulus: Stimulus) -> int:
    return materials.most(stimulus.kind if stimulus.kind in LISTS else "standard")


__all__ = ["OPTIONAL", "PROFILES", "Profile", "drawn", "examples", "plan"]
