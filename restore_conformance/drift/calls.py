"""The difference between the addresses of two OpenAPI documents: paths, methods, parameters, bodies, answers.

Schemas are compared as declared types elsewhere. A removed path is one change, not one per method.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restore_conformance.drift.change import Change, Grade, Judged
from restore_conformance.drift.kinds import KINDS
from restore_conformance.sources.api import Api, ApiCall

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


def _paths(old: Api, new: Api) -> Iterator[_Found]:
    for path in sorted(old.calls.keys() | new.calls.keys()):
        was, now = old.calls.get(path), new.calls.get(path)
        if was is None and now is not None:
            yield "path_added", path, {"methods": sorted(now)}, _ADDED
        elif now is None and was is not None:
            yield "path_removed", path, {"methods": sorted(was)}, _GONE
        elif was is not None and now is not None:
            for method in sorted(was.keys() | now.keys()):
                one, other = was.get(method), now.get(method)
                if one is None:
                    yield "method_added", f"{path} {method}", {}, _ADDED
                elif other is None:
                    yield "method_removed", f"{path} {method}", {}, _GONE
                elif one != other:
                    yield from _call(f"{path} {method}", one, other)


def _call(path: str, old: ApiCall, new: ApiCall) -> Iterator[_Found]:
    for key in sorted(old.parameters.keys() | new.parameters.keys()):
        was, now = old.parameters.get(key), new.parameters.get(key)
        place = f"{path} {key}"
        if was is None and now is not None:
            judged = Judged(Grade.BREAKING, "R-REQUIRED") if now.required else Judged(Grade.ADDITIVE, "R-OPTIONAL")
            yield "parameter_added", place, {"type": now.type, "required": now.required}, judged
        elif now is None and was is not None:
            yield "parameter_removed", place, {"type": was.type}, _GONE
        elif was is not None and now is not None and was != now:
            worse = was.type != now.type or (now.required and not was.required)
            judged = Judged(
                Grade.BREAKING if worse else Grade.ADDITIVE,
                "G-TYPE" if was.type != now.type else "R-REQUIRED",
            )
            yield (
                "parameter_changed",
                place,
                {"from": [was.type, was.required], "to": [now.type, now.required]},
                judged,
            )
    if old.body_required != new.body_required or (old.body is None) != (new.body is None):
        one, other = _body(old), _body(new)
        judged = Judged(Grade.BREAKING if other == "required" or new.body is None else Grade.ADDITIVE, "R-REQUIRED")
        yield "request_body_changed", path, {"from": one, "to": other}, judged
    if old.body is not None and new.body is not None:
        yield from _content(f"{path} request", "request_body_changed", old.body, new.body)
    for status in sorted(old.answers.keys() | new.answers.keys()):
        place = f"{path} {status}"
        if status not in old.answers:
            good = status.startswith("2")
            judged = (
                Judged(
                    Grade.UNDECIDABLE,
                    "R-STATUS",
                    "whether the old success still comes; a live run would settle it",
                )
                if good
                else Judged(Grade.ADDITIVE, "R-NEWERROR")
            )
            yield "response_added", place, {}, judged
        elif status not in new.answers:
            judged = _GONE if status.startswith("2") else Judged(Grade.INFORMATIONAL, "R-ERRORCODE")
            yield "response_removed", place, {}, judged
        else:
            yield from _content(place, "response_type_changed", old.answers[status], new.answers[status])


def _body(call: ApiCall) -> str:
    return "none" if call.body is None else ("required" if call.body_required else "optional")


def _content(path: str, kind: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[_Found]:
    for media in sorted(old.keys() | new.keys()):
        was, now = old.get(media), new.get(media)
        place = f"{path} {media}".strip()
        if was is None:
            yield "media_type_added", place, {"type": now}, _ADDED
        elif now is None:
            yield "media_type_removed", place, {"type": was}, _GONE
        elif was != now:
            yield kind, place, {"from": was, "to": now}, Judged(Grade.BREAKING, "G-TYPE")
