"""Unusual but conforming services with several replicas, each some seconds behind; any of them may answer a read.

No page promises that a change is seen at once, nor that what was seen once is seen by the next request.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.lagging import READING
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Reply


@dataclass(frozen=True, slots=True)
class Change:
    """A session as it was before a moment on the clock of the service; None where there was none."""

    at: float
    session: str
    before: Session | None


def replicated(
    service: Service,
    lags: Sequence[float],
    seed: int | None = None,
    operations: frozenset[str] = READING,
    *,
    counts_only: bool = False,
    apart: bool = False,
) -> None:
    """Reads are answered by replicas so many seconds behind: in turn, or at random with a seed.

    Operations other than these are up to date. With `counts_only` a session is up to date but for its counts. With
    `apart` each session of one answer comes from a replica of its own.
    """
    answer, render = service.answer, service.render
    changes: list[Change] = []
    turns = _turns(lags, seed)
    counted: list[dict[str, Session]] = []

    def written(asked: Asked) -> Reply:
        known, name = set(service.sessions), asked.session.lower()
        before = copy.deepcopy(service.sessions.get(name))
        reply = answer(asked)
        if reply.status < 300:
            now = service.clock.now()
            changes[:] = [change for change in changes if now - change.at <= max(lags)]
            changes.extend(Change(now, made, None) for made in service.sessions.keys() - known)
            if before is not None:
                changes.append(Change(now, name, before))
        return reply

    def read(asked: Asked) -> Reply:
        whole = next(turns)
        lag = {change.session: next(turns) if apart else whole for change in changes}
        old = _as_of(service.sessions, changes, service.clock.now(), lag)
        now = service.sessions
        if counts_only:
            counted.append(old)
        else:
            service.sessions = old
        try:
            return answer(asked)
        finally:
            service.sessions = now
            counted.clear()

    def any_replica(asked: Asked) -> Reply:
        if asked.operation not in READING:
            return written(asked)
        return read(asked) if asked.operation in operations else answer(asked)

    def late_counts(found: Session, **how: object) -> dict[str, object]:
        shown = render(found, **how)
        if counted:
            old = counted[0].get(found.id)
            shown["restoreSessionArtifactCount"] = (old or Session(found.id, found.kind, [], {})).counts()
        return shown

    service.answer = any_replica  # type: ignore[method-assign]
    if counts_only:
        service.render = late_counts


def _turns(lags: Sequence[float], seed: int | None) -> Iterator[float]:
    if seed is not None:
        dice = random.Random(seed)  # noqa: S311 - which replica answers
        while True:
            yield dice.choice(lags)
    while True:
        yield from lags


def _as_of(
    sessions: dict[str, Session], changes: Sequence[Change], now: float, lag: Mapping[str, float]
) -> dict[str, Session]:
    """The sessions as they were, each so many seconds ago, in the order in which they were created."""
    found = dict(sessions)
    late = [change for change in changes if change.at > now - lag[change.session]]
    for change in reversed(late):
        if change.before is None:
            found.pop(change.session, None)
        else:
            found[change.session] = change.before
    return dict(sorted(found.items(), key=lambda one: one[1].created)) if late else found


def _register(name: str, allowed: str, seed: Callable[[Service], None]) -> None:
    seed.__doc__ = allowed
    variant("lag", name)(seed)


_register(
    "two-replicas-in-turn",
    "No page says that a change is seen everywhere at once: every other read shows what was three seconds before.",
    lambda service: replicated(service, (0.0, 3.0)),
)
_register(
    "three-replicas-at-random",
    "No page says that a change is seen everywhere at once: a read goes to any of three replicas.",
    lambda service: replicated(service, (0.5, 1.5, 3.0), seed=7),
)
_register(
    "replicas-of-lists",
    "No page says that lists agree with each other: two replicas of the list of sessions and of its artifacts.",
    lambda service: replicated(
        service, (0.0, 2.5), seed=3, operations=frozenset({"list", "list-typed", "list-artifacts", "list-granular"})
    ),
)
_register(
    "counts-of-a-replica",
    "No page says that counts are up to date: those of a session come from replicas up to three seconds behind.",
    lambda service: replicated(service, (0.0, 1.0, 3.0), seed=5, counts_only=True),
)
