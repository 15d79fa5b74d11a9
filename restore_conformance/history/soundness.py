"""Checks that data read back from a history is what a suite can have written.

A database file can be truncated, edited or spoilt like any other file. Knows types and digests only.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from restore_conformance.targets.coding import heft

MAX_BYTES = 48 * 1024 * 1024
"""Of packed content; a run record has at most 12 MiB, and the facts of the whole of Microsoft Graph about 20."""
HEAVIEST = 128 * 1024 * 1024
"""Bytes of memory, roughly, that one piece takes once it is read as JSON."""


class Damaged(ValueError):
    """A history holds data that no suite wrote; the text says where. `open_store` makes a sentence of it."""


def rows(connection: sa.Connection, query: sa.Select[Any]) -> list[Any]:
    """The rows of a query, each value of the type that its column has. Raises Damaged."""
    columns = list(query.selected_columns)
    try:
        results = list(connection.execute(query))
    except (ValueError, TypeError) as error:  # a date that is not one
        raise Damaged(f"a cell cannot be read ({str(error)[:80]})") from None
    for row in results:
        for value, column in zip(row, columns, strict=True):
            if not (isinstance(value, column.type.python_type) or (value is None and _may_be_null(column))):
                raise Damaged(f"{column.name} holds a value of another type")
    return results


def _may_be_null(column: Any) -> bool:
    """Whether a column may be empty; a computed one, such as the highest number of a table, may."""
    return bool(getattr(column, "nullable", True))


def unpacked(digest: str, payload: bytes) -> bytes:
    """The text of packed content, checked against the digest that is its name. Raises Damaged."""
    text = inflated(payload)
    if hashlib.sha256(text).hexdigest() != digest:
        raise Damaged(f"the content {digest[:12]} is not what it was")
    return text


def inflated(payload: bytes) -> bytes:
    """What was packed. Raises Damaged."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(payload, MAX_BYTES)
    except zlib.error as error:
        raise Damaged(str(error)) from None
    if not inflater.eof:
        more = inflater.unconsumed_tail
        raise Damaged(f"packed content has more than {MAX_BYTES >> 20} MiB" if more else "packed content does not end")
    return text


def parsed(text: bytes | str, of: str) -> Any:
    """A value of JSON. Raises Damaged."""
    if heft(text.encode() if isinstance(text, str) else text) > HEAVIEST:
        raise Damaged(f"{of} holds more values than any run has")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Damaged(f"{of} is not JSON") from None


def table(value: Any, of: str, texts: Iterable[str] = ()) -> dict[str, Any]:
    """A JSON object in which some members are texts. Raises Damaged."""
    if not isinstance(value, dict):
        raise Damaged(f"{of} is not an object")
    for name in texts:
        if not isinstance(value.get(name), str):
            raise Damaged(f"{name} of {of} is not a text")
    return value
