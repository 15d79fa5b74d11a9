"""Judges the elements of a create's two lists: the sites and the items that are to be restored.

Looks at artifacts alone; knows nothing of the payload they stand in.
"""

from __future__ import annotations

from typing import Any

from restore_conformance.recogniser.answers import point_of
from restore_conformance.recogniser.recognition import Seen
from restore_conformance.recogniser.vocabulary import BROWSE, GUID, ITEM, NIL, Vocabulary


def sites(elements: list[Any], words: Vocabulary, seen: Seen) -> None:
    """Note what the elements of the standard list break, each alone and together."""
    points: list[str] = []
    destinations: set[str] = set()
    for element in elements:
        if not isinstance(element, dict):
            seen.defects.add("wrong-type")
            continue
        _names(element, words.site_may, words.site, seen)
        destination = _destination(element, words, seen, needed=True)
        if destination:
            destinations.add(destination)
        point = _restore_point(element, words, seen)
        if point:
            points.append(point)
    if len(destinations) > 1:
        seen.defects.add("different-destination")
    elif len({str(e.get("destinationType")) for e in elements if isinstance(e, dict)}) > 1:
        seen.arguable.add("different-destination")
    named = [name for name in map(point_of, elements) if name.strip()]
    if len(set(named)) < len(named):
        seen.defects.add("duplicate")
    if len({name.lower() for name in named}) < len(set(named)):
        seen.open.add("id-letter-case")
    if words.points and not words.points.issuperset(point.lower() for point in points):
        seen.features.add("id-not-listed")


def items(elements: list[Any], words: Vocabulary, seen: Seen) -> None:
    """Note what the elements of the granular list break, each alone and together."""
    keys: list[tuple[str, str]] = []
    browses: set[str] = set()
    destinations: set[str] = set()
    for element in elements:
        if not isinstance(element, dict):
            seen.defects.add("wrong-type")
            continue
        _names(element, words.granular_may, words.granular, seen)
        if "destinationType" in element:
            destination = _destination(element, words, seen, needed=False)
            if destination:
                seen.features.add("granular-destination")
                destinations.add(destination)
        browse = _text(element, "browseSessionId", "browse-session-missing", seen)
        item = _text(element, "id", "item-id-missing", seen)
        if browse is not None:
            browses.add(browse)
            if not BROWSE.fullmatch(browse):
                seen.open.add("browse-form")
        if item is not None and not ITEM.fullmatch(item):
            seen.open.add("item-form")
        if browse is not None and item is not None:
            keys.append((browse, item))
    if len(destinations) > 1:
        seen.open.add("granular-destination")
    if len(set(keys)) < len(keys):
        seen.defects.add("duplicate")
    if len({item.lower() for _, item in keys}) < len(set(keys)):
        seen.open.add("id-letter-case")
    if words.items and not words.items.issuperset(item for _, item in keys):
        seen.features.add("id-not-listed")
    if len(browses) > 1:
        seen.open.add("several-browse-sessions")


def _names(element: dict[str, Any], may: frozenset[str], declared: frozenset[str], seen: Seen) -> None:
    for name in element:
        if "@" in name:
            seen.open.add("other-annotations")
        elif name not in may:
            if name in declared:
                # A standard artifact's own id is assigned by the service, so sending it is sending a
                # read-only member like any other.
                seen.open.add("read-only-members")
            else:
                seen.open.add("unknown-members")


def _destination(element: dict[str, Any], words: Vocabulary, seen: Seen, *, needed: bool) -> str | None:
    value = element.get("destinationType")
    if value is None:
        if needed:
            seen.defects.add("path-type")
        else:
            seen.open.add("granular-destination")
        return None
    if not isinstance(value, str):
        if isinstance(value, int) and not isinstance(value, bool) and value in (0, 1, 2):
            seen.open.add("enum-letter-case")
        elif needed:
            seen.defects.add("wrong-type")
        else:
            seen.open.add("granular-destination")
        return None
    if value == words.sentinel:
        seen.defects.add("future-value")
        return None
    if value in words.destinations:
        return value
    if value.strip().lower() in words.folded or value in {"0", "1", "2"}:
        seen.open.add("enum-letter-case")
    elif needed:
        seen.defects.add("path-type")
    else:
        seen.open.add("granular-destination")
    return None


def _restore_point(element: dict[str, Any], words: Vocabulary, seen: Seen) -> str | None:
    point = element.get("restorePoint")
    if point is None:
        bound = [name for name in element if name.startswith("restorePoint@")]
        if bound:
            seen.open.add("other-annotations")
        else:
            seen.defects.add("restore-point")
        return None
    if not isinstance(point, dict):
        is_single = isinstance(point, list) and len(point) == 1 and isinstance(point[0], dict)
        seen.defects.add("collection-form" if is_single else "wrong-type")
        return None
    for name in point:
        if "@" in name:
            seen.open.add("other-annotations")
        elif name != "id":
            seen.open.add("read-only-members" if name in words.point else "unknown-members")
    if "id" not in point and "@odata.id" in point:
        return None
    value = point.get("id")
    if value is not None and not isinstance(value, str):
        seen.defects.add("wrong-type")
        return None
    if value is None or not GUID.fullmatch(value):
        if value and GUID.fullmatch(value.strip().strip("{}()").strip()):
            seen.open.add("id-letter-case")
        else:
            seen.defects.add("restore-point")
        return None
    if value == NIL:
        seen.open.add("id-letter-case")
    return value


def _text(element: dict[str, Any], name: str, missing: str, seen: Seen) -> str | None:
    value = element.get(name)
    if value is None or value == "":
        seen.defects.add(missing)
        return None
    if not isinstance(value, str):
        seen.defects.add("item-member-type")
        return None
    return value
