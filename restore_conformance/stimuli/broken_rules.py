"""The families that break a rule about the payload, each one labelled rule or several at once: rows of the error table,
other sentences, and members of a wrong type."""

from __future__ import annotations

import json
from typing import Any

from restore_conformance.contract.workload import GRANULAR, LISTS, STANDARD
from restore_conformance.stimuli.families import (
    CONFLICT,
    CONFLICTS,
    Draft,
    Knobs,
    as_seeded,
    as_stimulus,
    as_varied,
    edited,
    family,
)
from restore_conformance.stimuli.materials import TYPED, Materials, guid
from restore_conformance.stimuli.stimulus import Stimulus

# ---------------------------------------------------------------- values of a wrong type

EVERY = ("every",)
"""Stands for every place in full-site artifacts, each artifact with another wrong type."""
_WRONG_LIST: tuple[Any, ...] = ("text",)
_WRONG_ELEMENT: tuple[Any, ...] = (None, "text")
_WRONG_TEXT: tuple[Any, ...] = (5, {})


def _wrong_types() -> list[tuple[str, tuple[str, ...], Any]]:
    table: list[tuple[str, tuple[str, ...], Any]] = []
    for kind in LISTS:
        table += [(kind, (), value) for value in _WRONG_LIST]
        table += [(kind, ("*",), value) for value in _WRONG_ELEMENT]
    objects: tuple[Any, ...] = (BARE, [])
    table += [("standard", ("restorePoint",), value) for value in objects]
    table += [("standard", ("restorePoint", "id"), value) for value in _WRONG_TEXT]
    members: tuple[Any, ...] = ({}, 7)
    table += [("standard", ("destinationType",), value) for value in members]
    table += [("granular", ("browseSessionId",), value) for value in _WRONG_TEXT]
    table += [("granular", ("id",), value) for value in _WRONG_TEXT]
    return [*table, ("standard", EVERY, None)]


BARE = "the id alone"
"""Stands for the id of an object, sent in place of the object."""
WRONG_TYPES = _wrong_types()


def _each_member() -> frozenset[int]:
    """The likeliest slip, which stands first, for an element, an object, a choice and a key, and all at once."""
    rows: dict[tuple[str, tuple[str, ...]], int] = {}
    for number, (kind, path, _) in enumerate(WRONG_TYPES):
        if (kind == "standard" and len(path) == 1) or path == ("id",):
            rows.setdefault((kind, path), number)
    return frozenset(rows.values())


EACH_MEMBER = _each_member()
EVERY_MEMBER = len(WRONG_TYPES) - 1
"""The row that stands for all of them at once."""


def types_of_sites() -> list[tuple[tuple[str, ...], Any]]:
    """Every place in a full-site artifact, with each value of a wrong type."""
    return [(inner, value) for of, inner, value in WRONG_TYPES if of == "standard" and inner not in {(), EVERY}]


def wrong(element: dict[str, Any], path: tuple[str, ...], value: Any) -> Any:
    """An artifact with a value of the wrong type at a place in it, or a value in its place."""
    if path == ("*",):
        return value
    copy: dict[str, Any] = json.loads(json.dumps(element))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = inner[path[-1]]["id"] if value is BARE else value
    return copy


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
    return Stimulus("empty-list", body, defect=defect)


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
    return as_stimulus(m, kind, payload, k._replace(style=0), count, defect="too-many")


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
    return as_stimulus(m, kind, payload, k._replace(style=style), count, defect="duplicate")


@family("mixed", 4)
def mixed(m: Materials, k: Knobs) -> Stimulus:
    count, others = max(k.size, 1), 1 + k.place % 30
    site, items = m.elements("standard", count, k.seed), m.elements("granular", others, k.seed, style=k.style)
    payload: dict[str, Any] = {STANDARD: site, GRANULAR: items}
    if k.variant % 2:
        payload = dict(reversed(payload.items()))
    if k.variant % 4 > 1 and m.knows(CONFLICT):
        payload = {CONFLICT: "fail", **payload}
    return as_stimulus(m, "mixed", payload, k, count + others, defect="mixed")


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
    return as_stimulus(m, kind, payload, k, count, defect="+".join(pair))


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
    return as_stimulus(m, "standard", {STANDARD: elements}, k, len(elements), defect=defect)


# ---------------------------------------------------------------- other rules


@family("conflict-on-standard", 6, about=(CONFLICT, ""))
def conflict_on_standard(m: Materials, k: Knobs) -> Stimulus:
    value = CONFLICTS[k.variant % 3]
    kind, payload = "standard", {CONFLICT: value, STANDARD: m.elements("standard", max(k.size, 1), k.seed)}
    if k.variant % 6 == 5:
        kind, payload = "empty-object", {CONFLICT: value}
    if k.variant % 6 in {3, 4}:
        payload = dict(reversed(payload.items()))
    return as_stimulus(m, kind, payload, k, defect="conflict-on-standard")


@edited("conflict-value", 5, "granular", about=(CONFLICT, ""), counted=False, defect="conflict-value")
def conflict_value(d: Draft) -> None:
    d.payload = {CONFLICT: ("overwrite", "merge", "", 5, True)[d.variant], **d.payload}


@family("conflict-spelling", 3, about=("conflictBehavior", ""))
def conflict_spelling(m: Materials, k: Knobs) -> Stimulus:
    payload = {"conflictBehavior": CONFLICTS[k.variant % 3], GRANULAR: m.elements("granular", 1, k.seed)}
    return as_stimulus(m, "granular", payload, k, 1, open="conflict-behavior-spelling")


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
        return as_stimulus(m, kind, {STANDARD: elements}, k, len(elements), defect="wrong-type")
    payload: dict[str, Any] = {LISTS[kind]: value}
    if path != ():
        elements = m.elements(kind, max(k.size, 1), k.seed, 0, k.style)
        elements[k.place % len(elements)] = wrong(elements[k.place % len(elements)], path, value)
        payload = {LISTS[kind]: elements}
    defect = "item-member-type" if kind == "granular" and path not in {(), ("*",)} else "wrong-type"
    return as_stimulus(m, kind, payload, k, defect=defect)


@family("collection-form", 3)
def collection_form(m: Materials, k: Knobs) -> Stimulus:
    """One object where a list of objects is declared, or a list of one where an object is."""
    kind = ("standard", "granular", "standard")[k.variant % 3]
    element = m.element(kind, k.seed, 0)
    if k.variant % 3 < 2:
        return as_stimulus(m, kind, {LISTS[kind]: element}, k, 1, defect="collection-form")
    listed = {**element, "restorePoint": [element["restorePoint"]]}
    return as_stimulus(m, kind, {LISTS[kind]: [listed]}, k, 1, defect="collection-form")
