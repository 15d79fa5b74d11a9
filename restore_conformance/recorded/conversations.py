"""Conversations of our own recordings, put together again from the parts that are kept in several files.

Knows no clause: whether a conversation kept the contract is for those who judge it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from restore_conformance.exchange import Exchange
from restore_conformance.recorded.cassette_index import conversation_of
from restore_conformance.recorded.origin import Source
from restore_conformance.state import State, session_of, shows_route
from restore_conformance.verdicts import UsageError


@dataclass(slots=True)
class _Told:
    source: Source
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """Collects exchanges by their conversation, until all files were read."""

    _told: dict[str, _Told] = field(default_factory=dict)

    def take(self, one: Exchange, source: Source) -> bool:
        """Keep an exchange of a conversation that may be in several files, else False. Raises UsageError."""
        block = source.provenance
        if block is None or not block.story:
            return False
        told = self._told.setdefault(conversation_of(block.address) or block.address, _Told(source))
        _of_one_run(told.source, source)
        told.exchanges.append(one)
        return True

    def whole(self) -> Iterator[tuple[list[Exchange], State, Source]]:
        """The exchanges of every conversation, what was known before it, and where it was recorded.

        Which routes a target has shows in what was recorded of it, and in nothing that was recorded elsewhere. A
        run knows those of earlier conversations; cassettes have no order, so all of them count.
        """
        routes: dict[str, set[str]] = {}
        made: dict[str, set[str]] = {}
        for told in self._told.values():
            _shown(told, routes)
            made.setdefault(_target(told), set()).update(session_of(one).lower() for one in told.exchanges)
        for told in self._told.values():
            own = {session_of(one).lower() for one in told.exchanges if one.sent.operation == "create"}
            given = dict.fromkeys(made[_target(told)] - own - {""}, 0)
            yield told.exchanges, State(routes=set(_shown(told, routes)), given=given), told.source
        self._told.clear()


def _shown(told: _Told, routes: dict[str, set[str]]) -> set[str]:
    """The routes of the target of a conversation, with what this one adds."""
    known = routes.setdefault(_target(told), {"create"})
    known.update(one.sent.operation for one in told.exchanges if shows_route(one))
    return known


def _target(told: _Told) -> str:
    """What a conversation was had with, as far as its recording says."""
    block = told.source.provenance
    return f"{block.origin} {block.base}" if block is not None else told.source.name


def _of_one_run(first: Source, other: Source) -> None:
    """Parts of two recordings do not form a conversation: placeholders have a key of their own for every run."""
    one, two = first.provenance, other.provenance
    if one is None or two is None or not one.callers or not two.callers:
        return
    if set(one.callers).isdisjoint(two.callers):
        raise UsageError(f"{first.name} and {other.name} are parts of two recordings; record the story again.")
