"""What accepted creates say about a target: which ids it gave before, and whether it takes ids that were made up.

Judges nothing and knows no clause: two creates with one id, and ids that a target may check, are for judgements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from restore_conformance.checks.responses import ANY_TOKEN, ITEMS_REFUSED, UNLISTED, refusals
from restore_conformance.contract.workload import GRANULAR
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import codes, id_key
from restore_conformance.recogniser.statuses import CALLER
from restore_conformance.state import session_of

CALLER_DEFECTS = frozenset(
    {"token-altered", "token-expired", "no-permission", "read-only-permission", "personal-account"}
)
"""Defects of a caller who sends a bearer token, so that a refusal shows that the target distinguishes tokens."""

GENERATION = 20_000
"""How many ids are kept of the beginning, how many are recent, and how many are kept just behind those."""


class BoundedIds:
    """Which ids were given, within a bound, so that one given twice is noticed and memory stays flat.

    The first ones of a run are kept to its end, the latest ones for a while: an id is given again soon, or from the
    start. Ask it of every id with the number of the exchange that brought it.
    """

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._first: dict[str, int] = {}
        self._recent: dict[str, int] = {}
        self._older: dict[str, int] = {}

    def __call__(self, name: str, number: int) -> int | None:
        """The exchange that brought this id before, as far as it is remembered; None for a new one, now known."""
        for known in (self._first, self._recent, self._older):
            if name in known:
                return known[name]
        if len(self._first) < self._generation:
            self._first[name] = number
            return None
        if len(self._recent) >= self._generation:
            self._older, self._recent = self._recent, {}
        self._recent[name] = number
        return None


@dataclass(slots=True)
class CreatedIds:
    """Takes creates in, in the order of sending. `kinds` are those of which a valid create was accepted.

    `distinguishes_tokens` says whether a caller was refused for its token, `typed` whether a create that names its own
    type was among them, `made_up` those of which one was with ids that are not among those the user named, and
    `knows_items` whether a request that names granular artifacts alone was refused by a row of the error table.
    """

    kinds: set[str] = field(default_factory=set)
    typed: bool = False
    distinguishes_tokens: bool = False
    made_up: set[str] = field(default_factory=set)
    knows_items: bool = False
    _ids: BoundedIds = field(default_factory=BoundedIds)

    def take(self, exchange: Exchange) -> str:
        """The id of the session that a create made, or ""; an id that was given before is noted on the exchange."""
        if exchange.status in CALLER and not CALLER_DEFECTS.isdisjoint(exchange.sent.defects):
            self.distinguishes_tokens = True
        payload = exchange.sent.payload
        if not self.knows_items and isinstance(payload, dict) and [*payload] == [GRANULAR]:
            rows = {row.code for row in refusals().values()}
            self.knows_items = any(code in rows for _, code in codes(exchange.answer))
        session = session_of(exchange)
        if session:
            exchange.observation.same_id_as = self._ids(id_key(session), exchange.number)
            self.remember(exchange)
        return session

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
        self._ids = BoundedIds()

    def facts(self, *, points: bool, items: bool) -> Iterator[str]:
        """What excuses refusals; `points` and `items` say whether the user named ids that exist.

        A target that never accepted `@odata.type` in a request may refuse any request for it. One that never refused
        a token may take any: no page says which tokens are issued.
        """
        if not points and "standard" not in self.kinds:
            yield "restore-points-checked"
        if not items and "granular" not in self.kinds:
            yield "items-checked"
            if self.knows_items:
                yield ITEMS_REFUSED
        if not self.distinguishes_tokens:
            yield ANY_TOKEN
        if not self.typed:
            yield "control-information-refused"
        yield from (f"{UNLISTED}{kind}" for kind in ("standard", "granular") if kind not in self.made_up)
