"""Makes the pages of docs/reference from the code: `make reference`. Nothing in there is written by hand."""

from __future__ import annotations

import sys
from pathlib import Path

from restore_conformance.settings_table import MEMBERS, SETTINGS, Setting

FOLDER = Path(__file__).parent / "reference"
PLACES = {"nowhere": "no", "own": "yours", "anywhere": "any"}
INTRODUCTION = """# Settings

<!-- Made by `make reference` from restore_conformance/settings_table.py. -->

A setting has one value, taken from the first of these places that names it:

1. the command line of `restore-conformance`, or of pytest;
2. the environment, where the table names a variable. A list is separated by commas or line ends, a list of secrets by
   line ends alone; a switch is `true` or `false`;
3. for `run` and pytest, a file: the one named with `--config`, else the two that follow, of which the second wins;
   - `restore-conformance.toml` in your own folder for configuration;
   - `pyproject.toml`, then `restore-conformance.toml`, of the working directory;
4. the default.

`--reading`, `--identity` and `--header` add to what weaker places name; of one name the strongest value counts.

In a file the settings stand in `[run]`; in `pyproject.toml` in `[tool.restore-conformance.run]`. Names may be written
with `-` or `_`. A path lies beside the file that names it. Settings marked *any* are honoured in every file and may
stand before the first table; those marked *yours* only in a file named with `--config` or in your own folder, since a
file of the working directory may come with somebody else's checkout. Secrets stand in no file. What decides where
something is sent, or gives leave to send it, is not read from the environment.

pytest spells each option with `--restore-` in front: `--restore-target`, `--restore-points`.

Settings of a live target stand in `[live]`: see [live.md](../live.md).

"""
EXAMPLE = """
```toml
# pyproject.toml, or restore-conformance.toml without "tool.restore-conformance."
[tool.restore-conformance.run]
profile = "quick"
seed = 7
har = false

[tool.restore-conformance.run.readings]
id-letter-case = "open"
```
"""


def settings_page() -> str:
    """The table of settings as a page."""
    rows = [
        "| option | meaning | type | default | in files | variable | secret | taken by |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(row) for row in SETTINGS),
    ]
    return INTRODUCTION + "\n".join(rows) + "\n" + EXAMPLE


def _row(row: Setting) -> str:
    metavar = f" {row.metavar}" if row.metavar else ""
    kind = " \\| ".join(row.choices) or {"texts": "texts", "pairs": "pairs"}.get(row.kind, MEMBERS[row.kind])
    if row.kind in {"whole", "number"}:
        kind += f", {row.range}"
    given = PLACES[row.places] if row.places == "nowhere" else f"`{row.name.replace('_', '-')}`, {PLACES[row.places]}"
    default = row.shown or ("" if row.default in ("", (), None) else str(row.default).lower())
    others = [
        f"{one.default or one.shown} for {command}"
        for command in row.differs
        if (one := row.at(command)).default != row.default
    ]
    cells = [
        f"`{row.spelled}{metavar.replace('|', chr(92) + '|')}`",
        row.meaning,
        kind,
        "; ".join(filter(None, [default, *others])),
        given,
        f"`{row.environment}`" if row.environment else "",
        "yes" if row.secret else "",
        ", ".join(sorted(row.commands)),
    ]
    return "| " + " | ".join(cells) + " |"


PAGES = {"settings.md": settings_page}
"""Every page that is made, and what makes it."""


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
