"""Text that is safe to show: text from a server is never markup, a terminal escape or a hidden mark.

Four forms: several lines, one line, code in Markdown, a sentence in Markdown. Knows no report and no library.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from restore_conformance.spelling import counted

_PART = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],:]|\s+|[^\s{}\[\],:"]+', re.DOTALL)
DEEPEST = 60
"""Levels of JSON that are indented."""
LONGEST_BODY = 6000
"""Characters of a body that a report shows."""

_MARKS = re.compile(r"([\\`*_\[\]<>|~&$])")
_MENTION = re.compile(r"@[\w.]*|#+")
_LINK = re.compile(r"(?<=[A-Za-z]):(?=//)|(?<=www)\.", re.IGNORECASE)
_TICKS = re.compile(r"`+")


class _Table(dict[int, str]):
    """What each character is shown as; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        shown = c if c in "\n\t" or c.isprintable() else f"\\u{code:04x}"
        if len(self) < 20_000:
            self[code] = shown
        return shown


_SHOWN = _Table()


def visible(text: Any) -> str:
    """Text with control characters and marks that change the direction of writing made visible."""
    shown = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    if shown.replace("\n", "").replace("\t", "").isprintable():  # nearly always; no hidden mark is
        return shown
    return shown.translate(_SHOWN)


def shortened(text: str, longest: int) -> str:
    """A text of at most that many characters, with a note of what was cut."""
    return text if len(text) <= longest else f"{text[:longest]}… ({counted(len(text), 'character')})"


def body(stored: dict[str, Any] | None) -> str:
    """A stored body as text to show: JSON indented, also where it was cut; other text as it is, bytes as base64."""
    if stored is None:
        return "(no body)"
    if "base64" in stored:
        return f"(bytes that are not UTF-8, base64) {stored['base64']}"
    text = str(stored.get("text", ""))
    with contextlib.suppress(ValueError, RecursionError):
        # A number that Python cannot hold would be shown as another one: such a text stays as it was sent.
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False, allow_nan=False)
    if stored.get("cut") and text[:1] in {"{", "["}:
        text = _indented(text[:LONGEST_BODY])
    if stored.get("cut") or len(text) > LONGEST_BODY:
        text = text[:LONGEST_BODY] + f"\n… ({counted(stored['size'], 'byte')} in all)"
    return visible(text) or "(empty body)"


def _indented(text: str) -> str:
    """JSON that was cut off, with its lines; the characters of its texts are left as they are."""
    depth, shown = 0, []
    for part in _PART.findall(text):
        depth += (part in {"{", "["}) - (part in {"}", "]"})
        start = "\n" + "  " * min(max(depth, 0), DEEPEST)
        if part in {"{", "[", ","}:
            shown.append(part + start)
        elif part in {"}", "]"}:
            shown.append(start + part)
        elif not part.isspace():
            shown.append(": " if part == ":" else part)
    return "".join(shown)


def line(text: Any, longest: int = 400) -> str:
    """Text for one line of a terminal or a log: no line break, and nothing a build service takes for a command."""
    # Cut before it is read character by character: a line may have a million.
    shown = visible(text[: longest + 1] if isinstance(text, str) else text)
    shown = shown.replace("\n", "\\n").replace("\t", "\\t").replace("##", "#\\u0023")
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def code(text: Any, longest: int = 400, *, table: bool = False) -> str:
    """A text as code in a line of Markdown; `table` for a cell, where a bar must be escaped even in code."""
    shown = line(text, longest)
    if not shown.strip():
        return "` `"
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") or shown[0] == shown[-1] == " " else ""
    span = f"{ticks}{pad}{shown}{pad}{ticks}"
    return span.replace("|", "\\|") if table else span


def words(text: str, longest: int = 400) -> str:
    """A sentence in Markdown: every mark escaped; no mention, reference or link, and `@odata.type` as code."""
    pieces = re.split(f"({_MENTION.pattern})", line(text, longest))
    return "".join(
        f"`{piece}`" if at % 2 else _LINK.sub(lambda match: "\\" + match[0], _MARKS.sub(r"\\\1", piece))
        for at, piece in enumerate(pieces)
    )


def fenced(text: str, language: str = "") -> str:
    """A text as a block of code in Markdown, with a fence that nothing in it closes."""
    shown = visible(text)
    ticks = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(shown)), default=0))
    return f"{ticks}{language}\n{shown}\n{ticks}\n"
