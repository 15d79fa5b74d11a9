"""The families: for every documented behaviour a maker that breaks nothing, or exactly one labelled thing.

A maker takes `Knobs`, five small numbers: a plan sets them one by one, Hypothesis draws them together and
shrinks each towards 0, where a payload is smallest and most readable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from restore_conformance.contract.workload import GRANULAR, LISTS
from restore_conformance.stimuli.materials import NEWER, OPTIONAL, TYPED, Materials
from restore_conformance.stimuli.stimulus import Stimulus

CONFLICT = "@microsoft.graph.conflictBehavior"
CONFLICTS = ("fail", "replace", "rename")


class Knobs(NamedTuple):
    """`size` artifacts, the unusual one at `place`, which `variant` of the defect, `seed` of the ids, `style` bits."""

    size: int = 1
    place: int = 0
    variant: int = 0
    seed: int = 0
    style: int = 0


Maker = Callable[[Materials, Knobs], Stimulus]


@dataclass(frozen=True, slots=True)
class Family:
    """The stimuli about one thing, in so many variants; made of materials and knobs when it is called.

    `about` is the member that it is about, if it is one, and the list in whose elements that stands ("" for the
    session).
    """

    name: str
    make: Maker
    variants: int = 1
    about: tuple[str, str] | None = None

    def __call__(self, m: Materials, k: Knobs) -> Stimulus:
        return replace(self.make(m, k), family=self.name)


FAMILIES: dict[str, Family] = {}


def family(name: str, variants: int = 1, about: tuple[str, str] | None = None) -> Callable[[Maker], Family]:
    def add(maker: Maker) -> Family:
        FAMILIES[name] = Family(name, maker, variants, about)
        return FAMILIES[name]

    return add


def is_newer(m: Materials, name: str) -> bool:
    """Whether a family is about a member that only an edition has which does not bind."""
    about = FAMILIES[name].about if name in FAMILIES else None
    return about is not None and not m.knows(*about)


def as_stimulus(m: Materials, kind: str, payload: Any, k: Knobs, artifacts: int = 0, **labels: Any) -> Stimulus:
    """The stimulus with this payload."""
    return Stimulus(kind, m.body(payload, k.style), artifacts=artifacts, **labels)


@dataclass(slots=True)
class Draft:
    """A payload with a list of well-formed artifacts, before an edit makes of it what a family is about.

    `variant` is one of those that the family has; `element` the artifact at the place that the knobs name.
    """

    materials: Materials
    knobs: Knobs
    variant: int
    elements: list[Any]
    payload: dict[str, Any]
    labels: dict[str, Any]

    @property
    def element(self) -> Any:
        return self.elements[self.place]

    @property
    def place(self) -> int:
        return self.knobs.place % len(self.elements)


Edit = Callable[[Draft], object]


def edited(
    name: str,
    variants: int = 1,
    kind: str = "standard",
    *,
    least: int = 1,
    base: Callable[[Knobs], Knobs] | None = None,
    about: tuple[str, str] | None = None,
    counted: bool = True,
    **labels: str,
) -> Callable[[Edit], Family]:
    """Make a family of an edit to a payload with artifacts of one kind, `least` of them at least.

    The artifacts are made with the seed alone, or with the variant and the style of the knobs that `base` gives.
    """

    def add(edit: Edit) -> Family:
        def maker(m: Materials, k: Knobs) -> Stimulus:
            of = base(k) if base is not None else Knobs(seed=k.seed)
            elements = m.elements(kind, max(k.size, least), of.seed, of.variant, of.style)
            draft = Draft(m, k, k.variant % variants, elements, {LISTS[kind]: elements}, dict(labels))
            edit(draft)
            return as_stimulus(m, kind, draft.payload, k, len(elements) if counted else 0, **draft.labels)

        return family(name, variants, about)(maker)

    return add


def as_varied(k: Knobs) -> Knobs:
    """Artifacts as the knobs say, all of the place that the variant picks."""
    return k


def as_seeded(k: Knobs) -> Knobs:
    """The same, of the place that the seed picks: the variant says how the rule is broken."""
    return k._replace(variant=k.seed)


# ---------------------------------------------------------------- ids that a user named

LIMIT = 50
"""The number of artifacts from which on the documents contradict each other: sent with ids that are made up, too."""


def fits(materials: Materials, stimulus: Stimulus) -> bool:
    """Whether it names no more artifacts than the user named ids for."""
    return stimulus.artifacts <= _most(materials, stimulus)


def fitted(materials: Materials, name: str, knobs: Knobs) -> Stimulus | None:
    """A stimulus of a family that fits; None where it is about a mere number of artifacts and does not fit.

    One that needs more artifacts is made smaller, with unusual values as far behind as they can be, so that it still
    shows what only looks at the first ones; where that is not possible, it is filled up with ids that are made up.
    """
    stimulus = FAMILIES[name](materials, knobs)
    if fits(materials, stimulus) or (name in LISTS and knobs.size >= LIMIT):
        return stimulus
    if name in LISTS and not knobs.style:
        return None
    most = _most(materials, stimulus)
    smaller = FAMILIES[name](materials, knobs._replace(size=most, place=min(knobs.place, max(most - 1, 0))))
    return smaller if fits(materials, smaller) else stimulus


def _most(materials: Materials, stimulus: Stimulus) -> int:
    return materials.most(stimulus.kind if stimulus.kind in LISTS else "standard")


# ---------------------------------------------------------------- nothing broken


@edited("standard", 2, base=as_varied)
def standard(_: Draft) -> None:
    """Full-site artifacts."""


@edited("granular", kind="granular", base=as_varied)
def granular(_: Draft) -> None:
    """Files and folders."""


@family("granular-destination", 2, about=("destinationType", GRANULAR))
def granular_destination(m: Materials, k: Knobs) -> Stimulus:
    return granular(m, k._replace(style=k.style | OPTIONAL | NEWER))


@edited("conflict-behavior", 3, "granular", about=(CONFLICT, ""))
def conflict_behavior(d: Draft) -> None:
    d.payload = {CONFLICT: CONFLICTS[d.variant], **d.payload}


@family("no-payload", 4)
def no_payload(m: Materials, k: Knobs) -> Stimulus:
    media = ("application/json", "application/json; charset=utf-8", "APPLICATION/JSON", None)[k.variant % 4]
    return Stimulus("no-payload", None, media=media, open="" if media else "no-payload-media-type")


@family("empty-object", 3)
def empty_object(m: Materials, k: Knobs) -> Stimulus:
    variant = k.variant % 3
    body = m.body({}, TYPED) if variant == 1 else b"{ \n}" if variant == 2 else b"{}"
    return Stimulus("empty-object", body)


@family("prefer", 3)
def prefer(m: Materials, k: Knobs) -> Stimulus:
    spelled = (
        "include-unknown-enum-members",
        "return=representation, include-unknown-enum-members",
        "Include-Unknown-Enum-Members",
    )
    of = granular(m, k) if k.place % 2 == 0 else standard(m, k)
    return replace(of, headers=(("Prefer", spelled[k.variant % 3]),))


@family("media-type-spelling", 7)
def media_type_spelling(m: Materials, k: Knobs) -> Stimulus:
    spelled = (
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false",
        "application/json ; charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/json;odata.metadata=full",
        'Application/JSON;odata.metadata=minimal; charset="UTF-8"',
    )
    of = granular(m, k) if k.place % 2 else standard(m, k)
    return replace(of, media=spelled[k.variant % 7])
