"""The artifacts that a request sends, adds and removes, as far as its bytes tell. Knows no session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from restore_conformance.state.session import KINDS, Items


def sent_by(payload: Any) -> dict[str, Items]:
    """The artifacts of a payload, by kind."""
    found: dict[str, Items] = {}
    for member, kind in KINDS.items():
        value = payload.get(member) if isinstance(payload, dict) else None
        if isinstance(value, list):
            found[kind] = tuple(one for one in value if isinstance(one, dict))
    return found


def removed_by(names: Iterable[Any], listed: Items | None, number: int | None) -> set[str] | None:
    """Which of the artifacts that are to be removed are there, or None where nobody can say."""
    wanted = {str(name).lower() for name in names}
    if not wanted:
        return set()
    if listed is None or number != len(listed):
        return None
    return wanted & {str(one.get("id")).lower() for one in listed}


def _key(one: Mapping[str, Any]) -> str:
    point = one.get("restorePoint")
    name = point.get("id") if isinstance(point, dict) else f"{one.get('browseSessionId')} {one.get('id')}"
    return str(name).lower()


def adds_again(fresh: Items, sent: Items) -> bool:
    """Whether an addition names what was added before, which a server may take for the same."""
    return not {_key(one) for one in fresh}.isdisjoint(_key(one) for one in sent)
