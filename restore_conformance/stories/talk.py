"""A talk: one conversation in the making, with its ways to ask, to wait until a change is seen, and to read lists.

Knows no story: what is asked in which order is for those who tell one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from restore_conformance.checks.talks import ABSENT, CHANGING
from restore_conformance.exchange import Conversation, Exchange, Request
from restore_conformance.paths import is_segment, session_path, within
from restore_conformance.payloads.materials import LISTS
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.sending import Sender
from restore_conformance.stories.expectations import Look, is_page, values
from restore_conformance.stories.patience import Patience

SESSIONS = "/solutions/backupRestore/restoreSessions"
PAGES = 40

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Talk:
    """One conversation in the making. `check` is told of every exchange in trouble, before the next is sent.

    `routes` are the operations the target is known to have; they and `patience` are shared with other talks.
    `there` says which sessions were made elsewhere and not deleted.
    """

    sender: Sender
    number: int
    story: str
    check: Callable[[Exchange], None]
    patience: Patience
    exchanges: list[Exchange] = field(default_factory=list)
    sent: list[Stimulus] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)
    there: Callable[[], set[str]] = set

    def say(self, step: str, request: Request) -> Exchange:
        exchange = self._send(step, request)
        if exchange.trouble:
            self.check(exchange)
        return exchange

    def _send(self, step: str, request: Request) -> Exchange:
        exchange = self.sender.send(request, family=self.story, step=step, talk=self.number)
        self.exchanges.append(exchange)
        if exchange.sent.operation in CHANGING and (exchange.trouble or (exchange.status or 0) < 300):
            self.patience.changed(exchange.sent.session)
        elif made := session_of(exchange):
            self.patience.created(made)
        return exchange

    def create(self, step: str, stimulus: Stimulus) -> str:
        """Create a session; its id, or "" where none was made."""
        self.sent.append(stimulus)
        return session_of(self.say(step, self.sender.request(stimulus)))

    def refuse(self, stimuli: list[Stimulus]) -> None:
        """Send creates that must be refused. Nothing that follows relies on one, so trouble is left for later."""
        for stimulus in stimuli:
            self.sent.append(stimulus)
            self._send("refusal", self.sender.request(stimulus))

    def one(
        self,
        step: str,
        method: str,
        session: str,
        below: str = "",
        payload: Any = None,
        caller: str = "good",
        headers: Headers = (),
    ) -> Exchange:
        """A request about one session: on the base route, or on the typed one where only that has the operation.

        A payload of bytes is sent as it is.
        """
        typed = method == "PATCH" or below.endswith("Artifacts")
        target = session_path(session, *below.split("/")[1:], typed=typed)
        raw = payload is None or isinstance(payload, bytes)
        body = payload if raw else json.dumps(payload, separators=(",", ":")).encode()
        request = self.sender.plain(method, target, caller, body)
        return self.say(step, replace(request, headers=(*request.headers, *headers)))

    def poll(
        self,
        step: str,
        session: str,
        status: int = 200,
        looks: Sequence[Look] = (),
        *,
        below: str = "",
        caller: str = "good",
        headers: Headers = (),
    ) -> Exchange:
        """Read a session, or what is `below` it, until it is answered so or patience ends.

        `looks` are what a session that is read has to show. A reading that may show what was before, and was not
        repeated for long enough, is marked as stale.
        """
        readings = 0
        while True:
            found = self.one(step, "GET", session, below, caller=caller, headers=headers)
            readings += 1
            lacks = self._lacks(found, session, status, looks)
            if not lacks:
                return found
            view = (found.sent.operation, lacks)
            if not self.patience.again(view, readings, (session,)):
                found.stale = not self.patience.proves(view, (session,))
                return found

    def _lacks(self, found: Exchange, session: str, status: int, looks: Sequence[Look]) -> str:
        """What a reading does not show yet and may come to show; "" where there is nothing to wait for."""
        operation, answer = found.sent.operation, found.answer
        absent = found.status in ABSENT and operation not in self.routes
        if found.trouble and found.blame != "target" and not absent:
            return "trouble"  # nothing was seen yet, and what comes next relies on it
        if found.status not in {200, 404}:
            return ""
        if found.status != status:
            if found.status == 200 and isinstance(answer, dict) and not _is(answer, session):
                return ""
            return "found" if status == 200 else "gone"
        self.patience.came((operation, "found" if status == 200 else "gone"))
        return self._aspect(operation, answer, looks) if _is(answer, session) else ""

    def _aspect(self, operation: str, answer: Any, looks: Sequence[Look]) -> str:
        """The first aspect that is not shown and may come; "" where all are shown, or one is wrong for good."""
        lacking = [look for look in looks if not look.shown(answer)]
        for look in looks:
            if look.proof and look not in lacking:
                self.patience.came((operation, look.aspect))
        return lacking[0].aspect if lacking and all(look.was(answer) for look in lacking) else ""

    def list(
        self,
        step: str,
        caller: str = "good",
        target: str = SESSIONS,
        looks: Sequence[Look] = (),
        *,
        gone: bool = False,
    ) -> bool:
        """Read a collection page by page; False where it is none, or too long to be read whole.

        Read again until it shows what is looked for or patience ends; the last reading keeps the name of the step, and
        is marked as stale where it may show what was before. `gone` says that there is none any more, so that nothing
        better than 404 is waited for.
        """
        readings = 0
        while True:
            before = len(self.exchanges)
            whole = self._pages(step, caller, target)
            pages = self.exchanges[before:]
            readings += 1
            operation, session = pages[0].sent.operation, pages[0].sent.session
            lacks = self._list_lacks(pages, looks, whole=whole, gone=gone)
            if not lacks:
                return whole
            view, sessions = (operation, lacks), (session,) if session else ()
            if not self.patience.again(view, readings, sessions):
                for page in pages:
                    page.stale = not self.patience.proves(view, sessions)
                return whole
            for page in pages:
                page.step = f"{step}-early"

    def _list_lacks(self, pages: Sequence[Exchange], looks: Sequence[Look], *, whole: bool, gone: bool) -> str:
        """What the pages of a list do not show yet and may come to show; "" where there is nothing to wait for."""
        operation = pages[0].sent.operation
        if not looks:
            return ""
        if any(page.status == 404 for page in pages):
            return "" if gone else "found"
        self.patience.came((operation, "found"))
        if not whole or not all(map(is_page, pages)):
            return ""
        return self._aspect(operation, [one for page in pages for one in values(page)], looks)

    def _pages(self, step: str, caller: str, target: str) -> bool:
        seen: set[str] = set()
        for _ in range(PAGES):
            found = self.say(step, self.sender.plain("GET", target, caller))
            if target in seen:
                return False  # round in a circle; what stands in it twice is for a clause
            seen.add(target)
            link = found.answer.get("@odata.nextLink") if isinstance(found.answer, dict) else None
            if found.trouble or found.status != 200:
                return False
            if not isinstance(link, str):
                return True
            target = within(link, self.sender.target.base, target)
            if not target:
                return False
        return False

    def done(self, routes: frozenset[str], known: frozenset[str], there: frozenset[str]) -> Conversation:
        return Conversation(self.number, self.story, tuple(self.exchanges), routes, known, there)


def session_of(exchange: Exchange) -> str:
    """The id of the session a create made, or "" where it made none, or none that can be asked for."""
    if exchange.trouble or exchange.status != 201 or not isinstance(exchange.answer, dict):
        return ""
    found = exchange.answer.get("id")
    return found if isinstance(found, str) and is_segment(found) else ""


def is_unseen(found: Exchange) -> bool:
    """Whether nobody can say that a session is there, so that nothing that follows would prove anything."""
    return bool(found.trouble) and found.blame != "target"


def removal(name: str) -> dict[str, Any]:
    """The change that removes an artifact of that id."""
    return {"@removed": {"reason": "changed"}, "id": name}


def artifacts_of(session: str, kind: str) -> str:
    """The route of a session's artifacts of a kind."""
    return session_path(session, LISTS[kind], typed=True)


def _is(answer: Any, session: str) -> bool:
    """Whether an answer shows this session, or does not say which."""
    shown = answer.get("id") if isinstance(answer, dict) else None
    return not isinstance(shown, str) or shown.lower() == session.lower()


def names_in(talk: Talk, step: str) -> set[str]:
    """The ids, in small letters, that a list of a talk showed, page after page."""
    return {str(one.get("id")).lower() for page in talk.exchanges if page.step == step for one in values(page)}
