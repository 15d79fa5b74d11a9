"""Keyword arguments of the Python interface as the settings of a run: read and checked as the command's options are.

No configuration file and no environment variable is read: a test means what it says.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from os import PathLike
from typing import Any, NoReturn

from restore_conformance.clauses import Register
from restore_conformance.commands import options, run
from restore_conformance.configuration import Configuration
from restore_conformance.settings import Settings
from restore_conformance.verdicts import UsageError

Ids = str | PathLike[str] | Sequence[str]
"""A file of ids, or the ids."""
Items = str | PathLike[str] | Sequence[tuple[str, str]]
"""A file of items, or pairs of browse session id and item key."""
_IDS = {"restore_points", "granular_items"}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SPELLED = {"identities": "--identity", "readings": "--reading", "emulators": "--emulator"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that a test may give; each has the meaning of the command's option of that name."""

    target: str = ""
    token: str = ""
    identities: Mapping[str, str] | None = None
    restore_points: Ids = ()
    granular_items: Items = ()
    profile: str = ""
    seed: int | None = None
    readings: Mapping[str, str] | None = None
    edition: str = ""
    emulators: Sequence[str] = ()
    ca_bundle: str | PathLike[str] = ""
    deviations: str | PathLike[str] = ""
    max_requests: int | None = None
    timeout: float | None = None
    patience: float | None = None
    report: str | PathLike[str] = ""


class _Parser(argparse.ArgumentParser):
    """Raises UsageError where a command would end."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}.")


def arguments_of(given: Options) -> argparse.Namespace:
    """The options as a command line would have them. Raises UsageError, with the names that they have in Python."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    run.add_arguments(parser)
    words = []
    for one in fields(given):
        if one.name in _IDS and not isinstance(getattr(given, one.name), str | PathLike):
            continue
        words += [f"{_spelled(one.name)}={text}" for text in _texts(getattr(given, one.name))]
    arguments = parser.parse_args(words)
    arguments.configured = Configuration()
    return arguments


def settings_of(given: Options, register: Register) -> Settings:
    """The settings that the options stand for. Raises UsageError, with the names that they have in Python."""
    try:
        made = options.settings_of(arguments_of(given), register)
    except UsageError as error:
        raise UsageError(in_python(str(error))) from None
    if not isinstance(given.restore_points, str | PathLike):
        made.restore_points = tuple(dict.fromkeys(map(str, given.restore_points)))
        for one in made.restore_points:
            if not _GUID.fullmatch(one):
                raise UsageError(f"restore_points holds {one[:60]!r}, which is not a GUID.")
    if not isinstance(given.granular_items, str | PathLike):
        made.granular_items = tuple({"browseSessionId": browse, "id": key} for browse, key in given.granular_items)
    return made


def in_python(text: str) -> str:
    """A sentence about the options of the command, with the names that they have in Python."""
    names = {_spelled(one.name): one.name for one in fields(Options)}
    return re.sub(r"(?<![\w-])--[a-z][a-z-]*", lambda found: names.get(found[0], found[0]), text)


def _spelled(name: str) -> str:
    return _SPELLED.get(name) or f"--{name.replace('_', '-')}"


def _texts(value: Any) -> list[str]:
    """A value as a command line has it: once, or once for each of several."""
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        return [f"{key}={one}" for key, one in value.items()]
    return [str(value)] if isinstance(value, str | PathLike | int | float) else list(map(str, value))
