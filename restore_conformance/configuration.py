"""Which configuration files are read, and how far each is trusted.

A file that is named with --config, or lies in the user's own folder for configuration, is the user's. One that only
happens to lie in the working directory may come with somebody else's checkout: what it says of how much is judged and
reported is honoured; where anything is sent, with which secrets, and what is written where, is not. Asks nobody.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from restore_conformance import files
from restore_conformance.verdicts import UsageError

FILE = "restore-conformance.toml"
LARGEST = 256 * 1024
RUN = {"profile": str, "seed": int, "readings": dict, "har": bool, "plain": bool, "edition": str}
"""Settings of a run that any file may hold, and their types."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files say: `run` the settings of RUN, `live` the table of that name, `folder` where that was read.

    `notice` is one sentence about what was not honoured, "" where all was.
    """

    run: dict[str, Any] = field(default_factory=dict)
    live: dict[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    where: str = FILE
    notice: str = ""


def configuration(path: str | None, environment: Mapping[str, str] | None = None) -> Configuration:
    """The configuration of a command: of the file named, else of the user's own and the working directory's.

    Raises UsageError for a file of the user's that cannot be read or used.
    """
    own = Path(path) if path else user_file(environment)
    # Without a home, or with a relative one, that folder would be one of the working directory.
    table = _own(own) if path or (own.is_absolute() and own.is_file()) else {}
    run = {name: table.pop(name) for name in RUN if name in table}
    live = table.pop("live", {})
    if table:
        there = ", ".join((*RUN, "live"))
        raise UsageError(f"{own} has the unknown table or setting {next(iter(table))!r}; there are: {there}.")
    if not isinstance(live, dict):
        raise UsageError(f"{own}: [live] is a table of settings; got {type(live).__name__}.")
    for name, value in run.items():
        _typed(own, name, value)
    here, notice = ({}, "") if path else _found(Path(FILE), own)
    return Configuration(run | here, live, own.parent, str(own), notice)


def user_file(environment: Mapping[str, str] | None = None) -> Path:
    """The file in the user's own folder for configuration, whether or not it is there."""
    environment = os.environ if environment is None else environment
    if sys.platform == "win32":
        folder = Path(environment.get("APPDATA") or "~/AppData/Roaming")
    else:
        folder = Path(environment.get("XDG_CONFIG_HOME") or "~/.config")
    try:
        return folder.expanduser() / "restore-conformance" / FILE
    except RuntimeError:  # nobody's home is known
        return folder / "restore-conformance" / FILE


def _own(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(files.read(path, LARGEST).decode())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--config {path} is no TOML: {error}.") from None


def _found(path: Path, own: Path) -> tuple[dict[str, Any], str]:
    """What the file of the working directory may say, and a sentence about the rest. Never an error of the user."""
    try:
        if not path.is_file() or (own.exists() and path.samefile(own)):
            return {}, ""
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            return {}, f"{path} of the working directory is not honoured: it has more than {LARGEST >> 10} KiB."
        table = tomllib.loads(raw.decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}, f"{path} of the working directory is not honoured: it cannot be read as TOML."
    usable = {name: value for name, value in table.items() if name in RUN and _fits(name, value)}
    rest = sorted(set(table) - set(usable), key=lambda one: (one != "live", one))
    names = ", ".join(one if one.isidentifier() else ascii(one)[:40] for one in rest[:6])
    if not rest:
        return usable, ""
    return usable, (
        f"{path} of the working directory is honoured for {', '.join(RUN)} only, not for {names}: if it is yours, "
        f"name it with --config {path}, or move it to {own.parent}."
    )


def _fits(name: str, value: Any) -> bool:
    kind = RUN[name]
    if kind is dict:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return type(value) is kind


def _typed(path: Path, name: str, value: Any) -> None:
    if not _fits(name, value):
        wanted = {bool: "true or false", int: "a whole number", str: "text", dict: "a table of texts"}[RUN[name]]
        raise UsageError(f"{path}: {name} is {wanted}; got {value!r}.")
