"""How a command line is parsed: options made from the table of settings, and mistakes reported in one sentence.

What it leaves open is filled in from the environment and from files. Knows rows and spellings; what a value means is
for those who use it.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, NoReturn

from restore_conformance.scrub import Scrub, of_command_line
from restore_conformance.settings.files import RUN, Configuration, configuration
from restore_conformance.settings.row import Setting
from restore_conformance.settings.table import ROWS, secrets_in, settings_of_command
from restore_conformance.spelling import suggestion
from restore_conformance.verdicts import UsageError


class Parser(argparse.ArgumentParser):
    """Takes options by their whole names only, and raises UsageError for what it cannot use.

    An abbreviated option could be one that holds a secret, without being known as such before it is parsed.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        """Report a mistake in one sentence, with what the user may have meant. Raises UsageError."""
        said = re.sub(r"^argument ([^:]*): ", lambda match: f"{match[1].split('/')[-1]}: ", message)
        unknown = re.search(r"^(\S+): invalid choice: '(.*)' \(choose from (.*)\)$", said)
        if unknown:
            names = [name.strip(" '") for name in unknown[3].split(",")]
            near = suggestion(unknown[2], names)
            raise UsageError(f"{unknown[1]} is one of {', '.join(names)}; got {unknown[2][:40]!r}.{near}")
        raise UsageError(f"{said[:1].upper()}{said[1:]}; see {self.prog} --help.")

    def unknown(self, rest: Sequence[str]) -> NoReturn:
        """Say which argument is not known here, without its value, which may be a secret. Raises UsageError."""
        option = next((word.partition("=")[0] for word in rest if word.startswith("-") and word != "-"), None)
        if option is None:
            raise UsageError(f"{rest[0][:60]!r} is one argument too many; see {self.prog} --help.")
        known = [name.removeprefix("--") for name in self._option_string_actions]
        near = suggestion(option.removeprefix("--"), known, "--{}") or f" See {self.prog} --help."
        raise UsageError(f"There is no option {option[:60]}.{near}")


