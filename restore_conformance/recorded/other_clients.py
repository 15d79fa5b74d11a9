"""What a recording made elsewhere can prove: less than it shows, since exporters remove, tools write over, and other
clients are at work.

Everything here errs on the side of *unknown*. Knows no single clause, and not what a file looked like.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange
from restore_conformance.state import session_of
from restore_conformance.state.facts import CHANGES

REMOVABLE = frozenset(
    {
        "sole:no-token", "sole:token-malformed", "sole:token-altered", "sole:token-expired", "sole:no-media-type",
        "no-payload", "open:no-payload-media-type",
        "sole:no-permission", "sole:read-only-permission", "sole:personal-account", "caller:delegated",
        "caller:application",
    }
)  # fmt: skip
"""What only a header or a body that exporters remove could show."""

REMOVED = "may have been removed: a recording made elsewhere does not show whether a header or a body was sent"
ABOUT_THE_TOKEN = (b"authent", b"token", b"unauthor", b"credential")
MOST_IDS = 100_000
WINDOW = 256
"""Exchanges that are looked at together: clients seldom have more requests under way."""
ROUNDED = 0.002
"""Recorders write milliseconds, so that a request may seem to begin before the one before it has ended."""


def is_removable(clause: Clause) -> bool:
    """Whether a clause is about something that exporters remove."""
    return not REMOVABLE.isdisjoint({*clause.when.every, *clause.when.either})


@dataclass(slots=True)
class Doubts:
    """Weighs the exchanges of one recording, in their order. `callers` says that it shows every token that was sent."""

    callers: bool = False
    _ids: dict[str, tuple[int, int]] = field(default_factory=dict)

    def weigh(self, exchange: Exchange) -> bool:
        """Note why an answer cannot be trusted; returns whether it created a session."""
        removed = not self.callers and exchange.request.header("Authorization") is None
        if removed and exchange.status == 400 and _about_token(exchange):
            exchange.observation.trouble = "refused, maybe for the token that was removed from the recording"
        session = session_of(exchange).lower() if exchange.sent.operation == "create" else ""
        if session:
            answer = hash(exchange.response.body if exchange.response else b"")
            first, before = self._ids.get(session, (0, 0))
            # Two responses with one id count against a server only where other ids differ: else a tool may write them.
            if first and len(self._ids) > 2 and before != answer:
                exchange.observation.same_id_as = first
            elif not first and len(self._ids) < MOST_IDS:
                self._ids[session] = (exchange.number, answer)
        return bool(session)


def _about_token(exchange: Exchange) -> bool:
    low = exchange.response.body.lower() if exchange.response else b""
    return any(word in low for word in ABOUT_THE_TOKEN)


def in_order(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Labelled exchanges by the time they were sent, within a window; one without a time stays where it is.

    Those that were under way during a change are marked: what a reading shows then may be from before or after it,
    and two changes at once leave both uncertain.
    """
    waiting: list[tuple[float, int, Exchange]] = []
    last = float("-inf")
    for place, exchange in enumerate(exchanges):
        last = last if exchange.at is None else exchange.at
        for _, _, other in waiting:
            _mark_overlap(exchange, other)
        heapq.heappush(waiting, (last, place, exchange))
        if len(waiting) > WINDOW:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _mark_overlap(exchange: Exchange, other: Exchange) -> None:
    if exchange.at is None or other.at is None:
        return
    if exchange.at + ROUNDED >= other.at + other.seconds or other.at + ROUNDED >= exchange.at + exchange.seconds:
        return
    changes = [each for each in (exchange, other) if each.sent.operation in CHANGES]
    if not changes or (exchange.sent.session and other.sent.session and exchange.sent.session != other.sent.session):
        return
    for each in (exchange, other):
        each.observation.overlaps = each.overlaps or each not in changes or len(changes) == 2
