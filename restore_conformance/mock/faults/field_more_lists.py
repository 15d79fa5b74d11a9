"""More defects in refusing whole lists and mixed kinds under plain triggers, written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_kinds import behavior
from restore_conformance.mock.faults.field_more_places import Json, lax
from restore_conformance.mock.faults.field_more_rows import ROW, but_last, places, typed
from restore_conformance.mock.faults.field_places import at_least, count_of, crashing, granular, only, points, unless
from restore_conformance.mock.faults.seeding import items, sites
from restore_conformance.mock.wire import Refusal

TWICE = ROW + "DuplicateArtifactInList"
LIMIT = ROW + "RestoreArtifactsLimitBreached"
EMPTY = ROW + "InvalidArtifactRequest"
When = Callable[[Any], bool]

# ---------------------------------------------------------------- DuplicateArtifactInList


def _pairs(payload: Json) -> None:
    every = points(payload) or [str(one.get("id")) for one in items(payload)]
    if len(every) - len(set(every)) == 1:
        raise Refusal(400, "DuplicateArtifactInList")


def _last_two(payload: Json) -> bool:
    every = points(payload)
    return len(every) > 2 and every[-1] == every[-2]


def _far_items(payload: Json) -> None:
    every = items(payload)
    if not every:
        rules.duplicates(payload)
    for start in range(0, len(every), 20):
        rules.duplicates({rules.GRANULAR: every[start : start + 20]})


lax("field2-twice-two-pairs", TWICE, "Two sites, each of them twice.", "duplicates", _pairs)
lax(
    "field2-twice-last-two",
    TWICE,
    "The last two of three sites are the same.",
    "duplicates",
    unless(rules.duplicates, _last_two),
)
lax("field2-twice-items-far", TWICE, "The first and the 21st of 21 items are the same.", "duplicates", _far_items)
lax(
    "field2-twice-to-new",
    TWICE,
    "The same site twice, for new places.",
    "duplicates",
    unless(rules.duplicates, lambda p: set(places(p)) == {"new"}),
)
lax(
    "field2-twice-ends-of-50",
    TWICE,
    "The first and the last of 50 sites are the same.",
    "duplicates",
    only(but_last, rules.duplicates),
)
lax(
    "field2-twice-typed-unchecked",
    TWICE,
    "@odata.type at the top, and the same site twice.",
    "duplicates",
    unless(rules.duplicates, typed),
)
crashing("field2-twice-items-crash", TWICE, "The same item twice: 500.",
         lambda p: len({str(one) for one in items(p)}) < len(items(p)))  # fmt: skip

# ---------------------------------------------------------------- limits, empty lists


def _none_for_items(payload: Any) -> bool:
    return granular(payload)


lax("field2-limit-none-for-items", LIMIT, "1,001 items are accepted.", "limit", unless(rules.limit, _none_for_items))
crashing("field2-limit-items-crash", LIMIT, "1,001 items: 500.", lambda p: granular(p) and count_of(p) > 1000)
crashing(
    "field2-limit-new-crash",
    LIMIT,
    "More than 50 sites for new places: 500.",
    lambda p: len(places(p)) > 50 and set(places(p)) == {"new"},
)
crashing(
    "field2-items-empty-crash", EMPTY, "granularSiteRestoreArtifacts []: 500.", lambda p: p.get(rules.GRANULAR, 0) == []
)
crashing(
    "field2-items-null-crash",
    EMPTY,
    "granularSiteRestoreArtifacts null: 500.",
    lambda p: p.get(rules.GRANULAR, 0) is None,
)

# ---------------------------------------------------------------- kinds, conflict behaviour, members of items


def _pair(payload: Json) -> tuple[int, int]:
    return len(sites(payload)), len(items(payload))


def _second(name: str, value: Any) -> When:
    return lambda p: isinstance(p, dict) and value in [one.get(name, "absent") for one in items(p)[1:]]


lax(
    "field2-mixed-same-number",
    "N12",
    "Three sites and three items are accepted.",
    "kinds",
    unless(rules.kinds, lambda p: 1 < _pair(p)[0] == _pair(p)[1]),
)
lax(
    "field2-mixed-to-new",
    "N12",
    "Sites for new places, and items, are accepted.",
    "kinds",
    unless(rules.kinds, lambda p: set(places(p)) == {"new"}),
)
lax(
    "field2-mixed-typed",
    "N12",
    "Both kinds with @odata.type at the top are accepted.",
    "kinds",
    unless(rules.kinds, typed),
)
lax(
    "field2-mixed-items-to-new",
    "N12",
    "Sites, and items with a destinationType, are accepted.",
    "kinds",
    unless(rules.kinds, lambda p: any("destinationType" in one for one in items(p))),
    newer=True,
)
crashing(
    "field2-mixed-many-crash", "N12", "More than 20 of both kinds: 500.", lambda p: all(_pair(p)) and sum(_pair(p)) > 20
)
lax(
    "field2-conflict-several-sites",
    "N33",
    "rename with two sites is accepted.",
    "conflict",
    unless(rules.conflict, at_least(2)),
)
crashing(
    "field2-conflict-fail-many-crash",
    "N32",
    "fail with ten items: 500.",
    lambda p: behavior(p) == "fail" and granular(p) and count_of(p) >= 10,
)
crashing(
    "field2-conflict-empty-crash",
    "N33",
    "rename without artifacts: 500.",
    lambda p: behavior(p) is not None and not count_of(p),
)
lax(
    "field2-item-second-without-browse",
    "N31",
    "The second item lacks browseSessionId.",
    "items",
    unless(rules.items, _second("browseSessionId", "absent")),
)
lax(
    "field2-item-second-id-empty",
    "N31",
    "The id of the second item is empty.",
    "items",
    unless(rules.items, _second("id", "")),
)
lax(
    "field2-item-browse-null",
    "N31",
    "browseSessionId is null.",
    "items",
    unless(rules.items, lambda p: None in [one.get("browseSessionId", 0) for one in items(p)]),
)
crashing("field2-item-without-id-crash", "N31", "An item without id: 500.", lambda p: any("id" not in one for one in items(p)))  # fmt: skip
