"""What accepted creates tell of a target: which ids it gave before, and whether it takes ids that were made up.

Judges nothing and knows no clause: two creates with one id, and ids that a target may check, are for judgements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from restore_conformance.campaign.bounded_ids import Memory
from restore_conformance.checks.responses import ANY_TOKEN, UNLISTED
from restore_conformance.exchange import Exchange
from restore_conformance.state import session_of

CALLERS = frozenset({"token-altered", "token-expired", "no-permission", "read-only-permission", "personal-account"})
"""Defects of a caller who sends a bearer token, so that a refusal shows that the target tells tokens apart."""


@dataclass(slots=True)
class Accepted:
    """Takes creates in, in the order of sending. `kinds` are those of which a valid create was accepted.

    `tells_apart` says whether a caller was refused for the token that it sent, `typed` whether one that names its own
    type was among them, `made_up` those of which one was with ids that are not among those the user named.
    """

    kinds: set[str] = field(default_factory=set)
    typed: bool = False
    tells_apart: bool = False
    made_up: set[str] = field(default_factory=set)
    _ids: Memory = field(default_factory=Memory)

    def take(self, exchange: Exchange) -> str:
        """The id of the session that a create made, or ""; an id that was given before is noted on the exchange."""
        if exchange.status in {401, 403} and not CALLERS.isdisjoint(exchange.sent.defects):
            self.tells_apart = True
        made = session_of(exchange)
        if made:
            exchange.same_id_as = self._ids(made.lower(), exchange.number)
            self.remember(exchange)
        return made

    def remember(self, exchange: Exchange) -> None:
        """Note the kind of an accepted create; the printed ones do not count, since a server may know their ids."""
        sent = exchange.sent
        if not sent.defects and not any(tag.startswith("example:") for tag in sent.tags):
            self.kinds.add(sent.kind)
            self.typed = self.typed or "odata-type" in sent.tags
            if "id-not-listed" in sent.tags:
                self.made_up.add(sent.kind)

    def forget_ids(self) -> None:
        """Begin with another target, or another recording of it: the same exchange may be recorded in several."""
        self._ids = Memory()

    def facts(self, *, points: bool, items: bool) -> Iterator[str]:
        """What excuses refusals; `points` and `items` say whether the user named ids that exist.

        A target that never accepted `@odata.type` in a request may refuse any request for it. One that never refused
        a token may take any: no page says which tokens are issued.
        """
        if not points and "standard" not in self.kinds:
            yield "restore-points-checked"
        if not items and "granular" not in self.kinds:
            yield "items-checked"
        if not self.tells_apart:
            yield ANY_TOKEN
        if not self.typed:
            yield "control-information-refused"
        yield from (f"{UNLISTED}{kind}" for kind in ("standard", "granular") if kind not in self.made_up)
