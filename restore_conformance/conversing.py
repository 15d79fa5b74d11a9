"""Which stories a profile tells, with which sessions in them.

Knows stories and payloads; what the campaign does with a finished conversation is its own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from restore_conformance import stories
from restore_conformance.checks.answers import codes
from restore_conformance.exchange import Exchange
from restore_conformance.payloads import FAMILIES, Knobs, Materials, Stimulus
from restore_conformance.payloads.materials import ODD_GROUPS, PRETTY, REVERSED, SAME_SITE, TYPED, UPPER

DOCUMENTED = frozenset({
    "invalidrestoresessionid", "restoresessionnotfound", "restoresessionactionnotallowed", "invalidpatchrequest",
    "toomanyactiverestoresessions",
})  # fmt: skip
"""Codes that only the operations on a session have: an answer with one shows that the route is there."""

Tell = Callable[[str, Callable[[stories.Talk], None]], None]


def shows_route(exchange: Exchange) -> bool:
    """Whether an answer proves that the target has the operation it was asked for."""
    if exchange.status is None or exchange.trouble:
        return False
    if 200 <= exchange.status < 300:
        return True
    return any(code.lower() in DOCUMENTED for _, code in codes(exchange.answer))


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

    def early(self, number: int, *, loopback: bool) -> Iterator[tuple[str, Callable[[stories.Talk], None]]]:
        """Told before the bulk of the plan is sent, while lists are short: `number` lives of sessions and more."""
        if self._brief:
            yield from self._in_brief(loopback=loopback)
            return
        if loopback:
            families = ("mixed", "path-type", "restore-point", "duplicate", "no-token")
            rows = [self._make(name, 2) for name in families]
            yield "refused", lambda talk: stories.refused(talk, rows)
        for first, second, listed in self._pairs(number):
            yield "life", lambda talk, a=first, b=second, c=listed: stories.life(talk, a, b, listed=c)  # type: ignore[misc]
        for kind in ("standard", "granular"):
            yield "change", self._change(self._make(kind, 3))
        if self._activate:
            for kind in ("standard", "granular"):
                first, second = self._make(kind, 2), self._make("standard", 1)
                yield "activation", lambda talk, a=first, b=second: stories.activation(talk, a, b)  # type: ignore[misc]
        yield "strangers", lambda talk: stories.strangers(talk, activate=self._activate)
        if self._callers:
            one = self._make("standard", 1)
            yield "callers", lambda talk: stories.callers(talk, one, self._callers, activate=self._activate)

    def _in_brief(self, *, loopback: bool) -> Iterator[tuple[str, Callable[[stories.Talk], None]]]:
        """One of each; their sessions are of the sizes and styles that the short plan leaves out."""
        items = self._make("granular", 10, style=REVERSED)
        sites = self._make("standard", 23, style=UPPER | ODD_GROUPS)
        refusals = [self._make("mixed", 20, 1)] if loopback else []
        yield "life", lambda talk: stories.life_in_brief(talk, items, sites, refusals)
        yield "change", self._change(self._make("standard", 3, style=TYPED))
        if self._activate:
            first, second = (
                self._make("standard", 18, style=PRETTY | REVERSED),
                self._make("granular", 49, style=SAME_SITE),
            )
            yield "activation", lambda talk: stories.activation(talk, first, second, brief=True)
        yield "strangers", lambda talk: stories.strangers(talk, activate=self._activate, brief=True)

    def _change(self, made: Stimulus) -> Callable[[stories.Talk], None]:
        seed = self._seed + 20
        return lambda talk: stories.change(talk, made, self._materials, seed, brief=self._brief)

    def last(self, sessions: list[str], *, crowd: bool) -> Iterator[tuple[str, Callable[[stories.Talk], None]]]:
        """Told at the end: whether early sessions are still there, and how many may run at once."""
        if sessions:
            yield from self._still_there(sessions[:1] if self._brief else sessions)
        if crowd and self._activate:
            one = self._make("standard", 1)
            yield "crowd", lambda talk: stories.crowd(talk, one)

    def _still_there(self, sessions: list[str]) -> Iterator[tuple[str, Callable[[stories.Talk], None]]]:
        """Whether early sessions are still there; if the first is, what others than its maker may do with it."""
        there: list[bool] = []

        def late(talk: stories.Talk) -> None:
            stories.late(talk, sessions)
            there.append(any(e.status == 200 for e in talk.exchanges if e.step == "get-late-0"))

        session = sessions[0]
        yield "late", late
        if self._brief and self._callers and any(there):
            yield (
                "callers",
                lambda talk: stories.callers_in_brief(talk, session, self._callers, activate=self._activate),
            )
        if any(there):
            yield "tokenless", lambda talk: stories.tokenless(talk, session, activate=self._activate)

    def _make(self, family: str, size: int, variant: int = 0, style: int = 0) -> Stimulus:
        self._seed += 1
        size = min(size, self._materials.most(family)) if family in {"standard", "granular"} else size
        return FAMILIES[family](self._materials, Knobs(size, 0, variant, self._seed, style))

    def _pairs(self, number: int) -> Iterator[tuple[Stimulus, Stimulus, bool]]:
        """The sessions of each life: full-site first, then granular, then empty, in turn with others beside them."""
        for turn in range(number):
            first = ("standard", "granular", "no-payload")[turn % 3]
            second = ("granular", "standard", "standard")[turn % 3]
            made = [
                Stimulus("no-payload", "no-payload", None) if kind == "no-payload" else None for kind in (first, second)
            ]
            yield (
                made[0] or self._make(first, 23 if turn == 0 else 4 + turn, turn),
                made[1] or self._make(second, 1 + turn % 3, turn + 1),
                turn < 2,
            )
