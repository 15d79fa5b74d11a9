"""What an exchange is to the state, by itself: who asked, when it was answered, whether it shows what is there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.statuses import meaning

LISTS = {"list-artifacts": "standard", "list-granular": "granular"}
"""The kind of artifacts that an operation lists."""
CHANGES = frozenset({"update", "activate", "delete", "delete-typed"})
"""Operations that change a session, and that its error tables refuse for one that is not a draft."""
TRUSTED = frozenset({"good", "delegated", "application", "unknown", "read-only"})
"""Callers whose readings show what is there."""


def caller_of(exchange: Exchange) -> str:
    """Who asks: the kind of caller where it is known, else a digest of what was shown for it."""
    caller: str = exchange.sent.caller
    if caller in {"good", "read-only"}:
        return "good"  # they read what the same tenant made
    if caller != "unknown":
        return caller
    return hashlib.sha256((exchange.request.header("Authorization") or "").encode()).hexdigest()[:16]


def answered_at(exchange: Exchange) -> float | None:
    """When an answer came."""
    return None if exchange.at is None else exchange.at + exchange.seconds


def reads(exchange: Exchange) -> bool:
    """Whether an answer shows what its caller may see."""
    return exchange.sent.caller in TRUSTED and meaning(exchange.status).of_session and not exchange.overlaps


def is_about(answer: Mapping[str, Any], session: str) -> bool:
    """Whether an answer shows this session, or does not say which."""
    shown = answer.get("id")
    return not isinstance(shown, str) or shown.lower() == session.lower()
