"""Reads the payload out of a body: media type, encoding, JSON, and whatever is unusual about each.

Says how a body is written; knows no member of any type.
"""

from __future__ import annotations

import json
import re
from typing import Any

from restore_conformance.exchange import Request, whole
from restore_conformance.recogniser.recognition import Seen

LARGE = 512 * 1024
DEEP = 100
NESTED = 300
"""Levels up to which a payload is still one that some client may send."""
BITS = 64


def payload_of(request: Request, seen: Seen, *, strict: bool) -> Any:
    """The JSON value of a body, None where there is none worth looking into; the kind of any other value is noted.

    With `strict` off a missing body or media type may have been taken out by whoever recorded the request.
    """
    body = request.body
    media = _media(request, seen)
    if not body and not strict:
        seen.kind = "removed-body"
        seen.open.add("removed-body")
        return None
    if not body:
        seen.kind = "no-payload"
        if media == "none":
            seen.open.add("no-payload-media-type")
        elif media == "other":
            seen.defects.add("other-media-type")
        return None
    if media == "none":
        if strict:
            seen.defects.add("no-media-type")
        else:
            seen.open.add("removed-media-type")
    elif media == "other":
        seen.defects.add("other-media-type")
    if len(body) > LARGE:
        seen.open.add("very-large")
    payload, unusual = _parsed(body, seen)
    if unusual:
        seen.kind = "no-json"
        return None
    if payload is None:
        seen.kind = "null"
        seen.open.add("null-payload")
        return None
    if not isinstance(payload, dict):
        seen.kind = "no-object"
        seen.defects.add("not-an-object")
    return payload


def _media(request: Request, seen: Seen) -> str:
    value = request.header("Content-Type")
    if value is None or not value.strip():
        return "none"
    essence, _, parameters = value.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() != "utf-8":
        seen.open.add("other-charset")
    if essence.strip().lower() != "application/json":
        return "other"
    if essence.strip() != "application/json" or parameters.strip():
        seen.features.add("media-type-spelling")
    return "json"


def _parsed(body: bytes, seen: Seen) -> tuple[Any, bool]:
    """The JSON value, and whether there is none worth looking into."""
    if body.startswith(b"\xef\xbb\xbf"):
        seen.open.add("unusual-json")
        body = body[3:]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        seen.defects.add("not-utf8")
        return None, True
    depth = _depth(text)
    if depth > DEEP:
        seen.open.add("very-deep")
        if depth <= NESTED:
            seen.features.add("nested")
        return None, True
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(items)
        if len(members) < len(items):
            repeated.append("")
        return members

    def number(digits: str) -> int | float:
        value = whole(digits)
        if abs(value) >= 1 << BITS:
            seen.features.add("big-number")
        return value

    try:
        decoder = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=_constant, parse_int=number)
        stripped = text.lstrip(" \t\r\n")
        value, end = decoder.raw_decode(stripped)
        rest = stripped[end:].strip(" \t\r\n")
    except (ValueError, RecursionError):
        seen.defects.add("not-json")
        return None, True
    if rest:
        seen.defects.add("trailing-text")
        return value, True
    if repeated or _has_half_a_pair(text, value):
        seen.open.add("unpredictable-json")
    if not text.isascii() or ("\\u" in text and _ESCAPED.search(text)):
        seen.open.add("unusual-json")
    if text[:1] in " \t\r\n" or "\n" in text or "\t" in text or ": " in text or " :" in text:
        seen.features.add("white-space")
    return value, False


_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u")


def _has_half_a_pair(text: str, value: Any) -> bool:
    """Whether an escape names half of a surrogate pair (RFC 8259, 8.2), so that no UTF-8 can hold the text."""
    if "\\u" not in text:
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _constant(name: str) -> Any:
    raise ValueError(name)


def _depth(text: str) -> int:
    """How deep brackets nest, counted outside of strings; a bound, so that no parser need be trusted with it."""
    if text.count("[") + text.count("{") <= DEEP:
        return 0
    deepest = depth = 0
    for mark in _BRACKET.findall(_STRING.sub("", text)):
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_BRACKET = re.compile(r"[\[\]{}]")
