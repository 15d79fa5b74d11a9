"""Conversations: several requests about one session, told in steps that clauses look at.

A story only sends and names its steps; what the steps must show is for the clauses.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from restore_conformance.exchange import Conversation, Exchange, Request
from restore_conformance.payloads.materials import GRANULAR, LISTS, SITE, Materials
from restore_conformance.payloads.stimulus import CREATE, Stimulus
from restore_conformance.sending import Sender

SESSIONS = "/solutions/backupRestore/restoreSessions"
WAITS = (0.0, 0.3, 0.7, 1.5, 3.0)
PAGES = 40
MALFORMED = "not-a-session-id"
NOBODY = "none"
"""A caller that shows no token."""

Settled = Callable[[Any], bool]
"""Whether an answer shows what was done before."""


@dataclass(slots=True)
class Talk:
    """One conversation in the making. `check` is told of every exchange in trouble, before the next is sent."""

    sender: Sender
    number: int
    story: str
    check: Callable[[Exchange], None]
    exchanges: list[Exchange] = field(default_factory=list)

    def say(self, step: str, request: Request) -> Exchange:
        exchange = self.sender.send(request, family=self.story, step=step, talk=self.number)
        self.exchanges.append(exchange)
        if exchange.trouble:
            self.check(exchange)
        return exchange

    def create(self, step: str, stimulus: Stimulus) -> str:
        """Create a session; its id, or "" where none was made."""
        return session_of(self.say(step, self.sender.request(stimulus)))

    def one(
        self, step: str, method: str, session: str, below: str = "", payload: Any = None, caller: str = "good"
    ) -> Exchange:
        """A request about one session: on the base route, or on the typed one where only that has the operation."""
        typed = method == "PATCH" or below.endswith("Artifacts")
        target = f"{CREATE if typed else SESSIONS}/{quote(session, safe='', errors='surrogatepass')}{below}"
        body = None if payload is None else json.dumps(payload, separators=(",", ":")).encode()
        return self.say(step, self.sender.plain(method, target, caller, body))

    def poll(self, step: str, session: str, status: int = 200, settled: Settled | None = None) -> Exchange:
        """Read a session until it is answered so or patience ends: a change may take a moment to be seen.

        `settled` says of the session read whether the change is seen.
        """
        for wait in WAITS:
            if wait:
                self.sender.target.pause(wait)
            found = self.one(step, "GET", session)
            if found.trouble and found.blame != "target":
                continue  # nothing was seen yet, and what comes next relies on it
            if found.status not in {200, 404}:
                break
            if found.status == status and (settled is None or settled(found.answer)):
                break
        return found

    def list(
        self,
        step: str,
        caller: str = "good",
        target: str = SESSIONS,
        settled: Callable[[list[Any]], bool] | None = None,
    ) -> bool:
        """Read a collection page by page; False where it is none, or too long to be read whole.

        Read again until it is `settled` or patience ends; the last reading keeps the name of the step.
        """
        for number, wait in enumerate(WAITS):
            if wait:
                self.sender.target.pause(wait)
            before = len(self.exchanges)
            whole = self._pages(step, caller, target)
            pages = self.exchanges[before:]
            if not whole or settled is None or settled([one for page in pages for one in _value(page)]):
                break
            if number < len(WAITS) - 1:
                for page in pages:
                    page.step = f"{step}-early"
        return whole

    def _pages(self, step: str, caller: str, target: str) -> bool:
        for _ in range(PAGES):
            found = self.say(step, self.sender.plain("GET", target, caller))
            link = found.answer.get("@odata.nextLink") if isinstance(found.answer, dict) else None
            if found.trouble or found.status != 200:
                return False
            if not isinstance(link, str):
                return True
            target = below(link, self.sender.target.base)
            if not target:
                return False
        return False

    def done(self, routes: frozenset[str], known: frozenset[str] = frozenset()) -> Conversation:
        return Conversation(self.number, self.story, tuple(self.exchanges), routes, known)


def session_of(exchange: Exchange) -> str:
    """The id of the session a create made, or "" where it made none."""
    if exchange.trouble or exchange.status != 201 or not isinstance(exchange.answer, dict):
        return ""
    found = exchange.answer.get("id")
    return found if isinstance(found, str) else ""


def below(link: str, base: str) -> str:
    """The part of a link below the service root, so that only the host under test is ever asked."""
    parts = urlsplit(link)
    at = parts.path.find("/solutions/")
    own = urlsplit(base).hostname
    if at < 0 or (parts.hostname and own and parts.hostname != own):
        return ""
    return parts.path[at:] + (f"?{parts.query}" if parts.query else "")


def is_unseen(found: Exchange) -> bool:
    """Whether nobody can say that a session is there, so that nothing that follows would prove anything."""
    return bool(found.trouble) and found.blame != "target"


def holds(number: int) -> Callable[[list[Any]], bool]:
    """Whether a list of artifacts holds so many."""
    return lambda shown: len(shown) == number


def shows(*sessions: str, gone: str = "") -> Callable[[list[Any]], bool]:
    """Whether a list of sessions shows these, and no longer the one that is gone."""

    def look(shown: list[Any]) -> bool:
        names = {str(one.get("id")).lower() for one in shown}
        return names.issuperset(one.lower() for one in sessions if one) and gone.lower() not in names

    return look


def counts(number: int) -> Settled:
    """Whether a session counts so many artifacts, or does not show how many."""
    return lambda session: _total(session) in {None, number}


def _as_made(talk: Talk) -> Settled | None:
    """Whether a session that was made just now counts what create said; nothing to wait for where it said nothing."""
    number = _total(talk.exchanges[-1].answer)
    return None if number is None else counts(number)


def _total(session: Any) -> int | None:
    found = session.get("restoreSessionArtifactCount") if isinstance(session, dict) else None
    total = found.get("total") if isinstance(found, dict) else None
    return total if isinstance(total, int) else None


def has_started(session: Any) -> bool:
    """Whether a session is no draft any more."""
    return not isinstance(session, dict) or session.get("status") != "draft"


def life(talk: Talk, first: Stimulus, second: Stimulus, *, listed: bool) -> None:
    """Create, read in every way, create another, read both, delete the first, look again."""
    made = talk.create("create", first)
    if not made:
        return
    if is_unseen(talk.poll("get", made, settled=_as_made(talk))):
        return
    if first.kind in LISTS:
        talk.list("artifacts", target=_artifacts(made, first.kind), settled=holds(first.artifacts))
    if listed:
        talk.list("list", settled=shows(made))
    other = talk.create("create-other", second)
    talk.one("get-again", "GET", made)
    if other:
        talk.poll("get-other", other)
    gone = talk.one("delete", "DELETE", made)
    if gone.status in {200, 202, 204}:
        talk.poll("get-deleted", made, 404)
        talk.one("delete-again", "DELETE", made)
        talk.one(
            "update-deleted",
            "PATCH",
            made,
            payload={f"{SITE}@delta": [{"@removed": {"reason": "changed"}, "id": made}]},
        )
        if listed:
            talk.list("list-after", settled=shows(gone=made))
    if other:
        talk.poll("get-kept", other)


def life_in_brief(talk: Talk, first: Stimulus, second: Stimulus, refusals: list[Stimulus]) -> None:
    """The same with every clause touched once; between the two lists also requests that must be refused."""
    made = talk.create("create", first)
    if not made:
        return
    if is_unseen(talk.poll("get", made, settled=_as_made(talk))):
        return
    if first.kind in LISTS:
        talk.list("artifacts", target=_artifacts(made, first.kind), settled=holds(first.artifacts))
    other = talk.create("create-other", second)
    talk.list("list", settled=shows(made, other))
    for stimulus in refusals:
        talk.create("refusal", stimulus)
    talk.one("get-again", "GET", made)
    gone = talk.one("delete", "DELETE", made)
    if gone.status in {200, 202, 204}:
        talk.poll("get-deleted", made, 404)
        talk.list("list-after", settled=shows(gone=made))
    if other:
        talk.poll("get-kept", other)


def change(talk: Talk, first: Stimulus, materials: Materials, seed: int, *, brief: bool = False) -> None:
    """Create, add, remove, try every change that must be refused, and look whether it changed anything."""
    made = talk.create("create", first)
    if not made:
        return
    kind = first.kind if first.kind in LISTS else "standard"
    delta, listed = f"{LISTS[kind]}@delta", _artifacts(made, kind)
    known = (first.body or b"").decode()
    every = materials.elements(kind, min(materials.most(kind), first.artifacts + 2), seed)
    fresh = [one for one in every if _own_id(one) not in known][:2]
    number = first.artifacts
    if is_unseen(talk.poll("get", made, settled=_as_made(talk))):
        return
    talk.list("artifacts", target=listed, settled=holds(number))
    before = talk.exchanges[-1]
    if fresh:
        added = talk.one("update-add", "PATCH", made, payload={delta: fresh})
        number += len(fresh) if added.status == 200 else 0
        talk.poll("get-added", made, settled=counts(number))
        talk.list("artifacts-added", target=listed, settled=holds(number))
    names = [one["id"] for one in _value(before) if isinstance(one.get("id"), str)]
    if names:
        gone = {"@removed": {"reason": "changed"}, "id": names[0]}
        removed = talk.one("update-remove", "PATCH", made, payload={delta: [gone]})
        number -= removed.status == 200
        talk.poll("get-removed", made, settled=counts(number))
        talk.list("artifacts-removed", target=listed, settled=holds(number))
        talk.one("update-remove-nothing", "PATCH", made, payload={delta: [{**gone, "id": str(uuid.UUID(int=seed))}]})
    for name, payload in refusals(materials, kind, seed + 1, brief=brief):
        talk.one(f"update-{name}", "PATCH", made, payload=payload)
    talk.one("get-refused", "GET", made)
    if not brief:
        talk.one("update-plain", "PATCH", made, payload={LISTS[kind]: materials.elements(kind, 1, seed + 2)})
    talk.one("delete", "DELETE", made)


def _artifacts(session: str, kind: str) -> str:
    return f"{CREATE}/{quote(session, safe='', errors='surrogatepass')}/{LISTS[kind]}"


def _own_id(element: dict[str, Any]) -> str:
    """The id by which a list knows an element: the item key, or the restore point's id."""
    return str(element.get("id") or element["restorePoint"]["id"])


