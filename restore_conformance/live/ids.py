"""What the creates of a live run may name, and the stimuli that name it.

Knows the user's restore points and items; knows no clause and nothing of what a plan wants.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.live.ownership import enough
from restore_conformance.stimuli import FAMILIES, Knobs, Materials, Stimulus
from restore_conformance.stimuli.families import is_newer


class Pool:
    """What creates may name: the user's restore points and items, shuffled anew for each request.

    Without any, ids are made up; a live target is then sent only what must be refused.
    """

    def __init__(
        self,
        points: Sequence[str],
        items: Sequence[Mapping[str, str]],
        chance: random.Random,
        *,
        made_up: bool,
        edition: Chosen | None = None,
    ) -> None:
        self.points = tuple(points)
        self.items = tuple(items)
        self.made_up = made_up
        self._chance = chance
        self.edition = edition or chosen()
        self._empty = Materials(edition=self.edition)

    def has(self, kind: str) -> bool:
        """Whether a create of a kind may be accepted without naming what does not exist."""
        return self.made_up or bool({"standard": self.points, "granular": self.items}.get(kind, True))

    def most(self, kind: str) -> int:
        """How many artifacts of a kind may be named at once."""
        named = self.points if kind == "standard" else self.items
        return len(named) if named else 49

    def size(self, family: str) -> int:
        """The same for the kind a family names."""
        return self.most("granular" if _is_granular(family) else "standard")

    def make(self, family: str, variant: int, style: int = 0, size: int = 0) -> Stimulus:
        """A stimulus of a family that names a combination of ids nobody else uses."""
        if family == "too-many":
            # More than anybody can name, so these are made up. A seed of this form makes the item keys short, and
            # keeps the body below the size from which on a drop would only be observed.
            return FAMILIES[family](self._empty, Knobs(0, 0, variant, 3 * self._seed() + 2))
        points, items = list(self.points), list(self.items)
        self._chance.shuffle(points)
        self._chance.shuffle(items)
        pool = items if _is_granular(family) else points
        count = size or (enough(len(pool)) if pool else 3)
        place = self._chance.randrange(max(count, 2))
        if family == "prefer":
            place -= place % 2  # an even place makes the granular form, the only one its clause is about
        materials = Materials(restore_points=points, items=items, edition=self.edition)
        stimulus = FAMILIES[family](materials, Knobs(count, place, variant, self._seed(), style))
        return replace(stimulus, newer=self.is_newer(family))

    def is_newer(self, family: str) -> bool:
        """Whether a family is about a member that only an edition has which does not bind."""
        return is_newer(self._empty, family)

    def _seed(self) -> int:
        return self._chance.randrange(1, 2**31)


def _is_granular(family: str) -> bool:
    return "granular" in family or family in _GRANULAR


_GRANULAR = frozenset({"conflict-behavior", "conflict-value", "conflict-spelling", "opaque-values", "prefer"})