class _Set(argparse.Action):
    """Reads a value by the row of the table, and keeps in `given` how each setting was given."""

    def __init__(self, *args: Any, row: Setting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row = row

    def __call__(
        self, _: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        how = option or self.row.spelled
        if self.row.kind == "switch":
            setattr(namespace, self.dest, True)
        elif self.row.repeatable:
            setattr(namespace, self.dest, [*getattr(namespace, self.dest), self.row.read(values, how)])
        else:
            setattr(namespace, self.dest, self.row.read(values, how))
        _remember(namespace, self.row, Source.CALL, how)


def add_settings(parser: argparse.ArgumentParser, command: str) -> None:
    """The options of a command that are settings, in the order of the table."""
    for row in settings_of_command(command):
        options: dict[str, Any] = {"action": _Set, "row": row, "dest": row.key, "help": row.help.replace("%", "%%")}
        if row.kind == "switch":
            options["nargs"] = 0
        else:
            options["metavar"] = row.metavar or "{" + ",".join(row.choices) + "}"
        parser.add_argument(row.spelled, default=_default(row), **options)


def _default(row: Setting) -> Any:
    """The value among the arguments of a setting that nobody gives."""
    if row.kind == "switch":
        return inverted(row) != row.default
    return list(row.default) if row.repeatable else row.default


def inverted(row: Setting) -> bool:
    """Whether the option of a switch turns it off."""
    return row.spelled.startswith("--no-")


class Source(IntEnum):
    """Where a value comes from, the strongest first."""

    CALL = 0
    """The command line, pytest's, or a call of the Python interface: meant for this one run."""
    ENVIRONMENT = 1
    FILE = 2


def refuse_unused(arguments: argparse.Namespace, modes: Mapping[str, str], mode: str) -> None:
    """Refuse an option that a command passes over when it is used in one of several modes.

    `modes` has the options of each, under the words that choose it. Raises UsageError.
    """
    for option in getattr(arguments, "typed", ()):
        if option not in modes[mode].split():
            others = " or ".join(other for other, options in modes.items() if option in options.split())
            raise UsageError(f"{option} has no meaning with {mode}: it is for {others}.")


def where(arguments: argparse.Namespace, row: Setting) -> str:
    """How the user gave a setting: an option, a variable or a place in a file; its option where it was not given."""
    return _given(arguments).get(row.name, (Source.CALL, row.spelled))[1]


def source_of(arguments: argparse.Namespace, name: str) -> Source | None:
    """The strongest source of a setting, or None where nobody gave it."""
    return _given(arguments).get(name, (None, ""))[0]


def outranked(arguments: argparse.Namespace, row: Setting, source: Source) -> bool:
    """Whether a stronger source leaves no room for a value: it has the same setting, or another way to say it."""
    given = _given(arguments)
    other = given.get(_OTHER.get(row.name, ""))
    return (row.name in given and row.kind != "pairs") or (other is not None and other[0] < source)


def take(arguments: argparse.Namespace, row: Setting, value: Any, source: Source, whence: str) -> None:
    """Fill in a value that is not outranked; pairs are added to those of stronger sources, which go before."""
    if row.kind == "pairs":
        setattr(arguments, row.key, [*value, *getattr(arguments, row.key)])
    else:
        setattr(arguments, row.key, inverted(row) != value if row.kind == "switch" else value)
    _remember(arguments, row, source, whence)


_OTHER = {"edition": "as_of", "as_of": "edition"}
"""Two ways to say which edition binds."""


def _given(arguments: argparse.Namespace) -> Mapping[str, tuple[Source, str]]:
    """Each setting that was given, its strongest source, and how it was given there."""
    return getattr(arguments, "given", {})


def _remember(arguments: argparse.Namespace, row: Setting, source: Source, whence: str) -> None:
    arguments.given = {row.name: (source, whence), **_given(arguments)}


def pass_over(arguments: argparse.Namespace, row: Setting) -> None:
    """Go on as if nobody had given a setting."""
    setattr(arguments, row.key, _default(row))
    arguments.given = {name: how for name, how in _given(arguments).items() if name != row.name}


def take_environment(
    arguments: argparse.Namespace, rows: Sequence[Setting], environment: Mapping[str, str] | None = None
) -> None:
    """Fill in from the environment what the command line leaves open. Raises UsageError."""
    environment = os.environ if environment is None else environment
    for row in rows:
        text = environment.get(row.environment, "") if row.environment else ""
        if not text.strip() or outranked(arguments, row, Source.ENVIRONMENT):
            continue
        words = [word.strip() for word in re.split(r"\n" if row.secret else r"[\n,]", text) if word.strip()]
        value = words if row.repeatable else row.read(text.strip(), row.environment)
        take(arguments, row, value, Source.ENVIRONMENT, row.environment)


def configured(arguments: argparse.Namespace) -> Configuration:
    """The configuration of a command, read once; says what of it is not honoured. Raises UsageError."""
    config: Configuration | None = getattr(arguments, "configured", None)
    if config is None:
        config = arguments.configured = configuration(arguments.config)
        if config.notice:
            print(f"restore-conformance: {config.notice}", file=sys.stderr)
    return config


def fill_in(arguments: argparse.Namespace) -> None:
    """Take from the files what the command line and the environment leave open. Raises UsageError."""
    config = configured(arguments)
    for name, value in config.run.items():
        row = RUN[name]
        if not outranked(arguments, row, Source.FILE):
            whence = f"{name} of {config.whence[name]}"
            take(arguments, row, row.typed(value, whence), Source.FILE, whence)


def scrub_of_command_line(arguments: Sequence[str]) -> Scrub:
    """A scrubber that knows every secret of a command line and of the environment, and shows the hosts typed there."""
    scrub = of_command_line(arguments, ROWS["token"].environment)
    for name, value in secrets_in(arguments, os.environ).items():
        scrub.known(name, value)
    return scrub
