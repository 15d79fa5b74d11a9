"""Conversations found again in traffic that nobody recorded on purpose, by the ids of the sessions in it.

Somebody else may have touched a session between two recorded steps. A step is kept only where the answers
themselves show that nobody did; a conversation that lacks a step leaves the clauses about it open.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.exchange import Conversation, Exchange
from restore_conformance.state import session_of

OPEN = 500
"""Sessions followed at a time; the one heard of longest ago is let go first."""

CHANGING = frozenset({"update", "activate", "other"})


@dataclass(slots=True)
class _Followed:
    created: Exchange
    read: list[Exchange] = field(default_factory=list)
    deleted: Exchange | None = None
    changed: bool = False


class Rebuilder:
    """Takes exchanges in order and gives back conversations as they come to an end."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, _Followed] = OrderedDict()
        self._number = 0

    def take(self, exchange: Exchange) -> Iterator[Conversation]:
        """Follow one exchange; yields what is over because of it."""
        operation = exchange.sent.operation
        if operation == "create":
            made = session_of(exchange).lower()
            if made and made not in self._open and "clean" in exchange.sent.tags:
                self._open[made] = _Followed(exchange)
                while len(self._open) > OPEN:
                    yield from self._told(self._open.popitem(last=False)[1])
            return
        followed = self._open.get(exchange.sent.session.lower())
        if followed is None:
            return
        self._open.move_to_end(exchange.sent.session.lower())
        if operation in {"get", "get-typed"} and not exchange.trouble:
            if followed.deleted is not None and exchange.status == 200:
                followed.deleted = exchange if followed.deleted.status == 204 else followed.deleted
                followed.changed = True
            elif not followed.changed and len(followed.read) < 20:
                followed.read.append(exchange)
        elif operation in {"delete", "delete-typed"} and not exchange.trouble:
            if exchange.status == 204:
                followed.deleted = followed.deleted or exchange
            elif followed.deleted is None:
                followed.deleted = exchange
        elif operation in CHANGING and (exchange.status or 0) < 400:
            followed.changed = True

    def rest(self) -> Iterator[Conversation]:
        """What is still open at the end of the recording."""
        while self._open:
            yield from self._told(self._open.popitem(last=False)[1])

    def _told(self, followed: _Followed) -> Iterator[Conversation]:
        steps = [_step(followed.created, "create")]
        untouched = [one for one in followed.read if _untouched(followed.created, one)]
        steps += [_step(one, "get" if number == 0 else "get-again") for number, one in enumerate(untouched[:2])]
        gone = followed.deleted
        if gone is not None and not followed.changed and (gone.status == 204 or _draft_after(gone, untouched)):
            steps.append(_step(gone, "delete"))
        if untouched:
            self._number += 1
            yield Conversation(self._number, "life", tuple(steps))


def _step(exchange: Exchange, name: str) -> Exchange:
    exchange.step = name
    return exchange


def _untouched(created: Exchange, read: Exchange) -> bool:
    """Whether an answer shows the session as it was made: or another session, which nobody's change explains."""
    if read.status != 200 or not isinstance(read.answer, dict) or read.started < created.started:
        return False
    made, seen = created.answer, read.answer
    if str(seen.get("id")).lower() != str(made.get("id")).lower():
        return True
    return seen.get("status") == "draft" and _same_time(made, seen)


def _same_time(made: dict[str, Any], seen: dict[str, Any]) -> bool:
    first, second = made.get("lastModifiedDateTime"), seen.get("lastModifiedDateTime")
    return isinstance(first, str) and first == second


def _draft_after(refused: Exchange, untouched: list[Exchange]) -> bool:
    """Whether a refused deletion stands between two readings that both show the untouched draft."""
    return any(one.number > refused.number for one in untouched) and any(
        one.number < refused.number for one in untouched
    )
