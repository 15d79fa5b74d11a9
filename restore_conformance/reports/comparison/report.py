"""A comparison for people: plain text, Markdown and HTML, all from its JSON document. Compares nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance.records.markdown_text import code, line, words
from restore_conformance.reports.comparison.changes import SAYS, Kind
from restore_conformance.reports.templating import environment

GROUPED = frozenset({Kind.LOST, Kind.GAINED, Kind.UNDECIDED})
"""Kinds told as lists of clauses under one reason: a target that refuses every create has dozens of them."""

TONES = {Kind.REGRESSED: "bad", Kind.APPEARED: "bad", Kind.FIXED: "good", Kind.VANISHED: "good"}
"""How a number of changes is coloured on the page."""


@dataclass(frozen=True, slots=True)
class Item:
    """One change to show: its clause, and rows of what there is to say about it."""

    clause: str
    level: str
    says: str
    marks: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All changes of one kind: items, or clauses grouped by the reason why they have no verdict."""

    kind: str
    says: str
    count: int
    items: tuple[Item, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]


def render(found: dict[str, Any], style: str) -> str:
    """The comparison in one of the formats."""
    if style == "json":
        return json.dumps(found, indent=1) + "\n"
    return {"text": text, "markdown": markdown, "html": html}[style](found)


def sections(found: dict[str, Any]) -> Iterator[Section]:
    """What there is to show, the gravest kind first."""
    for kind in Kind:
        changes = [change for change in found["changes"] if change["kind"] == kind]
        if not changes:
            continue
        if kind in GROUPED:
            yield Section(kind.value, SAYS[kind], len(changes), (), _groups(changes))
        else:
            yield Section(kind.value, SAYS[kind], len(changes), tuple(map(_item, changes)), ())


