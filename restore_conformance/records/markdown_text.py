"""Text as Markdown may show it: what came over the wire stands in code, where no mark-up, mention or link works.

Knows no report.
"""

from __future__ import annotations

import re

from restore_conformance.records.safe_text import visible

_MARKS = re.compile(r"([\\`*_{}\[\]<>()!|~&$])")
_ALONE = re.compile(r"[@#]+")
_LINK = re.compile(r"(?<=[A-Za-z]):(?=//)|(?<=www)\.", re.IGNORECASE)
_TICKS = re.compile(r"`+")


def line(text: str, most: int = 400) -> str:
    """A text on one line, with everything in it visible, cut after `most` characters."""
    # Cut before it is looked at letter by letter: a line may have a million.
    made = " ".join(visible(text[: most * 4]).split())
    return made if len(made) <= most and len(text) <= most * 4 else made[: most - 1] + "…"


def code(text: str, most: int = 400, *, table: bool = False) -> str:
    """A text as a code span; `table` for a place in a table, where a bar must be escaped even in code."""
    shown = line(text, most) or " "
    ticks = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    made = f"{ticks}{pad}{shown}{pad}{ticks}"
    return made.replace("|", "\\|") if table else made


def words(text: str, most: int = 400) -> str:
    """A sentence with every mark of Markdown escaped, and with no mention, reference or link in it."""
    made = _LINK.sub(lambda found: "\\" + found[0], _MARKS.sub(r"\\\1", line(text, most)))
    return _ALONE.sub(lambda found: f"`{found[0]}`", made)


def fenced(text: str, language: str = "") -> str:
    """A text of several lines as a block of code that nothing in it can end."""
    shown = visible(text)
    ticks = "`" * max(3, max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    return f"{ticks}{language}\n{shown}\n{ticks}\n"
