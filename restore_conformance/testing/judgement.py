"""Judges the responses of somebody's own test, as recorded traffic is judged: nothing is sent.

Knows no client and no clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from restore_conformance.clauses import Clause, load
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.workload import CREATE
from restore_conformance.recorded import Review
from restore_conformance.recorded.credibility import is_removable
from restore_conformance.records.run_record import run_of
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.testing.findings import Verdicts, level_of, verdicts_of
from restore_conformance.testing.options import settings_of
from restore_conformance.testing.responses import UNKNOWN, HttpExchange
from restore_conformance.verdicts import UsageError

NAME = "your test"


def judge(
    responses: Any,
    *,
    sent: Any = UNKNOWN,
    token: str = "",
    identities: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    edition: str = "",
    level: str = "must",
) -> Verdicts:
    """Judge one response, or several in the order of sending, by every clause that they touch.

    A response is one of httpx, requests or aiohttp whose body was read, or an `HttpExchange`. What one of them shows
    (a session, what it holds, that it was deleted) is what the later ones are measured by; others may be at work on
    the same sessions meanwhile. `sent` is the body of the request of a single response, for clients that do not keep
    it. `token` and `identities` (as of `campaign`) say whose tokens the requests carry; without them nothing is said
    of callers. `level` is that of `Verdicts.raise_for_deviation`. Nothing is raised for a deviation here.

    Raises UsageError for an unknown option or where nothing is of this API, TypeError for an unknown type of response.
    """
    level_of(level)
    exchanges = _exchanges(responses, sent)
    register = load()
    given = {"token": token, "identities": identities, "readings": readings, "edition": edition}
    settings = settings_of(given, register, "https")  # a server of which nothing is known but its answers
    review = Review(register, settings)
    callers = {token: kind for token, kind in settings.callers().items() if settings.token or settings.identities}
    source = review.responses((exchange.shown() for exchange in exchanges), callers, NAME)
    if not source.exchanges:
        raise UsageError(
            f"There is nothing to judge: {source.note or 'no response was given'}. What is judged are answers of "
            f"{CREATE}, and of the paths below it, in the beta version."
        )
    result = review.result(NAME, lambda clause: _missing(clause, settings))
    result.base = ""
    scrub = Scrub({f"token of {kind}": token for token, kind in callers.items()})
    return verdicts_of(run_of(result, scrub), pages(), level)


def _exchanges(responses: Any, sent: Any) -> list[HttpExchange]:
    if isinstance(responses, Sequence | Iterable) and not hasattr(responses, "headers"):
        several = [HttpExchange.of(response) for response in responses]
        if sent is not UNKNOWN:
            raise UsageError("sent is the body of one request; give HttpExchange.of(response, sent=…) in the list.")
        return several
    return [HttpExchange.of(responses, sent)]


def _missing(clause: Clause, settings: Settings) -> str:
    """Why no response touched a clause."""
    if not settings.token and is_removable(clause):
        return "nothing is said of callers: give token= and identities="
    return "no response is about it"


def pages() -> dict[str, str]:
    """The address of the page of each operation."""
    return {operation: str(page["address"]) for operation, page in pinned().pages.items()}
