"""The difference between the property tables of two editions of a page, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from restore_conformance.drift.change import Difference, Direction, additive, breaking, undecidable
from restore_conformance.drift.differences.generic import altered, directed, edits, ends
from restore_conformance.drift.sources.page_facts import PageFacts, PropertyFacts
from restore_conformance.drift.sources.wording import says_the_same

MOST_NAMES = 4
"""So many collections are named where one of them excludes the others."""
_EXCLUDES = re.compile(
    r"\b(?:can't|cannot|can not|must not|mustn't|never|not|either|exclusive|exclude)\b", re.IGNORECASE
)
_NEEDED, _OPTIONAL = breaking("R-REQUIRED", side=Direction.REQUEST), additive("R-OPTIONAL")


def property_changes(old: PageFacts, new: PageFacts, direction: Direction) -> Iterator[Difference]:
    """Every property added, removed or described otherwise; `direction` is where the type of a page stands."""
    exclusive = dict.fromkeys(sorted(_exclusive(new)))
    for _, name, was, now in edits(old.properties, new.properties):
        if now is None and old.restated and (new.resource or not (was and was.type)):
            continue  # a page about a type may leave members out, and some requests are restated by their names alone
        row = _as_declared(was, now) if old.restated and new.resource and was and now else now
        for difference in _property(f"{new.type or old.type}/{name}", f"property:{name}", was, row):
            needed = difference.judged == _NEEDED and name in exclusive
            yield _one_of_two(difference, name, exclusive) if needed else directed(difference, direction)


def _as_declared(was: PropertyFacts, now: PropertyFacts) -> PropertyFacts:
    """What a page about a type says of a member beyond its declaration: another type, or values it does not have."""
    more = tuple(value for value in now.values if value not in was.values)
    return PropertyFacts(now.type, values=(*was.values, *more) if was.values else ())


def _exclusive(page: PageFacts) -> set[str]:
    """The collections of a request that a sentence of the page says never go together, by their names."""
    by_word: dict[str, set[str]] = {}
    for name, row in (page.properties or {}).items():
        if row.type.startswith("Collection("):
            for word in (name.casefold(), row.type[11:-1].rpartition(".")[2].casefold()):
                by_word.setdefault(word, set()).add(name)
    exclusive: set[str] = set()
    for statement in (sentence for part in page.statements.values() for sentence in part) if by_word else ():
        if _EXCLUDES.search(statement.text):
            words = {word.strip(".,;:()\"'`*").casefold() for word in statement.text.split()} & by_word.keys()
            named = {name for word in words for name in by_word[word]}
            exclusive |= named if len(named) > 1 else set()
    return exclusive


def _one_of_two(difference: Difference, name: str, exclusive: Mapping[str, None]) -> Difference:
    """A collection that a page calls required although another one excludes it cannot be required of everybody."""
    others = [other for other in islice(exclusive, MOST_NAMES + 1) if other != name][:MOST_NAMES]
    more = len(exclusive) - 1 - len(others)
    other = ", ".join(others) + (f" and {more} more" if more else "")
    why = f"it is required only where {other} is absent: the page says that they never go together"
    return replace(difference, judged=additive("R-REQUIRED-EITHER", why))


def _property(path: str, owner: str, was: PropertyFacts | None, now: PropertyFacts | None) -> Iterator[Difference]:
    if was is None and now is not None:
        detail: dict[str, Any] = {"type": now.type, "required": now.required}
        detail |= {"values": list(now.values)} if now.values else {}
        detail |= {"default": now.default} if now.default else {}
        yield Difference("page_property_added", path, detail, _NEEDED if now.required else _OPTIONAL, owner)
    elif now is None and was is not None:
        yield Difference("page_property_removed", path, {"type": was.type}, breaking("G-REMOVE"), owner)
    elif was is not None and now is not None and was.type:
        yield from _row(path, owner, was, now)


def _row(path: str, owner: str, was: PropertyFacts, now: PropertyFacts) -> Iterator[Difference]:
    yield from altered("page_property_type_changed", path, was.type, now.type, breaking("G-TYPE"), owner)
    judged = _NEEDED if now.required else _OPTIONAL
    yield from altered("page_property_required_changed", path, was.required, now.required, judged, owner)
    judged = (additive if set(was.values) <= set(now.values) else breaking)("R-VALUES", side=Direction.REQUEST)
    if was.values and not now.values:
        judged = undecidable("R-VALUES", "the row lists no values any more; its words would settle it")
    yield from altered("page_property_values_changed", path, list(was.values), list(now.values), judged, owner)
    why = "what is left out now means something else" if was.default else ""
    judged = (breaking if was.default and now.default else additive)("R-VALUES", why, side=Direction.REQUEST)
    yield from altered("page_property_default_changed", path, was.default, now.default, judged, owner)
    if not says_the_same(was.condition, now.condition):
        judged = undecidable("R-STATEMENT", "reading the row, or a live run with and without it, would settle it")
        yield Difference("page_property_condition_changed", path, ends(was.condition, now.condition), judged, owner)
