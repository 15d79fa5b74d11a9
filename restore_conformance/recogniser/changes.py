"""Says what an update asks for: which artifacts it adds and removes, and every rule that its body breaks.

Looks at the bytes of one request; knows nothing of what the session holds, and leaves the artifacts to `artifacts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from restore_conformance.contract.workload import KINDS
from restore_conformance.exchange import Request
from restore_conformance.recogniser.artifacts import items, sites
from restore_conformance.recogniser.body import payload_of
from restore_conformance.recogniser.payload import TYPE_NAMES
from restore_conformance.recogniser.recognition import Change, Seen
from restore_conformance.recogniser.vocabulary import LIMIT, Vocabulary
from restore_conformance.scrub.placeholders import is_placeholder

DELTAS = {f"{member}@delta": kind for member, kind in KINDS.items()}
LISTS = DELTAS | KINDS
"""Members that name artifacts, and their kind: as the examples print them, and as the property table does."""

REMOVED = frozenset({"@removed", "@odata.removed"})
"""The annotation of a removal, with and without the prefix that OData 4.01 lets a sender leave out."""
REASONS = frozenset({"changed", "deleted"})
IDS = ("id", "@odata.id", "@id")
"""Where a removal names its artifact."""

ROWS = frozenset({"malformed-change", "restore-point", "too-many", "empty-list", "duplicate", "mixed"})
"""Defects of a body that the page of update has an answer for."""
FORMS = {
    "not-json": "change:not-json",
    "trailing-text": "change:not-json",
    "not-utf8": "change:not-json",
    "not-an-object": "change:not-an-object",
}
"""Defects of a body's form, which are one row of update's table, and the tag that distinguishes them."""

_KEY = re.compile(r"\('?([^()']*)'?\)$")


def change_of(request: Request, words: Vocabulary, *, strict: bool) -> tuple[Change, Any, frozenset[str]]:
    """What an update asks for, the JSON value of its body (None where there is none), and tags about the body.

    With `strict` off, a body that is missing or a placeholder was taken out by whoever recorded the request.
    """
    seen = Seen()
    if not strict and _is_taken_out(request.body):
        request = Request(request.method, request.target, request.headers)
    payload = payload_of(request, seen, strict=strict)
    tags = {FORMS[defect] for defect in FORMS.keys() & seen.defects}
    if tags:
        seen.defects -= FORMS.keys()
        seen.defects.add("malformed-change")
    change = Change()
    if isinstance(payload, dict):
        change = _read(payload, words, seen, tags)
    elif not seen.defects and seen.kind != "removed-body":
        # No payload, null, or one too deep to look into: nothing says whether that is an empty change.
        seen.open.add("nothing-named")
        seen.arguable.update(("malformed-change", "empty-list"))
    read = Change(
        change.kind, change.lists, change.additions, change.removals,
        frozenset(seen.defects), frozenset(seen.open), frozenset(seen.arguable),
    )  # fmt: skip
    return read, payload, frozenset({*tags, *seen.features, *(f"open:{name}" for name in seen.open)})


def rule_tags(change: Change, others: Iterable[str]) -> Iterator[str]:
    """`sole:<defect>`, `several` or `change:clean`, as the body and `others`, the defects of the caller, make it."""
    defects = change.defects.union(others)
    if len(defects) == 1 and (not change.defects or change.open <= {"artifact-limit"}):
        yield f"sole:{next(iter(defects))}"
    elif defects:
        yield "several"
    elif not change.open and change.lists:
        yield "change:clean"


def _is_taken_out(body: bytes | None) -> bool:
    """Whether a body is nothing but what our own scrubber writes in place of a value."""
    return body is not None and len(body) < 200 and is_placeholder(body.decode("utf-8", "replace").strip(' "\r\n'))


def _read(payload: dict[str, Any], words: Vocabulary, seen: Seen, tags: set[str]) -> Change:
    """Note what the members of a change break; gives what it asks for."""
    lists = tuple(name for name in payload if name in LISTS)
    unknown = _others(payload, words, seen)
    if not lists:
        seen.open.add("nothing-named")
        seen.arguable.update(("malformed-change", "empty-list"))
        if not payload:
            tags.add("change:nothing")
        elif unknown == len(payload):
            tags.add("change:unknown-only")
    if any(name in KINDS for name in lists):
        tags.add("change:plain")
        seen.open.add("plain-lists")
    kind = _kind(payload, lists, seen)
    if kind in KINDS.values():
        tags.add(kind)
    added: list[Any] = []
    removed: list[dict[str, Any]] = []
    for name in lists:
        if name not in DELTAS or payload[name] in (None, []):
            continue
        if not isinstance(payload[name], list):
            _instead_of_a_list(payload[name], seen, tags)
            continue
        new, gone = _parted(payload[name])
        if new:
            (sites if DELTAS[name] == "standard" else items)(new, words, seen)
        added += new
        removed += gone
    names = _removals(removed, added, seen)
    _number(len(added), len(removed), seen)
    _in_a_patch(seen)
    if added:
        tags.add("change:additions")
    if removed:
        tags.add("change:removals")
    if added and removed:
        tags.add("change:both")
    return Change(kind, lists, tuple(element for element in added if isinstance(element, dict)), names)


def _others(payload: dict[str, Any], words: Vocabulary, seen: Seen) -> int:
    """Note the members that name no artifacts; gives how many of them are declared nowhere."""
    unknown = 0
    for name, value in payload.items():
        if name in LISTS:
            continue
        if "@" in name:
            if name == "@odata.type" and isinstance(value, str) and value in TYPE_NAMES:
                seen.features.add("odata-type")
            else:
                seen.open.add("other-annotations")
        elif name in words.session:
            seen.open.add("read-only-members")
        else:
            seen.open.add("unknown-members")
            unknown += 1
    return unknown


def _kind(payload: dict[str, Any], lists: tuple[str, ...], seen: Seen) -> str:
    """The kind of artifacts that a change is about; both kinds, and lists without elements, are noted."""
    named = {LISTS[name] for name in lists}
    full = {LISTS[name] for name in lists if payload[name] not in (None, [])}
    empty = [name for name in lists if name in DELTAS and payload[name] in (None, [])]
    if len(full) == 2:
        seen.defects.add("mixed")
    if full and empty:
        seen.open.add("one-kind-empty")
    elif empty:
        seen.defects.add("empty-list")
        if len(named) == 2:
            seen.arguable.add("mixed")
    kinds = full or named
    return "both" if len(kinds) == 2 else next(iter(kinds), "none")


def _instead_of_a_list(value: Any, seen: Seen, tags: set[str]) -> None:
    """Note a value that stands where a list of changes is wanted."""
    if isinstance(value, dict):
        seen.defects.add("collection-form")
        return
    seen.defects.add("malformed-change")
    seen.arguable.add("empty-list")
    tags.add("change:not-a-list")


def _parted(elements: list[Any]) -> tuple[list[Any], list[dict[str, Any]]]:
    """The additions of a list, whatever they are, and its removals."""
    added: list[Any] = []
    removed: list[dict[str, Any]] = []
    for element in elements:
        if isinstance(element, dict) and not REMOVED.isdisjoint(element):
            removed.append(element)
        else:
            added.append(element)
    return added, removed


def _removals(removed: list[dict[str, Any]], added: list[Any], seen: Seen) -> tuple[str, ...]:
    """The ids of the artifacts to remove, as far as they are named; no sentence refuses any form of a removal."""
    names: list[str] = []
    for element in removed:
        annotation, name = element.get("@removed"), element.get("id")
        reason = annotation.get("reason") if isinstance(annotation, dict) else None
        printed = element.keys() == {"@removed", "id"} and isinstance(reason, str) and reason in REASONS
        if not printed or not isinstance(name, str) or not name:
            seen.open.add("removal-form")
        key = _name(element)
        if key:
            names.append(key)
    small = [name.lower() for name in names]
    if len(set(small)) < len(small):
        seen.open.add("removed-twice")
    given = (element.get("id") for element in added if isinstance(element, dict))
    if small and not set(small).isdisjoint(name.lower() for name in given if isinstance(name, str)):
        seen.open.add("added-and-removed")
    return tuple(names)


def _name(element: dict[str, Any]) -> str:
    """The id that a removal gives, itself or as the last part of an address, or ""."""
    value = next((element[name] for name in IDS if isinstance(element.get(name), str)), "")
    if "id" in element and value == element["id"]:
        return str(value)
    keyed = _KEY.search(value)
    return unquote(keyed[1] if keyed else value.rstrip("/").rpartition("/")[2])


def _number(added: int, removed: int, seen: Seen) -> None:
    """Note how many changes there are: the row limits artifacts, and does not say whether a removal counts."""
    if added > LIMIT:
        seen.defects.add("too-many")
    elif added + removed >= LIMIT:
        seen.open.add("artifact-limit")
        seen.arguable.add("too-many")


def _in_a_patch(seen: Seen) -> None:
    """Read what was noted of the additions as update does, which has fewer rows than create."""
    if "future-value" in seen.defects:
        # Graph's guidelines: the sentinel is refused in a POST or PUT, and as good as absent in a PATCH.
        seen.defects.discard("future-value")
        seen.open.add("future-value")
        seen.arguable.add("path-type")
    if seen.defects - ROWS:
        seen.arguable.add("malformed-change")
