"""Values of a recording as other tools write them: of the wrong type, in several forms, or missing. Never an error.

What is no text is "", what is no header is passed over, what is no status is 0. Knows no format of recordings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from restore_conformance.exchange import Headers, paired


def table(value: Any) -> dict[str, Any]:
    """A mapping; empty for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """A text as UTF-8 can have it: what was replaced is looked for later."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return paired(value) if isinstance(value, str) else ""


def number(value: Any, otherwise: float) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return otherwise
    return float(value)


def integer(value: Any, otherwise: int) -> int:
    """A whole number, also where it is written as a text."""
    if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 12:
        return int(value)
    found = number(value, math.nan)
    return otherwise if math.isnan(found) or abs(found) > 2**53 else int(found)


def status(value: Any) -> int:
    """A status of HTTP."""
    found = integer(value, 0)
    return found if 100 <= found <= 599 else 0


def headers(value: Any) -> Headers:
    """Headers from a mapping to a value or a list of values, from a list of pairs, or of objects with name and value.

    What begins with a colon is HTTP/2's way to write method and address (RFC 9113, 8.3) and no header.
    """
    pairs = ((text(name), text(content)) for name, content in _pairs(value))
    return tuple((name, content) for name, content in pairs if name.strip() and not name.startswith(":"))


def _pairs(value: Any) -> Iterator[tuple[Any, Any]]:
    rows: Any = value.items() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for row in rows:
        pair = (row.get("name"), row.get("value")) if isinstance(row, dict) else row
        if isinstance(pair, tuple | list) and len(pair) == 2:
            name, values = pair
            several = values if isinstance(values, list | tuple) and values else [values]
            yield from ((name, content) for content in several)
