"""What is wrong with a request, for people: each defect in words, and the places in the request where it is.

Reads what the recogniser found; decides nothing that is judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.contract.workload import KINDS
from restore_conformance.recogniser.recognition import Sent
from restore_conformance.recogniser.vocabulary import GUID

SAYS = {
    "path-type": "an artifact has no valid destinationType",
    "empty-list": "the list of artifacts is empty",
    "null-list": "the list of artifacts is null",
    "restore-point": "an artifact names no valid restore point",
    "different-destination": "the artifacts have different destinations",
    "too-many": "the request names more artifacts than the limit allows",
    "duplicate": "two artifacts name the same restore point or item",
    "mixed": "full-site artifacts and granular artifacts stand in one request",
    "conflict-on-standard": "conflictBehavior stands in a request for full sites",
    "conflict-value": "conflictBehavior has a value that is not documented",
    "future-value": "destinationType is unknownFutureValue",
    "wrong-type": "a member has a value of the wrong JSON type",
    "item-member-type": "a member of a granular artifact has a value of the wrong JSON type",
    "collection-form": "an object stands where an array is required, or the reverse",
    "empty-object": "the payload is an empty object",
    "browse-session-missing": "a granular artifact has no browseSessionId",
    "item-id-missing": "a granular artifact has no id",
    "no-token": "there is no Authorization header",
    "token-malformed": "the Authorization header is malformed",
    "token-altered": "the token is not valid",
    "token-expired": "the token has expired",
    "no-permission": "the caller has no permission",
    "read-only-permission": "the caller has permission to read only",
    "personal-account": "the caller has a personal account",
    "no-media-type": "there is no Content-Type header",
    "other-media-type": "the Content-Type is not application/json",
    "not-json": "the payload is not JSON",
    "not-utf8": "the payload is not UTF-8",
    "trailing-text": "there is text after the JSON value",
    "not-an-object": "the payload is JSON, but not an object",
    "malformed-id": "the session id is not valid",
    "unknown-id": "there is no session with this id",
    "not-a-draft": "the session is not a draft",
    "malformed-change": "the change is malformed",
    "artifacts-left": "the session still holds artifacts",
    "too-many-active": "too many sessions are active",
}
"""Each defect that a refusal is documented for."""

_HEADERS = {
    "Authorization": {
        "no-token", "token-malformed", "token-altered", "token-expired", "no-permission", "read-only-permission",
        "personal-account",
    },
    "Content-Type": {"no-media-type", "other-media-type"},
}  # fmt: skip
_MOST = 4
"""Places that are named; a mark on everything marks nothing."""


def says(defect: str) -> str:
    """A defect in words."""
    return SAYS.get(defect, defect.replace("-", " "))


def sole(sent: Sent, row: str = "") -> str:
    """The one defect of a request; else the one for which an operation's error table has the `row`; or ""."""
    defects = [tag.partition(":")[2] for tag in sent.tags if tag.startswith("sole:")]
    if len(defects) == 1:
        return defects[0]
    if not row or not sent.operation:
        return ""
    rows = pinned().toml(f"{sent.operation}/page.toml").get("error", ())
    named = [str(refusal["defect"]) for refusal in rows if refusal.get("code") == row]
    return named[0] if len(named) == 1 else ""


def places(sent: Sent, defect: str) -> list[str]:
    """Where in a request a defect is: JSON pointers into the body, `header:NAME`, or `url:ID` for the session id."""
    header = next((name for name, defects in _HEADERS.items() if defect in defects), "")
    if header:
        return [f"header:{header}"]
    if defect in {"malformed-id", "unknown-id", "not-a-draft", "artifacts-left"}:
        return [f"url:{sent.session}"] if sent.session else []
    if not isinstance(sent.payload, dict):
        return []
    return list(dict.fromkeys(_in_body(sent.payload, defect)))[:_MOST]


def _in_body(payload: dict[str, Any], defect: str) -> Iterator[str]:
    lists = [(name, payload[name]) for name in payload if name.partition("@")[0] in KINDS]
    if defect in {"empty-list", "null-list", "mixed", "too-many"}:
        yield from (f"/{_token(name)}" for name, _ in lists)
        return
    if defect.startswith("conflict-"):
        yield "/conflictBehavior"
        return
    if defect in {"wrong-type", "collection-form", "item-member-type"}:
        yield from (breach.pointer for breach in pinned().breaches("create/request.json", payload))
        return
    for name, value in lists:
        elements = (
            [(n, element) for n, element in enumerate(value) if isinstance(element, dict)]
            if isinstance(value, list)
            else []
        )
        yield from _in_elements(f"/{_token(name)}", elements, defect)


def _in_elements(at: str, elements: list[tuple[int, dict[str, Any]]], defect: str) -> Iterator[str]:
    destinations = {str(destination) for destination in pinned().json("types/destinationType.json")["enum"]}
    first: dict[str, int] = {}
    for number, element in elements:
        point = element.get("restorePoint")
        ident = point.get("id") if isinstance(point, dict) else None
        match defect:
            case "path-type" if element.get("destinationType") not in destinations:
                yield f"{at}/{number}/destinationType"
            case "future-value" if element.get("destinationType") == "unknownFutureValue":
                yield f"{at}/{number}/destinationType"
            case "different-destination":
                yield f"{at}/{number}/destinationType"
            case "restore-point" if not isinstance(point, dict):
                yield f"{at}/{number}/restorePoint"
            case "restore-point" if not _is_guid(ident):
                yield f"{at}/{number}/restorePoint/id"
            case "browse-session-missing" if not element.get("browseSessionId"):
                yield f"{at}/{number}/browseSessionId"
            case "item-id-missing" if not element.get("id"):
                yield f"{at}/{number}/id"
            case "duplicate":
                place = "restorePoint/id" if isinstance(point, dict) else "id"
                name = json.dumps([ident, element.get("browseSessionId"), None if ident else element.get("id")])
                if name in first:
                    yield f"{at}/{first[name]}/{place}"
                    yield f"{at}/{number}/{place}"
                first.setdefault(name, number)


def _is_guid(value: Any) -> bool:
    return isinstance(value, str) and GUID.fullmatch(value) is not None


def _token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
