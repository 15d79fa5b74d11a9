"""The families: for every documented behaviour a maker that breaks nothing, or exactly one labelled thing.

A maker takes `Knobs`, five small numbers: a plan sets them one by one, Hypothesis draws them together and
shrinks each towards 0, where a payload is smallest and most readable.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from restore_conformance.stimuli.materials import GRANULAR, LISTS, NEWER, OPTIONAL, SITE, TYPED, Materials, guid
from restore_conformance.stimuli.stimulus import Stimulus

CONFLICT = "@microsoft.graph.conflictBehavior"


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


def _made(m: Materials, name: str, kind: str, payload: Any, k: Knobs, artifacts: int = 0, **labels: Any) -> Stimulus:
    return Stimulus(name, kind, m.body(payload, k.style), artifacts=artifacts, **labels)


def _one_odd(m: Materials, kind: str, k: Knobs, change: Callable[[dict[str, Any]], Any]) -> list[Any]:
    """A list with one element changed, at a place within the list."""
    elements: list[Any] = m.elements(kind, max(k.size, 1), k.seed, k.variant, k.style)
    place = k.place % len(elements)
    elements[place] = change(elements[place])
    return elements


# ---------------------------------------------------------------- nothing broken


@family("standard", 2)
def standard(m: Materials, k: Knobs) -> Stimulus:
    count = max(k.size, 1)
    return _made(m, "standard", "standard", {SITE: m.elements("standard", count, k.seed, k.variant, k.style)}, k, count)


@family("granular", 1)
def granular(m: Materials, k: Knobs) -> Stimulus:
    count = max(k.size, 1)
    return _made(
        m,
        "granular",
        "granular",
        {GRANULAR: m.elements("granular", count, k.seed, k.variant, k.style)},
        k,
        count,
    )


@family("granular-destination", 2, about=("destinationType", GRANULAR))
def granular_destination(m: Materials, k: Knobs) -> Stimulus:
    made = granular(m, k._replace(style=k.style | OPTIONAL | NEWER))
    return _named(made, "granular-destination")


@family("conflict-behavior", 3, about=(CONFLICT, ""))
def conflict_behavior(m: Materials, k: Knobs) -> Stimulus:
    payload = {
        CONFLICT: ("fail", "replace", "rename")[k.variant % 3],
        GRANULAR: m.elements("granular", max(k.size, 1), k.seed),
    }
    return _made(m, "conflict-behavior", "granular", payload, k, max(k.size, 1))


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
    made = granular(m, k) if k.place % 2 == 0 else standard(m, k)
    return _named(made, "prefer", headers=(("Prefer", spelled[k.variant % 3]),))


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
    made = granular(m, k) if k.place % 2 else standard(m, k)
    return _named(made, "media-type-spelling", media=spelled[k.variant % 7])


# ---------------------------------------------------------------- rows of the error table


_BAD_PLACES = (None, "", "elsewhere", "in place", "original")


def _bad_points(good: str) -> tuple[Any, ...]:
    return (
        None, {}, {"id": None}, {"id": ""}, {"id": " "}, {"id": "not-a-restore-point"}, {"id": good[:-1]},
        {"id": good + "0"},
    )  # fmt: skip


@family("path-type", 8)
def path_type(m: Materials, k: Knobs) -> Stimulus:
    def change(element: dict[str, Any]) -> dict[str, Any]:
        made = dict(element)
        if variant in {0, 6}:
            del made["destinationType"]
        else:
            made["destinationType"] = (*_BAD_PLACES, "", "")[variant - 1]
        return made

    count, variant = max(k.size, 1), k.variant % 8
    elements = _one_odd(m, "standard", k._replace(variant=k.seed), change)
    if variant > 5:  # none of them says where to
        elements = [change(element) for element in m.elements("standard", count, k.seed, k.seed, k.style)]
    return _made(m, "path-type", "standard", {SITE: elements}, k, count, defect="path-type")


@family("empty-list", 4)
def empty_list(m: Materials, k: Knobs) -> Stimulus:
    name = (SITE, GRANULAR)[k.variant % 2]
    style = TYPED if k.variant % 4 > 1 else 0
    return Stimulus("empty-list", "empty-list", m.body({name: []}, style), defect="empty-list")


@family("null-list", 4)
def null_list(m: Materials, k: Knobs) -> Stimulus:
    name = (SITE, GRANULAR)[k.variant % 2]
    style = TYPED if k.variant % 4 > 1 else 0
    return Stimulus("null-list", "empty-list", m.body({name: None}, style), defect="null-list")


@family("restore-point", 9)
def restore_point(m: Materials, k: Knobs) -> Stimulus:
    def change(element: dict[str, Any]) -> dict[str, Any]:
        made = dict(element)
        good = element["restorePoint"]["id"]
        variant = k.variant % 9
        if variant == 0:
            del made["restorePoint"]
        else:
            made["restorePoint"] = _bad_points(good)[variant - 1]
        return made

    elements = _one_odd(m, "standard", k._replace(variant=k.seed), change)
    return _made(m, "restore-point", "standard", {SITE: elements}, k, max(k.size, 1), defect="restore-point")


@family("different-destination", 2)
def different_destination(m: Materials, k: Knobs) -> Stimulus:
    count = max(k.size, 2)
    elements = m.elements("standard", count, k.seed, k.variant, k.style)
    other = m.choices("standard")[(k.variant + 1) % len(m.choices("standard"))]
    elements[k.place % count]["destinationType"] = other
    return _made(m, "different-destination", "standard", {SITE: elements}, k, count, defect="different-destination")


@family("too-many", 2)
def too_many(m: Materials, k: Knobs) -> Stimulus:
    kind = ("standard", "granular")[k.variant % 2]
    count = 1001 + k.size
    payload = {LISTS[kind]: m.elements(kind, count, k.seed)}
    return _made(m, "too-many", kind, payload, k._replace(style=0), count, defect="too-many")


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
        elements[-pairs:] = [dict(reversed(one.items())) if form == 3 else dict(one) for one in copies]
    elif form == 2:
        elements = [dict(elements[original]) for _ in elements]
    else:
        elements[copy] = dict(reversed(elements[original].items())) if form == 1 else dict(elements[original])
    payload = {LISTS[kind]: elements}
    style = TYPED if form % 2 else 0
    return _made(m, "duplicate", kind, payload, k._replace(style=style), count, defect="duplicate")


@family("mixed", 4)
def mixed(m: Materials, k: Knobs) -> Stimulus:
    count, others = max(k.size, 1), 1 + k.place % 30
    site, items = m.elements("standard", count, k.seed), m.elements("granular", others, k.seed, style=k.style)
    payload: dict[str, Any] = {SITE: site, GRANULAR: items}
    if k.variant % 2:
        payload = dict(reversed(payload.items()))
    if k.variant % 4 > 1 and m.knows(CONFLICT):
        payload = {CONFLICT: "fail", **payload}
    return _made(m, "mixed", "mixed", payload, k, count + others, defect="mixed")


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
    payload: dict[str, Any] = {SITE: elements}
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
    return _made(m, "several", kind, payload, k, count, defect="+".join(pair))


def _every_way(m: Materials, k: Knobs) -> Stimulus:
    """Full-site artifacts of which each has another bad place or restore point: a server may stumble over any."""
    points, types = _bad_points(guid(k.seed, 0)), _types_of_sites() if k.place else []
    elements = m.elements("standard", len(_BAD_PLACES) + len(points) + 2 + len(types), k.seed)
    odd = iter(elements)
    for place in _BAD_PLACES:
        next(odd)["destinationType"] = place
    for point in points:
        next(odd)["restorePoint"] = point
    del next(odd)["destinationType"]
    del next(odd)["restorePoint"]
    if types:
        elements[-len(types) :] = [_wrong(one, *row) for one, row in zip(elements[-len(types) :], types, strict=True)]
    defect = "+".join((*SEVERAL[0], "wrong-type") if types else SEVERAL[0])
    return _made(m, "several", "standard", {SITE: elements}, k, len(elements), defect=defect)


# ---------------------------------------------------------------- other rules


@family("conflict-on-standard", 6, about=(CONFLICT, ""))
def conflict_on_standard(m: Materials, k: Knobs) -> Stimulus:
    value = ("fail", "replace", "rename")[k.variant % 3]
    kind, payload = "standard", {CONFLICT: value, SITE: m.elements("standard", max(k.size, 1), k.seed)}
    if k.variant % 6 == 5:
        kind, payload = "empty-object", {CONFLICT: value}
    if k.variant % 6 in {3, 4}:
        payload = dict(reversed(payload.items()))
    return _made(m, "conflict-on-standard", kind, payload, k, defect="conflict-on-standard")


@family("conflict-value", 5, about=(CONFLICT, ""))
def conflict_value(m: Materials, k: Knobs) -> Stimulus:
    value: Any = ("overwrite", "merge", "", 5, True)[k.variant % 5]
    payload = {CONFLICT: value, GRANULAR: m.elements("granular", max(k.size, 1), k.seed)}
    return _made(m, "conflict-value", "granular", payload, k, defect="conflict-value")


@family("conflict-spelling", 3, about=("conflictBehavior", ""))
def conflict_spelling(m: Materials, k: Knobs) -> Stimulus:
    payload = {
        "conflictBehavior": ("fail", "replace", "rename")[k.variant % 3],
        GRANULAR: m.elements("granular", 1, k.seed),
    }
    return _made(m, "conflict-spelling", "granular", payload, k, 1, open="conflict-behavior-spelling")


@family("future-value", 1)
def future_value(m: Materials, k: Knobs) -> Stimulus:
    sentinel = m.members("standard")["destinationType"]["x-enum-sentinel"]
    elements = m.elements("standard", max(k.size, 1), k.seed)
    for element in elements:
        element["destinationType"] = sentinel
    return _made(m, "future-value", "standard", {SITE: elements}, k, max(k.size, 1), defect="future-value")


@family("granular-members", 6)
def granular_members(m: Materials, k: Knobs) -> Stimulus:
    name = ("browseSessionId", "id")[k.variant % 2]

    def change(element: dict[str, Any]) -> dict[str, Any]:
        made = dict(element)
        if k.variant % 6 < 2:
            del made[name]
        else:
            made[name] = None if k.variant % 6 < 4 else ""
        return made

    defect = "browse-session-missing" if name == "browseSessionId" else "item-id-missing"
    return _made(
        m,
        "granular-members",
        "granular",
        {GRANULAR: _one_odd(m, "granular", k, change)},
        k,
        max(k.size, 1),
        defect=defect,
    )


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


@family("wrong-type", len(WRONG_TYPES))
def wrong_type(m: Materials, k: Knobs) -> Stimulus:
    kind, path, value = WRONG_TYPES[k.variant % len(WRONG_TYPES)]
    if path == EVERY:
        rows = _types_of_sites()
        made = m.elements("standard", len(rows), k.seed)
        elements = [_wrong(element, *row) for element, row in zip(made, rows, strict=True)]
        return _made(m, "wrong-type", kind, {SITE: elements}, k, len(elements), defect="wrong-type")
    if path == ():
        payload: dict[str, Any] = {LISTS[kind]: value}
    else:
        payload = {LISTS[kind]: _one_odd(m, kind, k._replace(variant=0), lambda element: _wrong(element, path, value))}
    defect = "item-member-type" if kind == "granular" and path not in {(), ("*",)} else "wrong-type"
    return _made(m, "wrong-type", kind, payload, k, defect=defect)


def _types_of_sites() -> list[tuple[tuple[str, ...], Any]]:
    """Every place in a full-site artifact, with each value of a wrong type."""
    return [(inner, wrong) for of, inner, wrong in WRONG_TYPES if of == "standard" and inner not in {(), EVERY}]


def _wrong(element: dict[str, Any], path: tuple[str, ...], value: Any) -> Any:
    """An artifact with a value of the wrong type at a place in it, or a value in its place."""
    if path == ("*",):
        return value
    made: dict[str, Any] = json.loads(json.dumps(element))
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = inner[path[-1]]["id"] if value is BARE else value
    return made


@family("collection-form", 3)
def collection_form(m: Materials, k: Knobs) -> Stimulus:
    """One object where a list of objects is declared, or a list of one where an object is."""
    kind = ("standard", "granular", "standard")[k.variant % 3]
    element = m.element(kind, k.seed, 0)
    if k.variant % 3 < 2:
        return _made(m, "collection-form", kind, {LISTS[kind]: element}, k, 1, defect="collection-form")
    listed = {**element, "restorePoint": [element["restorePoint"]]}
    return _made(m, "collection-form", kind, {LISTS[kind]: [listed]}, k, 1, defect="collection-form")


POINT = "#microsoft.graph.restorePoint"
READ_ONLY: tuple[tuple[str, Any], ...] = (
    ("id", "6a1f1c0e-0d5c-4f0a-9d2b-6d2d3c1b0a99"),
    ("status", "completed"),
    ("restoreJobType", "bulk"),
    ("createdDateTime", "2001-02-03T04:05:06Z"),
    ("lastModifiedDateTime", "2001-02-03T04:05:06Z"),
    ("restoreSessionArtifactCount", {"total": 77, "completed": 7, "inProgress": 7, "failed": 7}),
    ("createdBy", {"user": {"id": "6a1f1c0e-0d5c-4f0a-9d2b-6d2d3c1b0a98", "displayName": "Somebody"}}),
    ("completedDateTime", "2001-02-03T04:05:06Z"),
    ("error", {"code": "none", "message": "none"}),
)


@family("read-only-members", len(READ_ONLY) + 2)
def read_only_members(m: Materials, k: Knobs) -> Stimulus:
    elements = m.elements("standard", max(k.size, 1), k.seed)
    variant = k.variant % (len(READ_ONLY) + 2)
    payload: dict[str, Any] = {SITE: elements}
    if variant < len(READ_ONLY):
        name, value = READ_ONLY[variant]
        payload = {name: value, **payload}
    else:
        elements[k.place % len(elements)].update(
            {"status": "succeeded"} if variant == len(READ_ONLY) else {"id": guid(k.seed + 5, 1)}
        )
    return _made(m, "read-only-members", "standard", payload, k, len(elements), open="read-only-members")


@family("curiosities", 1)
def curiosities(m: Materials, k: Knobs) -> Stimulus:
    """Everything a service may pass over, in one request: where it is accepted, each of them is.

    Where it is not, nobody knows which of them was to blame, and each is sent alone.
    """
    elements = m.elements("standard", max(k.size, 1), k.seed)
    odd = elements[k.place % len(elements)]
    odd.update({"status": "succeeded", "notDeclared": {"note": [1, None, "text"]}, "@example.note": "text"})
    odd["@odata.type"], odd["restorePoint"]["@odata.type"] = "#microsoft.graph.siteRestoreArtifact", POINT
    payload = {**dict(READ_ONLY), "notDeclared": "text", "@example.note": 5, SITE: elements}
    made = _made(m, "curiosities", "standard", payload, k, len(elements), open="read-only-members")
    types = other_annotations(m, k._replace(variant=1))
    return _named(made, "curiosities", singles=(*(make(m, k) for make in _CURIOUS), types))


@family("unknown-members", 4)
def unknown_members(m: Materials, k: Knobs) -> Stimulus:
    elements = m.elements("standard", max(k.size, 1), k.seed)
    payload: dict[str, Any] = {SITE: elements}
    odd = elements[k.place % len(elements)]
    where = (payload, odd, odd["restorePoint"], payload)[k.variant % 4]
    where["notDeclared" if k.variant % 4 < 3 else "displayName"] = {"note": [1, None, "text"]}
    return _made(m, "unknown-members", "standard", payload, k, len(elements), open="unknown-members")


@family("annotations", 5)
def other_annotations(m: Materials, k: Knobs) -> Stimulus:
    kind = "granular" if k.variant % 5 == 4 else "standard"
    elements = m.elements(kind, max(k.size, 1), k.seed)
    payload: dict[str, Any] = {LISTS[kind]: elements}
    odd = elements[k.place % len(elements)]
    if k.variant % 5 == 0:
        payload["@example.note"] = "text"
    elif k.variant % 5 == 1:
        odd["@odata.type"] = "#microsoft.graph.siteRestoreArtifact"
        odd["restorePoint"]["@odata.type"] = POINT
    elif k.variant % 5 == 4:
        odd["@odata.type"] = "#microsoft.graph.granularSiteRestoreArtifact"
    elif k.variant % 5 == 2:
        odd["restorePoint"] = {"@odata.id": odd["restorePoint"]["id"]}
    else:
        point = odd.pop("restorePoint")["id"]
        odd["restorePoint@odata.bind"] = f"/solutions/backupRestore/restorePoints/{point}"
    return _made(m, "annotations", kind, payload, k, len(elements), open="other-annotations")


_CURIOUS: tuple[Maker, ...] = (read_only_members, unknown_members, other_annotations)


@family("one-kind-empty", 4)
def one_kind_empty(m: Materials, k: Knobs) -> Stimulus:
    full, empty = (("standard", GRANULAR), ("granular", SITE))[k.variant % 2]
    payload = {
        LISTS[full]: m.elements(full, max(k.size, 1), k.seed),
        empty: [] if k.variant % 4 < 2 else None,
    }
    return _made(m, "one-kind-empty", "one-kind-empty", payload, k, max(k.size, 1), open="one-kind-empty")


@family("enum-letter-case", 3)
def enum_letter_case(m: Materials, k: Knobs) -> Stimulus:
    elements = m.elements("standard", max(k.size, 1), k.seed)
    for element in elements:
        element["destinationType"] = ("InPlace", "NEW", "inplace")[k.variant % 3]
    return _made(m, "enum-letter-case", "standard", {SITE: elements}, k, len(elements), open="enum-letter-case")


@family("id-letter-case", 3)
def id_letter_case(m: Materials, k: Knobs) -> Stimulus:
    elements = m.elements("standard", max(k.size, 2), k.seed + 1)
    if k.variant % 3 == 0:
        elements[1]["restorePoint"] = {"id": elements[0]["restorePoint"]["id"].upper()}
    elif k.variant % 3 == 1:
        elements[k.place % len(elements)]["restorePoint"] = {"id": "00000000-0000-0000-0000-000000000000"}
    else:
        elements[1]["restorePoint"] = {"id": "{" + elements[1]["restorePoint"]["id"] + "}"}
    return _made(m, "id-letter-case", "standard", {SITE: elements}, k, len(elements), open="id-letter-case")


@family("opaque-values", 4)
def opaque_values(m: Materials, k: Knobs) -> Stimulus:
    elements = m.elements("granular", max(k.size, 2), k.seed)
    odd = elements[k.place % len(elements)]
    names = ("item-form", "browse-form", "several-browse-sessions", "granular-destination")
    name = names[k.variant % (4 if m.knows("destinationType", GRANULAR) else 3)]
    if name == "item-form":
        odd["id"] = "an item that is no list of GUIDs"
    elif name == "browse-form":
        for element in elements:
            element["browseSessionId"] = "browse/session+with.other:letters"
    elif name == "several-browse-sessions":
        odd["browseSessionId"] = elements[0]["browseSessionId"][::-1]
    else:
        odd["destinationType"] = "elsewhere"
    return _made(m, "opaque-values", "granular", {GRANULAR: elements}, k, len(elements), open=name)


def _named(made: Stimulus, name: str, **changes: Any) -> Stimulus:
    return replace(made, family=name, **changes)
