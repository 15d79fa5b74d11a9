"""Text as a person may be shown it: what came over the wire is never markup, a terminal escape or a hidden mark.

Knows no format of report and no library.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

LONGEST = 6000
"""Characters of a body that a report shows."""


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


def body(stored: dict[str, Any] | None) -> str:
    """A stored body as text to show: JSON indented, other text as it is, bytes as base64."""
    if stored is None:
        return "(no body)"
    if "base64" in stored:
        return f"(bytes that are no UTF-8, base64) {stored['base64']}"
    text = str(stored.get("text", ""))
    with contextlib.suppress(ValueError, RecursionError):
        # A number that Python cannot hold would be shown as another one: such a text stays as it was sent.
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False, allow_nan=False)
    if stored.get("cut") or len(text) > LONGEST:
        text = text[:LONGEST] + f"\n… ({stored['size']} bytes in all)"
    return visible(text) or "(empty body)"


def line(text: Any, longest: int = 400) -> str:
    """Text for one line of a terminal or a log: no line break, and nothing a build service takes for a command."""
    shown = visible(text).replace("\n", "\\n").replace("\t", "\\t").replace("##", "#\\u0023")
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
