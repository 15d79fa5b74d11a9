"""The pages of the site: for each its address, a digest of what it is made from, and how to make it.

A page is made only where its digest changed, so what goes into it comes from the short rows; the packed records are
read for the pages that are made. Knows runs, lives and templates; writes no file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from restore_conformance import __version__
from restore_conformance.contract.documents import pinned
from restore_conformance.history import feed
from restore_conformance.history.charts import drawer
from restore_conformance.history.drift_standing import Event
from restore_conformance.history.notices import Notice, as_json
from restore_conformance.history.overview import Drawn, overview, summed
from restore_conformance.history.run_row import LONGEST, VERDICTS, RunRow
from restore_conformance.history.time_axis import Axis, axis
from restore_conformance.history.timelines import Broken, Chronicle, Timeline, standings
from restore_conformance.records.finding import identity
from restore_conformance.reports import wording
from restore_conformance.reports.templating import environment
from restore_conformance.verdicts import UsageError

EVIDENCE = 30
"""Clauses of a run whose evidence its page shows; that of the others stands on their own pages."""
FINDINGS = 15
"""Different findings of a clause that its page shows with evidence, the latest."""
SPELLS = 25
READINGS = 200

Whole = Callable[[RunRow], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site; `inputs` is a digest of all that it is made from but the rules."""

    path: str
    inputs: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Story:
    """All that the site is made from."""

    chronicle: Chronicle
    events: list[Event]
    notices: list[Notice]
    whole: Whole


def slug(address: str) -> str:
    """The file name of a clause. What is no address of a register gets a digest, so that it cannot leave its folder."""
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}/[a-z0-9][a-z0-9.-]{0,150}", address):
        return address.replace("/", "_")
    plain = re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-")[:60]
    return f"{plain}_{_digest(address)[:12]}"


def link_of(words: dict[str, Any]) -> str:
    """The documentation page of a clause, or nothing."""
    operation = words["id"].split("/")[0]
    if "source" in words or not re.fullmatch(r"[a-z-]+", operation):
        return ""
    try:
        return str(pinned().toml(f"{operation}/page.toml").get("address", ""))
    except UsageError:
        return ""


def pages(story: Story) -> Iterator[Page]:
    """Every page, the overview first."""
    chronicle = story.chronicle
    line = axis(date.fromisoformat(chronicle.runs[0].day), date.fromisoformat(chronicle.runs[-1].day))
    drawn = drawer(chronicle, line)
    every = _digest([[run.digest, run.label] for run in chronicle.runs])
    drift = _digest([[event.day, event.last, event.state, event.identity] for event in story.events])
    yield Page("site.css", "", lambda: environment().get_template("site/site.css").render().encode())
    yield Page("site.js", "", lambda: environment().get_template("site/site.js").render().encode())

    def causes_of(run: RunRow) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = story.whole(run).get("causes", [])
        return found

    yield Page(
        "index.html", _digest([every, drift]),
        lambda: _rendered(
            "index", "", **overview(chronicle, story.events, story.notices, line, drawn, slug, causes_of)
        ),
    )  # fmt: skip
    yield Page("runs.html", every, lambda: _rendered("runs", "", story=chronicle))
    told_by = _digest([notice.row() for notice in story.notices])
    yield Page("notices.json", told_by, lambda: as_json(story.notices).encode())
    yield Page("feed.xml", _digest([told_by, every]), lambda: feed.atom(story.notices, chronicle.runs[-1], slug))
    yield from _clauses(story, line, drawn)
    yield from _runs(story)


