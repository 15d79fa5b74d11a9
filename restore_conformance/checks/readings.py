"""What a reading shows, compared with what is known of the session: the checks that judgements over state share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from restore_conformance.checks import responses
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import codes
from restore_conformance.recogniser.statuses import ABSENT, NOT_THERE
from restore_conformance.state import Aspect, Known
from restore_conformance.state.known import COUNT, PRESENCE, Fit
from restore_conformance.state.settling import just_made
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched, Why

WAIT = "the answer may show what was before the last change, and was not asked again for long enough (--patience)"
LONG_AGO = 10
"""Sessions made since, from which on one counts as made long ago."""


def has_route(exchange: Exchange, known: Known) -> None:
    """The target has the operation. Raises Untouched where nothing shows that it does."""
    operation = exchange.sent.operation
    if exchange.status in ABSENT and operation not in known.routes:
        raise Untouched(f"the target seems to have no route for {operation}: it answers {exchange.status}", Why.ROUTE)


def excuse(exchange: Exchange, known: Known) -> str:
    """The fact that would excuse a 400 to an operation that the target has not shown to have; "" where none would.

    Graph answers 400 BadRequest for a segment of a path that it does not know.
    """
    operation = exchange.sent.operation
    rows = {row.code for row in responses.refusals("update").values()}
    named = any(code in rows for _, code in codes(exchange.answer))
    return "" if exchange.status != 400 or operation in known.routes or named else f"{responses.NO_ROUTE}{operation}"


def compared(exchange: Exchange, known: Known, name: str) -> Aspect:
    """How an aspect of a reading compares, where that is evidence.

    Raises Untouched where nothing can be compared, Inconclusive where the answer may lag.
    """
    aspect = known.aspect(name)
    if aspect.fit is Fit.OPEN:
        raise Untouched(f"no answer shows the {name} of a session whose {name} is known")
    if aspect.fit is Fit.BEHIND and not known.settled:
        raise Inconclusive(f"{WAIT} (exchange {exchange.number})")
    return aspect


def after(known: Known, of: str = "") -> str:
    """What was done before a reading, for messages: ` (after delete, answered 204)`.

    `of` names another cause than the last change of the session, such as "other:deleted".
    """
    cause = known.causes.get(of) or known.because or known.created
    return once_answered(cause, of)


def once_answered(cause: Exchange | None, of: str = "") -> str:
    """An earlier exchange in brackets, for messages; nothing where there is none."""
    other = " of another session" if of.startswith("other:") else ""
    return f" (after {cause.sent.operation}{other}, answered {cause.status})" if cause is not None else ""


def because(known: Known, of: str = "") -> tuple[Exchange, ...]:
    """The exchanges that set the expectation where a cause is named: what made the session, and that cause."""
    cause = known.causes.get(of)
    return tuple(earlier for earlier in (known.created, cause) if earlier is not None) if cause is not None else ()


def found(exchange: Exchange, known: Known, of: str = "") -> None:
    """A session that is known to be there is found; `of` is what may have taken it away."""
    _answered(exchange, known, 200, "200 for a session that is there", of)


def not_found(exchange: Exchange, known: Known) -> None:
    """A session that was deleted is not found: 404, or 410 (RFC 9110, 15.5.11)."""
    _answered(exchange, known, 404, "404 for a session that was deleted")


def _answered(exchange: Exchange, known: Known, status: int, expected: str, of: str = "") -> None:
    has_route(exchange, known)
    if (exchange.status in {200, *NOT_THERE}) and compared(exchange, known, PRESENCE).fit is Fit.AGREES:
        return
    raise otherwise(
        exchange, known, expected, str(status), because(known, of), to=f"{asked(exchange)}{after(known, of)}",
        refusal=exchange.status not in NOT_THERE and responses.is_refusal(exchange),  # which was asked again till now
    )  # fmt: skip


def otherwise(
    exchange: Exchange, known: Known, wanted: str, expected: str, because: Iterable[Exchange | None] = (),
    *, to: str = "", **more: Any,
) -> Deviation:  # fmt: skip
    """The deviation of an answer about a session; `because` are the exchanges that set the expectation."""
    causes = tuple(earlier for earlier in because if earlier is not None)
    more = {"unless": excuse(exchange, known), "refusal": responses.is_refusal(exchange), **more}
    return responses.otherwise(
        exchange, wanted, expected, to=f"{to or asked(exchange, causes)}: ", because=causes, **more
    )


def no_array(exchange: Exchange, known: Known, **more: Any) -> Deviation:
    """The deviation of an answer that is not a page of a list."""
    wanted = "200 and an object with the array value"
    lacking = " without it" if exchange.status == 200 else ""
    more = {"unless": excuse(exchange, known), "refusal": responses.is_refusal(exchange), **more}
    shown = responses.shown(exchange)
    message = f"{asked(exchange)}: expected {wanted}, got {shown}{lacking}"
    return Deviation(message, expected=wanted, observed=shown, pointer="/value", **more)


def asked(exchange: Exchange, causes: Sequence[Exchange] = ()) -> str:
    """What was asked for, and after what: the last of the exchanges that set the expectation."""
    last = f" (after {causes[-1].request.method} {place(causes[-1])}, answered {causes[-1].status})" if causes else ""
    return f"{exchange.request.method} {place(exchange)}{last}"


def changed(exchange: Exchange, known: Known, *statuses: int) -> None:
    """A change that the session allows is answered with one of these.

    Raises Untouched where a session that nobody has seen yet is not found: it may not have come everywhere.
    """
    has_route(exchange, known)
    if exchange.status in statuses:
        return
    if exchange.status in NOT_THERE and not known.readings:
        raise Untouched("the session was not found, and never read before")
    known_everywhere(exchange, known)
    by_nobody_else(exchange, known)
    wanted = " or ".join(map(str, statuses))
    raise otherwise(exchange, known, wanted, wanted, to=f"{asked(exchange)}{after(known)}")


def known_everywhere(exchange: Exchange, known: Known) -> None:
    """No replica that does not know a new session yet can have answered. Raises Inconclusive where one can."""
    if exchange.status in NOT_THERE and just_made(exchange, known.created):
        raise Inconclusive(
            f"the session was just created, and may not be known everywhere (exchange {exchange.number})"
        )


def by_nobody_else(exchange: Exchange, known: Known) -> None:
    """Nobody else explains that an answer finds the session gone, or no draft. Raises Inconclusive."""
    if not known.alone and exchange.status in {403, 409, *NOT_THERE}:
        raise Inconclusive(f"somebody else may have changed the session (exchange {exchange.number})")


def total_kept(exchange: Exchange, known: Known, of: str = "") -> None:
    """The total is the one that is known of the session."""
    aspect = compared(exchange, known, COUNT)
    if aspect.fit is not Fit.AGREES:
        raise Deviation.at(
            "/restoreSessionArtifactCount/total", str(aspect.expected), aspect.shown,
            to=f"{asked(exchange)}{after(known, of)}", because=because(known, of),
        )  # fmt: skip


def place(exchange: Exchange) -> str:
    """The path of a request, its session id left out."""
    path = exchange.request.target.partition("?")[0]
    return path.replace(exchange.sent.session, "{id}") if exchange.sent.session else path


def long_ago(known: Known) -> bool:
    """Whether many other sessions were made since this one."""
    return known.others >= LONG_AGO
