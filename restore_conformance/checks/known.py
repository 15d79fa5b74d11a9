"""What a reading shows, compared with what is known of the session: the checks that judgements over state share."""

from __future__ import annotations

from restore_conformance.checks import answers
from restore_conformance.checks.talks import ABSENT
from restore_conformance.exchange import Exchange
from restore_conformance.state import Aspect, Known
from restore_conformance.state.known import PRESENCE, Fit
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched, Why

WAIT = "the answer may show what was before the last change, and was not asked again for long enough (--patience)"


def has_route(exchange: Exchange, known: Known) -> None:
    """The target has the operation. Raises Untouched where nothing shows that it does."""
    operation = exchange.sent.operation
    if exchange.status in ABSENT and operation not in known.routes:
        raise Untouched(f"the target seems to have no route for {operation}: it answers {exchange.status}", Why.ROUTE)


def compared(exchange: Exchange, known: Known, name: str) -> Aspect:
    """How an aspect of a reading compares, where that is evidence.

    Raises Untouched where nothing can be compared, Inconclusive where the answer may lag.
    """
    has_route(exchange, known)
    aspect = known.aspect(name)
    if aspect.fit is Fit.OPEN:
        raise Untouched(f"no answer shows the {name} of a session whose {name} is known")
    if aspect.fit is Fit.BEHIND and not known.settled:
        raise Inconclusive(f"{WAIT} (exchange {exchange.number})")
    return aspect


def after(known: Known) -> str:
    """What was done before a reading, for messages: `after DELETE answered 204`."""
    cause = known.because or known.created
    return f" after {cause.request.method} answered {cause.status}" if cause is not None else ""


def found(exchange: Exchange, known: Known) -> None:
    """A session that is known to be there is found."""
    aspect = compared(exchange, known, PRESENCE)
    if aspect.fit is not Fit.AGREES and aspect.expected:
        raise Deviation(
            f"expected 200 for a session that is there{after(known)}, got {answers.shown(exchange)}",
            expected="200",
            observed=answers.shown(exchange),
        )


def not_found(exchange: Exchange, known: Known) -> None:
    """A session that was deleted is not found."""
    aspect = compared(exchange, known, PRESENCE)
    if aspect.fit is not Fit.AGREES and not aspect.expected:
        raise Deviation(
            f"expected 404 for a session that is gone{after(known)}, got {answers.shown(exchange)}",
            expected="404",
            observed=answers.shown(exchange),
        )
