"""The rows of the tables of variants, and how several variants compose. Knows no single variant."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks import Seed, on_render


@dataclass(frozen=True, slots=True)
class Variant:
    """One value of one dimension; `allowed` says by which statement of the documents.

    `reports` are clauses that report it without binding: what a *should* is for.
    """

    name: str
    dimension: str
    allowed: str
    seed: Seed
    reports: frozenset[str] = frozenset()


def also(**members: Any) -> Seed:
    """More members of a session wherever it is shown."""
    return on_render(lambda body, _: body.update(deepcopy(members)))


def walked(value: Any, change: Callable[[Json], Json]) -> Any:
    """A copy of a JSON value with every object changed, the innermost first."""
    if isinstance(value, dict):
        return change({name: walked(inner, change) for name, inner in value.items()})
    return [walked(inner, change) for inner in value] if isinstance(value, list) else value
