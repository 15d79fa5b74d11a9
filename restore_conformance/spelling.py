"""What a misspelt name may have meant, and a number with its noun. Knows nothing of what they stand for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

LONGEST = 200
"""Characters of a name that are compared: similarity takes time by the square of the length."""


LEAST = 0.4
"""How alike (0 to 1) the address of a clause has to be to be suggested."""


def noun(number: float, singular: str, plural: str = "") -> str:
    """The noun that stands behind a number."""
    return singular if number == 1 else plural or f"{singular}s"


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number, in groups of three digits, with its noun."""
    return f"{number:,} {noun(number, singular, plural)}"


def listed(names: Sequence[str], word: str = "and", most: int = 8) -> str:
    """Names in a row, with a word before the last; of more than `most` (0: all) only those, and how many more."""
    if not names:
        return "nothing"
    if 0 < most < len(names):
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def suggestion(name: str, known: Iterable[str], form: str = "{!r}") -> str:
    """A question to end a message with, after a blank: " Did you mean 'quick'?"; "" where nothing is near.

    `form` is how a name is written there.
    """
    near = difflib.get_close_matches(name[:LONGEST], list(known), 1)
    return f" Did you mean {form.format(near[0])}?" if near else ""


def addresses_near(name: str, known: Iterable[str]) -> str:
    """The same with up to three addresses of clauses, which may resemble the name in their last part alone."""
    word = name[:LONGEST]

    def alike(address: str) -> float:
        parts = (address, address.rpartition(".")[2])
        return max(difflib.SequenceMatcher(None, word, part).ratio() for part in parts)

    best = [text for text in sorted(dict.fromkeys(known), key=alike, reverse=True)[:3] if alike(text) >= LEAST]
    return f" Did you mean {', '.join(best)}?" if best else ""
