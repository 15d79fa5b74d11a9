"""When a verdict really changed: one notice for each change of a clause under a label, and none for noise.

- A clause that passed and fails is reported at once.
- A failed clause is reported as passing again when three passes in a row confirm it.
- One that fails again before that is unsteady: reported once, until it passes again.
- A run in which it is inconclusive, in error or not tested says nothing about a clause and change nothing.
- The first run of a label is its baseline; a clause that is first judged in a later run is reported if it fails.

As text, Markdown, JSON and an Atom feed (RFC 4287). Pure functions of runs; writes nothing.
"""

from __future__ import annotations

import json
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance.history.run_row import RunRow, column
from restore_conformance.history.timelines import Chronicle, Timeline
from restore_conformance.output.formats import Formats
from restore_conformance.records.safe_text import code, visible

CONFIRMED = 3
"""Passes in a row after which a failed clause counts as passing again."""

WORSE = frozenset({"broken", "unsteady"})
_SAYS = {
    "broken": "failed",
    "unsteady": "failed again before it passed three times in a row: it is unsteady",
    "kept-again": "passes again, confirmed by three runs",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One change: `run` showed it, `since` is where it began, `newer` whether suite or contract changed there too."""

    kind: str
    label: str
    clause: str
    level: str
    says: str
    run: RunRow
    since: RunRow
    message: str
    newer: bool

    @property
    def worse(self) -> bool:
        """Whether it needs attention."""
        return self.kind in WORSE

    @property
    def sentence(self) -> str:
        """What happened, in one line."""
        text = f"{self.label}: {self.clause} {_SAYS[self.kind]}"
        return visible(text + (", judged by another suite or contract than the run before" if self.newer else ""))

    def row(self) -> dict[str, Any]:
        """The row of notices.json."""
        return {
            "kind": self.kind, "worse": self.worse, "label": self.label, "clause": self.clause, "level": self.level,
            "says": self.says, "run": self.run.name, "started": self.run.when, "since": self.since.when,
            "message": self.message, "suite_changed": self.newer,
        }  # fmt: skip


def notices(chronicle: Chronicle) -> list[Notice]:
    """Every notice of a history, oldest first."""
    changes: list[Notice] = []
    for label in chronicle.labels:
        listed = chronicle.of(label)
        before = dict(zip((run.digest for run in listed), [None, *listed], strict=False))
        for clause, timeline in chronicle.timelines[label].items():
            words = chronicle.clauses[clause]
            for kind, run, since in _events(timeline, listed[0]):
                past = before[run.digest]
                newer = past is not None and (past.suite, past.contract) != (run.suite, run.contract)
                message = "" if kind == "kept-again" else _message(chronicle, run, clause)
                changes.append(Notice(kind, label, clause, words["level"], words["says"], run, since, message, newer))
    return sorted(changes, key=lambda notice: (notice.run.started, notice.label))


def _events(timeline: Timeline, start: RunRow) -> Iterator[tuple[str, RunRow, RunRow]]:
    """(kind, run that showed it, run where it began)."""
    state = ""
    unsteady = False
    passes: list[RunRow] = []
    for run, mark in timeline.row:
        if mark == "f":
            if state != "broken":
                if state or run.digest != start.digest:
                    yield "broken", run, run
                state, unsteady = "broken", False
            elif passes and not unsteady:
                unsteady = True
                yield "unsteady", run, run
            passes = []
        elif mark == "p":
            if state != "broken":
                state = "kept"
                continue
            passes.append(run)
            if len(passes) == CONFIRMED:
                yield "kept-again", run, passes[0]
                state, unsteady, passes = "kept", False, []


def _message(chronicle: Chronicle, run: RunRow, clause: str) -> str:
    """The first finding of a clause in a run."""
    findings = next(
        (listed for of_run, listed in chronicle.noted("findings", run.label, clause) if of_run.digest == run.digest),
        None,
    )
    return column(findings[0][1]) if findings else ""


def as_text(listed: list[Notice]) -> str:
    """For a terminal or a log."""
    lines = []
    for notice in listed:
        lines.append(f"{notice.run.when}  {notice.level:7}  {notice.sentence}.")
        lines += [f"    {visible(text)}" for text in (notice.says, notice.message) if text]
    return "\n".join(lines or ["No verdict changed."]) + "\n"


def as_markdown(listed: list[Notice]) -> str:
    """For a pull request or a step summary: text from a server is set as code, where it is not markup."""
    if not listed:
        return as_text(listed)
    lines = ["| when | label | clause | level | what | finding |", "|---|---|---|---|---|---|"]
    for notice in listed:
        cells = (notice.run.when, notice.label, notice.clause, notice.level, _SAYS[notice.kind], notice.message)
        lines.append("| " + " | ".join(code(cell, table=True) if cell else "" for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def as_json(listed: list[Notice]) -> str:
    """For programs, and notices.json of the site."""
    return json.dumps({"format": 1, "notices": [notice.row() for notice in listed]}, indent=1) + "\n"


FORMATS: Formats[list[Notice]] = Formats("history notice", {"text": as_text, "markdown": as_markdown, "json": as_json})
"""How notices are written."""


MOST = 100
"""Entries of the feed, the latest; notices.json has them all."""
_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("6f0a1f0e-6b0b-5b1e-9a77-0c5a0b0d5c11")
"""The namespace of the ids: the same notice has the same id in every build."""


def atom(notices: list[Notice], last: RunRow, slug: Callable[[str], str]) -> bytes:
    """feed.xml: an entry for each notice, newest first; links are relative to the feed."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _text(root, "id", f"urn:uuid:{uuid.uuid5(_NAMESPACE, 'feed')}")
    _text(root, "title", "Verdicts that really changed")
    _text(root, "updated", (notices[-1].run if notices else last).when)
    _link(root, "index.html", "alternate")
    _link(root, "feed.xml", "self")
    author = ET.SubElement(root, f"{{{_ATOM}}}author")
    _text(author, "name", "graph-restore-conformance")
    for notice in notices[: -MOST - 1 : -1]:
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
        identity = (
            "\0".join((notice.kind, notice.label, notice.clause, notice.run.digest)).encode("utf-8", "replace").decode()
        )
        _text(entry, "id", f"urn:uuid:{uuid.uuid5(_NAMESPACE, identity)}")
        _text(entry, "title", notice.sentence)
        _text(entry, "updated", notice.run.when)
        _link(entry, f"clauses/{slug(notice.clause)}.html", "alternate")
        _link(entry, f"runs/{notice.run.name}.html", "related")
        _text(entry, "summary", f"{notice.says} {notice.message}".strip())
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _text(parent: ET.Element, name: str, content: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = visible(content).replace("\ufffe", "\ufffd")


def _link(parent: ET.Element, href: str, rel: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", href=href, rel=rel)
