"""The difference between the errors of two editions: the table of each operation, row by row and cell by cell.

Every cell of an error table is promised. Errors that a page of an operation states in a sentence count as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restore_conformance.drift.change import Grade, Judged
from restore_conformance.drift.sources.page_facts import ErrorFacts, PageFacts
from restore_conformance.drift.sources.wording import says_the_same

ErrorFound = tuple[str, str, dict[str, Any], Judged, str]


def error_changes(old: PageFacts, new: PageFacts) -> Iterator[ErrorFound]:
    """Every error documented, withdrawn or changed. Errors of the create call stand right under `errors/`."""
    if not (old.tables and new.tables):
        stated = {s.owner for part in old.statements.values() for s in part}
        gone = {key: e for key, e in old.errors.items() if new.is_error_list or f"error:{key}" in stated}
        yield from _table("errors", old.errors, new.errors, gone, old)
        return
    for name in sorted(old.tables.keys() | new.tables.keys()):
        was, now = old.tables.get(name), new.tables.get(name)
        place = "errors" if name == "create" else f"errors/{name}"
        if was is not None and now is not None:
            yield from _table(place, was, now, was, old)
        elif now is not None and not old.restated:
            judged = Judged(Grade.ADDITIVE, "R-NEWERROR", "a table for errors that were listed nowhere")
            yield "page_error_table_added", place, {"errors": sorted(now)}, judged, ""
        elif was is not None and not old.restated:
            judged = Judged(
                Grade.INFORMATIONAL, "R-ERRORCODE", "what was promised of these errors is no longer written"
            )
            yield "page_error_table_removed", place, {"errors": sorted(was)}, judged, ""


_CALLS = {
    "create": "POST sharePointRestoreSessions", "update": "PATCH sharePointRestoreSessions/{id}",
    "delete": "DELETE restoreSessions/{id}", "activate": "POST restoreSessions/{id}/activate",
    "get": "GET restoreSessions/{id}", "list": "GET restoreSessions",
    "list-artifacts": "GET sharePointRestoreSessions/{id}/siteRestoreArtifacts",
}  # fmt: skip


def about(table: str) -> str:
    """The call that a table of errors is about; of other APIs the heading of the table."""
    return _CALLS.get(table, table)


def uncompared(old: PageFacts, new: PageFacts) -> list[str]:
    """The tables that stand on one side alone where the older side restates a few of them; nothing follows from it."""
    if not (old.restated and new.tables):
        return []
    missing = sorted(old.tables.keys() - new.tables.keys())
    others = sorted(new.tables.keys() - old.tables.keys())
    found = [f"it has no table for the errors of {', '.join(missing)}"] if missing else []
    found.append("messages and descriptions of errors, which schemas/ does not restate")
    return found + ([f"tables of errors that schemas/ does not restate: {', '.join(others)}"] if others else [])


def _table(
    place: str,
    old: Mapping[str, ErrorFacts],
    new: Mapping[str, ErrorFacts],
    removable: Mapping[str, ErrorFacts],
    page: PageFacts,
) -> Iterator[ErrorFound]:
    by_code: dict[str, list[ErrorFacts]] = {}
    for error in old.values():
        by_code.setdefault(error.code, []).append(error)
    known = _known_names(page)
    for key, error in sorted(new.items()):
        before = by_code.get(error.code, []) if error.code else [old[key]] if key in old else []
        same = next((one for one in before if one.status == error.status), None)
        if not before:
            yield "page_error_added", f"{place}/{key}", _detail(error), _new(error, known), f"error:{key}"
        elif same is None:
            statuses = [one.status for one in before]
            detail = {"from": statuses[0] if len(statuses) == 1 else statuses, "to": error.status, "code": error.code}
            judged = Judged(Grade.BREAKING, "R-STATUS")
            yield "page_error_changed", f"{place}/{key}", detail, judged, f"error:{key}"
        else:
            yield from _cells(f"{place}/{key}", same, error, f"error:{key}")
    present = {error.code for error in new.values() if error.code}
    for key, error in sorted(removable.items()):
        if key not in new and error.code not in present:
            why = "the design guideline would call a changed top-level code breaking"
            judged = Judged(Grade.INFORMATIONAL, "R-ERRORCODE", why)
            yield "page_error_removed", f"{place}/{key}", {"status": error.status}, judged, f"error:{key}"


def _detail(error: ErrorFacts) -> dict[str, Any]:
    detail = {"status": error.status, "code": error.code, "about": list(error.subject)}
    return detail | ({"condition": error.condition} if error.condition else {})


def _new(error: ErrorFacts, known: set[str]) -> Judged:
    """A new error for something new changes nothing; one for what worked before may."""
    about = [name for name in error.subject if name.lstrip("@").rpartition(".")[2] in known]
    if error.code or (error.subject and len(about) < len(error.subject)):
        return Judged(Grade.ADDITIVE, "R-NEWERROR")
    why = "requests that worked may now be refused; a live run would settle it"
    return Judged(Grade.UNDECIDABLE, "R-NEWERROR", why)


def _cells(path: str, was: ErrorFacts, now: ErrorFacts, owner: str) -> Iterator[ErrorFound]:
    """Other cells of a row, where both sides have them; a condition that a sentence states is one of them."""
    if was.cells and now.cells and was.cells != now.cells:
        detail = {"from": " / ".join(was.cells), "to": " / ".join(now.cells)}
        judged = Judged(Grade.INFORMATIONAL, "R-MESSAGE")
        yield "page_error_reworded", path, detail, judged, owner
    if was.condition and now.condition and not says_the_same(was.condition, now.condition):
        why = "whether requests that worked are refused now; a live run would settle it"
        detail = {"from": was.condition, "to": now.condition}
        yield "page_error_reworded", path, detail, Judged(Grade.UNDECIDABLE, "R-NEWERROR", why), owner


def _known_names(page: PageFacts) -> set[str]:
    """The identifiers an edition already speaks of: properties, members of its examples, words of its sentences."""
    names = set(page.properties or ())
    waiting: list[Any] = [part for example in page.examples for part in (example.request, example.response)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            names |= {str(key).lstrip("@").rpartition(".")[2] for key in value}
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    for part in page.statements.values():
        for statement in part:
            names |= {word.strip(".,;:()\"'@").rpartition(".")[2] for word in statement.text.split()}
    return names
