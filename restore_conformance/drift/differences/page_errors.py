"""The difference between the errors of two editions: the table of each operation, row by row and cell by cell.

Every cell of an error table counts. Errors that a page of an operation states in a sentence count as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from restore_conformance.contract.routes import documented
from restore_conformance.drift.change import Difference, Judged, additive, breaking, informational, undecidable
from restore_conformance.drift.differences.examples import shown_members
from restore_conformance.drift.differences.generic import edits, ends
from restore_conformance.drift.phrases import call
from restore_conformance.drift.sources.page_facts import ErrorFacts, PageFacts
from restore_conformance.drift.sources.wording import says_the_same


def error_changes(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    """Every error documented, withdrawn or changed. Errors of the create call stand right under `errors/`."""
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
            judged = additive("R-NEWERROR", "a table for errors that were listed nowhere")
            yield Difference("page_error_table_added", place, {"errors": sorted(now)}, judged)
        elif was is not None and not old.restated:
            judged = informational("R-ERRORCODE", "what was promised of these errors is no longer written")
            yield Difference("page_error_table_removed", place, {"errors": sorted(was)}, judged)


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
            yield Difference("page_error_changed", path, detail, breaking("R-STATUS"), owner)
        else:
            detail = {"status": error.status, "code": error.code, "about": list(error.subject)}
            detail |= {"condition": error.condition} if error.condition else {}
            yield Difference("page_error_added", path, detail, _new(error, known), owner)
    present = {error.code for error in new.values() if error.code}
    for key, error in sorted(removable.items()):
        if key not in new and error.code not in present:
            judged = informational("R-ERRORCODE", "the design guideline would call a changed top-level code breaking")
            yield Difference("page_error_removed", f"{place}/{key}", {"status": error.status}, judged, f"error:{key}")


def _new(error: ErrorFacts, known: set[str]) -> Judged:
    """A new error for something new changes nothing; one for what worked before may."""
    if error.code or any(name.lstrip("@").rpartition(".")[2] not in known for name in error.subject):
        return additive("R-NEWERROR")
    return undecidable("R-NEWERROR", "requests that worked may now be refused; a live run would settle it")


def _cells(path: str, was: ErrorFacts, now: ErrorFacts, owner: str) -> Iterator[Difference]:
    """Other cells of a row, where both sides have them; a condition that a sentence states is one of them."""
    if was.cells and now.cells and was.cells != now.cells:
        detail = ends(" / ".join(was.cells), " / ".join(now.cells))
        yield Difference("page_error_reworded", path, detail, informational("R-MESSAGE"), owner)
    if was.condition and now.condition and not says_the_same(was.condition, now.condition):
        judged = undecidable("R-NEWERROR", "whether requests that worked are refused now; a live run would settle it")
        yield Difference("page_error_reworded", path, ends(was.condition, now.condition), judged, owner)


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
