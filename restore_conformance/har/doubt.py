"""What a stranger's recording cannot prove: parts that exporters take out, cut short or blacken.

Everything here errs on the side of *unknown*: a body that may have been tampered with is no body.
"""

from __future__ import annotations

import json
import re
from typing import Any

from restore_conformance.exchange import NOTHING, parse_json

BLACKENED = re.compile(
    r"[*•█]{3,}|x{5,}|[\[<({]*\s*(?:redacted|removed|hidden|filtered|masked|scrubbed|sanitized|sanitised|censored"
    r"|anonymi[sz]ed|secret|obfuscated)\s*[\])>}]*|(?:x{8}-x{4}-x{4}-x{4}-x{12})|\.{3}|…",
    re.IGNORECASE,
)
CONSTANT = re.compile(r"([0-9a-fx])\1{7}-\1{4}-\1{4}-\1{4}-\1{12}", re.IGNORECASE)
"""A GUID of one digit: what a careless tool writes in place of every id."""


def is_blackened(text: str) -> bool:
    """Whether a text stands in the place of one that was taken out."""
    return bool(BLACKENED.fullmatch(text.strip()) or CONSTANT.fullmatch(text.strip()))


def blackened(value: Any, depth: int = 0) -> bool:
    """Whether a JSON value holds such a text anywhere."""
    if isinstance(value, str):
        return is_blackened(value) or ("," in value and any(is_blackened(part) for part in value.split(",")))
    if depth > 50:
        return True
    if isinstance(value, dict):
        return any(blackened(inner, depth + 1) for inner in value.values())
    if isinstance(value, list):
        return any(blackened(inner, depth + 1) for inner in value)
    return False


def body_sent(raw: bytes | None, size: int, length: int = -1) -> bytes | None:
    """A request's body as far as it can be believed: None where it may be cut, mended, blackened or made uniform.

    `size` is what the recorder says was sent, `length` what the request's own header says; negative where nothing
    is said. A body that is no JSON is evidence only where one of them shows that it is all of what was sent.
    """
    if not raw:
        return None
    if size > 0 and len(raw) < size:
        return None
    value = parse_json(raw)
    if value is NOTHING:
        return raw if len(raw) in {size, length} and "\ufffd".encode() not in raw else None
    return None if blackened(value) or _uniform(value) else raw


def _uniform(value: Any) -> bool:
    """Whether every artifact of a list has the same id: a duplicate, or a tool that writes one id for all."""
    for name in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts"):
        elements = value.get(name) if isinstance(value, dict) else None
        if not isinstance(elements, list) or len(elements) < 2:
            continue
        ids = {
            json.dumps(one.get("restorePoint", one.get("id")), sort_keys=True) if isinstance(one, dict) else ""
            for one in elements
        }
        if len(ids) == 1:
            return True
    return False


def trouble_of(status: int, body: bytes, size: int, *, shown: bool) -> str | None:
    """What keeps a recorded answer from being taken at its word, or None.

    `shown` says whether the recording has the answer's body at all; `size` as above.
    """
    if status < 100:
        return "no answer in the recording"
    if status in {204, 205, 304}:
        return None
    if not shown or (not body and size != 0):
        return "the recording does not show the answer's body: it may have been removed"
    if size > 0 and len(body) < size and parse_json(body) is NOTHING:
        return "the recording cuts the answer short"
    if blackened(parse_json(body)):
        return "the recording has blackened parts of the answer"
    return None
