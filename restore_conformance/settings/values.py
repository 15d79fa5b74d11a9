"""How tokens, callers, headers and ids are read from a command line, a file or the environment. Sends nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from restore_conformance.output import files
from restore_conformance.spelling import suggestion
from restore_conformance.verdicts import UsageError

CALLERS = {
    "delegated": "delegated", "application": "application", "personal": "personal", "expired": "expired",
    "read-only": "read-only", "readonly": "read-only", "read": "read-only",
    "no-permission": "no-permission", "none": "no-permission", "no-permissions": "no-permission",
}  # fmt: skip
"""Names an identity may be given, and the kind of caller each stands for."""

SERVED = frozenset({"delegated", "application"})
"""Kinds of caller that are served like the good one."""


Note = Callable[[str], object]
"""Takes a sentence about a setting that was read in another way than it was written."""


def identities_from(pairs: Sequence[str], token: str, note: Note, where: str = "--identity") -> dict[str, str]:
    """NAME=TOKEN pairs. Raises UsageError for an unknown name, and for one token in two parts.

    `token` is that of the good caller, which a delegated or an application caller may share.
    """
    tokens: dict[str, str] = {}
    for pair in pairs:
        name, _, given = pair.partition("=")
        kind = CALLERS.get(name.strip().lower())
        bare = "" if kind is None else token_from(given, note, f"{where} {kind}")
        if kind is None or not bare:
            known = "read-only, no-permission, personal, expired, delegated, application"
            near = "" if kind else suggestion(name.strip().lower(), CALLERS)
            raise UsageError(f"{where} takes NAME=TOKEN with NAME one of {known}; got {name[:40]!r}.{near}")
        tokens[kind] = bare
    served = {token, *(tokens[kind] for kind in SERVED if kind in tokens)} - {""}
    for kind, bare in tokens.items():
        others = {tokens[other] for other in tokens if other != kind}
        if kind not in SERVED and bare in served | others:
            raise UsageError(f"{where} {kind} has the same token as another caller; each of them needs its own.")
    return tokens


HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
OURS = frozenset(
    {
        "authorization", "host", "cookie", "content-type", "content-length", "content-encoding", "accept",
        "accept-encoding", "prefer", "client-request-id", "expect", "if-match", "if-none-match",
    }
)  # fmt: skip
"""Headers that the suite sends itself, or that change what is asked for."""
HOPS = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""Headers of one connection, which no gateway passes on (RFC 9110, 7.6.1)."""


def headers_from(pairs: Sequence[str], where: str = "--header") -> tuple[tuple[str, str], ...]:
    """NAME=VALUE pairs; of one name the last counts. Raises UsageError for a header that nobody may add."""
    headers: dict[str, tuple[str, str]] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        name, value, low = name.strip(), value.strip(), name.strip().lower()
        if not HEADER.fullmatch(name) or not value:
            raise UsageError(f"{where} takes NAME=VALUE with the name of a header; got the name {name[:40]!r}.")
        if low == "authorization":
            raise UsageError(f"{where} {name} is not added: the token of a caller is given as a token.")
        if low in HOPS | OURS:
            why = "belongs to one connection" if low in HOPS else "is one that the suite sends or leaves out itself"
            raise UsageError(f"{where} {name} is not added, since that header {why}.")
        if not all(" " <= letter <= "~" for letter in value):
            raise UsageError(f"{where} {name} holds a letter that no header can carry; give printable ASCII.")
        headers[low] = (name, value)
    return tuple(headers.values())


def token_from(given: str, note: Note, where: str = "--token") -> str:
    """A token without white space around it and without the scheme that a header has before it. Raises UsageError.

    `where` names the place where it was given.
    """
    token = given.strip()
    scheme = _SCHEME.match(token)
    if scheme:
        token = token[scheme.end() :]
        note(f"{where} begins with {scheme[0].strip()!r}, which is the scheme; what follows it is taken as the token.")
    bad = next((letter for letter in token if not " " <= letter <= "~"), "")
    if bad:
        what = "a line break" if bad in "\r\n" else "a control character" if bad.isascii() else "a letter beyond ASCII"
        raise UsageError(f"{where} holds {what}, which no Authorization header can carry; give the token alone.")
    return token


_SCHEME = re.compile(r"bearer(\s+|$)", re.IGNORECASE)


LONGEST_LIST = 16 * 1024 * 1024
"""Bytes of a file of ids."""


def lines_from(option: str, path: str) -> list[str]:
    """The lines of a file that are not empty and no comment. Raises UsageError."""
    try:
        text = files.read(Path(path), LONGEST_LIST).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise UsageError(f"{option} {path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def restore_points_from(path: str, where: str = "--restore-points") -> tuple[str, ...]:
    """One id on each line, or a JSON array of ids. Raises UsageError for an empty file and for what is not a GUID."""
    points = restore_points(_entries(where, path), f"{where} {path}")
    if not points:
        raise UsageError(f"{where} {path} names no restore point; one id on each line.")
    return points


def restore_points(entries: Iterable[Any], where: str) -> tuple[str, ...]:
    """Ids of restore points, or objects that have one, each once. Raises UsageError for what is not a GUID.

    Other ids are opaque by Graph's policy, while the error table refuses a restore point whose id is not a GUID.
    """
    ids = tuple(str(entry.get("id", "")) if isinstance(entry, dict) else str(entry) for entry in entries)
    for point in ids:
        if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", point):
            raise UsageError(f"{where} holds {point[:60]!r}, which is not a GUID as ids of restore points are.")
    return tuple(dict.fromkeys(ids))


def granular_items_from(path: str, where: str = "--granular-items") -> tuple[dict[str, str], ...]:
    """`browseSessionId id` on each line, or a JSON array of objects with both. Raises UsageError."""
    entries = _entries(where, path)
    items = granular_items(
        (entry.split(None, 1) if isinstance(entry, str) else entry for entry in entries),
        f"{where} {path}: each line takes a browse session id, a blank and an item key",
    )
    if not items:
        raise UsageError(f"{where} {path} names no item.")
    return items


def granular_items(entries: Iterable[Any], wanted: str) -> tuple[dict[str, str], ...]:
    """Pairs of browse session id and item key, or objects that have both. Raises UsageError that says what is wanted.

    Both are opaque text.
    """
    items = []
    for entry in entries:
        pair = [entry.get("browseSessionId"), entry.get("id")] if isinstance(entry, dict) else entry
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(p, str) and p for p in pair):
            raise UsageError(f"{wanted}.")
        items.append({"browseSessionId": pair[0], "id": pair[1].strip()})
    return tuple(items)


def _entries(option: str, path: str) -> list[Any]:
    """The lines of a file, or the entries of the JSON array that it holds. Raises UsageError."""
    lines = lines_from(option, path)
    return _json(lines) if lines and lines[0].startswith("[") else list(lines)


def _json(lines: list[str]) -> list[Any]:
    try:
        value = json.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The file begins like a JSON array and is not one: {error}.") from None
    return value if isinstance(value, list) else []
