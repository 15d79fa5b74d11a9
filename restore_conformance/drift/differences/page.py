"""The difference between two editions of a documentation page, fact by fact and statement by statement.

A statement that belongs to a fact already reported is not reported again. A statement that only changed its words
is never graded breaking: that needs reading it, and the report says which clauses rest on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from restore_conformance.contract.routes import documented
from restore_conformance.contract.workload import CREATE
from restore_conformance.drift.change import Change, Difference, Direction, Grade, Row
from restore_conformance.drift.differences.edits import altered, edits, ends
from restore_conformance.drift.differences.examples import example_changes, shown_members
from restore_conformance.drift.differences.statements import statement_changes
from restore_conformance.drift.grading import change, directed
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sentences import call
from restore_conformance.drift.sources.metadata import nameless
from restore_conformance.drift.sources.page_facts import ErrorFacts, PageFacts, Permission, PropertyFacts, says_the_same

_CREATE = f"POST {CREATE}".casefold()


def page_changes(
    old: PageFacts,
    new: PageFacts,
    where: str = "",
    clauses: Mapping[str, list[str]] | None = None,
    direction: Direction = Direction.BOTH,
) -> list[Change]:
    """Every change between two editions of one page; `clauses` maps fingerprints to the clauses that rest on them.

    `direction` says whether clients send the type that a page describes, are given it, or both.
    Where `schemas/` restates a page without its examples or sentences, these are not compared.
    """
    listing = new.is_error_list or old.is_error_list
    differences: list[Difference] = []
    if not listing:
        calls = () if new.resource or old.resource else _request(old, new)
        differences += [*calls, *_headers(old, new), *_permissions(old, new), *_clouds(old, new)]
        differences += _properties(old, new, direction)
    differences += error_changes(old, new)
    if not listing and not (old.restated and not old.examples):
        differences += [
            replace(shown, owner=shown.path.replace("examples/", "example:", 1)) for shown in example_changes(old, new)
        ]
    explained = {difference.owner for difference in differences if difference.owner}
    if old.restated:  # its sentence is one that clauses rest on
        explained.discard("success")
    if new.is_error_list:  # of a row every cell is a fact
        explained |= {f"error:{key}" for side in (old, new) for table in side.tables.values() for key in table}
    reached = bool(new.resource or old.resource) or _CREATE in old.calls() | new.calls()
    changes = [
        change(difference, "page", where, outside=not (_is_of_create(difference.path) if listing else reached))
        for difference in differences
    ]
    if not (old.restated and (new.is_error_list or not old.statements)):
        for statement in statement_changes(old, new, explained, clauses or {}, where):
            mild = replace(statement, create=Grade.INFORMATIONAL, scope_rule="G-SCOPE")
            changes.append(statement if listing or reached else mild)
    return [replace(difference, subject=_subject(old, new, difference.path)) for difference in changes]


def _subject(old: PageFacts, new: PageFacts, path: str) -> str:
    """The call or the type that a change of a page is about."""
    if not new.is_error_list:
        return new.resource or old.call.strip() or new.call
    parts = path.split("/")
    return about(parts[1] if len(parts) > 2 or parts[-1] in old.tables.keys() | new.tables.keys() else "create")


def _is_of_create(path: str) -> bool:
    """Whether a change of a list of errors concerns whoever sends the create request."""
    return not path.startswith("errors/") or path.count("/") == 1


def _request(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    page = old.call
    yield from altered("page_method_changed", page, old.method, new.method, judged("address"))
    yield from _addresses(old, new)
    for kind, was, now, row, owner in (
        ("page_namespace_changed", old.namespace, new.namespace, judged("namespace"), ""),
        ("page_status_changed", old.status, new.status, judged("status"), "success"),
        ("page_result_changed", old.result, new.result, judged("retyped"), "success"),
    ):
        yield from altered(kind, page, was, now, row, owner) if was and now else ()


def _addresses(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    had, has = ({nameless(path).casefold(): path for path in side.paths} for side in (old, new))
    for address in had.keys() & has.keys():
        if nameless(had[address]) == nameless(has[address]) and not old.restated:
            yield from altered("page_path_renamed", old.call, had[address], has[address], judged("placeholder"))
    removed = [path for address, path in had.items() if address not in has]
    added = [path for address, path in has.items() if address not in had]
    if len(removed) == len(added) == 1:
        yield Difference("page_path_changed", old.call, ends(removed[0], added[0]), judged("address"))
    else:
        yield from (Difference("page_path_removed", path, {}, judged("gone")) for path in removed)
        yield from (Difference("page_path_added", path, {}, judged("new-api")) for path in added)


def _headers(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    for _, name, was, now in edits(old.headers, new.headers):
        path, owner = f"headers/{name}", f"header:{name}"
        if was and now:
            stricter = (now.required and not was.required) or was.value != now.value
            detail = ends([was.value, was.required], [now.value, now.required])
            row = judged("header" if stricter else "header-eased")
            yield Difference("page_header_changed", path, detail, row, owner)
        elif now:
            row = judged("header" if now.required else "optional")
            yield Difference("page_header_added", path, {"value": now.value, "required": now.required}, row, owner)
        elif was:
            yield Difference("page_header_removed", path, {"value": was.value}, judged("header-gone"), owner)


def _permissions(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    for _, caller, was, now in edits(old.permissions, new.permissions):
        yield from _permission(caller, was or Permission(False), now or Permission(False))


def _permission(caller: str, was: Permission, now: Permission) -> Iterator[Difference]:
    path, owner = f"permissions/{caller}", f"permission:{caller}"
    added, removed = judged("new-permission"), judged("permission-gone")
    if was.supported != now.supported:
        detail = {"least": list(now.least or was.least), "higher": list(now.higher or was.higher)}
        kind, row = ("page_permission_added", added) if now.supported else ("page_permission_removed", removed)
        yield Difference(kind, path, detail, row, owner)
        return
    enough = set(was.least) <= {*now.least, *now.higher}
    row = judged("permission-enough" if enough else "permission-less")
    yield from altered("page_permission_changed", path, list(was.least), list(now.least), row, owner)
    for kind, row, has, lacks in (
        ("page_permission_added", added, now, was),
        ("page_permission_removed", removed, was, now),
    ):
        for name in has.higher:
            if name not in (*lacks.higher, *lacks.least):
                yield Difference(kind, f"{path}/{name}", {}, row, owner)


def _clouds(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    for _, name, was, now in edits(old.clouds, new.clouds):
        if bool(was) != bool(now):
            kind, row = ("added", judged("new-cloud")) if now else ("removed", judged("cloud-gone"))
            yield Difference(f"page_cloud_{kind}", f"clouds/{name}", {}, row, "clouds")


MOST_NAMES = 4
"""So many collections are named where one of them excludes the others."""
_EXCLUDES = re.compile(
    r"\b(?:can't|cannot|can not|must not|mustn't|never|not|either|exclusive|exclude)\b", re.IGNORECASE
)


def _properties(old: PageFacts, new: PageFacts, direction: Direction) -> Iterator[Difference]:
    """Every property added, removed or described otherwise; `direction` is where the type of a page stands."""
    exclusive = dict.fromkeys(sorted(_exclusive(new)))
    for _, name, was, now in edits(old.properties, new.properties):
        if now is None and old.restated and (new.resource or not (was and was.type)):
            continue  # a page about a type may leave members out, and some requests are restated by their names alone
        row = _as_declared(was, now) if old.restated and new.resource and was and now else now
        for difference in _property(f"{new.type or old.type}/{name}", f"property:{name}", was, row):
            needed = difference.row in (judged("new-needed-property"), judged("needed-property")) and name in exclusive
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
    return replace(difference, row=judged("needed-either", other=other))


def _property(path: str, owner: str, was: PropertyFacts | None, now: PropertyFacts | None) -> Iterator[Difference]:
    if was is None and now is not None:
        detail: dict[str, Any] = {"type": now.type, "required": now.required}
        detail |= {"values": list(now.values)} if now.values else {}
        detail |= {"default": now.default} if now.default else {}
        row = judged("new-needed-property" if now.required else "optional")
        yield Difference("page_property_added", path, detail, row, owner)
    elif now is None and was is not None:
        yield Difference("page_property_removed", path, {"type": was.type}, judged("row-gone"), owner)
    elif was is not None and now is not None and was.type:
        yield from _row(path, owner, was, now)


def _row(path: str, owner: str, was: PropertyFacts, now: PropertyFacts) -> Iterator[Difference]:
    yield from altered("page_property_type_changed", path, was.type, now.type, judged("retyped"), owner)
    row = judged("needed-property" if now.required else "optional")
    yield from altered("page_property_required_changed", path, was.required, now.required, row, owner)
    row = judged("more-values" if set(was.values) <= set(now.values) else "fewer-values")
    if was.values and not now.values:
        row = judged("unlisted-values")
    yield from altered("page_property_values_changed", path, list(was.values), list(now.values), row, owner)
    row = judged("new-default" if not was.default else "default" if now.default else "no-default")
    yield from altered("page_property_default_changed", path, was.default, now.default, row, owner)
    if not says_the_same(was.condition, now.condition):
        detail = ends(was.condition, now.condition)
        yield Difference("page_property_condition_changed", path, detail, judged("condition"), owner)


def error_changes(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    """Every error documented, withdrawn or changed, in every cell of a table, or in a sentence of a page.

    Errors of the create call stand right under `errors/`.
    """
    if not (old.tables and new.tables):
        stated = {s.owner for part in old.statements.values() for s in part}
        removable = {key: e for key, e in old.errors.items() if new.is_error_list or f"error:{key}" in stated}
        yield from _table("errors", old.errors, new.errors, removable, old)
        return
    for _, name, was, now in edits(old.tables, new.tables):
        place = "errors" if name == "create" else f"errors/{name}"
        if was is not None and now is not None:
            yield from _table(place, was, now, was, old)
        elif now is not None and not old.restated:
            yield Difference("page_error_table_added", place, {"errors": sorted(now)}, judged("new-table"))
        elif was is not None and not old.restated:
            yield Difference("page_error_table_removed", place, {"errors": sorted(was)}, judged("table-gone"))


def about(table: str) -> str:
    """The call that a table of errors is about; of other APIs the heading of the table."""
    return call(" ".join(documented()[table])) if table in documented() else table


def uncompared(old: PageFacts, new: PageFacts) -> list[str]:
    """The tables that stand on one side alone where the older side restates a few of them; nothing follows from it."""
    if not (old.restated and new.tables):
        return []
    missing = sorted(old.tables.keys() - new.tables.keys())
    others = sorted(new.tables.keys() - old.tables.keys())
    notes = [f"it has no table for the errors of {', '.join(missing)}"] if missing else []
    notes.append("messages and descriptions of errors, which schemas/ does not restate")
    return notes + ([f"tables of errors that schemas/ does not restate: {', '.join(others)}"] if others else [])


def _table(
    place: str,
    old: Mapping[str, ErrorFacts],
    new: Mapping[str, ErrorFacts],
    removable: Mapping[str, ErrorFacts],
    page: PageFacts,
) -> Iterator[Difference]:
    by_code: dict[str, list[ErrorFacts]] = {}
    for error in old.values():
        by_code.setdefault(error.code, []).append(error)
    known = _known_names(page)
    for key, error in sorted(new.items()):
        path, owner = f"{place}/{key}", f"error:{key}"
        before = by_code.get(error.code, []) if error.code else [old[key]] if key in old else []
        same = next((earlier for earlier in before if earlier.status == error.status), None)
        if same is not None:
            yield from _cells(path, same, error, owner)
        elif before:
            statuses = [earlier.status for earlier in before]
            detail = ends(statuses[0] if len(statuses) == 1 else statuses, error.status) | {"code": error.code}
            yield Difference("page_error_changed", path, detail, judged("status"), owner)
        else:
            detail = {"status": error.status, "code": error.code, "about": list(error.subject)}
            detail |= {"condition": error.condition} if error.condition else {}
            yield Difference("page_error_added", path, detail, _new(error, known), owner)
    present = {error.code for error in new.values() if error.code}
    for key, error in sorted(removable.items()):
        if key not in new and error.code not in present:
            detail = {"status": error.status}
            yield Difference("page_error_removed", f"{place}/{key}", detail, judged("error-gone"), f"error:{key}")


def _new(error: ErrorFacts, known: set[str]) -> Row:
    """A new error for something new changes nothing; one for what worked before may."""
    if error.code or any(name.lstrip("@").rpartition(".")[2] not in known for name in error.subject):
        return judged("new-error")
    return judged("new-error-for-old")


def _cells(path: str, was: ErrorFacts, now: ErrorFacts, owner: str) -> Iterator[Difference]:
    """Other cells of a row, where both sides have them; a condition that a sentence states is one of them."""
    if was.cells and now.cells and was.cells != now.cells:
        detail = ends(" / ".join(was.cells), " / ".join(now.cells))
        yield Difference("page_error_reworded", path, detail, judged("message"), owner)
    if was.condition and now.condition and not says_the_same(was.condition, now.condition):
        detail = ends(was.condition, now.condition)
        yield Difference("page_error_reworded", path, detail, judged("error-condition"), owner)


def _known_names(page: PageFacts) -> set[str]:
    """The identifiers an edition already speaks of: properties, members of its examples, words of its sentences."""
    names = set(page.properties or ())
    for example in page.examples:
        members = shown_members(example.request) | shown_members(example.response)
        names |= {path.rpartition("/")[2].lstrip("@").rpartition(".")[2] for path in members}
    for part in page.statements.values():
        for statement in part:
            names |= {word.strip(".,;:()\"'@").rpartition(".")[2] for word in statement.text.split()}
    return names