def _rendered(name: str, up: str, **context: Any) -> bytes:
    text = environment().get_template(f"site/{name}.html").render(
        up=up, version=__version__, slug=slug, link_of=link_of, unsaid=wording.unsaid, often=wording.often, **context
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


def _clauses(story: Story, line: Axis, drawn: Drawn) -> Iterator[Page]:
    chronicle = story.chronicle
    runs = {label: _digest([run.digest for run in chronicle.of(label)]) for label in chronicle.labels}
    span = [str(line.columns[0].first), str(line.columns[-1].last)]
    for address, words in chronicle.clauses.items():
        lives = [
            (label, chronicle.lives[label][address]) for label in chronicle.labels if address in chronicle.lives[label]
        ]
        inputs = [
            span,
            words,
            [[label, runs[label], life.marks, chronicle.now(label, address)] for label, life in lives],
        ]
        yield Page(
            f"clauses/{slug(address)}.html",
            _digest(inputs),
            partial(_clause, story, line, drawn, words, lives),
        )


def _clause(story: Story, line: Axis, drawn: Drawn, words: dict[str, Any], lives: list[tuple[str, Timeline]]) -> bytes:
    address = words["id"]
    shown = []
    reasons = []
    for label, life in lives:
        spells = life.spells()
        shown.append(
            {
                "label": label, "life": life, "broken": life.broken(), "good": life.last_good(),
                "cells": drawn(label, address), "told": summed(story.chronicle, label, address),
                "now": story.chronicle.now(label, address),
                "spells": spells[: -SPELLS - 1 : -1], "older": max(0, len(spells) - SPELLS),
            }
        )  # fmt: skip
        if story.chronicle.now(label, address) in {"inconclusive", "none", "error"}:
            last = life.row[-1][0]
            entry = next(one for one in story.whole(last)["clauses"] if one["id"] == address)
            if entry.get("reason"):
                reasons.append((label, last, entry["reason"]))
    return _rendered(
        "clause", "../", words=words, story=story.chronicle, lives=shown, axis=line, reasons=reasons,
        changes=[one for one in reversed(story.notices) if one.clause == address][:50],
        findings=_findings(story, address, lives), readings=_readings(story, address, lives),
    )  # fmt: skip


def _findings(story: Story, address: str, lives: list[tuple[str, Timeline]]) -> list[dict[str, Any]]:
    """Every different finding of a clause, the latest first, with the evidence of its latest run."""
    found: dict[str, dict[str, Any]] = {}
    for label, life in lives:
        broke = {run.digest for run, mark in life.row if mark == "f"}
        for run, told_by in story.chronicle.noted("findings", label, address):
            for key, message in told_by if run.digest in broke else ():
                entry = found.setdefault(key, {"key": key, "message": message, "spans": {}, "last": run})
                first, _, number = entry["spans"].get(label, (run, run, 0))
                entry["spans"][label] = (first, run, number + 1)
                if run.started >= entry["last"].started:
                    entry |= {"last": run, "message": message}
    ordered = sorted(found.values(), key=lambda entry: str(entry["last"].started), reverse=True)
    for number, entry in enumerate(ordered):
        entry["runs"] = sum(spell[2] for spell in entry["spans"].values())
        entry["spans"] = [(label, *spell) for label, spell in entry["spans"].items()]
        entry["whole"] = _whole_finding(story, address, entry) if number < FINDINGS else None
    return ordered[:READINGS]


def _whole_finding(story: Story, address: str, entry: dict[str, Any]) -> dict[str, Any] | None:
    """The finding in the record of its latest run; by its message where an older suite filed it under another key."""
    clause = next(one for one in story.whole(entry["last"])["clauses"] if one["id"] == address)
    same = [one for one in clause["findings"] if one["message"][:LONGEST] == entry["message"]]
    return next((one for one in same if identity(one).key == entry["key"]), next(iter(same), None))


def _readings(story: Story, address: str, lives: list[tuple[str, Timeline]]) -> list[dict[str, Any]]:
    """Which readings the target was seen to follow, stretch by stretch, the latest first."""
    made: list[dict[str, Any]] = []
    for label, _ in lives:
        stretch: dict[str, Any] | None = None
        for run, seen in story.chronicle.noted("seen", label, address):
            reading = ", ".join(sorted(seen))
            if stretch and stretch["reading"] == reading:
                stretch["last"], stretch["runs"] = run, stretch["runs"] + 1
            else:
                stretch = {"label": label, "reading": reading, "first": run, "last": run, "runs": 1}
                made.append(stretch)
    return made[: -READINGS - 1 : -1]


def _runs(story: Story) -> Iterator[Page]:
    chronicle = story.chronicle
    for label in chronicle.labels:
        listed = chronicle.of(label)
        since = _since(chronicle, label)
        for number, run in enumerate(listed):
            before = listed[number - 1] if number else None
            after = listed[number + 1] if number + 1 < len(listed) else None
            known = since.get(run.digest, {})
            inputs = [
                run.digest, label, before and before.digest, after and after.digest,
                {name: row.entry() | {"run": row.first.name} for name, row in known.items()},
            ]  # fmt: skip
            yield Page(
                f"runs/{run.name}.html",
                _digest(inputs),
                partial(_run, story, run, before, after, known),
            )


def _since(chronicle: Chronicle, label: str) -> dict[str, dict[str, Broken]]:
    """For each run and each clause that it found broken, the row of failures up to it."""
    found: dict[str, dict[str, Broken]] = {}
    for address, life in chronicle.lives[label].items():
        for run, standing in standings(life.row) if "f" in life.marks else ():
            if standing is not None:
                found.setdefault(run.digest, {})[address] = standing
    return found


def _run(story: Story, run: RunRow, before: RunRow | None, after: RunRow | None, known: dict[str, Broken]) -> bytes:
    record = story.whole(run)
    levels = ("must", "should", "observe")
    findings = sorted(
        (entry for entry in record["clauses"] if entry["verdict"] in {"fail", "error"}),
        key=lambda entry: (entry["verdict"] == "error", levels.index(entry["level"])),
    )
    shown = [
        entry | {"number": number, "slug": slug(entry["id"]), "broken": known.get(entry["id"])}
        for number, entry in enumerate(findings)
    ]
    unjudged: dict[str, list[str]] = {}
    for entry in record["clauses"]:
        if entry["verdict"] in {"none", "inconclusive"}:
            unjudged.setdefault(f"{entry['verdict']}: {entry.get('reason', '')}", []).append(entry["id"])
    return _rendered(
        "run", "../", run=run, record={"reason": "", "stopped": ""} | record, previous=before, next=after,
        changed=_changed(story.chronicle, before, run) if before else [], findings=shown, shown=EVIDENCE,
        unjudged=sorted(unjudged.items(), key=lambda pair: (pair[0][0] != "i", -len(pair[1]))),
    )  # fmt: skip


def _changed(chronicle: Chronicle, before: RunRow, run: RunRow) -> list[tuple[str, str, str]]:
    """(clause, verdict before, verdict now) of every clause whose verdict is another, the worst first."""
    was, now = ({name: one.marks[at] for name, at in chronicle.places[one.shape].items()} for one in (before, run))
    found = [(name, was.get(name, ""), now.get(name, "")) for name in {**now, **was} if was.get(name) != now.get(name)]
    found.sort(key=lambda row: "fepin".find(row[2]) if row[2] else 9)
    return [(name, VERDICTS.get(old, ""), VERDICTS.get(new, "")) for name, old, new in found]
