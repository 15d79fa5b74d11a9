"""The settings of a run in the form in which it uses them, and how tokens and ids are read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.output import files
from restore_conformance.settings_table import ROWS
from restore_conformance.spelling import suggestion
from restore_conformance.verdicts import UsageError

TOKEN_VARIABLE = ROWS["token"].environment
STAND_IN = "restore-conformance-was-given-no-token"
"""Sent where no token was given. A target that asks for none passes over it; any other refuses it with 401."""

CALLERS = {
    "delegated": "delegated", "application": "application", "personal": "personal", "expired": "expired",
    "read-only": "read-only", "readonly": "read-only", "read": "read-only",
    "no-permission": "no-permission", "none": "no-permission", "no-permissions": "no-permission",
}  # fmt: skip
"""Names an identity may be given, and the kind of caller each stands for."""

SERVED = frozenset({"delegated", "application"})
"""Kinds of caller that are served like the good one."""


def setting(default: Any, meaning: str) -> Any:
    """A field with its meaning."""
    make = default if callable(default) else (lambda: default)
    return field(default_factory=make, metadata={"meaning": meaning, "secret": False})


def _of(name: str) -> Any:
    """A field whose default is that of its row."""
    return field(default=ROWS[name].default)


@dataclass(slots=True)
class Settings:
    """The settings of a run, in the form in which it is used; meanings and defaults are those of the table."""

    target: str = _of("target")
    token: str = _of("token")
    identities: dict[str, str] = field(default_factory=dict)
    restore_points: tuple[str, ...] = ()
    granular_items: tuple[dict[str, str], ...] = ()
    profile: str = _of("profile")
    seed: int = _of("seed")
    readings: dict[str, frozenset[str]] = field(default_factory=dict)
    edition: str = _of("edition")
    as_of: str = _of("as_of")
    report: str = _of("report")
    deviations: str = _of("deviations")
    ca_bundle: str = _of("ca_bundle")
    emulators: tuple[str, ...] = _of("emulators")
    max_requests: int = _of("max_requests")
    timeout: float = _of("timeout")
    patience: float = _of("patience")
    drawn: int = _of("draws")
    only: tuple[str, ...] = _of("only")
    max_failures: int = _of("max_failures")
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = _of("wait")

    def known_ids(self) -> list[str] | None:
        """The ids of restore points and items that exist on the target, or None where none were named."""
        found = [*self.restore_points, *(item["id"] for item in self.granular_items)]
        return found or None

    def chosen(self) -> Chosen:
        """The edition that binds. Raises UsageError for an unknown one."""
        return chosen(self.edition, self.as_of)

    def tokens(self) -> dict[str, str]:
        """The token of each kind of caller that can be asked as; that of a good one stands in where none was given."""
        return {"good": self.token or STAND_IN, **self.identities}

    def callers(self) -> dict[str, str]:
        """Each token that is sent, and the kind of caller it stands for."""
        return {token: kind for kind, token in self.tokens().items() if token}

    def shown(self) -> dict[str, str]:
        """Every setting as text, secrets as set or unset."""
        made = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if ROWS[_ROW.get(one.name, one.name)].secret:
                names = [pair[0] for pair in value] if isinstance(value, tuple) else value
                made[one.name] = ("set" if isinstance(value, str) else "set: " + ", ".join(names)) if value else "unset"
            elif one.name == "only":
                made[one.name] = ", ".join(value) or EVERY
            elif isinstance(value, tuple):
                made[one.name] = f"{len(value)} named" if value else "none"
            elif isinstance(value, dict):
                made[one.name] = ", ".join(f"{k}={'|'.join(sorted(v))}" for k, v in value.items()) or "none"
            else:
                made[one.name] = str(value)
        return made


EVERY = "every clause"
"""What a run is about that names no clauses, in its record."""
_ROW = {"drawn": "draws"}
"""Fields that are not named like their row."""

Note = Callable[[str], object]
"""Takes a sentence about a setting that was read in another way than it was written."""


def token_from(text: str, note: Note, where: str = "--token") -> str:
    """A token as it was given; `where` names the place. Raises UsageError."""
    return _bare(text, where, note)


def identities_from(pairs: Sequence[str], token: str, note: Note, where: str = "--identity") -> dict[str, str]:
    """NAME=TOKEN pairs. Raises UsageError for an unknown name, and for one token in two parts.

    `token` is that of the good caller, which a delegated or an application caller may share.
    """
    made: dict[str, str] = {}
    for pair in pairs:
        name, _, given = pair.partition("=")
        kind = CALLERS.get(name.strip().lower())
        bare = "" if kind is None else _bare(given, f"{where} {kind}", note)
        if kind is None or not bare:
            known = "read-only, no-permission, personal, expired, delegated, application"
            near = "" if kind else suggestion(name.strip().lower(), CALLERS)
            raise UsageError(f"{where} takes NAME=TOKEN with NAME one of {known}; got {name[:40]!r}.{near}")
        made[kind] = bare
    served = {token, *(made[kind] for kind in SERVED if kind in made)} - {""}
    for kind, bare in made.items():
        others = {made[other] for other in made if other != kind}
        if kind not in SERVED and bare in served | others:
            raise UsageError(f"{where} {kind} has the same token as another caller; each of them needs its own.")
    return made


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
    made: dict[str, tuple[str, str]] = {}
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
        made[low] = (name, value)
    return tuple(made.values())


def _bare(given: str, where: str, note: Note) -> str:
    """A token without white space around it and without the scheme that a header has before it. Raises UsageError."""
    token = given.strip()
    scheme = _SCHEME.match(token)
    if scheme:
        token = token[scheme.end() :]
        note(f"{where} begins with {scheme[0].strip()!r}, which is the scheme; what follows it is taken as the token.")
    odd = next((letter for letter in token if not " " <= letter <= "~"), "")
    if odd:
        what = "a line break" if odd in "\r\n" else "a control character" if odd.isascii() else "a letter beyond ASCII"
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
    lines = lines_from(where, path)
    found = _json(lines) if lines and lines[0].startswith("[") else lines
    ids = tuple(str(one.get("id", "")) if isinstance(one, dict) else str(one) for one in found)
    for one in ids:
        if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", one):
            raise UsageError(f"{where} {path} holds {one[:60]!r}, which is no GUID; one id on each line.")
    if not ids:
        raise UsageError(f"{where} {path} names no restore point; one id on each line.")
    return tuple(dict.fromkeys(ids))


def granular_items_from(path: str, where: str = "--granular-items") -> tuple[dict[str, str], ...]:
    """`browseSessionId id` on each line, or a JSON array of objects with both. Raises UsageError."""
    lines = lines_from(where, path)
    made = []
    for one in _json(lines) if lines and lines[0].startswith("[") else [line.split(None, 1) for line in lines]:
        pair = [one.get("browseSessionId"), one.get("id")] if isinstance(one, dict) else one
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) and part for part in pair):
            raise UsageError(f"{where} {path}: each line takes a browse session id, a blank and an item key.")
        made.append({"browseSessionId": pair[0], "id": pair[1].strip()})
    if not made:
        raise UsageError(f"{where} {path} names no item.")
    return tuple(made)


def _json(lines: list[str]) -> list[Any]:
    try:
        found = json.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The file begins like a JSON array and is none: {error}.") from None
    return found if isinstance(found, list) else []
