"""The difference between two editions of a documentation page, fact by fact and statement by statement.

A statement that belongs to a fact already reported is not reported again. A statement that only changed its words
is never called breaking: nobody can tell without reading it, and the report says which clauses rest on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from restore_conformance.drift.change import Change, Grade, Judged
from restore_conformance.drift.differences.examples import example_changes
from restore_conformance.drift.differences.page_errors import about, error_changes
from restore_conformance.drift.differences.statements import statement_changes
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.sources.api import nameless
from restore_conformance.drift.sources.page_facts import PageFacts, Permission, PropertyFacts
from restore_conformance.drift.sources.wording import says_the_same

PageFound = tuple[str, str, dict[str, Any], Judged, str]
"""Kind, path, detail, judgement, and the owner whose statements the change explains."""

_INFO = Grade.INFORMATIONAL
NAMED = 4
"""So many collections are named where one of them excludes the others."""
CREATE = "POST /solutions/backupRestore/sharePointRestoreSessions".casefold()


def page_changes(
    old: PageFacts, new: PageFacts, where: str = "", clauses: Mapping[str, list[str]] | None = None
) -> list[Change]:
    """Every change between two editions of one page; `clauses` maps fingerprints to the clauses that rest on them.

    Where `schemas/` restates a page without its examples or sentences, these are not compared.
    """
    found: list[PageFound] = [*_request(old, new), *_tables(old, new), *error_changes(old, new)]
    if not new.is_error_list and not old.is_error_list and not (old.restated and not old.examples):
        found += [(*change, change[1].replace("examples/", "example:", 1)) for change in example_changes(old, new)]
    explained = {owner for *_, owner in found if owner}
    if old.restated:  # its sentence is one that clauses rest on
        explained.discard("success")
    if new.is_error_list:  # of a row every cell is a fact
        explained |= {f"error:{key}" for side in (old, new) for table in side.tables.values() for key in table}
    ours = CREATE in old.calls() | new.calls()
    changes = [_change(*item[:4], ours=_ours(old, new, item[1], ours), where=where) for item in found]
    if not (old.restated and (new.is_error_list or not old.statements)):
        mild = not (new.is_error_list or _ours(old, new, "", ours))
        told = statement_changes(old, new, explained, clauses or {}, where)
        changes += [_elsewhere(change) for change in told] if mild else told
    return [replace(change, subject=_subject(old, new, change.path)) for change in changes]


def _subject(old: PageFacts, new: PageFacts, path: str) -> str:
    """The call or the type that a change of a page is about."""
    if new.is_error_list:
        parts = path.split("/")
        return (
            about(parts[1]) if len(parts) > 2 or parts[-1] in old.tables.keys() | new.tables.keys() else about("create")
        )
    return new.resource or old.call.strip() or new.call


def _ours(old: PageFacts, new: PageFacts, path: str, create: bool) -> bool:
    """Whether a change of a page concerns whoever sends the create request, or reads its answer.

    `create` says whether one of the pages is that of the create call.
    """
    if new.is_error_list or old.is_error_list:
        return not path.startswith("errors/") or path.count("/") == 1
    if new.resource or old.resource:
        return True
    return create


def _elsewhere(change: Change) -> Change:
    return replace(change, create=_INFO, scope_rule="G-SCOPE")


def _change(kind: str, path: str, detail: dict[str, Any], judged: Judged, *, ours: bool, where: str) -> Change:
    change = Change(
        kind,
        path,
        "page",
        judged.grade,
        judged.grade,
        judged.rule,
        detail,
        KINDS[kind].direction,
        judged.why,
        where=where,
    )
    return change if ours else _elsewhere(change)


def _request(old: PageFacts, new: PageFacts) -> Iterator[PageFound]:
    if new.is_error_list or old.is_error_list or new.resource or old.resource:
        return
    page = old.call
    if old.method != new.method:
        yield ("page_method_changed", page, _was(old.method, new.method), Judged(Grade.BREAKING, "R-ADDRESS"), "")
    named, others = {nameless(p).casefold(): p for p in old.paths}, {nameless(p).casefold(): p for p in new.paths}
    for address in named.keys() & others.keys():
        if (
            nameless(named[address]) == nameless(others[address])
            and named[address] != others[address]
            and not old.restated
        ):
            renamed = _was(named[address], others[address])
            yield "page_path_renamed", page, renamed, Judged(_INFO, "R-NAME"), ""
    gone = [path for address, path in named.items() if address not in others]
    come = [path for address, path in others.items() if address not in named]
    if len(gone) == len(come) == 1:
        yield "page_path_changed", page, _was(gone[0], come[0]), Judged(Grade.BREAKING, "R-ADDRESS"), ""
    else:
        for path in gone:
            yield "page_path_removed", path, {}, Judged(Grade.BREAKING, "G-REMOVE"), ""
        for path in come:
            yield "page_path_added", path, {}, Judged(Grade.ADDITIVE, "G-ADDAPI"), ""
    if old.namespace and new.namespace and old.namespace != new.namespace:
        judged = Judged(Grade.BREAKING, "G-REMOVE", "types sent or compared by name have another name")
        yield "page_namespace_changed", page, _was(old.namespace, new.namespace), judged, ""
    if old.status and new.status and old.status != new.status:
        yield ("page_status_changed", page, _was(old.status, new.status), Judged(Grade.BREAKING, "R-STATUS"), "success")
    if old.result and new.result and old.result != new.result:
        yield "page_result_changed", page, _was(old.result, new.result), Judged(Grade.BREAKING, "G-TYPE"), "success"


def _was(one: Any, other: Any) -> dict[str, Any]:
    return {"from": one, "to": other}


def _keys(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[tuple[str, Any, Any]]:
    """Rows that differ, by key; nothing where a side does not know the table."""
    if old is not None and new is not None:
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                yield key, old.get(key), new.get(key)


def _tables(old: PageFacts, new: PageFacts) -> Iterator[PageFound]:
    if new.is_error_list or old.is_error_list:
        return
    for name, was, now in _keys(old.headers, new.headers):
        owner, path = f"header:{name}", f"headers/{name}"
        if was is None:
            judged = Judged(Grade.BREAKING, "R-HEADER") if now.required else Judged(Grade.ADDITIVE, "R-OPTIONAL")
            yield "page_header_added", path, {"value": now.value, "required": now.required}, judged, owner
        elif now is None:
            yield (
                "page_header_removed",
                path,
                {"value": was.value},
                Judged(_INFO, "R-OPTIONAL", "it may still be sent"),
                owner,
            )
        else:
            grade = Grade.BREAKING if (now.required and not was.required) or was.value != now.value else Grade.ADDITIVE
            detail = _was([was.value, was.required], [now.value, now.required])
            yield "page_header_changed", path, detail, Judged(grade, "R-HEADER"), owner
    for kind, was, now in _keys(old.permissions, new.permissions):
        yield from _permission(kind, was, now)
    for name, was, now in _keys(old.clouds, new.clouds):
        if bool(was) != bool(now):
            judged = Judged(Grade.ADDITIVE, "R-CLOUD") if now else Judged(Grade.BREAKING, "R-CLOUD")
            yield f"page_cloud_{'added' if now else 'removed'}", f"clouds/{name}", {}, judged, "clouds"
    kind = new.type or old.type
    either = dict.fromkeys(sorted(_either(new)))
    for name, was, now in _keys(old.properties, new.properties):
        if now is None and old.restated and (new.resource or not (was and was.type)):
            continue  # a page about a type may leave members out, and some requests are restated by their names alone
        row = _as_declared(was, now) if old.restated and new.resource and was and now else now
        for found in _property(f"{kind}/{name}", name, was, row):
            yield _one_of_two(found, name, either)


def _permission(kind: str, was: Permission | None, now: Permission | None) -> Iterator[PageFound]:
    path, owner = f"permissions/{kind}", f"permission:{kind}"
    one, other = was or Permission(False), now or Permission(False)
    if one == other:
        return
    if one.supported != other.supported:
        word = "added" if other.supported else "removed"
        judged = Judged(Grade.ADDITIVE if other.supported else Grade.BREAKING, "R-PERMISSION")
        detail = {"least": list(other.least or one.least), "higher": list(other.higher or one.higher)}
        yield f"page_permission_{word}", path, detail, judged, owner
        return
    if one.least != other.least:
        enough = set(one.least) <= {*other.least, *other.higher}
        judged = (
            Judged(Grade.ADDITIVE, "R-PERMISSION", "the old one is still enough")
            if enough
            else Judged(Grade.BREAKING, "R-PERMISSION")
        )
        yield "page_permission_changed", path, _was(list(one.least), list(other.least)), judged, owner
    for name in other.higher:
        if name not in one.higher and name not in one.least:
            yield "page_permission_added", f"{path}/{name}", {}, Judged(Grade.ADDITIVE, "R-PERMISSION"), owner
    for name in one.higher:
        if name not in other.higher and name not in other.least:
            yield ("page_permission_removed", f"{path}/{name}", {}, Judged(Grade.BREAKING, "R-PERMISSION"), owner)


def _as_declared(was: PropertyFacts, now: PropertyFacts) -> PropertyFacts:
    """What a page about a type says of a member beyond its declaration: another type, or values it does not have."""
    more = tuple(value for value in now.values if value not in was.values)
    return PropertyFacts(now.type, values=(*was.values, *more) if was.values else ())


_BOTH = re.compile(r"\b(?:can't|cannot|can not|must not|mustn't|never|not|either|exclusive|exclude)\b", re.IGNORECASE)


def _either(page: PageFacts) -> set[str]:
    """The collections of a request that a sentence of the page says never go together, by their names."""
    found: set[str] = set()
    by_word: dict[str, set[str]] = {}
    for name, row in (page.properties or {}).items():
        if row.type.startswith("Collection("):
            for word in (name.casefold(), row.type[11:-1].rpartition(".")[2].casefold()):
                by_word.setdefault(word, set()).add(name)
    said = (statement.text for part in page.statements.values() for statement in part)
    for text in said if by_word else ():
        if _BOTH.search(text):
            words = {word.strip(".,;:()\"'`*").casefold() for word in text.split()} & by_word.keys()
            named = set().union(*(by_word[word] for word in words))
            found |= named if len(named) > 1 else set()
    return found


def _one_of_two(found: PageFound, name: str, either: Mapping[str, None]) -> PageFound:
    """A collection that a page calls required although another one excludes it cannot be required of everybody."""
    kind, path, detail, judged, owner = found
    if judged.rule != "R-REQUIRED" or judged.grade is not Grade.BREAKING or name not in either:
        return found
    others = [one for one in islice(either, NAMED + 1) if one != name][:NAMED]
    more = len(either) - 1 - len(others)
    other = ", ".join(others) + (f" and {more} more" if more else "")
    why = f"it is required only where {other} is absent: the page says that they never go together"
    return kind, path, detail, Judged(Grade.ADDITIVE, "R-REQUIRED-EITHER", why), owner


def _property(path: str, name: str, was: PropertyFacts | None, now: PropertyFacts | None) -> Iterator[PageFound]:
    owner = f"property:{name}"
    if was is None and now is not None:
        detail: dict[str, Any] = {"type": now.type, "required": now.required}
        detail |= {"values": list(now.values)} if now.values else {}
        detail |= {"default": now.default} if now.default else {}
        judged = Judged(Grade.BREAKING, "R-REQUIRED") if now.required else Judged(Grade.ADDITIVE, "R-OPTIONAL")
        yield "page_property_added", path, detail, judged, owner
    elif now is None and was is not None:
        yield "page_property_removed", path, {"type": was.type}, Judged(Grade.BREAKING, "G-REMOVE"), owner
    elif was is not None and now is not None:
        if not was.type:
            return
        if was.type != now.type:
            yield (
                "page_property_type_changed",
                path,
                _was(was.type, now.type),
                Judged(Grade.BREAKING, "G-TYPE"),
                owner,
            )
        if was.required != now.required:
            judged = Judged(Grade.BREAKING, "R-REQUIRED") if now.required else Judged(Grade.ADDITIVE, "R-OPTIONAL")
            yield "page_property_required_changed", path, _was(was.required, now.required), judged, owner
        if was.values != now.values:
            lost = [value for value in was.values if value not in now.values]
            judged = Judged(Grade.BREAKING if lost and now.values else Grade.ADDITIVE, "R-VALUES")
            if lost and not now.values:
                judged = Judged(
                    Grade.UNDECIDABLE, "R-VALUES", "the row lists no values any more; its words would settle it"
                )
            yield ("page_property_values_changed", path, _was(list(was.values), list(now.values)), judged, owner)
        if was.default != now.default:
            grade = Grade.BREAKING if was.default and now.default else Grade.ADDITIVE
            judged = Judged(grade, "R-VALUES", "what is left out now means something else" if was.default else "")
            yield "page_property_default_changed", path, _was(was.default, now.default), judged, owner
        if not says_the_same(was.condition, now.condition):
            judged = Judged(
                Grade.UNDECIDABLE, "R-STATEMENT", "reading the row, or a live run with and without it, would settle it"
            )
            yield "page_property_condition_changed", path, _was(was.condition, now.condition), judged, owner
