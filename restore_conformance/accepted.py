"""What accepted creates tell of a target: which ids it gave before, and whether it takes ids that were made up.

Judges nothing and knows no clause: two creates with one id, and ids that a target may check, are for judgements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from restore_conformance.exchange import Exchange
from restore_conformance.stories import session_of

MOST = 500_000
"""Ids that are remembered, so that memory does not grow with a run."""


@dataclass(slots=True)
class Accepted:
    """Takes creates in, in the order of sending. `kinds` are those of which a valid create was accepted."""

    kinds: set[str] = field(default_factory=set)
    _ids: dict[str, int] = field(default_factory=dict)

    def take(self, exchange: Exchange) -> str:
        """The id of the session that a create made, or ""; an id that was given before is noted on the exchange."""
        made = session_of(exchange)
        if made:
            exchange.same_id_as = self._ids.get(made.lower())
            if exchange.same_id_as is None and len(self._ids) < MOST:
                self._ids[made.lower()] = exchange.number
            self.remember(exchange)
        return made

    def remember(self, exchange: Exchange) -> None:
        """Note the kind of an accepted create; the printed ones are no measure, a server may know their ids."""
        sent = exchange.sent
        if not sent.defects and not any(tag.startswith("example:") for tag in sent.tags):
            self.kinds.add(sent.kind)

    def forget_ids(self) -> None:
        """Begin with another target, or another recording of it: the same exchange may be recorded in several."""
        self._ids.clear()

    def facts(self, *, points: bool, items: bool) -> Iterator[str]:
        """What excuses refusals of ids; `points` and `items` say whether the user named some that exist."""
        if not points and "standard" not in self.kinds:
            yield "restore-points-checked"
        if not items and "granular" not in self.kinds:
            yield "items-checked"
