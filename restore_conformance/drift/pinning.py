"""Accepts the contract as it is now: writes `schemas/types` and the page's fingerprints, and lists what people must do.

Only facts are written; every sentence of the suite (descriptions, what a clause says) is kept or asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from restore_conformance.drift.change import Change
from restore_conformance.drift.differences.lineage import create_scope
from restore_conformance.drift.differences.statements import excused
from restore_conformance.drift.plausibility import check_metadata, check_page
from restore_conformance.drift.sources import pinned_page, pinned_types
from restore_conformance.drift.sources.metadata import EnumMember, Metadata, TypeFacts
from restore_conformance.drift.sources.page_facts import PageFacts
from restore_conformance.output import files

NEW_TYPE = "Declared type; say in our own words what it is."


@dataclass(slots=True)
class Plan:
    """What pinning would write (path to text, None for a file that goes) and what is left to people."""

    files: dict[Path, str | None] = field(default_factory=dict)
    add: list[str] = field(default_factory=list)
    reword: list[str] = field(default_factory=list)
    retire: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)


def plan_types(schemas: Path, new: Metadata, where: str, plan: Plan, *, accept_loss: bool = False) -> None:
    """Plans the files of `schemas/types`: the pinned types and whatever the create operation can reach.

    Raises SourceBroken where the newer source lost implausibly much.
    """
    folder = schemas / "types"
    old = pinned_types.read(folder)
    names = set(old.types) | set(create_scope(new).types)
    types = {name: _with_known_numbers(facts, old) for name, facts in new.types.items() if name in names}
    chosen = Metadata(types, annotations=new.annotations, dangling=new.dangling)
    if not accept_loss:
        check_metadata(old, chosen, where)
    known = frozenset(types)
    for name, facts in sorted(types.items()):
        path = folder / f"{name.rpartition('.')[2]}.json"
        before = _json(path)
        schema = pinned_types.write_type(facts, chosen, known, before)
        schema["description"] = schema["description"] or NEW_TYPE
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            plan.files[path] = text
    for name in sorted(set(old.types) - set(types)):
        plan.files[folder / f"{name.rpartition('.')[2]}.json"] = None


def _with_known_numbers(facts: TypeFacts, old: Metadata) -> TypeFacts:
    """Keeps the numbers of enum members that are pinned where the newer source states none."""
    before = old.types.get(facts.name)
    if not facts.is_enum or before is None or any(member.value is not None for member in facts.values):
        return facts
    numbers = {member.name: member.value for member in before.values}
    values = tuple(EnumMember(member.name, numbers.get(member.name)) for member in facts.values)
    return TypeFacts(facts.name, facts.kind, values=values, flags=facts.flags, underlying=before.underlying)


def _json(path: Path) -> dict[str, Any]:
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return schema if isinstance(schema, dict) else {}


def plan_page(
    folder: Path, new: PageFacts, changes: list[Change], where: str, plan: Plan, *, accept_loss: bool = False
) -> None:
    """Plans the fingerprints of a folder's `page.toml`, and lists the clauses and facts that people must look at.

    Of a list of errors, and of the page of a type, only the facts are listed: their sentences are pinned nowhere.
    """
    if new.is_error_list or new.resource:
        plan.by_hand += [_by_hand(change) for change in changes if not change.kind.startswith("page_statement_")]
        return
    old = pinned_page.read(folder)
    if not accept_loss:
        check_page(old, new, where, pinned=True)
    path = folder / "page.toml"
    text = path.read_text(encoding="utf-8")
    head, mark, _ = text.partition("[fingerprints]\n")
    written = head + (mark or "\n[fingerprints]\n") + _fingerprints(old, new)
    if written != text:
        plan.files[path] = written
    clauses = pinned_page.clauses(folder)
    for change in changes:
        if change.kind == "page_statement_added":
            plan.add.append(f"{change.path.partition('/')[0]}: {change.detail['now_text']} ({change.detail['now']})")
        elif change.kind == "page_statement_reworded":
            for clause in clauses.get(change.detail["was"], ()):
                plan.reword.append(f"{clause}: now {change.detail['now_text']} ({change.detail['now']})")
        elif change.kind == "page_statement_removed":
            plan.retire += clauses.get(change.detail["was"], ())
        else:
            plan.by_hand.append(_by_hand(change))


def _by_hand(change: Change) -> str:
    return f"{change.kind} {change.path} {json.dumps(change.detail, ensure_ascii=False, default=str)}"


def _fingerprints(old: PageFacts, new: PageFacts) -> str:
    """The table of fingerprints; fingerprints from an include that was not at hand stay as they were."""
    lines: list[str] = []
    for name in [*old.statements, *(name for name in new.statements if name not in old.statements)]:
        marks = [statement.fingerprint for statement in new.statements.get(name, ())]
        retained = [s.fingerprint for s in old.statements.get(name, ()) if excused(s.fingerprint, name, new)]
        marks = [*(mark for mark in retained if mark not in marks), *marks]
        if marks:
            lines.append(f"{json.dumps(name, ensure_ascii=False)} = [")
            lines += [f'  "{mark}",' for mark in marks]
            lines.append("]")
    return "\n".join(lines) + "\n"


def write(plan: Plan) -> None:
    """Writes the plan."""
    for path, text in plan.files.items():
        if text is None:
            path.unlink(missing_ok=True)
        else:
            files.write(path, text.encode())
