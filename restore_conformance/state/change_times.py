"""What the time of the last change, as a target shows it, says of who changed a session."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.exchange import Exchange
from restore_conformance.state.known import COUNT, ITEMS, STATUS
from restore_conformance.state.session import Session

FINE = re.compile(r"\.\d*[1-9]")
"""What distinguishes two moments within a second."""
MOVES = {STATUS: "activate", COUNT: "update", ITEMS: "update"}
"""The operation that changes an aspect of a session."""


@dataclass(slots=True)
class ChangeTimes:
    """The operations of which a target has shown that they move `lastModifiedDateTime`: no page says that they do."""

    _moving: set[str] = field(default_factory=set)

    def note(self, session: Session, exchange: Exchange) -> None:
        """Take note of the time of the last change that an answer shows, and of whether ours moved it."""
        modified = exchange.answer.get("lastModifiedDateTime") if isinstance(exchange.answer, dict) else None
        if not isinstance(modified, str) or exchange.status != 200:
            return
        if session.stamp and modified != session.stamp and session.because.status == 200:
            self._moving.add(session.because.sent.operation)
        session.stamp = modified

    def excludes_others(self, shown: Any, session: Session, aspect: str) -> bool:
        """Whether a reading itself says that nobody changed this aspect after our last change to the session."""
        shown = shown if isinstance(shown, dict) else {}
        last = session.because.answer if isinstance(session.because.answer, dict) else {}
        modified = shown.get("lastModifiedDateTime")
        # A change may leave a time of whole seconds, or of minutes, as it was.
        fine = isinstance(modified, str) and FINE.search(modified) is not None
        return MOVES[aspect] in self._moving and fine and modified == last.get("lastModifiedDateTime")
