"""The families: for every documented behaviour a maker that breaks nothing, or exactly one labelled thing.

A maker takes `Knobs`, five small numbers: a plan sets them one by one, Hypothesis draws them together and
shrinks each towards 0, where a payload is smallest and most readable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from restore_conformance.contract.workload import GRANULAR, LISTS, STANDARD
from restore_conformance.stimuli.materials import NEWER, OPTIONAL, TYPED, Materials, guid
from restore_conformance.stimuli.stimulus import Stimulus
from restore_conformance.stimuli.wrong_types import EVERY, WRONG_TYPES, types_of_sites, wrong

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
FAMILIES: dict[str, Maker] = {}
VARIANTS: dict[str, int] = {}
ABOUT: dict[str, tuple[str, str]] = {}
"""The families about one member: the member, and the list in whose elements it stands ("" for the session)."""


def family(name: str, variants: int = 1, about: tuple[str, str] | None = None) -> Callable[[Maker], Maker]:
    def add(maker: Maker) -> Maker:
        FAMILIES[name] = maker
        VARIANTS[name] = variants
        if about is not None:
            ABOUT[name] = about
        return maker

    return add


def is_newer(m: Materials, name: str) -> bool:
    """Whether a family is about a member that only an edition has which does not bind."""
    return name in ABOUT and not m.knows(*ABOUT[name])


def as_stimulus(
    m: Materials, name: str, kind: str, payload: Any, k: Knobs, artifacts: int = 0, **labels: Any
) -> Stimulus:
    """The stimulus of a family with this payload."""
    return Stimulus(name, kind, m.body(payload, k.style), artifacts=artifacts, **labels)


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
) -> Callable[[Edit], Maker]:
    """Make a family of an edit to a payload with artifacts of one kind, `least` of them at least.

    The artifacts are made with the seed alone, or with the variant and the style of the knobs that `base` gives.
    """

    def add(edit: Edit) -> Maker:
        def maker(m: Materials, k: Knobs) -> Stimulus:
            of = base(k) if base is not None else Knobs(seed=k.seed)
            elements = m.elements(kind, max(k.size, least), of.seed, of.variant, of.style)
            draft = Draft(m, k, k.variant % variants, elements, {LISTS[kind]: elements}, dict(labels))
            edit(draft)
            return as_stimulus(m, name, kind, draft.payload, k, len(elements) if counted else 0, **draft.labels)

        return family(name, variants, about)(maker)

    return add


def as_varied(k: Knobs) -> Knobs:
    """Artifacts as the knobs say, all of the place that the variant picks."""
    return k


def as_seeded(k: Knobs) -> Knobs:
    """The same, of the place that the seed picks: the variant says how the rule is broken."""
    return k._replace(variant=k.seed)


# ---------------------------------------------------------------- nothing broken


@edited("standard", 2, base=as_varied)
def standard(_: Draft) -> None:
    """Full-site artifacts."""


@edited("granular", kind="granular", base=as_varied)
def granular(_: Draft) -> None:
    """Files and folders."""


@family("granular-destination", 2, about=("destinationType", GRANULAR))
def granular_destination(m: Materials, k: Knobs) -> Stimulus:
    return named(granular(m, k._replace(style=k.style | OPTIONAL | NEWER)), "granular-destination")


@edited("conflict-behavior", 3, "granular", about=(CONFLICT, ""))
def conflict_behavior(d: Draft) -> None:
    d.payload = {CONFLICT: CONFLICTS[d.variant], **d.payload}


@family("no-payload", 4)
def no_payload(m: Materials, k: Knobs) -> Stimulus:
    media = ("application/json", "application/json; charset=utf-8", "APPLICATION/JSON", None)[k.variant % 4]
    return Stimulus("no-payload", "no-payload", None, media=media, open="" if media else "no-payload-media-type")


@family("empty-object", 3)
def empty_object(m: Materials, k: Knobs) -> Stimulus:
    variant = k.variant % 3
    body = m.body({}, TYPED) if variant == 1 else b"{ \n}" if variant == 2 else b"{}"
    return Stimulus("empty-object", "empty-object", body)


@family("prefer", 3)
def prefer(m: Materials, k: Knobs) -> Stimulus:
    spelled = (
        "include-unknown-enum-members",
        "return=representation, include-unknown-enum-members",
        "Include-Unknown-Enum-Members",
    )
    of = granular(m, k) if k.place % 2 == 0 else standard(m, k)
    return named(of, "prefer", headers=(("Prefer", spelled[k.variant % 3]),))


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
    return named(of, "media-type-spelling", media=spelled[k.variant % 7])


# ---------------------------------------------------------------- rows of the error table


_BAD_PLACES = (None, "", "elsewhere", "in place", "original")


def _bad_points(good: str) -> tuple[Any, ...]:
    return (
        None, {}, {"id": None}, {"id": ""}, {"id": " "}, {"id": "not-a-restore-point"}, {"id": good[:-1]},
        {"id": good + "0"},
    )  # fmt: skip


@edited("path-type", 8, base=as_seeded, defect="path-type")
def path_type(d: Draft) -> None:
    """One element has another place, or none; from variant 6 on none of them says where to."""
    for element in [d.element] if d.variant < 6 else d.elements:
        if d.variant in {0, 6}:
            del element["destinationType"]
        else:
            element["destinationType"] = (*_BAD_PLACES, "", "")[d.variant - 1]


@family("empty-list", 4)
def empty_list(m: Materials, k: Knobs) -> Stimulus:
    return _without_artifacts(m, k, [], "empty-list")


@family("null-list", 4)
def null_list(m: Materials, k: Knobs) -> Stimulus:
    return _without_artifacts(m, k, None, "null-list")


def _without_artifacts(m: Materials, k: Knobs, value: Any, defect: str) -> Stimulus:
    body = m.body({(STANDARD, GRANULAR)[k.variant % 2]: value}, TYPED if k.variant % 4 > 1 else 0)
    return Stimulus(defect, "empty-list", body, defect=defect)


@edited("restore-point", 9, base=as_seeded, defect="restore-point")
def restore_point(d: Draft) -> None:
    good = d.element["restorePoint"]["id"]
    if d.variant == 0:
        del d.element["restorePoint"]
    else:
        d.element["restorePoint"] = _bad_points(good)[d.variant - 1]


@edited("different-destination", 2, least=2, base=as_varied, defect="different-destination")
def different_destination(d: Draft) -> None:
    choices = d.materials.choices("standard")
    d.element["destinationType"] = choices[(d.knobs.variant + 1) % len(choices)]


@family("too-many", 2)
def too_many(m: Materials, k: Knobs) -> Stimulus:
    kind = ("standard", "granular")[k.variant % 2]
    count = 1001 + k.size
    payload = {LISTS[kind]: m.elements(kind, count, k.seed)}
    return as_stimulus(m, "too-many", kind, payload, k._replace(style=0), count, defect="too-many")


@family("duplicate", 10)
def duplicate(m: Materials, k: Knobs) -> Stimulus:
    """`place` is where the copy goes, `variant` the kind; the original stands `style` places before it, wrapping.

    From variant 2 on the copy has its members in another order, from 4 on every element is a copy, and from 6 on the
    last two are copies of the first two: with their members in another order, from 8 on in the same one.
    """
    kind = ("standard", "granular")[k.variant % 2]
    count = max(k.size, 2)
    elements = m.elements(kind, count, k.seed)
    copy = k.place % count
    original = (copy - 1 - k.style) % count
    if original == copy:
        original = (copy - 1) % count
    form = k.variant % 10 // 2
    if form > 2:
        pairs = min(2, count // 2)
        copies = elements[:pairs]
        elements[-pairs:] = [dict(reversed(each.items())) if form == 3 else dict(each) for each in copies]
    elif form == 2:
        elements = [dict(elements[original]) for _ in elements]
    else:
        elements[copy] = dict(reversed(elements[original].items())) if form == 1 else dict(elements[original])
    payload = {LISTS[kind]: elements}
    style = TYPED if form % 2 else 0
    return as_stimulus(m, "duplicate", kind, payload, k._replace(style=style), count, defect="duplicate")


@family("mixed", 4)
def mixed(m: Materials, k: Knobs) -> Stimulus:
    count, others = max(k.size, 1), 1 + k.place % 30
    site, items = m.elements("standard", count, k.seed), m.elements("granular", others, k.seed, style=k.style)
    payload: dict[str, Any] = {STANDARD: site, GRANULAR: items}
    if k.variant % 2:
        payload = dict(reversed(payload.items()))
    if k.variant % 4 > 1 and m.knows(CONFLICT):
        payload = {CONFLICT: "fail", **payload}
    return as_stimulus(m, "mixed", "mixed", payload, k, count + others, defect="mixed")


SEVERAL = (
    ("path-type", "restore-point"),
    ("path-type", "duplicate"),
    ("different-destination", "duplicate"),
    ("mixed", "path-type"),
    ("restore-point", "different-destination"),
    ("mixed", "conflict-value"),
)


@family("several", len(SEVERAL))
def several(m: Materials, k: Knobs) -> Stimulus:
    """Two rules broken at once; any of the two refusals is right. The first variant breaks each in every way.

    With a `place` it holds members of wrong types as well.
    """
    known = SEVERAL if m.knows(CONFLICT) else [pair for pair in SEVERAL if "conflict-value" not in pair]
    pair = known[k.variant % len(known)]
    if pair == SEVERAL[0]:
        return _every_way(m, k)
    count = max(k.size, 4)
    elements = m.elements("standard", count, k.seed)
    payload: dict[str, Any] = {STANDARD: elements}
    if "path-type" in pair:
        del elements[k.place % count]["destinationType"]
    if "restore-point" in pair:
        elements[(k.place + 1) % count]["restorePoint"] = {"id": ""}
    if "different-destination" in pair:
        elements[(k.place + 2) % count]["destinationType"] = m.choices("standard")[1]
    if "duplicate" in pair:
        elements[(k.place + 3) % count]["restorePoint"] = dict(elements[(k.place + 2) % count]["restorePoint"])
    if "mixed" in pair:
        payload[GRANULAR] = m.elements("granular", 2, k.seed)
    if "conflict-value" in pair:
        payload[CONFLICT] = "skip"
    kind = "mixed" if "mixed" in pair else "standard"
    return as_stimulus(m, "several", kind, payload, k, count, defect="+".join(pair))


def _every_way(m: Materials, k: Knobs) -> Stimulus:
    """Full-site artifacts of which each has another bad place or restore point: a server may stumble over any."""
    points, types = _bad_points(guid(k.seed, 0)), types_of_sites() if k.place else []
    elements = m.elements("standard", len(_BAD_PLACES) + len(points) + 2 + len(types), k.seed)
    following = iter(elements)
    for place in _BAD_PLACES:
        next(following)["destinationType"] = place
    for point in points:
        next(following)["restorePoint"] = point
    del next(following)["destinationType"]
    del next(following)["restorePoint"]
    if types:
        elements[-len(types) :] = [wrong(site, *row) for site, row in zip(elements[-len(types) :], types, strict=True)]
    defect = "+".join((*SEVERAL[0], "wrong-type") if types else SEVERAL[0])
    return as_stimulus(m, "several", "standard", {STANDARD: elements}, k, len(elements), defect=defect)


# ---------------------------------------------------------------- other rules


@family("conflict-on-standard", 6, about=(CONFLICT, ""))
def conflict_on_standard(m: Materials, k: Knobs) -> Stimulus:
    value = CONFLICTS[k.variant % 3]
    kind, payload = "standard", {CONFLICT: value, STANDARD: m.elements("standard", max(k.size, 1), k.seed)}
    if k.variant % 6 == 5:
        kind, payload = "empty-object", {CONFLICT: value}
    if k.variant % 6 in {3, 4}:
        payload = dict(reversed(payload.items()))
    return as_stimulus(m, "conflict-on-standard", kind, payload, k, defect="conflict-on-standard")


@edited("conflict-value", 5, "granular", about=(CONFLICT, ""), counted=False, defect="conflict-value")
def conflict_value(d: Draft) -> None:
    d.payload = {CONFLICT: ("overwrite", "merge", "", 5, True)[d.variant], **d.payload}


@family("conflict-spelling", 3, about=("conflictBehavior", ""))
def conflict_spelling(m: Materials, k: Knobs) -> Stimulus:
    payload = {"conflictBehavior": CONFLICTS[k.variant % 3], GRANULAR: m.elements("granular", 1, k.seed)}
    return as_stimulus(m, "conflict-spelling", "granular", payload, k, 1, open="conflict-behavior-spelling")


@edited("future-value", defect="future-value")
def future_value(d: Draft) -> None:
    sentinel = d.materials.members("standard")["destinationType"]["x-enum-sentinel"]
    for element in d.elements:
        element["destinationType"] = sentinel


@edited("granular-members", 6, "granular", base=as_varied)
def granular_members(d: Draft) -> None:
    name, defect = (("browseSessionId", "browse-session-missing"), ("id", "item-id-missing"))[d.variant % 2]
    d.labels["defect"] = defect
    if d.variant < 2:
        del d.element[name]
    else:
        d.element[name] = None if d.variant < 4 else ""


@family("wrong-type", len(WRONG_TYPES))
def wrong_type(m: Materials, k: Knobs) -> Stimulus:
    kind, path, value = WRONG_TYPES[k.variant % len(WRONG_TYPES)]
    if path == EVERY:
        rows = types_of_sites()
        right = m.elements("standard", len(rows), k.seed)
        elements = [wrong(element, *row) for element, row in zip(right, rows, strict=True)]
        return as_stimulus(m, "wrong-type", kind, {STANDARD: elements}, k, len(elements), defect="wrong-type")
    payload: dict[str, Any] = {LISTS[kind]: value}
    if path != ():
        elements = m.elements(kind, max(k.size, 1), k.seed, 0, k.style)
        elements[k.place % len(elements)] = wrong(elements[k.place % len(elements)], path, value)
        payload = {LISTS[kind]: elements}
    defect = "item-member-type" if kind == "granular" and path not in {(), ("*",)} else "wrong-type"
    return as_stimulus(m, "wrong-type", kind, payload, k, defect=defect)


@family("collection-form", 3)
def collection_form(m: Materials, k: Knobs) -> Stimulus:
    """One object where a list of objects is declared, or a list of one where an object is."""
    kind = ("standard", "granular", "standard")[k.variant % 3]
    element = m.element(kind, k.seed, 0)
    if k.variant % 3 < 2:
        return as_stimulus(m, "collection-form", kind, {LISTS[kind]: element}, k, 1, defect="collection-form")
    listed = {**element, "restorePoint": [element["restorePoint"]]}
    return as_stimulus(m, "collection-form", kind, {LISTS[kind]: [listed]}, k, 1, defect="collection-form")


def named(stimulus: Stimulus, name: str, **changes: Any) -> Stimulus:
    """The same under the name of another family."""
    return replace(stimulus, family=name, **changes)
