"""A talk: one conversation in the making, with its ways to ask, to wait until a change is seen, and to read lists.

Knows no story: what is asked in which order is for those who tell one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from restore_conformance.checks.talks import ABSENT
from restore_conformance.exchange import Conversation, Exchange, Request
from restore_conformance.paths import is_segment, session_path, within
from restore_conformance.payloads.materials import LISTS
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.sending import Sender

SESSIONS = "/solutions/backupRestore/restoreSessions"
WAITS = (0.0, 0.3, 0.7, 1.5, 3.0)
PAGES = 40

Headers = tuple[tuple[str, str], ...]
Settled = Callable[[Any], bool]
"""Whether an answer shows what was done before."""


@dataclass(slots=True)
class Talk:
    """One conversation in the making. `check` is told of every exchange in trouble, before the next is sent.

    `routes` are the operations the target is known to have, `missed` those that were waited for once and never came:
    they are asked for again, and not waited for, unless they are known by then. Both are shared with other talks.
    `there` says which sessions were made elsewhere and not deleted.
    """

    sender: Sender
    number: int
    story: str
    check: Callable[[Exchange], None]
    exchanges: list[Exchange] = field(default_factory=list)
    sent: list[Stimulus] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    there: Callable[[], set[str]] = set

    def say(self, step: str, request: Request) -> Exchange:
        exchange = self._send(step, request)
        if exchange.trouble:
            self.check(exchange)
        return exchange

    def _send(self, step: str, request: Request) -> Exchange:
        exchange = self.sender.send(request, family=self.story, step=step, talk=self.number)
        self.exchanges.append(exchange)
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

    def poll(self, step: str, session: str, status: int = 200, settled: Settled | None = None) -> Exchange:
        """Read a session until it is answered so or patience ends: a change may take a moment to be seen.

        `settled` says of the session read whether the change is seen.
        """
        for wait in WAITS:
            if wait:
                self.sender.target.pause(wait)
            found = self.one(step, "GET", session)
            absent = found.status in ABSENT and "get" not in self.routes
            if found.trouble and found.blame != "target" and not absent:
                continue  # nothing was seen yet, and what comes next relies on it
            if found.status not in {200, 404}:
                break
            if found.status == status and (settled is None or settled(found.answer)):
                break
            if found.status != status and not self._may_come(found):
                break
        if found.status in ABSENT and found.status != status:
            self.missed.add("get")
        return found

    def _may_come(self, found: Exchange) -> bool:
        """Whether it is worth while to ask again for what was not found."""
        return found.status == 200 or found.sent.operation not in self.missed - self.routes

    def list(
        self,
        step: str,
        caller: str = "good",
        target: str = SESSIONS,
        settled: Callable[[list[Any]], bool] | None = None,
        *,
        gone: bool = False,
    ) -> bool:
        """Read a collection page by page; False where it is none, or too long to be read whole.

        Read again until it is `settled` or patience ends; the last reading keeps the name of the step. `gone` says
        that there is none any more, so that nothing better than 404 is waited for.
        """
        for number, wait in enumerate(WAITS):
            if wait:
                self.sender.target.pause(wait)
            before = len(self.exchanges)
            whole = self._pages(step, caller, target)
            pages = self.exchanges[before:]
            late = settled is not None and not gone and pages[0].status == 404 and self._may_come(pages[0])
            if not late and (not whole or settled is None or settled([o for page in pages for o in values(page)])):
                break
            if number < len(WAITS) - 1:
                for page in pages:
                    page.step = f"{step}-early"
        if pages[0].status == 404 and not gone:
            self.missed.add(pages[0].sent.operation)
        return whole

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


def holds(number: int, gone: str = "") -> Callable[[list[Any]], bool]:
    """Whether a list of artifacts holds so many, and no longer the one that is gone."""
    return lambda shown: len(shown) == number and not any(gone and one.get("id") == gone for one in shown)


def shows(*sessions: str, gone: str = "") -> Callable[[list[Any]], bool]:
    """Whether a list of sessions shows these, and no longer the one that is gone."""

    def look(shown: list[Any]) -> bool:
        names = {str(one.get("id")).lower() for one in shown}
        return names.issuperset(one.lower() for one in sessions if one) and gone.lower() not in names

    return look


def counts(number: int) -> Settled:
    """Whether a session counts so many artifacts, or does not show how many."""
    return lambda session: total(session) in {None, number}


def as_made(talk: Talk) -> Settled | None:
    """Whether a session that was made just now counts what create said; nothing to wait for where it said nothing."""
    number = total(talk.exchanges[-1].answer)
    return None if number is None else counts(number)


def total(session: Any) -> int | None:
    found = session.get("restoreSessionArtifactCount") if isinstance(session, dict) else None
    total = found.get("total") if isinstance(found, dict) else None
    return total if isinstance(total, int) else None


def has_started(session: Any) -> bool:
    """Whether a session is no draft any more."""
    return not isinstance(session, dict) or session.get("status") != "draft"


def removal(name: str) -> dict[str, Any]:
    """The change that removes an artifact of that id."""
    return {"@removed": {"reason": "changed"}, "id": name}


def artifacts_of(session: str, kind: str) -> str:
    """The route of a session's artifacts of a kind."""
    return session_path(session, LISTS[kind], typed=True)


def values(exchange: Exchange) -> list[dict[str, Any]]:
    """The objects of one page of a list."""
    value = exchange.answer.get("value") if isinstance(exchange.answer, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def names_in(talk: Talk, step: str) -> set[str]:
    """The ids, in small letters, that a list of a talk showed, page after page."""
    return {str(one.get("id")).lower() for page in talk.exchanges if page.step == step for one in values(page)}
