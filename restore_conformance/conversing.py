"""Which stories a profile tells, with which sessions in them.

Knows stories and payloads; what the campaign does with a finished conversation is its own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from restore_conformance import stories
from restore_conformance.payloads import FAMILIES, Knobs, Materials, Stimulus, Supply
from restore_conformance.payloads.families import is_newer
from restore_conformance.payloads.materials import (
    LISTS,
    LONG_BROWSE,
    SAME_SITE,
    TYPED,
    UPPER,
)
from restore_conformance.payloads.short import MANY_ITEMS, MANY_SITES

Act = Callable[[stories.Talk], None]
Told = tuple[str, Act]
"""The name of a story, and what is said in it."""
PLACED = 10
"""The number of the items that say where to restore to in the edition that knows it, and are odd in every edition."""
LIVES = (
    (("standard", 30), None),
    (("granular", 10), ("no-payload", 0)),
    (("no-payload", 0), ("caller-application", 1)),
)
"""The sessions of each life by family and number of artifacts: full-site, granular and empty, each beside another: one
with the same content, an empty one, and one that another caller made."""
BACK = "standard, back in place"
"""Full-site artifacts that go where they were, where the plan sends most of them to a new place."""
CHANGED = ((("standard", 2), (BACK, 2)), (("granular", 3), ("granular", 7)))
"""The sessions that are changed, each with one made after it: two full-site ones of the same size that
go to different places."""
ACTIVATED = ((("standard", 24), ("standard", 9)), (("granular", 2), ("standard", 27)))
"""The sessions that are activated, each with one that is not."""
IN_PLACE = {"prefer": "granular", "granular-destination": "granular", "caller-application": "standard"}
"""What is made where the plan has no such stimulus, since the user named few ids or no such caller."""
Made = tuple[str, int]
"""A session by the family of its stimulus and its number of artifacts."""
LISTED = 2
"""How many lives are also looked up in the list of all sessions."""


class Stories:
    """The stories of a run, in the order in which they are told."""

    def __init__(
        self, materials: Materials, seed: int, callers: list[str], *, activate: bool, brief: bool = False
    ) -> None:
        self._materials = materials
        self._seed = seed * 1000 + 950
        self._callers: list[str] = [caller for caller in ("read-only", "no-permission") if caller in callers]
        self._activate = activate
        self._brief = brief

    def early(self, supply: Supply, number: int, *, loopback: bool) -> Iterator[Told]:
        """Told before the bulk of the plan is sent, while lists are short: `number` lives of sessions and more.

        What they send is taken from the supply, where it has it.
        """
        if self._brief:
            yield from self._in_brief(supply, loopback=loopback)
            return
        if loopback:
            rows = supply.refusals()
            yield "refused", lambda talk: stories.refused(talk, rows)
        for turn in range(number):
            first, second = self._pair(supply, LIVES[turn % len(LIVES)])
            yield "life", _life(first, second, listed=turn < LISTED)
        for pair in CHANGED:
            yield "change", self._change(*self._pair(supply, pair))
        yield "change", self._fill(self._take(supply, "no-payload", 0))
        if self._activate:
            for pair in ACTIVATED:
                first, second = self._pair(supply, pair)
                yield "activation", lambda talk, a=first, b=second: stories.activation(talk, a, b)  # type: ignore[misc]
        yield "strangers", lambda talk: stories.strangers(talk, activate=self._activate)
        yield "many", stories.many

    def _in_brief(self, supply: Supply, *, loopback: bool) -> Iterator[Told]:
        """One of each, with sessions of the short plan; the one that is deleted has the same artifacts as another."""
        items = self._take(supply, "prefer", MANY_ITEMS)
        yield "life", _life(items, items, supply.refusals() if loopback else [], listed=True, brief=True)
        few = self._make("standard", 3, style=TYPED, choice=1)
        yield "change", self._change(few, self._take(supply, "standard", 50))
        yield "change", self._fill(self._take(supply, "no-payload", 0))
        if self._activate:
            first = self._take(supply, "standard", MANY_SITES)
            second = self._take(supply, *self._items_with_places(PLACED))
            yield "activation", lambda talk: stories.activation(talk, first, second, brief=True)
        yield "strangers", lambda talk: stories.strangers(talk, activate=self._activate, brief=True)

    def _change(self, made: Stimulus, other: Stimulus) -> Act:
        if made.kind in LISTS and self._materials.most(made.kind) <= made.artifacts:
            # Room for artifacts that are added.
            made = self._make(made.kind, max(1, self._materials.most(made.kind) - 2))
        if other.kind != made.kind:  # what was planned did not fit into the ids that exist
            other = self._make(made.kind, made.artifacts)
        seed = self._seed + 20
        return lambda talk: stories.change(
            talk, made, other, self._materials, seed, activate=self._activate, brief=self._brief
        )

    def _fill(self, empty: Stimulus) -> Act:
        seed = self._seed + 40
        return lambda talk: stories.fill(talk, empty, self._materials, seed, brief=self._brief)

    def last(self, sessions: list[str], deleted: list[str], *, crowd: bool) -> Iterator[Told]:
        """Told at the end: whether early sessions are still there, deleted ones not, and how many may run at once."""
        if sessions:
            yield from self._still_there(*((sessions[:1], []) if self._brief else (sessions, deleted)))
        if crowd and self._activate:
            one = self._make("standard", 1)
            yield "crowd", lambda talk: stories.crowd(talk, one)

    def _still_there(self, sessions: list[str], deleted: list[str]) -> Iterator[Told]:
        """Whether early sessions are still there; if the first is, what others than its maker may do with it."""
        there: list[bool] = []

        def late(talk: stories.Talk) -> None:
            stories.late(talk, sessions, deleted)
            there.append(any(e.status == 200 for e in talk.exchanges if e.step == "get-late-0"))

        session = sessions[0]
        yield "late", late
        if self._callers and any(there):
            yield (
                "callers",
                lambda talk: stories.callers(talk, session, self._callers, activate=self._activate, brief=self._brief),
            )
        if any(there):
            yield "tokenless", lambda talk: stories.tokenless(talk, session, activate=self._activate)

    def _take(self, supply: Supply, family: str, size: int) -> Stimulus:
        if family == BACK:
            return self._make("standard", size, choice=1)
        plain = IN_PLACE.get(family, family)
        if plain in LISTS and size > self._materials.most(plain):
            return self._make(plain, size)
        style = SAME_SITE | UPPER | LONG_BROWSE if plain == "granular" and size == PLACED else 0
        return supply.take(family, size) or self._make(plain, size, style)

    def _items_with_places(self, size: int) -> Made:
        """Items that say where to restore to, where the edition that binds lets them."""
        return ("granular" if is_newer(self._materials, "granular-destination") else "granular-destination"), size

    def _make(self, family: str, size: int, style: int = 0, choice: int = 0) -> Stimulus:
        self._seed += 1
        size = min(size, self._materials.most(family)) if family in LISTS else size
        return FAMILIES[family](self._materials, Knobs(size, 0, choice, self._seed, style))

    def _pair(self, supply: Supply, pair: tuple[Made, Made | None]) -> tuple[Stimulus, Stimulus]:
        first = self._take(supply, *pair[0])
        return first, self._take(supply, *pair[1]) if pair[1] else first


def _life(
    first: Stimulus, second: Stimulus, refusals: Sequence[Stimulus] = (), *, listed: bool, brief: bool = False
) -> Act:
    return lambda talk: stories.life(talk, first, second, list(refusals), listed=listed, brief=brief)
