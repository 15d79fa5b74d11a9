"""What was sent and how it was answered, as the tags that clauses ask for."""

from __future__ import annotations

import hashlib

from restore_conformance.exchange import Exchange


def tags_of(exchange: Exchange) -> frozenset[str]:
    """What was sent and how it was answered, as tags."""
    tags: frozenset[str] = exchange.sent.tags
    if exchange.known is not None and exchange.sent.operation != "create":
        tags |= exchange.known.tags
    response = exchange.response
    if response is None:
        return tags
    more = [str(response.status), f"{response.status // 100}xx"]
    if exchange.trouble and exchange.blame != "target":
        more = [f"troubled:{more[1]}"]
    elif isinstance(exchange.answer, dict):
        more.append("object")
    return tags.union(more)


def stimulus_of(exchange: Exchange) -> str:
    """What an exchange sent, without what differs each time."""
    request = exchange.request
    headers = sorted(
        f"{name.lower()}: {value}" for name, value in request.headers if name.lower() != "client-request-id"
    )
    return hashlib.sha256(repr((request.method, request.target, headers, request.body)).encode()).hexdigest()
