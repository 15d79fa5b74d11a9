"""What the state of a session refuses, what a draft allows, and which row of an error table may answer a request.

Who asks, and sessions that are not there, are for `access`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restore_conformance.checks import responses
from restore_conformance.checks.access import names_nothing, ready, refused, shown_gone, steady
from restore_conformance.checks.readings import asked, excuse, otherwise
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import codes, exceptions, id_key
from restore_conformance.recogniser.vocabulary import LIMIT
from restore_conformance.state import Known
from restore_conformance.state.known import Phase
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched

ACTIVE = 25
"""Sessions that may be active at once, as the error table has it."""
CROWDED = 20
"""Sessions known to be active, from which on a refusal may come of that: others may have started some of the 25."""
KINDS = {"standard": "list-artifacts", "granular": "list-granular"}
"""Each kind of artifacts, and the operation that lists them."""


def not_a_draft(exchange: Exchange, known: Known) -> None:
    """What only a draft allows is refused once a reading has shown that the session started.

    An update may be refused item by item within a 200.
    """
    because = _started(exchange, known)
    if not _refused_in_part(exchange):
        refused(exchange, known, because)


def _started(exchange: Exchange, known: Known) -> tuple[Exchange, ...]:
    """What shows that a session is not a draft: its activation, and a reading since."""
    ready(exchange, known)
    activated = known.causes.get("activated")
    read = next((reading for name in ("get", "get-typed") if _shows_start(reading := known.readings.get(name))), None)
    if activated is None or read is None:
        raise Untouched("no reading has shown that the session started")
    return activated, read


def _shows_start(read: Exchange | None) -> bool:
    status = read.answer.get("status") if read is not None and isinstance(read.answer, dict) else None
    return isinstance(status, str) and status != "draft"


def _refused_in_part(exchange: Exchange) -> bool:
    """Whether an update says of changes that they were not made, one by one, as its page prints.

    Raises Inconclusive where a recording does not show what it says.
    """
    hidden = any(place == "body" or place.endswith("@delta") for place in exchange.lost)
    if hidden and exchange.sent.operation == "update" and exchange.status == 200:
        raise Inconclusive(f"the recording does not show what the change answered (exchange {exchange.number})")
    return exchange.sent.operation == "update" and exchange.status == 200 and bool(exceptions(exchange.answer))


def not_taken(exchange: Exchange, known: Known) -> None:
    """A change to a draft that breaks a rule is refused: all of it, or item by item within a 200."""
    ready(exchange, known)
    if not _refused_in_part(exchange):
        refused(exchange, known, (known.created,))


def turned_down(exchange: Exchange, known: Known) -> None:
    """A change to a draft that breaks a rule is refused as a whole."""
    ready(exchange, known)
    refused(exchange, known, (known.created,))


def no_server_error(exchange: Exchange, known: Known) -> None:
    """The answer is below 500."""
    ready(exchange, known)
    if exchange.status is None or exchange.status >= 500:
        raise otherwise(exchange, known, "no server error", "an answer below 500", (known.created,))


def as_listed(exchange: Exchange, known: Known) -> str | None:
    """A refusal has status and code of a row of the error table that may answer it; returns where the code stood.

    Raises Untouched where it is not a refusal, or no row is about it.
    """
    ready(exchange, known)
    if not responses.is_refusal(exchange) and exchange.status != 403:
        raise Untouched(f"no refusal of {exchange.sent.operation} that the error table lists")
    defects, because = _rows(exchange, known)
    operation = exchange.sent.operation
    rows = responses.refusals("get") | responses.refusals(operation)
    try:
        return responses.refused_as_any(exchange, [rows[defect] for defect in defects])
    except Deviation as deviation:
        raise Deviation(
            f"{asked(exchange, because)}: {deviation.message}",
            expected=deviation.expected,
            observed=deviation.observed,
            pointer=deviation.pointer,
            unless=deviation.unless or excuse(exchange, known),
            refusal=deviation.refusal,
            because=because,
        ) from None


def _rows(exchange: Exchange, known: Known) -> tuple[tuple[str, ...], tuple[Exchange, ...]]:
    """The defects whose rows may answer a request, and what shows that they may. Raises Untouched without any."""
    clean = exchange.sent.change is None or "change:clean" in exchange.sent.tags
    if not clean and known.phase is not Phase.DRAFT:
        raise Untouched("the change itself may be refused")
    if known.phase is Phase.UNKNOWN:
        names_nothing(exchange, known)
        return ("malformed-id", "unknown-id"), ()
    if known.phase is Phase.GONE:
        return ("unknown-id",), shown_gone(exchange, known)
    steady(exchange, known)
    if known.phase is Phase.STARTED:
        return _rows_once_started(exchange, known), _started(exchange, known)
    return _row_of_a_change(exchange, known), tuple(earlier for earlier in (known.created,) if earlier is not None)


def _rows_once_started(exchange: Exchange, known: Known) -> tuple[str, ...]:
    """The rows for what a session that started does not allow; the ids of additions may be looked up before that."""
    change = exchange.sent.change
    if change is None:
        return ("not-a-draft",)
    if not _are_listed(change.removals, known, change.kind):
        raise Untouched("what is to be removed may not be there")
    return ("not-a-draft", "restore-point") if change.additions else ("not-a-draft",)


def _row_of_a_change(exchange: Exchange, known: Known) -> tuple[str, ...]:
    """The rows for the one rule that a change to a draft breaks, and for what a fair server may see in it instead."""
    change = exchange.sent.change
    documented = responses.refusals("update")
    wanted = {*change.defects, *change.arguable} & documented.keys() - {"mixed"} if change is not None else set()
    if change is None or not wanted or "mixed" in change.defects or not change.defects <= wanted:
        raise Untouched("the error table has no row for it")
    if len(change.defects) > 1 or change.open - {"artifact-limit", "nothing-named", "unknown-members"}:
        raise Untouched("the change may be refused for something else")
    if change.kind in KINDS and _holds_another_kind(known, change.kind):
        raise Untouched("the session holds artifacts of the other kind")
    return tuple(sorted(wanted))


# ---------------------------------------------------------------------- what a draft allows


def taken(exchange: Exchange, known: Known) -> None:
    """A change that a draft allows is answered 200."""
    ready(exchange, known)
    change, kind = exchange.sent.change, exchange.sent.change.kind
    steady(exchange, known)
    last = known.causes.get("changed")
    if last is not None and not _is_plain(last):
        raise Untouched("nobody knows what an earlier change did to the session")
    if change.additions and not _fit(change.additions, known, kind):
        raise Untouched("the session may not take what is added")
    if not _are_listed(change.removals, known, kind):
        raise Untouched("what is to be removed may not be there")
    if change.removals and len(change.removals) >= len(known.listed.get(kind, ())) + len(change.additions):
        raise Untouched("nothing would be left in the session")
    if not known.alone and _may_be_held_or_gone(exchange):
        raise Inconclusive(f"somebody else may have changed what the session holds (exchange {exchange.number})")
    if exchange.status != 200:
        raise otherwise(
            exchange, known, "200 for a change that a draft allows", "200", (known.created, known.because),
            unless=(change.additions and responses.ids_excuse(exchange, kind)) or excuse(exchange, known),
        )  # fmt: skip


def _may_be_held_or_gone(exchange: Exchange) -> bool:
    """Whether a refusal may be for what the session holds by now: one artifact too many, twice, or not there."""
    rows = responses.refusals("update")
    named = {code.lower() for _, code in codes(exchange.answer)}
    full = any(str(rows[name].code).lower() in named for name in ("duplicate", "too-many"))
    return responses.is_refusal(exchange) and (full or bool(exchange.sent.change.removals))


def _is_plain(update: Exchange) -> bool:
    """Whether it is plain what an update did: all that it asks for, or nothing as its answer says of each change."""
    if update.status is None or not 200 <= update.status < 300 or update.trouble:
        return False
    change, failed = update.sent.change, len(exceptions(update.answer))
    if not failed:
        return "change:clean" in update.sent.tags
    return not change.open and failed >= len(change.additions) + len(change.removals)


def _fit(additions: tuple[Mapping[str, Any], ...], known: Known, kind: str) -> bool:
    """Whether additions go well with what a session holds: one kind, one place, one browse, none named twice."""
    held = known.sent.get(kind, ())
    if known.created is None or "clean" not in known.created.sent.tags or _holds_another_kind(known, kind):
        return False
    every = (*held, *additions)
    one_place = len({str(artifact.get("destinationType")) for artifact in every}) == 1
    one_browse = len({str(artifact.get("browseSessionId")).lower() for artifact in every}) == 1
    names = [_name(artifact) for artifact in every]
    apart = len(set(names)) == len(names)
    return (
        (kind == "standard" or bool(held)) and one_place and one_browse and apart and len(every) <= LIMIT
    )  # how many a session may hold is said nowhere


def _holds_another_kind(known: Known, kind: str) -> bool:
    return any(held for named, held in known.sent.items() if named != kind)


def _name(element: Mapping[str, Any]) -> str:
    point = element.get("restorePoint")
    return id_key(point.get("id") if isinstance(point, dict) else element.get("id"))


def _are_listed(removals: tuple[str, ...], known: Known, kind: str) -> bool:
    """Whether all of these artifacts are in the session: its last list has them, and none was removed since."""
    if not removals:
        return True
    listed, gone = known.readings.get(KINDS.get(kind, "")), known.causes.get("removed")
    if listed is None or (gone is not None and gone.number > listed.number):
        return False
    there = {id_key(artifact.get("id")) for artifact in known.listed.get(kind, ())}
    return set(map(id_key, removals)) <= there


def too_many_active(exchange: Exchange, known: Known) -> str | None:
    """One more session than may be active is refused as the row says; "higher" where it is not refused."""
    ready(exchange, known)
    row = responses.refusals("activate")["too-many-active"]
    named = any(code.lower() == str(row.code).lower() for _, code in codes(exchange.answer))
    if known.active < CROWDED and not named:
        raise Untouched(f"fewer than {CROWDED} sessions were active")
    if exchange.status is not None and exchange.status < 300:
        if known.active <= ACTIVE:  # one of them may have come to its end
            raise Untouched(f"no more than {ACTIVE} sessions were active")
        return "higher"
    steady(exchange, known)
    return responses.refused_as(exchange, row)
