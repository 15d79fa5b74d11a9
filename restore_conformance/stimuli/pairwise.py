"""All pairs: of every two dimensions that clauses care about, every two values meet in some request.

Two grids, since what makes an accepted create differ is not what makes a refusal differ. Greedy, one row after
the other (after Cohen and others, "The AETG system", 1997); rows that would break another rule are left out.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from restore_conformance.stimuli.families import FAMILIES
from restore_conformance.stimuli.materials import PRETTY, REVERSED, UPPER
from restore_conformance.stimuli.pool import Pool
from restore_conformance.stimuli.stimulus import Stimulus

MEDIA = ("application/json", "application/json; charset=utf-8", "Application/JSON")
PREFER = (("Prefer", "include-unknown-enum-members"),)

ACCEPTED: Mapping[str, Sequence[Any]] = {
    "family": ("standard", "granular", "granular-destination", "conflict-behavior"),
    "size": (1, 3, 0, 20),
    "variant": (0, 1),
    "style": (0, PRETTY, REVERSED, UPPER),
    "prefer": ((), PREFER),
    "caller": ("good", "delegated"),
}
REFUSED: Mapping[str, Sequence[Any]] = {
    "family": (
        "path-type", "restore-point", "different-destination", "duplicate", "mixed", "conflict-on-standard",
        "conflict-value", "future-value", "granular-members", "wrong-type", "several", "not-json", "trailing-text",
    ),
    "size": (2, 5, 20),
    "variant": (0, 1, 2, 3),
    "media": MEDIA,
}  # fmt: skip
"""The dimensions, by what the documents say of the answer. A size of 0 is as many as it takes to be unmistakable."""


def pairs(pool: Pool, callers: frozenset[str]) -> list[Stimulus]:
    """Stimuli in which every pair of values meets, those that are refused first: they cost a request less."""
    stimuli = [_refused(pool, row) for row in rows(_known(pool, REFUSED))]
    callers_too = [c for c in ACCEPTED["caller"] if c == "good" or c in callers]
    for row in rows({**_known(pool, ACCEPTED), "caller": callers_too}):
        kind = "standard" if row["family"] == "standard" else "granular"
        if pool.has(kind) and row["size"] <= pool.most(kind):
            stimuli.append(_accepted(pool, row))
    return stimuli


def _known(pool: Pool, dimensions: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """The dimensions without the families about members that only a later edition has."""
    return {**dimensions, "family": [name for name in dimensions["family"] if not pool.is_newer(name)]}


def _accepted(pool: Pool, row: Mapping[str, Any]) -> Stimulus:
    style = row["style"] if not (row["style"] & UPPER and not pool.made_up) else 0
    variant = row["variant"] % FAMILIES[row["family"]].variants
    stimulus = pool.make(row["family"], variant, style, row["size"])
    return replace(stimulus, headers=row["prefer"], caller=row["caller"])


def _refused(pool: Pool, row: Mapping[str, Any]) -> Stimulus:
    stimulus = pool.make(
        row["family"], row["variant"] % FAMILIES[row["family"]].variants, 0, min(row["size"], pool.most(row["family"]))
    )
    return replace(stimulus, media=row["media"])


def rows(dimensions: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows in which every two values of every two dimensions meet."""
    names = list(dimensions)
    left = {
        (a, i, b, j)
        for a, b in itertools.combinations(names, 2)
        for i in range(len(dimensions[a]))
        for j in range(len(dimensions[b]))
    }
    chosen = []
    while left:
        # The first pair nobody has met yet, and then, dimension by dimension, the value that meets most others.
        a, i, b, j = min(left, key=json.dumps)
        row = {a: i, b: j}
        for name in names:
            if name not in row:
                gains = [_gain(row, name, value, names, left) for value in range(len(dimensions[name]))]
                row[name] = gains.index(max(gains))
        left -= set(_met(row, names))
        chosen.append({name: dimensions[name][row[name]] for name in names})
    return chosen


def _gain(row: Mapping[str, int], name: str, value: int, names: Sequence[str], left: set[Any]) -> int:
    tried = {**row, name: value}
    return sum(pair in left for pair in _met(tried, names))


def _met(row: Mapping[str, int], names: Sequence[str]) -> list[tuple[str, int, str, int]]:
    present = [name for name in names if name in row]
    return [(a, row[a], b, row[b]) for a, b in itertools.combinations(present, 2)]
