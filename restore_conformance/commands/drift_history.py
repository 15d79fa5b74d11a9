"""The parts of `drift` that live on the history: remembering a night, log, bisect, as-of, acknowledge.

Turns arguments into calls and results into text; keeps and judges nothing itself.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from restore_conformance.drift import words
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.comparison import Night, Settings, changes_of, read_older
from restore_conformance.drift.report_json import change_row
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.history import drift_snapshot as packing
from restore_conformance.history.drift_bisect import first_bad
from restore_conformance.history.drift_standing import Standing, State, standing, undoes
from restore_conformance.history.store import Acknowledgement, Snapshot, Store, open_store
from restore_conformance.verdicts import UsageError

Rows = dict[str, dict[str, Any]]


def remember(place: str, today: date, night: Night, changes: list[Change]) -> tuple[Rows, dict[str, date]]:
    """Writes a night into the history; the answer is what is now known of each change, and when it was first seen."""
    packed = [(reading, packing.pack(reading)) for reading in night.readings]
    with open_store(place) as store:
        earlier = _standings(store, today)
        store.save_night(
            today,
            [
                (
                    Snapshot(today, str(reading.kind), reading.where, reading.checksum, pack[0] if pack else None),
                    pack[1] if pack else None,
                )
                for reading, pack in packed
                if not any(error.where == reading.where for error in night.broken)
            ],
            [(change.id, change.source, change_row(change)) for change in changes],
        )
        now = _standings(store, today)
        bodies = store.bodies()
    rows: Rows = {}
    for change in changes:
        known = now[change.id]
        rows[change.id] = known.row()
        undone = next(
            (
                identity
                for identity, past in earlier.items()
                if past.state is State.PROVISIONAL and _undone(change, bodies.get(identity, {}))
            ),
            None,
        )
        if undone and known.state is State.PROVISIONAL:
            rows[change.id] |= {"state": str(State.TRANSIENT), "undoes": undone}
    return rows, {identity: known.first_seen for identity, known in now.items()}


def remembered_words(place: str, most: int = 12) -> dict[str, str]:
    """The sentences of the pages of earlier nights, by fingerprint, the newest editions of them."""
    found: dict[str, str] = {}
    with open_store(place) as store:
        pages = {taken.digest: taken for taken in store.snapshots() if taken.source == "page" and taken.digest}
        for digest, taken in list(pages.items())[-most:]:
            try:
                reading = packing.unpack(taken.source, taken.location, taken.checksum, store.content(digest))
            except (ValueError, KeyError):
                continue
            found.update(words.of([reading]))
    return found


def _undone(change: Change, body: dict[str, Any]) -> bool:
    return undoes(change, body.get("kind", ""), body.get("path", ""), body.get("detail", {}))


def _read_by_place(store: Store) -> dict[tuple[str, str], list[date]]:
    """The nights on which each of several sources of one kind was read: that one page was neither confirms nor
    withdraws what another page says. Where a night has one source of a kind its place may change, and is not looked at.
    """
    found: dict[tuple[str, str], list[date]] = {}
    together: dict[tuple[date, str], set[str]] = {}
    for taken in store.snapshots():
        found.setdefault((taken.source, taken.location), []).append(taken.night)
        together.setdefault((taken.night, taken.source), set()).add(taken.location)
    several = {source for (_night, source), places in together.items() if len(places) > 1}
    return {key: nights for key, nights in found.items() if key[0] in several}


def _standings(store: Store, at: date) -> dict[str, Standing]:
    nights, acknowledged, bodies = store.nights(), store.acknowledgements(), store.bodies()
    places = _read_by_place(store)
    found: dict[str, Standing] = {}
    for identity, seen in store.sightings().items():
        source, where = bodies[identity]["source"], bodies[identity].get("where", "")
        read = places.get((source, where)) or nights.get(source) or []
        known = standing(seen, read, at, acknowledged.get(identity))
        if known is not None:
            found[identity] = known
    return found


def answer(args: argparse.Namespace) -> tuple[str, int]:
    """The text and the exit code of the action that was asked for. Raises UsageError for what is missing or unknown."""
    place = args.history or "drift-history.sqlite"
    if args.as_of and args.action == "compare":
        run: Callable[[Store, argparse.Namespace], tuple[dict[str, Any], list[str], int]] = _as_of
    else:
        run = {"log": _log, "bisect": _bisect, "acknowledge": _acknowledge}[args.action]
    with open_store(place) as store:
        found, lines, code = run(store, args)
    text = json.dumps(found, indent=2, ensure_ascii=False, default=str) if args.format == "json" else "\n".join(lines)
    return text + "\n", code


def _as_of(store: Store, args: argparse.Namespace) -> tuple[dict[str, Any], list[str], int]:
    """What stood on a date, as the nights up to it show."""
    bodies = store.bodies()
    rows = [
        bodies[identity] | known.row()
        for identity, known in sorted(_standings(store, args.as_of).items())
        if known.state not in (State.TRANSIENT, State.WITHDRAWN)
    ]
    lines = [f"{len(rows)} changes stood on {args.as_of}."] + [_line(row) for row in rows]
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
    today = args.night or datetime.now(UTC).date()
    rows = [
        bodies[identity] | known.row() | {"nights": [night.isoformat() for night in sights[identity]]}
        for identity, known in _standings(store, today).items()
        if args.change in (None, identity)
    ]
    if args.change and not rows:
        raise UsageError(f"The history has no change {args.change!r}; drift log lists those it has.")
    rows.sort(key=lambda row: (row["first_seen"], row["id"]))
    return {"format": 1, "changes": rows}, [_line(row) for row in rows] or ["The history holds no change."], 0


def _acknowledge(store: Store, args: argparse.Namespace) -> tuple[dict[str, Any], list[str], int]:
    """Keeps that somebody has seen a change, why it may stand, and until when."""
    missing = [name for name in ("change", "owner", "reason", "expires") if not getattr(args, name)]
    if missing:
        raise UsageError(f"An acknowledgement needs --{' --'.join(missing)}.")
    if args.change not in store.bodies():
        raise UsageError(f"The history has no change {args.change!r}; drift log lists those it has.")
    made = args.night or datetime.now(UTC).date()
    if args.expires < made:
        raise UsageError(f"The acknowledgement would end on {args.expires}, before it begins on {made}.")
    store.acknowledge(Acknowledgement(args.change, args.owner, args.reason, made, args.expires))
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
        found = first_bad(snapshots, is_bad)
    except (ValueError, KeyError) as error:
        raise UsageError(f"The history is damaged: {error}.") from None
    if found is None:
        return {"format": 1, "bad": None}, ["No stored night is bad."], 0
    rows = [change_row(change) for change in bad.values()]
    lines = [
        f"First bad night: {found.bad}; last good one: {found.good or 'none stored'}.",
        *(f"  {row['class_contract']}  {_said(row)}  {row['id']}" for row in rows),
    ]
    if not found.exact:
        lines.append("Found by halving: a bad state that came and went before may have been missed.")
    return ({"format": 1, "bad": found.bad, "good": found.good, "exact": found.exact, "changes": rows}, lines, 1)


def _partnered(source: str, before: list[Any]) -> bool:
    kinds = {str(reading.kind) for reading in before}
    return source in kinds or "pinned" in kinds


def _matches(change: Change, args: argparse.Namespace) -> bool:
    if args.change:
        return args.change in (change.id, change.path, change.kind)
    grade = change.contract if args.client == "contract" else change.create
    return args.fail_on == "any" or grade is Grade.BREAKING
