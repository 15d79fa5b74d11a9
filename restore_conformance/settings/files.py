"""Which configuration files are read, and how far each is trusted.

A file that is named with --config, or kept in the user's own folder for configuration, is the user's. One that only
happens to be in the working directory may come with somebody else's checkout: what it says of how much is judged and
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

from restore_conformance.output import files
from restore_conformance.settings.table import settings_of_command
from restore_conformance.spelling import suggestion
from restore_conformance.verdicts import UsageError

FILE = "restore-conformance.toml"
PROJECT = "pyproject.toml"
LARGEST = 256 * 1024
RUN = {row.name: row for row in settings_of_command("run") if row.places != "nowhere"}
"""The settings of a run that a file of the user's may hold, in [run]."""
ANYWHERE = {name: row for name, row in RUN.items() if row.places == "anywhere"}
"""Those that any file may hold, in [run] or before the first table."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files say: `run` the settings of a run, `live` the table of that name, `folder` where that was read.

    `whence` is the file of each setting of a run. `notice` is one sentence about what was not honoured, "" where all
    was.
    """

    run: dict[str, Any] = field(default_factory=dict)
    live: dict[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    where: str = FILE
    notice: str = ""
    whence: dict[str, str] = field(default_factory=dict)


def configuration(path: str | None, environment: Mapping[str, str] | None = None) -> Configuration:
    """The configuration of a command: of the file named, else of the user's own and the working directory's.

    Raises UsageError for a file of the user's that cannot be read or used.
    """
    own = Path(path) if path else user_file(environment)
    # Without a home, or with a relative one, that folder would be one of the working directory.
    table = _own(own, named=bool(path)) if path or (own.is_absolute() and own.is_file()) else {}
    live = table.pop("live", {})
    if not isinstance(live, dict):
        raise UsageError(f"{own}: [live] is a table of settings; got {type(live).__name__}.")
    run = _run_of(table, own)
    whence = dict.fromkeys(run, str(own))
    notices = []
    for name in () if path else (PROJECT, FILE):
        here, notice = _found(Path(name), own)
        run |= here
        whence |= dict.fromkeys(here, name)
        notices += [notice] if notice else []
    return Configuration(run, live, own.parent, str(own), " ".join(notices), whence)


def _run_of(table: dict[str, Any], own: Path) -> dict[str, Any]:
    """The settings of a run in a file of the user's. Raises UsageError for what is not a setting."""
    within = table.pop("run", {})
    if not isinstance(within, dict):
        raise UsageError(f"{own}: [run] is a table of settings; got {type(within).__name__}.")
    values: dict[str, Any] = {}
    for given, known, where in ((table, ANYWHERE, ""), (within, RUN, "run.")):
        for key, value in given.items():
            name = key.replace("-", "_")
            if name not in known:
                there = ", ".join((*known, *(() if where else ("run", "live"))))
                raise UsageError(
                    f"{own} has the unknown table or setting {ascii(where + key)[:60]}; there are: {there}."
                    f"{suggestion(name, known)}"
                )
            if name in values:
                raise UsageError(f"{own} holds {name} twice: before the first table and in [run].")
            known[name].typed(value, f"{own}: {where}{key}")
            values[name] = _beside(own.parent, value) if RUN[name].kind in {"file", "folder"} else value
    return values


def _beside(folder: Path, value: str) -> str:
    """A path in a file of the user's: it is relative to that file, wherever the command is run from."""
    return str(folder / Path(value).expanduser()) if value else value


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


def _own(path: Path, *, named: bool) -> dict[str, Any]:
    shown = f"--config {path}" if named else str(path)
    try:
        table = tomllib.loads(files.read(path, LARGEST).decode())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not TOML: {error}.") from None
    return _tool(table) if path.name == PROJECT else table


def _tool(table: dict[str, Any]) -> dict[str, Any]:
    """Our part of a pyproject.toml."""
    tools = table.get("tool")
    own = tools.get("restore-conformance") if isinstance(tools, dict) else None
    return own if isinstance(own, dict) else {}


def _found(path: Path, own: Path) -> tuple[dict[str, Any], str]:
    """What a file of the working directory may say, and a sentence about the rest. Never an error of the user."""
    try:
        if not path.is_file() or (own.exists() and path.samefile(own)):
            return {}, ""
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if path.name == PROJECT and b"restore-conformance" not in raw:
            return {}, ""
        if len(raw) > LARGEST:
            return {}, f"{path} of the working directory is not honoured: it has more than {LARGEST >> 10} KiB."
        table = tomllib.loads(raw.decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}, f"{path} of the working directory is not honoured: it cannot be read as TOML."
    table = _tool(table) if path.name == PROJECT else table
    within = table.pop("run", {})
    given = [*table.items(), *(within.items() if isinstance(within, dict) else [("run", within)])]
    usable = {
        key.replace("-", "_"): value
        for key, value in given
        if (row := ANYWHERE.get(key.replace("-", "_"))) is not None and row.fits(value)
    }
    rest = sorted(
        {key for key, _ in given if key.replace("-", "_") not in usable}, key=lambda key: (key != "live", key)
    )
    names = ", ".join(key if key.isidentifier() else ascii(key)[:40] for key in rest[:6])
    if not rest:
        return usable, ""
    return usable, (
        f"{path} of the working directory is honoured for {', '.join(ANYWHERE)} only, not for {names}: if it is yours, "
        f"name it with --config {path}, or move it to {own.parent}."
    )
