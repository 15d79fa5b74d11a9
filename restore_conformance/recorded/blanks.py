"""Marks that stand in a recording for values that were removed, and an answer without them.

Knows the forms that tools write, and which members of the answers are text; nothing of requests and headers.
"""

from __future__ import annotations

import re
from typing import Any

CLEAR = (
    r"redacted|removed|hidden|filtered|masked|scrubbed|sanitized|sanitised|censored|anonymi[sz]ed|obfuscated"
    r"|omitted|stripped|suppressed|withheld|elided"
)
VAGUE = (
    r"secret|confidential|private|sensitive|placeholder|dummy|fake|blank|value|string|undefined|none|null|nil|n/?a"
    r"|todo|tbd"
)
BLACKENED = re.compile(
    rf"[*•█#]+|x+|-+|\?+|_*(?:{CLEAR}|{VAGUE})_*|\.{{3}}|…"
    r"|(?:x{8}-x{4}-x{4}-x{4}-x{12})"
    r"|\[[^\[\]{}]*\]|<[^<>]*>|\$?\{+[^{}\":]*\}+|%+[\w -]+%+",
    re.IGNORECASE,
)
"""A whole text that is a mark: of asterisks, a word, or something in brackets ([name redacted], <id>, {{id}})."""

PARTLY = re.compile(
    rf"[*•█]{{3,}}|redacted|[\[<({{][^\[\]<>(){{}}]*\b(?:{CLEAR})\b[^\[\]<>(){{}}]*[\])>}}]|^\S+(?:\.\.\.|…)$",
    re.IGNORECASE,
)
"""A text of which a part was taken out: 2da2****, Bearer [REDACTED], 5f0b1c…"""

CONSTANT = re.compile(r"([0-9a-fx])\1{7}-\1{4}-\1{4}-\1{4}-\1{12}", re.IGNORECASE)
"""A GUID of one digit: what some tools write in place of every id."""

TEXT = frozenset(
    {
        "id", "status", "restoreJobType", "code", "message", "destinationType", "createdDateTime",
        "lastModifiedDateTime", "completedDateTime", "@odata.type", "@odata.context", "@odata.id", "@odata.nextLink",
        "@odata.etag", "displayName", "browseSessionId",
    }
)  # fmt: skip
"""Members of the answers that are text, so that a number or a list there is a mark as well."""

STRUCTURES = frozenset({"error", "value", "restoreSessionArtifactCount", "createdBy", "lastModifiedBy", "restorePoint"})
COUNTS = frozenset({"total", "completed", "inProgress", "failed"})
NULLABLE = frozenset(
    {
        "application", "completedDateTime", "completionDateTime", "device", "displayName", "email", "error",
        "restorePointDateTime", "restoredItemPath", "restoredItemWebUrl", "restoredSiteId", "restoredSiteName",
        "restoredSiteWebUrl", "siteId", "startDateTime", "user",
    }
)  # fmt: skip
"""Nullable members that nothing is compared with: there null counts as a value."""
UNSET = frozenset({"restoredItemKey", "webUrl"})
"""Members that a printed answer shows as an empty text."""
DEEPEST = 50
LONGEST = 2_000
"""Characters of a text that may be a mark; bounds what an expression may cost."""


def is_blackened(text: str) -> bool:
    """Whether a text is a mark for a value that was removed, whole or in part."""
    if len(text) > LONGEST:
        return "***" in text
    plain = text.strip()
    return bool(BLACKENED.fullmatch(plain) or CONSTANT.fullmatch(plain) or PARTLY.search(plain))


def blackened(value: Any, depth: int = 0) -> bool:
    """Whether a JSON value holds such a text anywhere."""
    if isinstance(value, str):
        return is_blackened(value) or ("," in value and any(is_blackened(part) for part in value.split(",")))
    if depth > DEEPEST:
        return True
    if isinstance(value, dict):
        return any(blackened(inner, depth + 1) for inner in value.values())
    if isinstance(value, list):
        return any(blackened(inner, depth + 1) for inner in value)
    return False


def suspicious(value: Any, *, empty: bool, depth: int = 0) -> bool:
    """Whether a request holds what tools write in place of a value: "", null, a number, an empty list or object.

    With `empty` off, lists and objects may be empty and null. No member of a create's request is a number.
    """
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict | list):
        inner = list(value.values()) if isinstance(value, dict) else value
        if depth > DEEPEST or (not inner and empty):
            return True
        return any(
            suspicious(member, empty=empty, depth=depth + 1) for member in inner if empty or depth or member is not None
        )
    return depth > 0 or empty


def pruned(answer: Any) -> tuple[Any, frozenset[str]]:
    """A JSON answer without the places that were blanked, and where they are, as JSON pointers.

    "body" stands for all of it. A place in a list counts for the list, one in an error for the whole error, since
    codes are looked for in several places there. What tools write over a value looks the same as what a faulty
    server answers: "", null, an empty answer, and where text is declared a number or a list.
    """
    if not isinstance(answer, dict):
        return answer, frozenset() if isinstance(answer, list) and answer and not blackened(answer) else WHOLE
    lost: set[str] = set()
    rest = _without_blanks("", answer, "", lost)
    return rest, frozenset(lost) if answer else WHOLE


WHOLE = frozenset({"body"})
_GONE = object()


def _without_blanks(name: str, value: Any, at: str, lost: set[str]) -> Any:
    """The value without blanked places, which are noted in `lost`; _GONE where the value itself is blanked."""
    if _is_blank(name, value, at) or at.count("/") > DEEPEST:
        lost.add("/error" if at.startswith("/error/") else at.partition("/#")[0])
        return _GONE
    if isinstance(value, dict):
        inner = {key: _without_blanks(key, member, f"{at}/{_escaped(key)}", lost) for key, member in value.items()}
        return {key: member for key, member in inner.items() if member is not _GONE}
    if isinstance(value, list):
        return [
            item for item in (_without_blanks("", member, f"{at}/#", lost) for member in value) if item is not _GONE
        ]
    return value


def _is_blank(name: str, value: Any, at: str) -> bool:
    if at != "/error" and ((value is None and name in NULLABLE) or (value == "" and name in UNSET)):
        return False
    if value is None or (isinstance(value, str) and (not value.strip() or is_blackened(value))):
        return True
    if name in TEXT:
        return not isinstance(value, str)
    if name in COUNTS:
        return isinstance(value, list | dict | bool)
    return name in STRUCTURES and (isinstance(value, int | float) or value == {} or (value == [] and name != "value"))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("#", "")
