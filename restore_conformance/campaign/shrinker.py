"""Makes the evidence of a finding smaller, on the mock and on loopback only.

Artifacts are left out by halves, quarters, one by one: delta debugging, which starts from the request that
failed and so needs no luck in finding a failing one again. A smaller request counts only if it is of the same
kind, breaks the same clause, and is answered with the same status.
What is exchanged here feeds no other verdict.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from restore_conformance.campaign.sender import Sender
from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange, Request
from restore_conformance.judging import tags_of
from restore_conformance.stimuli.materials import GRANULAR, SITE
from restore_conformance.verdicts import Deviation, Finding

EACH = 60
ALL = 300


class Shrinker:
    """Shrinks findings within a bound of requests over the whole run."""

    def __init__(self, sender: Sender, bound: int = ALL) -> None:
        self._sender = sender
        self.left = bound

    def __call__(self, made: Clause, finding: Finding) -> Finding:
        """The finding with the smallest evidence that was found for it, itself if there is none smaller."""
        best = finding.evidence[-1]
        if len(finding.evidence) != 1 or made.stateful or not _shrinkable(best):
            return finding
        found = [best]
        for candidate in itertools.islice(smaller(lambda: found[-1].request), min(EACH, self.left)):
            self.left -= 1
            again = self._sender.send(candidate, family=best.family, step="shrinking")
            deviation = self._breaks(made, again, best)
            if deviation is not None:
                found.append(again)
                finding = Finding(
                    deviation.message, deviation.expected, deviation.observed, deviation.pointer, [again],
                    finding.seen, finding.of, finding.kind, finding.consequences,
                )  # fmt: skip
        return finding

    def _breaks(self, made: Clause, again: Exchange, best: Exchange) -> Deviation | None:
        same = (again.status, again.sent.kind, again.sent.defects) == (best.status, best.sent.kind, best.sent.defects)
        again.blame = best.blame
        if not same or again.trouble != best.trouble or not made.when.matches(tags_of(again)) or made.judge is None:
            return None
        try:
            made.judge(again)
        except Deviation as deviation:
            return deviation
        except Exception:  # noqa: BLE001 - a candidate that cannot be judged is no candidate
            return None
        return None


def _shrinkable(exchange: Exchange) -> bool:
    payload = exchange.sent.payload
    return isinstance(payload, dict) and any(len(_elements(payload, name)) > 1 for name in (SITE, GRANULAR))


def _elements(payload: dict[str, Any], name: str) -> list[Any]:
    value = payload.get(name)
    return value if isinstance(value, list) else []


def smaller(current: Callable[[], Request]) -> Iterator[Request]:
    """Requests with artifacts left out: halves first, then quarters, then one by one.

    `current` is asked anew for each candidate, so that the search goes on from the smallest found so far.
    """
    for name in (SITE, GRANULAR):
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
    kept = tuple(h for h in request.headers if h[0].lower() not in {"content-length", "client-request-id"})
    return Request(request.method, request.target, kept, body)
