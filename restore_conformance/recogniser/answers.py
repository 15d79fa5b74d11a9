"""What an answer holds: its error codes, totals and lists, whatever shape it has. Knows no clause and no schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_GUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def codes(body: Any) -> Iterator[tuple[str, str]]:
    """Every error code of an envelope with where it stands: "top", "inner" (nested ones too), then "details"."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return
    if isinstance(error.get("code"), str):
        yield "top", error["code"]
    later = list(_details(error))
    inner: Any = error
    for _ in range(16):
        inner = next((inner[name] for name in ("innerError", "innererror") if isinstance(inner.get(name), dict)), None)
        if inner is None:
            break
        if isinstance(inner.get("code"), str):
            yield "inner", inner["code"]
        later += _details(inner)
    yield from later


def _details(error: dict[str, Any]) -> Iterator[tuple[str, str]]:
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and isinstance(detail.get("code"), str):
            yield "details", detail["code"]


def id_key(name: Any) -> str:
    """An id as it is compared with others: GUIDs in small letters, any other text as it is, since ids are opaque."""
    text = str(name)
    if text == text.lower():
        return text
    return _GUID.sub(lambda guid: guid[0].lower(), text)


def total(answer: Any) -> int | None:
    """The total of a session, or None where it is not shown as a number."""
    counts = answer.get("restoreSessionArtifactCount") if isinstance(answer, dict) else None
    number = counts.get("total") if isinstance(counts, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def objects(answer: Any, name: str) -> list[dict[str, Any]]:
    """The objects in an array of an answer; none where there is no such array."""
    value = answer.get(name) if isinstance(answer, dict) else None
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []


def point_of(artifact: Any) -> str:
    """The id of the restore point that an artifact names, or ""."""
    point = artifact.get("restorePoint") if isinstance(artifact, dict) else None
    name = point.get("id") if isinstance(point, dict) else None
    return name if isinstance(name, str) else ""


def exceptions(answer: Any) -> list[dict[str, Any]]:
    """The changes that an answer says were not made, one by one."""
    members = answer if isinstance(answer, dict) else {}
    return [
        element for name in members for element in objects(answer, name) if "@Core.DataModificationException" in element
    ]
