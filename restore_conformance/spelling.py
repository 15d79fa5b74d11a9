"""What a misspelt name may have meant. Knows nothing of what the names stand for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 200
"""Characters of a name that are compared: similarity takes time by the square of the length."""


def suggestion(name: str, known: Iterable[str], form: str = "{!r}") -> str:
    """A question to end a message with, after a blank: " Did you mean 'quick'?"; "" where nothing is near.

    `form` is how a name is written there.
    """
    found = difflib.get_close_matches(name[:LONGEST], list(known), 1)
    return f" Did you mean {form.format(found[0])}?" if found else ""
