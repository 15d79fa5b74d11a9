"""Says who asks, from the token that a request carries.

Keeps digests and no token; knows nothing of what is asked for and of bodies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal

from restore_conformance.exchange import Request
from restore_conformance.recogniser.recognition import Seen

_REFUSED = {
    "read-only": "read-only-permission",
    "no-permission": "no-permission",
    "personal": "personal-account",
    "expired": "token-expired",
}
"""Kinds of caller that a create is refused to, and the defect that each of them is."""


Tokens = Literal["named", "shown", "hidden"]


class Callers:
    """Which token belongs to which kind of caller.

    With `tokens` "named" each of them is listed, and any other one is *altered*. "shown": others may be good as well,
    so that they are *unknown*, and a request without any carries *none*. "hidden": that is unknown, too.
    """

    def __init__(self, callers: Mapping[str, str], tokens: Tokens) -> None:
        self._kinds = {_digest(token): kind for token, kind in callers.items()}
        self._tokens = tokens

    def know(self, token: str, kind: str) -> None:
        """Learn a token that was issued meanwhile."""
        self._kinds[_digest(token)] = kind

    def knows(self, token: str) -> bool:
        """Whether a token is that of a caller."""
        return _digest(token) in self._kinds

    def of(self, request: Request, seen: Seen) -> str:
        """The kind of caller of a request; what is wrong with the caller is noted."""
        values = [value for name, value in request.headers if name.lower() == "authorization"]
        value = values[0] if values else None
        if self._tokens != "named" and (len(values) > 1 or (self._tokens == "hidden" and not values)):
            return "unknown"
        if len(values) > 1:
            seen.defects.add("token-malformed")
            return "malformed"
        if value is None:
            seen.defects.add("no-token")
            return "none"
        scheme, _, token = value.strip().partition(" ")
        token = token.strip()
        kind = self._kinds.get(_digest(token))
        if kind is None and self._tokens != "named":
            return "unknown"
        if scheme.lower() != "bearer" or not token:
            seen.defects.add("token-malformed")
            return "malformed"
        if kind is None:
            if self._kinds:
                seen.defects.add("token-altered")
                return "altered"
            return "unknown"
        if kind in _REFUSED:
            seen.defects.add(_REFUSED[kind])
        return kind


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
