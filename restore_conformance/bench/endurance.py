"""The long run: conforming servers, most of them unusual, judged one after the other up to a number of exchanges.

Which server comes as the n-th depends on the seed and on n alone, so that a run that was interrupted goes on where it
stopped. Knows no clause; what it keeps is a few figures.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from restore_conformance.bench.scoring import judged
from restore_conformance.bench.servers import draw
from restore_conformance.clauses import Register
from restore_conformance.exchange import Exchange
from restore_conformance.mock import Service
from restore_conformance.mock.hooks import after_store
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants import VARIANTS, composed, reported
from restore_conformance.verdicts import Exit, Verdict

DRAWS = 4000
"""How many stimuli are drawn for a server, beside the whole plan."""
BLOCK = 100
MOST = 10**12
SAMPLE = 10_000
KEPT_FIRST, KEPT_LAST = 50, 2000
"""How many sessions a server keeps, so that the memory measured is that of the suite."""


@dataclass(slots=True)
class Endurance:
    """How far a long run has come. `memory` holds pairs of exchanges so far and MiB in use."""

    seed: int = 1
    servers: int = 0
    exchanges: int = 0
    requests: int = 0
    judgements: int = 0
    seconds: float = 0.0
    accused: list[dict[str, Any]] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"seconds": round(self.seconds, 1)}

    @classmethod
    def read(cls, value: Any) -> Endurance:
        """The state that `shown` gave. Raises ValueError for anything else."""
        state = cls()
        if not isinstance(value, dict) or set(value) - {field.name for field in fields(cls)}:
            raise ValueError("it has other members")
        for name, given in value.items():
            wanted = getattr(state, name)
            number = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given < MOST
            if not (number if isinstance(wanted, int | float) else isinstance(given, list)):
                raise ValueError(f"{name} is of another type")
            setattr(state, name, type(wanted)(given))
        if not all(isinstance(row, dict) and isinstance(row.get("server"), int) for row in state.accused):
            raise ValueError("a false positive names no server")
        if not all(
            isinstance(pair, list) and [type(part) in {int, float} for part in pair] == [True] * 2
            for pair in state.memory
        ):
            raise ValueError("memory is not made of pairs of numbers")
        return state


def variants_of(number: int, seed: int) -> list[str]:
    """The variants of the n-th server: none, one, or a composition, in turn."""
    if number % 5 == 0:
        return []
    if number % 5 == 1:
        names = list(VARIANTS)
        return [names[(seed + number // 5) % len(names)]]
    return draw(BLOCK, seed * 10_007 + number // BLOCK)[number % BLOCK]


def forgetful(service: Service) -> Service:
    """The same service, which forgets all sessions but the first and the latest."""
    after_store(_forget)(service)
    return service


def _forget(service: Service, _: Session) -> None:
    if len(service.sessions) > KEPT_FIRST + KEPT_LAST:
        for name in list(service.sessions)[KEPT_FIRST : KEPT_FIRST + KEPT_LAST // 2]:
            del service.sessions[name]


def go_on(register: Register, state: Endurance, exchanges: int, report: Callable[[Endurance], None]) -> Endurance:
    """Judge servers until that many exchanges were made in all; `report` is called after every server.

    The first server is sent a tenth of them in one run, so that the memory of a single run is seen as well.
    """
    while state.exchanges < exchanges:
        began, before = time.perf_counter(), state.exchanges

        def sampled(exchange: Exchange, _: int, __: int, before: int = before) -> None:
            if exchange.number % SAMPLE == 0:
                state.memory.append((before + exchange.number, round(in_use(), 1)))

        names = variants_of(state.servers, state.seed)
        drawn = min(max(DRAWS, exchanges // 10) if state.servers == 0 else DRAWS, exchanges - state.exchanges)
        result = judged(
            register,
            forgetful(composed(names)),
            "standard",
            seed=state.seed + state.servers,
            drawn=drawn,
            watch=sampled,
        )
        blamed = [verdict.clause.address for verdict in result.verdicts if verdict.verdict is Verdict.FAIL]
        if set(blamed) - reported(names) or result.exit is not Exit.CONFORMANT:
            state.accused.append({"server": state.servers, "habits": names, "blamed": blamed, "reason": result.reason})
        state.servers += 1
        state.exchanges += result.exchanges
        state.requests += result.requests
        state.judgements += result.judgements
        state.seconds += time.perf_counter() - began
        state.memory.append((state.exchanges, round(in_use(), 1)))
        report(state)
    return state


def in_use() -> float:
    """MiB of memory that this process holds now; where the system does not say, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / (1 << 20)
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1 << 20) if sys.platform == "darwin" else most / (1 << 10)


def summary(state: Endurance) -> str:
    """The figures in one sentence: time, memory from the first tenth to the end, and false positives."""
    early = [held for at, held in state.memory if at >= SAMPLE][:1]
    most = max((held for _, held in state.memory), default=0.0)
    return (
        f"{state.exchanges} exchanges with {state.servers} conforming servers, {state.judgements} judgements, "
        f"in {state.seconds:.0f} s: {len(state.accused)} false positives; "
        f"memory {early[0] if early else most:.0f} MiB after {SAMPLE} exchanges, {most:.0f} MiB at most"
    )
