"""The pages of the site: for each its address, a digest of what it is made from, and how to make it.

A page is made only where its digest changed, so what goes into it comes from the short rows; the packed records are
read for the pages that are made. Knows runs, timelines and templates; writes no file.
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
from restore_conformance.history.charts import Axis, axis, drawer
from restore_conformance.history.drift_standing import Event
from restore_conformance.history.notices import Notice, as_json, atom
from restore_conformance.history.overview import Drawn, overview, summed
from restore_conformance.history.run_row import LONGEST, MARKS, VERDICTS, RunRow
from restore_conformance.history.timelines import Broken, Chronicle, Timeline, standings
from restore_conformance.records.finding import identity
from restore_conformance.reports import wording
from restore_conformance.reports.html import BOUNDS as OF_REPORTS
from restore_conformance.reports.html import inline, rendered

BOUNDS = OF_REPORTS[0]
EVIDENCE = 30
"""Clauses of a run whose evidence its page shows; the others have it on their own pages."""
FINDINGS = 15
"""Different findings of a clause that its page shows with evidence, the latest."""
STREAKS = 25
READINGS = 200

Whole = Callable[[RunRow], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site; `inputs` is a digest of all that it is made from but the rules."""

    path: str
    inputs: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class SiteData:
    """The data that the site is made from."""

    chronicle: Chronicle
    events: list[Event]
    notices: list[Notice]
    whole: Whole


def slug(address: str) -> str:
    """The file name of a clause. An address that is not a register's gets a digest, so that it stays in the folder."""
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}/[a-z0-9][a-z0-9.-]{0,150}", address):
        return address.replace("/", "_")
    plain = re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-")[:60]
    return f"{plain}_{_digest(address)[:12]}"


def pages(data: SiteData) -> Iterator[Page]:
    """Every page, the overview first."""
    chronicle = data.chronicle
    time_axis = axis(date.fromisoformat(chronicle.runs[0].day), date.fromisoformat(chronicle.runs[-1].day))
    drawn = drawer(chronicle, time_axis)
    every = _digest([[run.digest, run.label] for run in chronicle.runs])
    drift = _digest([[event.day, event.last, event.state, event.identity] for event in data.events])
    yield Page("site.css", "", lambda: inline("site/site.css").encode())
    yield Page("site.js", "", lambda: inline("site/site.js").encode())

    def causes_of(run: RunRow) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = data.whole(run).get("causes", [])
        return rows

    yield Page(
        "index.html", _digest([every, drift]),
        lambda: _rendered(
            "index", "", **overview(chronicle, data.events, data.notices, time_axis, drawn, slug, causes_of)
        ),
    )  # fmt: skip
    yield Page("runs.html", every, lambda: _rendered("runs", "", chronicle=chronicle))
    notice_digest = _digest([notice.row() for notice in data.notices])
    yield Page("notices.json", notice_digest, lambda: as_json(data.notices).encode())
    yield Page("feed.xml", _digest([notice_digest, every]), lambda: atom(data.notices, chronicle.runs[-1], slug))
    yield from _clauses(data, time_axis, drawn)
    yield from _runs(data)


