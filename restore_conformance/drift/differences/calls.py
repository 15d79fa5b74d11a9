"""The difference between the addresses of two OpenAPI documents: paths, methods, parameters, bodies, answers.

Named schemas are compared as declared types elsewhere; what is written out in a body is compared here. A removed path
is one change, not one per method. The names of placeholders are not on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restore_conformance.drift.change import Change, Grade, Judged
from restore_conformance.drift.differences.members import facet_changes
from restore_conformance.drift.differences.shapes import Body, differences, equal, summed, values_judged
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.sources.api import Api, ApiCall, ApiParameter, nameless, placeholders
from restore_conformance.drift.sources.metadata import bare

CREATE = "/solutions/backupRestore/sharePointRestoreSessions"
_Found = tuple[str, str, dict[str, Any], Judged]
_ADDED = Judged(Grade.ADDITIVE, "G-ADDAPI")
_GONE = Judged(Grade.BREAKING, "G-REMOVE")


def call_changes(old: Api, new: Api, where: str = "") -> list[Change]:
    """Every change of an address between two OpenAPI documents."""
    changes: list[Change] = []
    for kind, path, detail, judged in _paths(old, new):
        ours = path.split(" ")[0] == CREATE and (" " not in path or path.split(" ")[1] == "post")
        create = judged.grade if ours else Grade.INFORMATIONAL
        direction = KINDS[kind].direction
        changes.append(
            Change(
                kind,
                path,
                "openapi",
                create,
                judged.grade,
                judged.rule,
                detail,
                direction,
                judged.why,
                where=where,
                scope_rule="" if ours else "G-SCOPE",
            )
        )
    return changes


def written_out(old: Api, new: Api, name: str) -> bool:
    """Whether every place that used a named schema now holds the same under another name, or written out."""
    declared = [*old.metadata.types.values(), *old.inline.values()]
    if any(name == facts.base or name in {m.target for m in facts.members.values()} for facts in declared):
        return False
    paths, places = _by_address(new), 0
    for path, item in old.calls.items():
        for method, call in item.items():
            other = new.calls.get(paths.get(nameless(path), ""), {}).get(method)
            for sent, part, answer in _bodies(call):
                for media, kind in answer.items():
                    if bare(kind) == name:
                        places += 1
                        now = next((a for s, p, a in _bodies(other) if (s, p) == (sent, part)), {}).get(media)
                        if now is None or not equal(Body(old, kind, sent), Body(new, now, sent)):
                            return False
    return places > 0


def _bodies(call: ApiCall | None) -> Iterator[tuple[bool, str, Mapping[str, str]]]:
    if call is not None:
        yield True, "request", call.body or {}
        for status, answer in call.answers.items():
            yield False, status, answer


def _by_address(api: Api) -> dict[str, str]:
    """Paths by their address without names; two that differ in names alone keep them."""
    found: dict[str, str] = {}
    for path in api.calls:
        found[path if nameless(path) in found else nameless(path)] = path
    return found


def _paths(old: Api, new: Api) -> Iterator[_Found]:
    before, after = _by_address(old), _by_address(new)
    for address in sorted(before.keys() | after.keys(), key=lambda key: before.get(key) or after[key]):
        path, path_now = before.get(address), after.get(address)
        if path is None and path_now is not None:
            yield "path_added", path_now, {"methods": sorted(new.calls[path_now])}, _ADDED
        elif path_now is None and path is not None:
            yield "path_removed", path, {"methods": sorted(old.calls[path])}, _GONE
        elif path is not None and path_now is not None:
            if path != path_now:
                yield "path_parameter_renamed", path, _was(path, path_now), Judged(Grade.INFORMATIONAL, "R-NAME")
            was, now = old.calls[path], new.calls[path_now]
            for method in sorted(was.keys() | now.keys()):
                one, other = was.get(method), now.get(method)
                if one is None:
                    yield "method_added", f"{path} {method}", {}, _ADDED
                elif other is None:
                    yield "method_removed", f"{path} {method}", {}, _GONE
                else:
                    renamed = dict(zip(placeholders(path_now), placeholders(path), strict=True))
                    yield from _parameters(f"{path} {method}", one, other, renamed)
                    yield from _body(f"{path} {method}", old, new, one, other)
                    yield from _answers(f"{path} {method}", old, new, one, other)


def _was(one: Any, other: Any) -> dict[str, Any]:
    return {"from": one, "to": other}


def _parameters(path: str, old: ApiCall, new: ApiCall, renamed: Mapping[str, str]) -> Iterator[_Found]:
    later = {
        f"path {renamed.get(p.name, p.name)}" if p.place == "path" else key: p for key, p in new.parameters.items()
    }
    for key in sorted(old.parameters.keys() | later.keys()):
        was, now = old.parameters.get(key), later.get(key)
        place = f"{path} {key}"
        if was is None and now is not None:
            judged = Judged(Grade.BREAKING, "R-REQUIRED") if now.required else Judged(Grade.ADDITIVE, "R-OPTIONAL")
            yield "parameter_added", place, {"type": now.type, "required": now.required}, judged
        elif now is None and was is not None:
            yield "parameter_removed", place, {"type": was.type}, _GONE
        elif was is not None and now is not None:
            yield from _parameter(place, was, now)


def _parameter(place: str, was: ApiParameter, now: ApiParameter) -> Iterator[_Found]:
    if (was.type, was.required) != (now.type, now.required):
        judged = Judged(Grade.BREAKING if now.required else Grade.ADDITIVE, "R-REQUIRED")
        if was.type != now.type:
            judged = Judged(Grade.BREAKING, "G-TYPE")
        yield "parameter_changed", place, _was([was.type, was.required], [now.type, now.required]), judged
    if set(was.values) != set(now.values):
        lost = [value for value in was.values if value not in now.values]
        come = [value for value in now.values if value not in was.values]
        judged = values_judged(lost, come, sent=True)
        if not now.values or not was.values:
            said = Grade.ADDITIVE if not now.values else Grade.BREAKING
            judged = Judged(said, "R-VALUES", "any value was allowed" if now.values else "any value is allowed now")
        yield "parameter_values_changed", place, _was(list(was.values), list(now.values)), judged
    for _, _, detail, judged in facet_changes(place, dict(was.facets), dict(now.facets)):
        yield "parameter_changed", place, detail, judged


def _body(path: str, old: Api, new: Api, one: ApiCall, other: ApiCall) -> Iterator[_Found]:
    if one.body_required != other.body_required or (one.body is None) != (other.body is None):
        was, now = _required(one), _required(other)
        judged = Judged(Grade.BREAKING if now == "required" or other.body is None else Grade.ADDITIVE, "R-REQUIRED")
        yield "request_body_changed", path, _was(was, now), judged
    if one.body is not None and other.body is not None:
        yield from _content(f"{path} request", "request_body_changed", old, new, one.body, other.body)


def _required(call: ApiCall) -> str:
    return "none" if call.body is None else ("required" if call.body_required else "optional")


def _answers(path: str, old: Api, new: Api, one: ApiCall, other: ApiCall) -> Iterator[_Found]:
    gone = {status: None for status in one.answers if status not in other.answers}
    come = {status: None for status in other.answers if status not in one.answers}
    covered = [(a, b) for a in gone for b in come if _covers(a, b) or _covers(b, a)]
    for was, now in covered:
        gone.pop(was, None)
        come.pop(now, None)
        place = f"{path} {was}"
        yield "response_range_changed", place, _was(was, now), Judged(Grade.INFORMATIONAL, "R-RANGE")
        yield from _content(place, "response_type_changed", old, new, one.answers[was], other.answers[now])
    for status in come:
        judged = Judged(Grade.ADDITIVE, "R-NEWERROR")
        if status.startswith("2"):
            why = "whether the old success still comes; a live run would settle it"
            judged = Judged(Grade.UNDECIDABLE, "R-STATUS", why)
        yield "response_added", f"{path} {status}", {}, judged
    for status in gone:
        judged = _GONE if status.startswith("2") else Judged(Grade.INFORMATIONAL, "R-ERRORCODE")
        yield "response_removed", f"{path} {status}", {}, judged
    for status in one.answers:
        if status in other.answers:
            place = f"{path} {status}"
            yield from _content(place, "response_type_changed", old, new, one.answers[status], other.answers[status])


def _covers(wide: str, narrow: str) -> bool:
    """Whether one status is a range that contains the other."""
    return wide[:1] == narrow[:1] and wide[1:].upper() == "XX" and narrow[1:].isdigit()


def _content(
    path: str, kind: str, old: Api, new: Api, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[_Found]:
    for media in sorted(before.keys() | after.keys()):
        was, now = before.get(media), after.get(media)
        place = f"{path} {media}".strip()
        if was is None:
            yield "media_type_added", place, {"type": now}, _ADDED
        elif now is None:
            yield "media_type_removed", place, {"type": was}, _GONE
        else:
            sent = kind == "request_body_changed"
            one, other = Body(old, was, sent), Body(new, now, sent)
            found = list(differences(one, other))
            if found and one.named and other.named:
                yield kind, place, _was(was, now), summed(found)
            else:
                for inside, detail, judged in found:
                    yield kind, f"{place} {inside}".strip(), detail, judged
