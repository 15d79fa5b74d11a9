"""What the overview shows: a card for each target, the map, the latest changes, and the same as tables.

Knows timelines, charts and drift events; the template writes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from restore_conformance.history.charts import Axis, Cell, bars, drift_marks, strip, summary
from restore_conformance.history.drift_standing import Event
from restore_conformance.history.notices import Notice
from restore_conformance.history.run_row import RunRow, notes_of
from restore_conformance.history.timelines import Chronicle
from restore_conformance.reports.wording import WORDS
from restore_conformance.spelling import counted, listed, noun

CHANGES = 40
Drawn = Callable[[str, str], list[Cell]]
Causes = Callable[[RunRow], list[dict[str, Any]]]
"""The root causes of a run, as its record has them."""


def overview(
    chronicle: Chronicle,
    events: list[Event],
    notices: list[Notice],
    time_axis: Axis,
    drawn: Drawn,
    slug: Callable[[str], str],
    causes: Causes,
) -> dict[str, Any]:
    """The variables of the overview's template; `causes` gives those of a run."""
    cards = [_card(chronicle, label, number, time_axis) for number, label in enumerate(chronicle.labels)]
    latest = notices[: -CHANGES - 1 : -1]
    folded = groups_of(latest, chronicle, causes)
    return {
        "chronicle": chronicle, "cards": cards, "sentence": sentence(cards), "axis": time_axis, "events": events,
        "changes": folded, "more_changes": len(notices) - len(latest), "groups": _groups(chronicle, cards, drawn, slug),
        "peak": max([3, *(bar.counts["fail"] + bar.counts["error"] for card in cards for bar in card["bars"])]),
        "drift": drift_marks([(event.day, event.grade == "breaking", event.line) for event in events], time_axis),
        "differing": _differing(chronicle), "table": _table(chronicle),
    }  # fmt: skip


def sentence(cards: list[dict[str, Any]]) -> str:
    """The verdicts of all targets in one sentence."""
    bad = [card for card in cards if card["last"].verdict != "conformant"]
    if len(cards) == 1:
        card = cards[0]
        return f"{card['label']} is {card['last'].verdict} since {card['since'].day}"
    if not bad:
        return f"{_all(len(cards))} targets are conformant"
    if len(bad) == len(cards):
        return f"None of the {len(cards)} targets is conformant"
    named = [
        card["label"] + ("" if card["last"].verdict == "non-conformant" else f" ({card['last'].verdict})")
        for card in bad
    ]
    are = noun(len(bad), "is", "are")
    return f"{len(bad)} of {len(cards)} targets {are} not conformant: {listed(named, most=4)}"


def _all(number: int) -> str:
    return "Both" if number == 2 else f"All {number:,}"