def _rendered(name: str, up: str, **context: Any) -> bytes:
    text = rendered(
        f"site/{name}.html", BOUNDS, up=up, version=__version__, slug=slug, words_of=wording.WORDS,
        tone_of=wording.TONES, marks=MARKS, **context,
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


def _clauses(data: SiteData, time_axis: Axis, drawn: Drawn) -> Iterator[Page]:
    chronicle = data.chronicle
    runs = {label: _digest([run.digest for run in chronicle.of(label)]) for label in chronicle.labels}
    span = [str(time_axis.columns[0].first), str(time_axis.columns[-1].last)]
    for address, words in chronicle.clauses.items():
        timelines = [
            (label, chronicle.timelines[label][address])
            for label in chronicle.labels
            if address in chronicle.timelines[label]
        ]
        inputs = [
            span,
            words,
            [[label, runs[label], timeline.marks, chronicle.now(label, address)] for label, timeline in timelines],
        ]
        yield Page(
            f"clauses/{slug(address)}.html",
            _digest(inputs),
            partial(_clause, data, time_axis, drawn, words, timelines),
        )


def _clause(
    data: SiteData, time_axis: Axis, drawn: Drawn, words: dict[str, Any], timelines: list[tuple[str, Timeline]]
) -> bytes:
    address = words["id"]
    shown = []
    reasons = []
    for label, timeline in timelines:
        streaks = timeline.streaks()
        shown.append(
            {
                "label": label, "timeline": timeline, "broken": timeline.broken(), "good": timeline.last_good(),
                "cells": drawn(label, address), "summary": summed(data.chronicle, label, address),
                "now": data.chronicle.now(label, address),
                "streaks": streaks[: -STREAKS - 1 : -1], "older": max(0, len(streaks) - STREAKS),
            }
        )  # fmt: skip
        if data.chronicle.now(label, address) in {"inconclusive", "none", "error"}:
            last = timeline.row[-1][0]
            entry = next(clause for clause in data.whole(last)["clauses"] if clause["id"] == address)
            if entry.get("reason"):
                reasons.append((label, last, entry["reason"]))
    return _rendered(
        "clause", "../", words=words, chronicle=data.chronicle, timelines=shown, axis=time_axis, reasons=reasons,
        changes=[notice for notice in reversed(data.notices) if notice.clause == address][:50],
        findings=_findings(data, address, timelines), readings=_readings(data, address, timelines),
    )  # fmt: skip


def _findings(data: SiteData, address: str, timelines: list[tuple[str, Timeline]]) -> list[dict[str, Any]]:
    """Every different finding of a clause, the latest first, with the evidence of its latest run."""
    by_key: dict[str, dict[str, Any]] = {}
    for label, timeline in timelines:
        broke = {run.digest for run, mark in timeline.row if mark == "f"}
        for run, noted in data.chronicle.noted("findings", label, address):
            for key, message in noted if run.digest in broke else ():
                entry = by_key.setdefault(key, {"key": key, "message": message, "spans": {}, "last": run})
                first, _, number = entry["spans"].get(label, (run, run, 0))
                entry["spans"][label] = (first, run, number + 1)
                if run.started >= entry["last"].started:
                    entry |= {"last": run, "message": message}
    ordered = sorted(by_key.values(), key=lambda entry: str(entry["last"].started), reverse=True)
    for number, entry in enumerate(ordered):
        entry["runs"] = sum(span[2] for span in entry["spans"].values())
        entry["spans"] = [(label, *span) for label, span in entry["spans"].items()]
        entry["whole"] = _whole_finding(data, address, entry) if number < FINDINGS else None
    return ordered[:READINGS]


def _whole_finding(data: SiteData, address: str, entry: dict[str, Any]) -> dict[str, Any] | None:
    """The finding in the record of its latest run; by its message where an older suite filed it under another key."""
    clause = next(clause for clause in data.whole(entry["last"])["clauses"] if clause["id"] == address)
    same = [finding for finding in clause["findings"] if finding["message"][:LONGEST] == entry["message"]]
    return next((finding for finding in same if identity(finding).key == entry["key"]), next(iter(same), None))


def _readings(data: SiteData, address: str, timelines: list[tuple[str, Timeline]]) -> list[dict[str, Any]]:
    """Which readings the target was seen to follow, in stretches of runs, the latest first."""
    stretches: list[dict[str, Any]] = []
    for label, _ in timelines:
        stretch: dict[str, Any] | None = None
        for run, seen in data.chronicle.noted("seen", label, address):
            reading = ", ".join(sorted(seen))
            if stretch and stretch["reading"] == reading:
                stretch["last"], stretch["runs"] = run, stretch["runs"] + 1
            else:
                stretch = {"label": label, "reading": reading, "first": run, "last": run, "runs": 1}
                stretches.append(stretch)
    return stretches[: -READINGS - 1 : -1]


def _runs(data: SiteData) -> Iterator[Page]:
    chronicle = data.chronicle
    for label in chronicle.labels:
        listed = chronicle.of(label)
        since = _since(chronicle, label)
        for number, run in enumerate(listed):
            before = listed[number - 1] if number else None
            after = listed[number + 1] if number + 1 < len(listed) else None
            known = since.get(run.digest, {})
            inputs = [
                run.digest, label, before and before.digest, after and after.digest,
                {name: failures.entry() | {"run": failures.first.name} for name, failures in known.items()},
            ]  # fmt: skip
            yield Page(
                f"runs/{run.name}.html",
                _digest(inputs),
                partial(_run, data, run, before, after, known),
            )


def _since(chronicle: Chronicle, label: str) -> dict[str, dict[str, Broken]]:
    """For each run and each clause that it found broken, the row of failures up to it."""
    by_run: dict[str, dict[str, Broken]] = {}
    for address, timeline in chronicle.timelines[label].items():
        for run, standing in standings(timeline.row) if "f" in timeline.marks else ():
            if standing is not None:
                by_run.setdefault(run.digest, {})[address] = standing
    return by_run


def _run(data: SiteData, run: RunRow, before: RunRow | None, after: RunRow | None, known: dict[str, Broken]) -> bytes:
    record = data.whole(run)
    levels = ("must", "should", "observe")
    findings = sorted(
        (entry for entry in record["clauses"] if entry["verdict"] in {"fail", "error"}),
        key=lambda entry: (entry["verdict"] == "error", levels.index(entry["level"])),
    )
    shown = [
        entry | {"number": number, "slug": slug(entry["id"]), "broken": known.get(entry["id"])}
        for number, entry in enumerate(findings)
    ]
    return _rendered(
        "run", "../", run=run, record={"reason": "", "stopped": ""} | record, previous=before, next=after,
        changed=_changed(data.chronicle, before, run) if before else [], findings=shown, shown=EVIDENCE,
    )  # fmt: skip


def _changed(chronicle: Chronicle, before: RunRow, run: RunRow) -> list[tuple[str, str, str]]:
    """(clause, verdict before, verdict now) of every clause whose verdict changed, the worst first."""
    was, now = ({name: side.marks[at] for name, at in chronicle.places[side.shape].items()} for side in (before, run))
    rows = [(name, was.get(name, ""), now.get(name, "")) for name in {**now, **was} if was.get(name) != now.get(name)]
    rows.sort(key=lambda row: "fepin".find(row[2]) if row[2] else 9)
    return [(name, VERDICTS.get(old, ""), VERDICTS.get(new, "")) for name, old, new in rows]
