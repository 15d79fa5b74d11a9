"""What a reading has to show by now, and whether it may show what was before instead.

Looks at answers alone; knows no request, no clause, and nothing of how long to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from restore_conformance.exchange import Exchange


def _anything(_: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for: in a session, or in the items of a whole list.

    `aspect` names what may come late, `shown` says whether it is there, and `was` whether an answer without it may show
    an earlier state: one that shows a state that never was is wrong at once. With `proof` a view that shows it shows
    changes; a number that never changed proves nothing of the kind.
    """

    aspect: str
    shown: Callable[[Any], bool]
    was: Callable[[Any], bool] = _anything
    proof: bool = True


def values(exchange: Exchange) -> list[dict[str, Any]]:
    """The objects of one page of a list."""
    value = exchange.answer.get("value") if isinstance(exchange.answer, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def is_page(exchange: Exchange) -> bool:
    """Whether an answer is a page of a collection."""
    return isinstance(exchange.answer, dict) and isinstance(exchange.answer.get("value"), list)


def total(session: Any) -> int | None:
    """The number of artifacts that a session counts, or None where it shows none."""
    found = session.get("restoreSessionArtifactCount") if isinstance(session, dict) else None
    total = found.get("total") if isinstance(found, dict) else None
    return total if isinstance(total, int) else None


def counts(number: int, earlier: Iterable[int] = ()) -> Look:
    """A session counts so many artifacts, or does not show how many; `earlier` are the numbers it had before.

    Artifacts may be added or taken out one by one, so that every number up to the largest may have been.
    """
    before = tuple(earlier)
    return Look(
        "count",
        lambda session: total(session) in {None, number},
        lambda session: (total(session) or 0) <= max(number, *before, 0),
        proof=bool(before),
    )


def as_made(created: Exchange) -> tuple[Look, ...]:
    """A session that was made just now counts what create said; nothing to wait for where create said nothing."""
    number = total(created.answer)
    return () if number is None else (counts(number),)


def _has_started(session: Any) -> bool:
    return not isinstance(session, dict) or session.get("status") != "draft"


STARTED = Look("started", _has_started)
"""A session is not a draft any more."""


def holds(number: int, gone: str = "") -> Look:
    """A list of artifacts holds so many, each once, and no longer the one that is gone."""

    def look(shown: list[Any]) -> bool:
        names = [str(one.get("id")) for one in shown if one.get("id")]
        return len(shown) == number and len(set(names)) == len(names) and not (gone and gone in names)

    return Look("items", look)


def shows(*sessions: str, gone: str = "") -> Look:
    """A list shows these sessions, none twice, and no longer the one that is gone."""

    def look(shown: list[Any]) -> bool:
        names = [str(one.get("id")).lower() for one in shown]
        there = set(names).issuperset(one.lower() for one in sessions if one)
        return there and len(set(names)) == len(names) and gone.lower() not in names

    return Look("gone" if gone else "sessions", look)


def showing(session: str, *looks: Look) -> tuple[Look, ...]:
    """A list of sessions shows one as it should be by now."""

    def within(look: Look) -> Callable[[list[Any]], bool]:
        return lambda shown: any(str(o.get("id")).lower() == session.lower() and look.shown(o) for o in shown)

    return tuple(Look(look.aspect, within(look), proof=look.proof) for look in looks)
