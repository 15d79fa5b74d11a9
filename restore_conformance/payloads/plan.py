"""The stratified plan: what a profile sends, in order, the same for the same seed.

Every count from 1 to 50, every position of a bad element, duplicates near and far, both orders of the lists.
An entry that `quick` keeps is marked; `standard` sends all of them; `deep` adds draws from Hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from restore_conformance.payloads.families import FAMILIES, READ_ONLY, VARIANTS, WRONG_TYPES, Knobs
from restore_conformance.payloads.materials import (
    GRANULAR,
    LONG_BROWSE,
    ODD_GROUPS,
    OPTIONAL,
    PRETTY,
    REVERSED,
    TYPED,
    UPPER,
    Materials,
)
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.payloads.strategies import draw, stimuli


@dataclass(frozen=True, slots=True)
class Profile:
    """How much a run sends: the whole plan or its marked part, how many draws, how many conversations."""

    name: str
    whole: bool
    drawn: int
    conversations: int
    sweep: int = 0


PROFILES = {
    "quick": Profile("quick", whole=False, drawn=0, conversations=1),
    "standard": Profile("standard", whole=True, drawn=24, conversations=4),
    "deep": Profile("deep", whole=True, drawn=5000, conversations=12, sweep=400),
}

Q = True
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
        yield "standard", Knobs(count, 0, count % 2, s + count), count in {1, 2, 3, 7, 12, 26, 49, 51}
    for offset, style in enumerate((UPPER, ODD_GROUPS, PRETTY, REVERSED, PRETTY | REVERSED, TYPED)):
        yield "standard", Knobs(3 if style != ODD_GROUPS else 7, 0, offset, s + 60 + offset, style), Q
    yield "standard", Knobs(8, 0, 1, s + 70, UPPER | ODD_GROUPS), not Q
    yield "standard", Knobs(20, 0, 0, s + 71, PRETTY), not Q
    for count in (*range(1, 13), 15, 17, 20, 23, 26, 29, 32, 36, 40, 45, 48, 49, 50, 51):
        yield "granular", Knobs(count, 0, 0, s + 100 + count), count in {1, 3, 10, 49}
    for offset, style in enumerate((LONG_BROWSE, UPPER, REVERSED, TYPED)):
        yield "granular", Knobs(2, 0, 0, s + 160 + offset, style), style in {LONG_BROWSE, TYPED}
    for variant in range(2):
        for count in (1, 4):
            yield (
                "granular-destination",
                Knobs(count, 0, variant, s + 170 + count),
                count == 1 and variant == 0,
            )
    for variant in range(3):
        for count in (1, 3):
            yield "conflict-behavior", Knobs(count, 0, variant, s + 180 + count), count == 1
    for variant in range(4):
        yield "no-payload", Knobs(variant=variant), variant in {0, 3}
    yield "no-payload", Knobs(), not Q
    for variant in range(3):
        yield "empty-object", Knobs(variant=variant), variant < 2
    for variant in range(3):
        yield "prefer", Knobs(1 + variant, 0, variant, s + 190), variant == 0
    yield "prefer", Knobs(2, 1, 0, s + 194), not Q


def _rows(s: int) -> Iterator[Entry]:
    for variant in range(6):
        yield "path-type", Knobs(1, 0, variant, s + 200 + variant), variant in {0, 1, 3}
    for place in range(5):
        yield "path-type", Knobs(5, place, place, s + 210), place == 4
    for place in (0, 9, 18, 19):
        yield "path-type", Knobs(20, place, 3 * (place % 2), s + 215), not Q
    yield "path-type", Knobs(49, 48, 0, s + 216), not Q
    for variant in range(4):
        yield "empty-list", Knobs(variant=variant), variant < 2
        yield "null-list", Knobs(variant=variant), variant < 2
    for variant in range(9):
        yield "restore-point", Knobs(1, 0, variant, s + 220 + variant), variant in {0, 1, 4, 6}
    for place in range(5):
        yield "restore-point", Knobs(5, place, (0, 4, 6, 2, 7)[place], s + 230), place == 3
    for place in (0, 9, 19):
        yield "restore-point", Knobs(20, place, 6, s + 235), not Q
    yield "restore-point", Knobs(49, 48, 4, s + 236), not Q
    for variant in range(2):
        yield "different-destination", Knobs(2, 1, variant, s + 240 + variant), variant == 0
    for place in range(3):
        yield "different-destination", Knobs(3, place, place, s + 245), not Q
    for count, place in ((10, 0), (10, 5), (10, 9), (30, 29), (49, 24)):
        yield "different-destination", Knobs(count, place, count // 10, s + 250 + count), count == 30
    for place in (0, 1):
        yield "duplicate", Knobs(2, place, 0, s + 260), place == 1
        yield "duplicate", Knobs(2, place, 1, s + 261), place == 1
    for count, place, back in (
        (3, 1, 0),
        (3, 2, 0),
        (3, 2, 1),
        (10, 9, 8),
        (10, 5, 0),
        (40, 39, 38),
        (40, 21, 0),
        (49, 48, 20),
    ):
        yield "duplicate", Knobs(count, place, 0, s + 262 + count, back), (count, back) == (40, 38)
    for count, place, back in ((3, 2, 1), (10, 9, 8), (40, 39, 38)):
        yield "duplicate", Knobs(count, place, 1, s + 265 + count, back), count == 10
    for variant in range(2):
        yield "too-many", Knobs(0, 0, variant, s + 270), variant == 0
    yield "too-many", Knobs(500, 0, 0, s + 271), not Q
    for count, others in ((1, 1), (2, 1), (1, 2), (5, 5), (20, 1)):
        for variant in range(2):
            yield (
                "mixed",
                Knobs(count, others - 1, variant, s + 280 + count),
                (count, others) in {(1, 1), (20, 1)},
            )


def _several(s: int) -> Iterator[Entry]:
    for variant in range(VARIANTS["several"]):
        yield "several", Knobs(4 + variant, variant, variant, s + 290), variant < 2


def _rules(s: int) -> Iterator[Entry]:
    for variant in range(6):
        yield "conflict-on-standard", Knobs(1 + variant % 2, 0, variant, s + 300), variant in {0, 1, 5}
    for variant in range(5):
        yield "conflict-value", Knobs(1, 0, variant, s + 310), variant == 0
    for variant in range(3):
        yield "conflict-spelling", Knobs(1, 0, variant, s + 315), variant == 1
    for count in (1, 3, 10):
        yield "future-value", Knobs(count, 0, 0, s + 320), count == 1
    for variant in range(6):
        yield "granular-members", Knobs(1 + variant // 2, variant, variant, s + 325), variant < 2
    for variant in range(len(WRONG_TYPES)):
        yield "wrong-type", Knobs(1 + variant % 3, variant, variant, s + 330), variant % 5 == 1
    for variant in range(len(READ_ONLY) + 2):
        yield "read-only-members", Knobs(2, 1, variant, s + 340), variant in {0, 1, 2}
    for variant in range(4):
        yield "unknown-members", Knobs(2, 1, variant, s + 345), variant == 0
        yield "annotations", Knobs(2, 1, variant, s + 350), variant == 0
        yield "one-kind-empty", Knobs(2, 0, variant, s + 355), variant == 0
        yield "opaque-values", Knobs(2, 1, variant, s + 360), variant == 0
    for variant in range(3):
        yield "enum-letter-case", Knobs(2, 0, variant, s + 365), variant == 0
        yield "id-letter-case", Knobs(3, 2, variant, s + 370), variant == 0


def _protocol(s: int) -> Iterator[Entry]:
    once = {"no-token": {0}, "token-malformed": {0, 1}, "token-altered": {0, 1}, "no-media-type": {0}}
    once |= {"other-media-type": {0}, "media-type-spelling": {0, 1}, "not-json": {0}, "trailing-text": {0}}
    once |= {"not-an-object": {0}, "null-payload": set(), "not-utf8": {0}, "unusual-json": {3}}
    once |= {"very-large": set(), "very-deep": {0}}
    for name, quick in once.items():
        for variant in range(VARIANTS[name]):
            yield name, Knobs(1 + variant % 2, variant, variant, s + 400), variant in quick


def plan(
    materials: Materials, profile: Profile, seed: int = 1, callers: frozenset[str] = frozenset()
) -> list[Stimulus]:
    """The stimuli of a profile in order: the printed requests, the stratified plan, other callers.

    An entry that needs more artifacts than the user named ids for is left out.
    """
    made = list(examples(materials))
    for name, knobs, quick in _entries(seed):
        if quick or profile.whole:
            stimulus = FAMILIES[name](materials, knobs)
            if name == "too-many" or _fits(materials, stimulus):
                made.append(stimulus)
    for caller in sorted(callers - {"good"}):
        for number in range(2 if profile.whole else 1):
            stimulus = FAMILIES["standard"](materials, Knobs(1 + number, 0, 0, seed * 1000 + 900 + number))
            made.append(replace(stimulus, family=f"caller-{caller}", caller=caller, defect=_CALLERS.get(caller, "")))
    return made


def drawn(materials: Materials, number: int, seed: int) -> list[Stimulus]:
    """What Hypothesis adds to a plan: that many stimuli of every family, fewer where the user named few ids."""
    return [stimulus for stimulus in draw(stimuli(materials), number, seed) if _fits(materials, stimulus)]


_CALLERS = {
    "read-only": "read-only-permission",
    "no-permission": "no-permission",
    "personal": "personal-account",
    "expired": "token-expired",
}


def examples(materials: Materials) -> Iterator[Stimulus]:
    """The requests of the page's examples, printed ones first. Left out where the user named ids of their own."""
    if materials.restore_points or materials.items:
        return
    for row in materials.documents.toml("create/page.toml")["example"]:
        payload = materials.documents.json("create/" + row["request"])
        kind = "granular" if GRANULAR in payload else "standard"
        artifacts = len(payload.get(GRANULAR) or payload.get("siteRestoreArtifacts") or ())
        yield Stimulus(f"example-{row['name']}", kind, materials.body(payload), artifacts=artifacts)


def _fits(materials: Materials, stimulus: Stimulus) -> bool:
    kind = stimulus.kind if stimulus.kind in {"standard", "granular"} else "standard"
    return stimulus.artifacts <= materials.most(kind)


__all__ = ["OPTIONAL", "PROFILES", "Profile", "drawn", "examples", "plan"]
