"""Makes the evidence of a finding smaller, on the mock and on loopback only.

Of one request artifacts are left out, of a series of requests steps: by halves, quarters, one by one. That is delta
debugging, which starts from what failed and so needs no luck in finding a failing one again. Something smaller counts
only if it breaks the same clause and is answered with the same status. What is exchanged here feeds no other verdict.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from restore_conformance.campaign.patience import Patience
from restore_conformance.campaign.scene import Scene
from restore_conformance.campaign.sender import Sender
from restore_conformance.clauses import Clause
from restore_conformance.contract.workload import GRANULAR, STANDARD
from restore_conformance.exchange import Exchange, Request
from restore_conformance.judging import evidence_of, tags_of
from restore_conformance.stimuli import Materials
from restore_conformance.stimuli.scenario import Scenario, Step
from restore_conformance.verdicts import Deviation, Finding

EACH, ALL = 60, 300
"""Requests for the artifacts of one finding, and of all findings of a run."""
REQUESTS, SECONDS = 400, 5.0
"""What the series behind all findings of a run may take together."""
NUMBER = 1 << 20
"""Where the numbers of the conversations begin, so that none is that of a scenario of the run."""


def _deviation(clause: Clause, exchange: Exchange) -> Deviation | None:
    """How an exchange breaks a clause; None where it does not, or where that cannot be judged."""
    if clause.judge is None or not clause.when.matches(tags_of(exchange)):
        return None
    try:
        clause.judge(exchange)
    except Deviation as deviation:
        return deviation
    except Exception:  # noqa: BLE001 - what cannot be judged shows nothing
        return None
    return None


# ---------------------------------------------------------------- the artifacts of one request


class Shrinker:
    """Shrinks findings within a bound of requests over the whole run."""

    def __init__(self, sender: Sender, bound: int = ALL) -> None:
        self._sender = sender
        self.left = bound

    def __call__(self, clause: Clause, finding: Finding) -> Finding:
        """The finding with the smallest evidence that was found for it, itself if there is none smaller."""
        best = finding.evidence[-1]
        if len(finding.evidence) != 1 or clause.stateful or not _shrinkable(best):
            return finding
        smallest = [best]
        for candidate in itertools.islice(smaller(lambda: smallest[-1].request), min(EACH, self.left)):
            self.left -= 1
            repeated = self._sender.send(candidate, family=best.family, step="shrinking")
            deviation = self._breaks(clause, repeated, best)
            if deviation is not None:
                smallest.append(repeated)
                finding = Finding(
                    deviation.message, deviation.expected, deviation.observed, deviation.pointer, [repeated],
                    finding.seen, finding.of, finding.kind, finding.consequences,
                )  # fmt: skip
        return finding

    def _breaks(self, clause: Clause, repeated: Exchange, best: Exchange) -> Deviation | None:
        sent, wanted = repeated.sent, best.sent
        same = (repeated.status, sent.kind, sent.defects) == (best.status, wanted.kind, wanted.defects)
        repeated.blame = best.blame
        return _deviation(clause, repeated) if same and repeated.trouble == best.trouble else None


def _shrinkable(exchange: Exchange) -> bool:
    payload = exchange.sent.payload
    return isinstance(payload, dict) and any(len(_elements(payload, name)) > 1 for name in (STANDARD, GRANULAR))


def _elements(payload: dict[str, Any], name: str) -> list[Any]:
    value = payload.get(name)
    return value if isinstance(value, list) else []


def smaller(current: Callable[[], Request]) -> Iterator[Request]:
    """Requests with artifacts left out: halves first, then quarters, then one by one.

    `current` is asked anew for each candidate, so that the search goes on from the smallest found so far.
    """
    for name in (STANDARD, GRANULAR):
        chunk = 1 << 10
        while chunk:
            at = 0
            while True:
                request = current()
                payload = json.loads(request.body or b"null")
                elements = _elements(payload, name)
                if at >= len(elements) or chunk >= max(len(elements), 2):
                    break
                payload[name] = elements[:at] + elements[at + chunk :]
                before = len(elements)
                yield _with(request, payload)
                if len(_elements(json.loads(current().body or b"null"), name)) == before:
                    at += chunk
            chunk //= 2


def _with(request: Request, payload: dict[str, Any]) -> Request:
    body = json.dumps(payload, separators=(",", ":")).encode()
    headers = tuple(h for h in request.headers if h[0].lower() not in {"content-length", "client-request-id"})
    return Request(request.method, request.target, headers, body)


# ---------------------------------------------------------------- the steps of a series


@dataclass(slots=True)
class _Shown:
    """A breach, where it was shown again: the steps up to it, and the number of requests they took."""

    steps: tuple[Step, ...]
    deviation: Deviation
    exchange: Exchange
    requests: int


class Shortener:
    """Shortens series of requests within a bound of requests and of time over the whole run.

    Waits for nothing, so that what shows only late stays as it is.
    """

    def __init__(
        self, sender: Sender, materials: Materials, requests: int = REQUESTS, seconds: float = SECONDS
    ) -> None:
        self._sender = sender
        self._materials = materials
        self._last = sender.requests + requests
        self._until = time.monotonic() + seconds
        self._scenes = NUMBER

    def __call__(self, clause: Clause, finding: Finding, scenario: Scenario) -> Finding:
        """The finding by the shortest series found that shows it, itself where it does not show again."""
        like = finding.evidence[-1]
        best = self._shows(clause, scenario, scenario.steps, like)
        if best is None:
            return finding
        before = best.requests
        chunk = max(1, len(best.steps) // 2)
        while chunk and not self._spent():
            at = 0
            while at < len(best.steps) and not self._spent():
                shorter = best.steps[:at] + best.steps[at + chunk :]
                shown = self._shows(clause, scenario, shorter, like)
                if shown is not None and shown.requests < best.requests:
                    best = shown
                else:
                    at += chunk
            chunk //= 2
        best.exchange.note = f"shown again by {best.requests} requests, the first of {before} at most"
        evidence = evidence_of(clause, best.deviation, best.exchange)
        deviation = best.deviation
        return replace(
            finding, message=deviation.message, expected=deviation.expected, observed=deviation.observed,
            pointer=deviation.pointer, evidence=evidence,
        )  # fmt: skip

    def _spent(self) -> bool:
        return self._sender.requests >= self._last or time.monotonic() > self._until

    def _shows(self, clause: Clause, scenario: Scenario, steps: tuple[Step, ...], like: Exchange) -> _Shown | None:
        """Run some steps, and say where they break the clause first."""
        if self._spent() or not steps:
            return None
        self._scenes += 1
        patience = Patience(self._sender.target.pause, 0.0)
        some = replace(scenario, steps=steps)
        scene = Scene(some, self._sender, self._materials, self._scenes, lambda _: None, patience)
        scene.run()
        for number, exchange in enumerate(scene.exchanges, 1):
            same = (exchange.status, exchange.sent.operation) == (like.status, like.sent.operation)
            deviation = _deviation(clause, exchange) if same and not exchange.trouble else None
            if deviation is not None:
                return _Shown(steps[: scene.places[exchange.number] + 1], deviation, exchange, number)
        return None
