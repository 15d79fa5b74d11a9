"""A talk: one conversation in the making, with its ways to ask, to wait until a change is seen, and to read lists.

Knows no story: what is asked in which order is for those who tell one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from restore_conformance.exchange import Exchange, Request
from restore_conformance.paths import session_path, within
from restore_conformance.payloads.materials import LISTS
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.sending import Sender
from restore_conformance.state import session_of
from restore_conformance.state.ledger import values
from restore_conformance.stories.patience import Patience

SESSIONS = "/solutions/backupRestore/restoreSessions"
PAGES = 40

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Talk:
    """One conversation in the making. `check` is told of every exchange in trouble, before the next is sent.

    `patience` is shared with other talks.
    """

    sender: Sender
    number: int
    story: str
    check: Callable[[Exchange], None]
    patience: Patience
    exchanges: list[Exchange] = field(default_factory=list)
    sent: list[Stimulus] = field(default_factory=list)

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

    def poll(
        self, step: str, session: str, *, below: str = "", caller: str = "good", headers: Headers = ()
    ) -> Exchange:
        """Read a session, or what is `below` it, until nothing is behind or patience ends."""
        readings = 0
        while True:
            found = self.one(step, "GET", session, below, caller=caller, headers=headers)
            readings += 1
            if not self.patience.again(found.known, readings):
                return found

    def list(self, step: str, caller: str = "good", target: str = SESSIONS, pages_at_most: int = PAGES) -> bool:
        """Read a collection page by page; False where it is none, or too long to be read whole.

        Read again until nothing is behind or patience ends; the last reading keeps the name of the step.
        """
        readings = 0
        while True:
            before = len(self.exchanges)
            whole = self._pages(step, caller, target, pages_at_most)
            pages = self.exchanges[before:]
            readings += 1
            if not self.patience.again(pages[-1].known, readings):
                return whole
            for page in pages:
                page.step = f"{step}-early"

    def _pages(self, step: str, caller: str, target: str, at_most: int) -> bool:
        seen: set[str] = set()
        for _ in range(at_most):
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


def is_unseen(found: Exchange) -> bool:
    """Whether nobody can say that a session is there, so that nothing that follows would prove anything."""
    return bool(found.trouble) and found.blame != "target"


def removal(name: str) -> dict[str, Any]:
    """The change that removes an artifact of that id."""
    return {"@removed": {"reason": "changed"}, "id": name}


def artifacts_of(session: str, kind: str) -> str:
    """The route of a session's artifacts of a kind."""
    return session_path(session, LISTS[kind], typed=True)


def names_in(talk: Talk, step: str) -> set[str]:
    """The ids, in small letters, that a list of a talk showed, page after page."""
    return {str(one.get("id")).lower() for page in talk.exchanges if page.step == step for one in values(page)}
