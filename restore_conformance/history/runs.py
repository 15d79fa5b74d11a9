"""The runs of a store: add, list, read whole, remove; and what the earlier runs say about one that has just finished.

Plain reads and writes, and since when a clause fails and when it passed last. Knows no page.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from restore_conformance.history.run_row import Packed, RunRow, pack, sound
from restore_conformance.history.soundness import Damaged, parsed, rows, table, unpacked
from restore_conformance.history.store import CONTENT, ENTRY, RUN, Store, open_store
from restore_conformance.history.timelines import chronicle
from restore_conformance.output.formats import Formats
from restore_conformance.records.reader import upgraded
from restore_conformance.records.safe_text import visible
from restore_conformance.spelling import counted
from restore_conformance.verdicts import UsageError

_COLUMNS = [RUN.c[field.name] for field in fields(RunRow)]


def add(store: Store, packed: Packed) -> bool:
    """Store a run; False where it was stored already.

    Raises UsageError where it is stored under another label: a run counts for one target only.
    """
    try:
        return _add(store, packed)
    except IntegrityError:
        # Another process wrote the same run, or the same clauses' words, at the same moment; now it can be read.
        return _add(store, packed)


def _add(store: Store, packed: Packed) -> bool:
    run = packed.row
    with store.engine.begin() as connection:
        there = connection.execute(sa.select(RUN.c.label).where(RUN.c.digest == run.digest)).scalar()
        if there is not None:
            return _same(there, run)
        for digest, payload in packed.contents.items():
            if connection.execute(sa.select(CONTENT.c.digest).where(CONTENT.c.digest == digest)).first() is None:
                connection.execute(sa.insert(CONTENT).values(digest=digest, payload=payload))
        connection.execute(sa.insert(RUN).values({field.name: getattr(run, field.name) for field in fields(RunRow)}))
    return True


def _same(label: str, run: RunRow) -> bool:
    if label != run.label:
        raise UsageError(
            f"The run of {run.when} is stored under the label {label!r} already; "
            f"remove {run.name} first to store it under {run.label!r}."
        )
    return False


def listing(store: Store, label: str | None = None) -> list[RunRow]:
    """Every run, or those of a label, oldest first. Raises Damaged."""
    query = sa.select(*_COLUMNS).order_by(RUN.c.started, RUN.c.digest)
    if label is not None:
        query = query.where(RUN.c.label == label)
    with store.engine.connect() as connection:
        return [sound(RunRow(*row)) for row in rows(connection, query)]


def shapes(store: Store) -> dict[str, list[dict[str, Any]]]:
    """The clauses' own words, by the digest that runs name. Raises Damaged."""
    query = sa.select(CONTENT.c.digest, CONTENT.c.payload).where(CONTENT.c.digest.in_(sa.select(RUN.c.shape)))
    with store.engine.connect() as connection:
        return {digest: _shape(digest, payload) for digest, payload in rows(connection, query)}


def _shape(digest: str, payload: bytes) -> list[dict[str, Any]]:
    of = f"the content {digest[:12]}"
    clauses = parsed(unpacked(digest, payload), of)
    if not isinstance(clauses, list):
        raise Damaged(f"{of} is not a list of clauses")
    return [table(words, of, ("id", "level", "says")) for words in clauses]


def whole(store: Store, run: RunRow, shape: list[dict[str, Any]]) -> dict[str, Any]:
    """The run record in the present format, without the examples of clauses that passed. Raises Damaged."""
    with store.engine.connect() as connection:
        payloads = rows(connection, sa.select(CONTENT.c.payload).where(CONTENT.c.digest == run.body))
    if not payloads:
        raise Damaged(f"the record of the run {run.name} is not there")
    record = table(parsed(unpacked(run.body, payloads[0][0]), run.name), f"the record of the run {run.name}")
    parts = record.get("clauses")
    if not isinstance(parts, list) or len(parts) != len(shape):
        raise Damaged(f"the record of the run {run.name} is not one of its clauses")
    record["clauses"] = [words | table(rest, run.name) for words, rest in zip(shape, parts, strict=True)]
    try:
        return upgraded(record)
    except (KeyError, TypeError, AttributeError, IndexError):
        raise Damaged(f"the record of the run {run.name} is not a run record") from None


def remove(store: Store, digest: str) -> None:
    """Remove a run, and the contents that no other run uses."""
    with store.engine.begin() as connection:
        row = connection.execute(sa.select(RUN.c.shape, RUN.c.body).where(RUN.c.digest == digest)).first()
        connection.execute(sa.delete(RUN).where(RUN.c.digest == digest))
        for content in row or ():
            used = sa.select(RUN.c.digest).where((RUN.c.shape == content) | (RUN.c.body == content)).limit(1)
            in_snapshot = sa.select(ENTRY.c.id).where(ENTRY.c.digest == content).limit(1)
            if not connection.execute(used).first() and not connection.execute(in_snapshot).first():
                connection.execute(sa.delete(CONTENT).where(CONTENT.c.digest == content))


def find(listed: list[RunRow], name: str) -> RunRow:
    """The run of that name, or whose digest or name begins so. Raises UsageError for none or several."""
    hits = [run for run in listed if name and (run.name.startswith(name) or run.digest.startswith(name))]
    if len(hits) != 1:
        problem = (
            f"{counted(len(hits), 'run is', 'runs are')} called {name!r}"
            if hits
            else f"The history has no run {name!r}"
        )
        raise UsageError(f"{problem}; history list names them all.")
    return hits[0]


def keep(place: str, record: dict[str, Any], label: str = "") -> None:
    """Keep a run and fill `history` of every clause that it found broken, from the earlier runs of its label.

    Raises UsageError where the history cannot be used; the record is then as it was.
    """
    packed = pack(record, label)
    with open_store(place) as store:
        add(store, packed)
        known = _histories(store, packed.row.label, packed.row.digest)
    for entry in record["clauses"]:
        if entry["id"] in known:
            entry["history"] = known[entry["id"]]


def _histories(store: Store, label: str, digest: str) -> dict[str, dict[str, Any]]:
    listed = listing(store, label)
    here = next(number for number, run in enumerate(listed) if run.digest == digest)
    history = chronicle(listed[: here + 1], shapes(store))
    histories = {}
    for name, timeline in history.timelines[label].items():
        failures = timeline.broken()
        if failures is not None and timeline.row[-1] == (listed[here], "f"):
            histories[name] = failures.entry()
    return histories


def as_text(listed: list[RunRow]) -> str:
    """A line for each run."""
    return "".join(
        f"{run.name}  {run.verdict:14}  {run.marks.count('f'):4} failed  {visible(run.label)}\n" for run in listed
    )


def as_json(listed: list[RunRow]) -> str:
    """The runs for programs."""
    names = ("label", "target", "profile", "suite", "contract", "verdict", "digest")
    rows = [{"run": run.name, "started": run.when, **{name: getattr(run, name) for name in names}} for run in listed]
    return json.dumps({"format": 1, "runs": rows}, indent=1) + "\n"


FORMATS: Formats[list[RunRow]] = Formats("history list", {"text": as_text, "json": as_json})
"""How runs are listed."""
