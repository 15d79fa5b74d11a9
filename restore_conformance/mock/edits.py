"""What can be done to an answer: members, status, body, media type, headers. An edit changes one `JsonResponse`.

A path names a member of the body, "createdBy/user/id"; what stands on the way to it is copied first, since answers share
objects with the sessions they show. Each edit describes itself in words, for faults that are made from a table.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from restore_conformance.mock.protocol import JsonResponse

Json = dict[str, Any]
COUNTS = "restoreSessionArtifactCount"
LINK = "@odata.nextLink"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of an answer, with the words for it."""

    words: str
    change: Callable[[JsonResponse], object]

    def __call__(self, response: JsonResponse) -> None:
        self.change(response)


Change = Callable[[JsonResponse], object]
"""An edit, or a function that is used as one."""


def _holder(body: Any, path: str) -> tuple[Json, str]:
    """The object that holds the last member of a path, with what stands on the way to it copied."""
    *way, last = path.split("/")
    for step in way:
        body[step] = dict(body[step])
        body = body[step]
    return body, last


@dataclass(frozen=True, slots=True)
class Derived:
    """A value derived from the right one, with the words for it."""

    words: str
    make: Callable[[Any], Any]

    def __call__(self, old: Any) -> Any:
        return self.make(old)


def _words(value: Any) -> str:
    return value.words if isinstance(value, Derived) else "changed" if callable(value) else json.dumps(value)


def put(path: str, value: Any) -> Edit:
    """Give a member a value; `value` may be a function of the right one."""

    def change(response: JsonResponse) -> None:
        holder, last = _holder(response.body, path)
        holder[last] = value(holder.get(last)) if callable(value) else value

    return Edit(f"{path} is {_words(value)}", change)


def counts(**new: Any) -> Edit:
    """Show other counts."""
    return members_of(COUNTS, new)


def members_of(path: str, new: Json) -> Edit:
    """Give several members of an object values."""
    said = " and ".join(f"{path}/{name} is {_words(value)}" for name, value in new.items())
    return Edit(said, put(path, lambda old: old | new))


def remove(path: str) -> Edit:
    """Leave a member out."""

    def change(response: JsonResponse) -> None:
        holder, last = _holder(response.body, path)
        holder.pop(last, None)

    return Edit(f"no {path}", change)


def rename(path: str, new: str) -> Edit:
    """Call a member by another name."""

    def change(response: JsonResponse) -> None:
        holder, last = _holder(response.body, path)
        holder[new] = holder.pop(last)

    return Edit(f"{path} is called {new}", change)


def status(value: int) -> Edit:
    """Answer another status."""

    def change(response: JsonResponse) -> None:
        response.status = value

    return Edit(f"{value}", change)


def code(value: Any) -> Edit:
    """Answer another service code."""
    return Edit(f"code {_words(value)}", put("error/code", value))


def body(value: Any) -> Edit:
    """Answer another body; `value` may be a function of the right one."""

    def change(response: JsonResponse) -> None:
        response.body = value(response.body) if callable(value) else value

    return Edit("no body" if value is None else f"the body is {_words(value)}", change)


def raw(write: Callable[[Any], bytes]) -> Edit:
    """Answer bytes that are made of the right body."""

    def change(response: JsonResponse) -> None:
        response.raw = write(response.body)

    return Edit("other bytes", change)


def set_header(name: str, value: Any) -> Edit:
    """Set a header; None leaves out what is set without asking."""

    def change(response: JsonResponse) -> None:
        response.headers[name] = value

    return Edit(f"{name}: {value}", change)


def media_type(value: str | None) -> Edit:
    """Answer under another media type."""
    return set_header("Content-Type", value)


def text(value: str, media: str = "text/plain") -> Edit:
    """Answer a text instead of JSON."""
    return Edit(f"{media} instead of JSON", combined(raw(lambda _: value.encode()), media_type(media)))


def combined(*edits: Change) -> Edit:
    """Several edits of one answer."""

    def change(response: JsonResponse) -> None:
        for edit in edits:
            edit(response)

    return Edit(", ".join(edit.words for edit in edits if isinstance(edit, Edit)), change)


def each_with(new: Json) -> Callable[[list[Json]], list[Json]]:
    """Give every item of a collection these members; a value may be a function of the right one."""

    def change(every: list[Json]) -> list[Json]:
        return [entry | {n: v(entry[n]) if callable(v) else v for n, v in new.items()} for entry in every]

    return change


def each_without(*names: str) -> Callable[[list[Json]], list[Json]]:
    """Leave members out of every item of a collection."""
    return lambda every: [without(*names)(item) for item in every]


def without(*names: str) -> Callable[[Json], Json]:
    """An object without some of its members."""
    return lambda value: {name: member for name, member in value.items() if name not in names}


def copied(path: str, source: str) -> Edit:
    """Give a member the value of another one."""
    return Edit(f"{path} is that of {source}", lambda response: put(path, response.body[source])(response))


def last_of_ten_missing(every: list[Json]) -> list[Json]:
    """Leave the last item out of a collection of ten, twenty and so on."""
    return every[:-1] if every and len(every) % 10 == 0 else every


def bare_array(response: JsonResponse) -> None:
    """Answer the items of a collection without the object around them."""
    response.body = response.body["value"]


def without_envelope(response: JsonResponse) -> None:
    """Answer a refusal without the object that holds its error."""
    response.body = {"code": response.body["error"]["code"], "message": ""}


REVERSED = Derived("written backwards", lambda old: old[::-1])
