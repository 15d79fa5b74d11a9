"""The reference tables of the documentation, made from the register, the command line and the mock."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterable

from restore_conformance.clauses import load
from restore_conformance.cli import COMMANDS
from restore_conformance.commands.arguments import Parser
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import editions
from restore_conformance.drift import report, rules
from restore_conformance.history import notices, runs
from restore_conformance.mock.faults import ALIASES, FAULTS
from restore_conformance.mock.variants import VARIANTS
from restore_conformance.reports import comparison_report
from restore_conformance.settings.row import MEMBERS, Setting
from restore_conformance.settings.table import LIVE, LOGIN, SETTINGS, TARGETS


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; bars and line ends within cells are made safe."""
    names = list(head)
    lines = [_row(names), "|" + "---|" * len(names), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def parser_of(command: str) -> Parser:
    """The parser of one command, as the command line makes it."""
    parser = Parser(prog=f"restore-conformance {command}")
    importlib.import_module(f"restore_conformance.commands.{command}").add_arguments(parser)
    return parser


def commands() -> str:
    """Every command with its arguments and options."""
    parts = [table(["command", "does"], ([f"[`{name}`](#{name})", says] for name, says in COMMANDS.items()))]
    for name, says in COMMANDS.items():
        parser = parser_of(name)
        options = [action for action in parser._actions if action.option_strings and action.dest != "help"]
        words = [action for action in parser._actions if not action.option_strings]
        usage = " ".join(["restore-conformance", name, "[OPTION…]" if options else "", *map(_usage, words)])
        parts.append(f"## {name}\n\n{says[0].upper()}{says[1:]}.\n\n```\n{' '.join(usage.split())}\n```\n")
        if words + options:
            parts.append(table(["argument", "meaning"], ([_spelled(one), _meaning(one)] for one in words + options)))
        if parser.epilog:
            parts.append(parser.epilog + "\n")
    return "\n".join(parts)


def formats() -> str:
    """What is written in several formats, and by which command."""
    every = (comparison_report.FORMATS, notices.FORMATS, runs.FORMATS, report.FORMATS, rules.FORMATS)
    rows = [[f"`{one.command}`", ", ".join(one.names)] for one in every]
    return table(["written by", "formats, the default first"], rows)


def _usage(action: argparse.Action) -> str:
    word = _value(action)
    if action.nargs == "*":
        return f"[{word}…]"
    if action.nargs == "?":
        return f"[{word}]"
    return f"{word}…" if action.nargs == "+" else word


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


def _spelled(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{_value(action)}`"
    return f"`{' '.join([', '.join(action.option_strings), _value(action)]).strip()}`"


def _meaning(action: argparse.Action) -> str:
    return (action.help or "") % {**vars(action), "prog": "restore-conformance"} if action.help else ""


def clauses() -> str:
    """The register: one table for each operation."""
    register, parts = load(), []
    for operation in dict.fromkeys(clause.operation for clause in register.clauses):
        rows = [
            [
                f"`{clause.address}`",
                clause.level.value,
                clause.says + (f" *Not tested: {clause.untested}*" if clause.untested else ""),
                clause.because,
                f"`{clause.fault}`" if clause.fault else "",
            ]
            for clause in register.clauses
            if clause.operation == operation
        ]
        head = ["clause", "level", "requirement", "basis of the level", "smallest fault"]
        parts.append(f"## {operation}\n\n{table(head, rows)}")
    return "\n".join(parts)


def statements() -> str:
    """The numbered statements of the documentation, and the clauses about each."""
    users: dict[str, list[str]] = {}
    for clause in load().clauses:
        for name in clause.statements:
            users.setdefault(name, []).append(f"`{clause.address}`")
    rows = [
        [
            f'<a id="{name.lower()}"></a>{name}',
            row["says"],
            row.get("basis", ""),
            row["source"],
            ", ".join(users.get(name, ())),
        ]
        for name, row in pinned().toml("statements.toml").items()
    ]
    return table(("number", "statement", "basis", "source", "clauses"), rows)


def readings() -> str:
    """Where the documents contradict themselves, and the readings that can be chosen."""
    rows = [
        [
            f"`{entry.key}`",
            entry.conflict,
            "; ".join(f"`{name}`: {says}" for name, says in entry.readings.items()),
            f"`{entry.default}`",
        ]
        for entry in load().interpretations.values()
    ]
    return table(["key", "contradiction", "readings", "default"], rows)


def edition_table() -> str:
    """The editions of the documents."""
    rows = [[f"`{edition.name}`", edition.source, "; ".join(edition.adds)] for edition in editions()]
    return table(["edition", "documents", "adds"], rows)


def faults() -> str:
    """Every seeded fault; other names of the same server stand beside it."""
    aliases: dict[str, list[str]] = {}
    for alias, name in ALIASES.items():
        aliases.setdefault(name, []).append(alias)
    rows = [
        [
            ", ".join(f"`{word}`" for word in (name, *aliases.get(name, []))),
            f"`{fault.breaks}`" if "/" in fault.breaks else fault.breaks,
            fault.shows,
        ]
        for name, fault in sorted(FAULTS.items())
    ]
    return table(["fault", "breaks", "least interaction that shows it"], rows)


def variants() -> str:
    """Every unusual but conforming server."""
    rows = [
        [
            f"`{name}`",
            variant.dimension,
            variant.allowed,
            ", ".join(f"`{address}`" for address in sorted(variant.reports)),
        ]
        for name, variant in sorted(VARIANTS.items())
    ]
    return table(["variant", "dimension", "allowed by", "reported, without binding, by"], rows)


def fair_readings() -> str:
    """The variants that were built against a clause, with the reading that allows each."""
    rows = [
        [f"`{name}`", ", ".join(sorted(variant.reports)) or "nothing", variant.allowed]
        for name, variant in VARIANTS.items()
        if name.startswith("fair-")
    ]
    return table(["variant", "reported by, without binding", "the reading"], rows)


PLACES = {"nowhere": "no", "own": "yours", "anywhere": "any"}


def settings() -> str:
    """The table of settings."""
    head = ["option", "meaning", "type", "default", "in files", "variable", "secret", "taken by", "for targets"]
    return table(head, map(_setting, SETTINGS))


def _setting(row: Setting) -> list[str]:
    kind = " | ".join(row.choices) or {"texts": "texts", "pairs": "pairs"}.get(row.kind, MEMBERS[row.kind])
    if row.kind in {"whole", "number"}:
        kind += f", {row.range}"
    given = PLACES[row.places] if row.places == "nowhere" else f"`{row.name.replace('_', '-')}`, {PLACES[row.places]}"
    default = row.shown or ("" if row.default in ("", (), None) else str(row.default).lower())
    others = [
        f"{one.default or one.shown} for {command}"
        for command in row.differs
        if (one := row.at(command)).default != row.default
    ]
    return [
        f"`{f'{row.spelled} {row.metavar}'.strip()}`",
        row.meaning,
        kind,
        "; ".join(filter(None, [default, *others])),
        given,
        f"`{row.environment}`" if row.environment else "",
        "yes" if row.secret else "",
        ", ".join(sorted(row.commands)),
        "all" if len(row.targets) >= len(TARGETS) - 1 else ", ".join(kind for kind in TARGETS if kind in row.targets),
    ]


def live_settings() -> str:
    """The settings of `[live]`."""
    rows = [[f"`{row.name.replace('_', '-')}`", _default(row.default), row.meaning] for row in (*LOGIN, *LIVE)]
    return table(["setting", "default", "meaning"], rows)


def _default(value: object) -> str:
    if value in ("", (), None, {}):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
