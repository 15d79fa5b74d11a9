"""Stimuli that each name ids of their own, drawn from the restore points and items that the user named.

Knows neither a clause nor what a plan is made for.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.stimuli.families import FAMILIES, LIMIT, Knobs, is_newer
from restore_conformance.stimuli.materials import Materials
from restore_conformance.stimuli.stimulus import Stimulus

UNNAMED = 3
"""How many artifacts a stimulus names where the user named none of their kind."""


class Pool:
    """The ids that creates may name, shuffled anew for each. `distinct` says how many of so many ids a create names.

    Where the user named none, they are made up; `made_up` says that the target takes such ids as well.
    """

    def __init__(
        self,
        points: Sequence[str],
        items: Sequence[Mapping[str, str]],
        chance: random.Random,
        *,
        made_up: bool,
        distinct: Callable[[int], int],
        edition: Chosen | None = None,
    ) -> None:
        self.points = tuple(points)
        self.items = tuple(items)
        self.made_up = made_up
        self.edition = edition or chosen()
        self._chance = chance
        self._distinct = distinct
        self._unnamed = Materials(edition=self.edition)

    def has(self, kind: str) -> bool:
        """Whether a create of a kind may be accepted without naming what does not exist."""
        return self.made_up or bool({"standard": self.points, "granular": self.items}.get(kind, True))

    def most(self, family: str) -> int:
        """How many artifacts a create of a family may name at once."""
        return len(self.items if _is_granular(family) else self.points) or LIMIT - 1

    def make(self, family: str, variant: int, style: int = 0, size: int = 0) -> Stimulus:
        """A stimulus of a family that names a combination of ids nobody else uses.

        It has no `singles`: what is sent in the place of a refused one is for the plan to say, which has little room.
        """
        if family == "too-many":
            # More than anybody can name, so these are made up. A seed of this form makes the item keys short, and
            # keeps the body below the size from which on a drop would only be observed.
            return FAMILIES[family](self._unnamed, Knobs(0, 0, variant, 3 * self._seed() + 2))
        points, items = list(self.points), list(self.items)
        self._chance.shuffle(points)
        self._chance.shuffle(items)
        ids = items if _is_granular(family) else points
        count = size or (self._distinct(len(ids)) if ids else UNNAMED)
        place = self._chance.randrange(max(count, 2))
        if family == "prefer":
            place -= place % 2  # an even place makes the granular form, the only one its clause is about
        materials = Materials(restore_points=points, items=items, edition=self.edition)
        stimulus = FAMILIES[family](materials, Knobs(count, place, variant, self._seed(), style))
        return replace(stimulus, newer=self.is_newer(family), singles=())

    def is_newer(self, family: str) -> bool:
        """Whether a family is about a member that only an edition has which does not bind."""
        return is_newer(self._unnamed, family)

    def _seed(self) -> int:
        return self._chance.randrange(1, 2**31)


@functools.cache
def _is_granular(family: str) -> bool:
    """Whether a family names items, and not restore points."""
    return FAMILIES[family](Materials(), Knobs()).kind == "granular"
