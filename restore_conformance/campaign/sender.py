"""Turns stimuli into exchanges: tokens, support ids, the budget, and a recogniser's label on each request.

Knows no clause; the campaign decides what to send and what to make of it.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Exchange, Observation, Request
from restore_conformance.judging import look
from restore_conformance.recogniser import Recogniser
from restore_conformance.state import State
from restore_conformance.stimuli.stimulus import Stimulus
from restore_conformance.targets import Target


class BudgetSpent(Exception):
    """The run may send no more requests."""


class Sender:
    """Sends through one target and numbers what it sends.

    `tokens` maps a kind of caller to its token, and is asked anew for each request: a live one may be renewed.
    Safe to use from threads.
    """

    def __init__(
        self,
        target: Target,
        recogniser: Recogniser,
        tokens: Mapping[str, str],
        *,
        seed: int = 1,
        budget: int = 0,
        state: State | None = None,
    ) -> None:
        self.target = target
        self.state = state or State()
        self.recogniser = recogniser
        self.tokens = tokens
        self._lock = threading.Lock()
        self.requests = 0
        self.budget = budget
        self._ids = random.Random(seed)  # noqa: S311 - ids for support, not secrets
        self._number = 0
        self._zero = datetime.now(UTC), target.now()

    def request(self, stimulus: Stimulus) -> Request:
        """The request a stimulus stands for."""
        token = self.tokens.get(stimulus.caller, "")
        headers = []
        if stimulus.authorization is not None and (token or "{token}" not in stimulus.authorization):
            headers.append(("Authorization", self._authorization(stimulus, token)))
        if stimulus.media is not None:
            headers.append(("Content-Type", stimulus.media))
        return Request("POST", CREATE, (*headers, *stimulus.headers), stimulus.body)

    def _authorization(self, stimulus: Stimulus, token: str) -> str:
        """The header of a stimulus. One with an altered token never carries that of a caller."""
        value = (stimulus.authorization or "").format(token=token, shorter=shorter(token), swapped=swapped(token))
        if stimulus.defect == "token-altered":
            while self.recogniser.knows(value.partition(" ")[2]):
                value += "z"
        return value

    def plain(self, method: str, target: str, caller: str = "good", body: bytes | None = None) -> Request:
        """A request to another route, as that caller."""
        headers = [("Authorization", f"Bearer {self.tokens.get(caller, '')}")] if self.tokens.get(caller) else []
        if body is not None:
            headers.append(("Content-Type", "application/json"))
        return Request(method, target, tuple(headers), body)

    def stimulus(self, stimulus: Stimulus) -> Exchange:
        """Send a stimulus."""
        return self.send(self.request(stimulus), family=stimulus.family)

    def send(
        self,
        request: Request,
        *,
        family: str = "",
        step: str = "",
        conversation: int | None = None,
        patience: float | None = None,
    ) -> Exchange:
        """Send a request and wait for what comes. Raises BudgetSpent."""
        if self.budget and self.requests >= self.budget:
            raise BudgetSpent
        with self._lock:
            support = str(uuid.UUID(int=self._ids.getrandbits(128), version=4))
        request = Request(
            request.method, request.target, (*request.headers, ("client-request-id", support)), request.body
        )
        answer = self.target.send(request, patience)
        with self._lock:
            self._number += 1
            self.requests += answer.attempts
            number = self._number
        exchange = Exchange(
            number,
            answer.request,
            answer.response,
            family=family,
            conversation=conversation,
            step=step,
            at=answer.at,
            seconds=answer.seconds,
            started=self._started(answer.at),
            attempts=answer.attempts,
            observation=Observation(trouble=answer.trouble, sent=self.recogniser(answer.request)),
        )
        look(exchange)
        with self._lock:
            exchange.observation.known = self.state.take(exchange)
        return exchange

    def _started(self, at: float | None) -> str:
        """A moment of the target's clock in the time of the world; what was skipped has passed there as well."""
        began, then = self._zero
        return "" if at is None else (began + timedelta(seconds=at - then)).isoformat(timespec="milliseconds")


def shorter(token: str) -> str:
    """A token without its end; one that has no more than its end gets another. Never empty, and never the same."""
    return token[:-1].rstrip() or f"{token}y"


def swapped(token: str) -> str:
    """A token in the other letter case; one without letters is turned round, or made longer. Never the same."""
    return next(other for other in (token.swapcase(), token[::-1], f"{token}y") if other != token)
