"""The families about what the documents leave open: a service may accept such a request, refuse it, or pass over it."""

from __future__ import annotations

from typing import Any

from restore_conformance.contract.workload import (
    AREA,
    GRANULAR,
    GRANULAR_TYPE,
    LISTS,
    STANDARD,
    STANDARD_TYPE,
    odata_type,
)
from restore_conformance.stimuli.families import Draft, Knobs, Maker, as_stimulus, edited, family
from restore_conformance.stimuli.materials import Materials, guid
from restore_conformance.stimuli.stimulus import Stimulus

POINT = odata_type("restorePoint")
NIL = "00000000-0000-0000-0000-000000000000"
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


@edited("read-only-members", len(READ_ONLY) + 2, open="read-only-members")
def read_only_members(d: Draft) -> None:
    if d.variant < len(READ_ONLY):
        name, value = READ_ONLY[d.variant]
        d.payload = {name: value, **d.payload}
    else:
        d.element.update({"status": "succeeded"} if d.variant == len(READ_ONLY) else {"id": guid(d.knobs.seed + 5, 1)})


@edited("curiosities", open="read-only-members")
def curiosities(d: Draft) -> None:
    """Everything a service may pass over, in one request: where it is accepted, each of them is.

    Where it is not, nobody knows which of them was to blame, and each is sent alone.
    """
    d.element.update({"status": "succeeded", "notDeclared": {"note": [1, None, "text"]}, "@example.note": "text"})
    d.element["@odata.type"], d.element["restorePoint"]["@odata.type"] = odata_type(STANDARD_TYPE), POINT
    d.payload = {**dict(READ_ONLY), "notDeclared": "text", "@example.note": 5, **d.payload}
    d.labels["singles"] = tuple(make(d.materials, d.knobs) for make in _CURIOUS)
    d.labels["singles"] += (other_annotations(d.materials, d.knobs._replace(variant=1)),)


@edited("unknown-members", 4, open="unknown-members")
def unknown_members(d: Draft) -> None:
    where = (d.payload, d.element, d.element["restorePoint"], d.payload)[d.variant]
    where["notDeclared" if d.variant < 3 else "displayName"] = {"note": [1, None, "text"]}


@family("annotations", 5)
def other_annotations(m: Materials, k: Knobs) -> Stimulus:
    kind = "granular" if k.variant % 5 == 4 else "standard"
    elements = m.elements(kind, max(k.size, 1), k.seed)
    payload: dict[str, Any] = {LISTS[kind]: elements}
    element = elements[k.place % len(elements)]
    if k.variant % 5 == 0:
        payload["@example.note"] = "text"
    elif k.variant % 5 == 1:
        element["@odata.type"] = odata_type(STANDARD_TYPE)
        element["restorePoint"]["@odata.type"] = POINT
    elif k.variant % 5 == 4:
        element["@odata.type"] = odata_type(GRANULAR_TYPE)
    elif k.variant % 5 == 2:
        element["restorePoint"] = {"@odata.id": element["restorePoint"]["id"]}
    else:
        point = element.pop("restorePoint")["id"]
        element["restorePoint@odata.bind"] = f"{AREA}/restorePoints/{point}"
    return as_stimulus(m, kind, payload, k, len(elements), open="other-annotations")


_CURIOUS: tuple[Maker, ...] = (read_only_members, unknown_members, other_annotations)


@family("one-kind-empty", 4)
def one_kind_empty(m: Materials, k: Knobs) -> Stimulus:
    full, empty = (("standard", GRANULAR), ("granular", STANDARD))[k.variant % 2]
    payload = {
        LISTS[full]: m.elements(full, max(k.size, 1), k.seed),
        empty: [] if k.variant % 4 < 2 else None,
    }
    return as_stimulus(m, "one-kind-empty", payload, k, max(k.size, 1), open="one-kind-empty")


@edited("enum-letter-case", 3, open="enum-letter-case")
def enum_letter_case(d: Draft) -> None:
    for element in d.elements:
        element["destinationType"] = ("InPlace", "NEW", "inplace")[d.variant]


@edited("id-letter-case", 3, least=2, base=lambda k: Knobs(seed=k.seed + 1), open="id-letter-case")
def id_letter_case(d: Draft) -> None:
    first, second = d.elements[0]["restorePoint"]["id"], d.elements[1]["restorePoint"]["id"]
    changed = d.element if d.variant == 1 else d.elements[1]
    changed["restorePoint"] = {"id": (first.upper(), NIL, "{" + second + "}")[d.variant]}


@edited("opaque-values", 4, "granular", least=2)
def opaque_values(d: Draft) -> None:
    names = ("item-form", "browse-form", "several-browse-sessions", "granular-destination")
    name = names[d.knobs.variant % (4 if d.materials.knows("destinationType", GRANULAR) else 3)]
    d.labels["open"] = name
    if name == "item-form":
        d.element["id"] = "an item that is no list of GUIDs"
    elif name == "browse-form":
        for element in d.elements:
            element["browseSessionId"] = "browse/session+with.other:letters"
    elif name == "several-browse-sessions":
        d.element["browseSessionId"] = d.elements[0]["browseSessionId"][::-1]
    else:
        d.element["destinationType"] = "elsewhere"
