"""A row of the table of settings, and how its values are read and checked, wherever they come from.

Knows no single setting; reads no file and sends nothing.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from restore_conformance.spelling import suggestion
from restore_conformance.verdicts import UsageError

PREFIX = "RESTORE_CONFORMANCE_"
"""Every environment variable of a setting begins with it."""
PYTEST = "--restore-"
"""Every option of pytest begins with it."""

Kind = Literal["text", "whole", "number", "switch", "file", "folder", "date", "texts", "pairs"]
"""`texts` is a list; `pairs` a list of NAME=VALUE, in a file a table of texts."""
Given = Literal["nowhere", "own", "anywhere"]
"""Which file may hold a setting: none; one that is the user's (named with --config, or in the folder for the user's
configuration); or also one that is merely in the working directory and may come with somebody else's checkout."""

MEMBERS = {
    "text": "text", "whole": "a whole number", "number": "a number", "switch": "true or false", "file": "text",
    "folder": "text", "date": "text", "texts": 'a list of texts, such as ["one", "two"]', "pairs": "a table of texts",
}  # fmt: skip
"""What a kind is in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A row of the table.

    `name` is its name in files and, in capitals, in the environment; `option` how a command line spells it. A
    `switch` is on by default where its option begins with "--no-". `commands` take it, "pytest" and "python" (the
    Python interface) among them; `differs` has, for one where the row is another, the members that are. `targets` has
    the kinds of target that it has a meaning for. `places` says which files may hold it, `variable` whether the
    environment may.
    """

    name: str
    kind: Kind
    meaning: str
    commands: frozenset[str]
    targets: frozenset[str]
    default: Any = ""
    option: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    least: float = -math.inf
    most: float = math.inf
    secret: bool = False
    variable: bool = False
    places: Given = "nowhere"
    shown: str = ""
    differs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def at(self, command: str) -> Setting:
        """The row as a command has it."""
        row = replace(self, **self.differs[command]) if command in self.differs else self
        if command == "pytest" and not row.spelled.startswith(PYTEST):
            row = replace(row, option=PYTEST + row.spelled.removeprefix("--"))
        return row

    @property
    def spelled(self) -> str:
        """The option of a command line."""
        return self.option or f"--{self.name.replace('_', '-')}"

    @property
    def key(self) -> str:
        """The name of the value among parsed arguments."""
        return (self.option or self.name).removeprefix("--").replace("-", "_")

    @property
    def environment(self) -> str:
        """The variable that holds it, or "" where the environment is not asked."""
        return PREFIX + self.name.upper() if self.variable else ""

    @property
    def repeatable(self) -> bool:
        """Whether it is given once for each of its values."""
        return self.kind in {"texts", "pairs"}

    @property
    def help(self) -> str:
        """The meaning, with the default where it says something and the variable that may hold it."""
        default = self.shown or ("" if self.default in ("", (), False, True, None) else str(self.default))
        notes = ["repeatable"] if self.repeatable else []
        notes += [f"default: {default}"] if default else []
        notes += [f"also ${self.environment}"] if self.secret and self.variable else []
        return self.meaning + (f" ({'; '.join(notes)})" if notes else "")

    @property
    def range(self) -> str:
        """What a number may be, in words."""
        if self.most == math.inf:
            return f"{_plain(self.least)} or more"
        return f"from {_plain(self.least)} to {_plain(self.most)}"

    def read(self, text: str, where: str) -> Any:
        """The value that a text stands for; `where` is how a message names its place. Raises UsageError."""
        if self.kind == "switch":
            if (value := _SWITCHES.get(text.strip().lower())) is None:
                raise UsageError(f"{where} is true or false; got {text[:40]!r}.")
            return value
        if self.kind in {"whole", "number"}:
            what = "a whole number" if self.kind == "whole" else "a number"
            try:
                number = int(text) if self.kind == "whole" else float(text)
            except ValueError:
                raise UsageError(f"{where} is {what} {self.range}; got {text[:40]!r}.") from None
            return self.checked(number, where)
        return self.checked(text, where)

    def typed(self, value: Any, where: str) -> Any:
        """The value of a file, if it is of the right type; a whole number is a number as well. Raises UsageError."""
        if self.kind == "number" and type(value) is int:
            value = float(value)
        if not self.fits(value):
            raise UsageError(f"{where} is {MEMBERS[self.kind]}; got {str(value)[:40]!r}.")
        if self.kind == "texts":
            return [self.checked(item, where) for item in value]
        return [f"{key}={item}" for key, item in value.items()] if self.kind == "pairs" else self.checked(value, where)

    def fits(self, value: Any) -> bool:
        """Whether the value of a file has the type of this setting."""
        if self.kind == "pairs":
            return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
        if self.kind == "texts":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        wanted = {"whole": (int,), "number": (int, float), "switch": (bool,)}.get(self.kind, (str,))
        return type(value) in wanted

    def checked(self, value: Any, where: str) -> Any:
        """The same value, if it is one that this setting may have. Raises UsageError."""
        if self.kind in {"whole", "number"} and not self.least <= value <= self.most:
            what = "a whole number" if self.kind == "whole" else "a number"
            raise UsageError(f"{where} is {what} {self.range}; got {str(value)[:40]}.")
        if self.choices and value not in self.choices:
            near = suggestion(str(value), self.choices)
            raise UsageError(f"{where} is one of {', '.join(self.choices)}; got {str(value)[:40]!r}.{near}")
        if self.kind == "date" and not _is_date(value):
            raise UsageError(f"{where} {value[:40]} is not a date; write YYYY-MM-DD.")
        return value


def field_of(rows: Mapping[str, Setting]) -> Callable[[str], Any]:
    """Makes a field of a dataclass whose default is that of its row."""
    return lambda name: field(default=rows[name].default)


_SWITCHES = {
    "1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False, "": False,
}  # fmt: skip


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def _is_date(text: str) -> bool:
    """Whether a text is empty, a month (YYYY-MM) or a day (YYYY-MM-DD)."""
    month = re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text)
    try:
        return not text or bool(month and datetime.date.fromisoformat(text if month[1] else f"{text}-01"))
    except ValueError:
        return False
