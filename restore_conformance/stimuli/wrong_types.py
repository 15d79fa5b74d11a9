"""Values of a wrong type, and where in a payload one may be. Knows no family and no knobs."""

from __future__ import annotations

import json
from typing import Any

from restore_conformance.contract.workload import LISTS

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
