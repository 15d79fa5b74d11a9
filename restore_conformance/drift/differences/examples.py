"""The difference between the examples of two editions: which there are, and which members and values they show.

An example illustrates: that one was added or dropped is informational. A member that no earlier example and no
table had is a fact of its own and judged as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from restore_conformance.drift.change import Difference
from restore_conformance.drift.differences.edits import altered, ends
from restore_conformance.drift.differences.paths import Parts, Tops
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources.metadata import bare
from restore_conformance.drift.sources.page_facts import MARK, Example, PageFacts, PropertyFacts, says_the_same
from restore_conformance.drift.sources.page_rows import example_name

_NAMED_VALUES = ("status", "restoreJobType", "destinationType")
_SHOWN = judged("example")
MAX_NODES = 20_000
MAX_CHARACTERS = 2_000_000
"""Characters of the paths of an example: each names all of its parents, so that deep ones are long."""
MOST = 40
"""So many examples of a page are compared; none has more than a handful."""
LEAST = 0.34
"""The least share of equal content for two examples to be one, changed."""


def example_changes(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    """Every difference between the examples of two editions."""
    pairs, removed, added = _paired(old.examples, new.examples)
    for example in removed:
        yield Difference("page_example_removed", _path(example), {}, _SHOWN)
    for example in added:
        detail = {"status": example.status, "members": sorted(shown_members(example.request))}
        yield Difference("page_example_added", _path(example), detail, _SHOWN)
    moved = {part: Tops(_union(old, part) ^ _union(new, part)) for part in ("request", "response")}
    for was, now in pairs:
        if not was.digest:
            yield from _differences(was, now)
            yield from _alone(was, now, moved)
        elif was.digest != digest(now):
            detail = ends("the example that was known", "another one")
            yield Difference("page_example_changed", f"{_path(now)}/content", detail, _SHOWN)
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
    """Pairs of examples by title, then by how much of their content is the same; and those without a partner."""
    left, right = list(old[:MOST]), list(new[:MOST])
    texts = {id(example): frozenset(str(item) for item in _leaves(example).items()) for example in (*left, *right)}
    likeness = {(id(a), id(b)): _alike(a, b, texts[id(a)], texts[id(b)]) for a in left for b in right}
    pairs: list[tuple[Example, Example]] = []
    while left and right:
        score, _, i, j = max(
            (likeness[id(a), id(b)], -i - j, -i, -j) for i, a in enumerate(left) for j, b in enumerate(right)
        )
        if score < LEAST:
            break
        pairs.append((left.pop(-i), right.pop(-j)))
    return pairs, left, right


def _alike(left: Example, right: Example, texts: frozenset[str], others: frozenset[str]) -> float:
    if says_the_same(_name(left), _name(right)):
        return 3.0
    return len(texts & others) / max(1, len(texts | others))


def _name(example: Example) -> str:
    return example.title if example.title.startswith(MARK) else example_name(example.title)


def _leaves(example: Example) -> dict[str, Any]:
    """Everything an example shows, by path."""
    leaves: dict[str, Any] = {"status": example.status, "call": f"{example.method} {example.path}".strip()}
    for part, body in (("response", example.response), ("request", example.request)):
        nodes = _nodes(part, body, positions=True)
        leaves |= {path: value for path, value in nodes if not isinstance(value, (dict, list))}
    return leaves | ({"unparsed": " ".join(example.unparsed.split())} if example.unparsed else {})


def shown_members(body: Any) -> set[str]:
    """The members of a JSON value as paths without array positions."""
    return {path for path, _ in _nodes("", body, positions=False)} - {""}


def _nodes(name: str, value: Any, *, positions: bool) -> Iterator[tuple[str, Any]]:
    """Every value inside a body by its path, with or without its positions in arrays, within bounds."""
    # A path is put together only when its turn comes, so that thousands of long ones are not in memory.
    waiting: list[tuple[str, str, Any]] = [("", name, value)]
    nodes, room = MAX_NODES, MAX_CHARACTERS
    while waiting and nodes > 0 and room > 0:
        above, name, value = waiting.pop()
        path = f"{above}/{name}" if above and name else above or name
        nodes, room = nodes - 1, room - len(path)
        yield path, value
        if isinstance(value, dict):
            waiting += [(path, str(key), item) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [(path, str(index) if positions else "", item) for index, item in enumerate(value)]


def _differences(was: Example, now: Example) -> Iterator[Difference]:
    at, kind = _path(now), "page_example_changed"
    if was.status and now.status:
        yield from altered("page_status_changed", f"{at}/status", was.status, now.status, judged("shown-status"))
    for part in ("request", "response"):
        had, has = ("none" if getattr(side, part) is None else "a body" for side in (was, now))
        yield from altered(kind, f"{at}/{part}", had, has, _SHOWN)
    old_values, new_values = _leaves(was), _leaves(now)
    for path in sorted((old_values.keys() & new_values.keys()) - {"status"}):
        named = path.rpartition("/")[2] in _NAMED_VALUES and path.startswith("response")
        row = judged("shown-value", value=new_values[path]) if named else _SHOWN
        yield from altered(kind, f"{at}/{path}", old_values[path], new_values[path], row)


def _union(page: PageFacts, part: str) -> set[str]:
    """The members that any example of an edition shows in its requests, or in its answers."""
    listed = {name for example in page.examples if part == "request" for name in example.members}
    return listed | {path for example in page.examples for path in shown_members(getattr(example, part))}


def _alone(was: Example, now: Example, moved: Mapping[str, Tops]) -> Iterator[Difference]:
    """What one example lost or gained while others of the edition still show it, reported once at the top of it."""
    old_values, new_values = _leaves(was), _leaves(now)
    for values, others, side in ((old_values, new_values, "from"), (new_values, old_values, "to")):
        there, tops = Parts(others), set[str]()
        for path, value in sorted(values.items()):
            part, _, below = path.partition("/")
            top = there.beyond(path)
            member = "/".join(name for name in below.split("/") if not name.isdigit())
            if "/" in top and top not in tops and not (part in moved and moved[part].hold(member)):
                tops.add(top)
                detail = ends("absent", "absent") | {side: value if top == path else "present"}
                yield Difference("page_example_changed", f"{_path(now)}/{top}", detail, _SHOWN)


def _shown(old: PageFacts, new: PageFacts) -> Iterator[Difference]:
    """Members that the examples of one edition show and those of the other do not."""
    rows = {**(old.properties or {}), **(new.properties or {})}
    root = new.type or old.type
    for part, more, listed in (
        ("request", judged("optional"), rows.keys()),
        ("response", judged("shown-member"), (new.properties or {}).keys()),
    ):
        before, after = _union(old, part), _union(new, part)
        for path in _tops(after - before):
            if path not in listed:
                yield Difference("page_example_member_added", _placed(path, root, rows), {"in": part}, more)
        for path in _tops(before - after):
            at, fewer = _placed(path, root, rows), judged("example-shorter")
            yield Difference("page_example_member_removed", at, {"in": part}, fewer)


def _tops(paths: set[str]) -> list[str]:
    """The paths whose parent is not one of them."""
    return sorted(path for path in paths if path.rpartition("/")[0] not in paths)


def _placed(path: str, root: str, rows: Mapping[str, PropertyFacts]) -> str:
    """The path of a member below the nearest type that is known."""
    first, _, rest = path.partition("/")
    owner = bare(rows[first].type) if rest and first in rows else ""
    return f"{owner}/{rest}" if owner else f"{root}/{path}"
