"""Keyword arguments of the Python interface as the settings of a run: read and checked by the table of settings.

No configuration file and no environment variable is read: a test means what it says.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from restore_conformance.clauses import Register
from restore_conformance.commands import options, run
from restore_conformance.commands.arguments import Parser, Source, take
from restore_conformance.settings import Settings, values
from restore_conformance.settings.files import Configuration
from restore_conformance.settings.table import ROWS, respelled
from restore_conformance.verdicts import UsageError

Ids = str | PathLike[str] | Sequence[str]
"""A file of ids, or the ids."""
Items = str | PathLike[str] | Sequence[tuple[str, str]]
"""A file of items, or pairs of browse session id and item key."""


def arguments_of(given: Mapping[str, Any]) -> argparse.Namespace:
    """Settings by their names in the table as the arguments of `run`, less empty ones. Raises UsageError."""
    parser = Parser(prog="campaign")
    run.add_arguments(parser)
    arguments = parser.parse_args([])
    for name, value in given.items():
        row, plain = ROWS[name], _plain(value)
        if plain not in ("", [], {}, None, row.default) and not (row.kind == "file" and isinstance(plain, list)):
            take(arguments, row, row.typed(plain, name), Source.CALL, name)
    arguments.configured = Configuration()
    return arguments


def settings_of(given: Mapping[str, Any], register: Register, kind: str = "") -> Settings:
    """The settings that a test gives, for a target of a kind. Raises UsageError, with the names of Python."""
    try:
        settings = options.settings_of(arguments_of(given), register, "python", kind)
    except UsageError as error:
        raise UsageError(in_python(str(error))) from None
    points, items = (given.get(name, ()) for name in ("restore_points", "granular_items"))
    if not isinstance(points, str | PathLike):
        settings.restore_points = values.restore_points(points, "restore_points")
    if not isinstance(items, str | PathLike):
        pairs = [tuple(map(str, item)) if isinstance(item, tuple | list) else item for item in items]
        wanted = "granular_items takes a file, or pairs of browse session id and item key"
        settings.granular_items = values.granular_items(pairs, wanted)
    return settings


def in_python(text: str) -> str:
    """A sentence about the options of the command, with the names that they have in Python."""
    return respelled(text, {row.spelled: row.name for row in ROWS.values()})


def _plain(value: Any) -> Any:
    """A value of the types that a TOML file can have."""
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple | set | frozenset) else value
