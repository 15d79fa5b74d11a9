"""What was sent and created between two whole lists of sessions that the same caller read one after the other.

Counts requests and rows; whether a session that nobody asked for breaks anything is for judgements.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import id_key
from restore_conformance.state.known import Between
from restore_conformance.state.session import session_of, values

KEPT = 10
"""How many intervals between lists are kept of each caller; several in a row in which nothing happened count once."""
CALLERS = 50
"""Callers whose lists are followed."""


@dataclass(slots=True)
class _Since:
    """What was sent and created since the last whole list of one caller."""

    listed: Exchange
    ids: frozenset[str]
    doubts: bool
    asked: Any = field(default_factory=hashlib.sha256)
    refused: int = 0
    refusal: Exchange | None = None
    lost: bool = False
    past: deque[Between] = field(default_factory=lambda: deque(maxlen=KEPT))


@dataclass(slots=True)
class Lists:
    """The whole lists of sessions that were read so far, by who read them."""

    _since: dict[str, _Since] = field(default_factory=dict)
    _lost: bool = False

    def created(self, exchange: Exchange) -> None:
        """Take note of a request to create a session."""
        refused = not exchange.trouble and 400 <= (exchange.status or 0) < 500
        self._lost = self._lost or not (refused or session_of(exchange))
        for since in self._since.values():
            if refused:
                since.refused += 1
                since.refusal = since.refusal or exchange
                since.asked.update(_content(exchange))
            elif not session_of(exchange):
                since.lost = True

    def listed(self, key: str, pages: tuple[Exchange, ...]) -> tuple[Between, ...]:
        """Take note of a whole list; give what was sent between it and each list before it, the latest last."""
        last = pages[-1]
        shown = {id_key(item.get("id")): item for page in pages for item in values(page)}
        before = self._since.get(key)
        if before is None and len(self._since) >= CALLERS:
            return ()
        now = _Since(last, frozenset(shown), doubts=self._lost if before is None else before.lost)
        self._since[key] = now
        if before is None:
            return ()
        now.past = before.past
        new: tuple[Mapping[str, Any], ...] = tuple(item for name, item in shown.items() if name not in before.ids)
        # What a request in trouble made may be seen late, in the list after the next.
        sure = not (before.lost or before.doubts)
        between = Between(before.listed, before.refused, before.refusal, before.asked.hexdigest(), new, sure)
        if now.past and _quiet(now.past[-1]) and _quiet(between):
            now.past.pop()
        now.past.append(between)
        return tuple(now.past)


def _quiet(between: Between) -> bool:
    return between.refusal is None and not between.new and between.sure


def _content(exchange: Exchange) -> bytes:
    """What distinguishes a request to create a session."""
    request = exchange.request
    content = request.target, request.header("Content-Type"), exchange.sent.caller, request.body
    return repr(content).encode()
