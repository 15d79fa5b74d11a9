"""Who asks, and for what: strange ids, callers that may not or may only read, and callers without a token."""

from __future__ import annotations

import uuid

from restore_conformance.payloads.materials import GRANULAR, SITE
from restore_conformance.stories.talk import SESSIONS, Talk

MALFORMED = "not-a-session-id"
NOBODY = "none"
"""A caller that shows no token."""


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


def callers(talk: Talk, session: str, others: list[str], *, activate: bool, brief: bool = False) -> None:
    """Ask every operation about a session that is there as somebody who may not, or may only read.

    All who ask read it before any of them tries to change it.
    """
    if not brief:
        talk.one("get", "GET", session)
    for caller in others:
        talk.one(f"get-as-{caller}", "GET", session, caller=caller)
        talk.say(f"list-as-{caller}", talk.sender.plain("GET", SESSIONS, caller))
        talk.one(f"artifacts-as-{caller}", "GET", session, f"/{SITE}", caller=caller)
        if caller == "no-permission" or not brief:
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
