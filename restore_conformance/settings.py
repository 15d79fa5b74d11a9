"""The settings of a run: one table of name, default and meaning, which help, reports and checks all read."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from restore_conformance.verdicts import UsageError

TOKEN_VARIABLE = "RESTORE_CONFORMANCE_TOKEN"  # noqa: S105 - the name of a variable, not a secret

CALLERS = {
    "delegated": "delegated", "application": "application", "personal": "personal", "expired": "expired",
    "read-only": "read-only", "readonly": "read-only", "read": "read-only",
    "no-permission": "no-permission", "none": "no-permission", "no-permissions": "no-permission",
}  # fmt: skip
"""Names an identity may be given, and the kind of caller each stands for."""


def setting(default: Any, meaning: str, *, secret: bool = False) -> Any:
    """A field of the table."""
    make = default if callable(default) else (lambda: default)
    return field(default_factory=make, metadata={"meaning": meaning, "secret": secret})


@dataclass(slots=True)
class Settings:
    """Everything a run may be told."""

    target: str = setting("mock", "mock, replay, or the base URL of a server, such as http://127.0.0.1:8080/beta")
    token: str = setting("", f"bearer token of a caller with the permission; also {TOKEN_VARIABLE}", secret=True)
    identities: dict[str, str] = setting(dict, "tokens of other callers, by kind", secret=True)
    restore_points: tuple[str, ...] = setting(tuple, "ids of restore points that exist on the target")
    granular_items: tuple[dict[str, str], ...] = setting(tuple, "items of browse sessions that exist on the target")
    profile: str = setting("standard", "how much is sent: quick, standard or deep")
    seed: int = setting(1, "the same seed sends the same planned requests")
    readings: dict[str, frozenset[str]] = setting(dict, "interpretations narrowed to one reading")
    as_of: str = setting("", "leave out clauses that began after this date (YYYY-MM or YYYY-MM-DD)")
    report: str = setting("reports/latest", "where the run record and the reports go")
    deviations: str = setting("", "a ledger of accepted deviations, as a TOML file")
    ca_bundle: str = setting("", "certificates to trust, as a PEM file")
    emulators: tuple[str, ...] = setting(tuple, "hosts beyond loopback that are emulators, not tenants")
    max_requests: int = setting(0, "most requests to send; 0 for no bound of its own")
    timeout: float = setting(30.0, "seconds to wait for an answer")
    patience: float = setting(30.0, "seconds to wait, in all, until changes are seen")
    drawn: int = setting(-1, "how many stimuli Hypothesis draws; -1 as the profile says")

    def known_ids(self) -> list[str] | None:
        """The ids of restore points and items that exist on the target, or None where none were named."""
        found = [*self.restore_points, *(item["id"] for item in self.granular_items)]
        return found or None

    def callers(self) -> dict[str, str]:
        """Every token that is set, and the kind of caller it stands for."""
        return {token: kind for kind, token in {"good": self.token, **self.identities}.items() if token}

    def shown(self) -> dict[str, str]:
        """Every setting as text, secrets as set or unset."""
        made = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.metadata["secret"]:
                made[one.name] = (
                    ("set: " + ", ".join(value) if isinstance(value, dict) else "set") if value else "unset"
                )
            elif isinstance(value, tuple):
                made[one.name] = f"{len(value)} named" if value else "none"
            elif isinstance(value, dict):
                made[one.name] = ", ".join(f"{k}={'|'.join(sorted(v))}" for k, v in value.items()) or "none"
            else:
                made[one.name] = str(value)
        return made


def token_from(option: str | None) -> str:
    """The token of the option, or of the environment, without white space around it."""
    return (option if option is not None else os.environ.get(TOKEN_VARIABLE, "")).strip()


def identities_from(pairs: list[str]) -> dict[str, str]:
    """NAME=TOKEN pairs. Raises UsageError for a name that is none."""
    made = {}
    for pair in pairs:
        name, _, token = pair.partition("=")
        kind = CALLERS.get(name.strip().lower())
        if kind is None or not token.strip():
            known = "read-only, no-permission, personal, expired, delegated, application"
            raise UsageError(f"--identity takes NAME=TOKEN with NAME one of {known}; got {name!r}.")
        made[kind] = token.strip()
    return made


def lines_from(option: str, path: str) -> list[str]:
    """The lines of a file that are not empty and no comment. Raises UsageError."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option} {path} cannot be read: {error}.") from None
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def restore_points_from(path: str) -> tuple[str, ...]:
    """One id on each line, or a JSON array of ids. Raises UsageError for an empty file and for what is no GUID."""
    lines = lines_from("--restore-points", path)
    found = _json(lines) if lines and lines[0].startswith("[") else lines
    ids = tuple(str(one.get("id", "")) if isinstance(one, dict) else str(one) for one in found)
    for one in ids:
        if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", one):
            raise UsageError(f"--restore-points {path} holds {one[:60]!r}, which is no GUID; one id on each line.")
    if not ids:
        raise UsageError(f"--restore-points {path} names no restore point; one id on each line.")
    return tuple(dict.fromkeys(ids))


def granular_items_from(path: str) -> tuple[dict[str, str], ...]:
    """`browseSessionId id` on each line, or a JSON array of objects with both. Raises UsageError."""
    lines = lines_from("--granular-items", path)
    made = []
    for one in _json(lines) if lines and lines[0].startswith("[") else [line.split(None, 1) for line in lines]:
        pair = [one.get("browseSessionId"), one.get("id")] if isinstance(one, dict) else one
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) and part for part in pair):
            raise UsageError(f"--granular-items {path}: each line takes a browse session id, a blank and an item key.")
        made.append({"browseSessionId": pair[0], "id": pair[1].strip()})
    if not made:
        raise UsageError(f"--granular-items {path} names no item.")
    return tuple(made)


def _json(lines: list[str]) -> list[Any]:
    try:
        found = json.loads("\n".join(lines))
    except ValueError as error:
        raise UsageError(f"The file begins like a JSON array and is none: {error}.") from None
    return found if isinstance(found, list) else []
