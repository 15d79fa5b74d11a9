"""Tells stories to a target: finds out whose trouble it is while a session is as it was, and hands on what was heard.

Knows stories and controls; what becomes of an exchange is for the campaign, what it means for the clauses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote

from restore_conformance import stories
from restore_conformance.checks.answers import NO_ROUTE, codes, is_refusal
from restore_conformance.checks.talks import ABSENT, CHANGING
from restore_conformance.controls import ROUNDS, Control, again, confirm
from restore_conformance.conversing import Act, Told
from restore_conformance.exchange import Exchange
from restore_conformance.judging import Outcome
from restore_conformance.payloads import Stimulus
from restore_conformance.repeating import TIMES, Doubts
from restore_conformance.sending import Sender
from restore_conformance.state import shows_route
from restore_conformance.trouble import never_sent


class Hearing(Protocol):
    """Who takes in what a story brought."""

    def hear(self, exchange: Exchange) -> None: ...
    def overhear(self, exchange: Exchange) -> Outcome: ...
    def hear_silently(self, exchange: Exchange) -> None: ...


@dataclass(slots=True)
class Teller:
    """Tells stories one after the other and learns which operations the target has: `routes`.

    `sent` are the stimuli of the stories so far, `deleted` the sessions that were deleted, and looked for in vain.
    """

    sender: Sender
    control: Control
    hearing: Hearing
    doubts: Doubts
    patience: stories.Patience
    routes: set[str] = field(default_factory=lambda: {"create"})
    talks: int = 0
    sent: list[Stimulus] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    _answers: dict[str, set[tuple[int | None, tuple[str, ...]]]] = field(default_factory=dict)

    def tell(self, told: Iterable[Told]) -> None:
        """Tell stories, each with its name. What was said before an interruption is heard as well."""
        for name, act in told:
            outcome, ended = self._tell(name, act)
            number, judge = self.talks, self.doubts.judge
            doubtful = {address for address in outcome.doubtful if not judge.binds(address)}
            try:
                for _ in range(TIMES):
                    if not doubtful and not ended:
                        break
                    outcome, ended = self._tell(name, act)
                    for address in doubtful.intersection(outcome.failed):
                        judge.bind(address)
                        doubtful.remove(address)
            finally:
                for address in doubtful:
                    self.doubts.passed(address, number)

    def _tell(self, name: str, act: Act) -> tuple[Outcome, bool]:
        """Tell a story once. What was broken, and whether it ended as soon as its valid create was refused."""
        self.talks += 1
        talk = self._talk(self.talks, name, self.check)
        try:
            act(talk)
            self._again(talk, act)
        finally:
            self.sent += talk.sent
            outcome = self.heard(talk)
        first = talk.exchanges[0] if talk.exchanges else None
        ended = first is not None and first.step == "create" and is_refusal(first) and "valid" in first.sent.tags
        return outcome, ended and self.control.created is not None

    def _again(self, talk: stories.Talk, act: Act) -> None:
        """Find out whose trouble it is where sending the same request again would be another request.

        The whole story is told again, with sessions of its own, and between each two tellings a control.
        """
        known = self.control.best("")
        stuck = [
            e
            for e in talk.exchanges
            if e.trouble and not e.blame and e.sent.operation in CHANGING
            if not self._no_route(e) and not never_sent(e)
        ]
        for exchange in stuck[:2] if known is not None else []:
            assert known is not None
            for telling in range(ROUNDS):
                repeated = self._talk(talk.number, talk.story, _nothing)
                act(repeated)
                same = any(e.step == exchange.step and e.trouble == exchange.trouble for e in repeated.exchanges)
                # One control more each time, so that trouble that comes by the clock falls out of step.
                if not same or any(again(known, self.sender).trouble for _ in range(telling + 1)):
                    break
            else:
                exchange.blame = "target"
                exchange.note = f"{exchange.trouble}, the same in {ROUNDS + 1} sessions while a control was answered"

    def _talk(self, number: int, name: str, check: Callable[[Exchange], None]) -> stories.Talk:
        return stories.Talk(self.sender, number, name, check, self.patience)

    def check(self, exchange: Exchange) -> None:
        """Find out whose trouble it is while the session is still as it was."""
        if self._no_route(exchange):
            return
        if exchange.sent.operation in CHANGING and (exchange.status or 0) < 300 and exchange.response is not None:
            return
        confirm(exchange, self.control, self.sender, _nothing)

    def heard(self, talk: stories.Talk) -> Outcome:
        """Hand on what a story brought: its exchanges one by one.

        Returns what they broke, less what creates did: each of those can be sent again by itself.
        """
        brought: list[Outcome] = []
        self.routes.update(e.sent.operation for e in talk.exchanges if shows_route(e))
        for exchange in talk.exchanges:
            if exchange.status not in {None, 401, 403, 429} and (exchange.status or 0) < 500:
                said = exchange.status, tuple(code for _, code in codes(exchange.answer))
                self._answers.setdefault(exchange.sent.operation, set()).add(said)
        for exchange in talk.exchanges:
            if exchange.sent.operation == "create":
                self.hearing.hear(exchange)
            elif self._no_route(exchange):
                self.hearing.hear_silently(exchange)
            else:
                brought.append(self.hearing.overhear(exchange))
        gone = [one for one in talk.exchanges if one.step == "get-deleted" and one.status == 404]
        self.deleted += [_named(one) for one in gone]
        return Outcome(
            [address for one in brought for address in one.failed],
            [address for one in brought for address in one.doubtful],
        )

    def facts(self) -> Iterator[str]:
        """The operations that the target seems to lack, since it answers everything that asks for one alike.

        Whoever has an operation answers differently to the id of no session. A token may be looked at before a path.
        """
        for operation, said in self._answers.items():
            if operation not in self.routes and len(said) == 1:
                yield f"{NO_ROUTE}{operation}"

    def _no_route(self, exchange: Exchange) -> bool:
        """Whether an answer says no more than that the target lacks the operation, or keeps it from this caller."""
        lacking = exchange.sent.operation not in self.routes and not exchange.known.continues
        return exchange.status in {*ABSENT, 401, 403} and lacking


def _named(exchange: Exchange) -> str:
    """The session that a request about one names; any text may be an id, so that it is read off the last segment."""
    return unquote(exchange.request.target.partition("?")[0].rpartition("/")[2])


def _nothing(_: Exchange) -> None:
    """Nobody is told."""
