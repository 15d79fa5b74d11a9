"""Makes the evidence of a finding smaller, on the mock and on loopback only.

Of one request artifacts are left out, of a series of requests steps: by halves, quarters, one by one. That is delta
debugging, which starts from what failed and so needs no luck in finding a failing one again. Something smaller counts
only if it breaks the same clause and is answered with the same status. What is exchanged here feeds no other verdict.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from restore_conformance.campaign.patience import Patience
from restore_conformance.campaign.scene import Scene
from restore_conformance.campaign.sender import Sender
from restore_conformance.clauses import Clause
from restore_conformance.contract.workload import GRANULAR, STANDARD
from restore_conformance.exchange import Exchange, Request
from restore_conformance.judging import evidence_of
from restore_conformance.judging.attribution import breach_of
from restore_conformance.stimuli import Materials
from restore_conformance.stimuli.scenarios import Scenario, Step
from restore_conformance.verdicts import Deviation, Finding

EACH, ALL = 60, 300
"""Requests for the artifacts of one finding, and of all findings of a run."""
REQUESTS, SECONDS = 400, 5.0
"""What the series behind all findings of a run may take together."""
NUMBER = 1 << 20
"""Where the numbers of the conversations begin, so that none is that of a scenario of the run."""
T = TypeVar("T")


def leave_out(parts: Sequence[T], chunk: int, shows: Callable[[Sequence[T]], Sequence[T] | None]) -> None:
    """Leave out so many parts at a time, then half as many, down to one.

    `shows` is given what is left, and gives the parts that it is enough to go on with, None where they do not show it.
    """
    while chunk:
        at = 0
        while at < len(parts) and chunk < max(len(parts), 2):
            enough = shows([*parts[:at], *parts[at + chunk :]])
            if enough is None:
                at += chunk
            else:
                parts = enough
        chunk //= 2


@dataclass(slots=True)
class _Shown:
    """A breach, where it was shown again: the steps up to it, and the number of requests they took."""

    steps: tuple[Step, ...]
    deviation: Deviation
    exchange: Exchange
    requests: int


class Shrinker:
    """Shrinks findings within bounds over the whole run. `walks` has drawn scenarios by the number of the conversation.

    Waits for nothing, so that what shows only late stays as it is.
    """

    def __init__(self, sender: Sender, materials: Materials, walks: Mapping[int, Scenario]) -> None:
        self._sender = sender
        self._materials = materials
        self._walks = walks
        self._left = ALL
        self._last = sender.requests + REQUESTS
        self._until = time.monotonic() + SECONDS
        self._scenes = NUMBER

    def __call__(self, clause: Clause, finding: Finding) -> Finding:
        """The finding with the smallest evidence that was found for it, itself if there is none smaller."""
        last = finding.evidence[-1]
        if len(finding.evidence) == 1 and not clause.stateful and isinstance(last.sent.payload, dict):
            finding = self._with_fewer_artifacts(clause, finding)
        walk = self._walks.get(finding.evidence[-1].conversation or 0)
        return finding if walk is None else self._with_fewer_steps(clause, finding, walk)

    # ---------------------------------------------------------------- the artifacts of one request

    def _with_fewer_artifacts(self, clause: Clause, finding: Finding) -> Finding:
        best = smallest = finding.evidence[-1]
        bound = self._left - EACH

        def shows(name: str, elements: Sequence[Any]) -> Sequence[Any] | None:
            nonlocal smallest, finding
            if self._left <= max(bound, 0):
                return None
            self._left -= 1
            repeated = self._sender.send(_with(smallest.request, name, elements), family=best.family, step="shrinking")
            deviation = self._breaks(clause, repeated, best)
            if deviation is None:
                return None
            smallest = repeated
            finding = replace(
                finding, message=deviation.message, expected=deviation.expected, observed=deviation.observed,
                pointer=deviation.pointer, evidence=[repeated],
            )  # fmt: skip
            return elements

        payload = json.loads(best.request.body or b"{}")
        lists = {name: payload[name] for name in (STANDARD, GRANULAR) if isinstance(payload.get(name), list)}
        for name, elements in lists.items() if any(len(elements) > 1 for elements in lists.values()) else ():
            leave_out(elements, 1 << 10, functools.partial(shows, name))
        return finding

    def _breaks(self, clause: Clause, repeated: Exchange, best: Exchange) -> Deviation | None:
        sent, wanted = repeated.sent, best.sent
        same = (repeated.status, sent.kind, sent.defects) == (best.status, wanted.kind, wanted.defects)
        repeated.observation.blame = best.blame
        return breach_of(clause, repeated) if same and repeated.trouble == best.trouble else None

    # ---------------------------------------------------------------- the steps of a series

    def _with_fewer_steps(self, clause: Clause, finding: Finding, scenario: Scenario) -> Finding:
        like = finding.evidence[-1]
        best = self._shows(clause, scenario, scenario.steps, like)
        if best is None:
            return finding
        before = best.requests

        def shows(steps: Sequence[Step]) -> Sequence[Step] | None:
            nonlocal best
            shown = self._shows(clause, scenario, tuple(steps), like)
            if shown is None or best is None or shown.requests >= best.requests:
                return None
            best = shown
            return shown.steps

        leave_out(best.steps, max(1, len(best.steps) // 2), shows)
        best.exchange.observation.note = f"shown again by {best.requests} requests, the first of {before} at most"
        deviation = best.deviation
        return replace(
            finding, message=deviation.message, expected=deviation.expected, observed=deviation.observed,
            pointer=deviation.pointer, evidence=evidence_of(clause, deviation, best.exchange),
        )  # fmt: skip

    def _shows(self, clause: Clause, scenario: Scenario, steps: tuple[Step, ...], like: Exchange) -> _Shown | None:
        """Run some steps, and say where they break the clause first."""
        if not steps or self._sender.requests >= self._last or time.monotonic() > self._until:
            return None
        self._scenes += 1
        patience = Patience(self._sender.target.pause, 0.0)
        some = replace(scenario, steps=steps)
        scene = Scene(some, self._sender, self._materials, self._scenes, lambda _: None, patience)
        scene.run()
        for number, exchange in enumerate(scene.exchanges, 1):
            same = (exchange.status, exchange.sent.operation) == (like.status, like.sent.operation)
            deviation = breach_of(clause, exchange) if same and not exchange.trouble else None
            if deviation is not None:
                return _Shown(steps[: scene.places[exchange.number] + 1], deviation, exchange, number)
        return None


def _with(request: Request, name: str, elements: Sequence[Any]) -> Request:
    """A request with these artifacts in a list of its payload."""
    payload = {**json.loads(request.body or b"null"), name: [*elements]}
    body = json.dumps(payload, separators=(",", ":")).encode()
    headers = tuple(h for h in request.headers if h[0].lower() not in {"content-length", "client-request-id"})
    return Request(request.method, request.target, headers, body)
