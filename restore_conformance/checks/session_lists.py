"""What lists show, compared with what is known: page by page, row by row, and from one whole list to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from restore_conformance.checks import responses
from restore_conformance.checks.agreement import creator, same_actors, same_job_type, same_time, sound
from restore_conformance.checks.readings import WAIT, asked, has_route, no_array, place
from restore_conformance.contract.workload import BASE_SESSION_TYPE, SESSION_TYPE
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import id_key, objects, total
from restore_conformance.recogniser.statuses import NOT_THERE
from restore_conformance.state import Aspect, Between, Known, Row
from restore_conformance.state.known import COUNT, OPEN, PRESENCE, STATUS, Fit, Phase
from restore_conformance.state.session import page_value, values
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched

# ------------------------------------------------------------------ pages


def collection(exchange: Exchange, known: Known) -> None:
    """A page is 200 with an object whose value is an array.

    Raises Untouched where the target may lack the route, or refuses a query that no page says it must take. A further
    page is where the target itself said, so that nothing excuses it.
    """
    first = len(known.pages) < 2
    if first:
        has_route(exchange, known)
        if "?" in exchange.request.target and responses.is_refusal(exchange):
            raise Untouched("the request names query options, which the target may refuse")
    sound(exchange)
    if exchange.status != 200 or not isinstance(page_value(exchange), list):
        raise no_array(exchange, known, **({} if first else {"unless": ""}))


def shown(known: Known) -> list[dict[str, Any]]:
    """The objects of a list, page after page. Raises Untouched where it was not read to its end.

    A link to a next page on another host is never followed.
    """
    if not known.whole:
        raise Untouched("a list could not be read to its end")
    return [item for page in known.pages for item in values(page)]


def no_repeats(exchange: Exchange, known: Known) -> None:
    """No id is listed twice: on one page, or on several where nobody can have moved rows from one to another.

    Raises Inconclusive where an answer may lag, as the pages may come of different moments then.
    """
    twice = _repeated([objects(exchange.answer, "value")], 2)
    if twice is None and _all_given(known):
        pages = [values(page) for page in known.pages]
        # While a list goes on, a row that moved may stand twice, but not three times.
        circle = _circle(known.pages)
        twice = _repeated(pages, 2 if known.whole or circle else 3)
        if twice is not None and not circle and not known.settled and (known.lacks or not known.whole):
            raise Inconclusive(f"{WAIT} (exchange {exchange.number})")
    if twice is not None:
        raise Deviation.at(
            "/value", "each session once", twice, got=f"{twice} twice", expected="once", to=asked(exchange)
        )


def _repeated(pages: list[list[dict[str, Any]]], times: int) -> str | None:
    """An id that is listed so many times."""
    counts: dict[str, int] = {}
    for item in (item for page in pages for item in page):
        name = item.get("id")
        if isinstance(name, str):
            counts[name] = counts.get(name, 0) + 1
            if counts[name] >= times:
                return name
    return None


def _circle(pages: tuple[Exchange, ...]) -> bool:
    """Whether the links of a list lead back to one of its pages."""
    targets = [page.request.target for page in pages]
    return len(set(targets)) < len(targets)


def _all_given(known: Known) -> bool:
    """Whether the pages read so far show sessions that were made here alone."""
    return all(id_key(item.get("id")) in known.given for page in known.pages for item in values(page))


# ------------------------------------------------------------------ rows


def rows(known: Known) -> tuple[Row, ...]:
    """What a whole list shows of each session that its reader made. Raises Untouched where there is nothing."""
    if not known.rows:
        raise Untouched("no whole list was read that has to show a session which is known")
    return known.rows


def complete(exchange: Exchange, known: Known) -> None:
    """Every session that exists is in the list."""
    _presence(exchange, [row for row in rows(known) if row.phase is not Phase.GONE], expected=True)


def deleted_gone(exchange: Exchange, known: Known) -> None:
    """No session is in the list that was deleted and that get does not find."""
    gone = [row for row in rows(known) if row.phase is Phase.GONE and row.read and row.read.status in NOT_THERE]
    _presence(exchange, gone, expected=False)


def _presence(exchange: Exchange, compared: list[Row], *, expected: bool) -> None:
    fits = set()
    for row in compared:
        aspect = row.aspects.get(PRESENCE, OPEN)
        fits.add(aspect.fit if _decided(row, aspect) else Fit.OPEN)
        if aspect.fit is Fit.BEHIND and row.settled:
            if expected:
                raise Deviation.at(
                    "/value", f"the session {row.session}", None, got="a list without it", expected=row.session,
                    to=f"{asked(exchange)} (after create answered with it)", because=(row.created,),
                )  # fmt: skip
            raise Deviation.at(
                "/value", f"no session {row.session}", row.session, got="it in the list", expected="none",
                to=f"{asked(exchange)} (after {row.because.request.method} deleted it)", because=(row.because,),
            )  # fmt: skip
    _enough(exchange, compared, Fit.AGREES in fits)


def _decided(row: Row, aspect: Aspect) -> bool:
    return aspect.fit is not Fit.BEHIND or row.settled


def _enough(exchange: Exchange, compared: list[Row], seen: bool) -> None:
    """Something was compared. Raises Inconclusive where all that there is may lag, Untouched where there is nothing."""
    if seen:
        return
    if any(aspect.fit is Fit.BEHIND for row in compared for aspect in row.aspects.values()):
        raise Inconclusive(f"{WAIT} (exchange {exchange.number})")
    raise Untouched("the list shows nothing of a session that can be compared")


def agree_with_get(exchange: Exchange, known: Known) -> None:
    """What the list shows of a session is what get shows, and what the list before showed that never changes.

    What get showed before anything was changed, is not compared: something else may be broken then.
    """
    compared = []
    for row in rows(known):
        read = row.read.answer if row.read is not None and row.read.status == 200 else None
        if row.shown is None or not row.fresh or row.phase is Phase.GONE or not isinstance(read, dict):
            continue
        compared.append(row)
        try:
            _as_get(exchange, row, row.shown, read)
        except Deviation as broken:
            broken.because = broken.because or (row.read,)
            raise
    _enough(exchange, compared, any(all(_decided(row, aspect) for aspect in row.aspects.values()) for row in compared))


def _as_get(exchange: Exchange, row: Row, item: Mapping[str, Any], read: Mapping[str, Any]) -> None:
    if not row.emptied:
        same_job_type(dict(read), dict(item))
    draft = "draft" if read.get("status") == "draft" else "not draft"
    for name, member, shows in ((STATUS, "status", draft), (COUNT, "total", total(read))):
        aspect = row.aspects.get(name, OPEN)
        wrong = aspect.fit is Fit.CONTRADICTS or (aspect.fit is Fit.BEHIND and row.settled)
        if wrong and shows == aspect.expected:
            raise Deviation(
                f"/value: GET {place(exchange)}: expected {member} {aspect.expected!r} of the session {row.session} "
                f"as get answers, got {aspect.shown!r}",
                expected=str(aspect.expected),
                observed=aspect.shown,
                pointer=f"/value/{member}",
            )
    same_time(read.get("createdDateTime"), item.get("createdDateTime"), "value/createdDateTime")
    same_actors(read.get("createdBy"), item.get("createdBy"), "value/createdBy")
    if row.before is not None:
        before = row.before.get("createdDateTime")
        same_time(before, item.get("createdDateTime"), "value/createdDateTime", 0)


# ------------------------------------------------------------------ from one list to the next


OFTEN = 5
"""How many times requests are refused before sessions that came meanwhile are taken for theirs: somebody else who
creates sessions now and then may create as many twice, and hardly four times with none in between."""


def nothing_of_refused(exchange: Exchange, known: Known) -> None:
    """No session is in a list that a request left behind which was refused after the list before.

    Somebody else may have made a session meanwhile. So there is evidence only where the same requests were refused
    again and again, as many sessions were left each time, and none came between two lists with no request in between.
    """
    now = known.between[-1] if known.between else None
    if now is None or now.refusal is None:
        raise Untouched("no request to create a session was refused between two whole lists")
    if not now.sure:
        raise Inconclusive(f"a request in trouble may have made a session (up to exchange {exchange.number})")
    new = _new(known, now)
    if not new:
        return
    if not _each_time(known):
        raise Inconclusive(f"somebody else may have made a session meanwhile: {new[0]} (exchange {exchange.number})")
    raise Deviation(
        f"GET {place(exchange)}: expected no new session of {now.refused} requests that were refused, "
        f"got {len(new)}: {', '.join(new[:5])}",
        expected="the sessions that were there before",
        observed=new[:5],
        because=(now.earlier, now.refusal),
    )


def _each_time(known: Known) -> bool:
    """Whether requests were refused often enough, sessions were left each time, and nobody else created any."""
    times = [number for number, between in enumerate(known.between) if between.refusal is not None][-OFTEN:]
    since = known.between[times[0] :] if len(times) == OFTEN else ()
    quiet = [known.between[before + 1 : after] for before, after in pairwise(times)]
    if not since or not all(quiet) or not all(between.sure for between in since):
        return False
    if any(_new(known, between) for several in quiet for between in several):
        return False
    first, *again = (known.between[number] for number in times)
    return bool(_new(known, first)) and len({(between.asked, len(_new(known, between))) for between in again}) == 1


def _new(known: Known, between: Between) -> list[str]:
    """The sessions that came in between and that no create of ours was given, less those of somebody else.

    A session may be seen in a list a moment after it was made, so that all that were ever given count as ours.
    """
    creators = [ids for session in _ours(known) if (ids := creator(session))]
    new = {id_key(session.get("id")): session for session in between.new if isinstance(session.get("id"), str)}
    return sorted(
        name for name, session in new.items() if name not in known.given and not _of_others(session, creators)
    )


def _ours(known: Known) -> Iterator[dict[str, Any]]:
    for page in known.pages:
        yield from (session for session in values(page) if id_key(session.get("id")) in known.given)
    yield from (row.created.answer for row in known.rows)


def _of_others(session: Mapping[str, Any], creators: list[dict[str, str]]) -> bool:
    """Whether a session in a list shows that no create of ours left it behind.

    It is of another workload, somebody activated it, or nobody who created a session of ours created it.
    """
    typed = session.get("@odata.type")
    if isinstance(typed, str) and not typed.lower().endswith(_TYPES):
        return True
    status = session.get("status")
    if isinstance(status, str) and status in _LATER:
        return True
    by = creator(dict(session))
    return bool(by and creators) and by not in creators


_TYPES = (SESSION_TYPE.lower(), BASE_SESSION_TYPE.lower())
_LATER = frozenset({"active", "completed", "completedWithError", "failed"})
