"""What a misspelt name may have meant. Knows nothing of what the names stand for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 200
"""Characters of a name that are compared: similarity takes time by the square of the length."""


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that a name resembles, the most similar one first."""
    return difflib.get_close_matches(name[:LONGEST], list(known), most, 0.6)


def suggestion(name: str, known: Iterable[str], form: str = "{!r}") -> str:
    """A question to end a message with, after a blank: "Did you mean 'quick'?"; "" where nothing is near.

    `form` is how a name is written there.
    """
    found = nearest(name, known)
    return f" Did you mean {' or '.join(map(form.format, found))}?" if found else ""
