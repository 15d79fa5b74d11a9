"""Values of a recording as other tools write them: of the wrong type, in several forms, or missing. Never an error.

Anything but text becomes "", an invalid header is skipped, an invalid status becomes 0. Knows no format of recordings.
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
    """A text that UTF-8 can encode; replacement characters are looked for later."""
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
    finite = number(value, math.nan)
    return otherwise if math.isnan(finite) or abs(finite) > 2**53 else int(finite)


def status(value: Any) -> int:
    """A status of HTTP."""
    code = integer(value, 0)
    return code if 100 <= code <= 599 else 0


def headers(value: Any) -> Headers:
    """Headers from a mapping to a value or a list of values, from a list of pairs, or of objects with name and value.

    What begins with a colon is HTTP/2's way to write method and address (RFC 9113, 8.3), not a header.
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
