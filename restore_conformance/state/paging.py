"""Puts the pages of lists together, as long as nothing is changed meanwhile. Memory is bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from restore_conformance.exchange import Exchange
from restore_conformance.state.session import page_value

PAGES = 200
"""Pages of one list that are put together."""


@dataclass(slots=True)
class _Reading:
    """A list that is being read page by page: what has been read, where the next page is, what was changed by then."""

    pages: list[Exchange]
    following: str
    changes: int
    first: bool


@dataclass(slots=True)
class Paging:
    """The lists that are being read."""

    _unfinished: dict[str, _Reading] = field(default_factory=dict)

    def take(self, key: str, exchange: Exchange, changes: int) -> tuple[tuple[Exchange, ...], bool]:
        """The pages of a list up to this one, and whether they are all of it, with nothing changed meanwhile."""
        reading = self._unfinished.pop(key, None)
        link = exchange.answer.get("@odata.nextLink") if isinstance(exchange.answer, dict) else None
        good = exchange.status == 200 and not exchange.trouble and isinstance(page_value(exchange), list)
        follows = reading is not None and leads(reading.following, exchange.request.target)
        if reading is not None and follows and reading.changes == changes:
            pages, first = [*reading.pages, exchange], reading.first
        else:
            pages, first = [exchange], not follows and "?" not in exchange.request.target
        if good and isinstance(link, str) and len(pages) < PAGES:
            if len(self._unfinished) > 100:
                self._unfinished.clear()
            self._unfinished[key] = _Reading(pages, link, changes, first)
        return tuple(pages), good and first and "@odata.nextLink" not in exchange.answer

    def continued(self, caller: str, target: str) -> tuple[str, list[Exchange]] | None:
        """The list whose next page a request of that caller asks for, by its key, and the pages before it."""
        for key, reading in self._unfinished.items():
            if key.endswith(f" {caller}") and leads(reading.following, target):
                return key, reading.pages
        return None


def leads(link: str, target: str) -> bool:
    """Whether a link leads to this target: the same path below the base, and the same query."""
    linked, asked = urlsplit(link), urlsplit(target)
    return linked.query == asked.query and unquote(linked.path).endswith(unquote(asked.path))
