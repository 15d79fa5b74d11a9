"""The parts of `drift` that need the history: remembering a night, log, bisect, as-of, acknowledge.

Turns arguments into calls and results into text; keeps and judges nothing itself.
"""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from restore_conformance import clock
from restore_conformance.drift import quotes
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.comparison import Comparison, Settings, changes_of, read_older
from restore_conformance.drift.report import Answer, change_row
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.history import drift_snapshot as packing
from restore_conformance.history.drift_standing import State, standings, undoes
from restore_conformance.history.store import Acknowledgement, Snapshot, Store, open_store
from restore_conformance.spelling import counted
from restore_conformance.verdicts import UsageError

Rows = dict[str, dict[str, Any]]


def remember(place: str, today: date, comparison: Comparison, changes: list[Change]) -> tuple[Rows, dict[str, date]]:
    """Writes a night into the history; the answer is what is now known of each change, and when it was first seen."""
    snapshots: list[tuple[Snapshot, bytes | None]] = []
    broken = {error.where for error in comparison.broken}
    for reading in comparison.readings:
        if reading.where not in broken:
            digest, payload = packing.pack(reading) or (None, None)
            taken = Snapshot(today, str(reading.kind), reading.where, reading.checksum, digest)
            snapshots.append((taken, payload))
    with open_store(place) as store:
        earlier = standings(store, today)
        store.save_night(today, snapshots, [(change.id, change.source, change_row(change)) for change in changes])
        now, bodies = standings(store, today), store.bodies()
    unsure = [bodies[identity] for identity, known in earlier.items() if known.state is State.PROVISIONAL]
    rows: Rows = {}
    for change in changes:
        rows[change.id] = row = now[change.id].row()
        if row["state"] == State.PROVISIONAL:
            undone = next((body["id"] for body in unsure if undoes(change, body)), None)
            row |= {"state": str(State.TRANSIENT), "undoes": undone} if undone else {}
    return rows, {identity: known.first_seen for identity, known in now.items()}


def remembered_words(place: str, most: int = 12) -> dict[str, str]:
    """The sentences of the pages of earlier nights, by fingerprint, the newest editions of them."""
    sentences: dict[str, str] = {}
    with open_store(place) as store:
        pages = {taken.digest: taken for taken in store.snapshots() if taken.source == "page" and taken.digest}
        for digest, taken in list(pages.items())[-most:]:
            try:
                reading = packing.unpack(taken.source, taken.location, taken.checksum, store.content(digest))
            except (ValueError, KeyError):
                continue
            sentences.update(quotes.of([reading]))
    return sentences


def answer(args: argparse.Namespace) -> tuple[Answer, int]:
    """What the action that was asked for says, and the exit code. Raises UsageError for what is missing or unknown."""
    place = args.history or "drift-history.sqlite"
    run = {"compare": _as_of, "log": _log, "bisect": _bisect, "acknowledge": _acknowledge}[args.action]
    with open_store(place, make=False) as store:
        document, lines, code = run(store, args)
    return Answer(lines, document), code


def _as_of(store: Store, args: argparse.Namespace) -> tuple[dict[str, Any], list[str], int]:
    """What stood on a date, as the nights up to it show."""
    bodies = store.bodies()
    rows = [
        bodies[identity] | known.row()
        for identity, known in sorted(standings(store, args.as_of).items())
        if known.state not in (State.TRANSIENT, State.WITHDRAWN)
    ]
    lines = [f"{counted(len(rows), 'change')} stood on {args.as_of}."] + [_line(row) for row in rows]
    side = "class_contract" if args.client == "contract" else "class_create_client"
    raised = [row for row in rows if row["state"] == State.CONFIRMED]
    fails = (args.fail_on == "any" and raised) or (
        args.fail_on == "breaking" and any(r[side] == "breaking" for r in raised)
    )
    return {"format": 1, "as_of": args.as_of, "changes": rows}, lines, 1 if fails else 0


