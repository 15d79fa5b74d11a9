"""What a recording made elsewhere can prove: less than it shows, since exporters remove, and tools write over.

Everything here errs on the side of *unknown*. Knows no single clause, and not what a file looked like.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange
from restore_conformance.state import session_of

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
MOST = 100_000


def is_removable(made: Clause) -> bool:
    """Whether a clause is about something that exporters remove."""
    return not REMOVABLE.isdisjoint({*made.when.every, *made.when.either})


@dataclass(slots=True)
class Doubts:
    """Weighs the exchanges of one recording, in their order. `callers` says that it shows every token that was sent."""

    callers: bool = False
    _ids: dict[str, tuple[int, int]] = field(default_factory=dict)

    def weigh(self, one: Exchange) -> bool:
        """Note what keeps an answer from being taken at its word; says whether a session was made."""
        removed = not self.callers and one.request.header("Authorization") is None
        if removed and one.status == 400 and _about_token(one):
            one.trouble = "refused, maybe for the token that was removed from the recording"
        made = session_of(one).lower() if one.sent.operation == "create" else ""
        if made:
            answer = hash(one.response.body if one.response else b"")
            first, told = self._ids.get(made, (0, 0))
            # Two responses with one id count against a server only where ids differ otherwise: else a tool wrote them.
            if first and len(self._ids) > 2 and told != answer:
                one.same_id_as = first
            elif not first and len(self._ids) < MOST:
                self._ids[made] = (one.number, answer)
        return bool(made)


def _about_token(exchange: Exchange) -> bool:
    low = exchange.response.body.lower() if exchange.response else b""
    return any(word in low for word in ABOUT_THE_TOKEN)
