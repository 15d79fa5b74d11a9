"""Who asks, and for which session: checks that judgements of a request over state share.

What reading a session shows is for `readings`; what its state refuses and allows is for `transitions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from restore_conformance.checks.readings import WAIT, by_nobody_else, has_route, known_everywhere, otherwise
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.statuses import NOT_THERE
from restore_conformance.recogniser.vocabulary import GUID
from restore_conformance.state import Known
from restore_conformance.state.known import PRESENCE, Fit, Phase
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched

LOOKED_AT = 1000
"""Ids of sessions that are looked at to see which form the ids of a target have."""


def ready(exchange: Exchange, known: Known) -> None:
    """The answer speaks of the session as it is known: the target has the operation, and nothing happened meanwhile.

    Raises Untouched or Inconclusive where it does not.
    """
    has_route(exchange, known)
    if exchange.overlaps:
        raise Inconclusive(f"another request about the session was under way (exchange {exchange.number})")


def steady(exchange: Exchange, known: Known) -> None:
    """No lag and nobody else explains that an answer finds the session gone, or no draft. Raises Inconclusive."""
    if exchange.status in NOT_THERE and not any(reading.status == 200 for reading in known.readings.values()):
        raise Inconclusive(
            f"the session may not have come everywhere: nothing has read it (exchange {exchange.number})"
        )
    known_everywhere(exchange, known)
    by_nobody_else(exchange, known)


# ---------------------------------------------------------------------- who asks


def forbidden(exchange: Exchange, known: Known) -> None:
    """A caller without the permission is refused: 403, or 404 from a service that hides what exists."""
    _kept_out(exchange, known, "403", {403, 404})


def unknown_caller(exchange: Exchange, known: Known) -> None:
    """A caller that shows no token is refused: 401, or 403 or 404 from a service that hides what exists."""
    _kept_out(exchange, known, "401", {401, 403, 404})


def _kept_out(exchange: Exchange, known: Known, status: str, allowed: set[int]) -> None:
    ready(exchange, known)
    if exchange.status not in allowed:
        raise otherwise(
            exchange, known, f"{status} with an error envelope for {_caller(exchange)}", status, (known.created,),
        )  # fmt: skip


def _caller(exchange: Exchange) -> str:
    named = {"none": "a caller without a token", "no-permission": "a token without the permission"}
    return named.get(exchange.sent.caller, "a token that may only read")


def served(exchange: Exchange, known: Known) -> None:
    """A caller that may read is answered 200 about a session that is there.

    Raises Inconclusive where the answer may lag.
    """
    ready(exchange, known)
    if exchange.status == 200:
        return
    aspect = known.aspect(PRESENCE)
    if exchange.status in NOT_THERE and aspect.fit is Fit.BEHIND and not known.settled:
        raise Inconclusive(f"{WAIT} (exchange {exchange.number})")
    raise otherwise(exchange, known, f"200 for {_caller(exchange)}", "200", (known.created,))


# ---------------------------------------------------------------------- sessions that are not there


def names_nothing(exchange: Exchange, known: Known) -> None:
    """The id names no session. Raises Untouched where it may: an answer has named it, or others may know it.

    So it does for what may be another route: a system query or a type name in place of an id.
    """
    ready(exchange, known)
    if known.shared or not known.alone:
        raise Untouched("the id may be that of a session: it was named before, or others may have made one")
    if exchange.sent.session.startswith("$") or "microsoft.graph." in exchange.sent.session:
        raise Untouched("what stands for the id may be part of another route")


def refused(exchange: Exchange, known: Known, because: Iterable[Exchange | None] = ()) -> None:
    """The request is refused with a 4xx, for whatever reason."""
    if exchange.status is None or not 400 <= exchange.status < 500:
        raise otherwise(exchange, known, "a refusal (4xx)", "4xx with an error envelope", because)


def malformed_id(exchange: Exchange, known: Known) -> str | None:
    """A malformed id is refused: as one ("invalid"), as the name of nothing ("unknown"), or otherwise (None)."""
    names_nothing(exchange, known)
    refused(exchange, known)
    return {400: "invalid", 404: "unknown"}.get(exchange.status or 0)


def not_there(exchange: Exchange, known: Known) -> None:
    """A session that does not exist is not found: 404, or 410 where it was deleted (RFC 9110, 15.5.11).

    Where the ids of a target have another form than GUIDs, one that nobody has named may be malformed to it.
    """
    if known.phase is Phase.GONE:
        because = shown_gone(exchange, known)
        if exchange.status not in NOT_THERE:
            raise _not_found(exchange, known, because)
        return
    names_nothing(exchange, known)
    if "id:well-formed" not in exchange.sent.tags:
        raise Untouched("no id of the form of a GUID was asked for that names nothing")
    if any(not GUID.fullmatch(name) for name in islice(known.given, LOOKED_AT)):
        refused(exchange, known)
    elif exchange.status != 404:
        raise _not_found(exchange, known, ())


def _not_found(exchange: Exchange, known: Known, because: Iterable[Exchange]) -> Deviation:
    return otherwise(exchange, known, "404 for a session that does not exist", "404", because)


def shown_gone(exchange: Exchange, known: Known) -> tuple[Exchange, ...]:
    """What shows that a session is gone: its deletion, and a reading since that did not find it."""
    ready(exchange, known)
    read = next((reading for reading in known.readings.values() if reading.status in NOT_THERE), None)
    deleted = known.causes.get("deleted")
    if read is None or deleted is None:
        raise Untouched("no reading has shown that the session is gone")
    return deleted, read
