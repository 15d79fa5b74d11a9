"""The callers of a live run and their tokens: in memory only, renewed before they expire and once after a 401.

What a token says of its caller is read, never trusted: the service alone decides what it is worth. Signs nobody in.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.live.settings import Login
from restore_conformance.verdicts import Unready

AHEAD = 300.0
"""Seconds before its end at which a token is renewed; less for tokens that live shorter than three times that."""
FRUITLESS = 2
LATEST = 253_402_300_800
"""Seconds from 1970 to the year 10,000, which no clock here can show."""


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """An access token and when it ends, in seconds since 1970."""

    text: str
    expires: float
    renewable: bool = True


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims that matter here; all empty for a token that is not a JWT, as those of personal accounts are.

    `kind` is application or delegated; `expires` and `issued` are seconds since 1970, 0 where unknown.
    """

    tenant: str = ""
    application: str = ""
    audience: str = ""
    kind: str = ""
    permissions: frozenset[str] = frozenset()
    expires: int = 0
    issued: int = 0
    readable: bool = False


def claims_of(token: str) -> Claims:
    """The claims of a JWT (RFC 7519), or empty ones."""
    payload = _payload(token)
    if payload is None:
        return Claims()
    scopes = payload.get("scp")
    roles = payload.get("roles")
    delegated = scopes.split() if isinstance(scopes, str) else []
    granted = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    return Claims(
        tenant=_text(payload, "tid"),
        application=_text(payload, "appid") or _text(payload, "azp"),
        audience=_text(payload, "aud"),
        kind="delegated" if delegated else "application",
        permissions=frozenset((*delegated, *granted)),
        expires=_number(payload, "exp"),
        issued=_number(payload, "iat"),
        readable=True,
    )


def _payload(token: str) -> dict[str, Any] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _number(payload: dict[str, Any], name: str) -> int:
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST:
        return 0
    return int(value)


class Identities(Mapping[str, str]):
    """Kinds of caller to tokens. Safe to use from threads.

    `ask` signs a caller in; `on_token` are called with each new token and its kind, before the token is used.
    """

    def __init__(self, logins: Mapping[str, Login], ask: Callable[[Login], Token]) -> None:
        self._logins = dict(logins)
        self._ask = ask
        self._tokens: dict[str, Token] = {}
        self._lifetimes: dict[str, float] = {}
        self._old: dict[str, str] = {}
        self._fruitless: dict[str, int] = {}
        self._lock = threading.RLock()
        self.on_token: list[Callable[[str, str], None]] = []
        self.renewals = 0

    def __getitem__(self, kind: str) -> str:
        with self._lock:
            token = self._tokens.get(kind)
            if token is None:
                if kind not in self._logins:
                    raise KeyError(kind)
                return self._fresh(kind).text
            ahead = min(AHEAD, self._lifetimes[kind] / 3)
            if token.renewable and token.expires - time.time() <= ahead:
                self.renewals += 1
                return self._fresh(kind).text
            return token.text

    def __iter__(self) -> Iterator[str]:
        return iter(self._logins)

    def __len__(self) -> int:
        return len(self._logins)

    def __contains__(self, kind: object) -> bool:
        return kind in self._logins

    def claims(self, kind: str = "good") -> Claims:
        """What the token of a caller says about it."""
        return claims_of(self[kind])

    def login(self, kind: str) -> Login:
        """How a caller signs in."""
        return self._logins[kind]

    def renewable(self, kind: str) -> bool:
        """Whether a caller can sign in again for another token."""
        with self._lock:
            token = self._tokens.get(kind)
            return token is not None and token.renewable

    def add(self, kind: str, login: Login) -> None:
        """Another caller."""
        with self._lock:
            self._logins[kind] = login

    def drop(self, kind: str) -> None:
        """Forget a caller."""
        with self._lock:
            self._logins.pop(kind, None)
            self._tokens.pop(kind, None)

    def instead_of(self, refused: str) -> str | None:
        """A token in place of one that was answered 401, or None where it was not ours or none can be had.

        Another worker may have renewed it already; then that one is handed out.
        """
        with self._lock:
            kind = self._old.get(refused)
            if kind is None:
                return None
            current = self._tokens[kind]
            if current.text != refused:
                return current.text
            if not current.renewable or self._fruitless.get(kind, 0) >= FRUITLESS:
                return None
            self._fruitless[kind] = self._fruitless.get(kind, 0) + 1
            self.renewals += 1
            return self._fresh(kind).text

    def served(self, token: str) -> None:
        """A token was accepted, so renewing works."""
        with self._lock:
            kind = self._old.get(token)
            if kind is not None:
                self._fruitless[kind] = 0

    def _fresh(self, kind: str) -> Token:
        token = self._ask(self._logins[kind])
        before = self._tokens.get(kind)
        if before is not None and _meant_for(before) != _meant_for(token):
            raise Unready(
                f"Signing in again as {self._logins[kind].where} gave a token for another tenant or service; "
                "nothing more was sent with it."
            )
        self._tokens[kind] = token
        self._lifetimes[kind] = max(1.0, token.expires - time.time())
        if token.text not in self._old:
            # A cache may hand one token to two callers: it stays what it was first.
            self._old[token.text] = kind
            for note in self.on_token:
                note(token.text, kind)
        return token


def _meant_for(token: Token) -> tuple[str, str]:
    """The tenant and the service that a token is for: leave was given for these."""
    claims = claims_of(token.text)
    return claims.tenant.lower(), claims.audience
