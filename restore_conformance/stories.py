"""Conversations: several requests about one session, told in steps that clauses look at.

A story only sends and names its steps; what the steps must show is for the clauses.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from restore_conformance.exchange import Conversation, Exchange, Request
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.sending import Sender

SESSIONS = "/solutions/backupRestore/restoreSessions"
WAITS = (0.0, 0.3, 0.7, 1.5, 3.0)


@dataclass(slots=True)
class Talk:
    """One conversation in the making."""

    sender: Sender
    number: int
    story: str
    exchanges: list[Exchange] = field(default_factory=list)

    def say(self, step: str, request: Request) -> Exchange:
        exchange = self.sender.send(request, family=self.story, step=step, talk=self.number)
        self.exchanges.append(exchange)
        return exchange

    def create(self, step: str, stimulus: Stimulus) -> Exchange:
        return self.say(step, self.sender.request(stimulus))

    def get(self, step: str, session: str) -> Exchange:
        return self.say(step, self.sender.plain("GET", f"{SESSIONS}/{quote(session, safe='')}"))

    def poll(self, step: str, session: str) -> Exchange:
        """Read a session until it is there or patience ends: a fresh one may take a moment to be seen."""
        for wait in WAITS:
            if wait:
                self.sender.target.pause(wait)
            found = self.get(step, session)
            if found.status != 404:
                break
        return found

    def delete(self, step: str, session: str) -> Exchange:
        return self.say(step, self.sender.plain("DELETE", f"{SESSIONS}/{quote(session, safe='')}"))

    def done(self) -> Conversation:
        return Conversation(self.number, self.story, tuple(self.exchanges))


def session_of(exchange: Exchange) -> str:
    """The id of the session a create made, or "" where it made none."""
    if exchange.trouble or exchange.status != 201 or not isinstance(exchange.answer, dict):
        return ""
    found = exchange.answer.get("id")
    return found if isinstance(found, str) else ""


def probe(talk: Talk) -> str:
    """Whether sessions can be read back: "" if so, else the reason why the clauses that need it say none.

    The route answers as documented if it refuses a malformed id with 400 InvalidRestoreSessionId and an
    unknown one with 404 RestoreSessionNotFound.
    """
    malformed = talk.get("malformed", "not-a-session-id")
    unknown = talk.get("unknown", str(uuid.uuid4()))
    for found, status in ((malformed, 400), (unknown, 404)):
        if found.trouble:
            return f"reading back: {found.trouble}"
        if found.status != status:
            return (
                f"needs GET {SESSIONS}/{{id}}: for {'a malformed' if status == 400 else 'an unknown'} id it answers "
                f"{found.status}, where {status} is documented, so the route may not be there"
            )
    return ""


def read_back(talk: Talk, first: Stimulus, second: Stimulus) -> None:
    """Create, read, create another, read both, delete the first."""
    made = session_of(talk.create("create", first))
    if not made:
        return
    talk.poll("get", made)
    other = session_of(talk.create("create-other", second))
    talk.get("get-again", made)
    if other:
        talk.get("get-other", other)
    talk.delete("delete", made)
    if other:
        talk.delete("delete-other", other)


def refused(talk: Talk, stimuli: list[Stimulus]) -> None:
    """List, send requests that must be refused, list again."""
    if list_all(talk, "before") is None:
        return
    for stimulus in stimuli:
        talk.create("refusal", stimulus)
    list_all(talk, "after")


def list_all(talk: Talk, step: str, pages: int = 60) -> bool | None:
    """Read the list of sessions page by page; None where it is no list or has too many pages to be sure."""
    target = SESSIONS
    for _ in range(pages):
        found = talk.say(step, talk.sender.plain("GET", target))
        if found.trouble or found.status != 200 or not isinstance(found.answer, dict):
            return None
        if not isinstance(found.answer.get("value"), list):
            return None
        link = found.answer.get("@odata.nextLink")
        if not isinstance(link, str):
            return True
        target = below(link, talk.sender.target.base)
        if not target:
            return None
    return None


def below(link: str, base: str) -> str:
    """The part of a link below the service root, so that only the host under test is ever asked."""
    parts = urlsplit(link)
    at = parts.path.find("/solutions/")
    if at < 0:
        return ""
    if parts.hostname and urlsplit(base).hostname and parts.hostname != urlsplit(base).hostname:
        return ""
    return parts.path[at:] + (f"?{parts.query}" if parts.query else "")
