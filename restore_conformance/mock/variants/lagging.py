"""Odd but conforming services in which a change takes a moment to be seen: no page promises that it is seen at once."""

from __future__ import annotations

import copy

from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.shaping import variant
from restore_conformance.mock.wire import Asked, Reply

READING = frozenset({"get", "get-typed", "list", "list-typed", "list-artifacts", "list-granular"})


def lagging(service: Service, reads: int, operations: frozenset[str]) -> None:
    """So many reads after a change show what was before; those of other operations than these are up to date."""
    answer = service.answer
    before: dict[str, Session] = {}
    left = 0

    def late(asked: Asked) -> Reply:
        nonlocal before, left
        if asked.operation in READING:
            if not left or asked.operation not in operations:
                return answer(asked)
            left -= 1
            now, service.sessions = service.sessions, before
            try:
                return answer(asked)
            finally:
                service.sessions = now
        known = copy.deepcopy(service.sessions) if not left else before
        reply = answer(asked)
        if reply.status < 300:
            before, left = known, reads
        return reply

    service.answer = late  # type: ignore[method-assign]


@variant("lag", "reads-lag-behind")
def reads_lag_behind(service: Service) -> None:
    """No page says that a change is seen at once: two reads after it show what was before."""
    lagging(service, 2, READING)


@variant("lag", "lists-lag-behind")
def lists_lag_behind(service: Service) -> None:
    """No page says that the list of sessions is up to date: three readings after a change show what was before."""
    lagging(service, 3, frozenset({"list", "list-typed"}))
