"""Unusual but conforming services in which a change takes a moment to be seen, or is seen by one replica before another.

No page promises that a change is seen at once, nor that what was seen once is seen by the next request.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from restore_conformance.mock.edits import COUNTS, Json
from restore_conformance.mock.hooks import (
    ACTIVATE,
    ARTIFACT_READS,
    DELETES,
    GETS,
    LISTS,
    READS,
    SESSION_NOT_FOUND,
    UPDATE,
    Call,
    Seed,
    around_request,
    around_operation,
    after_store,
    seeds,
    on_render,
    refuse,
)
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.register import Variant
from restore_conformance.mock.protocol import JsonResponse

# ---------------------------------------------------------------- so many reads late


def late(reads: int, *operations: str) -> Seed:
    """So many reads after a change show what was before; those of other operations than these are up to date."""

    def seed(service: Service) -> None:
        before: dict[str, Session] = {}
        left = 0

        def act(call: Call) -> JsonResponse:
            nonlocal before, left
            if call.request.operation in READS:
                if not left or call.request.operation not in operations:
                    return call.proceed()
                left -= 1
                return _as_if(service, before, call)
            known = copy.deepcopy(service.sessions) if not left else before
            response = call.proceed()
            if response.status < 300:
                before, left = known, reads
            return response

        around_request(act)(service)

    return seed


def _as_if(service: Service, sessions: dict[str, Session], call: Call) -> JsonResponse:
    """The answer of the service if it had these sessions."""
    now, service.sessions = service.sessions, sessions
    try:
        return call.proceed()
    finally:
        service.sessions = now


def _first_list_empty(service: Service) -> None:
    fresh: set[str] = set()

    def act(call: Call) -> JsonResponse:
        response = call.proceed()
        if call.request.session in fresh:
            fresh.discard(call.request.session)
            response.body["value"] = []
        return response

    seeds(after_store(lambda _, created: fresh.add(created.id)), around_operation(ARTIFACT_READS, act))(service)


# ---------------------------------------------------------------- replicas


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
    operations: frozenset[str] = READS,
    *,
    counts_only: bool = False,
    apart: bool = False,
) -> None:
    """Reads are answered by replicas so many seconds behind: in turn, or at random with a seed.

    Operations other than these are up to date. With `counts_only` a session is up to date but for its counts. With
    `apart` each session of one answer comes from a replica of its own.
    """
    changes: list[Change] = []
    turns = _turns(lags, seed)
    counted: list[dict[str, Session]] = []

    def written(call: Call) -> JsonResponse:
        known, before = set(service.sessions), copy.deepcopy(call.session)
        response = call.proceed()
        if response.status < 300:
            now = service.clock.now()
            changes[:] = [change for change in changes if now - change.at <= max(lags)]
            changes.extend(Change(now, name, None) for name in service.sessions.keys() - known)
            if before is not None:
                changes.append(Change(now, call.request.session.lower(), before))
        return response

    def read(call: Call) -> JsonResponse:
        whole = next(turns)
        lag = {change.session: next(turns) if apart else whole for change in changes}
        old = _as_of(service.sessions, changes, service.clock.now(), lag)
        if not counts_only:
            return _as_if(service, old, call)
        counted[:] = [old]
        try:
            return call.proceed()
        finally:
            counted.clear()

    def any_replica(call: Call) -> JsonResponse:
        if call.request.operation not in READS:
            return written(call)
        return read(call) if call.request.operation in operations else call.proceed()

    def late_counts(body: Json, session: Session) -> None:
        if counted:
            old = counted[0].get(session.id)
            body[COUNTS] = (old or Session(session.id, session.kind, [], {})).counts()

    around_request(any_replica)(service)
    if counts_only:
        on_render(late_counts)(service)


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
    shown = dict(sessions)
    late = [change for change in changes if change.at > now - lag[change.session]]
    for change in reversed(late):
        if change.before is None:
            shown.pop(change.session, None)
        else:
            shown[change.session] = change.before
    return dict(sorted(shown.items(), key=lambda pair: pair[1].created)) if late else shown


def unknown_at_first(lags: Sequence[float], seed: int) -> Seed:
    """A change goes to any of several replicas, which know a new session after so many seconds."""

    def lagging(service: Service) -> None:
        made: dict[str, float] = {}
        turns = _turns(lags, seed)

        def act(call: Call) -> JsonResponse:
            since = service.clock.now() - made.get(call.request.session.lower(), float("-inf"))
            return call.proceed() if since >= next(turns) else refuse(404, SESSION_NOT_FOUND)

        def note(service: Service, created: Session) -> None:
            made[created.id.lower()] = service.clock.now()

        seeds(after_store(note), around_operation((*UPDATE, *DELETES, *ACTIVATE), act))(service)

    return lagging


SEEN = "No page says that a change is seen at once, nor everywhere at the same time."
# fmt: off
VARIANTS = [
    Variant("reads-lag-behind", "lag", "No page says that a change is seen at once: two reads after it show what was before.", late(2, *READS)),
    Variant("lists-lag-behind", "lag", "No page says that the list of sessions is up to date: three readings after a change show what was before.",
            late(3, *LISTS)),
    Variant("field2-artifacts-lag", "lag", SEEN, late(3, *ARTIFACT_READS)),
    Variant("field2-get-lags-behind-lists", "lag", SEEN, late(2, *GETS)),
    Variant("field2-everything-lags-once", "lag", SEEN, late(1, *GETS, *LISTS, *ARTIFACT_READS)),
    Variant("field2-artifacts-appear-late", "artifact-lag", "No page says that what was created is listed at once.", _first_list_empty),
    Variant("two-replicas-in-turn", "lag", "No page says that a change is seen everywhere at once: every other read shows what was three seconds before.",
            lambda service: replicated(service, (0.0, 3.0))),
    Variant("three-replicas-at-random", "lag", "No page says that a change is seen everywhere at once: a read goes to any of three replicas.",
            lambda service: replicated(service, (0.5, 1.5, 3.0), seed=7)),
    Variant("replicas-of-lists", "lag", "No page says that lists agree with each other: two replicas of the list of sessions and of its artifacts.",
            lambda service: replicated(service, (0.0, 2.5), seed=3, operations=frozenset({*LISTS, *ARTIFACT_READS}))),
    Variant("changes-go-to-replicas", "change-lag", "No page says that a new session is known everywhere at once, be it to read or to change it.",
            unknown_at_first((0.0, 2.0), seed=11)),
    Variant("counts-of-a-replica", "lag", "No page says that counts are up to date: those of a session come from replicas up to three seconds behind.",
            lambda service: replicated(service, (0.0, 1.0, 3.0), seed=5, counts_only=True)),
]
# fmt: on