def _card(chronicle: Chronicle, label: str, number: int, time_axis: Axis) -> dict[str, Any]:
    runs = chronicle.of(label)
    last = runs[-1]
    nights = next((n for n, run in enumerate(reversed(runs)) if run.verdict != last.verdict), len(runs))
    shown = bars(runs, time_axis)
    first_failed, last_failed = runs[0].marks.count("f"), last.marks.count("f")
    return {
        "key": ascii_uppercase[number] if number < 26 else str(number), "label": label, "last": last,
        "since": runs[-nights], "nights": nights, "runs": len(runs), "reason": notes_of(last)["reason"],
        "strip": strip(runs, time_axis), "bars": shown, "moved": moved(runs),
        "trend": f"{counted(first_failed, 'clause')} failed in the first run, {last_failed:,} in the last, "
        f"{max(run.marks.count('f') for run in runs):,} at most",
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """How the number of failed clauses changed last: in words, and whether for the worse."""

    says: str
    worse: bool


def moved(runs: list[RunRow]) -> Moved | None:
    """The last change of the number of failed clauses, among runs with a verdict; None where it never changed."""
    counts = [(run, run.marks.count("f")) for run in runs if run.verdict in {"conformant", "non-conformant"}]
    if not counts:
        return None
    now = counts[-1][1]
    at = next((n for n in range(len(counts) - 1, -1, -1) if counts[n][1] != now), None)
    if at is None:
        return None
    before, since = counts[at][1], counts[at + 1][0]
    day = f"{int(since.day[8:])} {MONTHS[int(since.day[5:7]) - 1]}"
    year = f" {since.day[:4]}" if since.day[:4] != runs[-1].day[:4] else ""
    worse = now > before
    return Moved(f"{before:,} → {now:,} failed since {day}{year}: {'worse' if worse else 'better'}", worse)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class Group:
    """Notices of one run that have one cause; `now` is the verdict today where it is the same for all of them."""

    notices: list[Notice]
    says: str
    now: str

    @property
    def level(self) -> str:
        """The gravest level of its clauses."""
        return min((notice.level for notice in self.notices), key=("must", "should", "observe").index)


def groups_of(latest: list[Notice], chronicle: Chronicle, causes: Causes) -> list[Group]:
    """Notices grouped by run, kind and root cause; clauses that pass again form one group."""
    groups: dict[tuple[str, str, str, str], Group] = {}
    known: dict[str, dict[str, dict[str, Any]]] = {}
    for notice in latest:
        run = notice.run
        if run.digest not in known:
            root_causes = causes(run)
            known[run.digest] = {
                name: cause for cause in root_causes for name in (*cause["clauses"], *cause["consequences"])
            }
        cause = known[run.digest].get(notice.clause)
        key = "" if notice.kind == "kept-again" else cause["key"] if cause else notice.clause
        group = groups.setdefault((run.digest, notice.label, notice.kind, key), Group([], "", ""))
        group.notices.append(notice)
        group.says = "Pass again" if not key else str(cause["says"]) if cause else ""
    for group in groups.values():
        today = {chronicle.now(notice.label, notice.clause) for notice in group.notices}
        group.now = today.pop() if len(today) == 1 else ""
    return list(groups.values())


def _groups(
    chronicle: Chronicle, cards: list[dict[str, Any]], drawn: Drawn, slug: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Clauses by heading; those that ever failed, were inconclusive or in error are rows, the others are quiet."""
    keys = {card["label"]: card["key"] for card in cards}
    height = 13 if len(cards) == 1 else 9
    groups: dict[str, dict[str, Any]] = {}
    for address, words in chronicle.clauses.items():
        name = address.rpartition(".")[0] or address
        group = groups.setdefault(name, {"name": name, "rows": [], "quiet": []})
        lanes = [label for label in chronicle.labels if address in chronicle.timelines[label]]
        says = []
        shown = []
        for at, label in enumerate(lanes):
            shown.append(
                {"key": keys[label], "cells": drawn(label, address), "y": 1 + at * (height + 2), "height": height}
            )
            verdicts = summed(chronicle, label, address)
            says.append(f"{label}: {verdicts}" if len(cards) > 1 else verdicts)
        row = {
            "id": address, "slug": slug(address), "short": address[len(name) + 1 :] or address, "says": words["says"],
            "level": words["level"], "lanes": shown, "height": len(lanes) * (height + 2) + 1,
            "summary": ". ".join(says),
        }  # fmt: skip
        eventful = any(chronicle.timelines[label][address].eventful for label in lanes)
        group["rows" if eventful else "quiet"].append(row)
    for group in groups.values():
        number = len(group["rows"]) + len(group["quiet"])
        group["summary"] = counted(number, "clause") + ("" if group["rows"] else ", never failed")
    return list(groups.values())


def summed(chronicle: Chronicle, label: str, address: str) -> str:
    """A timeline in one line."""
    now = chronicle.now(label, address)
    return f"{f'now {WORDS[now]}' if now else 'clause removed'}; {summary(chronicle.timelines[label][address].marks)}"


def _differing(chronicle: Chronicle) -> list[tuple[str, list[str]]]:
    """Clauses that fail now under one label and not under another, with the verdict under each."""
    rows = []
    for address in chronicle.clauses:
        now = [chronicle.now(label, address) for label in chronicle.labels]
        judged = {verdict for verdict in now if verdict in {"pass", "fail"}}
        if len(judged) > 1:
            rows.append((address, now))
    return rows


def _table(chronicle: Chronicle) -> list[dict[str, Any]]:
    rows = []
    for address in chronicle.clauses:
        for label in chronicle.labels:
            timeline = chronicle.timelines[label].get(address)
            if timeline is None:
                continue
            failures, good = timeline.broken(), timeline.last_good()
            rows.append(
                {
                    "id": address, "label": label, "now": chronicle.now(label, address),
                    "since": failures.first.day if failures else "",
                    "good": good.day if good else "never", "total": len(timeline.row),
                    "counts": [timeline.marks.count(mark) for mark in "pfien"],
                }
            )  # fmt: skip
    return rows
