"""The artifacts that a request sends, adds and removes, as far as its bytes tell. Knows no session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from restore_conformance.state.session import KINDS, Items


def sent_by(payload: Any) -> dict[str, Items]:
    """The artifacts of a payload, by kind."""
    artifacts: dict[str, Items] = {}
    for member, kind in KINDS.items():
        value = payload.get(member) if isinstance(payload, dict) else None
        if isinstance(value, list):
            artifacts[kind] = tuple(artifact for artifact in value if isinstance(artifact, dict))
    return artifacts


def removed_by(names: Iterable[Any], listed: Items | None, number: int | None) -> set[str] | None:
    """Which of the artifacts that are to be removed are there, or None where nobody can say."""
    wanted = {str(name).lower() for name in names}
    if not wanted:
        return set()
    if listed is None or number != len(listed):
        return None
    return wanted & {str(artifact.get("id")).lower() for artifact in listed}


def _key(artifact: Mapping[str, Any]) -> str:
    point = artifact.get("restorePoint")
    name = point.get("id") if isinstance(point, dict) else f"{artifact.get('browseSessionId')} {artifact.get('id')}"
    return str(name).lower()


def adds_again(fresh: Items, sent: Items) -> bool:
    """Whether an addition names what was added before, which a server may take for the same."""
    return not {_key(artifact) for artifact in fresh}.isdisjoint(_key(artifact) for artifact in sent)
