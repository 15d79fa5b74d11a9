"""Stores a finished run, and adds what the history knows: since when a clause is broken, and when it last passed."""

from __future__ import annotations

from typing import Any

from restore_conformance.history import runs
from restore_conformance.history.run_row import pack
from restore_conformance.history.store import Store, open_store
from restore_conformance.history.timelines import chronicle


def keep(place: str, record: dict[str, Any], label: str = "") -> None:
    """Keep a run and fill `history` of every clause that it found broken, from the earlier runs of its label.

    Raises UsageError where the history cannot be used; the record is then as it was.
    """
    packed = pack(record, label)
    with open_store(place) as store:
        runs.add(store, packed)
        known = _histories(store, packed.row.label, packed.row.digest)
    for entry in record["clauses"]:
        if entry["id"] in known:
            entry["history"] = known[entry["id"]]


def _histories(store: Store, label: str, digest: str) -> dict[str, dict[str, Any]]:
    listed = runs.listing(store, label)
    here = next(number for number, run in enumerate(listed) if run.digest == digest)
    history = chronicle(listed[: here + 1], runs.shapes(store))
    histories = {}
    for name, timeline in history.timelines[label].items():
        failures = timeline.broken()
        if failures is not None and timeline.row[-1] == (listed[here], "f"):
            histories[name] = failures.entry()
    return histories
