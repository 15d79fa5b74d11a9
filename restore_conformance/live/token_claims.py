"""What an access token says about its caller. Read, never trusted: the service alone decides what a token is worth."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

LATEST = 253_402_300_800
"""Seconds from 1970 to the year 10,000, which no clock here can show."""


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
    found = _payload(token)
    if found is None:
        return Claims()
    scopes = found.get("scp")
    roles = found.get("roles")
    delegated = scopes.split() if isinstance(scopes, str) else []
    granted = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    return Claims(
        tenant=_text(found, "tid"),
        application=_text(found, "appid") or _text(found, "azp"),
        audience=_text(found, "aud"),
        kind="delegated" if delegated else "application",
        permissions=frozenset((*delegated, *granted)),
        expires=_number(found, "exp"),
        issued=_number(found, "iat"),
        readable=True,
    )


def _payload(token: str) -> dict[str, Any] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        made = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return made if isinstance(made, dict) else None


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _number(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST:
        return 0
    return int(value)
