"""Differences between actions and functions, overloads distinguished by what they take.

Overloads of a function share a path and may change alike, so the detail of such a change says what its older side
took: two changes never share an id. An action is overloaded by its binding alone, which stands in the path.

A parameter counts as one callers may leave out when it is annotated optional, or, for actions, when it may be
null (OData protocol 4.01, 11.5.5.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from restore_conformance.drift.change import Difference, additive, breaking
from restore_conformance.drift.sources.metadata import Metadata, Operation, Parameter

_Key = tuple[str, str, str, str | None]


def operation_changes(old: Metadata, new: Metadata) -> Iterator[Difference]:
    """Every operation added, removed, or with another signature."""
    was, now = _grouped(old), _grouped(new)
    for key in sorted(was.keys() | now.keys(), key=str):
        old_group, new_group = was.get(key, []), now.get(key, [])
        left, right = [op for op in old_group if op not in new_group], [op for op in new_group if op not in old_group]
        pairs = _paired(left, right)
        for before, after in pairs:
            yield from _signature(before, after)
        kind = key[0].lower()
        for op in left:
            if not any(op is before for before, _ in pairs):
                yield Difference(f"{kind}_removed", op.path, _described(op), breaking("G-REMOVE"))
        for op in right:
            if not any(op is after for _, after in pairs):
                yield Difference(f"{kind}_added", op.path, _described(op), additive("G-ADDAPI"))


def _grouped(metadata: Metadata) -> dict[_Key, list[Operation]]:
    groups: dict[_Key, list[Operation]] = {}
    for op in metadata.operations:
        group = groups.setdefault((op.kind, op.name, op.namespace, op.binding), [])
        if op not in group:
            group.append(op)
    return groups


def _paired(left: list[Operation], right: list[Operation]) -> list[tuple[Operation, Operation]]:
    """Pairs of overloads that are the same one changed, those that are most alike first."""
    if len(left) == len(right) == 1:
        return [(left[0], right[0])]
    ranked = sorted(((_alike(a, b), -i, -j) for i, a in enumerate(left) for j, b in enumerate(right)))
    pairs: dict[int, int] = {}
    for score, i, j in reversed(ranked):
        if score > 0 and -i not in pairs and -j not in pairs.values():
            pairs[-i] = -j
    return [(left[i], right[j]) for i, j in pairs.items()]


def _alike(a: Operation, b: Operation) -> float:
    names, others = ({p.name for p in op.parameters} for op in (a, b))
    return len(names & others) / len(names | others) if names | others else 1.0


def _described(op: Operation) -> dict[str, Any]:
    return {"parameters": [_row(p) for p in op.parameters], "returns": op.returns}


def _row(parameter: Parameter) -> list[Any]:
    return [parameter.name, parameter.type, parameter.nullable, parameter.optional]


def _signature(old: Operation, new: Operation) -> Iterator[Difference]:
    was, now = ({p.name: p for p in op.parameters} for op in (old, new))
    added, removed = [p for p in new.parameters if p.name not in was], [p for p in old.parameters if p.name not in now]
    changed = [(was[p.name], p) for p in new.parameters if p.name in was and was[p.name] != p]
    detail: dict[str, Any] = {
        "params_added": [_row(p) for p in added],
        "params_removed": [_row(p) for p in removed],
        "params_changed": [[_row(before), _row(after)] for before, after in changed],
        "returns": [old.returns, new.returns] if old.returns != new.returns else None,
    }
    reasons = [f"{p.name} is new and required" for p in added if not _may_be_left_out(p, new.kind)]
    reasons += [f"{p.name} is gone" for p in removed]
    reasons += [why for before, after in changed if (why := _tighter(before, after, new.kind))]
    if old.returns != new.returns:
        reasons.append("the result has another type")
    elif old.returns_nullable != new.returns_nullable:
        detail["returns_nullable"] = [old.returns_nullable, new.returns_nullable]
        reasons += ["the result may now be null"] if new.returns_nullable else []
    if old.composable != new.composable:
        detail["composable"] = [old.composable, new.composable]
        reasons += [] if new.composable else ["it can no longer be followed by more segments"]
    if any(detail.values()):
        takes = {"overload": [f"{p.name}: {p.type}" for p in old.parameters]} if new.kind == "Function" else {}
        judged = breaking("G-SIG", "; ".join(reasons)) if reasons else additive("G-SIG-OPT")
        yield Difference(f"{new.kind.lower()}_signature_changed", new.path, takes | detail, judged)


def _may_be_left_out(parameter: Parameter, kind: str) -> bool:
    return parameter.optional or (kind == "Action" and parameter.nullable)


def _tighter(was: Parameter, now: Parameter, kind: str) -> str:
    if was.type != now.type:
        return f"{was.name} has another type"
    if was.nullable and not now.nullable:
        return f"{was.name} may no longer be null"
    if _may_be_left_out(was, kind) and not _may_be_left_out(now, kind):
        return f"{was.name} can no longer be left out"
    return ""
