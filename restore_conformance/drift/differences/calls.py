"""The difference between the addresses of two OpenAPI documents: paths, methods, parameters, bodies, answers.

Named schemas are compared as declared types elsewhere; what is written out in a body is compared here. A removed path
is one change, not one per method. The names of placeholders are not on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from restore_conformance.contract.workload import CREATE
from restore_conformance.drift.change import Change, Difference, Direction
from restore_conformance.drift.differences.edits import altered, edits, ends
from restore_conformance.drift.differences.enums import values_judged
from restore_conformance.drift.differences.members import Body, body_changes, equal, facet_changes
from restore_conformance.drift.grading import change, directed
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources.metadata import Api, ApiCall, ApiParameter, bare, nameless, placeholders

_ADDED, _REMOVED = judged("new-api"), judged("gone")


def call_changes(old: Api, new: Api, where: str = "") -> list[Change]:
    """Every change of an address between two OpenAPI documents."""
    changes: list[Change] = []
    for difference in _paths(old, new):
        path, *rest = difference.path.split(" ")
        in_create = path == CREATE and rest[:1] in ([], ["post"])
        changes.append(change(difference, "openapi", where, outside=not in_create))
    return changes


def written_out(old: Api, new: Api, name: str) -> bool:
    """Whether every place that used a named schema now holds the same under another name, or written out."""
    declared = [*old.metadata.types.values(), *old.inline.values()]
    if any(name == facts.base or name in {m.target for m in facts.members.values()} for facts in declared):
        return False
    paths, places = _by_address(new), 0
    for path, methods in old.calls.items():
        for method, call in methods.items():
            after = _bodies(new.calls.get(paths.get(nameless(path), ""), {}).get(method))
            for part, content in _bodies(call).items():
                for media, kind in content.items():
                    if bare(kind) == name:
                        places += 1
                        now = after.get(part, {}).get(media)
                        direction = Direction.REQUEST if part == "request" else Direction.RESPONSE
                        if now is None or not equal(Body(old, kind, direction), Body(new, now, direction)):
                            return False
    return places > 0


def _bodies(call: ApiCall | None) -> dict[str, Mapping[str, str]]:
    """The types of the request and of each answer, by media type."""
    return {"request": call.body or {}, **call.answers} if call is not None else {}


def _by_address(api: Api) -> dict[str, str]:
    """Paths by their address without names; two that differ in names alone keep them."""
    paths: dict[str, str] = {}
    for path in api.calls:
        paths[path if nameless(path) in paths else nameless(path)] = path
    return paths


def _paths(old: Api, new: Api) -> Iterator[Difference]:
    before, after = _by_address(old), _by_address(new)
    for address in sorted(before.keys() | after.keys(), key=lambda key: before.get(key) or after[key]):
        path, path_now = before.get(address), after.get(address)
        if path is None and path_now is not None:
            yield Difference("path_added", path_now, {"methods": sorted(new.calls[path_now])}, _ADDED)
        elif path_now is None and path is not None:
            yield Difference("path_removed", path, {"methods": sorted(old.calls[path])}, _REMOVED)
        elif path is not None and path_now is not None:
            yield from altered("path_parameter_renamed", path, path, path_now, judged("placeholder"))
            yield from _methods(path, path_now, old, new)


def _methods(path: str, path_now: str, old: Api, new: Api) -> Iterator[Difference]:
    was, now = old.calls[path], new.calls[path_now]
    renamed = dict(zip(placeholders(path_now), placeholders(path), strict=True))
    for method in sorted(was.keys() | now.keys()):
        place, old_call, new_call = f"{path} {method}", was.get(method), now.get(method)
        if old_call is None:
            yield Difference("method_added", place, {}, _ADDED)
        elif new_call is None:
            yield Difference("method_removed", place, {}, _REMOVED)
        else:
            yield from _parameters(place, old_call, new_call, renamed)
            yield from _body(place, old, new, old_call, new_call)
            yield from _answers(place, old, new, old_call, new_call)


def _parameters(path: str, old: ApiCall, new: ApiCall, renamed: Mapping[str, str]) -> Iterator[Difference]:
    later = {
        f"path {renamed.get(p.name, p.name)}" if p.place == "path" else key: p for key, p in new.parameters.items()
    }
    for _, key, was, now in edits(old.parameters, later):
        place = f"{path} {key}"
        if was and now:
            yield from _parameter(place, was, now)
        elif now:
            row = judged("needed" if now.required else "optional")
            yield Difference("parameter_added", place, {"type": now.type, "required": now.required}, row)
        elif was:
            yield Difference("parameter_removed", place, {"type": was.type}, _REMOVED)


def _parameter(place: str, was: ApiParameter, now: ApiParameter) -> Iterator[Difference]:
    row = judged("retyped" if was.type != now.type else "needed" if now.required else "needed-no-more")
    yield from altered("parameter_changed", place, [was.type, was.required], [now.type, now.required], row)
    if set(was.values) != set(now.values):
        row = values_judged(was.values, now.values)
        if not (was.values and now.values):
            row = judged("limited-values" if now.values else "any-value")
        values = Difference("parameter_values_changed", place, ends(list(was.values), list(now.values)), row)
        yield directed(values, Direction.REQUEST)
    yield from (replace(facet, kind="parameter_changed") for facet in facet_changes(place, was, now))


def _body(path: str, old: Api, new: Api, old_call: ApiCall, new_call: ApiCall) -> Iterator[Difference]:
    was, now = _required(old_call), _required(new_call)
    row = judged("needed-no-more" if now == "optional" else "needed")
    yield from altered("request_body_changed", path, was, now, row)
    if old_call.body is not None and new_call.body is not None:
        yield from _content(f"{path} request", "request_body_changed", old, new, old_call.body, new_call.body)


def _required(call: ApiCall) -> str:
    return "none" if call.body is None else ("required" if call.body_required else "optional")


def _answers(path: str, old: Api, new: Api, old_call: ApiCall, new_call: ApiCall) -> Iterator[Difference]:
    removed = [status for status in old_call.answers if status not in new_call.answers]
    added = [status for status in new_call.answers if status not in old_call.answers]
    ranges = [(was, now) for was in removed for now in added if _covers(was, now) or _covers(now, was)]
    for was, now in ranges:
        yield from altered("response_range_changed", f"{path} {was}", was, now, judged("range"))
    for status in added:
        if status not in {now for _, now in ranges}:
            row = judged("another-success" if status.startswith("2") else "new-error")
            yield Difference("response_added", f"{path} {status}", {}, row)
    for status in removed:
        if status not in {was for was, _ in ranges}:
            row = judged("gone" if status.startswith("2") else "refusal-gone")
            yield Difference("response_removed", f"{path} {status}", {}, row)
    for was, now in [*ranges, *((status, status) for status in old_call.answers if status in new_call.answers)]:
        place = f"{path} {was}"
        yield from _content(place, "response_type_changed", old, new, old_call.answers[was], new_call.answers[now])


def _covers(wide: str, narrow: str) -> bool:
    """Whether one status is a range that contains the other."""
    return wide[:1] == narrow[:1] and wide[1:].upper() == "XX" and narrow[1:].isdigit()


def _content(
    path: str, kind: str, old: Api, new: Api, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Difference]:
    direction = KINDS[kind].direction
    for media in sorted(before.keys() | after.keys()):
        was, now, place = before.get(media), after.get(media), f"{path} {media}".strip()
        if was is None:
            yield Difference("media_type_added", place, {"type": now}, _ADDED)
        elif now is None:
            yield Difference("media_type_removed", place, {"type": was}, _REMOVED)
        else:
            yield from body_changes(kind, place, Body(old, was, direction), Body(new, now, direction))
