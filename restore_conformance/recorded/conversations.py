"""Conversations put together again from the cassettes that hold their parts.

A conversation is recorded under `scenarios/`: `scenarios/change-1.2` is the second part of `scenarios/change-1`.
Recordings of before 0.1.0 have them under `stories/`. Judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import id_key
from restore_conformance.recorded.provenance import Source
from restore_conformance.state import State, session_of, shows_route
from restore_conformance.verdicts import UsageError

PART = re.compile(r"((?:scenarios|stories)/(.+)-\d+)(?:\.\d+)?")


def conversation_of(address: str) -> str:
    """The conversation that a cassette is a part of (`scenarios/change-1` for `scenarios/change-1.2`), or ""."""
    part = PART.fullmatch(address)
    return part[1] if part else ""


def outdated(folder: Path, written: Iterable[str]) -> list[Path]:
    """Cassettes that are parts of a conversation as it was before these addresses were written."""
    new = set(written)
    old = []
    for whole in sorted({conversation_of(address) for address in new} - {""}):
        for earlier in (whole, f"stories/{Path(whole).name}"):
            for path in sorted((folder / earlier).parent.glob(f"{Path(whole).name}*.yaml")):
                address = path.relative_to(folder).with_suffix("").as_posix()
                if conversation_of(address) == earlier and address not in new:
                    old.append(path)
    return old


def command_for(clause: Clause) -> str:
    """The command that records a clause."""
    return f"restore-conformance record {clause.address}"


@dataclass(slots=True)
class Conversation:
    """Exchanges of one conversation, and the recording of its first part."""

    source: Source
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def target(self) -> str:
        """The target it was recorded from, as far as the recording says."""
        block = self.source.provenance
        return f"{block.origin} {block.base}" if block is not None else self.source.name

    @property
    def created(self) -> set[str]:
        """The sessions whose creation it holds."""
        return {id_key(session_of(exchange)) for exchange in self.exchanges if exchange.sent.operation == "create"}


@dataclass(slots=True)
class Conversations:
    """Collects exchanges by their conversation, until all files were read."""

    _by_name: dict[str, Conversation] = field(default_factory=dict)

    def take(self, exchange: Exchange, source: Source) -> bool:
        """Keep an exchange of a conversation that may be in several files, else False. Raises UsageError."""
        block = source.provenance
        if block is None or not block.scenario:
            return False
        whole = self._by_name.setdefault(conversation_of(block.address) or block.address, Conversation(source))
        _of_one_run(whole.source, source)
        whole.exchanges.append(exchange)
        return True

    def whole(self) -> Iterator[tuple[list[Exchange], State, Source]]:
        """The exchanges of every conversation, what was known before it, and where it was recorded.

        Which routes a target has shows in what was recorded of it, and in nothing that was recorded elsewhere. A
        run knows those of earlier conversations; cassettes have no order, so all of them count.
        """
        routes: dict[str, set[str]] = {}
        sessions: dict[str, set[str]] = {}
        for conversation in self._by_name.values():
            shown = {exchange.sent.operation for exchange in conversation.exchanges if shows_route(exchange)}
            routes.setdefault(conversation.target, {"create"}).update(shown)
            sessions.setdefault(conversation.target, set()).update(
                id_key(session_of(exchange)) for exchange in conversation.exchanges
            )
        for conversation in self._by_name.values():
            given = dict.fromkeys(sessions[conversation.target] - conversation.created - {""}, 0)
            state = State(routes=set(routes[conversation.target]), given=given)
            yield conversation.exchanges, state, conversation.source
        self._by_name.clear()


def _of_one_run(first: Source, other: Source) -> None:
    """Parts of two recordings do not form a conversation: placeholders have a key of their own for every run."""
    blocks = first.provenance, other.provenance
    callers = [set(block.callers) for block in blocks if block is not None and block.callers]
    if len(callers) == 2 and callers[0].isdisjoint(callers[1]):
        raise UsageError(f"{first.name} and {other.name} are parts of two recordings; record the conversation again.")
