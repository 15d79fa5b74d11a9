"""What is known of the session that a request names, when that request is sent, and how its answer compares.

Holds values: the state makes them, and judgements read them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from restore_conformance.exchange import Exchange


class Phase(StrEnum):
    """What has become of a session, as far as the exchanges so far show."""

    UNKNOWN = "unknown"
    """No answer has named it."""
    DRAFT = "draft"
    STARTED = "started"
    GONE = "gone"
    UNSURE = "unsure"
    """A change may or may not have been carried out, or somebody else has a hand in it."""


class Fit(StrEnum):
    """How one aspect of an answer compares with what is known."""

    AGREES = "agrees"
    BEHIND = "behind"
    """An earlier version explains it: the answer may lag."""
    CONTRADICTS = "contradicts"
    """No version that ever was explains it."""
    OPEN = "open"
    """Nothing can be said: the answer does not show it, or nobody knows what it should be."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One aspect of an answer. `expected` is what it should show by now, `shown` what it shows."""

    fit: Fit = Fit.OPEN
    expected: Any = None
    shown: Any = None


OPEN = Aspect()
PRESENCE, STATUS, COUNT, ITEMS = "presence", "status", "count", "items"
"""Whether the session is there, whether it has started, how many artifacts it counts, and which ones it lists."""


@dataclass(frozen=True, slots=True)
class Row:
    """One session and what a list of sessions shows of it: `shown` is None where the list does not have it.

    `read` is the last get that agreed, `fresh` where no session was changed since; `before` what the last list showed
    that agreed; `broken` the clauses found broken about this session; `emptied` as of `Known`.
    """

    session: str
    phase: Phase
    created: Exchange
    because: Exchange
    since: frozenset[str]
    shown: Mapping[str, Any] | None
    read: Exchange | None
    aspects: Mapping[str, Aspect]
    settled: bool
    age: float | None = None
    before: Mapping[str, Any] | None = None
    fresh: bool = False
    emptied: bool = False
    broken: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Between:
    """What happened between two whole lists of sessions that the same caller read one after the other.

    `earlier` ended the first of them; `new` are the items that only the second shows. So many requests to create a
    session were `refused` in between, `refusal` first; `asked` is the same where the same was asked. `sure` says that
    no other request can have made a session of which nobody knows.
    """

    earlier: Exchange
    refused: int
    refusal: Exchange | None
    asked: str
    new: tuple[Mapping[str, Any], ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the state knew before an exchange, and how the answer compares with it.

    `session` is the id that the request names, in small letters; `phase` what had become of it. `created` made it, for
    another caller than the one that asks where the session is `foreign`;
    `because` is the last exchange that changed it, or set what is expected of it; `before` the last reading of the same
    view that agreed. `since` says what has happened since that reading: "created", "added", "removed", "changed",
    "refused", "activated", "deleted", and the same of another session with "other:" before it, whose last exchange is
    in `causes`. `aspects` compares a reading aspect by aspect. `settled` says that a reading was repeated for long
    enough, or that its view never came to show a change, so that what is behind is evidence. `lacks` names the aspect
    worth asking for again, unless that is in `vain`, as other views never came to show the same and this one never has;
    `age` are the seconds since the last change of the session.

    `sent` are the artifacts that the session should hold, as they were sent, by kind; `listed` the items of the last
    whole list that agreed. `pages` are the pages of a list read so far, this one included, and `whole` says that no
    page is missing; `continues` is the operation whose link led here, where the target is not one of that operation.
    `rows` compares a whole list of sessions, and `between` says what happened between it and the whole lists before it,
    the latest last. `routes` are the operations that the target has shown to have, `asked` those that it was asked
    for; `given` all ids that it gave to sessions, and `others` how many it gave since this one. `active` says, of an
    activation, how many other sessions are known to have started. `broken` are the clauses found broken about this one.
    `alone` says that nobody else is known to be at work, `emptied` that a change may have found or left the session
    without artifacts, so that nothing says of which kind it has been since.
    """

    session: str = ""
    phase: Phase = Phase.UNKNOWN
    shared: bool = False
    foreign: bool = False
    created: Exchange | None = None
    because: Exchange | None = None
    before: Exchange | None = None
    since: frozenset[str] = frozenset()
    causes: Mapping[str, Exchange] = field(default_factory=dict)
    aspects: Mapping[str, Aspect] = field(default_factory=dict)
    settled: bool = True
    lacks: str = ""
    vain: bool = False
    age: float | None = None
    sent: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    listed: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    readings: Mapping[str, Exchange] = field(default_factory=dict)
    pages: tuple[Exchange, ...] = ()
    whole: bool = False
    continues: str = ""
    rows: tuple[Row, ...] = ()
    between: tuple[Between, ...] = ()
    routes: Set[str] = frozenset()
    asked: frozenset[str] = frozenset()
    given: Collection[str] = frozenset()
    others: int = 0
    active: int = 0
    alone: bool = True
    emptied: bool = False
    broken: set[str] = field(default_factory=set)

    @property
    def tags(self) -> frozenset[str]:
        """What clauses may ask for: "session:draft", "since:added", "page:list" and so on."""
        tags = {
            f"session:{self.phase}",
            *(f"since:{cause}" for cause in self.since),
            *(f"asked:{operation}" for operation in self.asked),
        }
        if self.foreign:
            tags.add("session:foreign")
        return frozenset({*tags, f"page:{self.continues}"} if self.continues else tags)

    def besides(self, needs: Collection[str]) -> Known:
        """The same without the rows of sessions about which one of these clauses was found broken."""
        rows = tuple(row for row in self.rows if not any(need in row.broken for need in needs))
        return self if len(rows) == len(self.rows) else replace(self, rows=rows)

    def bare(self) -> Known:
        """The tags and no exchange: what is kept once an exchange was judged, so that none holds on to all before."""
        return Known(
            self.session, self.phase, self.shared, self.foreign, since=self.since, routes=self.routes, asked=self.asked,
            alone=self.alone, broken=self.broken,
        )  # fmt: skip

    def aspect(self, name: str) -> Aspect:
        """How one aspect compares; open where the answer says nothing of it."""
        return self.aspects.get(name, OPEN)

    def evidence(self, exchange: Exchange) -> list[Exchange]:
        """At most three exchanges: what made the session or set the expectation, and the one judged, in order."""
        chosen = [earlier for earlier in (self.because or self.created, self.before) if earlier is not None]
        by_number = {earlier.number: earlier for earlier in (*chosen, exchange)}
        return [by_number[number] for number in sorted(by_number)]
