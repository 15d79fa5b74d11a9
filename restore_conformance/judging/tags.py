"""What was sent and what came, as the tags that clauses ask for."""

from __future__ import annotations

from restore_conformance.exchange import Exchange


def tags_of(exchange: Exchange) -> frozenset[str]:
    """What was sent and what came, as tags."""
    tags: frozenset[str] = exchange.sent.tags
    response = exchange.response
    if response is None:
        return tags
    more = [str(response.status), f"{response.status // 100}xx"]
    if exchange.trouble and exchange.blame != "target":
        more = [f"troubled:{more[1]}"]
    elif isinstance(exchange.answer, dict):
        more.append("object")
    return tags.union(more)
