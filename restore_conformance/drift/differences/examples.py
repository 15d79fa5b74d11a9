"""The difference between the examples of two editions: which there are, and which members and values they show.

An example illustrates: that one was added or dropped is informational. A member that no earlier example and no
table had is a fact of its own and judged as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.drift.change import Direction, Grade, Judged
from restore_conformance.drift.differences.nesting import Parts, Tops
from restore_conformance.drift.sources.page_facts import Example, PageFacts
from restore_conformance.drift.sources.page_rows import example_name
from restore_conformance.drift.sources.wording import MARK, says_the_same

ExampleFound = tuple[str, str, dict[str, Any], Judged]
_NAMED_VALUES = ("status", "restoreJobType", "destinationType")
MAX_NODES = 20_000
MAX_CHARACTERS = 2_000_000
"""Of the paths of an example: each names all that it lies in, so that deep ones are long."""
MOST = 40
"""So many examples of a page are compared; none has more than a handful."""


def example_changes(old: PageFacts, new: PageFacts) -> Iterator[ExampleFound]:
    """Every difference between the examples of two editions."""
    pairs, gone, come = _paired(old.examples, new.examples)
    for example in gone:
        yield "page_example_removed", _path(example), {}, Judged(Grade.INFORMATIONAL, "R-EXAMPLE")
    for example in come:
        detail = {"status": example.status, "members": sorted(_members(example.request))}
        yield "page_example_added", _path(example), detail, Judged(Grade.INFORMATIONAL, "R-EXAMPLE")
    moved = {part: Tops(_union(old, part) ^ _union(new, part)) for part in ("request", "response")}
    for was, now in pairs:
        if was.digest:
            if was.digest != digest(now):
                ends = {"from": "the example that was known", "to": "another one"}
                yield "page_example_changed", f"{_path(now)}/content", ends, Judged(Grade.INFORMATIONAL, "R-EXAMPLE")
            continue
        yield from _one(was, now)
        yield from _alone(was, now, moved)
    yield from _shown(old, new)


def digest(example: Example) -> str:
    """The fingerprint of everything an example shows."""
    shown = json.dumps(_leaves(example), sort_keys=True, default=str)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def _path(example: Example) -> str:
    return f"examples/{example_name(example.title) or 'example'}"


def _paired(
    old: tuple[Example, ...], new: tuple[Example, ...]
) -> tuple[list[tuple[Example, Example]], list[Example], list[Example]]:
    """Pairs examples by title, then by how much of their content is the same."""
    left, right = ([_Shown(one, _texts(one)) for one in side[:MOST]] for side in (old, new))
    likeness = {(id(a), id(b)): _alike(a, b) for a in left for b in right}
    pairs: list[tuple[Example, Example]] = []
    for least in (2.0, 0.6, 0.34):
        while left and right:
            score, i, j = max(
                ((likeness[id(a), id(b)], i, j) for i, a in enumerate(left) for j, b in enumerate(right)),
                key=lambda item: (item[0], -item[1] - item[2]),
            )
            if score < least:
                break
            pairs.append((left.pop(i).example, right.pop(j).example))
    return pairs, [one.example for one in left], [one.example for one in right]


@dataclass(frozen=True, slots=True)
class _Shown:
    """An example, and what it shows, to count what two have in common."""

    example: Example
    texts: frozenset[str]


def _texts(example: Example) -> frozenset[str]:
    return frozenset(str(item) for item in _leaves(example).items())


def _alike(one: _Shown, other: _Shown) -> float:
    if says_the_same(_name(one.example), _name(other.example)):
        return 3.0
    return len(one.texts & other.texts) / max(1, len(one.texts | other.texts))


def _name(example: Example) -> str:
    return example.title if example.title.startswith(MARK) else example_name(example.title)


def _leaves(example: Example) -> dict[str, Any]:
    found: dict[str, Any] = {"status": example.status, "call": f"{example.method} {example.path}".strip()}
    # What a path lies in is put before it only when its turn comes: thousands of long ones do not wait.
    waiting: list[tuple[str, Any, Any]] = [("", "request", example.request), ("", "response", example.response)]
    room = MAX_CHARACTERS
    while waiting and len(found) < MAX_NODES and room > 0:
        above, name, value = waiting.pop()
        path = f"{above}/{name}" if above else name
        room -= len(path)
        if isinstance(value, dict):
            waiting += [(path, key, item) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [(path, index, item) for index, item in enumerate(value)]
        else:
            found[path] = value
    if example.unparsed:
        found["unparsed"] = " ".join(example.unparsed.split())
    return found


def _one(was: Example, now: Example) -> Iterator[ExampleFound]:
    if was.status and now.status and was.status != now.status:
        yield (
            "page_status_changed",
            f"{_path(now)}/status",
            {"from": was.status, "to": now.status},
            Judged(Grade.UNDECIDABLE, "R-STATUS", "the example and the text may differ; a live run would settle it"),
        )
    for part in ("request", "response"):
        had, has = getattr(was, part) is not None, getattr(now, part) is not None
        if had != has:
            words = {True: "a body", False: "none"}
            yield (
                "page_example_changed",
                f"{_path(now)}/{part}",
                {"from": words[had], "to": words[has]},
                Judged(Grade.INFORMATIONAL, "R-EXAMPLE"),
            )
    one, other = _leaves(was), _leaves(now)
    for path in sorted((one.keys() & other.keys()) - {"status"}):
        if one[path] != other[path]:
            name = path.rpartition("/")[2]
            judged = Judged(Grade.INFORMATIONAL, "R-EXAMPLE")
            if name in _NAMED_VALUES and path.startswith("response"):
                judged = Judged(
                    Grade.UNDECIDABLE,
                    "R-EXAMPLE",
                    f"whether the service now answers {other[path]!r} is what a live run would settle",
                )
            yield ("page_example_changed", f"{_path(now)}/{path}", {"from": one[path], "to": other[path]}, judged)


def _union(page: PageFacts, part: str) -> set[str]:
    """The members that any example of an edition shows in its requests, or in its answers."""
    listed = {name for example in page.examples if part == "request" for name in example.members}
    return listed | {path for example in page.examples for path in _members(getattr(example, part))}


def _alone(was: Example, now: Example, moved: Mapping[str, Tops]) -> Iterator[ExampleFound]:
    """What one example lost or gained while others of the edition still show it, reported once at the top of it."""
    one, other = _leaves(was), _leaves(now)
    for mine, theirs, word in ((one, other, "from"), (other, one, "to")):
        there = Parts(theirs)
        told: set[str] = set()
        for path, value in sorted(mine.items()):
            part, _, below = path.partition("/")
            top = there.beyond(path)
            member = "/".join(name for name in below.split("/") if not name.isdigit())
            if "/" not in top or top in told or (part in moved and moved[part].hold(member)):
                continue
            told.add(top)
            ends = {"from": "absent", "to": "absent"} | {word: value if top == path else "present"}
            yield "page_example_changed", f"{_path(now)}/{top}", ends, Judged(Grade.INFORMATIONAL, "R-EXAMPLE")


def _shown(old: PageFacts, new: PageFacts) -> Iterator[ExampleFound]:
    """Members that the examples of one edition show and those of the other do not."""
    for part, direction in (("request", Direction.REQUEST), ("response", Direction.RESPONSE)):
        one, other = _union(old, part), _union(new, part)
        types = {name: row.type for name, row in {**(old.properties or {}), **(new.properties or {})}.items()}
        root = new.type or old.type
        listed = set(old.properties or ()) if part == "request" else set()
        come, gone = other - one, one - other
        for path in sorted(come):
            if _under(path, come) or path in listed or path in (new.properties or ()):
                continue
            judged = Judged(Grade.ADDITIVE, "R-OPTIONAL" if part == "request" else "G-ADDPROP")
            yield "page_example_member_added", _placed(path, root, types), {"in": direction.value}, judged
        for path in sorted(gone):
            if not _under(path, gone):
                judged = Judged(Grade.INFORMATIONAL, "R-EXAMPLE", "examples may be shortened")
                yield ("page_example_member_removed", _placed(path, root, types), {"in": direction.value}, judged)


def _under(path: str, paths: set[str]) -> bool:
    return path.rpartition("/")[0] in paths


def _members(value: Any) -> set[str]:
    """The members of a JSON value as paths without array positions."""
    found: set[str] = set()
    waiting: list[tuple[str, str, Any]] = [("", "", value)]
    room = MAX_CHARACTERS
    while waiting and len(found) < MAX_NODES and room > 0:
        above, name, item = waiting.pop()
        path = f"{above}/{name}" if above and name else above or name
        if name:
            found.add(path)
            room -= len(path)
        if isinstance(item, dict):
            waiting += [(path, str(key), inner) for key, inner in item.items()]
        elif isinstance(item, list):
            waiting += [(path, "", inner) for inner in item]
    return found


def _placed(path: str, root: str, types: Mapping[str, str]) -> str:
    """The path of a member below the nearest type that is known."""
    first, _, rest = path.partition("/")
    kind = types.get(first, "")
    if rest and kind:
        return f"{kind.removeprefix('Collection(').removesuffix(')')}/{rest}"
    return f"{root}/{path}"
