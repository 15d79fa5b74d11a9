"""Walks with conforming servers, and memory over many exchanges.

python benchmarks/walks.py [--requests N] [--compositions N] [--exchanges N] [--seed N] [--json FILE]

Walks of so many requests on the mock, walks on so many compositions of unusual habits, and so many exchanges through
the state. Ends with 1 where a walk finds a clause broken, where a judgement fails, or where memory is not flat.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from restore_conformance.bench.endurance import in_use
from restore_conformance.bench.scoring import judged
from restore_conformance.bench.servers import draw
from restore_conformance.clauses import Register, load
from restore_conformance.exchange import Exchange, Observation, Request, Response
from restore_conformance.mock import Service
from restore_conformance.mock.variants import composed, reported
from restore_conformance.recogniser import Recogniser
from restore_conformance.state import State
from restore_conformance.stimuli import FAMILIES, Knobs, made_up
from restore_conformance.stimuli.walks import cleaned, drawn_walks
from restore_conformance.verdicts import Verdict

WALKS, STEPS = 25, 50
"""Walks on one server, and the steps of each."""
FEW = 2
"""Walks on each composition."""
SAMPLES = (10_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
FLAT = 24.0
"""MiB by which memory may grow between half of the exchanges and all of them; ids are remembered up to a bound."""
TOKEN = "a-token-of-some-length"  # noqa: S105 - shown to nobody


def walked(register: Register, service: Service, habits: list[str], walks: int, seed: int) -> dict[str, Any]:
    """Walk on one server; what was found broken that its habits do not name."""
    scenarios = [cleaned(walk) for walk in drawn_walks(made_up(), walks, STEPS, seed)]
    result = judged(register, service, "standard", seed=seed, script=lambda run: run.runner.run(scenarios))
    wrong = {
        one.clause.address: one.findings[0].message if one.findings else one.reason
        for one in result.verdicts
        if one.verdict in {Verdict.FAIL, Verdict.ERROR} and one.clause.address not in reported(habits)
    }
    tested = sum(one.verdict is Verdict.PASS for one in result.verdicts)
    return {"requests": result.requests, "passed": tested, "seed": seed, "habits": habits, "wrong": wrong}


def on_the_mock(register: Register, requests: int, seed: int) -> list[dict[str, Any]]:
    """Walks on the mock, a fresh one each time, until so many requests were sent."""
    made: list[dict[str, Any]] = []
    for turn in itertools.count(seed):
        if sum(one["requests"] for one in made) >= requests:
            return made
        made.append(walked(register, Service(), [], WALKS, turn))
    return made


def cycle() -> list[tuple[Request, Response]]:
    """What the mock answers to the life of one session: made, read, listed, changed, listed, deleted, and read."""
    service = Service({TOKEN: "good"})
    headers = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))
    base = "/solutions/backupRestore"
    made: list[tuple[Request, Response]] = []

    def ask(method: str, target: str, payload: bytes | None = None) -> Any:
        request = Request(method, base + target, headers, payload)
        made.append((request, service.handle(request)))
        return json.loads(made[-1][1].body or b"{}")

    name = ask("POST", "/sharePointRestoreSessions", FAMILIES["standard"](made_up(), Knobs(2)).body)["id"]
    typed = f"/sharePointRestoreSessions/{name}"
    ask("GET", f"/restoreSessions/{name}")
    listed = ask("GET", f"{typed}/siteRestoreArtifacts")["value"]
    gone = {"siteRestoreArtifacts@delta": [{"@removed": {"reason": "changed"}, "id": listed[0]["id"]}]}
    ask("PATCH", typed, json.dumps(gone).encode())
    ask("GET", f"{typed}/siteRestoreArtifacts")
    ask("GET", "/restoreSessions")
    ask("DELETE", f"/restoreSessions/{name}")
    ask("GET", f"/restoreSessions/{name}")
    return made


def memory(exchanges: int) -> list[tuple[int, float]]:
    """MiB in use after so many exchanges through the state: session after session goes through the same cycle."""
    state, recognise = State(), Recogniser(callers={TOKEN: "good"})
    asked = cycle()
    first = json.loads(asked[0][1].body)["id"]
    samples: list[tuple[int, float]] = []
    number = 0
    for turn in itertools.count():
        name = str(uuid.UUID(int=turn << 64 | turn, version=4))
        for request, answer in asked:
            if number >= exchanges:
                return samples
            number += 1
            sent = replace(request, target=request.target.replace(first, name))
            response = replace(answer, body=answer.body.replace(first.encode(), name.encode()))
            exchange = Exchange(number, sent, response, at=float(number), observation=Observation(sent=recognise(sent)))
            exchange.observation.known = state.take(exchange).bare()
            if number in SAMPLES or number == exchanges:
                samples.append((number, round(in_use(), 1)))
    return samples


def is_flat(samples: list[tuple[int, float]]) -> bool:
    """Whether memory has stopped to grow by the second half."""
    last = samples[-1][0]
    half = [held for at, held in samples if at <= last // 2] or [samples[0][1]]
    return samples[-1][1] - half[-1] <= FLAT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--compositions", type=int, default=200)
    parser.add_argument("--exchanges", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", default="")
    asked = parser.parse_args()
    register, began = load(), time.monotonic()
    mock = on_the_mock(register, asked.requests, asked.seed)
    habits = draw(asked.compositions, asked.seed)
    others = [walked(register, composed(one), one, FEW, asked.seed + turn) for turn, one in enumerate(habits)]
    samples = memory(asked.exchanges) if asked.exchanges else []
    wrong = [one for one in (*mock, *others) if one["wrong"]]
    figures = {
        "mock": {"servers": len(mock), "requests": sum(one["requests"] for one in mock)},
        "compositions": {"servers": len(others), "requests": sum(one["requests"] for one in others)},
        "wrong": wrong,
        "memory": samples,
        "seconds": round(time.monotonic() - began),
    }
    for one in wrong:
        print(f"broken by a conforming server ({', '.join(one['habits']) or 'the mock'}): {one['wrong']}")
    print(
        f"{figures['mock']['requests']} requests on the mock, {figures['compositions']['requests']} on {len(others)} "
        f"compositions: {len(wrong)} with a clause found broken; MiB by exchanges: "
        f"{', '.join(f'{held} at {at}' for at, held in samples)}"
    )
    if asked.json:
        Path(asked.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if wrong or (samples and not is_flat(samples)) else 0


if __name__ == "__main__":
    sys.exit(main())
