"""More defects that break a server on a valid create, written from the documents alone."""

from __future__ import annotations

from typing import Any

from restore_conformance.mock.faults.field_more_places import Json, strict
from restore_conformance.mock.faults.field_places import browse_ids, points, standard, to_new
from restore_conformance.mock.faults.seeding import items, sites


def keys(payload: Any) -> list[str]:
    return [str(one.get("id")) for one in items(payload)] if isinstance(payload, dict) else []


def broken(name: str, blames: str, shows: str, when: Any) -> None:
    strict(name, blames, shows, lambda payload, _: bool(when(payload)))


def _typed(elements: Any) -> Any:
    return lambda p: any("@odata.type" in one for one in elements(p))


def _typed_point(payload: Json) -> bool:
    return any("@odata.type" in one["restorePoint"] for one in sites(payload) if "restorePoint" in one)


broken(
    "field2-browse-long-crash",
    "N10",
    "A browse session of more than 128 letters.",
    lambda p: any(len(one) > 128 for one in browse_ids(p)),
)
broken(
    "field2-browse-underscore-crash",
    "N10",
    "A browse session with an underscore.",
    lambda p: any("_" in one for one in browse_ids(p)),
)
broken(
    "field2-browse-padding-crash",
    "N10",
    "A browse session whose length is no multiple of four.",
    lambda p: any(len(one) % 4 for one in browse_ids(p)),
)
broken(
    "field2-item-of-two-guids-crash",
    "N10",
    "An item key of two GUIDs, a whole site.",
    lambda p: any(one.count(",") == 1 for one in keys(p)),
)
broken(
    "field2-items-of-two-lengths-crash",
    "N10",
    "A site and a file in one request.",
    lambda p: {1, 3} <= {one.count(",") for one in keys(p)},
)
broken(
    "field2-items-falling-crash",
    "N10",
    "Items whose keys fall.",
    lambda p: len(keys(p)) > 1 and keys(p) == sorted(keys(p))[::-1],
)
broken(
    "field2-items-same-tail-crash",
    "N10",
    "Two items with the same last GUID.",
    lambda p: len({one.rpartition(",")[2] for one in keys(p)}) < len(keys(p)),
)
broken(
    "field2-item-capitals-crash",
    "N10",
    "An item key in capitals.",
    lambda p: any(one != one.lower() for one in keys(p)),
)
broken(
    "field2-item-to-new-crash",
    "create/request-body.granular-destination",
    "An item for a new place.",
    lambda p: any(one.get("destinationType") == "new" for one in items(p)),
)
broken("field2-element-type-crash", "create/request-body.other-annotations", "A site with @odata.type.", _typed(sites))
broken("field2-item-type-crash", "create/request-body.other-annotations", "An item with @odata.type.", _typed(items))
broken(
    "field2-point-type-crash",
    "create/request-body.other-annotations",
    "A restore point with @odata.type.",
    _typed_point,
)
broken("field2-fifty-new-crash", "N21", "50 sites for new places.", lambda p: to_new(p) and len(sites(p)) == 50)
broken("field2-points-rising-crash", "N1", "Three or more restore points that rise.",
       lambda p: len(points(p)) > 2 and points(p) == sorted(points(p)))  # fmt: skip
strict(
    "field2-prefer-on-sites-crash",
    "N1",
    "Sites, with Prefer: include-unknown-enum-members.",
    lambda payload, asked: standard(payload) and asked.all_members,
)
