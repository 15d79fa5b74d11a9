"""Asks again what was refused otherwise than the documents say, and may have been refused for a passing reason.

A refusal that comes again binds, and so do refusals of several stimuli of a run; one that does not is shown and binds
nothing. A wrong success needs no second one: nothing passing makes it. Knows no clause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from restore_conformance.campaign.controls import again
from restore_conformance.campaign.sender import Sender
from restore_conformance.exchange import Exchange
from restore_conformance.judging import Judge, Outcome, stimulus_of
from restore_conformance.judging.tally import SEVERAL

TIMES = 2
"""How often the same is sent again."""


@dataclass(slots=True)
class Doubts:
    """What was refused so in a run: by clause the creates, and the conversations that were repeated in vain.

    At most as many of each clause are kept as it takes to bind. `asked` are the clauses for which all was sent again.
    """

    judge: Judge
    asked: set[str] = field(default_factory=set)
    creates: dict[str, dict[str, Exchange]] = field(default_factory=dict)
    conversations: dict[str, set[str]] = field(default_factory=dict)
    _again: dict[str, set[str]] = field(default_factory=dict)  # by stimulus what was broken when it was sent again

    def note(self, exchange: Exchange, outcome: Outcome) -> None:
        """Take note of a create that was refused so."""
        for address in outcome.doubtful:
            exchanges = self.creates.setdefault(address, {})
            if len(exchanges) < SEVERAL:
                exchanges.setdefault(stimulus_of(exchange), exchange)

    def passed(self, address: str, conversation: int) -> None:
        """A conversation was repeated, and the clause was not broken again."""
        self.conversations.setdefault(address, set()).add(f"conversation {conversation}")
        self.asked.add(address)

    def ask_again(self, sender: Sender, observe: Callable[[Exchange], Outcome]) -> None:
        """Send every create again that a clause hangs on, once in a run; `observe` takes each answer.

        Raises BudgetSpent; what was answered again by then binds.
        """
        for address, creates in self.creates.items():
            for stimulus, exchange in creates.items():
                if self.judge.binds(address):
                    break
                if stimulus not in self._again:
                    for _ in range(TIMES):
                        outcome = observe(again(exchange, sender, exchange.family, "again"))
                        self._again.setdefault(stimulus, set()).update(outcome.failed)
                        self._bind(stimulus)
                self._bind(stimulus)
            self.asked.add(address)

    def _bind(self, stimulus: str) -> None:
        """Bind every clause that a stimulus broke before and broke again."""
        for address in self._again[stimulus]:
            if stimulus in self.creates.get(address, ()):
                self.judge.bind(address)

    def settle(self) -> None:
        """Forgive what did not come again, unless that happened to several stimuli."""
        passing = {
            address: {*self.creates.get(address, ()), *self.conversations.get(address, ())}
            for address in {*self.creates, *self.conversations}
            if not self.judge.binds(address)
        }
        if len(set().union(*passing.values())) < SEVERAL:
            for address in passing:
                asked = address in self.asked
                self.judge.forgive(address, "did not come again" if asked else "was not asked again")