def _groups(changes: list[dict[str, Any]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    reasons: dict[str, list[str]] = {}
    for change in changes:
        told = [side["reason"] for side in (change["old"], change["new"]) if side and side.get("reason")]
        reasons.setdefault(", then ".join(told) or "no reason recorded", []).append(change["clause"])
    return tuple((reason, tuple(names)) for reason, names in reasons.items())


def _item(change: dict[str, Any]) -> Item:
    marks = []
    if "accepted" in change:
        marks.append("accepted")
    new = change["kind"] == Kind.NEW and change["new"]["verdict"] == "fail"
    if new:
        marks.append("broken")
    return Item(change["clause"], change["level"], change["says"], tuple(marks), tuple(_rows(change)))


def _rows(change: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind, old, new = change["kind"], change["old"], change["new"]
    if kind == Kind.READING:
        yield "reading", change.get("reading", "")
        yield "was", ", ".join(old["seen"])
        yield "now", ", ".join(new["seen"])
    elif kind == Kind.RESTATED:
        for part in change["parts"]:
            yield f"{part} was", old.get(part, "(none)")
            yield f"{part} is", new.get(part, "(none)")
    else:
        if old is not None:
            yield from _side("was", old)
        if new is not None:
            yield from _side("now", new)
        if kind == Kind.EVIDENCE:
            yield "differs in", ", ".join(change["parts"])
    if change.get("note"):
        yield "note", change["note"]
    if "accepted" in change:
        entry = change["accepted"]
        case = f", case {entry['case']}" if entry.get("case") else ""
        yield "accepted", f"{entry['reason']} ({entry['owner']}{case}, to be reviewed {entry['review']})"
    if change.get("also"):
        yield "the same in", ", ".join(change["also"])
    if change.get("consequences"):
        yield "with it", ", ".join(one["clause"] for one in change["consequences"])


def _side(name: str, side: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not side["findings"]:
        number = side["exchanges"]
        reason = f": {side['reason']}" if side.get("reason") else f" on {number} exchange{'s' * (number != 1)}"
        yield name, side["verdict"] + reason
    for finding in side["findings"]:
        yield name, f"{finding['message']} (status {finding['status']}, seen {finding['seen']} of {finding['of']})"


def heading(found: dict[str, Any]) -> str:
    """The comparison in one sentence."""
    said = found["says"]
    told = [f"{found['summary'][kind]} {kind.replace('-', ' ')}" for kind in Kind if found["summary"][kind]]
    return f"{said[0].upper()}{said[1:]}{'; ' if told else ''}{', '.join(told)}."


def sides(found: dict[str, Any]) -> list[tuple[str, str]]:
    """What either run was, in a line."""
    return [("Old", _run(found["old"])), ("New", _run(found["new"]))]


def _run(side: dict[str, Any]) -> str:
    suite = side["suite"]
    return (
        f"{side['target']}, started {side['started']}, profile {side['profile'] or 'unknown'}, seed {side['seed']}, "
        f"{side['requests']} requests, suite {suite['version']}, contract {suite['contract'][:12]}: {side['verdict']}"
    )


def _ledger(found: dict[str, Any]) -> list[str]:
    ledger = found.get("ledger", {})
    return [*ledger.get("errors", ()), *ledger.get("notes", ())]


# ------------------------------------------------------------------ text


def text(found: dict[str, Any]) -> str:
    """Plain text for a terminal or a log: no escapes, a line for each thing."""
    lines = [f"{found['verdict'].upper()}: {heading(found)}"]
    lines += [f"{name}: {line(said)}" for name, said in sides(found)]
    lines += [f"Mind: {line(said)}" for said in found["caveats"]]
    lines += [f"Ledger: {line(said)}" for said in _ledger(found)]
    for section in sections(found):
        lines += ["", f"{section.kind} ({section.count}): {section.says}"]
        for item in section.items:
            marks = "".join(f" [{mark}]" for mark in item.marks)
            lines += [f"  {item.level:7} {line(item.clause)}{marks}", f"          {line(item.says)}"]
            lines += [f"          {label}: {line(said)}" for label, said in item.rows]
        for reason, names in section.groups:
            lines += [f"  {line(reason)}", *(f"          {line(name)}" for name in names)]
    if found["still_broken"]:
        lines += ["", f"Broken in both ({len(found['still_broken'])}):"]
        lines += [f"  {line(name)}" for name in found["still_broken"]]
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------ Markdown


def markdown(found: dict[str, Any]) -> str:
    """Markdown for an issue, a pull request or a step summary."""
    lines = [f"# Two runs: {found['verdict']}", "", words(heading(found)), "", "| run | |", "|---|---|"]
    lines += [f"| {name} | {code(said, table=True)} |" for name, said in sides(found)]
    lines.append("")
    lines += [f"> **Mind:** {code(said)}\n" for said in found["caveats"]]
    lines += [f"> **Ledger:** {code(said)}\n" for said in _ledger(found)]
    for section in sections(found):
        lines += [f"## {section.kind} ({section.count})", "", f"{section.says[0].upper()}{section.says[1:]}.", ""]
        for item in section.items:
            marks = "".join(f", **{mark}**" for mark in item.marks)
            lines.append(f"- {code(item.clause)} ({item.level}{marks}): {words(item.says)}")
            lines += [f"  - {label}: {code(said)}" for label, said in item.rows]
        for reason, names in section.groups:
            lines += [f"- {code(reason)}", *(f"  - {code(name)}" for name in names)]
        lines.append("")
    if found["still_broken"]:
        lines += [f"## Broken in both ({len(found['still_broken'])})", ""]
        lines += [f"- {code(name)}" for name in found["still_broken"]]
    return "\n".join(lines).rstrip() + "\n"


# ------------------------------------------------------------------ HTML


def html(found: dict[str, Any]) -> str:
    """One page: no network, no script, light and dark."""
    return (
        environment()
        .get_template("compare.html")
        .render(
            found=found,
            tones=TONES,
            sides=sides(found),
            ledger=_ledger(found),
            sections=list(sections(found)),
            line=line,
        )
    )
