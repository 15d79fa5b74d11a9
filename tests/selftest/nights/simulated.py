"""Histories of any length made from real run records: faults of the mock that are switched on and off over the nights.

A few campaigns are run for real; a night is the sound record with the rows of broken clauses taken from the faulty
ones. Cheap enough for a thousand nights.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from looking import settings_for

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.history import runs
from restore_conformance.history.run_row import pack
from restore_conformance.history.store import Snapshot, Store
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.records.run_record import Scrub, run_of
from restore_conformance.targets import Embedded

FAULTS = (
    "total-always-one", "default-job-typed-bulk", "status-activating", "standard-answered-200",
    "seventeen-artifacts-refused", "granular-job-typed-standard", "no-payload-counted-one",
)  # fmt: skip
FIRST = date(2025, 1, 1)
COUNTED = ("none", "pass", "inconclusive", "fail", "error")


@cache
def real(fault: str = "") -> dict[str, Any]:
    """The record of a quick run against the mock, sound or with one fault."""
    service = seeded(fault) if fault else Service()
    result = Campaign(settings_for(service, profile="quick"), Embedded(service), load()).run()
    return json.loads(json.dumps(run_of(result, Scrub({"token": service.token}))))


def record(
    when: datetime, faults: tuple[str, ...] = (), *, lost: bool = False, target: str = "mock", suite: str = "0.1.0"
) -> dict[str, Any]:
    """A night's record: the clauses that these faults break are broken; where it is lost, nothing could be told."""
    made = real() | {"clauses": [dict(entry) for entry in real()["clauses"]]}
    made |= {"started": when.isoformat(), "target": target, "suite": made["suite"] | {"version": suite}}
    rows = {entry["id"]: number for number, entry in enumerate(made["clauses"])}
    for fault in faults:
        for entry in real(fault)["clauses"]:
            if entry["verdict"] == "fail":
                made["clauses"][rows[entry["id"]]] = dict(entry)
    if lost:
        for entry in made["clauses"]:
            entry |= {"verdict": "inconclusive", "findings": [], "reason": "status 503"}
    made["summary"] = {name: sum(e["verdict"] == name for e in made["clauses"]) for name in COUNTED}
    bad = any(e["verdict"] == "fail" and e["level"] == "must" for e in made["clauses"])
    made["verdict"] = "inconclusive" if lost else "non-conformant" if bad else "conformant"
    made["reason"] = f"{made['summary']['fail']} must clauses failed"
    return made


def at(night: int, hour: int = 2) -> datetime:
    """The start of the nth night, from 0."""
    return datetime.combine(FIRST + timedelta(days=night), datetime.min.time(), UTC) + timedelta(hours=hour)


def history(nights: int, labels: tuple[str, ...], seed: int = 1) -> Iterator[tuple[str, dict[str, Any]]]:
    """(label, record), oldest first: faults come for days or weeks, flap, go; some nights tell nothing."""
    chance = random.Random(seed)
    standing: dict[str, dict[str, int]] = {label: {} for label in labels}
    for night in range(nights):
        for number, label in enumerate(labels):
            here = standing[label]
            for fault in FAULTS:
                if here.get(fault, -1) < night and chance.random() < 0.004:
                    here[fault] = night + chance.choice((1, 2, 5, 12, 30))
            faults = tuple(fault for fault, end in here.items() if end >= night and chance.random() < 0.9)
            suite = "0.1.0" if night < nights // 2 else "0.2.0"
            lost = chance.random() < 0.02
            yield (
                label,
                record(at(night, number + 1), faults, lost=lost, target=f"https://{label}.example/beta", suite=suite),
            )


def fill(store: Store, nights: int, labels: tuple[str, ...], seed: int = 1) -> int:
    """Keep a simulated history; returns how many runs."""
    number = 0
    for label, made in history(nights, labels, seed):
        runs.add(store, pack(made, label))
        number += 1
    return number


def drift(store: Store, nights: int) -> None:
    """Drift nights beside the runs: every 30th a change that stays, every 45th one that is gone the next night."""
    for night in range(0, nights, 15):
        day = FIRST + timedelta(days=night)
        stays = [body(f"stays{n}", "breaking") for n in range(0, night + 1, 30)]
        comes = [body(f"comes{night}", "additive")] if night % 45 == 0 else []
        taken = Snapshot(day, "csdl", "metadata.xml", "c" * 64, None)
        store.save_night(day, [(taken, None)], [(one["id"], "csdl", one) for one in stays + comes])


def body(name: str, grade: str) -> dict[str, Any]:
    """A change as the drift nights keep it."""
    return {
        "id": f"property_added:{name}", "kind": "property_added", "path": f"microsoft.graph.restorePoint/{name}",
        "class_create_client": grade, "class_contract": grade, "source": "csdl", "detail": {},
    }  # fmt: skip
