"""Who asks, and for what: strange ids, callers that may not or may only read, and callers without a token."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from restore_conformance.exchange import Exchange
from restore_conformance.payloads.materials import GRANULAR, SITE
from restore_conformance.stories.talk import SESSIONS, Talk, removal

MALFORMED = "not-a-session-id"
NOBODY = "none"
"""A caller that shows no token."""


def strangers(talk: Talk, *, activate: bool, brief: bool = False) -> None:
    """Ask every operation for an id that is none and for one that names nothing."""
    change = {f"{SITE}@delta": [removal(MALFORMED)]}
    unknown = str(uuid.UUID(int=0x5EED_0000_0000_4000_8000_0000_0000_0000 + talk.number, version=4))
    for name, session in (("malformed", MALFORMED), ("unknown", unknown)):
        talk.one(f"get-{name}", "GET", session)
        talk.one(f"delete-{name}", "DELETE", session)
        talk.one(f"update-{name}", "PATCH", session, payload=change)
        if activate:
            talk.one(f"activate-{name}", "POST", session, "/activate")
        if not (brief and name == "unknown"):
            talk.one(f"artifacts-{name}", "GET", session, f"/{SITE}")


def callers(talk: Talk, session: str, others: list[str], *, activate: bool, brief: bool = False) -> None:
    """Ask every operation about a session that is there as somebody who may not, or may only read.

    All who ask read it before any of them tries to change it.
    """
    if not brief:
        talk.poll("get", session)
    for caller in others:
        _read_as(talk, session, caller, caller, granular=caller == "no-permission" or not brief)
    for caller in others:
        _change_as(talk, session, caller, caller, activate=activate)


def tokenless(talk: Talk, session: str, *, activate: bool) -> None:
    """Ask every operation about a session that is there, without a token; what would change it comes last."""
    _read_as(talk, session, "nobody", NOBODY, granular=True)
    _change_as(talk, session, "nobody", NOBODY, activate=activate)


def _read_as(talk: Talk, session: str, called: str, caller: str, *, granular: bool) -> None:
    """Ask every operation that reads; `called` is how the steps name the caller.

    Only who may read it is asked again where a session is not found.
    """
    ask = talk.poll if caller == "read-only" else _once(talk)
    ask(f"get-as-{called}", session, caller=caller)
    talk.say(f"list-as-{called}", talk.sender.plain("GET", SESSIONS, caller))
    ask(f"artifacts-as-{called}", session, below=f"/{SITE}", caller=caller)
    if granular:
        ask(f"granular-as-{called}", session, below=f"/{GRANULAR}", caller=caller)


def _once(talk: Talk) -> Callable[..., Exchange]:
    return lambda step, session, below="", caller="good": talk.one(step, "GET", session, below, caller=caller)


def _change_as(talk: Talk, session: str, called: str, caller: str, *, activate: bool) -> None:
    """Ask every operation that changes."""
    talk.one(f"update-as-{called}", "PATCH", session, payload={f"{SITE}@delta": [removal(session)]}, caller=caller)
    if activate:
        talk.one(f"activate-as-{called}", "POST", session, "/activate", caller=caller)
    talk.one(f"delete-as-{called}", "DELETE", session, caller=caller)
