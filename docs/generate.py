"""Writes what the documentation takes from code and data: `make docs`.

A Markdown file names it between two marks, `<!-- generated: NAME -->` and `<!-- end -->`, on lines of their own for
a table, or within a line for one figure. Everything else in these files is written by hand.
"""

from __future__ import annotations

import functools
import re
import sys

import figures
import layers
import tables
from pages import MARKED, ROOT, pages

from restore_conformance.drift import kinds, rules

BLOCKS = {
    "accuracy": figures.accuracy,
    "side-by-side": figures.side_by_side,
    "commands": tables.commands,
    "formats": tables.formats,
    "clauses": tables.clauses,
    "readings": tables.readings,
    "statements": tables.statements,
    "editions": tables.edition_table,
    "faults": tables.faults,
    "variants": tables.variants,
    "fair-readings": tables.fair_readings,
    "settings": tables.settings,
    "live-settings": tables.live_settings,
    "drift-kinds": kinds.markdown,
    "drift-rules": rules.markdown,
    "layers": lambda: f"```\n{layers.picture(ROOT / 'restore_conformance')}```\n",
}
"""What stands on lines of its own, by name. A name with a full stop is a figure of `figures.figure`."""


def filled(text: str, leave: frozenset[str] = frozenset()) -> str:
    """A page with everything between its marks made anew, but for the names in `leave`."""

    def made(match: re.Match[str]) -> str:
        name = match["name"]
        if name in leave:
            return match[0]
        text = figures.figure(name) if "." in name else f"\n{block(name)}\n"
        return f"{match[1]}{text}{match[4]}"

    return MARKED.sub(made, text)


@functools.cache
def block(name: str) -> str:
    """What is generated under a name. Raises KeyError for an unknown one."""
    return BLOCKS[name]().strip()


def main() -> int:
    """Write every page whose generated parts changed, and name them."""
    for path in pages():
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