def _value(exchange: Exchange) -> list[dict[str, Any]]:
    value = exchange.answer.get("value") if isinstance(exchange.answer, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def refusals(materials: Materials, kind: str, seed: int, *, brief: bool = False) -> list[tuple[str, Any]]:
    """Every change that must be refused, by the name of its step."""
    delta = f"{LISTS[kind]}@delta"
    one, other = (
        materials.elements(kind, 1, seed),
        materials.elements("standard" if kind == "granular" else "granular", 1, seed),
    )
    made: list[tuple[str, Any]] = [("empty", {delta: []})]
    if not brief:
        made.append(("null", {delta: None}))
    made += [
        ("twice", {delta: [*one, *one]}),
        ("both", {delta: one, f"{GRANULAR if kind == 'standard' else SITE}@delta": other}),
    ]
    if kind == "standard":
        made += [("nothing-named", {"note": 1}), ("array", [{delta: one}])]
    if kind == "standard" and not brief:
        made.append(("text", {delta: "text"}))
    if kind == "standard":
        made.append(("restore-point", {delta: [{**one[0], "restorePoint": {"id": ""}}]}))
    if materials.most(kind) > 1000:
        made.append(("too-many", {delta: materials.elements(kind, 51, seed + 1)}))
    return made


def activation(talk: Talk, first: Stimulus, second: Stimulus, *, brief: bool = False) -> None:
    """Create two drafts, activate one, try again what only drafts allow, and look at the other."""
    made = talk.create("create", first)
    if not made:
        return
    if is_unseen(talk.poll("get", made, settled=_as_made(talk))):
        return
    other = talk.create("create-other", second)
    if not brief:
        talk.one("get-before", "GET", made)
    started = talk.one("activate", "POST", made, "/activate")
    if started.status is not None and started.status < 300:
        talk.poll("get-activated", made, settled=has_started)
        talk.one("activate-again", "POST", made, "/activate")
        talk.one("update-activated", "PATCH", made, payload={f"{SITE}@delta": [_spare(first)]})
        talk.one("delete-activated", "DELETE", made)
    if other:
        talk.poll("get-other", other)


def _spare(stimulus: Stimulus) -> dict[str, Any]:
    payload = json.loads(stimulus.body or b"{}")
    named = (payload.get(SITE) or [{"destinationType": "inPlace"}])[0]
    return {"restorePoint": {"id": "0b7c2c51-5f0e-4c57-9a63-2f6f2c0f7a11"}, "destinationType": named["destinationType"]}


def strangers(talk: Talk, *, activate: bool, brief: bool = False) -> None:
    """Ask every operation for an id that is none and for one that names nothing."""
    change = {f"{SITE}@delta": [{"@removed": {"reason": "changed"}, "id": MALFORMED}]}
    unknown = str(uuid.UUID(int=0x5EED_0000_0000_4000_8000_0000_0000_0000 + talk.number, version=4))
    for name, session in (("malformed", MALFORMED), ("unknown", unknown)):
        talk.one(f"get-{name}", "GET", session)
        talk.one(f"delete-{name}", "DELETE", session)
        talk.one(f"update-{name}", "PATCH", session, payload=change)
        if activate:
            talk.one(f"activate-{name}", "POST", session, "/activate")
        if not (brief and name == "unknown"):
            talk.one(f"artifacts-{name}", "GET", session, f"/{SITE}")


def callers(talk: Talk, first: Stimulus, others: list[str], *, activate: bool) -> None:
    """Ask every operation as somebody who may not, or may only read."""
    for caller in others:
        made = talk.create(f"create-for-{caller}", first)
        if not made:
            return
        if is_unseen(talk.poll("get", made)):
            return
        talk.one(f"get-as-{caller}", "GET", made, caller=caller)
        talk.say(f"list-as-{caller}", talk.sender.plain("GET", SESSIONS, caller))
        talk.one(f"artifacts-as-{caller}", "GET", made, f"/{SITE}", caller=caller)
        talk.one(f"granular-as-{caller}", "GET", made, f"/{GRANULAR}", caller=caller)
        _change_as(talk, made, caller, activate=activate)


def callers_in_brief(talk: Talk, session: str, others: list[str], *, activate: bool) -> None:
    """The same about one session that is there: all who ask read it before any of them tries to change it."""
    for caller in others:
        talk.one(f"get-as-{caller}", "GET", session, caller=caller)
        talk.say(f"list-as-{caller}", talk.sender.plain("GET", SESSIONS, caller))
        talk.one(f"artifacts-as-{caller}", "GET", session, f"/{SITE}", caller=caller)
        if caller == "no-permission":
            talk.one(f"granular-as-{caller}", "GET", session, f"/{GRANULAR}", caller=caller)
    for caller in others:
        _change_as(talk, session, caller, activate=activate)


def tokenless(talk: Talk, session: str, *, activate: bool) -> None:
    """Ask every operation about a session that is there, without a token; what would change it comes last."""
    talk.one("get-as-nobody", "GET", session, caller=NOBODY)
    talk.say("list-as-nobody", talk.sender.plain("GET", SESSIONS, NOBODY))
    talk.one("artifacts-as-nobody", "GET", session, f"/{SITE}", caller=NOBODY)
    talk.one("granular-as-nobody", "GET", session, f"/{GRANULAR}", caller=NOBODY)
    gone = {f"{SITE}@delta": [{"@removed": {"reason": "changed"}, "id": session}]}
    talk.one("update-as-nobody", "PATCH", session, payload=gone, caller=NOBODY)
    if activate:
        talk.one("activate-as-nobody", "POST", session, "/activate", caller=NOBODY)
    talk.one("delete-as-nobody", "DELETE", session, caller=NOBODY)


def _change_as(talk: Talk, session: str, caller: str, *, activate: bool) -> None:
    gone = {f"{SITE}@delta": [{"@removed": {"reason": "changed"}, "id": session}]}
    talk.one(f"update-as-{caller}", "PATCH", session, payload=gone, caller=caller)
    if activate:
        talk.one(f"activate-as-{caller}", "POST", session, "/activate", caller=caller)
    talk.one(f"delete-as-{caller}", "DELETE", session, caller=caller)


def crowd(talk: Talk, stimulus: Stimulus, number: int = 27) -> None:
    """Activate more sessions than may be active at once."""
    for _ in range(number):
        made = talk.create("create", stimulus)
        if not made:
            return
        started = talk.one("activate", "POST", made, "/activate")
        if started.status is None or started.status >= 300:
            talk.exchanges[-1].step = "activate-one-more"
            return


def refused(talk: Talk, stimuli: list[Stimulus]) -> None:
    """List, send requests that must be refused, list again.

    Where there are more sessions than before, the same again and again, with two lists and nothing between them each
    time: so that sessions somebody else makes meanwhile are told from those of the refused requests.
    """
    if not talk.list("before-0"):
        return
    for stimulus in stimuli:
        talk.create("refusal", stimulus)
    talk.list("after-0")
    if len(_shown(talk, "after-0")) <= len(_shown(talk, "before-0")):
        return
    for again in (1, 2):
        talk.list(f"before-{again}")
        for stimulus in stimuli:
            talk.create("refusal", stimulus)
        talk.list(f"after-{again}")


def _shown(talk: Talk, step: str) -> list[dict[str, Any]]:
    """What a list of a talk showed, page after page."""
    return [one for page in talk.exchanges if page.step == step for one in _value(page)]


def late(talk: Talk, sessions: list[str]) -> None:
    """Read again sessions that were created long before."""
    for number, session in enumerate(sessions):
        talk.poll(f"get-late-{number}", session)
