"""Reads YAML and JSON as plain values piece by piece, with PyYAML.

A mapping's entries come one at a time, so that a document of tens of megabytes never stands in memory as a whole.
Aliases are refused: no published document needs them and they are the way in for bombs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from restore_conformance.drift.sources.broken import SourceBroken

MAX_DEPTH = 200
MAX_EVENTS = 40_000_000
MAX_VALUE = 400_000
"""Values of one path, component or recording, which stand in memory together."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Stream:
    """The parsing events of one document, with a limit on depth and number."""

    def __init__(self, events: Iterator[Any], where: str) -> None:
        self._events = events
        self._where = where
        self.count = 0
        self._room = 0

    def next(self) -> Any:
        """The following event. Raises SourceBroken for text that is not YAML or ends too soon."""
        self.count += 1
        try:
            event = next(self._events)
        except StopIteration:
            raise SourceBroken(self._where, "an end in the middle", "the whole document") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            what = (
                f" at line {mark.line + 1} ({getattr(error, 'problem', None)})"
                if mark
                else f" ({str(error).splitlines()[0]})"
            )
            raise SourceBroken(self._where, f"text that is not YAML{what}", "a whole document") from None
        if isinstance(event, yaml.AliasEvent) or self.count > MAX_EVENTS:
            raise SourceBroken(self._where, "YAML aliases, or too much of it", "a plain document")
        return event

    def value(self, event: Any, depth: int = 0) -> Any:
        """The plain value that begins with an event. Raises SourceBroken for one that takes too much memory."""
        if depth == 0:
            self._room = self.count + MAX_VALUE
        elif self.count > self._room:
            raise SourceBroken(self._where, f"more than {MAX_VALUE} values in one place", "less")
        if depth > MAX_DEPTH:
            raise SourceBroken(self._where, f"more than {MAX_DEPTH} levels", "less nesting")
        if isinstance(event, yaml.ScalarEvent):
            return scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := self.next(), yaml.SequenceEndEvent):
                items.append(self.value(event, depth + 1))
            return items
        if isinstance(event, yaml.MappingStartEvent):
            return {key: self.value(self.next(), depth + 1) for key in self.keys()}
        raise SourceBroken(self._where, "an unexpected piece of YAML", "mappings, lists and scalars")

    def keys(self) -> Iterator[str]:
        """The keys of the mapping that has begun; the caller takes each value before it asks for the next key."""
        seen: set[str] = set()
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key = str(event.value) if isinstance(event, yaml.ScalarEvent) else repr(self.value(event))
            if key in seen:
                raise SourceBroken(self._where, f"the key {key!r} twice in one mapping", "once")
            seen.add(key)
            if len(seen) > MAX_VALUE:
                raise SourceBroken(self._where, f"more than {MAX_VALUE} keys in one mapping", "fewer")
            yield key

    def skip(self, event: Any) -> None:
        """Pass over the value that begins with an event."""
        depth = 0
        while True:
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                depth += 1
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                depth -= 1
            if depth <= 0:
                return
            event = self.next()


def scalar(event: Any) -> Any:
    """The value of a scalar by the core schema: null, booleans and numbers where they are plain, else text."""
    text: str = event.value
    if event.style or not event.implicit[0]:  # plain is None or "", by the parser
        return text
    low = text.casefold()
    if low in ("", "~", "null"):
        return None
    if low in ("true", "false"):
        return low == "true"
    if len(text) < 25 and re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    try:
        return float(text) if low[0] in "0123456789.+-" and len(text) < 25 and "_" not in text else text
    except ValueError:
        return text


def open_mapping(path: Path, where: str) -> Iterator[tuple[str, Stream]]:
    """The top-level keys of a document with the stream standing before each value.

    Raises SourceBroken where the document is not a mapping.
    """
    with path.open("rb") as file:
        stream = Stream(yaml.parse(file, Loader=_LOADER), where)
        event = stream.next()
        while isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            event = stream.next()
        if not isinstance(event, yaml.MappingStartEvent):
            raise SourceBroken(where, "no mapping", "an OpenAPI document")
        for key in stream.keys():  # noqa: SIM118 - a stream, not a dictionary
            yield key, stream
        event = stream.next()
        while not isinstance(event, yaml.StreamEndEvent):
            event = stream.next()
