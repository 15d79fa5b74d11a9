"""Tells trouble of the target from trouble of the environment.

The same request is sent again and again, and between each two a control: a request the target has answered
well before. Only where the trouble comes back every time while every control is answered is it the target's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from restore_conformance.campaign.sender import Sender
from restore_conformance.exchange import Exchange, Request
from restore_conformance.judging.trouble import TIME_OUT, UNAUTHORISED, never_sent, unread

ROUNDS = 4
ROUNDS_WHEN_FLAKY = 10
LONG = 60.0
RESTART = 2.0
RESTARTS = 8
"""Seconds that a target which died is given to come back, and how often in a run; once in vain is the last time."""
TOO_LARGE = 413


@dataclass(slots=True)
class Control:
    """The latest exchanges that went well, by how much they prove: 201 proves that the token is good.

    `restarts` is how often a target that does not answer is still given time to come back. `flaky` once trouble was
    found to be the environment's: from then on it must repeat more often to be blamed.
    """

    created: Exchange | None = None
    refused: Exchange | None = None
    flaky: bool = False
    restarts: int = RESTARTS

    def note(self, exchange: Exchange) -> None:
        if exchange.status == 201 and "valid" in exchange.sent.tags:
            if self.created is None or "standard" in exchange.sent.tags:
                self.created = exchange
        elif exchange.status is not None and 400 <= exchange.status < 500 and exchange.sent.operation == "create":
            self.refused = exchange

    def best(self, trouble: str) -> Exchange | None:
        """The control for a kind of trouble; without a token known to be good, 401 and 403 have none."""
        if trouble == UNAUTHORISED:
            return self.created
        return self.created or self.refused


def confirm(exchange: Exchange, control: Control, sender: Sender, on_answer: Callable[[Exchange], object]) -> bool:
    """Whether trouble is the target's: it comes again and again, while a control is answered each time.

    `on_answer` gets every answer without trouble meanwhile: it is evidence like any other.
    Sets `blame` and `note` of the exchange where the target is found responsible, `flaky` of the control where not.
    """
    known = control.best(exchange.trouble or "")
    if known is None or never_sent(exchange) or unread(exchange):
        return False
    if exchange.status == TOO_LARGE:
        known = _as_long(known, exchange)
    slow = exchange.trouble == TIME_OUT
    rounds = 1 if _speaks(exchange) else ROUNDS_WHEN_FLAKY if control.flaky else ROUNDS
    for _ in range(rounds):
        repeated = sender.send(_bare(exchange), family=exchange.family, step="again", patience=LONG if slow else None)
        if repeated.trouble != exchange.trouble:
            if repeated.trouble is None:
                on_answer(repeated)
            control.flaky = True
            return False
        check = again(known, sender)
        if check.response is None and control.restarts:  # it may be starting anew
            control.restarts -= 1
            sender.target.pause(RESTART)
            # Twice, since every other connection may fail on the way.
            first, check = again(known, sender), again(known, sender)
            check = first if first.response is None else check
            if check.response is None:
                control.restarts = 0
        if check.trouble is not None or check.status != known.status:
            control.flaky = True
            return False
    exchange.observation.blame = "target"
    exchange.observation.note = (
        f"{exchange.trouble}, the same {rounds + 1} of {rounds + 1} times while a control was answered each time"
    )
    return True


def _as_long(known: Exchange, exchange: Exchange) -> Exchange:
    """A control as long as a request that was too large, since something in front of a target may bound all bodies.

    White space after a JSON text is not part of it.
    """
    body = known.request.body
    if not body:
        return known
    padded = body.ljust(len(exchange.request.body or b""))
    return replace(known, request=replace(known.request, body=padded))


def _speaks(exchange: Exchange) -> bool:
    """Whether a 404 or 405 comes with a JSON object: no network makes that, so that once more is enough."""
    return exchange.status in {404, 405} and isinstance(exchange.answer, dict)


def again(exchange: Exchange, sender: Sender, family: str = "control", step: str = "control") -> Exchange:
    """Send the request of an exchange once more, as a control if nothing else is named."""
    return sender.send(_bare(exchange), family=family, step=step)


def _bare(exchange: Exchange) -> Request:
    request = exchange.request
    added = {
        "client-request-id",
        "content-length",
        "host",
        "accept-encoding",
        "connection",
        "user-agent",
        "accept",
    }
    headers = tuple((n, v) for n, v in request.headers if n.lower() not in added)
    return replace(request, headers=headers)
