"""Makes the series of requests behind a finding shorter, on the mock and on loopback only.

Steps are left out by halves, quarters, one by one, while what is left breaks the same clause with the same answer.
What is exchanged here feeds no other verdict; waits for nothing, so that what shows only late stays as it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from restore_conformance.campaign.patience import Patience
from restore_conformance.campaign.scene import Scene
from restore_conformance.campaign.sender import Sender
from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange
from restore_conformance.judging import evidence_of, tags_of
from restore_conformance.stimuli import Materials
from restore_conformance.stimuli.scenario import Scenario, Step
from restore_conformance.verdicts import Deviation, Finding

REQUESTS, SECONDS = 400, 5.0
"""What all findings of a run may take together."""
NUMBER = 1 << 20
"""Where the numbers of the conversations begin, so that none is that of a scenario of the run."""


@dataclass(slots=True)
class _Shown:
    """A breach, where it was shown again: the steps up to it, and the number of requests they took."""

    steps: tuple[Step, ...]
    deviation: Deviation
    exchange: Exchange
    requests: int


class Shortener:
    """Shortens findings within a bound of requests and of time over the whole run."""

    def __init__(
        self, sender: Sender, materials: Materials, requests: int = REQUESTS, seconds: float = SECONDS
    ) -> None:
        self._sender = sender
        self._materials = materials
        self._last = sender.requests + requests
        self._until = time.monotonic() + seconds
        self._scenes = NUMBER

    def __call__(self, made: Clause, finding: Finding, scenario: Scenario) -> Finding:
        """The finding by the shortest series found that shows it, itself where it does not show again."""
        like = finding.evidence[-1]
        best = self._shows(made, scenario, scenario.steps, like)
        if best is None:
            return finding
        before = best.requests
        chunk = max(1, len(best.steps) // 2)
        while chunk and not self._spent():
            at = 0
            while at < len(best.steps) and not self._spent():
                shorter = best.steps[:at] + best.steps[at + chunk :]
                shown = self._shows(made, scenario, shorter, like)
                if shown is not None and shown.requests < best.requests:
                    best = shown
                else:
                    at += chunk
            chunk //= 2
        best.exchange.note = f"shown again by {best.requests} requests, the first of {before} at most"
        evidence = evidence_of(made, best.deviation, best.exchange)
        deviation = best.deviation
        return replace(
            finding, message=deviation.message, expected=deviation.expected, observed=deviation.observed,
            pointer=deviation.pointer, evidence=evidence,
        )  # fmt: skip

    def _spent(self) -> bool:
        return self._sender.requests >= self._last or time.monotonic() > self._until

    def _shows(self, made: Clause, scenario: Scenario, steps: tuple[Step, ...], like: Exchange) -> _Shown | None:
        """Run some steps, and say where they break the clause first."""
        if self._spent() or not steps:
            return None
        self._scenes += 1
        patience = Patience(self._sender.target.pause, 0.0)
        some = replace(scenario, steps=steps)
        scene = Scene(some, self._sender, self._materials, self._scenes, lambda _: None, patience)
        scene.run()
        for number, exchange in enumerate(scene.exchanges, 1):
            deviation = _breaks(made, exchange, like)
            if deviation is not None:
                return _Shown(steps[: scene.places[exchange.number] + 1], deviation, exchange, number)
        return None


def _breaks(made: Clause, exchange: Exchange, like: Exchange) -> Deviation | None:
    same = (exchange.status, exchange.sent.operation) == (like.status, like.sent.operation)
    if not same or exchange.trouble or made.judge is None or not made.when.matches(tags_of(exchange)):
        return None
    try:
        made.judge(exchange)
    except Deviation as deviation:
        return deviation
    except Exception:  # noqa: BLE001 - what cannot be judged shows nothing
        return None
    return None
