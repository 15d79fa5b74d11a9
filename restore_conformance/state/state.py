"""The state: takes exchanges in the order of the wire, and says of each what was known before it.

Answers may lag: no page promises that a change is seen at once, and replicas may answer in any order. A reading that
shows an earlier version is evidence only once it was repeated for long enough, or where its view never came to show
any change. Memory is bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.contract.workload import KINDS
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import id_key, total
from restore_conformance.recogniser.statuses import NOT_THERE
from restore_conformance.state.change_times import ChangeTimes
from restore_conformance.state.changes import changed, sent_by
from restore_conformance.state.facts import CHANGES, LISTS, answered_at, caller_of, is_about, reads
from restore_conformance.state.known import (
    COUNT,
    ITEMS,
    OPEN,
    PRESENCE,
    STATUS,
    Aspect,
    Between,
    Fit,
    Known,
    Phase,
    Row,
)
from restore_conformance.state.list_history import Lists
from restore_conformance.state.paging import Paging
from restore_conformance.state.session import (
    THERE,
    Session,
    Version,
    View,
    ids_of,
    session_of,
    shows_route,
    values,
)
from restore_conformance.state.settling import LONG, TROUBLE, Calm, Settling, age_of, lacking, what_of

SESSIONS = 5000
"""Sessions followed at a time; the one that was named longest ago is let go first."""
GIVEN = 100_000
"""Ids that are remembered as given to a session."""


@dataclass(slots=True)
class State:
    """What the exchanges so far have shown. `alone` says that nobody else changes what they are about."""

    alone: bool = True
    routes: set[str] = field(default_factory=lambda: {"create"})
    given: dict[str, int] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    _spelled: dict[str, str] = field(default_factory=dict)
    _sessions: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    _latest: dict[str, list[tuple[str, Exchange]]] = field(default_factory=dict)
    _paging: Paging = field(default_factory=Paging)
    _settling: Settling = field(default_factory=Settling)
    _lists: Lists = field(default_factory=Lists)
    _changes: int = 0
    _altered: int = 0
    _calm: Calm = field(default_factory=Calm)
    _created: int = 0
    _asked: frozenset[str] = frozenset()
    _times: ChangeTimes = field(default_factory=ChangeTimes)

    def take(self, exchange: Exchange) -> Known:
        """Take one exchange in, and say what was known before it and how its answer compares."""
        operation = exchange.sent.operation
        if shows_route(exchange):
            self.routes.add(operation)
        if operation.removesuffix("-typed") not in self._asked:
            self._asked |= {operation.removesuffix("-typed")}
        if operation == "create":
            return self._create(exchange)
        if operation in {"get", "get-typed"}:
            return self._get(exchange)
        if operation in LISTS:
            return self._artifacts(exchange, LISTS[operation])
        if operation in {"list", "list-typed"}:
            return self._list(exchange)
        if operation in CHANGES:
            return self._change(exchange)
        return self._elsewhere(exchange)

    # ------------------------------------------------------------------ what is known before

    def _key(self, exchange: Exchange) -> str:
        """The key of the session that a request names: in another letter case it may name the same one."""
        key = id_key(exchange.sent.session)
        return key if key in self.given else self._spelled.get(key.lower(), key)

    def _session(self, exchange: Exchange) -> Session | None:
        name = self._key(exchange)
        session = self._sessions.get(name)
        if session is not None:
            self._sessions.move_to_end(name)
            if exchange.sent.caller == "unknown" and session.caller != caller_of(exchange):
                return None  # another token may not be allowed to see it
            same_id = exchange.sent.session == session.created.answer.get("id") or 200 <= (exchange.status or 0) < 300
            if not same_id:
                return None  # letter case may distinguish ids
        return session

    def _about(self, exchange: Exchange, session: Session | None, view: View | None = None, **more: Any) -> Known:
        name = self._key(exchange)
        if session is None:
            named = bool(name) and (name in self.given or name in self.shown)
            return Known(
                name, shared=named, routes=self.routes, asked=self._asked, given=self.given.keys(), alone=self.alone,
                **more,
            )  # fmt: skip
        causes = dict(session.events)
        since = set(session.since(view)) if view is not None else set(causes)
        agreed = max(view.agreed if view is not None else 0, session.created.number)
        for cause, latest in self._latest.items():
            other = next((earlier for named, earlier in reversed(latest) if named != session.name), None)
            if other is not None and other.number > agreed:
                since.add(f"other:{cause}")
                causes[f"other:{cause}"] = other
        return Known(
            session.name, session.phase, session.shared, exchange.sent.caller != session.created.sent.caller,
            session.created, session.because,
            view.reading if view is not None else None, frozenset(since), causes,
            sent=dict(session.sent), listed=dict(session.listed), readings=dict(session.readings),
            routes=self.routes, asked=self._asked, given=self.given.keys(), others=self._created - session.order,
            alone=self.alone, emptied=session.emptied, broken=session.broken, **more,
        )  # fmt: skip

    def _note_latest(self, cause: str, session: str, exchange: Exchange) -> None:
        """Note the last exchanges that did something to two different sessions."""
        latest = [event for event in self._latest.get(cause, []) if event[0] != session]
        self._latest[cause] = [*latest[-1:], (session, exchange)]

    # ------------------------------------------------------------------ changes

    def _create(self, exchange: Exchange) -> Known:
        known = self._about(exchange, None)
        self._changes += 1
        self._lists.created(exchange)
        self._calm.disturb(exchange)
        name = id_key(session_of(exchange))
        if not name:
            return known
        self._created += 1
        if name in self.given:
            if name in self._sessions:
                self._sessions[name].shared = True
            return known
        if len(self.given) < GIVEN:
            self.given[name] = exchange.number
            self._spelled.setdefault(name.lower(), name)
        sent = sent_by(exchange.sent.payload)
        clean = "clean" in exchange.sent.tags
        items: dict[str, int | None] = {kind: len(sent.get(kind, ())) if clean else None for kind in KINDS.values()}
        version = Version(Phase.DRAFT, total(exchange.answer), items)
        self._sessions[name] = Session(
            name, exchange, caller_of(exchange), [Version(Phase.GONE), version], answered_at(exchange), exchange,
            sent=sent, order=self._created, broken=known.broken,
        )  # fmt: skip
        stamp = exchange.answer.get("lastModifiedDateTime")
        self._sessions[name].stamp = stamp if isinstance(stamp, str) else ""
        self._sessions[name].happened("created", exchange)
        self._note_latest("created", name, exchange)
        if len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return known

    def _change(self, exchange: Exchange) -> Known:
        session = self._session(exchange)
        active = self._active(session) if exchange.sent.operation == "activate" else 0
        known = self._about(exchange, session, active=active)
        self._changes += 1
        other = self._sessions.get(self._key(exchange))
        if session is None and other is not None and (exchange.status or 0) not in range(400, 500):
            other.foreign = True  # another token may do to it what nobody can follow
        self._altered = exchange.number
        self._calm.disturb(exchange)
        if session is None:
            return known
        status = exchange.status
        session.foreign = session.foreign or exchange.overlaps
        operation = exchange.sent.operation.removesuffix("-typed")
        if status is not None and 400 <= status < 500 and not exchange.trouble:
            session.happened("refused", exchange)
            return known
        if status is None or not 200 <= status < 300:
            phase = session.now.phase if operation == "update" else Phase.UNSURE
            session.emptied = session.emptied or operation == "update"
            session.changed(Version(phase, None, {}), answered_at(exchange))
            session.happened("changed", exchange)
            return known
        if operation == "activate":
            session.because = exchange
            self._times.note(session, exchange)
        version, causes = changed(session, exchange)
        session.changed(version, answered_at(exchange))
        for cause in causes:
            session.happened(cause, exchange)
            if cause != "refused":
                self._note_latest(cause, session.name, exchange)
        if not self.alone and total(exchange.answer) != version.total:
            version.total = None  # somebody else may have changed it before
        return known

    def _active(self, session: Session | None) -> int:
        return sum(other.phase is Phase.STARTED for other in self._sessions.values() if other is not session)

    # ------------------------------------------------------------------ readings

    def _get(self, exchange: Exchange) -> Known:
        session, answer = self._session(exchange), exchange.answer
        operation = exchange.sent.operation
        if session is None or not reads(exchange):
            return self._about(exchange, session, session.view(operation) if session else None, settled=session is None)
        view = session.view(operation)
        aspects: dict[str, Aspect] = {}
        if exchange.status in NOT_THERE:
            aspects[PRESENCE] = session.present(shown=False)
        elif exchange.status == 200 and isinstance(answer, dict) and is_about(answer, session.name):
            aspects[PRESENCE] = session.present(shown=True)
            if aspects[PRESENCE].fit is Fit.AGREES:
                aspects[STATUS] = self._status(session, answer.get("status"))
                aspects[COUNT] = session.count(total(answer))
        return self._compared(exchange, session, view, aspects, "", (exchange,))

    def _status(self, session: Session, shown: Any) -> Aspect:
        """How a status compares: that a draft waits is said of what only drafts allow, and of nothing else."""
        return OPEN if self.routes.isdisjoint(CHANGES) else session.status(shown)

    def _compared(
        self,
        exchange: Exchange,
        session: Session,
        view: View,
        aspects: Mapping[str, Aspect],
        kind: str,
        pages: tuple[Exchange, ...],
        **more: Any,
    ) -> Known:
        """Compare a reading, and take from it what it shows."""
        operation = exchange.sent.operation
        self._learn_from(exchange, session, view, aspects)
        if session.foreign:
            aspects = {}
        lacks = lacking(aspects)
        if exchange.trouble and exchange.blame != "target":
            lacks = TROUBLE
        key = operation, what_of(lacks, aspects)
        settled = not lacks or self._settling.settled(exchange, session, view, key)
        age = age_of(exchange, session)
        known = self._about(
            exchange, session, view, aspects=aspects, settled=settled, lacks=lacks, pages=pages,
            age=age, vain=self._settling.vain(key, age), **more,
        )  # fmt: skip
        wrong = any(aspect.fit is Fit.CONTRADICTS for aspect in aspects.values())
        if not exchange.trouble:
            self._settling.note_shown((operation, TROUBLE))
        self._settling.shows(operation, session, view, aspects, kind)
        if aspects and not lacks and not wrong:
            view.agreed, view.reading = exchange.number, exchange
            if not exchange.sent.asked_for_all_members:
                session.readings[operation] = exchange
        elif wrong or (settled and lacks != TROUBLE):
            session.adopt(aspects, kind)
        return known

    def _learn_from(self, exchange: Exchange, session: Session, view: View, aspects: Mapping[str, Aspect]) -> None:
        """Take over what nobody could know, and notice when somebody else has a hand in a session."""
        presence = aspects.get(PRESENCE)
        shown = total(exchange.answer) if exchange.status == 200 else None
        if presence is not None and presence.fit is Fit.AGREES and exchange.sent.operation not in LISTS:
            age = age_of(exchange, session)
            session.learn_total(view, shown, long_ago=age is not None and age >= LONG)
        if self.alone or presence is None:
            return
        absent = presence.fit is Fit.BEHIND and presence.expected
        differing = [
            name for name, aspect in aspects.items() if name != PRESENCE and aspect.fit in {Fit.CONTRADICTS, Fit.BEHIND}
        ]
        if absent or not all(self._only_ours(exchange.answer, session, name) for name in differing):
            session.foreign = True
        self._times.note(session, exchange)

    def _was_there(self, session: Session, view: View) -> bool:
        """Whether nobody can have deleted a session before a list was read that does not show it."""
        read = session.readings.get("get")
        return self.alone or (read is not None and read.status == 200 and read.number > view.lacking)

    def _only_ours(self, shown: Any, session: Session, aspect: str) -> bool:
        return self.alone or self._times.excludes_others(shown, session, aspect)

    # ------------------------------------------------------------------ lists

    def _artifacts(self, exchange: Exchange, kind: str) -> Known:
        session, operation = self._session(exchange), exchange.sent.operation
        key = f"{operation} {self._key(exchange)} {caller_of(exchange)}"
        pages, whole = self._paging.take(key, exchange, self._changes)
        if session is None or not reads(exchange):
            view = session.view(operation) if session else None
            return self._about(exchange, session, view, settled=session is None, pages=pages, whole=whole)
        view = session.view(operation)
        shown = [artifact for page in pages for artifact in values(page)]
        aspects: dict[str, Aspect] = {}
        if exchange.status in NOT_THERE:
            aspects[PRESENCE] = session.present(shown=False)
        elif whole:
            aspects[ITEMS] = session.items(kind, shown)
            if aspects[ITEMS].fit is Fit.AGREES and session.phase in THERE:
                aspects[PRESENCE] = session.present(shown=True)
        known = self._compared(exchange, session, view, aspects, kind, pages, whole=whole)
        fit = known.aspect(ITEMS).fit
        if fit is Fit.AGREES or (fit is Fit.BEHIND and known.settled):
            session.listed[kind] = tuple(shown)
            session.removed.difference_update(ids_of(shown))
        return known

    def _elsewhere(self, exchange: Exchange) -> Known:
        """A request for no known operation: the link of a list may have led there."""
        continued = self._paging.continued(caller_of(exchange), exchange.request.target)
        if continued is not None:
            key, pages = continued
            return self._about(exchange, None, pages=(*pages, exchange), continues=key.partition(" ")[0])
        return self._about(exchange, None)

    def _list(self, exchange: Exchange) -> Known:
        caller, operation = caller_of(exchange), exchange.sent.operation
        if len(self.shown) < GIVEN:
            self.shown.update(id_key(item.get("id")) for item in values(exchange))
        pages, whole = self._paging.take(f"{operation} {caller}", exchange, self._changes)
        rows: tuple[Row, ...] = ()
        between: tuple[Between, ...] = ()
        lacks, settled, vain, age = "", True, False, None
        if whole and reads(exchange):
            shown = {id_key(item.get("id")): item for page in pages for item in values(page)}
            # Others may make and delete sessions between two pages, so that a row moves from one to the other.
            moving = len(pages) > 1 and not self.given.keys() >= shown.keys()
            between = self._lists.listed(f"{operation} {caller}", pages)
            calm, since = self._calm.read(f"{operation} {caller}", exchange) if len(pages) > 1 else (True, None)
            every = (session for session in self._sessions.values() if session.caller == caller)
            sessions = [session for session in every if session.name in shown or not session.is_over(operation)]
            compared = [self._row(session, shown, exchange, moving=moving, calm=calm) for session in sessions]
            rows = tuple(row for row in compared if row is not None)
            late = [row for row in rows if any(aspect.fit is Fit.BEHIND for aspect in row.aspects.values())]
            unsettled = [row for row in late if not row.settled]
            for row in (unsettled or late)[:1]:
                lacks = lacking(row.aspects)
            keys = [((operation, what_of(lacking(row.aspects), row.aspects)), row.age) for row in unsettled]
            vain = bool(keys) and all(self._settling.vain(key, age) for key, age in keys)
            if not lacks and sum(len(values(page)) for page in pages) > len(shown):
                lacks, settled = "rows", calm  # one stands twice, which may be of pages that show different moments
            settled = settled and not unsettled
            age = min(
                (seconds for seconds in (since, *(row.age for row in unsettled)) if seconds is not None), default=None
            )
        elif len(pages) > 1:
            # No reading ended, so that none is repeated; its pages may still come of different moments.
            settled = self._calm.is_past(exchange)
        return self._about(
            exchange, None, settled=settled, lacks=lacks, pages=pages, whole=whole, rows=rows, between=between,
            age=age, vain=vain,
        )  # fmt: skip

    def _row(
        self, session: Session, shown: Mapping[str, Any], exchange: Exchange, *, moving: bool, calm: bool
    ) -> Row | None:
        """Compare what a whole list shows of one session; None where nobody can say what it should show.

        `moving` says that others may have moved rows from page to page, `calm` that none of us can have.
        """
        if session.phase is Phase.UNSURE:
            return None
        operation = exchange.sent.operation
        view, item = session.view(operation), shown.get(session.name)
        view.lacking = 0 if item is not None else view.lacking or exchange.number
        aspects = {PRESENCE: session.present(shown=item is not None)}
        if item is None and session.phase in THERE and (moving or not self._was_there(session, view)):
            aspects = {}
        elif item is not None and aspects[PRESENCE].fit is Fit.AGREES:
            if self._only_ours(item, session, STATUS):
                aspects[STATUS] = self._status(session, item.get("status"))
            if self._only_ours(item, session, COUNT):
                aspects[COUNT] = session.count(total(item))
        lacks = lacking(aspects)
        settled = not lacks or (
            (calm or lacks != PRESENCE)
            and self._settling.settled(exchange, session, view, (operation, what_of(lacks, aspects)))
        )
        known = self._about(exchange, session, view)
        read = session.readings.get("get") or session.readings.get("get-typed")
        row = Row(
            session.name, session.phase, session.created, session.because, known.since, item,
            read, aspects, settled, age_of(exchange, session),
            view.item, read is not None and read.number > self._altered, session.emptied, session.broken,
        )  # fmt: skip
        if aspects and not lacks and not any(aspect.fit is Fit.CONTRADICTS for aspect in aspects.values()):
            view.agreed, view.reading, view.item = exchange.number, exchange, item
        self._settling.shows(operation, session, view, aspects)
        return row
