"""The embedded mock as a target: the same requests, handed over without a socket."""

from __future__ import annotations

from typing import Protocol

from restore_conformance.clock import Clock, Skipping
from restore_conformance.exchange import Request, Response
from restore_conformance.targets.target import Answer

RETRIES = 3


class Handler(Protocol):
    """Anything that answers a request in process."""

    def handle(self, request: Request) -> Response: ...


class Embedded:
    """A service in this process. An exception in it is a dropped connection, as a real server would show it.

    Where the service asks for patience (429 or 503 with Retry-After) it is asked again at once, at most three
    times: there is nobody to wait for. Time is that of the service, where it has a clock.
    """

    loopback = True

    def __init__(self, service: Handler, name: str = "mock", base: str = "mock:/beta") -> None:
        self.service = service
        self.name = name
        self.base = base
        clock = getattr(service, "clock", None)
        self.clock: Clock = clock if isinstance(clock, Clock) else Skipping()

    def send(self, request: Request, patience: float | None = None) -> Answer:  # noqa: ARG002 - never waits
        for attempt in range(1, RETRIES + 2):
            answer = self._once(request, attempt)
            asked = answer.response.header("Retry-After") if answer.response else None
            if asked is None or answer.response is None or answer.response.status not in {429, 503}:
                break
        return answer

    def _once(self, request: Request, attempt: int) -> Answer:
        at = self.now()
        try:
            response = self.service.handle(request)
        except Exception as error:  # noqa: BLE001 - whatever breaks inside a server drops the connection outside
            trouble = f"no answer: connection dropped ({type(error).__name__})"
            return Answer(request, None, trouble, self.now() - at, attempt, at)
        return Answer(request, response, None, self.now() - at, attempt, at)

    def now(self) -> float:
        """Seconds on the clock that the service shares."""
        return self.clock.now()

    def pause(self, seconds: float) -> None:
        """Move the clock on without waiting."""
        self.clock.wait(seconds)

    def close(self) -> None:
        """Nothing to close."""