def _said(row: dict[str, Any]) -> str:
    """What happened, in a sentence; a history that an earlier version wrote has its kind and path."""
    return str(row.get("says") or f"{row['kind']}  {row['path']}")


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['first_seen']} .. {row['last_seen']}  {row['state']:<12}  {row['class_contract']:<13}  "
        f"{_said(row)}  {row['id']}"
    )


def _log(store: Store, args: argparse.Namespace) -> tuple[dict[str, Any], list[str], int]:
    """Every change ever seen, oldest first, or one of them with its nights."""
    bodies, sights = store.bodies(), store.sightings()
    today = args.night or clock.today()
    rows = [
        bodies[identity] | known.row() | {"nights": [night.isoformat() for night in sights[identity]]}
        for identity, known in standings(store, today).items()
        if args.change in (None, identity)
    ]
    if args.change and not rows:
        raise UsageError(f"The history has no change {args.change!r}; drift log lists those it has.")
    rows.sort(key=lambda row: (row["first_seen"], row["id"]))
    return {"format": 1, "changes": rows}, [_line(row) for row in rows] or ["The history holds no change."], 0


def _acknowledge(store: Store, args: argparse.Namespace) -> tuple[dict[str, Any], list[str], int]:
    """Stores the acknowledgement of a change: its owner, the reason, and the last day."""
    missing = [name for name in ("change", "owner", "reason", "expires") if not getattr(args, name)]
    if missing:
        raise UsageError(f"An acknowledgement needs --{' --'.join(missing)}.")
    if args.change not in store.bodies():
        raise UsageError(f"The history has no change {args.change!r}; drift log lists those it has.")
    began = args.night or clock.today()
    if args.expires < began:
        raise UsageError(f"The acknowledgement would end on {args.expires}, before it begins on {began}.")
    store.acknowledge(Acknowledgement(args.change, args.owner, args.reason, began, args.expires))
    row = {"change": args.change, "owner": args.owner, "reason": args.reason, "expires": args.expires}
    return row, [f"{args.change} is acknowledged by {args.owner} until {args.expires}."], 0


def _bisect(store: Store, args: argparse.Namespace) -> tuple[dict[str, Any], list[str], int]:
    """The first night whose stored facts, judged by today's rules, are bad."""
    settings = Settings(args.schemas, args.area, args.cache, accept_loss=True)
    try:
        before = read_older(args.old or ["pinned"], settings)
    except SourceBroken as error:
        raise UsageError(str(error)) from None
    bad: dict[str, Change] = {}

    def is_bad(taken: Snapshot) -> bool:
        payload = store.content(taken.digest or "")
        reading = packing.unpack(taken.source, taken.location, taken.checksum, payload)
        hits = [change for change in changes_of(before, reading, settings) if _matches(change, args)]
        bad.update({change.id: change for change in hits})
        return bool(hits)

    snapshots = [s for s in store.snapshots() if _partnered(s.source, before)]
    if not snapshots:
        raise UsageError("The history holds no night that can be compared with the older side.")
    try:
        first = packing.first_bad(snapshots, is_bad)
    except (ValueError, KeyError) as error:
        raise UsageError(f"The history is damaged: {error}.") from None
    if first is None:
        return {"format": 1, "bad": None}, ["No stored night is bad."], 0
    night, good = first
    rows = [change_row(change) for change in bad.values()]
    lines = [
        f"First bad night: {night}; last good one: {good or 'none stored'}.",
        *(f"  {row['class_contract']}  {_said(row)}  {row['id']}" for row in rows),
    ]
    return {"format": 1, "bad": night, "good": good, "exact": True, "changes": rows}, lines, 1


def _partnered(source: str, before: list[Any]) -> bool:
    kinds = {str(reading.kind) for reading in before}
    return source in kinds or "pinned" in kinds


def _matches(change: Change, args: argparse.Namespace) -> bool:
    if args.change:
        return args.change in (change.id, change.path, change.kind)
    grade = change.contract if args.client == "contract" else change.create
    return args.fail_on == "any" or grade is Grade.BREAKING
